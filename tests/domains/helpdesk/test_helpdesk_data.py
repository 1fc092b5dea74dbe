"""The service desk's rows: whole, and nowhere at odds with themselves or with the desk's own rules."""

import apsw

from domains.tables import never, there_are

NOW, TODAY = "2025-10-07 10:30:00", "2025-10-07"
_WRONG = """airplane_mode + caps_lock + restart_pending + (vpn_client = 'too old') + mail_offline
  + (print_queue = 'paused')"""

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "seats that do not add up": """
        SELECT 1 FROM software s WHERE seats - seats_left <> (SELECT count(*) FROM installations i WHERE i.software_id = s.software_id)""",
    "somebody their own manager": "SELECT 1 FROM employees WHERE manager = first_name || ' ' || last_name",
    "a manager who does not work here": """
        SELECT 1 FROM employees WHERE manager NOT IN (SELECT first_name || ' ' || last_name FROM employees)""",
    "a printer of another office": """
        SELECT 1 FROM accounts JOIN employees e USING (employee_id) JOIN printers p USING (printer_id) WHERE e.office <> p.office""",
    "an account unlocked more often than twice a day": "SELECT 1 FROM accounts WHERE unlocks > 2",
    "an unlock without its day": "SELECT 1 FROM accounts WHERE (unlocked_on IS NULL) <> (unlocks = 0)",
    "a mailbox larger than it may be": "SELECT 1 FROM accounts WHERE mailbox_used_gb > mailbox_quota_gb",
    "a ticket before its caller began": "SELECT 1 FROM tickets JOIN employees USING (employee_id) WHERE date(opened_at) < started_on",
    "a membership before somebody began": "SELECT 1 FROM memberships JOIN employees USING (employee_id) WHERE granted_on < started_on",
    "an installation before somebody began": "SELECT 1 FROM installations JOIN employees USING (employee_id) WHERE installed_on < started_on",
    "a request for what is open to all": "SELECT 1 FROM group_requests JOIN user_groups USING (group_id) WHERE access = 'open'",
    "a program with somebody it was not bought for": """
        SELECT 1 FROM installations JOIN software s USING (software_id) JOIN employees e USING (employee_id)
        WHERE s.department_id <> e.department_id""",
    "a request that somebody decided for themselves": """
        SELECT 1 FROM group_requests JOIN employees USING (employee_id) WHERE decided_by = first_name || ' ' || last_name""",
    "two requests for the same": "SELECT 1 FROM group_requests GROUP BY employee_id, group_id HAVING count(*) > 1",
    "a priority beyond the impact": """
        SELECT 1 FROM tickets WHERE instr('low normal high critical', priority) > CASE impact WHEN 'one person' THEN 5 WHEN 'team' THEN 12 ELSE 17 END""",
    "a comment outside its ticket": """
        SELECT 1 FROM ticket_comments JOIN tickets USING (ticket_id) WHERE written_at < opened_at OR written_at > ifnull(resolved_at, written_at)""",
    "an outage that is neither open nor over": "SELECT 1 FROM outages WHERE (status = 'open') <> (ended_at IS NULL)",
    "a handover with the wrong team": "SELECT 1 FROM handovers WHERE (reason IN ('data loss', 'unsolved trouble')) <> (team = 'second line')",
    "a loan extended too often": "SELECT 1 FROM devices WHERE loan_extensions > 2",
    "a label of another kind": "SELECT 1 FROM devices GROUP BY substr(asset_tag, 1, 2) HAVING count(DISTINCT kind) > 1",
    "a computer on cable without Wi-Fi to turn off": "SELECT 1 FROM workstations WHERE airplane_mode AND connection = 'cable'",
}  # fmt: skip

# What must be there for people to talk about, the edges of the rules above all.
EDGE_CASES = {
    "namesakes": (3, "SELECT 1 FROM employees GROUP BY first_name, last_name HAVING count(*) > 1"),
    "employees without a telephone number": (30, "SELECT 1 FROM employees WHERE phone IS NULL"),
    "locked accounts": (40, "SELECT 1 FROM accounts WHERE status = 'locked'"),
    "locked accounts unlocked twice today": (5, f"SELECT 1 FROM accounts WHERE status = 'locked' AND unlocked_on = '{TODAY}' AND unlocks = 2"),
    "locked accounts unlocked once today": (5, f"SELECT 1 FROM accounts WHERE status = 'locked' AND unlocked_on = '{TODAY}' AND unlocks = 1"),
    "locked privileged accounts": (5, "SELECT 1 FROM accounts WHERE status = 'locked' AND account_type = 'privileged'"),
    "passwords that run out today": (2, f"SELECT 1 FROM accounts WHERE password_expires_on = '{TODAY}'"),
    "passwords that ran out yesterday": (2, f"SELECT 1 FROM accounts WHERE password_expires_on = date('{TODAY}', '-1 day')"),
    "mailboxes exactly four fifths full": (3, "SELECT 1 FROM accounts WHERE mailbox_used_gb * 5 = mailbox_quota_gb * 4"),
    "full mailboxes": (15, "SELECT 1 FROM accounts WHERE mailbox_used_gb = mailbox_quota_gb"),
    "full mailboxes of the largest size": (1, "SELECT 1 FROM accounts WHERE mailbox_used_gb = 50"),
    "approvals on their last day": (3, f"SELECT 1 FROM group_requests WHERE status = 'approved' AND decided_on = date('{TODAY}', '-30 days')"),
    "approvals a day too old": (3, f"SELECT 1 FROM group_requests WHERE status = 'approved' AND decided_on = date('{TODAY}', '-31 days')"),
    "programs with one licence left": (5, "SELECT 1 FROM software WHERE seats_left = 1"),
    "programs with none left": (4, "SELECT 1 FROM software WHERE seats_left = 0"),
    "devices four years old today": (3, f"SELECT 1 FROM devices WHERE ordered_on = date('{TODAY}', '-4 years')"),
    "devices a day short of it": (3, f"SELECT 1 FROM devices WHERE ordered_on = date('{TODAY}', '-4 years', '+1 day')"),
    "a department with just enough for a laptop": (1, """
        SELECT 1 FROM departments WHERE device_budget_gbp = (SELECT price_gbp FROM standard_models WHERE kind = 'laptop')"""),
    "a department a pound short of one": (1, """
        SELECT 1 FROM departments WHERE device_budget_gbp + 1 = (SELECT price_gbp FROM standard_models WHERE kind = 'laptop')"""),
    "loans due today": (3, f"SELECT 1 FROM devices WHERE loan_due_on = '{TODAY}'"),
    "loans overdue since yesterday": (2, f"SELECT 1 FROM devices WHERE loan_due_on = date('{TODAY}', '-1 day')"),
    "loans extended twice": (4, "SELECT 1 FROM devices WHERE loan_extensions = 2"),
    "tickets resolved seven days ago": (3, f"SELECT 1 FROM tickets WHERE date(resolved_at) = date('{TODAY}', '-7 days')"),
    "tickets resolved eight days ago": (3, f"SELECT 1 FROM tickets WHERE date(resolved_at) = date('{TODAY}', '-8 days')"),
    "tickets that are not resolved": (25, "SELECT 1 FROM tickets WHERE status <> 'resolved'"),
    "open outages": (3, "SELECT 1 FROM outages WHERE status = 'open'"),
    "computers with something wrong": (100, f"SELECT 1 FROM workstations WHERE {_WRONG} > 0"),
    "computers with two things wrong": (15, f"SELECT 1 FROM workstations WHERE {_WRONG} > 1"),
    "names beyond ASCII": (8, "SELECT 1 FROM employees WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)


def test_computers_in_order_are_the_rule(database: apsw.Connection) -> None:
    share = database.execute(f"SELECT CAST(100 * avg({_WRONG} > 0) AS INTEGER) FROM workstations").get
    assert 25 <= share <= 45
