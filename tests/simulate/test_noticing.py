"""A new row that is like one seen is noticed before it is entered; one that differs in anything is not."""

import pytest
from msgspec.structs import replace

from duologue.plans.binding import Bound
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, Memory
from duologue.simulate.noticing import twin
from duologue.testing import tiny_environment
from duologue.types import Json

TINY = tiny_environment(seed=3)
INDEX = ToolIndex(TINY.environment.toolset, TINY.catalog)
ENTER = next(t for t in INDEX.toolset.tools if t.meaning is not None and t.meaning.family == "create")
SEEN: dict[str, Json] = {"loan_id": 4, "member_id": 7, "book_id": 2, "lent_on": "2024-05-11", "due_on": "2024-06-11", "status": "open"}  # fmt: skip
NEW: dict[str, Json] = {"member_id": 7, "book_id": 2, "lent_on": "2024-05-11", "due_on": "2024-06-11", "status": "open", "fee": 0.5}  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "new", "alike"),
    [
        ({}, {}, True),
        ({"fee": 0.5}, {}, True),
        ({"member_id": "7"}, {}, True),
        ({"fee": 1.5}, {}, False),
        ({}, {"due_on": "2024-06-12"}, False),
        ({}, {"member_id": 8}, False),
        ({"member_id": None}, {}, False),
    ],
)
def test_a_row_is_like_another_in_all_that_is_known_of_both(
    seen: dict[str, Json], new: dict[str, Json], alike: bool
) -> None:
    memory = Memory(TINY.catalog, INDEX)
    memory.known["loan"] = {("4",): Known("loan", ("4",), {**SEEN, **seen}, {})}
    bound = {name: Bound(value) for name, value in {**NEW, **new}.items() if name in ENTER.inputs}
    assert (twin(memory, ENTER, bound) is not None) is alike


def test_of_a_table_that_joins_two_others_these_are_enough() -> None:
    tables = tuple(replace(t, kind="link") if t.name == "loan" else t for t in TINY.catalog.tables)
    catalog = replace(TINY.catalog, tables=tables)
    memory = Memory(catalog, ToolIndex(TINY.environment.toolset, catalog))
    memory.known["loan"] = {("4",): Known("loan", ("4",), SEEN, {})}
    bound = {name: Bound(value) for name, value in NEW.items() if name in ENTER.inputs}
    assert twin(memory, ENTER, bound | {"due_on": Bound("2025-01-01")}) is not None
    assert twin(memory, ENTER, bound | {"book_id": Bound(9)}) is None
