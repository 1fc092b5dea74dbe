"""The built-in automation desk, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def automation() -> Source:
    return from_domain("automation")


@pytest.fixture(scope="session")
def database(automation: Source) -> apsw.Connection:
    return automation.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(automation: Source) -> Iterator[SqliteSession]:
    with opened("automation", automation, automation.now) as live:
        yield live
