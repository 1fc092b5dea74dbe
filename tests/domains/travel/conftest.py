"""The built-in airline, at nine and not a second later; its rules are broken at a second past."""

from collections.abc import Iterator

import pytest

from domains.desk import opened
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import ClockSpec


@pytest.fixture
def clock(source: Source) -> ClockSpec:
    return ClockSpec(source.now, seed=1, least=0, most=0)


@pytest.fixture
def later(source: Source) -> Iterator[SqliteSession]:
    with opened(source, ClockSpec("2025-05-21T09:00:01", seed=1, least=0, most=0)) as live:
        yield live
