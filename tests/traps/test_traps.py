"""Some two hundred conversations: the faulty ones are found out, each for the right reason, and the sound ones are left alone."""

from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.traps import FAULTS, KINDS, LIBERTIES, SOUND, Trap, trap, traps
from duologue.traps.planted import CLASSES
from duologue.traps.scores import machine_score
from duologue.traps.sound import unsound
from duologue.traps.worlds import NAMES, world
from duologue.types import Dialogue, Verdict

pytestmark = pytest.mark.long


@cache
def verdicts(name: str) -> tuple[Verdict, ...]:
    return trap(name).verdicts()


@cache
def page() -> str:
    return (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")


def report(found: Trap) -> str:
    """The trap, and what each check that did not pass said of it."""
    lines = [f"{found.name} ({found.kind or 'sound'}), changed at turn {found.at}"]
    for verdict in verdicts(found.name):
        if verdict.passed is not True:
            lines += [f"  {verdict.check}, turn {f.turn}: {f.what}" for f in verdict.evidence]
    return "\n".join(lines)


def test_the_set_is_what_it_is_said_to_be() -> None:
    assert (len(FAULTS), len(SOUND)) == (115, 94)
    assert len({t.name for t in traps()}) == 209
    assert set(Counter(t.kind for t in traps() if t.faulty).values()) == {4, 5}
    assert Counter(t.liberty for t in traps())[""] == 115 + 6 * len(NAMES)
    assert {t.kind for t in traps() if t.faulty} == set(KINDS)
    assert {t.liberty for t in traps() if t.liberty} == set(LIBERTIES)
    assert {t.place for t in traps() if t.faulty} == {t.place for t in traps() if not t.faulty} == set(NAMES)


def test_each_fault_lies_within_its_conversation_and_few_share_one() -> None:
    faulty = [trap(name) for name in FAULTS]
    assert all(0 < t.at < len(t.dialogue.turns) for t in faulty)
    assert len({t.dialogue.id for t in faulty}) > 80


def test_half_look_as_models_leave_them() -> None:
    bare = [t for t in traps() if not any(turn.acts for turn in t.dialogue.turns)]
    assert 80 <= len(bare) <= 120
    assert not any(turn.origins for t in bare for turn in t.dialogue.turns)


def test_planted_lines_are_of_every_class_and_stand_where_they_are_said_to() -> None:
    lines = [(t, name, line) for t in traps() for name, line in t.lines.items()]
    assert min(Counter(line.kind for _, _, line in lines)[kind] for kind in CLASSES) >= 80
    for found, name, line in lines:
        task, _, number = name.partition(".")
        written = found.dialogue.scenario.tasks[int(task) - 1].rubric[int(number) - 1]
        assert (written.text, written.kind, written.check) == (line.text, line.declared, "")
    rightly = [line for _, _, line in lines if line.declared == line.kind.lower()]
    assert 0.25 < len(rightly) / len(lines) < 0.5


def test_hardly_anything_sound_is_objected_to() -> None:
    alarms = [t for t in traps() if not t.faulty and t.rejected(verdicts(t.name))]
    assert len(alarms) <= 1, "\n".join(map(report, alarms))


@pytest.mark.parametrize("name", FAULTS[::7])
def test_made_again_it_is_the_same(name: str) -> None:
    found = trap(name)
    assert found._make(found.world) == found._made


def test_the_figures_of_the_docs_are_those_of_the_set() -> None:
    score = machine_score(list(traps()), {t.name: verdicts(t.name) for t in traps()})
    for k in score.faults:
        assert f"| {k.name} | {k.objected} of {k.of} |" in page()
    (found, faults), (alarms, sound) = score.found, score.alarmed
    assert f"| faults found | {found} of {faults} ({100 * found / faults:.1f} %) |" in page()
    assert f"| false alarms | {alarms} of {sound} ({100 * alarms / sound:.1f} %) |" in page()
    assert score.holds


HELD_OUT = 34
"""A seed that no check was mended on."""


def test_a_held_out_seed_has_the_figures_of_the_docs() -> None:
    held = list(traps(HELD_OUT))
    score = machine_score(held, {t.name: t.verdicts() for t in held})
    assert (score.found[1], score.alarmed[1]) == (len(FAULTS), len(SOUND))
    assert f"| {HELD_OUT} | {score.found[0]} of {len(FAULTS)} | {score.alarmed[0]} of {len(SOUND)} |" in page()


def test_another_seed_is_other_conversations() -> None:
    here, there = ({t.name: t for t in traps(seed)} for seed in (0, HELD_OUT))
    assert here.keys() == there.keys()
    same = [n for n in SOUND[:12] if here[n].dialogue.turns == there[n].dialogue.turns]
    assert not same


@pytest.mark.parametrize("place", NAMES)
def test_what_is_built_on_is_sound_by_the_rule(place: str) -> None:
    assert not [d.id for d in islice(world(place).dialogues(), 8) if unsound(d, world(place).workshop)]


def _with(dialogue: Dialogue, at: int, text: str) -> Dialogue:
    turns = list(dialogue.turns)
    turns[at] = replace(turns[at], message=replace(turns[at].message, content=text))
    return replace(dialogue, turns=tuple(turns))


@pytest.mark.parametrize(
    ("act", "text", "why"),
    [
        ("request", "Please change that.", "a change of a field that was not named"),
        ("request", "Please change the records.", "a change to a row that was not named"),
        ("request", "Please look at it ().", "empty brackets or a midnight"),
        ("request", "What was there at 00:00?", "empty brackets or a midnight"),
    ],
)
def test_the_rule_leaves_out_what_nobody_named(act: str, text: str, why: str) -> None:
    place = world("library")
    found = next(d for d in place.dialogues() if "correctMemberJoinedOn" in str(d.turns))
    write = next(
        n for n, t in enumerate(found.turns) if any(c.name == "correctMemberJoinedOn" for c in t.message.tool_calls)
    )
    asked = max(n for n, t in enumerate(found.turns[:write]) if any(a.kind == act for a in t.acts))
    spoilt = found
    for at in range(asked, write):
        if found.turns[at].message.role == "user":
            spoilt = _with(spoilt, at, text if at == asked else "Yes, please.")
    assert not unsound(found, place.workshop)
    assert unsound(spoilt, place.workshop) == why
