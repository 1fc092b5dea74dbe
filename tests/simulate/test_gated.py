"""A user turn that does not pass the gate is drawn again, at most twice, whoever the user is."""

import asyncio

import pytest
from msgspec import Struct

from duologue.checks import columns_of
from duologue.checks.blame import blame
from duologue.checks.gate import UserGate
from duologue.environment import open_session
from duologue.errors import StageError
from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance, View
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.gated import MOST_REDRAWS, GatedUser
from duologue.simulate.play import GivenUpError
from duologue.simulate.scripted import Pair, perform
from duologue.simulate.user import ScriptedUser
from duologue.testing import ScriptedModel
from duologue.types import Dialogue, Message, Turn
from played import SURE, model_user, scenario, scripted, tiny

SWAPPED = "How can I help you today?"


class Slipping(Struct):
    """The scripted user of an item, whose drafts of the turn at `at` are replaced by other words, as many as there are."""

    user: ScriptedUser
    at: int
    words: tuple[str, ...]
    asked: list[int]

    async def draw(self, view: View, again: int) -> Utterance:
        said = await self.user.draw(view, again)
        if len(view.turns) != self.at:
            return said
        self.asked.append(again)
        return Utterance(Message("user", self.words[again])) if again < len(self.words) else said


def user(item: int) -> ScriptedUser:
    return ScriptedUser(tiny().catalog, ToolIndex(tiny().environment.toolset, tiny().catalog), scenario(item), SURE)


def played_with(item: int, words: tuple[str, ...], at: int = 1) -> tuple[Dialogue, list[int]]:
    t, of = tiny(), scenario(item)
    asked: list[int] = []
    gate = UserGate(t.environment.toolset, columns_of(t.catalog))
    gated = GatedUser(Slipping(user(item), at, words, asked), gate, of)
    session = open_session(t.image, t.environment, of.clock)
    try:
        agent = ScriptedAgent(t.catalog, ToolIndex(t.environment.toolset, t.catalog), t.environment, of)
        return asyncio.run(perform(of, t.environment, Pair(gated, agent, session))), asked
    finally:
        session.close()


@pytest.mark.parametrize("item", range(4))
def test_where_nothing_fails_all_is_as_it_was(item: int) -> None:
    dialogue, asked = played_with(item, ())
    assert dialogue == scripted(item)
    assert asked == [0]


@pytest.mark.parametrize("bad", range(1, MOST_REDRAWS + 1))
@pytest.mark.parametrize("item", range(3))
def test_a_turn_that_fails_is_drawn_again_in_other_words_and_the_conversation_is_sound(item: int, bad: int) -> None:
    dialogue, asked = played_with(item, (SWAPPED,) * bad)
    assert asked == list(range(bad + 1))
    assert dialogue.turns[-1].message.role == "assistant"
    assert SWAPPED not in {t.message.content for t in dialogue.turns}
    assert played_with(item, (SWAPPED,) * bad)[0] == dialogue  # the same seed, the same bytes


def test_a_redraw_says_something_else_and_the_second_goes_straight_on() -> None:
    view = View(scripted(0).turns[:1], 0)
    drafts = [asyncio.run(user(0).draw(view, again)) for again in range(3)]
    assert len({d.message.content for d in drafts}) == 3
    again = [asyncio.run(user(0).draw(view, n)) for n in range(3)]
    assert drafts == again
    for item in range(8):
        turns = scripted(item).turns
        for at in (n for n, t in enumerate(turns) if t.message.role == "user"):
            plain = asyncio.run(user(item).draw(View(turns[:at], turns[at].task), 2))
            assert not {a.kind for a in plain.acts} & {"follow up", "doubt"}
            assert sum(a.kind == "request" for a in plain.acts) <= 1


def test_after_two_redraws_the_conversation_is_given_up_as_the_users_fault_with_what_was_refused() -> None:
    words = (SWAPPED, "use find_loans_of_member", "the one for 9999.75")
    with pytest.raises(GivenUpError) as caught:
        played_with(0, words)
    error = caught.value
    assert (error.stage, error.reason) == ("user", "invents a value")
    assert all(w in error.evidence for w in words)
    assert "speaks as the assistant" in error.evidence
    assert "uses the name 'find_loans_of_member'" in error.evidence
    assert len(error.dialogue.turns) == 1  # no refused turn is in it
    assert blame("play", f"{error.stage}: {error.reason}").who == "user"


def test_a_model_is_held_to_the_same_rule() -> None:
    words = iter((SWAPPED, "the one for 9999.75", "What can I do for you?"))
    model = ScriptedModel(lambda _: {"user_message": next(words), "is_task_complete": False})
    with pytest.raises(StageError) as caught:
        asyncio.run(model_user(model, 0).reply(View((Turn(Message("system", "x")),), 0)))
    assert (caught.value.stage, caught.value.reason) == ("user", "speaks as the assistant")
    assert caught.value.evidence.count("draft ") == MOST_REDRAWS + 1
    assert "invents '9999.75'" in caught.value.evidence
