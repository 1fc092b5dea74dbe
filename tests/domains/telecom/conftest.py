"""The built-in mobile network, opened at half past ten on the morning its data is of."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking
from duologue.environment import SqliteSession, open_session
from duologue.sources import Source, from_domain
from duologue.types import ClockSpec, Environment, Toolset


@pytest.fixture(scope="session")
def telecom() -> Source:
    return from_domain("telecom")


@pytest.fixture(scope="session")
def rows(telecom: Source) -> apsw.Connection:
    return telecom.image.connect()


@pytest.fixture(scope="session")
def ask(rows: apsw.Connection) -> Ask:
    return asking(rows)


@pytest.fixture
def session(telecom: Source) -> Iterator[SqliteSession]:
    assert telecom.policy is not None
    toolset = Toolset("telecom", telecom.tools, own=telecom.own_tools)
    environment = Environment("telecom", telecom.name, telecom.image.hash, toolset, telecom.policy)
    with open_session(telecom.image, environment, ClockSpec("2025-10-16T10:30:00", seed=1, least=0, most=0)) as opened:
        yield opened
