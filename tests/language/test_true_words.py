"""Lines that were said where they were not true, or were no English, stay away, whatever brackets are drawn."""

import random
import re
from pathlib import Path

import pytest

import duologue.domains
from duologue.language.clauses import worded
from duologue.language.grammar import grammar

UNTRUE = [
    # said where the assistant had asked once
    ("agent", "hurried.confirm", {}, r"again"),
    # "you want the price to 5 for Ann"
    (
        "agent",
        "confirm.set",
        {"changes": "the price to 5", "Changes": "The price to 5", "who": "Ann"},
        r"^The price|(?:you want|: ) ?the price to",
    ),
    # an offer is not asked whether it is right
    ("agent", "confirm.set", {"changes": "the price to 5", "who": "Ann"}, r"Happy to.*(?:right|correct)\?"),
    ("agent", "confirm.own", {"confirm": "cancel it"}, r"Happy to.*(?:right|correct)\?"),
    # "As for the change. I would add …"
    ("agent", "confirm_again.held", {"proposal": "I would add it."}, r"\bAs for [^.]*\. I"),
]


@pytest.mark.parametrize(("speaker", "path", "slots", "never"), UNTRUE)
def test_a_line_is_true_wherever_it_is_drawn(speaker: str, path: str, slots: dict[str, str], never: str) -> None:
    lines = grammar(speaker, "")
    said = {lines.line(path, random.Random(seed), slots) for seed in range(300)}
    assert len(said) > 2
    assert not [text for text in said if re.search(never, text)]


def test_what_is_told_of_instalments_is_told_of_the_first() -> None:
    """The last one makes up the rest: not all of them are of that sum."""
    folder = Path(duologue.domains.__file__).parent
    lines = [line for p in sorted(folder.glob("*/lexicon.yaml")) for line in p.read_text("utf-8").splitlines()]
    told = [line for line in lines if "{each_gbp}" in line]
    assert told
    assert not [line for line in told if "first" not in line and "beginning with" not in line]


@pytest.mark.parametrize("part", ["ask", "want", "do", "bit"])
@pytest.mark.parametrize("filters", ["", "made by Ann"])
def test_numbers_by_group_are_not_asked_for_as_one_number(part: str, filters: str) -> None:
    slots = {"subjects": "referrals", "group": "status", "filters": filters}
    said = {worded(grammar("user", ""), part, slots, "count", random.Random(seed)) for seed in range(60)}
    assert all("status" in text and filters in text for text in said)
