"""Lists that a tool makes no longer than so many: as long as that, without a total, they may not be whole."""

import pytest
from msgspec.structs import replace

from duologue.plans.rows import reader_of
from duologue.testing import tiny_environment
from duologue.types import Statement

CASES = [
    ("SELECT 1 ORDER BY 1 LIMIT 3", 3, {}, True),
    ("SELECT 1 ORDER BY 1 LIMIT 3", 2, {}, False),
    ("SELECT 1 ORDER BY 1 limit 3;", 3, {}, True),
    ("SELECT 1 ORDER BY 1 LIMIT 3", 3, {"total": 9}, False),
    ("SELECT 1 ORDER BY 1 LIMIT :limit", 3, {}, False),
    ("SELECT 1 WHERE 1 IN (SELECT 2 LIMIT 3) ORDER BY 1", 3, {}, False),
]


@pytest.mark.parametrize(("sql", "rows", "more", "capped"), CASES)
def test_a_list_as_long_as_it_can_be_may_not_be_whole(sql: str, rows: int, more: dict[str, int], capped: bool) -> None:
    tiny = tiny_environment(seed=3)
    listing = next(t for t in tiny.environment.toolset.tools if any(p.count("[]") == 1 for p in t.outputs))
    field = next(p for p in listing.outputs if p.count("[]") == 1).partition("[]")[0]
    tool = replace(listing, run=(Statement("return", sql, into=field),))
    names = [p.rpartition(".")[2] for p in listing.outputs if p.startswith(f"{field}[].")]
    found = reader_of(tiny.catalog).listings(
        tool, {field: [dict.fromkeys(names, n) for n in range(rows)], **more}, 1, 0
    )
    assert [x.capped for x in found if x.many] == [capped]
    assert not (capped and any(x.whole for x in found if x.many))
