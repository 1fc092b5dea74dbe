"""The service desk's tools: what they find, what they change, and that results are what they promise."""

from domains.desk import Ask, Do, refusal
from domains.tables import mistakes
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Json


def one(ask: Ask, sql: str) -> dict[str, Json]:
    """The first row; there must be one."""
    found = ask(f"{sql} LIMIT 1")
    assert found, sql
    return found[0]


def test_locked_out(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Two people of one name, told apart by department and office; the account is unlocked twice, and not a third time."""
    danas = do("find_employee", name="dana whitfield")["rows"]
    assert sorted((p["department"], p["office"]) for p in danas) == [("Design", "Bristol"), ("Finance", "Leeds")]
    assert not {"staff_number", "manager", "email", "phone"} & danas[0].keys()

    locked = one(
        ask,
        "SELECT * FROM accounts WHERE status = 'locked' AND account_type = 'standard' AND unlocks = 1 AND unlocked_on = '2025-10-07'",
    )
    key = locked["employee_id"]
    assert do("check_account", employee_id=key)["account_status"] == "locked"
    opened = do("unlock_account", employee_id=key)
    assert (opened["account_status"], opened["unlocks_today"]) == ("active", 2)
    assert refusal(session, "unlock_account", employee_id=key) == "unchanged"


def test_forgotten_password(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = one(
        ask,
        """SELECT e.* FROM employees e JOIN accounts a USING (employee_id)
        WHERE a.password_expires_on < '2025-10-07' AND account_type = 'standard' AND status = 'active'""",
    )
    key, proof = who["employee_id"], {"staff_number": who["staff_number"].lower(), "manager": who["manager"].upper()}
    assert do("check_account", employee_id=key)["password"] == "expired"
    reset = do("reset_password", employee_id=key, **proof)
    assert (reset["password"], reset["password_expires_on"]) == ("valid", "2026-04-05")
    disabled = one(ask, "SELECT employee_id FROM accounts WHERE status = 'disabled'")["employee_id"]
    assert refusal(session, "reset_password", employee_id=disabled, **proof) == "account_disabled"
    assert refusal(session, "unlock_account", employee_id=disabled) == "account_disabled"
    assert refusal(session, "renew_certificate", employee_id=disabled) == "account_disabled"


def test_certificate_mailbox_printer(do: Do, session: SqliteSession, ask: Ask) -> None:
    expired = one(
        ask,
        """SELECT employee_id FROM accounts WHERE certificate_expires_on < '2025-10-07' AND account_type = 'standard'
        AND status <> 'disabled'""",
    )["employee_id"]
    renewed = do("renew_certificate", employee_id=expired)
    assert (renewed["certificate"], renewed["certificate_expires_on"]) == ("valid", "2026-10-07")
    assert refusal(session, "renew_certificate", employee_id=expired) == "too_early"

    full = one(ask, "SELECT employee_id FROM accounts WHERE mailbox_used_gb = 20 AND mailbox_quota_gb = 20")[
        "employee_id"
    ]
    assert do("check_account", employee_id=full)["mailbox"] == "full"
    larger = do("raise_mailbox_quota", employee_id=full)
    assert (larger["mailbox_quota_gb"], larger["mailbox"]) == (30, "room left")
    assert refusal(session, "raise_mailbox_quota", employee_id=full, mailbox_quota_gb=20) == "unchanged"
    assert refusal(session, "raise_mailbox_quota", employee_id=full, mailbox_quota_gb=40) == "mailbox_not_enlarged"

    without = one(ask, "SELECT e.* FROM employees e JOIN accounts USING (employee_id) WHERE printer_id IS NULL")
    assert do("check_account", employee_id=without["employee_id"])["printer_setup"] == "missing"
    first = do("set_up_office_printer", employee_id=without["employee_id"])["printer"]
    assert first.startswith(without["office"])
    assert refusal(session, "set_up_office_printer", employee_id=without["employee_id"]) == "unchanged"
    other = one(ask, f"SELECT * FROM printers WHERE office = '{without['office']}' AND name <> '{first}'")
    assert do("set_up_printer", employee_id=without["employee_id"], printer=other["name"])["printer"] == other["name"]


def test_access(do: Do, session: SqliteSession, ask: Ask) -> None:
    """What was approved is granted once, and can be taken away again."""
    request = one(
        ask,
        """SELECT r.* FROM group_requests r WHERE status = 'approved' AND decided_on >= '2025-09-07'
        AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.employee_id = r.employee_id AND m.group_id = r.group_id)""",
    )
    key, group_id = request["employee_id"], request["group_id"]
    listed = {r["request_id"]: r for r in do("list_requests", employee_id=key, request_status="approved")["rows"]}
    assert (listed[request["request_id"]]["group_id"], listed[request["request_id"]]["decided_on"]) == (
        group_id,
        request["decided_on"],
    )
    group = next(
        g for g in do("find_group", name=listed[request["request_id"]]["group"])["rows"] if g["group_id"] == group_id
    )
    assert group["access"] == "restricted"
    assert do("grant_membership", employee_id=key, group_id=group_id)["group"] == group["group"]
    assert refusal(session, "grant_membership", employee_id=key, group_id=group_id) == "already_member"
    assert do("remove_membership", employee_id=key, group_id=group_id)["group"] == group["group"]
    assert refusal(session, "remove_membership", employee_id=key, group_id=group_id) == "not_found"


def test_the_last_licence(do: Do, session: SqliteSession, ask: Ask) -> None:
    title = one(ask, "SELECT * FROM software WHERE seats_left = 1 AND department_id IS NULL")
    without = f"""SELECT employee_id FROM employees WHERE employee_id NOT IN (
        SELECT employee_id FROM installations WHERE software_id = {title["software_id"]})"""
    first, second = (row["employee_id"] for row in ask(f"{without} LIMIT 2"))
    (found,) = do("find_software", name=title["name"])["rows"]
    assert (found["software_id"], found["seats_left"]) == (title["software_id"], 1)
    assert do("assign_licence", employee_id=first, software_id=title["software_id"])["seats_left"] == 0
    assert (
        refusal(session, "assign_licence", employee_id=first, software_id=title["software_id"]) == "already_installed"
    )
    assert refusal(session, "assign_licence", employee_id=second, software_id=title["software_id"]) == "no_licence"


def test_new_for_old(do: Do, session: SqliteSession, ask: Ask) -> None:
    """The price is known before; it is taken from the budget, and nothing is ordered twice."""
    old = one(
        ask,
        """SELECT d.* FROM devices d JOIN employees USING (employee_id) JOIN departments p USING (department_id)
        WHERE d.status = 'in use' AND kind = 'laptop' AND ordered_on < '2021-10-07' AND device_budget_gbp > 3000
          AND d.employee_id NOT IN (SELECT employee_id FROM devices WHERE status = 'ordered')""",
    )
    before = do("list_devices", employee_id=old["employee_id"])
    shown = next(d for d in before["rows"] if d["device_id"] == old["device_id"])
    assert (shown["replacement"], shown["replacement_gbp"]) == ("Corran 14 G3", 1150)
    new = do("order_replacement", device_id=old["device_id"])
    assert (new["model"], new["price_gbp"], new["device_status"]) == ("Corran 14 G3", 1150, "ordered")
    assert new["budget_left_gbp"] == before["budget_left_gbp"] - 1150
    assert new["asset_tag"].startswith("LT-")
    assert new["device_id"] in {d["device_id"] for d in do("list_devices", employee_id=old["employee_id"])["rows"]}
    assert refusal(session, "order_replacement", device_id=old["device_id"]) == "already_ordered"
    assert refusal(session, "order_replacement", device_id=new["device_id"]) == "not_in_use"


def test_a_loan(do: Do, session: SqliteSession, ask: Ask) -> None:
    lent = one(ask, "SELECT * FROM devices WHERE loan_due_on = '2025-10-07' AND loan_extensions = 0")
    assert do("extend_loan", device_id=lent["device_id"])["loan_due_on"] == "2025-10-21"
    assert do("extend_loan", device_id=lent["device_id"])["loan_extensions"] == 2
    assert refusal(session, "extend_loan", device_id=lent["device_id"]) == "loan_not_extendable"
    mine = one(ask, "SELECT device_id FROM devices WHERE status = 'in use'")["device_id"]
    assert refusal(session, "extend_loan", device_id=mine) == "not_found"


def test_a_ticket_from_first_to_last(do: Do, session: SqliteSession, ask: Ask) -> None:
    key = one(ask, "SELECT employee_id FROM employees WHERE office = 'Leeds'")["employee_id"]
    ticket = do("open_ticket", employee_id=key, category="network", impact="team")
    assert (ticket["priority"], ticket["team"], ticket["ticket_status"]) == ("high", "networks", "open")
    number = ticket["ticket_id"]
    assert refusal(session, "change_priority", ticket_id=number, priority="high") == "unchanged"
    assert do("change_priority", ticket_id=number, priority="low")["priority"] == "low"
    assert do("close_ticket", ticket_id=number)["resolved_at"] > "2025-10-07 10:30"
    assert refusal(session, "close_ticket", ticket_id=number) == "not_found"
    assert refusal(session, "change_priority", ticket_id=number, priority="normal") == "not_found"
    assert do("reopen_ticket", ticket_id=number)["ticket_status"] == "open"
    assert refusal(session, "reopen_ticket", ticket_id=number) == "not_found"
    assert number == do("list_tickets", employee_id=key, ticket_status="open")["rows"][0]["ticket_id"]
    said = do("open_ticket", employee_id=key, category="account", summary=" Two-step code is late ")
    assert (said["summary"], said["impact"], said["priority"]) == ("Two-step code is late", "one person", "normal")


def test_outages_and_handovers(do: Do, session: SqliteSession, ask: Ask) -> None:
    known = do("list_outages", outage_status="open")["rows"]
    assert {(o["outage_category"], o["outage_office"]) for o in known} == {
        ("hardware", "Glasgow"),
        ("telephony", None),
        ("software", "Bristol"),
    }
    assert {o["outage_category"] for o in do("list_outages", category="network")["rows"]} == {"network"}
    free = one(ask, "SELECT employee_id FROM employees WHERE employee_id NOT IN (SELECT employee_id FROM handovers)")[
        "employee_id"
    ]
    teams = {
        reason: do("transfer_to_human", employee_id=free, reason=reason)["handover_team"]
        for reason in ("lost equipment", "data loss", "poor service")
    }
    assert teams == {"lost equipment": "security", "data loss": "second line", "poor service": "service manager"}
    assert refusal(session, "transfer_to_human", employee_id=free, reason="data loss") == "already_handed_over"


MISSING: list[tuple[str, dict[str, Json]]] = [
    ("check_account", {"employee_id": 1}), ("list_tickets", {"employee_id": 1}), ("list_devices", {"employee_id": 1}),
    ("list_requests", {"employee_id": 1}), ("unlock_account", {"employee_id": 1}), ("renew_certificate", {"employee_id": 1}),
    ("reset_password", {"employee_id": 1, "staff_number": "NI10000", "manager": "Ottilie Frayne"}), ("raise_mailbox_quota", {"employee_id": 1}),
    ("set_up_office_printer", {"employee_id": 1}), ("set_up_printer", {"employee_id": 1, "printer": "Leeds labels"}),
    ("grant_membership", {"employee_id": 1, "group_id": 701}), ("grant_membership", {"employee_id": 1001, "group_id": 1}),
    ("remove_membership", {"employee_id": 1001, "group_id": 1}), ("assign_licence", {"employee_id": 1001, "software_id": 1}),
    ("order_replacement", {"device_id": 1}), ("extend_loan", {"device_id": 1}), ("open_ticket", {"employee_id": 1, "category": "account"}),
    ("close_ticket", {"ticket_id": 1}), ("reopen_ticket", {"ticket_id": 1}), ("change_priority", {"ticket_id": 1, "priority": "low"}),
    ("transfer_to_human", {"employee_id": 1, "reason": "data loss"}),
]  # fmt: skip
test_nobody_and_nothing = mistakes([(tool, arguments, "not_found") for tool, arguments in MISSING])


def test_every_printer_can_be_named(source: Source, ask: Ask) -> None:
    (tool,) = (t for t in source.tools if t.name == "set_up_printer")
    assert tool.parameters["properties"]["printer"]["enum"] == [
        row["name"] for row in ask("SELECT name FROM printers ORDER BY printer_id")
    ]
