"""What the assistant calls rows whose key takes several columns."""

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, Memory
from duologue.simulate.called import called
from duologue.simulate.decided import _as_one
from duologue.types import Json, Toolset


def table(name: str, label: str, *columns: tuple[str, str], key: int = 1, display: str = "") -> Table:
    made = tuple(Column(name, n, r, label=n, plural=n + "s") for n, r in columns)  # type: ignore[arg-type]
    keys = tuple(n for n, _ in columns[:key])
    return Table(name, "entity", made, key=keys, display=(display,) if display else (), label=label, plural=label + "s")


CATALOG = Catalog(
    "world",
    (
        table("countries", "country", ("code", "key"), ("name", "name"), display="name"),
        table("languages", "language", ("country", "reference"), ("language", "key"), key=2),
        table("visits", "visit", ("country", "reference"), ("day", "date"), key=2),
        table("stops", "stop", ("country", "reference"), ("number", "key"), key=2),
        table("borders", "border", ("country", "reference"), ("other", "reference"), key=2),
        table("seats", "seat", ("row", "key"), ("place", "key"), key=2),
    ),
    tuple(
        Link(t, (c,), "countries", ("code",))
        for t, c in (
            ("languages", "country"),
            ("visits", "country"),
            ("stops", "country"),
            ("borders", "country"),
            ("borders", "other"),
        )
    ),
)


@pytest.mark.parametrize(
    ("of", "values", "text"),
    [
        ("languages", {"country": "AZ", "language": "Lezgian"}, "the language Lezgian of Azerbaijan"),
        ("visits", {"country": "AZ", "day": "2024-05-03"}, "the visit of Azerbaijan from 3 May 2024"),
        ("stops", {"country": "AZ", "number": 4}, "stop 4 of Azerbaijan"),
        ("stops", {"country": "TV", "number": 4}, "stop 4 of country TV"),
        ("borders", {"country": "AZ", "other": "TV"}, "the border for Azerbaijan and country TV"),
        ("seats", {"row": "a", "place": "c"}, "the seat with row a and place c"),
        ("countries", {"code": "AZ", "@name": "Azerbaijan"}, "Azerbaijan"),
        ("countries", {"code": "AZ"}, "country AZ"),
    ],
)
def test_a_row_is_called_as_people_call_it(of: str, values: dict[str, Json], text: str) -> None:
    memory = Memory(CATALOG, ToolIndex(Toolset("world", ()), CATALOG))
    memory.known["countries"] = {("AZ",): Known("countries", ("AZ",), {"code": "AZ", "@name": "Azerbaijan"})}
    assert called(Phrases(CATALOG), memory, Known(of, (), values)) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["the stop Ada of the line B", "the stop Lee of the line B"], "the stops Ada and Lee of the line B"),
        (["the stop Ada of the line B", "the stop Lee of the line C"], "the stop Ada of the line B and the stop Lee of the line C"),
        (["the stop for A and B", "the stop for A and C"], "the stop for A and B and the stop for A and C"),
    ],
)  # fmt: skip
def test_rows_of_the_same_are_said_together(names: list[str], text: str) -> None:
    assert _as_one(names, "stop", "stops") == text
