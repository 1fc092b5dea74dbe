"""Each rule of the desk's policy: kept, the tool goes through; broken, its own error comes back and nothing has changed. Where a
rule has an edge, the rows stand on it: two hours of silence, 48 hours after the end, the day before a shift.
"""

from domains.tables import Rules, broken, elsewhere, every_guard, kept

# `going`: alerts that are not cleared, with their service. `open`: open incidents with theirs, and what of theirs is not cleared.
# `pairs`: a shift to come with somebody else of the house. `moves`: a change to be made with a window that has a place, and the hours until then.
WITH = """
WITH going AS (
  SELECT a.*, s.tier, (SELECT i.incident_id FROM incidents i WHERE i.service_id = a.service_id AND i.status <> 'resolved') AS beside
  FROM alerts a JOIN services s USING (service_id) WHERE a.status <> 'cleared'
), open AS (
  SELECT i.*, s.tier, s.audience, s.team_id, (SELECT count(*) FROM alerts a WHERE a.incident_id = i.incident_id AND a.status <> 'cleared') AS left,
    (SELECT count(*) FROM alerts a WHERE a.incident_id = i.incident_id AND a.status <> 'cleared' AND a.severity = 'critical') AS critical
  FROM incidents i JOIN services s USING (service_id) WHERE i.status <> 'resolved'
), ended AS (
  SELECT i.*, (julianday('2025-10-16 10:00') - julianday(resolved_at)) * 24 AS hours,
    EXISTS (SELECT 1 FROM incidents o WHERE o.service_id = i.service_id AND o.status <> 'resolved') AS beside
  FROM incidents i WHERE i.status = 'resolved'
), pairs AS (
  SELECT h.shift_id, e.engineer_id, h.team_id = e.team_id AS own, (
    SELECT min(abs(julianday(o.starts_at) - julianday(h.starts_at))) FROM shifts o WHERE o.engineer_id = e.engineer_id) AS days
  FROM shifts h JOIN engineers e ON e.engineer_id <> h.engineer_id AND e.status = 'available' WHERE h.status = 'planned' AND h.level = 'primary'
), moves AS (
  SELECT c.change_id, c.risk, w.window_id, (julianday(w.scheduled_start) - julianday('2025-10-16 10:00')) * 24 AS hours,
    EXISTS (SELECT 1 FROM freezes WHERE date(w.scheduled_start) BETWEEN starts_on AND ends_on) AS frozen
  FROM changes c JOIN windows w ON w.taken < w.places AND w.status = 'open' WHERE c.status = 'approved'
)
"""

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "hand_over": (
        "transfer_to_human",
        "SELECT incident_id, 'security concern' AS reason FROM open WHERE incident_id NOT IN (SELECT incident_id FROM handovers)",
        "SELECT incident_id, reason FROM handovers WHERE status = 'open'",
        "already_handed_over",
    ),
    "critical_silence": (
        "silence_alert",
        "SELECT alert_id, 2 AS silence_hours FROM going WHERE severity = 'critical' AND incident_id IS NOT NULL",
        "SELECT alert_id, 2 AS silence_hours FROM going WHERE severity = 'critical' AND incident_id IS NULL",
        "critical_alert",
    ),
    "silence_limit": (
        "silence_alert",
        "SELECT alert_id, 8 AS silence_hours FROM going WHERE severity = 'warning'",
        "SELECT alert_id, 12 AS silence_hours FROM going WHERE severity = 'warning'",
        "silence_too_long",
    ),
    "one_incident": (
        "open_incident",
        "SELECT alert_id, 'SEV2' AS severity FROM going WHERE incident_id IS NULL AND beside IS NULL",
        "SELECT alert_id, 'SEV2' AS severity FROM going WHERE incident_id IS NULL AND beside IS NOT NULL",
        "incident_open",
    ),
    "open_only": (
        "escalate_incident",
        "SELECT incident_id, 'team lead' AS escalated_to FROM open WHERE escalated_to IS NULL",
        "SELECT incident_id, 'team lead' AS escalated_to FROM ended WHERE escalated_to IS NULL",
        "incident_resolved",
    ),
    "severity_floor": (
        "set_severity",
        "SELECT incident_id, 'SEV3' AS severity FROM open WHERE tier = 1 AND severity < 'SEV3' AND critical = 0",
        "SELECT incident_id, 'SEV3' AS severity FROM open WHERE tier = 1 AND severity < 'SEV3' AND critical > 0",
        "severity_too_low",
    ),
    "on_call_only": (
        "assign_incident",
        "SELECT incident_id, c.engineer_id FROM open JOIN on_call c USING (service_id) WHERE c.engineer_id <> assignee_id",
        """SELECT incident_id, e.engineer_id FROM open JOIN engineers e USING (team_id)
           WHERE e.engineer_id <> assignee_id AND e.engineer_id NOT IN (SELECT engineer_id FROM on_call)""",
        "not_on_call",
    ),
    "duty_manager": (
        "escalate_incident",
        "SELECT incident_id, 'duty manager' AS escalated_to FROM open WHERE severity = 'SEV2' AND escalated_to IS NOT 'duty manager'",
        "SELECT incident_id, 'duty manager' AS escalated_to FROM open WHERE severity = 'SEV3' AND escalated_to IS NOT 'duty manager'",
        "below_duty_manager",
    ),
    "public_services": (
        "post_update",
        "SELECT incident_id, 'identified' AS phase FROM open WHERE audience = 'public'",
        "SELECT incident_id, 'identified' AS phase FROM open WHERE audience = 'internal'",
        "not_on_status_page",
    ),
    "alerts_cleared": (
        "resolve_incident",
        "SELECT incident_id, 'lack of capacity' AS cause FROM open WHERE left = 0",
        "SELECT incident_id, 'lack of capacity' AS cause FROM open WHERE left = 1",
        "alerts_not_cleared",
    ),
    "reopen_window": (
        "reopen_incident",
        "SELECT incident_id, severity FROM ended WHERE hours < 47.9 AND NOT beside ORDER BY hours DESC",
        "SELECT incident_id, severity FROM ended WHERE hours > 48 AND NOT beside ORDER BY hours",
        "reopen_window_over",
    ),
    "stand_in": (
        "cover_shift",
        "SELECT shift_id, engineer_id FROM pairs WHERE own AND days = 2",
        "SELECT shift_id, engineer_id FROM pairs WHERE own AND days = 1",
        "cannot_cover",
    ),
    "notice": (
        "schedule_change",
        "SELECT change_id, window_id FROM moves WHERE risk = 'high' AND hours >= 96.5 AND NOT frozen ORDER BY hours",
        "SELECT change_id, window_id FROM moves WHERE risk = 'high' AND hours < 96 AND NOT frozen ORDER BY hours DESC",
        "short_notice",
    ),
    "freeze": (
        "schedule_change",
        "SELECT change_id, window_id FROM moves WHERE risk = 'low' AND frozen",
        "SELECT change_id, window_id FROM moves WHERE risk = 'medium' AND frozen",
        "change_freeze",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and on their other sides.
MORE: list[tuple[str, str, str]] = [
    ("silence_alert", "SELECT alert_id, 4 AS silence_hours FROM going WHERE severity = 'critical' AND incident_id IS NOT NULL", "silence_too_long"),
    ("reopen_incident", "SELECT incident_id, severity FROM ended WHERE beside ORDER BY hours", "incident_open"),
    ("open_incident", "SELECT alert_id, 'SEV3' AS severity FROM going WHERE incident_id IS NULL AND beside IS NULL AND tier = 1 AND severity = 'critical'", "severity_too_low"),
    ("set_severity", "SELECT incident_id, iif(severity = 'SEV1', 'SEV2', 'SEV1') AS severity FROM ended", "incident_resolved"),
    ("assign_incident", "SELECT incident_id, c.engineer_id FROM ended JOIN on_call c USING (service_id) WHERE c.engineer_id <> assignee_id", "incident_resolved"),
    ("assign_incident", "SELECT incident_id, e.engineer_id FROM open, engineers e WHERE e.position = 'duty manager'", "not_on_call"),
    ("cover_shift", "SELECT shift_id, engineer_id FROM pairs WHERE own AND days = 0", "cannot_cover"),
    ("cover_shift", "SELECT shift_id, engineer_id FROM pairs WHERE NOT own AND days > 1", "cannot_cover"),
    ("schedule_change", "SELECT change_id, window_id FROM moves WHERE risk = 'low' AND hours < 24", "short_notice"),
    ("schedule_change", "SELECT change_id, window_id FROM moves WHERE risk = 'medium' AND hours BETWEEN 24.5 AND 48", "short_notice"),
    ("resolve_incident", "SELECT incident_id, 'not found' AS cause FROM open WHERE left > 1", "alerts_not_cleared"),
]  # fmt: skip

# What goes through although it is near.
ALSO: list[tuple[str, str]] = [
    ("silence_alert", "SELECT alert_id, 24 AS silence_hours FROM going WHERE severity = 'info'"),
    ("open_incident", "SELECT alert_id, 'SEV4' AS severity FROM going WHERE incident_id IS NULL AND beside IS NULL AND tier = 2 AND severity = 'critical'"),
    ("set_severity", "SELECT incident_id, 'SEV2' AS severity FROM open WHERE tier = 1 AND severity = 'SEV1' AND critical > 0"),
    ("schedule_change", "SELECT change_id, window_id FROM moves WHERE risk = 'medium' AND hours BETWEEN 48.5 AND 96"),
    ("post_update", "SELECT incident_id, 'resolved' AS phase FROM ended JOIN services USING (service_id) WHERE audience = 'public'"),
]  # fmt: skip

RULES = Rules(CASES, [*MORE, *((tool, sql, "") for tool, sql in ALSO)], WITH)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)
