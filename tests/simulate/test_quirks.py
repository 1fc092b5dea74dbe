"""What goes otherwise than planned, once in a conversation: drawn by seed where the goals allow it, and no obstacle to their end."""

import asyncio
from collections import Counter

import pytest
from msgspec.structs import replace

from duologue.checks.repetition import doubts
from duologue.errors import StageError
from duologue.protocols import View
from duologue.simulate.model_user import ModelUser
from duologue.simulate.open_parts import open_part
from duologue.simulate.quirks import RATE, quirk, quirks
from duologue.testing import ScriptedModel
from duologue.types import Dialogue, Environment, Fact, Message, Scenario, Turn, Verdict
from duologue.verify import verify_dialogue
from played import model_user, played, scenario, scripted, tiny

HERE = tiny().environment


def with_seed(seed: int, of: Scenario) -> Scenario:
    return replace(of, seed=seed)


def drawn(of: Scenario, environment: Environment = HERE) -> Counter[str]:
    return Counter(quirk(with_seed(seed, of), environment) for seed in range(600))


def only_reading() -> Scenario:
    """A goal without a change, of one part, in which nothing is known by name."""
    first = scenario(0).tasks[0]
    return replace(scenario(0), tasks=(replace(first, plan=first.plan[:1], subtasks=first.subtasks[:1], known=()),))


def knowing(value: str | int) -> Scenario:
    task = replace(only_reading().tasks[0], known=(Fact("member.full_name", value),))
    return replace(only_reading(), tasks=(task,))


def writing(item: int) -> bool:
    names = {t.name for t in HERE.toolset.tools if t.effect == "write"}
    return any(step.tool in names for task in scenario(item).tasks for step in task.plan)


CHANGING = next(n for n in range(20) if writing(n))
WITHOUT_A_YES = replace(HERE, policy=replace(HERE.policy, confirm_writes=False))
NEEDING = {need: {name for name, q in quirks().items() if q.needs == need} for need in ("", "change", "parts", "name")}

OPEN_TO: list[tuple[str, Scenario, Environment, set[str]]] = [
    ("a look-up", only_reading(), HERE, NEEDING[""]),
    ("a person", knowing("Ida Irwin"), HERE, NEEDING[""] | NEEDING["name"]),
    ("a word", knowing("Ida"), HERE, NEEDING[""]),
    ("a sentence", knowing("Please call back"), HERE, NEEDING[""]),
    ("a figure", knowing(4711), HERE, NEEDING[""]),
    ("changes that are asked about", scenario(CHANGING), HERE, NEEDING[""] | NEEDING["change"] | NEEDING["parts"]),
    ("changes that are not", scenario(CHANGING), WITHOUT_A_YES, NEEDING[""] | NEEDING["parts"]),
]


@pytest.mark.parametrize(("what", "of", "environment", "names"), OPEN_TO)
def test_only_what_the_goals_allow_is_drawn_in_about_half(
    what: str, of: Scenario, environment: Environment, names: set[str]
) -> None:
    found = drawn(of, environment)
    assert abs(found.pop("") / 600 - (1 - RATE)) < 0.08
    assert names <= set(found) <= names | NEEDING["name"]
    assert set(found) - names == set() or what.startswith("changes")  # whose tasks may know a name, too


def test_each_that_is_possible_is_as_likely_as_the_others() -> None:
    found = drawn(only_reading())
    found.pop("")
    even = found.total() / len(found)
    assert all(0.4 * even < times < 1.6 * even for times in found.values())


def test_every_quirk_says_what_it_needs() -> None:
    assert sum(map(len, NEEDING.values())) == len(quirks())
    assert all(names for names in NEEDING.values())


def test_the_same_seed_has_the_same_and_who_asks_for_all_at_once_none() -> None:
    of = with_seed(7, scenario(CHANGING))
    assert quirk(of, HERE) == quirk(of, HERE)
    assert set(drawn(replace(of, mode="task"))) == {""}


def player(seed: int) -> ModelUser:
    user = model_user(ScriptedModel(lambda _: {"user_message": "hi", "is_task_complete": False}), CHANGING)
    return ModelUser(user.voice, with_seed(seed, scenario(CHANGING)), HERE, user.columns, "0.0")


def test_the_page_tells_the_player_of_it() -> None:
    with_one = next(s for s in range(50) if quirk(with_seed(s, scenario(CHANGING)), HERE))
    without = next(s for s in range(50) if not quirk(with_seed(s, scenario(CHANGING)), HERE))
    line = quirks()[quirk(with_seed(with_one, scenario(CHANGING)), HERE)].line
    assert f"Once in this chat, at the first good moment: {line}" in player(with_one).prompt.text
    assert "Once in this chat" not in player(without).prompt.text


# ── Such words are spoken ────────────────────────────────────────────────────────────────────────────────────────────────

TOLD = "The 1st loan of Ida Irwin was lent on 2 May 2024, with a fee of 3.50; that of Kim Kerr on 7 May 2024. Shall I change it?"
SPOKEN: list[tuple[str, str]] = [
    ("slip", "please make that 7 May 2024"),
    ("slip", "no, my mistake, it should be 2 May 2024"),
    ("half_order", "could you change the due date of that loan?"),
    ("second_thoughts", "wait, how does the entry stand now, and what else will be different?"),
    ("no_at_first", "no, not yet. what else is there about Kim Kerr?"),
    ("doubt", "3.50? that surprises me, can you check it again?"),
    ("mix_up", "so Ida's was lent on 7 May then"),
    ("out_of_scope", "could you print that for me?"),
    ("out_of_scope", "ok, never mind. can you ring Kim up about it?"),
    ("short_temper", "you ask a lot of questions... the first one of course"),
    ("part_of_name", "what about Irwin?"),
    ("other_first", "what is the fee, no wait, first tell me when Kim's was lent"),
]


@pytest.mark.parametrize(("name", "text"), SPOKEN)
def test_words_of_such_moments_pass(name: str, text: str) -> None:
    turns = (*scripted(0).turns[:2], Turn(Message("assistant", TOLD)))
    model = ScriptedModel(lambda _: {"user_message": text, "is_task_complete": False})
    said = asyncio.run(model_user(model, 0).reply(View(turns, 0)))
    assert said.message.content == text
    assert name in quirks()


def test_a_doubt_in_such_words_lets_the_assistant_look_again() -> None:
    said = [text for name, text in SPOKEN if name == "doubt"]
    assert all(doubts(Turn(Message("user", text))) for text in said)
    assert not any(doubts(Turn(Message("user", text))) for name, text in SPOKEN if name == "mix_up")


def test_every_quirk_has_words_here() -> None:
    assert {name for name, _ in SPOKEN} == set(quirks())


# ── And nothing of it spoils the conversation ────────────────────────────────────────────────────────────────────────────

MOMENTS: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ("a slip", (("I would put that there. Shall I?", "no, sorry, my mistake, not that"),)),
    ("second thoughts", (("I would change that entry for you. Shall I?", "wait, what else will be different?"),)),
    ("no at first", (("I would change that entry for you. Shall I?", "no, not yet"),)),
    ("out of scope", (("What next?", "could you print that for me?"), ("I can't print.", "ok, never mind that"))),
]


def detour(item: int, talk: tuple[tuple[str, str], ...]) -> Dialogue:
    """A scripted conversation in which user and assistant say this in between, just before the first change is proposed."""
    dialogue = scripted(item)
    turns = dialogue.turns
    write = next(n for n, t in enumerate(turns) if t.changes)
    at = max(n for n in range(write) if turns[n].message.role == "assistant" and turns[n].message.content)
    task = turns[at].task
    said = [
        Turn(Message(role, text), task=task)  # type: ignore[arg-type]
        for own, answer in talk
        for role, text in (("assistant", own), ("user", answer))
    ]
    whole = [replace(t, parent=None, acts=(), origins={}) for t in (*turns[:at], *said, *turns[at:])]
    return replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(whole)))


def check(dialogue: Dialogue) -> tuple[Verdict, ...]:
    t = tiny()
    return verify_dialogue(dialogue, t.environment, t.image, t.catalog)


@pytest.mark.parametrize(("what", "talk"), MOMENTS)
def test_a_conversation_with_such_a_moment_is_as_good_as_without(what: str, talk: tuple[tuple[str, str], ...]) -> None:
    item = CHANGING
    before = {v.check for v in check(detour(item, ())) if v.passed}
    after = {v.check: v for v in check(detour(item, talk))}
    assert {"state", "policy", "calls", "user_gate", "honesty"} <= before
    assert not [after[c] for c in sorted(before) if not after[c].passed]


# ── What is open ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_open_part_is_the_first_that_was_not_done() -> None:
    turns, whole = played(0).dialogue.turns, scenario(0)
    cols = model_user(ScriptedModel(lambda _: ""), 0).columns
    opening = (*turns[:2], replace(turns[1], done=True))
    assert open_part(opening, whole, HERE.toolset, cols) == whole.tasks[0].subtasks[0]
    assert open_part(turns, whole, HERE.toolset, cols) is None


def test_an_open_part_that_would_give_something_away_is_not_named() -> None:
    whole = scenario(0)
    secret = next(str(f.value) for f in whole.tasks[0].hidden if f.slot == "book.@name")
    parts = tuple(replace(s, goal=f"the user knows that {secret} is out of date") for s in whole.tasks[0].subtasks)
    told = replace(whole, tasks=(replace(whole.tasks[0], subtasks=parts), *whole.tasks[1:]))
    model = ScriptedModel(lambda _: {"user_message": "that's all, thanks", "is_task_complete": True})
    base = model_user(model, 0)
    with pytest.raises(StageError, match="ends too early"):
        asyncio.run(ModelUser(base.voice, told, HERE, base.columns, "0.0").reply(View(scripted(0).turns[:2], 0)))
    assert not any(secret in m.content for r in model.requests for m in r.messages)
    assert "part by part" in model.requests[-1].messages[-1].content
