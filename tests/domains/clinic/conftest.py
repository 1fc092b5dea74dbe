"""The built-in clinic, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def clinic() -> Source:
    return from_domain("clinic")


@pytest.fixture(scope="session")
def database(clinic: Source) -> apsw.Connection:
    return clinic.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(clinic: Source) -> Iterator[SqliteSession]:
    with opened("clinic", clinic, clinic.now) as live:
        yield live
