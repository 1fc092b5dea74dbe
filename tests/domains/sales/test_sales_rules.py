"""Each rule of the sales desk's policy, on both sides of its edge: kept, the tool goes through; broken, its own error comes back and
nothing has changed. It is nine in the morning of 12 June 2025, unless a case says otherwise."""

import pytest

from domains.desk import Ask, opened
from domains.tables import Rules, broken, elsewhere, every_guard, kept
from duologue.sources import Source
from duologue.types import ClockSpec

_BAND = """
WITH band AS (
  SELECT r.representative_id, q.quarter,
    (SELECT round(total(amount_gbp), 2) FROM orders o WHERE o.representative_id = r.representative_id AND o.quarter = q.quarter AND o.status <> 'cancelled') AS booked,
    (SELECT round(total(amount_gbp), 2) FROM opportunities o WHERE o.representative_id = r.representative_id AND o.closed_on IS NULL
      AND o.close_due_on BETWEEN q.starts_on AND q.ends_on) AS due
  FROM representatives r, quarters q WHERE r.status = 'active' AND r.territory_id IS NOT NULL AND q.quarter = '2025 Q3'
)
SELECT representative_id, quarter, """
_LEAST = f"{_BAND} round(booked + due * 0.25, 2) AS commit_gbp FROM band WHERE due > 0 ORDER BY due"
_MOST = f"{_BAND} round(booked + due, 2) AS commit_gbp FROM band WHERE due > 0 ORDER BY due"
_OPEN = "SELECT opportunity_id, {} AS {} FROM opportunities WHERE name = '{}'"
_QUOTE = "SELECT quote_id, '{}' AS approver_role FROM pending_quotes WHERE discount_percent = {}"
_AGE = "julianday('2025-06-12') - julianday(created_on)"
_MANAGER, _DIRECTOR = "regional manager", "sales director"
_GIVE = """SELECT a.account_id, r.representative_id FROM sales_accounts a JOIN territories t USING (territory_id) JOIN representatives r ON {}
    WHERE r.representative_id <> a.representative_id AND {} EXISTS (SELECT 1 FROM opportunities o JOIN quotes q USING (opportunity_id)
      WHERE o.account_id = a.account_id AND o.closed_on IS NULL AND q.status IN ('approved', 'sent')) AND a.status = 'customer'"""
_HERE = "r.region = t.region AND r.status = 'active' AND r.territory_id IS NOT NULL"
_ORDER = "SELECT order_id, '{}' AS booked_on FROM orders WHERE booked_on = '{}' AND status <> 'cancelled'"
_TARGET = (
    "SELECT representative_id, quarter, {} AS raised_percent FROM targets WHERE quarter = '{}' AND raised_percent = {}"
)
_TWICE = "SELECT account_id FROM possible_duplicates WHERE {}"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "hand_over": (
        "transfer_to_human",
        "SELECT account_id, 'credit limit' AS reason FROM sales_accounts WHERE account_id NOT IN (SELECT account_id FROM sales_handovers)",
        "SELECT account_id, reason FROM sales_handovers WHERE status = 'open'",
        "already_handed_over",
    ),
    "forecast_lock": (
        "submit_forecast",
        f"{_BAND} booked + due AS commit_gbp FROM band WHERE due > 0",
        "SELECT representative_id, quarter, booked_gbp AS commit_gbp FROM quarterly_results WHERE quarter = '2025 Q2' AND booked_gbp > 0",
        "forecast_locked",
    ),
    "forecast_band": ("submit_forecast", _MOST, _MOST.replace("booked + due, 2)", "booked + due + 0.01, 2)"), "outside_band"),
    "one_stage": (
        "move_opportunity",
        _OPEN.format("'qualification'", "stage", "Garrowby Resins dosing control"),
        _OPEN.format("'proposal'", "stage", "Garrowby Resins dosing control"),
        "stage_skipped",
    ),
    "quote_first": (
        "move_opportunity",
        _OPEN.format("'negotiation'", "stage", "Halden Foods cold-store monitoring"),
        _OPEN.format("'negotiation'", "stage", "Saltergate Pharma sterile line"),
        "no_quote",
    ),
    "three_pushes": (
        "change_close_date",
        _OPEN.format("date(close_due_on, '+30 days')", "close_due_on", "Halden Foods cold-store monitoring"),  # its third time
        _OPEN.format("date(close_due_on, '+30 days')", "close_due_on", "Corriemuir Distillers tank monitoring"),
        "pushed_too_often",
    ),
    "discount_level": ("approve_discount", _QUOTE.format(_MANAGER, 20), _QUOTE.format(_MANAGER, 21), "above_limit"),
    "fresh_quote": ("approve_discount", _QUOTE.format(_MANAGER, f"10 AND {_AGE} = 14"), _QUOTE.format(_MANAGER, f"11 AND {_AGE} = 15"), "quote_too_old"),
    "quote_out": ("reassign_account", _GIVE.format(_HERE, "NOT"), _GIVE.format(_HERE, ""), "quote_open"),
    "same_region": (
        "reassign_account",
        _GIVE.format(_HERE, "NOT"),
        _GIVE.format("r.region <> t.region AND r.status = 'active' AND r.territory_id IS NOT NULL", "NOT"),
        "wrong_representative",
    ),
    "open_books": (
        "correct_booking_date",
        _ORDER.format("2025-04-01", "2025-04-02"),
        _ORDER.format("2025-03-31", "2025-04-01"),
        "books_closed",
    ),
    "target_in_time": ("raise_target", _TARGET.format(5, "2025 Q3", 0), _TARGET.format(5, "2025 Q2", 0), "quarter_running"),
    "target_band": ("raise_target", _TARGET.format(15, "2025 Q3", 10), _TARGET.format(20, "2025 Q3", 10), "raised_too_far"),
    "true_duplicate": (
        "mark_duplicate",
        _TWICE.format("name = 'Halden Foods Ltd'"),
        _TWICE.format("own_business > 0 ORDER BY own_business"),
        "not_a_duplicate",
    ),
}  # fmt: skip

# The same rules from their other sides: what goes through has no error.
MORE: list[tuple[str, str, str]] = [
    ("submit_forecast", _LEAST, ""),
    ("submit_forecast", _LEAST.replace("0.25, 2)", "0.25, 2) - 0.01"), "outside_band"),
    ("move_opportunity", _OPEN.format("'proposal'", "stage", "Corriemuir Distillers tank monitoring"), ""),  # back
    ("move_opportunity", _OPEN.format("'proposal'", "stage", "Yarrowby Foods pasteuriser monitoring"), ""),
    ("move_opportunity", _OPEN.format("'negotiation'", "stage", "Marrick Chemicals tank farm levels"), "no_quote"),  # it awaits approval
    ("move_opportunity", _OPEN.format("'negotiation'", "stage", "Yarrowby Foods pasteuriser monitoring"), "stage_skipped"),
    ("change_close_date", _OPEN.format("date(close_due_on, '-2 days')", "close_due_on", "Corriemuir Distillers tank monitoring"), ""),
    ("change_close_date", _OPEN.format("'2025-09-30'", "close_due_on", "Netherby Paper steam metering"), "pushed_too_often"),
    ("approve_discount", _QUOTE.format(_DIRECTOR, 30), ""),
    ("approve_discount", _QUOTE.format(_DIRECTOR, 31), "above_limit"),
    ("approve_discount", _QUOTE.format(_DIRECTOR, 20), ""),
    ("approve_discount", _QUOTE.format(_DIRECTOR, 11), "quote_too_old"),
    ("reassign_account", _GIVE.format("r.region = t.region AND r.status = 'left'", "NOT"), "wrong_representative"),
    ("reassign_account", _GIVE.format("r.region = t.region AND r.role = 'regional manager'", "NOT"), "wrong_representative"),
    ("correct_booking_date", _ORDER.format("2025-03-31", "2025-04-01"), "books_closed"),  # into the closed quarter
    ("raise_target", _TARGET.format(25, "2025 Q3", 0), ""),
    ("raise_target", _TARGET.format(30, "2025 Q3", 0), "raised_too_far"),
    ("raise_target", _TARGET.format(5, "2025 Q3", 20), ""),
]  # fmt: skip

RULES = Rules(CASES, MORE)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)


@pytest.mark.parametrize(("start", "error"), [("2025-06-11T17:50:00", ""), ("2025-06-11T18:00:00", "forecast_locked")])
def test_the_forecast_locks_at_six(source: Source, ask: Ask, start: str, error: str) -> None:
    query = _MOST.replace("'2025 Q3'", "'2025 Q2'")
    with opened(source, ClockSpec(start, seed=1)) as live:
        outcome = live.execute("submit_forecast", RULES.arguments(ask, query))
    assert (outcome.result["error"]["type"] if outcome.failed else "") == error, outcome.text


def test_a_target_is_raised_until_the_quarter_begins(source: Source, ask: Ask) -> None:
    case = RULES.arguments(ask, _TARGET.format(5, "2025 Q3", 0))
    for start, failed in (("2025-06-30T23:30:00", False), ("2025-07-01T00:00:00", True)):
        with opened(source, ClockSpec(start, seed=1)) as live:
            assert live.execute("raise_target", case).failed is failed
