"""The built-in tuition centre, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def centre() -> Source:
    return from_domain("tutoring")


@pytest.fixture(scope="session")
def database(centre: Source) -> apsw.Connection:
    return centre.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(centre: Source) -> Iterator[SqliteSession]:
    with opened("tutoring", centre, centre.now) as live:
        yield live
