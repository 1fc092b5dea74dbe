"""The built-in airline, opened at nine on the morning its data is of."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking
from duologue.environment import SqliteSession, open_session
from duologue.sources import Source, from_domain
from duologue.types import ClockSpec, Environment, Toolset


@pytest.fixture(scope="session")
def travel() -> Source:
    return from_domain("travel")


@pytest.fixture(scope="session")
def rows(travel: Source) -> apsw.Connection:
    return travel.image.connect()


@pytest.fixture(scope="session")
def ask(rows: apsw.Connection) -> Ask:
    return asking(rows)


def _opened(travel: Source, start: str) -> Iterator[SqliteSession]:
    assert travel.policy is not None
    environment = Environment("travel", travel.name, travel.image.hash, Toolset("travel", travel.tools), travel.policy)
    with open_session(travel.image, environment, ClockSpec(start, seed=1, least=0, most=0)) as opened:
        yield opened


@pytest.fixture
def session(travel: Source) -> Iterator[SqliteSession]:
    yield from _opened(travel, "2025-05-21T09:00:00")


@pytest.fixture
def later(travel: Source) -> Iterator[SqliteSession]:
    """A second later."""
    yield from _opened(travel, "2025-05-21T09:00:01")
