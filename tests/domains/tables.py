"""Tests made of a domain's tables, for its test files to name: what its rows must never show and must hold, and each rule of its policy on both
sides of its edge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import apsw
import pytest

from domains.desk import Ask, Do, Promised, goes_through, refusal
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Json

Test = Callable[..., None]


def never(contradictions: Mapping[str, str]) -> Test:
    """Queries that find nothing, by what they look for."""

    @pytest.mark.parametrize("what", contradictions)
    def test(database: apsw.Connection, what: str) -> None:
        assert database.execute(contradictions[what]).fetchall()[:3] == []

    return test


def there_are(cases: Mapping[str, tuple[int, str]]) -> Test:
    """Queries that find at least so many rows, by what they look for."""

    @pytest.mark.parametrize("what", cases)
    def test(database: apsw.Connection, what: str) -> None:
        least, sql = cases[what]
        assert len(database.execute(sql).fetchall()) >= least

    return test


@dataclass(frozen=True)
class Rules:
    """A policy on both sides of its edges."""

    cases: Mapping[str, tuple[str, str, str, str]]
    """Rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row."""
    more: Sequence[tuple[str, str, str]]
    """The same rules for the other tools they bind, and from their other side: tool, arguments, the error, or "" for what goes through."""
    preamble: str = ""
    """What stands before each query: `WITH …`."""
    judged: tuple[str, ...] = ("confirm",)
    """The rules without a guard."""

    def arguments(self, ask: Ask, sql: str) -> dict[str, Json]:
        """The first row of a query."""
        found = ask(f"{self.preamble} {sql} LIMIT 1")
        assert found, f"the data has no example: {sql}"
        return found[0]


def kept(rules: Rules) -> Test:
    """Where a rule is kept, the call goes through."""

    @pytest.mark.parametrize("rule", rules.cases)
    def test(ask: Ask, session: SqliteSession, rule: str) -> None:
        tool, keep, _, _ = rules.cases[rule]
        goes_through(session, tool, rules.arguments(ask, keep))

    return test


def broken(rules: Rules) -> Test:
    """Where a rule is broken, its own error comes back and nothing has changed."""

    @pytest.mark.parametrize("rule", rules.cases)
    def test(ask: Ask, later: SqliteSession, rule: str) -> None:
        tool, _, breaks, error = rules.cases[rule]
        assert refusal(later, tool, **rules.arguments(ask, breaks)) == error

    return test


def elsewhere(rules: Rules) -> Test:
    """Both, for what else the rules bind."""

    @pytest.mark.parametrize(("tool", "sql", "error"), rules.more)
    def test(ask: Ask, later: SqliteSession, tool: str, sql: str, error: str) -> None:
        if error:
            assert refusal(later, tool, **rules.arguments(ask, sql)) == error
        else:
            goes_through(later, tool, rules.arguments(ask, sql))

    return test


def every_guard(rules: Rules) -> Test:
    """Each rule with a guard has its case, for every tool it binds; the others are these."""

    def test(source: Source) -> None:
        assert source.policy is not None
        assert set(rules.cases) == {rule.id for rule in source.policy.rules if rule.sql}
        assert tuple(rule.id for rule in source.policy.rules if not rule.sql) == rules.judged
        for rule in source.policy.rules:
            case = [(rules.cases[rule.id][0], rules.cases[rule.id][3])] if rule.sql else []
            errors = {error for _, error in case}
            shown = {tool for tool, _ in case} | {tool for tool, _, error in rules.more if error in errors}
            assert set(rule.tools) <= shown, rule.id

    return test


def mistakes(cases: Sequence[tuple[str, dict[str, Json] | str, str]]) -> Test:
    """Calls that are refused: tool, arguments, or a query whose first row they are, and the error."""

    @pytest.mark.parametrize(("tool", "arguments", "error"), cases)
    def test(ask: Ask, session: SqliteSession, tool: str, arguments: dict[str, Json] | str, error: str) -> None:
        given = ask(f"{arguments} LIMIT 1")[0] if isinstance(arguments, str) else arguments
        assert refusal(session, tool, **given) == error

    return test


def reads(cases: Mapping[str, str], empty: tuple[str, ...] = ()) -> Test:
    """Tools that only look, each asked for every row of its query: they find something, but for those that may find nothing."""

    @pytest.mark.parametrize("tool", cases)
    def test(do: Do, ask: Ask, tool: str) -> None:
        for arguments in ask(cases[tool]):
            assert do(tool, **arguments).get("rows", True) or tool in empty

    return test


def writes(cases: Mapping[str, str], some: tuple[str, ...] = ()) -> Test:
    """Tools that write, each called with the first rows of its query: all go through, or some where rules stand against others; what comes back is
    what was promised.
    """

    @pytest.mark.parametrize("tool", cases)
    def test(ask: Ask, session: SqliteSession, promised: Promised, tool: str) -> None:
        outcomes = [session.execute(tool, arguments) for arguments in ask(f"{cases[tool]} LIMIT 6")]
        done = [o for o in outcomes if not o.failed]
        assert done
        assert len(done) == len(outcomes) or tool in some
        for outcome in done:
            promised[tool].validate(outcome.result)

    return test


def the_set(looking: Mapping[str, str], writing: Mapping[str, str]) -> Test:
    """The tools of both kinds are these."""

    def test(source: Source) -> None:
        assert {t.name for t in source.tools if t.effect == "read"} == looking.keys()
        assert {t.name for t in source.tools if t.effect == "write"} == writing.keys()

    return test
