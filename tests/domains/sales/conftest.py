"""The built-in sales desk, opened at nine on the morning its data is of."""

from collections.abc import Iterator

import apsw
import pytest

from domains.desk import Ask, asking, opened
from duologue.environment import SqliteSession
from duologue.sources import Source, from_domain


@pytest.fixture(scope="session")
def sales() -> Source:
    return from_domain("sales")


@pytest.fixture(scope="session")
def rows(sales: Source) -> apsw.Connection:
    return sales.image.connect()


@pytest.fixture(scope="session")
def ask(rows: apsw.Connection) -> Ask:
    return asking(rows)


@pytest.fixture
def session(sales: Source) -> Iterator[SqliteSession]:
    with opened("sales", sales, sales.now) as live:
        yield live
