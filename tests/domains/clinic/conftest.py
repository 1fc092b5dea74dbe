"""The built-in clinic, opened at the moment its data ends."""

from collections.abc import Callable, Iterator

import apsw
import pytest

from duologue.environment import SqliteSession, open_session
from duologue.sources import Source, from_domain
from duologue.types import ClockSpec, Environment, Json, Toolset

Ask = Callable[[str], list[dict[str, Json]]]


@pytest.fixture(scope="session")
def clinic() -> Source:
    return from_domain("clinic")


@pytest.fixture(scope="session")
def database(clinic: Source) -> apsw.Connection:
    return clinic.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    """Rows of a query on the image, as dicts."""

    def query(sql: str) -> list[dict[str, Json]]:
        cursor = database.execute(sql)
        return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]

    return query


@pytest.fixture
def session(clinic: Source) -> Iterator[SqliteSession]:
    assert clinic.policy is not None
    environment = Environment("clinic", clinic.name, clinic.image.hash, Toolset("clinic", clinic.tools), clinic.policy)
    with open_session(clinic.image, environment, ClockSpec(clinic.now, seed=1)) as opened:
        yield opened
