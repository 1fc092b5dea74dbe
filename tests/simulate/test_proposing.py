"""A proposal says what the user should know before they agree: what stands there, what is lost, what it costs. Never what no result has shown."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from duologue.catalog.model import Link
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known
from duologue.simulate.agenda import Agenda
from duologue.simulate.beforehand import held, look_first, paid
from duologue.simulate.owed import Owed
from duologue.types import Act, Json, Meaning, Mention, Need, Slot, Statement, Tool, Toolset, Turn
from played import scripted as played
from played import tiny

SELL = Tool(
    "sell_book", "Sells copies of a book to a member.", {"properties": {}, "required": ["member_id", "book_id"]}, {}, "write",
    (
        Statement("bind", "SELECT price, :copies AS sold FROM book WHERE book_id = :book_id"),
        Statement("write", "INSERT INTO loan (member_id, book_id, fee) VALUES (:member_id, :book_id, :sold * :price)"),
    ),
    ("book", "member"), ("loan",), Meaning("act", "loan", verb="sell"),
    {"member_id": Slot("member", "member_id", "key"), "book_id": Slot("book", "book_id", "key"), "copies": Slot("loan", "renewals", "value")},
    {"fee": Slot("book", "price")},
)  # fmt: skip
SALT, ANN = ("5",), ("1",)


def proposals() -> Iterator[tuple[int, Turn, Act, tuple[Turn, ...]]]:
    """Every proposal of a dozen conversations, with what came before it."""
    for item in range(12):
        turns = played(item).turns
        for n, turn in enumerate(turns):
            for act in (a for a in turn.acts if a.kind == "confirm?"):
                yield item, turn, act, turns[:n]


def test_an_entry_is_proposed_with_what_stands_there() -> None:
    needs = [(t, a.need, b) for _, t, a, b in proposals() if a.need and a.need.meaning.family == "set"]
    changes = [(t, need, b) for t, need, b in needs if not need.when and not need.amends]
    told = [re.search(r"from (.+?) to ", t.message.content) for t, _, _ in changes]
    shown = ["\n".join(x.message.content for x in before if x.message.role == "tool") for _, _, before in changes]
    assert sum(found is not None for found in told) > 0.8 * len(told) > 0
    assert all(results for results in shown)


def agenda(**book: Json) -> tuple[Agenda, Owed]:
    """A user who wants to buy a book, of which results have shown so much."""
    t = tiny()
    columns = tuple(
        replace(c, role="measure", format="money") if c.name == "price" else c for c in t.catalog.table("book").columns
    )
    tables = tuple(replace(x, columns=columns) if x.name == "book" else x for x in t.catalog.tables)
    catalog = replace(t.catalog, tables=tables)
    toolset = replace(t.environment.toolset, tools=(*t.environment.toolset.tools, SELL))
    mind = Agenda(catalog, ToolIndex(toolset, catalog), approved=False)
    for table, row in (("book", {"book_id": 5, **book}), ("member", {"member_id": 1})):
        getter = mind.index.getter(table)
        assert getter is not None
        shown = {path: row[s.column] for path, s in getter.outputs.items() if s.column in row and not s.use}
        mind.memory.absorb(getter, {}, shown, 3, -1)
    need = Need(
        SELL.meaning or Meaning("act"),
        (Mention("member", {"@name": "Ann Ashe"}), Mention("book", {"@name": "Salt"})),
        {},
    )
    return mind, Owed(0, need, 1, chosen={0: ANN, 1: SALT})


@pytest.mark.parametrize(
    ("shown", "copies", "facts"),
    [
        ({"price": 6.25}, None, [("price", False)]),
        ({"price": 6.25}, 1, [("price", False)]),
        ({"price": 6.25}, 3, [("price", True)]),
        ({"price": 0}, 3, []),
        ({"price": None}, None, []),
        ({}, None, []),
    ],
)
def test_a_transaction_is_proposed_with_the_price_it_goes_by(
    shown: dict[str, Json], copies: int | None, facts: list[tuple[str, bool]]
) -> None:
    mind, owed = agenda(**shown)
    if copies is not None:
        owed.need = replace(owed.need, values={"loan.renewals:value": copies})
    assert [(f.column.name, f.each) for f in paid(mind, owed, SELL)] == facts


def test_a_price_that_something_may_have_changed_since_is_not_told() -> None:
    mind, owed = agenda(price=6.25)
    mind.written["book"] = 7
    assert list(paid(mind, owed, SELL)) == []


@pytest.mark.parametrize(("shown", "looks"), [({"price": 6.25}, False), ({}, True), ({"title": "Salt"}, True)])
def test_a_price_that_was_not_shown_is_looked_up_once(shown: dict[str, Json], looks: bool) -> None:
    mind, owed = agenda(**shown)
    rows = [mind.memory.known["member"][ANN], mind.memory.known["book"][SALT]]
    call = look_first(mind, owed, rows)
    assert (call is not None) is looks
    if call is not None:
        assert call.tool.effect == "read"
        assert {b.value for b in call.bound.values()} == {5}
        owed.checked = True
        assert look_first(mind, owed, rows) is None


SHELF = Tool(
    "books_of_branch", "", {"properties": {}, "required": ["branch_id"]}, {}, "read", reads=("book",), meaning=Meaning("related", "book", parent="branch"),
    inputs={"branch_id": Slot("branch", "branch_id", "key")},
    outputs={"rows[].book_id": Slot("book", "book_id"), "rows[].price": Slot("book", "price")},
)  # fmt: skip
LENT = Tool(
    "list_loans", "", {}, {}, "read", meaning=Meaning("find", "loan"),
    outputs={"rows[].loan_id": Slot("loan", "loan_id"), "rows[].book_id": Slot("book", "book_id"), "rows[].branch_id": Slot("branch", "branch_id")},
)  # fmt: skip


@pytest.mark.parametrize("refers", [True, False])
def test_a_price_is_looked_up_by_what_was_shown_beside_the_row(refers: bool) -> None:
    """The read asks for the branch that the book belongs to, which the call does not give."""
    catalog = agenda()[0].memory.catalog
    links = (*catalog.links, *([Link("book", ("branch_id",), "branch", ("branch_id",))] if refers else []))
    catalog = replace(catalog, links=links)
    mind = Agenda(catalog, ToolIndex(Toolset("t", (SELL, SHELF, LENT)), catalog), approved=False)
    mind.memory.absorb(LENT, {}, {"rows": [{"loan_id": 9, "book_id": 5, "branch_id": 2}]}, 3, -1)
    need = Need(SELL.meaning or Meaning("act"), (Mention("member"), Mention("book")), {})
    call = look_first(mind, Owed(0, need, 1, chosen={1: SALT}), [None, mind.memory.known["book"][SALT]])
    assert (call is not None) is refers
    if call is not None:
        assert (call.tool.name, {k: b.value for k, b in call.bound.items()}) == ("books_of_branch", {"branch_id": 2})


def test_who_deletes_hears_what_the_row_holds() -> None:
    mind, _ = agenda()
    loan = Known("loan", ("8",), {"loan_id": 8, "status": "open", "due_on": "2024-06-11", "lent_on": "2024-05-11"}, {})
    mind.memory.known["loan"] = {("8",): loan}
    owed = Owed(0, Need(Meaning("remove", "loan"), (Mention("loan", {"loan_id": 8}),)), 1, chosen={0: ("8",)})
    assert [f.column.name for f in held(mind, owed)] == ["status", "lent_on"]
    assert look_first(mind, owed, [loan]) is None
    assert look_first(mind, owed, [Known("loan", ("8",), {"loan_id": 8}, {})]) is not None
