"""The sales desk's tools: what they find and work out, what they change, and that results are what they promise."""

from domains.desk import Ask, Do, changed
from domains.tables import mistakes, reads
from duologue.catalog import read_catalog
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.tools.maker import DerivedTools

REGIONS = ("North", "Midlands", "South East", "South West", "Scotland")


# ── Looking things up ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_namesakes_are_told_apart_by_the_city(do: Do) -> None:
    two = do("find_account", name="pennard dairies")["rows"]
    assert [a["city"] for a in two] == ["Exeter", "Leicester"] or [a["city"] for a in two] == ["Leicester", "Exeter"]
    (one,) = do("find_account", name="Pennard Dairies", city="leicester")["rows"]
    assert (one["region"], one["industry"]) == ("Midlands", "food and drink")
    twice = do("find_account", name="Halden Foods")["rows"]
    assert [a["account"] for a in twice] == ["Halden Foods", "Halden Foods Ltd"]
    assert do("find_account", name="nobody at all")["rows"] == []


def test_people_with_what_they_may_approve(do: Do, ask: Ask) -> None:
    boss = ask("SELECT last_name FROM representatives WHERE role = 'sales director'")[0]["last_name"]
    found = next(p for p in do("find_representative", name=boss)["rows"] if p["role"] == "sales director")
    assert (found["discount_limit_percent"], found["territory"], found["own_region"], found["accounts_held"]) == (
        30,
        None,
        "all regions",
        0,
    )


def test_an_opportunity_and_its_account(do: Do) -> None:
    (one,) = do("find_open_opportunity", name="halden foods cold-store")["rows"]
    assert (one["stage"], one["times_pushed"], one["account"]) == ("proposal", 2, "Halden Foods")
    assert do("find_account", name="Halden Foods")["rows"][0]["open_quote_id"] is not None
    assert do("find_open_opportunity", name="no such thing")["rows"] == []


def test_a_search_says_how_many_there_are_in_all(do: Do, ask: Ask) -> None:
    late = do("search_open_opportunities", timing="behind schedule")
    assert (
        late["total"]
        == ask("SELECT count(*) AS n FROM opportunities WHERE closed_on IS NULL AND times_pushed > 0")[0]["n"]
    )
    assert all(o["times_pushed"] > 0 and o["days_slipped"] > 0 for o in late["rows"])
    whole = do("search_open_opportunities", quarter="2025 Q3")
    assert len(whole["rows"]) == 25 < whole["total"]
    assert [o["amount_gbp"] for o in whole["rows"]] == sorted((o["amount_gbp"] for o in whole["rows"]), reverse=True)
    north = do("search_open_opportunities", stage="proposal", region="North", least_amount_gbp=10_000)["rows"]
    assert north
    assert all(o["pipeline_region"] == "North" and o["amount_gbp"] >= 10_000 for o in north)


def test_what_waits_and_what_may_be_there_twice(do: Do) -> None:
    waiting = do("search_pending_quotes", least_discount=30)["rows"]
    assert [q["pending_discount"] for q in waiting] == [35, 31, 30]
    regions = [do("search_pending_quotes", region=r)["rows"] for r in REGIONS]
    assert sum(map(len, regions)) == len(do("search_pending_quotes")["rows"])
    city = do("find_account", name="Halden Foods Ltd")["rows"][0]["city"]
    twice = {d["duplicate"]: d for d in do("search_possible_duplicates", city=city.lower())["rows"]}
    assert (twice["Halden Foods Ltd"]["earlier_account"], twice["Halden Foods Ltd"]["own_business"]) == (
        "Halden Foods",
        0,
    )


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_pipeline_adds_up(do: Do, ask: Ask) -> None:
    whole = do("pipeline_by_stage")["rows"]
    assert [s["stage"] for s in whole] == ["negotiation", "proposal", "qualification", "prospecting"]
    total = ask("SELECT round(sum(amount_gbp), 2) AS n, count(*) AS c FROM opportunities WHERE closed_on IS NULL")[0]
    assert round(sum(s["pipeline_gbp"] for s in whole), 2) == total["n"]
    assert sum(s["pipeline_count"] for s in whole) == total["c"]
    parts = [s for r in REGIONS for s in do("pipeline_by_stage", region=r)["rows"]]
    assert sum(s["pipeline_count"] for s in parts) == total["c"]
    assert all(s["pipeline_count"] > 0 for s in do("pipeline_by_stage", region="North", quarter="2025 Q3")["rows"])


def test_bookings_leave_out_what_was_cancelled(do: Do, ask: Ask) -> None:
    by_quarter = do("bookings_by_quarter")["rows"]
    assert [b["quarter"] for b in by_quarter][:2] == ["2025 Q2", "2025 Q1"]
    right = ask(
        "SELECT round(sum(amount_gbp), 2) AS n FROM orders WHERE quarter = '2024 Q4' AND status <> 'cancelled'"
    )[0]["n"]
    assert next(b["bookings_gbp"] for b in by_quarter if b["quarter"] == "2024 Q4") == right
    scotland = do("bookings_by_quarter", region="Scotland")["rows"]
    assert 0 < scotland[0]["bookings_gbp"] < by_quarter[0]["bookings_gbp"]
    name = ask(
        "SELECT first_name || ' ' || last_name AS name FROM representatives WHERE territory_id IS NOT NULL AND status = 'active'"
    )[0]["name"]
    own = do("bookings_by_quarter", representative=name.lower())["rows"]
    assert sum(b["orders_counted"] for b in own) < sum(b["orders_counted"] for b in by_quarter)


def test_win_rates(do: Do, ask: Ask) -> None:
    rates = do("win_rate_by_region")["rows"]
    assert len(rates) == 5
    assert [r["win_rate_percent"] for r in rates] == sorted((r["win_rate_percent"] for r in rates), reverse=True)
    won = ask("SELECT count(*) AS n FROM opportunities WHERE stage = 'closed won'")[0]["n"]
    assert round(sum(r["win_rate_percent"] * r["decided_count"] / 100 for r in rates)) == won
    one = do("win_rate_by_region", quarter="2024 Q4", segment="mid-market")["rows"]
    assert 0 < sum(r["decided_count"] for r in one) < sum(r["decided_count"] for r in rates)


def test_average_discounts(do: Do, ask: Ask) -> None:
    everybody = do("average_discount")["rows"]
    assert sum(r["quotes_counted"] for r in everybody) == ask("SELECT count(*) AS n FROM quotes")[0]["n"]
    assert everybody[0]["average_discount"] > everybody[-1]["average_discount"] >= 0
    lately = do("average_discount", made_from="2025-05-01", quote_status="sent")["rows"]
    assert 0 < sum(r["quotes_counted"] for r in lately) < 60


def test_a_representative_quarter_by_quarter(do: Do, ask: Ask) -> None:
    person = ask("SELECT representative_id FROM sales_forecasts WHERE quarter = '2025 Q3'")[0]["representative_id"]
    results = do("representative_results", representative_id=person)["rows"]
    by_quarter = {r["result_quarter"]: r for r in results}
    past = by_quarter["2024 Q4"]
    assert past["attainment_percent"] == round(100 * past["booked_gbp"] / past["target_gbp"], 1)
    assert "2025 Q2" in by_quarter
    assert "2025 Q3" not in by_quarter
    assert list(by_quarter) == sorted(by_quarter, reverse=True)


# ── Changes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_forecast_is_submitted_and_revised(do: Do, ask: Ask) -> None:
    person, due = ask("""SELECT representative_id, total(amount_gbp) AS due FROM opportunities WHERE closed_on IS NULL
        AND close_due_on BETWEEN '2025-07-01' AND '2025-09-30' AND representative_id NOT IN (
          SELECT representative_id FROM sales_forecasts WHERE quarter = '2025 Q3') GROUP BY representative_id""")[
        0
    ].values()
    first = do("submit_forecast", representative_id=person, quarter="2025 Q3", commit_gbp=due // 2)
    assert (first["forecast_gbp"], first["revision"]) == (due // 2, 1)
    again = do("submit_forecast", representative_id=person, quarter="2025 Q3", commit_gbp=due // 2 + 0.5)
    assert (again["forecast_gbp"], again["revision"]) == (due // 2 + 0.5, 2)
    (shown,) = do("find_representative", name=first["representative"])["rows"]
    assert shown["due_next_quarter_gbp"] == round(due, 2)
    assert shown["booked_this_quarter_gbp"] > 0


def test_a_deal_goes_on(do: Do, session: SqliteSession) -> None:
    """Back and forward a stage, put off for the third time, and not a fourth; the history and the count are kept."""
    (deal,) = do("find_open_opportunity", name="Kelsworth Energy meter renewal")["rows"]
    number = deal["opportunity_id"]
    assert changed(session, "move_opportunity", opportunity_id=number, stage="proposal") == {
        "opportunities": ["update"], "stage_changes": ["insert"]}  # fmt: skip
    assert do("move_opportunity", opportunity_id=number, stage="negotiation")["stage"] == "negotiation"
    moved = do("change_close_date", opportunity_id=number, close_due_on="2025-08-29")
    assert (moved["times_pushed"], moved["close_due_on"], moved["original_close_on"]) == (
        3,
        "2025-08-29",
        deal["original_close_on"],
    )
    again = session.execute("change_close_date", {"opportunity_id": number, "close_due_on": "2025-09-30"})
    assert again.result["error"]["type"] == "pushed_too_often"
    sooner = do("change_close_date", opportunity_id=number, close_due_on="2025-08-01")
    assert sooner["times_pushed"] == 3


def test_an_account_changes_hands(do: Do, session: SqliteSession, ask: Ask) -> None:
    case = ask("""SELECT a.account_id, r.representative_id FROM sales_accounts a JOIN territories t USING (territory_id)
        JOIN representatives r ON r.region = t.region AND r.status = 'active' AND r.territory_id IS NOT NULL AND r.representative_id <> a.representative_id
        WHERE a.name = 'Garrowby Resins'""")[0]
    given = do("reassign_account", **case)
    assert given["opportunities_moved"] >= 1
    (account,) = do("find_account", name="Garrowby Resins")["rows"]
    assert account["representative_id"] == case["representative_id"]
    sellers = {
        o["representative_id"] for o in do("find_open_opportunity", name="Garrowby Resins dosing control")["rows"]
    }
    assert sellers == {case["representative_id"]}
    assert session.execute("reassign_account", case).result["error"]["type"] == "unchanged"


def test_a_corrected_order_counts_for_its_new_date(do: Do, ask: Ask) -> None:
    order = ask("SELECT order_id, amount_gbp FROM orders WHERE booked_on = '2025-06-12' AND amount_gbp = 5100")[0]
    done = do("correct_booking_date", order_id=order["order_id"], booked_on="2025-06-02")
    assert (done["booked_on"], done["booking_quarter"], done["order_amount_gbp"]) == ("2025-06-02", "2025 Q2", 5100)


def test_a_target_goes_up(do: Do, ask: Ask) -> None:
    before = ask("SELECT representative_id, target_gbp FROM targets WHERE quarter = '2025 Q3' AND raised_percent = 0")[
        0
    ]
    done = do("raise_target", representative_id=before["representative_id"], quarter="2025 Q3", raised_percent=10)
    assert (done["new_target_gbp"], done["raised_percent"]) == (round(before["target_gbp"] * 1.1, 2), 10)


def test_what_else_is_entered(do: Do, session: SqliteSession, ask: Ask) -> None:
    city = do("find_account", name="Wexcombe Brewery")["rows"][0]["city"]
    twice = {d["duplicate"]: d["duplicate_id"] for d in do("search_possible_duplicates", city=city)["rows"]}
    marked = do("mark_duplicate", account_id=twice["Wexcombe Brewery"])
    assert (marked["account_status"], marked["kept_account"]) == ("duplicate", "Wexcombe Brewing")
    assert (
        session.execute("mark_duplicate", {"account_id": twice["Wexcombe Brewery"]}).result["error"]["type"]
        == "not_found"
    )
    number = do("find_account", name="Wexcombe Brewing")["rows"][0]["account_id"]
    handed = do("transfer_to_human", account_id=number, reason="commission query")
    assert handed["team"] == "sales operations"
    pending = ask("SELECT quote_id FROM pending_quotes WHERE discount_percent = 20")[0]["quote_id"]
    quote = {"quote_id": pending, "approver_role": "regional manager"}
    approved = do("approve_discount", **quote)
    assert (approved["quote_status"], approved["discount_percent"]) == ("approved", 20)
    assert do("find_representative", name=approved["approver"])["rows"][0]["role"] == "regional manager"
    assert session.execute("approve_discount", quote).result["error"]["type"] == "precondition_failed"


test_mistakes = mistakes([
    ("representative_results", {"representative_id": 1}, "not_found"),
    ("search_open_opportunities", {"stage": "lost"}, "invalid_arguments"),
    ("search_possible_duplicates", {}, "invalid_arguments"),
    ("pipeline_by_stage", {"region": "Wales"}, "invalid_arguments"),
    ("submit_forecast", {"representative_id": 1, "quarter": "2025 Q3", "commit_gbp": 5}, "not_found"),
    ("submit_forecast", {"representative_id": 101, "quarter": "2025 Q3", "commit_gbp": 5}, "precondition_failed"),
    ("submit_forecast", {"representative_id": 107, "quarter": "2025 Q3", "commit_gbp": 0}, "invalid_arguments"),
    ("move_opportunity", {"opportunity_id": 1, "stage": "proposal"}, "not_found"),
    ("move_opportunity", {"opportunity_id": 30001, "stage": "closed won"}, "invalid_arguments"),
    ("change_close_date", {"opportunity_id": 1, "close_due_on": "2025-07-01"}, "not_found"),
    ("approve_discount", {"quote_id": 1, "approver_role": "sales director"}, "not_found"),
    ("approve_discount", {"quote_id": 7001, "approver_role": "nobody"}, "invalid_arguments"),
    ("reassign_account", {"account_id": 1, "representative_id": 107}, "not_found"),
    ("reassign_account", {"account_id": 2001, "representative_id": 1}, "not_found"),
    ("correct_booking_date", {"order_id": 1, "booked_on": "2025-06-01"}, "not_found"),
    ("raise_target", {"representative_id": 1, "quarter": "2025 Q3", "raised_percent": 5}, "not_found"),
    ("raise_target", {"representative_id": 101, "quarter": "2025 Q3", "raised_percent": 5}, "no_target"),
    ("raise_target", {"representative_id": 107, "quarter": "2025 Q3", "raised_percent": 7}, "invalid_arguments"),
    ("mark_duplicate", {"account_id": 1}, "not_found"),
    ("submit_forecast", {"representative_id": 107, "quarter": "2025 Q4", "commit_gbp": 5000}, "invalid_arguments"),
    ("transfer_to_human", {"account_id": 1, "reason": "credit limit"}, "not_found"),
    ("transfer_to_human", {"account_id": 2001, "reason": "bored"}, "invalid_arguments"),
])  # fmt: skip


test_preconditions = mistakes([
    ("move_opportunity", "SELECT opportunity_id, 'proposal' AS stage FROM opportunities WHERE stage = 'closed won'", "precondition_failed"),
    ("move_opportunity", "SELECT opportunity_id, stage FROM opportunities WHERE stage = 'proposal'", "unchanged"),
    ("change_close_date", "SELECT opportunity_id, '2025-07-01' AS close_due_on FROM opportunities WHERE stage = 'closed lost'", "precondition_failed"),
    ("change_close_date", "SELECT opportunity_id, '2025-06-11' AS close_due_on FROM opportunities WHERE stage = 'proposal'", "in_the_past"),
    ("change_close_date", "SELECT opportunity_id, 'soon' AS close_due_on FROM opportunities WHERE stage = 'proposal'", "invalid"),
    ("change_close_date", "SELECT opportunity_id, close_due_on FROM opportunities WHERE stage = 'negotiation' AND close_due_on > '2025-06-12'", "unchanged"),
    ("approve_discount", "SELECT quote_id, 'sales director' AS approver_role FROM quotes WHERE status = 'sent'", "precondition_failed"),
    ("correct_booking_date", "SELECT order_id, '2025-06-13' AS booked_on FROM orders WHERE status = 'booked'", "in_the_future"),
    ("correct_booking_date", "SELECT order_id, '12 June' AS booked_on FROM orders WHERE status = 'booked'", "invalid"),
    ("correct_booking_date", "SELECT order_id, booked_on FROM orders WHERE status = 'booked'", "unchanged"),
    ("correct_booking_date", "SELECT order_id, '2025-06-02' AS booked_on FROM orders WHERE status = 'cancelled'", "precondition_failed"),
    ("submit_forecast", "SELECT representative_id, '2025 Q3' AS quarter, 5000 AS commit_gbp FROM representatives WHERE status = 'left'", "precondition_failed"),
])  # fmt: skip


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "find_account": "SELECT DISTINCT name FROM sales_accounts WHERE account_id % 9 = 0",
    "find_representative": "SELECT last_name AS name FROM representatives",
    "find_open_opportunity": "SELECT name FROM open_opportunities WHERE open_opportunity_id % 5 = 0",
    "search_open_opportunities": "SELECT DISTINCT stage, region FROM open_opportunities",
    "search_pending_quotes": "SELECT DISTINCT region FROM pending_quotes",
    "search_possible_duplicates": "SELECT DISTINCT city FROM possible_duplicates",
    "pipeline_by_stage": "SELECT DISTINCT region FROM territories",
    "bookings_by_quarter": "SELECT DISTINCT region FROM territories",
    "win_rate_by_region": "SELECT DISTINCT quarter FROM orders",
    "average_discount": "SELECT DISTINCT status AS quote_status FROM quotes",
    "representative_results": "SELECT DISTINCT representative_id FROM targets",
}


test_reads_keep_their_promise = reads(EVERY)


def test_every_read_is_here(source: Source) -> None:
    assert {t.name for t in source.tools if t.effect == "read"} == EVERY.keys()


def test_no_derived_tool_goes_round_the_rules(source: Source) -> None:
    """What the guards read is written by no tool but the desk's own."""
    catalog = read_catalog(source.image.connect(), "sales")
    maker = DerivedTools(catalog, source.image, 1, source.tools, source.policy)
    written = {c.meaning.table for c in maker.pool if c.write}
    assert not written & {
        "quarters",
        "representatives",
        "territories",
        "quotes",
        "quote_lines",
        "orders",
        "opportunities",
        "targets",
    }
    assert "contacts" in written  # a new telephone number breaks no rule
