"""What the assistant says to a doubt: that what was doubted stands, and nothing that nobody doubted."""

import pytest

from asides import failing, played, reply
from duologue.language.grammar import grammar
from duologue.types import Dialogue

ITEMS = 12
LEAST = {"one": {"value", "fact"}, "of": {"value", "fact"}, "count": {"count"}}


def doubted() -> list[tuple[Dialogue, int]]:
    found = [played(n, "doubt") for n in range(ITEMS)]
    return [(d, at) for d in found for at, t in enumerate(d.turns) if "doubt" in t.behaviours]


def test_a_second_look_is_told_in_a_sentence_with_what_was_doubted() -> None:
    found = doubted()
    assert found
    for dialogue, at in found:
        doubt, said = dialogue.turns[at].acts[0], reply(dialogue, at)
        assert len(said.acts[0].values["told"]) <= 1 or not doubt.values
        assert failing(dialogue) == {}


@pytest.mark.parametrize("form", sorted(LEAST))
def test_every_line_says_what_was_doubted(form: str) -> None:
    for line in grammar("agent").templates(f"stands.{form}"):
        assert line.says & LEAST[form]
        assert form != "of" or "name" in line.says
