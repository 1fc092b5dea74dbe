"""What people say in the place of a column's name: dates by what happened, yes or no by what a row is, rows by their names."""

import random

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.language.asked import asked_for
from duologue.language.filters import spoken_filters
from duologue.language.flags import has_words, is_what
from duologue.language.naming import stands_alone
from duologue.language.phrases import Phrases
from duologue.language.picked import has_most, not_yet
from duologue.language.verbs import tied, turn
from duologue.language.weighed import chosen, is_more
from duologue.simulate.plainly import stands_alone as needs_no_label
from duologue.types import Json, Meaning, Mention, Need, Pick


def column(table: str, name: str, role: str, **more: Json) -> Column:
    return Column(table=table, name=name, role=role, **({"label": name.replace("_", " "), "plural": name + "s"} | more))  # type: ignore[arg-type]


MEMBERS = Table(
    "members",
    "entity",
    (
        column("members", "id", "key"),
        column("members", "name", "name"),
        column("members", "joined", "date", label="date joined", format="date"),
        column("members", "end", "date", label="contract end", format="date"),
        column("members", "cert", "flag", label="belay certificate", values=(0, 1)),
        column("members", "owed", "measure", label="balance due", format="money", type="REAL"),
        column("members", "wins", "measure", label="number of wins", type="INTEGER"),
    ),
    key=("id",),
    display=("name",),
    label="member",
    plural="members",
    person=True,
)
LOANS = Table(
    "loans",
    "event",
    (
        column("loans", "id", "key", type="INTEGER"),
        column("loans", "out", "date", label="date out", format="date"),
        column("loans", "due", "date", label="due date", format="date"),
        column("loans", "back", "date", label="return date", format="date", nulls=4),
        column("loans", "kind", "category", values=("day", "week"), type="TEXT"),
        column("loans", "state", "category", values=("worn", "day"), type="TEXT"),
        column("loans", "grade", "category", values=("7a", "6b"), type="TEXT"),
        column("loans", "is_lead", "flag", label="lead", values=(0, 1)),
        column("loans", "news", "flag", label="newsletter", values=(0, 1)),
        column("loans", "svc", "flag", label="service", values=(0, 1)),
        column("loans", "left", "measure", label="visits left", type="INTEGER"),
    ),
    key=("id",),
    label="loan",
    plural="loans",
)
WORDS = Phrases(Catalog("gym", (MEMBERS, LOANS), (Link("loans", ("member",), "members", ("id",)),)))


def asks(key: str, *more: str, who: str = "loan 7") -> set[str]:
    need = Need(Meaning("get", key.partition(".")[0]), (Mention(key.partition(".")[0]),), wanted=(key, *more))
    drawn = [asked_for(WORDS, need, who, random.Random(n)) for n in range(12)]
    return {text for d in drawn for text in d.values()}


@pytest.mark.parametrize(
    ("label", "noun", "person", "how", "verb", "thing"),
    [
        ("hire date", "employee", True, "done", "hired", ""),
        ("date opened", "pass", False, "done", "opened", ""),
        ("date joined", "member", True, "did", "joined", ""),
        ("registered on", "patient", True, "did", "registered", ""),
        ("registered on", "car", False, "done", "registered", ""),
        ("contract end", "crew member", True, "goes", "ends", "contract"),
        ("expiry date", "pass", False, "goes", "expires", ""),
        ("payment due date", "booking", False, "due", "due", "payment"),
        ("ETA", "voyage", False, "due", "due to arrive", ""),
        ("date out", "rental", False, "did", "went out", ""),
    ],
)  # fmt: skip
def test_what_a_date_says_happened(label: str, noun: str, person: bool, how: str, verb: str, thing: str) -> None:
    found = turn(label, noun, person)
    assert found is not None
    assert (found.how, found.verb, found.thing) == (how, verb, thing)


@pytest.mark.parametrize("label", ["last inspection date", "actual end", "review date", "required date"])
def test_a_date_whose_name_tells_nothing_has_no_verb(label: str) -> None:
    assert turn(label, "order") is None


@pytest.mark.parametrize(
    ("pick", "row", "has", "two"),
    [
        (Pick("latest", "members", "joined"), "the member who joined last", "joined last", "joined later"),
        (Pick("earliest", "members", "end"), "the member whose contract ends first", "has the earliest contract end", "has the earlier contract end"),
        (Pick("latest", "loans", "due"), "the loan due last", "is due last", "is due later"),
        (Pick("earliest", "loans", "out"), "the earliest loan", "went out first", "went out earlier"),
        (Pick("max", "members", "wins"), "the member with the most wins", "has the most wins", "has more wins"),
    ],
)  # fmt: skip
def test_the_most_and_the_least(pick: Pick, row: str, has: str, two: str) -> None:
    assert WORDS.pick(pick, WORDS.table(pick.table)[0]) == row
    assert has_most(WORDS, pick) == has
    of_two = Pick(pick.kind, pick.table, pick.column, 2)
    assert is_more(WORDS, of_two) == two
    assert chosen(WORDS, of_two).startswith("the one")


@pytest.mark.parametrize(
    ("slot", "said"),
    [("loans.back", "haven't been returned"), ("loans.out", ""), ("members.end", ""), ("members.joined", "")],
)
def test_what_is_outstanding(slot: str, said: str) -> None:
    assert not_yet(WORDS, slot) == said


@pytest.mark.parametrize(
    ("slot", "what", "asked_for"),
    [
        ("loans.is_lead", "marked as lead", True),
        ("members.cert", "down as having a belay certificate", True),
        ("loans.news", "down for the newsletter", True),
        ("loans.svc", "", False),
    ],
)
def test_a_yes_or_no_behind_is(slot: str, what: str, asked_for: bool) -> None:
    found = WORDS.slot(slot)[2]
    assert found is not None
    assert (is_what(found), has_words(found)) == (what, asked_for)


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("members", {"members.joined:from": "2024-05-03"}, "who joined on or after 3 May 2024"),
        ("members", {"members.end:to": "2024-05-03"}, "whose contract ends by 3 May 2024"),
        ("members", {"members.cert:equals": 0}, "without a belay certificate"),
        ("members", {"members.wins:from": 3}, "with 3 or more wins"),
        ("loans", {"loans.due:to": "2024-05-03"}, "due by 3 May 2024"),
        ("loans", {"loans.is_lead:equals": 1}, "that are marked as lead"),
    ],
)
def test_conditions_by_what_happened(table: str, values: dict[str, Json], said: str) -> None:
    need = Need(Meaning("search", table), values=values)
    assert said in {spoken_filters(WORDS, need, random.Random(n)) for n in range(40)}


@pytest.mark.parametrize(
    ("wanted", "who", "asked"),
    [
        (("members.joined",), "Dana", "when did Dana join"),
        (("members.owed",), "Dana", "how much does Dana owe"),
        (("members.wins",), "Dana", "how many wins does Dana have"),
        (("loans.left",), "loan 7", "how many visits are left for loan 7"),
        (("members.joined", "members.owed"), "Dana", "when did Dana join, and what is their balance due"),
        (("loans.due", "loans.out"), "loan 7", "when is loan 7 due, and when did it go out"),
        (("loans.kind", "loans.due"), "loan 7", "what kind is loan 7, and when is it due"),
    ],
)
def test_facts_in_words_of_their_own(wanted: tuple[str, ...], who: str, asked: str) -> None:
    assert asked in asks(*wanted, who=who)


@pytest.mark.parametrize(
    ("label", "name", "alone"),
    [
        ("route", "Paper Tiger", True), ("route", "Rust", False), ("city", "Porto", True), ("job", "Sales Manager", False),
        ("gear item", "helmet M", False), ("supplier", "Mayumi's", True),
    ],
)  # fmt: skip
def test_names_that_go_without_their_kind(label: str, name: str, alone: bool) -> None:
    assert stands_alone(label, name) == alone


@pytest.mark.parametrize(
    ("role", "said"),
    [("assignee", "assigned to"), ("setter", "set by"), ("home port", "based in"), ("destination", "going to"), ("parent", "")],
)  # fmt: skip
def test_what_a_row_is_to_another(role: str, said: str) -> None:
    assert tied(role) == said


@pytest.mark.parametrize(
    ("wanted", "slot", "value", "alone"),
    [
        (("loans.kind", "loans.out"), "loans.kind", "week", True),
        (("loans.kind", "loans.state"), "loans.kind", "week", False),  # both may be "day"
        (("loans.grade",), "loans.grade", "7a", False),
        (("members.@name",), "members.@name", "Dana Roy", True),
    ],
)
def test_what_is_told_without_the_name_of_its_column(
    wanted: tuple[str, ...], slot: str, value: Json, alone: bool
) -> None:
    assert needs_no_label(WORDS, Need(Meaning("search", "loans"), wanted=wanted), slot, value) == alone
