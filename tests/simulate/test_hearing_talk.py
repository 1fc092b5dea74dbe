"""The scripted user with an assistant whose turns carry no acts: conversations go as well as with acts, and every one ends."""

import asyncio
import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from duologue.catalog import Catalog, read_catalog, relabelled
from duologue.checks import case_of
from duologue.checks.combine import combine
from duologue.checks.gate import gate
from duologue.environment import Image, open_session
from duologue.ids import rng
from duologue.plans.index import ToolIndex
from duologue.protocols import Speaker, Utterance, View
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.play import MOST_TURNS
from duologue.simulate.scripted import Pair, perform
from duologue.simulate.user import ScriptedUser
from duologue.sources import from_domain
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import tiny_environment
from duologue.tools import DerivedTools, environment_for
from duologue.types import Act, Dialogue, Environment, Message, Scenario, Turn
from duologue.verify import verify_dialogue

LEADS = ("", "", "Sure! ", "Of course. ", "Thank you for waiting.\n\n", "Great, thanks for the details. ", "Alright: ")
TAILS = (
    "",
    "",
    " Is there anything else I can help you with?",
    " Let me know if you need anything else!",
    "\n\nWould you like me to look up anything else?",
    " Would you also like me to send you a summary by e-mail?",
)
CONSENT = (
    "Shall I go ahead?",
    "Would you like me to proceed?",
    "**Please confirm** (yes/no).",
    "Do you want me to make this change?",
    "Is that correct?",
    "Just say the word and I will do it.",
    "Before I do this I need your confirmation.",
    "OK to continue with that?",
)
WHICH = (
    "Which one do you mean?",
    "Could you tell me which of these you are looking for?",
    "Which of these is the right one?",
    "Please let me know which one it is.",
)
QUESTION = re.compile(r"(?:(?<=[.!?] )|(?<=\n)|^)(?:[^.!?\n]|[.!?](?! ))*\?")


class Paraphrasing:
    """Another speaker's words put differently, and nothing with them that says what they do."""

    def __init__(self, inner: Speaker, seed: int) -> None:
        self.inner, self.seed = inner, seed
        self.meant: dict[int, tuple[Act, ...]] = {}

    async def reply(self, view: View) -> Utterance:
        turns = tuple(_annotated(t, self.meant.get(n)) for n, t in enumerate(view.turns))
        said = await self.inner.reply(View(turns, view.task))
        at = len(view.turns)
        self.meant[at] = said.acts
        text = self._otherwise(said.message.content, {a.kind for a in said.acts}, at) if said.message.content else ""
        message = Message("assistant", content=text, tool_calls=said.message.tool_calls)
        return Utterance(message, maker="some-model")

    def _otherwise(self, text: str, kinds: set[str], at: int) -> str:
        dice = rng(self.seed, "otherwise", at)
        if "confirm?" in kinds:
            kept = QUESTION.sub("", text).strip()
            proposed = all(
                len(q) <= 30 for q in QUESTION.findall(text)
            )  # "Shall I?" proposes nothing, "shall I order two of it?" does
            return dice.choice(LEADS) + (f"{kept} {dice.choice(CONSENT)}" if len(kept) > 20 and proposed else text)
        if "choices" in kinds:
            return dice.choice(LEADS) + QUESTION.sub("", text).strip() + " " + dice.choice(WHICH)
        if "ask" in kinds or "close" in kinds:
            return dice.choice(LEADS) + text
        return dice.choice(LEADS) + text + dice.choice(TAILS)


def _annotated(turn: Turn, acts: tuple[Act, ...] | None) -> Turn:
    return turn if acts is None else structs.replace(turn, acts=acts, maker="scripted")


class Place:
    """An environment with all that playing in it takes."""

    def __init__(self, environment: Environment, image: Image, catalog: Catalog) -> None:
        self.environment, self.image, self.catalog = environment, image, catalog
        self.index = ToolIndex(environment.toolset, catalog)
        self.tasks = ScriptedTasks(catalog, image, environment, 3)

    def scenario(self, item: int, mode: str = "user") -> Scenario:
        return self.tasks.scenario(str(item), (), mode)

    def play(self, scenario: Scenario, agent: Speaker | None = None) -> Dialogue:
        session = open_session(self.image, self.environment, scenario.clock)
        user = ScriptedUser(self.catalog, self.index, scenario)
        try:
            return asyncio.run(perform(scenario, self.environment, Pair(user, agent or self.agent(scenario), session)))
        finally:
            session.close()

    def agent(self, scenario: Scenario) -> Speaker:
        return ScriptedAgent(self.catalog, self.index, self.environment, scenario)

    def reasons(self, dialogue: Dialogue) -> tuple[str, ...]:
        return combine(verify_dialogue(dialogue, self.environment, self.image, self.catalog)).reasons


@cache
def tiny() -> Place:
    t = tiny_environment(seed=3)
    return Place(t.environment, t.image, t.catalog)


@cache
def retail() -> Place:
    source = from_domain("retail")
    catalog = relabelled(read_catalog(source.image.connect(), source.name), source.lexicon.get("labels", {}))
    tools = DerivedTools(catalog, source.image, 3, source.tools, source.policy).toolset(0)
    assert source.policy is not None
    return Place(environment_for(source.name, source.image.hash, tools, source.policy), source.image, catalog)


@pytest.mark.parametrize("place", [tiny, retail])
@pytest.mark.parametrize("mode", ["user", "task"])
def test_conversations_in_other_words_are_accepted_as_often_as_with_acts(place: Callable[[], Place], mode: str) -> None:
    with_acts = without = 0
    for item in range(12):
        scenario = place().scenario(item, mode)
        with_acts += not place().reasons(place().play(scenario))
        without += not place().reasons(place().play(scenario, Paraphrasing(place().agent(scenario), item)))
    assert without >= 0.9 * with_acts > 0


def test_who_is_understood_needs_no_more_turns() -> None:
    scenarios = [tiny().scenario(item) for item in range(8)]
    with_acts = sum(len(tiny().play(s).turns) for s in scenarios)
    without = sum(len(tiny().play(s, Paraphrasing(tiny().agent(s), n)).turns) for n, s in enumerate(scenarios))
    assert without <= 1.1 * with_acts


@pytest.mark.parametrize("item", range(4))
def test_the_user_says_the_same_when_it_is_taken_up_at_any_turn(item: int) -> None:
    scenario = tiny().scenario(item)
    turns = tiny().play(scenario, Paraphrasing(tiny().agent(scenario), item)).turns
    for at, turn in enumerate(turns):
        if turn.message.role == "user":
            user = ScriptedUser(tiny().catalog, tiny().index, scenario)
            said = asyncio.run(user.reply(View(turns[:at], turns[at - 1].task)))
            assert (said.message, said.acts, said.done) == (turn.message, turn.acts, turn.done)


class Babbling:
    """Says one text after the other, whatever is asked, and calls nothing."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    async def reply(self, view: View) -> Utterance:
        text = self.texts[len(view.turns) // 2 % len(self.texts)]
        return Utterance(Message("assistant", content=text), maker="some-model")


STORM = (
    "Which one? What is the name? And the e-mail? What date? How much? Shall I go ahead? Should I also add another? "
)
BABBLE = [
    "", " ", "?", "ok", "Let me check that for you.", STORM * 40, "no", "Done!", "I have updated it. Is that correct?",
    "Sorry, I can't do that.", "I could not find anyone by that name.", "1. Ann\n2. Ben\n3. Cleo", "| a | b |\n|---|---|\n| 1 | 2 |",
    "请问您要哪一个？", "🙂" * 500, "{\"name\": \"find\"}", "Which member do you mean?", "Would you like me to set the e-mail to x@y.org?",
]  # fmt: skip


def ends(texts: list[str], item: int, mode: str) -> Dialogue:
    scenario = tiny().scenario(item, mode)
    dialogue = tiny().play(scenario, Babbling(texts))
    case = case_of(dialogue, tiny().environment, tiny().catalog)
    assert gate(case).evidence == ()
    assert len(dialogue.turns) < MOST_TURNS
    assert dialogue.turns[-1].done or dialogue.turns[-2].done
    return dialogue


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(BABBLE), st.text(max_size=200)), min_size=1, max_size=6),
    st.integers(0, 9),
    st.sampled_from(["user", "task"]),
)
def test_whatever_the_assistant_says_the_user_stays_a_user_and_ends(texts: list[str], item: int, mode: str) -> None:
    ends(texts, item, mode)


@pytest.mark.parametrize("text", BABBLE)
def test_who_only_talks_gets_a_few_turns_and_is_rejected_for_it(text: str) -> None:
    dialogue = ends([text], 1, "user")
    reasons = tiny().reasons(dialogue)
    assert any(r.startswith("calls") for r in reasons)
    assert not any(r.startswith("user_gate") for r in reasons)
    asked = [t for t in dialogue.turns if t.message.role == "user"]
    assert len(asked) < 40


def test_who_gives_up_says_so() -> None:
    dialogue = ends(["Let me think about the weather."], 0, "user")
    last = [t for t in dialogue.turns if t.message.role == "user"][-1]
    assert last.done
    assert [a.kind for a in last.acts] == ["give up"]
    assert sum(a.kind == "drop" for t in dialogue.turns for a in t.acts) == 2


def test_the_gate_objects_to_trust_before_everything_was_asked_for() -> None:
    scenario = tiny().scenario(0)
    dialogue = tiny().play(scenario, Paraphrasing(tiny().agent(scenario), 0))
    asking = [n for n, t in enumerate(dialogue.turns) if any(a.kind == "request" for a in t.acts)]
    early = structs.replace(
        dialogue.turns[asking[1]], acts=(Act("done"), Act("trust")), done=True, message=Message("user", "That's all.")
    )
    cut = structs.replace(dialogue, turns=(*dialogue.turns[: asking[1]], early))
    found = gate(case_of(cut, tiny().environment, tiny().catalog))
    assert not found.passed
    assert "requests not made" in found.evidence[0].what
