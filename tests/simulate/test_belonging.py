"""What a row belongs to is known from what results have shown, and from the links of the schema."""

from collections.abc import Sequence

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.plans.groups import Group
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known
from duologue.plans.rows import Listing, Row, Shape
from duologue.simulate.agenda import Agenda
from duologue.simulate.owed import Owed
from duologue.simulate.replies.belonging import belongs_to
from duologue.types import Json, Meaning, Mention, Need, Toolset

Place = tuple[str, tuple[str, ...]]


def table(name: str, *references: str, person: bool = False, loose: bool = False) -> Table:
    own = Column(name, "id", "key", type="INTEGER", label="id", plural="ids", nullable=False)
    to = (Column(name, r, "reference", type="INTEGER", label=r, plural=r, nulls=loose and 3) for r in references)
    return Table(name, "entity", (own, *to), key=("id",), label=name, plural=name + "s", person=person)


def link(child: str, column: str, parent: str) -> Link:
    return Link(child, (column,), parent, ("id",))


CATALOG = Catalog(
    "line",
    (
        table("guest", person=True),
        table("booking", "guest_id"),
        table("ticket", "booking_id"),
        table("bag", "ticket_id"),
        table("note", "ticket_id", loose=True),
        table("leg", "from_id", "to_id"),
        table("port"),
    ),
    (
        link("booking", "guest_id", "guest"),
        link("ticket", "booking_id", "booking"),
        link("bag", "ticket_id", "ticket"),
        link("note", "ticket_id", "ticket"),
        link("leg", "from_id", "port"),
        link("leg", "to_id", "port"),
    ),
)
BAG, NOTE, TICKET, BOOKING, LEG = (
    ("bag", ("1",)),
    ("note", ("1",)),
    ("ticket", ("2",)),
    ("booking", ("3",)),
    ("leg", ("4",)),
)


def at(place: Place, **columns: Json) -> Known:
    return Known(*place, dict(columns))


def listing(family: str, source: int, *rows: Sequence[Place], many: bool = True) -> Listing:
    shape = Shape(Group("", many, (("id", f"{rows[0][0][0]}.id"),)), rows[0][0][0], CATALOG)
    made = tuple(Row({}, source, i, shape, {t: (k, {}) for t, k in row}) for i, row in enumerate(rows))
    return Listing(source, 0, Meaning(family, rows[0][0][0]), made, many, len(made))


def asked_for(source: int, booking: int) -> Owed:
    need = Need(Meaning("related", "ticket", parent="booking"), (Mention("booking", by={"id": booking}),))
    return Owed(0, need, 0, answered_at=source)


OF_BOOKING = at(TICKET, booking_id=3)
TICKETS = listing("related", 5, [TICKET], [("ticket", ("9",))])
RECORD = (listing("get", 5, [TICKET]), listing("get", 5, [BOOKING], many=False))


@pytest.mark.parametrize(
    ("row", "known", "listings", "owed", "found"),
    [
        (TICKET, [], [], [], []),
        (TICKET, [OF_BOOKING], [], [], [BOOKING]),
        (BAG, [at(BAG, ticket_id=2), OF_BOOKING], [], [], [TICKET, BOOKING]),
        (NOTE, [at(NOTE, ticket_id=2), OF_BOOKING], [], [], []),
        (BOOKING, [at(BOOKING, guest_id=7)], [], [], []),
        (TICKET, [], [listing("act", 5, [TICKET, BOOKING])], [], [BOOKING]),
        (TICKET, [], [listing("act", 5, [("ticket", ("9",)), BOOKING])], [], []),
        (TICKET, [OF_BOOKING], [listing("act", 5, [TICKET, ("booking", ("8",))])], [], [BOOKING]),
        (TICKET, [], [TICKETS], [asked_for(5, 3)], [BOOKING]),
        (TICKET, [], [TICKETS], [asked_for(4, 3)], []),
        (TICKET, [], RECORD, [], [BOOKING]),
        (LEG, [], [listing("get", 5, [LEG, ("port", ("1",))], many=False)], [], []),
        (LEG, [at(LEG, from_id=1, to_id=2)], [], [], [("port", ("1",)), ("port", ("2",))]),
    ],
)
def test_what_a_row_belongs_to(
    row: Place, known: Sequence[Known], listings: Sequence[Listing], owed: Sequence[Owed], found: Sequence[Place]
) -> None:
    agenda = Agenda(CATALOG, ToolIndex(Toolset("none", ()), CATALOG), approved=False)
    agenda.memory.known = {k.table: {k.key: k} for k in known}
    agenda.memory.listings.extend(listings)
    agenda.owed.extend(owed)
    assert belongs_to(agenda, row) == frozenset(found)
