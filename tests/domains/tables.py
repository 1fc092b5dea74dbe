"""Tests made of a domain's tables, for its test files to name: what its rows must never show and must hold, and each rule of its policy on both
sides of its edge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import apsw
import pytest

from domains.desk import Ask, goes_through, refusal
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
