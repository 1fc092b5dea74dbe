"""Two rows that results have shown to be linked are not proposed to be linked once more."""

from collections.abc import Sequence

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.plans.groups import Group
from duologue.plans.index import ToolIndex
from duologue.plans.rows import Listing, Row, Shape
from duologue.simulate.agenda import Agenda
from duologue.simulate.linked import linked_already
from duologue.simulate.owed import Owed
from duologue.types import Json, Meaning, Mention, Need, Toolset


def table(name: str, kind: str, *columns: str, key: tuple[str, ...]) -> Table:
    made = tuple(Column(name, c, "key", type="INTEGER", label=c, plural=c) for c in columns)
    return Table(name, kind, made, key=key, label=name, plural=name + "s")  # type: ignore[arg-type]


CATALOG = Catalog(
    "school",
    (
        table("pupil", "entity", "id", key=("id",)),
        table("tutor", "entity", "id", key=("id",)),
        table("teaches", "link", "pupil_id", "tutor_id", key=("pupil_id", "tutor_id")),
    ),
    (Link("teaches", ("pupil_id",), "pupil", ("id",)), Link("teaches", ("tutor_id",), "tutor", ("id",))),
)
LINK, UNLINK = (Meaning(f, "teaches", parent="pupil", other="tutor") for f in ("link", "unlink"))
LIST = Meaning("related", "tutor", parent="pupil")
GET = Meaning("get", "pupil")


def of(meaning: Meaning, pupil: int, tutor: int = 0, at: int = -1, failed: bool = False) -> Owed:
    mentions = (Mention("pupil", by={"id": pupil}), *([Mention("tutor", by={"id": tutor})] if tutor else []))
    return Owed(0, Need(meaning, mentions), 0, answered_at=at, failed=failed)


def shown(meaning: Meaning, at: int, name: str, *keys: int, many: bool = True) -> Listing:
    shape = Shape(Group("", True, (("id", f"{name}.id"),)), name, CATALOG)
    rows = tuple(Row({f"{name}.id": k}, at, i, shape, {name: ((str(k),), {"id": k})}) for i, k in enumerate(keys))
    return Listing(at, 0, meaning, rows, many, len(keys))


def listed(at: int, pupil: int, *tutors: int) -> Owed:
    owed = of(LIST, pupil, at=at)
    owed.listings = [shown(LIST, at, "tutor", *tutors)]
    return owed


def looked_at(at: int, pupil: int, *tutors: int) -> list[Listing]:
    return [shown(GET, at, "tutor", *tutors), shown(GET, at, "pupil", pupil, many=False)]


@pytest.mark.parametrize(
    ("done", "seen", "so"),
    [
        ([], [], False),
        ([of(LINK, 1, 7, at=3)], [], True),
        ([of(LINK, 1, 7, at=3, failed=True)], [], False),
        ([of(LINK, 1, 8, at=3)], [], False),
        ([of(LINK, 2, 7, at=3)], [], False),
        ([of(LINK, 1, 7, at=3), of(UNLINK, 1, 7, at=5)], [], False),
        ([of(UNLINK, 1, 7, at=3), of(LINK, 1, 7, at=5)], [], True),
        ([listed(3, 1, 6, 7)], [], True),
        ([listed(3, 1, 6, 8)], [], False),
        ([listed(3, 2, 6, 7)], [], False),
        ([listed(3, 1, 6, 7), of(UNLINK, 1, 7, at=5)], [], False),
        ([], looked_at(3, 1, 6, 7), True),
        ([], looked_at(3, 2, 6, 7), False),
        ([], [shown(Meaning("search", "tutor"), 3, "tutor", 6, 7)], False),
        ([of(UNLINK, 1, 7, at=5)], looked_at(3, 1, 6, 7), False),
    ],
)
def test_what_is_linked_already_was_seen_to_be(done: Sequence[Owed], seen: Sequence[Listing], so: bool) -> None:
    agenda = Agenda(CATALOG, ToolIndex(Toolset("none", ()), CATALOG), approved=False)
    agenda.owed.extend(done)
    agenda.memory.listings.extend(seen)
    assert linked_already(agenda, of(LINK, 1, 7), (None, None)) is so


def test_an_entry_that_joins_the_two_shows_it() -> None:
    agenda = Agenda(CATALOG, ToolIndex(Toolset("none", ()), CATALOG), approved=False)
    values: dict[str, Json] = {"pupil_id": 1, "tutor_id": 7}
    shape = Shape(
        Group("", True, (("pupil_id", "teaches.pupil_id"), ("tutor_id", "teaches.tutor_id"))), "teaches", CATALOG
    )
    agenda.memory._know(Row({}, 3, 0, shape, {"teaches": (("1", "7"), values)}))
    assert linked_already(agenda, of(LINK, 1, 7), (None, None))
    assert not linked_already(agenda, of(LINK, 1, 8), (None, None))
