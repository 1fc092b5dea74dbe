"""The built-in operations desk, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def operations() -> Source:
    return from_domain("operations")


@pytest.fixture(scope="session")
def database(operations: Source) -> apsw.Connection:
    return operations.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(operations: Source) -> Iterator[SqliteSession]:
    with opened("operations", operations, operations.now) as live:
        yield live
