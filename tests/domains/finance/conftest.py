"""The built-in finance back office, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def finance() -> Source:
    return from_domain("finance")


@pytest.fixture(scope="session")
def database(finance: Source) -> apsw.Connection:
    return finance.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(finance: Source) -> Iterator[SqliteSession]:
    with opened("finance", finance, finance.now) as live:
        yield live
