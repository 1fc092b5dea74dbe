"""The page about domains counts what is there, and lets each be heard."""

import re
from pathlib import Path

from domains.desk import built
from duologue.sources import domains, overview

PAGE = (Path(__file__).parents[2] / "docs" / "domains.md").read_text(encoding="utf-8")


def test_the_table_counts_what_is_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| ([\d,]+) \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE)
    written = {name: tuple(int(n.replace(",", "")) for n in counts) for name, *counts in rows}
    found = (overview(name, built(name)) for name in domains())
    assert written == {d.name: (d.tables, d.rows, d.tools, d.rules) for d in found}


def test_each_is_heard() -> None:
    assert sorted(re.findall(r"^\*\*(\w+)\*\*", PAGE, re.MULTILINE)) == sorted(domains())
