"""The operations desk's tools: what they find, what they change, and that results are what they promise."""

from domains.desk import Ask, Do, refusal
from domains.tables import mistakes
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Json


def service(do: Do, name: str) -> Json:
    """The one service of that name."""
    (found,) = (s for s in do("find_service", name=name)["rows"] if s["service"] == name)
    return found


def test_from_an_alert_to_an_incident_and_back(do: Do, session: SqliteSession) -> None:
    """The card gateway is slow: acknowledged, opened, escalated, published; it can't be resolved while the alert is not cleared."""
    gateway = service(do, "card-gateway")
    assert (gateway["team"], gateway["tier"], gateway["audience"], gateway["service_status"]) == ("Payments", 1, "public", "operational")  # fmt: skip
    firing = do("list_alerts", service_id=gateway["service_id"], alert_status="firing")
    (alert,) = firing["rows"]
    assert firing["total"] == 1 < do("list_alerts", service_id=gateway["service_id"])["total"]
    assert (alert["symptom"], alert["alert_severity"], alert["belongs_to"]) == ("slow responses", "critical", None)
    primary, secondary = do("who_is_on_call", service_id=gateway["service_id"])["rows"]
    assert (primary["pager_level"], secondary["pager_level"]) == ("primary", "secondary")
    assert primary["pager_until"] == "2025-10-17 09:00:00"

    taken = do("acknowledge_alert", alert_id=alert["alert_id"], pager_level="primary")
    assert (taken["alert_status"], taken["engineer"]) == ("acknowledged", primary["engineer"])
    assert refusal(session, "acknowledge_alert", alert_id=alert["alert_id"], pager_level="secondary") == "not_firing"
    assert refusal(session, "attach_alert", alert_id=alert["alert_id"]) == "no_open_incident"

    opened = do("open_incident", alert_id=alert["alert_id"], severity="SEV2")
    number = opened["incident_id"]
    assert (opened["service"], opened["incident_status"], opened["alerts_added"]) == (
        "card-gateway",
        "investigating",
        1,
    )
    assert opened["engineer"] == primary["engineer"]
    assert service(do, "card-gateway")["service_status"] == "partial outage"
    assert refusal(session, "open_incident", alert_id=alert["alert_id"], severity="SEV1") == "already_part"
    assert [a["alert_id"] for a in do("list_incident_alerts", incident_id=number)["rows"]] == [alert["alert_id"]]

    assert do("set_severity", incident_id=number, severity="SEV1")["service_status"] == "major outage"
    assert refusal(session, "set_severity", incident_id=number, severity="SEV1") == "unchanged"
    called = do("escalate_incident", incident_id=number, escalated_to="duty manager")
    assert do("find_engineer", name=called["engineer"])["rows"][0]["position"] == "duty manager"
    assert refusal(session, "escalate_incident", incident_id=number, escalated_to="duty manager") == "unchanged"
    assert do("assign_incident", incident_id=number, engineer_id=secondary["engineer_id"])["engineer"] == secondary["engineer"]  # fmt: skip
    assert refusal(session, "assign_incident", incident_id=number, engineer_id=secondary["engineer_id"]) == "unchanged"

    told = do("post_update", incident_id=number, phase="identified")
    assert told["message"] == "Identified: we know what causes slow responses and are working on it."
    assert refusal(session, "post_update", incident_id=number, phase="resolved") == "not_resolved"
    assert do("silence_alert", alert_id=alert["alert_id"], silence_hours=2)["alert_status"] == "silenced"
    quiet = do("get_alert", alert_id=alert["alert_id"])
    assert (quiet["belongs_to"], quiet["engineer"], quiet["silenced_until"][:13]) == (
        number,
        primary["engineer"],
        "2025-10-16 12",
    )

    file = do("get_incident", incident_id=number)
    assert (file["incident_status"], file["alerts_left"], file["engineer"]) == ("identified", 1, secondary["engineer"])
    assert [e["step"] for e in file["timeline"]] == ["opened", "assigned", "severity changed", "escalated", "assigned"]
    assert refusal(session, "resolve_incident", incident_id=number, cause="not found") == "alerts_not_cleared"


def test_resolved_reopened_and_resolved_again(do: Do, session: SqliteSession, ask: Ask) -> None:
    ready = ask("""SELECT incident_id, services.name FROM incidents i JOIN services USING (service_id) WHERE i.status = 'monitoring' AND severity = 'SEV2'
        AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.incident_id = i.incident_id AND a.status <> 'cleared')""")[0]
    number = ready["incident_id"]
    over = do("resolve_incident", incident_id=number, cause="lack of capacity")
    assert (over["incident_status"], over["cause"], over["postmortem_due_on"]) == (
        "resolved",
        "lack of capacity",
        "2025-10-21",
    )
    assert service(do, str(ready["name"]))["service_status"] == "operational"
    assert refusal(session, "resolve_incident", incident_id=number, cause="not found") == "unchanged"
    assert refusal(session, "post_update", incident_id=number, phase="monitoring") == "incident_resolved"
    assert do("post_update", incident_id=number, phase="resolved")["message"].startswith("Resolved: ")

    assert do("reopen_incident", incident_id=number, severity="SEV1")["severity"] == "SEV1"
    assert refusal(session, "reopen_incident", incident_id=number, severity="SEV1") == "unchanged"
    assert do("resolve_incident", incident_id=number, cause="not found")["postmortem_due_on"] == "2025-10-21"


def test_a_second_alert_joins_the_incident(do: Do, session: SqliteSession, ask: Ask) -> None:
    beside = ask("""SELECT alert_id, i.incident_id FROM alerts a JOIN incidents i USING (service_id)
        WHERE a.status = 'firing' AND a.incident_id IS NULL AND i.status <> 'resolved' ORDER BY alert_id""")[0]
    assert do("attach_alert", alert_id=beside["alert_id"])["incident_id"] == beside["incident_id"]
    assert refusal(session, "attach_alert", alert_id=beside["alert_id"]) == "already_part"
    assert beside["alert_id"] in {
        a["alert_id"] for a in do("list_incident_alerts", incident_id=beside["incident_id"])["rows"]
    }


def test_a_shift_finds_somebody_else(do: Do, session: SqliteSession, ask: Ask) -> None:
    away = ask("""SELECT shift_id, engineer_id FROM shifts JOIN engineers USING (engineer_id)
        WHERE engineers.status = 'on leave' AND shifts.status = 'planned' ORDER BY shift_id""")[0]
    could = do("list_stand_ins", shift_id=away["shift_id"])["rows"]
    assert could
    covered = do("cover_shift", shift_id=away["shift_id"], engineer_id=could[0]["engineer_id"])
    assert covered["engineer"] == could[0]["engineer"]
    assert covered["shift"] in {s["shift"] for s in do("list_shifts", engineer_id=could[0]["engineer_id"])["rows"]}
    assert (
        refusal(session, "cover_shift", shift_id=away["shift_id"], engineer_id=could[0]["engineer_id"]) == "unchanged"
    )
    assert refusal(session, "cover_shift", **away) == "on_leave"
    running = ask("SELECT shift_id FROM shifts WHERE status = 'running' ORDER BY shift_id")[0]
    assert refusal(session, "cover_shift", **running, engineer_id=could[0]["engineer_id"]) == "shift_begun"


def test_a_change_goes_into_a_window_and_moves_on(do: Do, session: SqliteSession, ask: Ask) -> None:
    change = ask("SELECT change_id FROM changes WHERE status = 'approved' AND risk = 'high' ORDER BY change_id")[0][
        "change_id"
    ]
    possible = do("list_open_windows", change_id=change)
    first, second, *_ = possible["rows"]
    assert possible["total"] >= len(possible["rows"])
    assert first["window"] == "Thursday 23 October at 23:00"
    planned = do("schedule_change", change_id=change, window_id=first["window_id"])
    assert (planned["change_status"], planned["window"]) == ("scheduled", first["window"])
    assert first["window_id"] not in {w["window_id"] for w in do("list_open_windows", change_id=change)["rows"]}
    assert refusal(session, "schedule_change", change_id=change, window_id=first["window_id"]) == "unchanged"
    assert do("schedule_change", change_id=change, window_id=second["window_id"])["window"] == second["window"]
    full = ask("SELECT window_id FROM windows WHERE status = 'open' AND taken = places ORDER BY window_id")[-1]
    assert refusal(session, "schedule_change", change_id=change, **full) == "window_full"
    past = ask("SELECT window_id FROM windows WHERE status = 'closed' ORDER BY window_id")[0]
    assert refusal(session, "schedule_change", change_id=change, **past) == "window_over"
    made = ask("SELECT change_id FROM changes WHERE status = 'done' ORDER BY change_id")[0]
    assert refusal(session, "schedule_change", **made, window_id=first["window_id"]) == "change_over"


def test_a_change_is_linked_to_what_it_caused(do: Do, session: SqliteSession, ask: Ask) -> None:
    case = ask("""SELECT r.incident_id, r.change_id FROM recent_changes r JOIN changes c USING (change_id) JOIN incidents i ON i.incident_id = r.incident_id
        WHERE c.incident_id IS NULL ORDER BY i.status = 'resolved', r.change_id""")[0]
    assert case["change_id"] in {
        c["change_id"] for c in do("list_recent_changes", incident_id=case["incident_id"])["rows"]
    }
    do("link_change", **case)
    assert refusal(session, "link_change", **case) == "already_linked"
    assert do("get_incident", incident_id=case["incident_id"])["timeline"][-1]["step"] == "change linked"
    other = ask("""SELECT c.change_id, i.incident_id FROM changes c, incidents i WHERE c.done_at IS NOT NULL AND c.incident_id IS NULL AND i.service_id = c.service_id
        AND c.done_at > i.opened_at""")[0]
    assert refusal(session, "link_change", **other) == "not_in_time"
    far = ask("""SELECT c.change_id, i.incident_id FROM changes c, incidents i WHERE c.incident_id IS NULL AND i.service_id <> c.service_id
        AND c.service_id NOT IN (SELECT depends_on_id FROM dependencies d WHERE d.service_id = i.service_id)""")[0]
    assert refusal(session, "link_change", **far) == "other_service"


def test_an_action_gets_an_owner_and_a_day(do: Do, session: SqliteSession, ask: Ask) -> None:
    draft = ask("""SELECT incident_id FROM postmortems WHERE status = 'draft'
        AND incident_id NOT IN (SELECT incident_id FROM actions WHERE task = 'load test') ORDER BY incident_id""")[0]
    owner = ask("SELECT engineer_id FROM engineers WHERE status = 'available' ORDER BY engineer_id")[0]
    added = do("add_action", **draft, **owner, task="load test", priority="high")
    assert (added["task"], added["priority"], added["due_on"]) == ("load test", "high", "2025-10-30")
    assert refusal(session, "add_action", **draft, **owner, task="load test") == "already_exists"
    assert do("add_action", **draft, **owner, task="rate limit")["due_on"] == "2025-11-15"
    published = ask("SELECT incident_id FROM postmortems WHERE status = 'published' ORDER BY incident_id")[0]
    assert refusal(session, "add_action", **published, **owner, task="load test") == "already_published"
    going = ask("SELECT incident_id FROM incidents WHERE status <> 'resolved' ORDER BY incident_id")[0]
    assert refusal(session, "add_action", **going, **owner, task="load test") == "no_postmortem"


def test_a_colleague_takes_over_once(do: Do, session: SqliteSession, ask: Ask) -> None:
    going = ask("SELECT incident_id FROM incidents WHERE status <> 'resolved' ORDER BY incident_id DESC")[0]
    assert do("transfer_to_human", **going, reason="possible data loss")["handover_status"] == "open"
    assert refusal(session, "transfer_to_human", **going, reason="possible data loss") == "already_handed_over"
    assert do("transfer_to_human", **going, reason="press enquiry")["reason"] == "press enquiry"


UNKNOWN = {
    "list_alerts": ["service_id"], "who_is_on_call": ["service_id"], "get_incident": ["incident_id"], "list_incident_alerts": ["incident_id"],
    "list_shifts": ["engineer_id"], "list_stand_ins": ["shift_id"], "list_open_windows": ["change_id"], "list_recent_changes": ["incident_id"],
    "attach_alert": ["alert_id"], "get_alert": ["alert_id"], "cover_shift": ["shift_id", "engineer_id"],
    "schedule_change": ["change_id", "window_id"], "link_change": ["change_id", "incident_id"], "assign_incident": ["incident_id", "engineer_id"],
}  # fmt: skip


test_a_number_that_is_not_there = mistakes(
    [(t, dict.fromkeys(ids, 999_999), "not_found") for t, ids in UNKNOWN.items()]
)


def test_the_set(source: Source) -> None:
    assert {t.name for t in source.tools if t.effect == "write"} == {
        "acknowledge_alert", "silence_alert", "attach_alert", "open_incident", "set_severity", "assign_incident", "escalate_incident", "post_update",
        "resolve_incident", "reopen_incident", "cover_shift", "schedule_change", "link_change", "add_action", "transfer_to_human",
    }  # fmt: skip
