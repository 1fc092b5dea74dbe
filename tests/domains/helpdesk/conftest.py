"""The built-in service desk, opened at the moment its data ends."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def helpdesk() -> Source:
    return from_domain("helpdesk")


@pytest.fixture(scope="session")
def database(helpdesk: Source) -> apsw.Connection:
    return helpdesk.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def session(helpdesk: Source) -> Iterator[SqliteSession]:
    with opened("helpdesk", helpdesk, helpdesk.now) as live:
        yield live
