"""The built-in shop, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def shop() -> Source:
    return from_domain("retail")


@pytest.fixture(scope="session")
def database(shop: Source) -> apsw.Connection:
    return shop.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(shop: Source) -> Iterator[SqliteSession]:
    with opened("retail", shop, "2025-06-14T17:45:00") as live:
        yield live
