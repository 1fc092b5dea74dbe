"""Each rule of the policy: kept, the tool goes through; broken, its own error comes back and nothing has changed. Where a rule has
an edge, the rows stand on it: the last day, the last licence, the second unlock, the pound that is missing.
"""

from domains.desk import Ask
from domains.tables import Rules, broken, elsewhere, every_guard, kept
from duologue.environment import SqliteSession
from duologue.sources import Source

# `people`: employees with their accounts. `wanted`: approved requests that nobody has taken up. `owned`: devices in use with their
# user's department and today's model.
WITH = """
WITH people AS (
  SELECT e.*, e.first_name || ' ' || e.last_name AS name, a.username, a.account_type, a.status, a.mailbox_used_gb, a.mailbox_quota_gb, a.unlocks,
    iif(a.unlocked_on = '2025-10-07', a.unlocks, 0) AS today
  FROM employees e JOIN accounts a USING (employee_id)
), wanted AS (
  SELECT r.*, julianday('2025-10-07') - julianday(decided_on) AS days FROM group_requests r WHERE status = 'approved'
    AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.employee_id = r.employee_id AND m.group_id = r.group_id)
), owned AS (
  SELECT d.*, p.name AS department, p.device_budget_gbp, s.price_gbp AS price,
    EXISTS (SELECT 1 FROM tickets t WHERE t.employee_id = d.employee_id AND category = 'hardware' AND t.status <> 'resolved') AS fault,
    EXISTS (SELECT 1 FROM devices n WHERE n.employee_id = d.employee_id AND n.kind = d.kind AND n.status = 'ordered') AS coming
  FROM devices d JOIN employees USING (employee_id) JOIN departments p USING (department_id) JOIN standard_models s ON s.kind = d.kind
  WHERE d.status = 'in use'
)
"""
_PROOF = "SELECT employee_id, staff_number, manager FROM people WHERE account_type = 'standard' AND status = 'active'"
_DEVICE = "SELECT device_id FROM owned WHERE NOT coming AND price <= device_budget_gbp AND NOT fault"
_TITLE = """
  SELECT p.employee_id, s.software_id FROM people p, software s WHERE s.department_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM installations i WHERE i.employee_id = p.employee_id AND i.software_id = s.software_id)"""
_OPEN = "SELECT ticket_id, {0} AS priority FROM tickets WHERE status <> 'resolved' AND impact = {1} AND priority <> {0}"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "hand_over": (
        "transfer_to_human",
        "SELECT employee_id, reason FROM handovers WHERE status = 'closed' AND employee_id NOT IN (SELECT employee_id FROM handovers WHERE status = 'open')",
        "SELECT employee_id, reason FROM handovers WHERE status = 'open'",
        "already_handed_over",
    ),
    "privileged": (
        "unlock_account",
        "SELECT employee_id FROM people WHERE status = 'locked' AND account_type = 'standard' AND today = 0",
        "SELECT employee_id FROM people WHERE status = 'locked' AND account_type = 'privileged' AND today = 0",
        "privileged_account",
    ),
    "identity": (
        "reset_password",
        f"SELECT employee_id, lower(staff_number) AS staff_number, manager FROM ({_PROOF})",
        f"SELECT employee_id, staff_number, 'Ottilie Frayne' AS manager FROM ({_PROOF})",
        "identity_not_confirmed",
    ),
    "two_unlocks": (
        "unlock_account",
        "SELECT employee_id FROM people WHERE status = 'locked' AND account_type = 'standard' AND today = 1",
        "SELECT employee_id FROM people WHERE status = 'locked' AND account_type = 'standard' AND today = 2",
        "unlock_limit",
    ),
    "approval": (
        "grant_membership",
        "SELECT employee_id, group_id FROM wanted WHERE days = 30",
        "SELECT employee_id, group_id FROM wanted WHERE days = 31",
        "approval_needed",
    ),
    "licences": (
        "assign_licence",
        f"SELECT * FROM ({_TITLE} AND s.seats_left = 1)",
        f"SELECT * FROM ({_TITLE} AND s.seats_left = 0)",
        "no_licence",
    ),
    "four_years": (
        "order_replacement",
        f"{_DEVICE} AND ordered_on = '2021-10-07'",
        f"{_DEVICE} AND ordered_on = '2021-10-08'",
        "too_new",
    ),
    "budget": (
        "order_replacement",
        "SELECT device_id FROM owned WHERE NOT coming AND price = device_budget_gbp AND ordered_on < '2021-10-07'",
        "SELECT device_id FROM owned WHERE NOT coming AND price > device_budget_gbp AND ordered_on < '2021-10-07' ORDER BY price - device_budget_gbp",
        "over_budget",
    ),
    "loans": (
        "extend_loan",
        "SELECT device_id FROM devices WHERE loan_due_on = '2025-10-07' AND loan_extensions = 1",
        "SELECT device_id FROM devices WHERE loan_due_on = '2025-10-06' AND loan_extensions < 2",
        "loan_not_extendable",
    ),
    "reopen_window": (
        "reopen_ticket",
        "SELECT ticket_id FROM tickets WHERE date(resolved_at) = '2025-09-30'",
        "SELECT ticket_id FROM tickets WHERE date(resolved_at) = '2025-09-29'",
        "reopen_window_closed",
    ),
    "mailbox": (
        "raise_mailbox_quota",
        "SELECT employee_id FROM people WHERE mailbox_used_gb * 5 = mailbox_quota_gb * 4 AND mailbox_quota_gb < 50",
        "SELECT employee_id FROM people WHERE mailbox_used_gb = 15.9 AND mailbox_quota_gb = 20",
        "mailbox_not_enlarged",
    ),
    "priority_by_impact": (
        "change_priority",
        _OPEN.format("'high'", "'team'"),
        _OPEN.format("'critical'", "'team'"),
        "priority_too_high",
    ),
    "known_outage": (
        "open_ticket",
        "SELECT employee_id, 'hardware' AS category FROM people WHERE office = 'Leeds'",
        "SELECT employee_id, 'hardware' AS category FROM people WHERE office = 'Glasgow'",
        "known_outage",
    ),
    "own_office": (
        "set_up_printer",
        "SELECT employee_id, p.name AS printer FROM employees JOIN printers p USING (office) JOIN accounts a USING (employee_id) WHERE a.printer_id IS NULL",
        "SELECT employee_id, p.name AS printer FROM people e JOIN printers p ON p.office <> e.office",
        "other_office",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and on their other sides.
MORE: list[tuple[str, str, str]] = [
    ("reset_password", "SELECT employee_id, staff_number, manager FROM people WHERE account_type = 'privileged' AND status = 'active'", "privileged_account"),
    ("renew_certificate", """SELECT employee_id FROM people JOIN accounts USING (employee_id) WHERE people.account_type = 'privileged'
        AND people.status <> 'disabled' AND certificate_expires_on < '2025-10-20'""", "privileged_account"),
    ("reset_password", f"SELECT employee_id, 'NI00000' AS staff_number, manager FROM ({_PROOF})", "identity_not_confirmed"),
    ("assign_licence", "SELECT employee_id, software_id FROM people p JOIN software s ON s.department_id <> p.department_id WHERE seats_left > 0", "no_licence"),
    ("grant_membership", """SELECT employee_id, group_id FROM group_requests r WHERE status = 'declined' AND NOT EXISTS (
        SELECT 1 FROM memberships m WHERE m.employee_id = r.employee_id AND m.group_id = r.group_id)""", "approval_needed"),
    ("extend_loan", "SELECT device_id FROM devices WHERE loan_due_on > '2025-10-07' AND loan_extensions = 2", "loan_not_extendable"),
    ("raise_mailbox_quota", "SELECT employee_id FROM people WHERE mailbox_used_gb = 50", "mailbox_not_enlarged"),
    ("change_priority", _OPEN.format("'high'", "'one person'"), "priority_too_high"),
    ("open_ticket", "SELECT employee_id, 'telephony' AS category, 'team' AS impact FROM people WHERE office = 'Leeds'", "known_outage"),
]  # fmt: skip

RULES = Rules(CASES, MORE, WITH)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)


def test_a_fault_on_record_lets_a_young_device_be_replaced(ask: Ask, session: SqliteSession) -> None:
    young = "FROM owned WHERE NOT coming AND price <= device_budget_gbp AND ordered_on > '2022-01-01'"
    assert not session.execute("order_replacement", RULES.arguments(ask, f"SELECT device_id {young} AND fault")).failed
    device = RULES.arguments(ask, f"SELECT device_id {young} AND NOT fault")
    assert session.execute("order_replacement", device).failed
    (owner,) = ask(f"SELECT employee_id FROM devices WHERE device_id = {device['device_id']}")
    assert not session.execute("open_ticket", {**owner, "category": "hardware"}).failed
    assert not session.execute("order_replacement", device).failed


def test_the_preamble_knows_the_prices(source: Source, ask: Ask) -> None:
    assert source.policy is not None
    for model in ask("SELECT kind, price_gbp FROM standard_models"):
        assert f"a {model['kind']} costs £{model['price_gbp']:,.0f}" in source.policy.preamble or (
            f"a {model['kind']} £{model['price_gbp']:,.0f}" in source.policy.preamble
        )
