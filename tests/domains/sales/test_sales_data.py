"""The sales desk's rows: whole, and nowhere at odds with themselves."""

import apsw

from domains.tables import never, there_are

NOW = "2025-06-12 09:00:00"

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a quarter that is not next to the one before": """
        SELECT 1 FROM quarters q WHERE q.quarter > '2023 Q1' AND NOT EXISTS (SELECT 1 FROM quarters p WHERE p.ends_on = date(q.starts_on, '-1 day'))""",
    "closed books of a quarter that is not over": f"SELECT 1 FROM quarters WHERE (books = 'closed') <> (ends_on < date('{NOW}'))",
    "a lock on another day": "SELECT 1 FROM quarters WHERE forecast_locks_at <> strftime('%Y-%m', ends_on) || '-11 18:00:00'",
    "a representative whose region is not that of the territory": """
        SELECT 1 FROM representatives r JOIN territories t USING (territory_id) WHERE r.region <> t.region""",
    "a manager of another region": """
        SELECT 1 FROM representatives r JOIN representatives m ON m.representative_id = r.manager_id
        WHERE m.region NOT IN (r.region, 'all regions') OR m.discount_limit_percent <= r.discount_limit_percent""",
    "a limit that does not go with the role": """
        SELECT 1 FROM representatives WHERE discount_limit_percent <> CASE role WHEN 'regional manager' THEN 20 WHEN 'sales director' THEN 30 ELSE 0 END""",
    "an account with somebody who has left or sells elsewhere": """
        SELECT 1 FROM sales_accounts a JOIN representatives r USING (representative_id) WHERE r.status = 'left' OR r.territory_id <> a.territory_id""",
    "a duplicate that does business, or of a duplicate": """
        SELECT 1 FROM sales_accounts a JOIN sales_accounts k ON k.account_id = a.duplicate_of
        WHERE k.status = 'duplicate' OR a.account_id IN (SELECT account_id FROM opportunities UNION SELECT account_id FROM orders)""",
    "a prospect that has ordered, or a customer that never did": """
        SELECT 1 FROM sales_accounts WHERE (status IN ('customer', 'dormant')) <> (account_id IN (SELECT account_id FROM orders)) AND status = 'prospect'""",
    "something open at a dormant account": """
        SELECT 1 FROM sales_accounts JOIN opportunities USING (account_id) WHERE status = 'dormant' AND closed_on IS NULL""",
    "an opportunity before its account": "SELECT 1 FROM opportunities o JOIN sales_accounts a USING (account_id) WHERE o.created_on < a.created_on",
    "an opportunity sold by somebody else than who has the account": """
        SELECT 1 FROM opportunities o JOIN sales_accounts a USING (account_id) WHERE o.closed_on IS NULL AND o.representative_id <> a.representative_id""",
    "an open opportunity that is of no quarter": """
        SELECT 1 FROM opportunities WHERE closed_on IS NULL AND name NOT IN (SELECT name FROM open_opportunities)""",
    "a closed opportunity that was not counted on the day it closed": "SELECT 1 FROM opportunities WHERE closed_on <> close_due_on",
    "more than three pushes": "SELECT 1 FROM opportunities WHERE times_pushed > 3",
    "an open one pushed and not later, or later and not pushed": """
        SELECT 1 FROM opportunities WHERE closed_on IS NULL AND (times_pushed > 0) <> (close_due_on > original_close_on)""",
    "a history that does not end at the stage": """
        SELECT 1 FROM opportunities o WHERE stage <> (SELECT to_stage FROM stage_changes c WHERE c.opportunity_id = o.opportunity_id ORDER BY change_id DESC)""",
    "a history with a gap": """
        SELECT 1 FROM (SELECT from_stage, lag(to_stage) OVER (PARTITION BY opportunity_id ORDER BY change_id) AS before FROM stage_changes)
        WHERE from_stage IS NOT before""",
    "a negotiation without a quote": """
        SELECT 1 FROM opportunities o WHERE stage = 'negotiation' AND NOT EXISTS (SELECT 1 FROM quotes q WHERE q.opportunity_id = o.opportunity_id)""",
    "a quote whose lines come to something else": """
        SELECT 1 FROM quotes q WHERE abs(list_total_gbp - (SELECT total(quantity * list_price_gbp) FROM quote_lines l WHERE l.quote_id = q.quote_id)) > 0.005
          OR abs(total_gbp - round(list_total_gbp * (100 - discount_percent) / 100, 2)) > 0.005""",
    "a quote of before its opportunity, or after it closed": """
        SELECT 1 FROM quotes q JOIN opportunities o USING (opportunity_id) WHERE q.created_on < o.created_on OR q.created_on > o.closed_on""",
    "an open quote for something closed": """
        SELECT 1 FROM quotes q JOIN opportunities o USING (opportunity_id)
        WHERE (o.closed_on IS NOT NULL) <> (q.status IN ('accepted', 'declined', 'expired')) AND NOT (o.closed_on IS NULL AND q.status = 'declined')""",
    "a discount that nobody had to approve and that awaits it": "SELECT 1 FROM quotes WHERE status = 'awaiting approval' AND (discount_percent <= 5 OR approved_by IS NOT NULL)",
    "a discount approved by somebody who may not": """
        SELECT 1 FROM quotes q JOIN representatives r ON r.representative_id = q.approved_by
        WHERE q.discount_percent > r.discount_limit_percent OR q.approved_by = q.representative_id OR q.approver_role <> r.role""",
    "a high discount that went out without approval": """
        SELECT 1 FROM quotes WHERE discount_percent > 5 AND approved_by IS NULL AND status NOT IN ('draft', 'awaiting approval')""",
    "an order for another sum than the accepted quote": """
        SELECT 1 FROM orders o JOIN quotes q USING (opportunity_id) WHERE q.status = 'accepted' AND o.amount_gbp <> q.total_gbp""",
    "an opportunity won without an order, or the other way about": """
        SELECT 1 FROM opportunities WHERE (stage = 'closed won') <> (opportunity_id IN (SELECT opportunity_id FROM orders WHERE opportunity_id IS NOT NULL))""",
    "an order from before its opportunity was won": "SELECT 1 FROM orders JOIN opportunities USING (opportunity_id) WHERE booked_on < closed_on",
    "two open handovers for one matter": "SELECT 1 FROM sales_handovers WHERE status = 'open' GROUP BY account_id, reason HAVING count(*) > 1",
}  # fmt: skip

# What must be there for people to talk about.
EDGE_CASES = {
    "two accounts of one name": (3, "SELECT 1 FROM sales_accounts GROUP BY name HAVING count(*) = 2"),
    "accounts entered twice and not flagged": (3, "SELECT 1 FROM sales_accounts WHERE status = 'prospect' AND (name LIKE '% Ltd' OR name LIKE '% Co' OR name LIKE '%ery')"),
    "customers gone quiet": (4, "SELECT 1 FROM sales_accounts WHERE status = 'dormant'"),
    "contacts without a telephone": (30, "SELECT 1 FROM contacts WHERE phone IS NULL"),
    "people who have left": (2, "SELECT 1 FROM representatives WHERE status = 'left'"),
    "open opportunities": (70, "SELECT 1 FROM open_opportunities"),
    "open opportunities that should have closed by now": (2, f"SELECT 1 FROM open_opportunities WHERE close_due_on < date('{NOW}')"),
    "open ones pushed three times": (4, "SELECT 1 FROM opportunities WHERE closed_on IS NULL AND times_pushed = 3"),
    "proposals without a quote": (4, "SELECT 1 FROM opportunities WHERE stage = 'proposal' AND opportunity_id NOT IN (SELECT opportunity_id FROM quotes)"),
    "quotes that await approval": (10, "SELECT 1 FROM quotes WHERE status = 'awaiting approval'"),
    "quotes that await it for longer than two weeks": (1, "SELECT 1 FROM pending_quotes WHERE created_on < '2025-05-29'"),
    "open opportunities behind schedule": (20, "SELECT 1 FROM open_opportunities WHERE timing = 'behind schedule'"),
    "accounts that may be there twice": (6, "SELECT 1 FROM possible_duplicates WHERE own_business > 0"),
    "quotes that await one of above 30 %": (2, "SELECT 1 FROM quotes WHERE status = 'awaiting approval' AND discount_percent > 30"),
    "products no longer sold": (2, "SELECT 1 FROM products WHERE status = 'discontinued'"),
    "orders in the first days of open books": (4, "SELECT 1 FROM orders WHERE booked_on BETWEEN '2025-04-01' AND '2025-04-10'"),
    "orders in the last days of closed books": (4, "SELECT 1 FROM orders WHERE booked_on BETWEEN '2025-03-20' AND '2025-03-31'"),
    "orders called off": (3, "SELECT 1 FROM orders WHERE status = 'cancelled'"),
    "quarters above target and below it": (50, "SELECT 1 FROM quarterly_results WHERE quarter < '2025 Q2' AND attainment_percent > 100"),
    "quarters far below": (30, "SELECT 1 FROM quarterly_results WHERE quarter < '2025 Q2' AND attainment_percent < 60"),
    "targets that were raised": (5, "SELECT 1 FROM targets WHERE raised_percent > 0 AND quarter > '2025 Q2'"),
    "forecasts for the next quarter": (5, "SELECT 1 FROM sales_forecasts WHERE quarter = '2025 Q3'"),
    "matters with somebody else": (4, "SELECT 1 FROM sales_handovers WHERE status = 'open'"),
    "more closed in the last weeks of a quarter than in the first": (1, """
        SELECT 1 WHERE (SELECT count(*) FROM closed_opportunities JOIN quarters USING (quarter) WHERE julianday(ends_on) - julianday(closed_on) < 14)
          > 1.3 * (SELECT count(*) FROM closed_opportunities JOIN quarters USING (quarter) WHERE julianday(closed_on) - julianday(starts_on) < 14)"""),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)


def test_views_answer(database: apsw.Connection) -> None:
    """What the views say is what the tables say."""
    for view, count in {
        "price_list": "SELECT count(*) FROM products WHERE status = 'on sale'",
        "open_opportunities": "SELECT count(*) FROM opportunities WHERE closed_on IS NULL",
        "outcomes": "SELECT count(*) FROM opportunities WHERE closed_on IS NOT NULL",
        "pending_quotes": "SELECT count(*) FROM quotes WHERE status = 'awaiting approval'",
        "closed_opportunities": "SELECT count(*) FROM opportunities WHERE closed_on IS NOT NULL",
        "quarterly_results": "SELECT count(*) FROM targets",
    }.items():
        assert database.execute(f"SELECT count(*) FROM {view}").get == database.execute(count).get > 0
    counted = database.execute("SELECT sum(win_rate_percent) / 100 FROM outcomes").get
    assert counted == database.execute("SELECT count(*) FROM opportunities WHERE stage = 'closed won'").get
