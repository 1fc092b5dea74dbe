"""What is said of a list too long to be read out, and how single values and names are told."""

from collections import Counter

import pytest
from msgspec.structs import replace

from duologue.catalog.model import Catalog, Column, Table
from duologue.language.grammar import possessive
from duologue.language.phrases import Phrases
from duologue.language.values import say, tells
from duologue.plans.groups import Group
from duologue.plans.rows import Listing, Row, Shape
from duologue.simulate.listing import Rows
from duologue.simulate.overview import overview
from duologue.simulate.report import bare
from duologue.types import Dialogue, Json, Meaning, Need
from duologue.verify import verify_dialogue
from played import scripted as played
from played import tiny

BOATS = Table(
    "boats",
    "event",
    (
        Column("boats", "no", "key", type="INTEGER", label="number"),
        Column("boats", "name", "name", label="name"),
        Column("boats", "size", "measure", type="INTEGER", label="size", plural="sizes"),
        Column("boats", "seats", "measure", type="INTEGER", label="seats", plural="seats"),
        Column("boats", "since", "date", label="since", plural="sinces", format="date", sorts=True),
        Column("boats", "open", "flag", type="INTEGER", label="open", values=(0, 1)),
    ),
    key=("no",),
    display=("name",),
    label="boat",
    plural="boats",
)
CATALOG = Catalog("harbour", (BOATS,))
PHRASES = Phrases(CATALOG, month="2024-06")
FIND = Meaning("search", "boats")


def listing(columns: dict[str, list[Json]], total: int = 0) -> Listing:
    slots = {f"boats.{name}": values for name, values in columns.items()}
    size = len(next(iter(slots.values())))
    shape = Shape(Group("", False, ()), "", CATALOG)
    rows = tuple(Row({s: v[i] for s, v in slots.items()}, 1, i, shape) for i in range(size))
    return Listing(1, 0, FIND, rows, True, total or size)


def days(*numbers: int) -> list[Json]:
    return [f"2024-05-{n:02}" for n in numbers]


@pytest.mark.parametrize(
    ("columns", "total", "wanted", "says"),
    [
        ({"@name": list("ABCDEF")}, 0, "@name", {"by_name": "yes"}),
        ({"@name": list("ABCDEF")}, 40, "@name", {"by_name": "yes"}),
        ({"@name": list("ABCD")}, 40, "@name", {}),
        ({"@name": list("BACDEF")}, 0, "@name", {}),
        ({"since": days(9, 8, 7, 6, 5, 4)}, 0, "no", {"latest": "yes"}),
        ({"since": days(9, 8, 7, 6, 5, 4)}, 40, "no", {"by_latest": "yes"}),
        ({"since": days(9, 8, 7, 7, 5, 4)}, 0, "no", {}),  # the third is no later than the fourth
        (
            {"size": [9, 8, 7, 6, 5, 4]},
            0,
            "size",
            {"highest": "largest size", "spanned": "sizes", "low": "4", "high": "9"},
        ),
        ({"size": [4, 5, 6, 7, 8, 9]}, 40, "size", {"by_lowest": "smallest size"}),
        ({"size": [5, 1, 3, 2, 9, 4]}, 0, "size", {"spanned": "sizes", "low": "1", "high": "9"}),
        ({"size": [5, 1, 3, 2, 9, 4]}, 40, "size", {}),  # of a part, no range is said
        ({"size": [9, None, 7, 6, 5, 4]}, 0, "size", {}),
    ],
)
def test_order_and_range_are_said_only_where_they_were_seen(
    columns: dict[str, list[Json]], total: int, wanted: str, says: dict[str, str]
) -> None:
    found = overview(PHRASES, Need(FIND, wanted=(f"boats.{wanted}",)), listing(columns, total), 3)
    assert found == {"few": "three", **says}


@pytest.mark.parametrize(
    ("name", "value", "fact", "pair"),
    [
        ("seats", 35, "there are 35 seats", "35 seats"),
        ("seats", 1, "there is 1 seat", "1 seat"),
        ("size", 35, "the size is 35", "size 35"),
        ("open", 0, "the open status is set to no", ""),  # a yes or no is no pair
        ("since", "2024-05-03", "the start date is 3 May", "start date 3 May"),
        ("since", "2023-05-03", "the start date is 3 May 2023", "start date 3 May 2023"),
    ],
)
def test_a_value_is_told_as_people_tell_it(name: str, value: Json, fact: str, pair: str) -> None:
    facts = Rows(PHRASES, Need(Meaning("get", "boats"))).facts([(f"boats.{name}", value)])
    assert (facts["facts"], facts.get("pairs", "")) == (fact, pair)
    assert tells(fact, value, BOATS.column(name))


def test_a_yes_or_no_among_facts_is_said_plainly() -> None:
    facts = Rows(PHRASES, Need(Meaning("get", "boats"))).facts([("boats.size", 4), ("boats.open", 0)])["facts"]
    assert facts == "the size is 4 and it is not open"
    assert tells(facts, 0, BOATS.column("open"))
    assert not tells(facts, 1, BOATS.column("open"))


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("March 1998", "1998-03", True),
        ("Mar 1998", "1998-03", True),
        ("April 1998", "1998-03", False),
        ("March 1999", "1998-03", False),
        ("3 March 1998", "1998-03", False),
        ("March 1998", "1998-13", False),
    ],
)
def test_a_month_is_told_by_its_name(text: str, value: str, told: bool) -> None:
    assert tells(text, value) is told


@pytest.mark.parametrize("style", [0, 1, 2])
def test_a_month_that_splits_an_answer_is_said_by_its_name(style: int) -> None:
    text = Phrases(CATALOG, style).value("boats.since:month", "1998-03")
    assert text == "March 1998" == say("1998-03", BOATS.column("since"), style)
    assert tells(text, "1998-03")


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("the boat Tofu", "Tofu"),
        ("the boat French Guiana", "French Guiana"),
        ("the boat For Ever", "the boat For Ever"),
        ("the boat 94105", "the boat 94105"),
        ("the boat europe", "the boat europe"),
        ('the boat "Franchi S.p.A."', 'the boat "Franchi S.p.A."'),
        ("boat 40211", "boat 40211"),
    ],
)
def test_a_name_that_stands_by_itself_needs_no_label(row: str, text: str) -> None:
    assert bare(row, "the boat ") == text


@pytest.mark.parametrize(("name", "whose"), [("Dana", "Dana's"), ("Boris", "Boris'"), ("Mayumi's", "Mayumi's")])
def test_possessives(name: str, whose: str) -> None:
    assert possessive(name) == whose


def _told_in_part() -> tuple[Dialogue, int]:
    """A conversation with a list too long to be read out, and the turn that tells it."""
    for item in range(400):
        dialogue = played(item)
        for at, turn in enumerate(dialogue.turns):
            many = [a for a in turn.acts if a.kind == "report many" and a.values["total"] > a.values["lines"] > 1]
            rows = [a for a in many if a.need is not None and a.need.meaning.family in ("related", "search")]
            if turn.message.role == "assistant" and rows:
                return dialogue, at
    raise AssertionError("no conversation of the tiny library has a long list")


@pytest.mark.parametrize(
    ("said", "caught"),
    [
        ("", ""),
        (" I can go through the rest if you like.", ""),
        (" The fees range from 4.25 to 98,765.50.", "grounding"),
        (" The latest is from 3 March 1871.", "grounding"),
        (" There are no more.", "attribution"),
    ],
)
def test_what_is_said_beside_a_long_list_must_be_true(said: str, caught: str) -> None:
    dialogue, at = _told_in_part()
    message = dialogue.turns[at].message
    turn = replace(dialogue.turns[at], message=replace(message, content=message.content + said))
    spoiled = replace(dialogue, turns=(*dialogue.turns[:at], turn, *dialogue.turns[at + 1 :]))
    verdicts = verify_dialogue(spoiled, tiny().environment, tiny().image, tiny().catalog)
    assert {v.check for v in verdicts if v.passed is False} == ({caught} if caught else set())


def test_calls_have_reasons_and_texts_name_no_tool() -> None:
    tools = [t.name for t in tiny().environment.toolset.tools]
    reasons = Counter[str]()
    for item in range(8):
        for turn in played(item).turns:
            if turn.message.role == "assistant":
                assert bool(turn.rationale) == bool(turn.message.tool_calls)
                assert all(c.name in turn.rationale for c in turn.message.tool_calls)
                assert not any(name in turn.message.content for name in tools)
                reasons[turn.rationale] += 1
    assert max(n for r, n in reasons.items() if r) <= 3
