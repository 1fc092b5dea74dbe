"""The built-in shop, opened at the moment its data ends."""

from collections.abc import Callable, Iterator

import apsw
import pytest

from duologue.environment import SqliteSession, open_session
from duologue.sources import Source, from_domain
from duologue.types import ClockSpec, Environment, Json, Toolset

Ask = Callable[[str], list[dict[str, Json]]]


@pytest.fixture(scope="session")
def shop() -> Source:
    return from_domain("retail")


@pytest.fixture(scope="session")
def database(shop: Source) -> apsw.Connection:
    return shop.image.connect()


@pytest.fixture(scope="session")
def ask(database: apsw.Connection) -> Ask:
    """Rows of a query on the image, as dicts."""

    def query(sql: str) -> list[dict[str, Json]]:
        cursor = database.execute(sql)
        return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]

    return query


@pytest.fixture
def session(shop: Source) -> Iterator[SqliteSession]:
    assert shop.policy is not None
    environment = Environment("retail", shop.name, shop.image.hash, Toolset("retail", shop.tools), shop.policy)
    with open_session(shop.image, environment, ClockSpec("2025-06-14T17:45:00", seed=1)) as opened:
        yield opened
