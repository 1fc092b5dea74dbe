"""Lists that a tool makes no longer than so many: as long as that, without a total, they may not be whole."""

import pytest
from msgspec.structs import replace

from duologue.plans.rows import reader_of
from duologue.testing import tiny_environment
from duologue.types import Json, Slot, Statement, Tool

BY_STATEMENT = [
    ("SELECT 1 ORDER BY 1 LIMIT 3", 3, {}, True),
    ("SELECT 1 ORDER BY 1 LIMIT 3", 2, {}, False),
    ("SELECT 1 ORDER BY 1 limit 3;", 3, {}, True),
    ("SELECT 1 ORDER BY 1 LIMIT 3", 3, {"total": 9}, False),
    ("SELECT 1 ORDER BY 1", 3, {"truncated": True}, True),
    ("SELECT 1 WHERE 1 IN (SELECT 2 LIMIT 3) ORDER BY 1", 3, {}, False),
]
LIMIT, OFFSET = {"type": "integer", "default": 3}, {"type": "integer", "default": 0}
BY_PARAMETER: list[tuple[dict[str, Json], dict[str, Json], int, dict[str, Json], bool]] = [
    (LIMIT, {}, 3, {}, True),  # the default holds where nothing is passed
    (LIMIT, {}, 2, {}, False),
    (LIMIT, {}, 3, {"total": 3}, False),
    (LIMIT, {"most": 5}, 3, {}, False),
    (LIMIT, {"most": 5}, 5, {}, True),
    (LIMIT, {"most": None}, 50, {}, False),
    (LIMIT, {"skip": 2}, 1, {}, True),  # what was passed over belongs to the list, too
    (LIMIT, {"skip": 0}, 1, {}, False),
    ({"type": "integer"}, {}, 3, {}, False),
    ({"type": "integer"}, {"most": 3}, 3, {}, True),
]


def lister() -> tuple[Tool, str]:
    """A tool that lists, and the field that its list stands in."""
    tools = tiny_environment(seed=3).environment.toolset.tools
    tool = next(t for t in tools if any(p.count("[]") == 1 for p in t.outputs))
    return tool, next(p for p in tool.outputs if p.count("[]") == 1).partition("[]")[0]


def is_capped(tool: Tool, arguments: dict[str, Json], rows: int, more: dict[str, Json]) -> bool:
    field = lister()[1]
    names = [p.rpartition(".")[2] for p in tool.outputs if p.startswith(f"{field}[].")]
    result: dict[str, Json] = {field: [dict.fromkeys(names, n) for n in range(rows)], **more}
    found = [x for x in reader_of(tiny_environment(seed=3).catalog).listings(tool, arguments, result, 1, 0) if x.many]
    assert not any(x.capped and x.whole for x in found)
    return [x.capped for x in found] == [True]


@pytest.mark.parametrize(("sql", "rows", "more", "capped"), BY_STATEMENT)
def test_a_list_as_long_as_it_can_be_may_not_be_whole(sql: str, rows: int, more: dict[str, Json], capped: bool) -> None:
    tool, field = lister()
    tool = replace(tool, run=(Statement("return", sql, into=field),), inputs={})
    assert is_capped(tool, {}, rows, more) is capped


@pytest.mark.parametrize(("limit", "arguments", "rows", "more", "capped"), BY_PARAMETER)
def test_a_list_as_long_as_was_asked_for_may_not_be_whole(
    limit: dict[str, Json], arguments: dict[str, Json], rows: int, more: dict[str, Json], capped: bool
) -> None:
    tool, field = lister()
    tool = replace(
        tool,
        run=(Statement("return", "SELECT 1 ORDER BY 1 LIMIT :most OFFSET :skip", into=field),),
        parameters={"type": "object", "properties": {"most": limit, "skip": OFFSET}},
        inputs={"most": Slot("book", "", "limit"), "skip": Slot("book", "", "offset")},
    )
    assert is_capped(tool, arguments, rows, more) is capped
