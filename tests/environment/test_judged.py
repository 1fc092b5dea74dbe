"""What the rules of a policy say to a call: all of them asked, nothing done, and whether it stands on a bound."""

from collections.abc import Iterator
from typing import Any

import pytest

from duologue.environment import SqliteSession, open_session
from duologue.environment.copies import Judged
from duologue.environment.shifts import shifted
from duologue.sources import from_domain
from duologue.types import ClockSpec, Environment, Json, Toolset


def ids(domain: str, table: str) -> list[Any]:
    """The keys of a table's rows."""
    return [row[0] for row in from_domain(domain).image.connect().execute(f"SELECT * FROM {table}")]


@pytest.fixture(scope="module")
def clinic() -> Iterator[SqliteSession]:
    source = from_domain("clinic")
    assert source.policy is not None
    environment = Environment("clinic", source.name, source.image.hash, Toolset("clinic", source.tools), source.policy)
    with open_session(source.image, environment, ClockSpec(source.now, seed=1)) as live:
        yield live


def first(live: SqliteSession, name: str, wanted: dict[str, bool]) -> tuple[dict[str, Json], list[Judged]]:
    """The first invoice for which the rules say this."""
    for invoice in ids("clinic", "invoices"):
        for instalments in (2, 6):
            arguments: dict[str, Json] = {"invoice_id": invoice, "instalments": instalments}
            found = live.judged(name, arguments, near=live.guarded)
            if found and {j.rule: j.holds for j in found} == wanted:
                return arguments, found
    raise AssertionError("none")


def test_a_rule_says_what_the_call_then_gives(clinic: SqliteSession) -> None:
    before = clinic.state
    no, _ = first(clinic, "set_up_payment_plan", {"instalments": False})
    yes, _ = first(clinic, "set_up_payment_plan", {"instalments": True})
    assert clinic.state == before
    with clinic.fork() as live:
        refused, done = live.execute("set_up_payment_plan", no), live.execute("set_up_payment_plan", yes)
    assert refused.result["error"]["type"] == "payment_plan_refused"
    assert not done.failed
    assert done.changes


def test_what_stops_a_call_besides_is_no_rule(clinic: SqliteSession) -> None:
    assert clinic.judged("set_up_payment_plan", {"invoice_id": -1, "instalments": 2}) is None
    assert clinic.judged("set_up_payment_plan", {"invoice_id": "x"}) is None
    assert clinic.judged("nothing", {}) is None


def test_all_rules_that_refuse_are_named_in_the_error() -> None:
    """A departed flight's ticket: it is not open, and it is too late for it."""
    source = from_domain("travel")
    assert source.policy is not None
    environment = Environment("t", source.name, source.image.hash, Toolset("t", source.tools), source.policy)
    with open_session(source.image, environment, ClockSpec(source.now, seed=1)) as live:
        for ticket in ids("travel", "tickets"):
            found = live.judged("check_in", {"ticket_id": ticket}) or []
            if found and not any(j.holds for j in found):
                error = live.execute("check_in", {"ticket_id": ticket}).result["error"]
                assert {j.rule for j in found} == {"open_tickets", "check_in_window"}
                assert error["type"] == "ticket_not_open"
                assert error["also"][0].startswith("Check-in for ")
                return
    raise AssertionError("none")


@pytest.mark.parametrize(
    ("sql", "n"),
    [
        ("SELECT status = 'open' FROM t", 0),
        ("SELECT :bags < 3", 2),
        ("SELECT x BETWEEN 1 AND 5 OR y >= 2", 4),
        ("SELECT datetime('now', '+2 hours') <= :closing", 2),
        ("this is no SQL (", 0),
    ],
)
def test_each_comparison_is_moved_up_and_down(sql: str, n: int) -> None:
    assert len(shifted(sql)) == n


def test_the_bound_is_near_on_both_sides_and_not_far_away(clinic: SqliteSession) -> None:
    amount = dict(from_domain("clinic").image.connect().execute("SELECT invoice_id, amount_gbp FROM invoices"))
    seen: dict[bool, list[float]] = {True: [], False: []}
    for invoice, pounds in amount.items():
        found = clinic.judged("set_up_payment_plan", {"invoice_id": invoice, "instalments": 2}, near=("instalments",))
        for judged in found or ():
            seen[judged.near].append(pounds)
    assert seen[True]
    assert max(abs(p - 60) for p in seen[True]) < 5
    assert min(abs(p - 60) for p in seen[False]) > 1
