"""When a scenario takes place."""

from duologue.catalog import Catalog
from duologue.tasks.clock import scenario_clock


def test_at_the_moment_the_source_names() -> None:
    catalog = Catalog("desk", (), latest="2025-09-30", now="2025-05-21T09:00:00")
    starts = {scenario_clock(catalog, seed).start for seed in range(60)}
    assert len(starts) > 50
    assert all("2025-05-21T09:00:00" <= s < "2025-05-21T10:00:00" for s in starts)


def test_else_some_days_after_the_latest_date() -> None:
    starts = {scenario_clock(Catalog("desk", (), latest="2025-05-21"), seed).start[:10] for seed in range(60)}
    assert len(starts) > 8
    assert all("2025-05-21" < s <= "2025-06-13" for s in starts)
