"""Sixty conversations: the faulty ones are found out, each for the right reason, and the sound ones are left alone."""

from collections import Counter

import pytest

from duologue.traps import FAULTS, KINDS, SOUND, Trap, trap
from duologue.types import Finding, Verdict

RIGHT: dict[str, frozenset[str]] = {
    "wrong number told": frozenset({"grounding", "attribution", "disclosure"}),
    "invented id": frozenset({"provenance", "grounding"}),
    "dropped call": frozenset({"calls", "state"}),
    "extra write": frozenset({"state"}),
    "neighbour's row": frozenset({"calls", "state"}),
    "role swap": frozenset({"user_gate", "protocol"}),
    "early end": frozenset({"user_gate"}),
    "leaked fact": frozenset({"user_gate"}),
    "unread result": frozenset({"unread", "disclosure"}),
    "wrong order": frozenset({"order", "provenance"}),
    "broken rule": frozenset({"policy", "replay"}),
    "untruthful error": frozenset({"honesty"}),
}
"""Kind of fault → the checks that are right to object to it."""
WHOLE = frozenset({"calls", "state", "disclosure"})
"""They compare a whole task with what was wanted of it: what is missing has no turn."""


def objections(verdicts: tuple[Verdict, ...]) -> list[tuple[str, Finding]]:
    """What checks that did not pass say."""
    return [(v.check, f) for v in verdicts if v.passed is not True for f in v.evidence]


def is_caught(found: Trap) -> bool:
    """A right check objects, at the fault or after it."""
    said = objections(found.verdicts())
    return any(c in RIGHT[found.kind] and (f.turn >= found.at or c in WHOLE) for c, f in said)


def report(found: Trap) -> str:
    """The trap, and what each check said of it."""
    lines = [f"{found.name} ({found.kind or 'sound'}), changed at turn {found.at}"]
    for verdict in found.verdicts():
        said = "; ".join(f"turn {f.turn}: {f.what}" for f in verdict.evidence)
        lines.append(f"  {verdict.check}: {'passed' if verdict.passed else verdict.passed} {said}")
    return "\n".join(lines)


def test_the_set_has_sixty_conversations_of_twelve_kinds_from_three_worlds() -> None:
    faulty, sound = [trap(n) for n in FAULTS], [trap(n) for n in SOUND]
    assert (len(set(FAULTS)), len(set(SOUND))) == (36, 24)
    assert RIGHT.keys() == KINDS.keys()
    assert set(Counter(t.kind for t in faulty).values()) == {3}
    assert not any(t.kind for t in sound)
    assert len({t.world.name for t in faulty}) == len({t.world.name for t in sound}) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_fault_is_caught_for_the_right_reason(kind: str) -> None:
    missed = [t for t in map(trap, FAULTS) if t.kind == kind and not is_caught(t)]
    assert len(missed) <= 1, "\n".join(map(report, missed))


def test_nine_faults_in_ten_are_caught() -> None:
    missed = [t for t in map(trap, FAULTS) if not is_caught(t)]
    assert len(missed) <= len(FAULTS) // 10, "\n".join(map(report, missed))


@pytest.mark.parametrize("name", SOUND)
def test_nothing_sound_is_objected_to(name: str) -> None:
    assert all(v.passed is True for v in trap(name).verdicts()), report(trap(name))


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_before_a_fault_is_objected_to(name: str) -> None:
    found = trap(name)
    early = [(c, f) for c, f in objections(found.verdicts()) if f.turn < found.at and c not in WHOLE]
    assert not early, report(found)
