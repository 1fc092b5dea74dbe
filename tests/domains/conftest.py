"""A built-in domain, opened at the moment its data ends. Its tests stand in a folder of its name."""

from collections.abc import Iterator

import apsw
import jsonschema_rs
import pytest

pytest.register_assert_rewrite("domains.desk", "domains.tables")

from domains.desk import Ask, Do, Promised, asking, built, opened  # noqa: E402 - asserts are rewritten as a module is imported
from duologue.environment import SqliteSession  # noqa: E402
from duologue.sources import Source  # noqa: E402
from duologue.types import ClockSpec, Json  # noqa: E402


@pytest.fixture(scope="module")
def domain(request: pytest.FixtureRequest) -> str:
    """Its name."""
    return request.path.parent.name


@pytest.fixture(scope="module")
def source(domain: str) -> Source:
    return built(domain)


@pytest.fixture(scope="module")
def database(source: Source) -> apsw.Connection:
    return source.image.connect()


@pytest.fixture(scope="module")
def ask(database: apsw.Connection) -> Ask:
    return asking(database)


@pytest.fixture
def clock(source: Source) -> ClockSpec:
    return ClockSpec(source.now, seed=1)


@pytest.fixture
def session(source: Source, clock: ClockSpec) -> Iterator[SqliteSession]:
    with opened(source, clock) as live:
        yield live


@pytest.fixture
def later(session: SqliteSession) -> SqliteSession:
    """Where rules are broken: for a domain that has an edge of a second, a second later."""
    return session


@pytest.fixture(scope="module")
def promised(source: Source) -> Promised:
    """What each tool says it returns, and nothing beyond."""
    return {t.name: jsonschema_rs.validator_for({**t.returns, "additionalProperties": False}) for t in source.tools}


@pytest.fixture
def do(session: SqliteSession, promised: Promised) -> Do:
    """The result of a call that must go through and keep what its tool promises."""

    def call(tool: str, **arguments: Json) -> Json:
        outcome = session.execute(tool, arguments)
        assert not outcome.failed, outcome.text
        promised[tool].validate(outcome.result)
        return outcome.result

    return call
