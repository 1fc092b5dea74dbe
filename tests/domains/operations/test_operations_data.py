"""The operations desk's rows: whole, and nowhere at odds with themselves."""

from domains.tables import never, there_are

NOW = "2025-10-16 10:00:00"

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a shift that ends, or a window that begins or ends, while people talk": """
        SELECT 1 FROM shifts WHERE starts_at BETWEEN '2025-10-16 09:01' AND '2025-10-16 14:00' OR ends_at BETWEEN '2025-10-16 09:01' AND '2025-10-16 14:00'
        UNION ALL SELECT 1 FROM windows WHERE scheduled_start BETWEEN '2025-10-16 08:00' AND '2025-10-16 14:00'""",
    "a shift that is not at its time": f"""
        SELECT 1 FROM shifts WHERE status <> CASE WHEN ends_at <= '{NOW}' THEN 'over' WHEN starts_at <= '{NOW}' THEN 'running' ELSE 'planned' END""",
    "a team without a primary or a secondary on some day": """
        SELECT 1 FROM shifts JOIN teams USING (team_id) WHERE teams.name <> 'Operations' GROUP BY team_id, starts_at HAVING count(DISTINCT level) <> 2""",
    "a day without a duty manager": "SELECT 1 FROM shifts GROUP BY starts_at HAVING sum(level = 'duty manager') <> 1",
    "somebody on call for another team": "SELECT 1 FROM shifts JOIN engineers e USING (engineer_id) WHERE shifts.team_id <> e.team_id",
    "somebody on call two days running, or twice a day": """
        SELECT 1 FROM shifts a JOIN shifts b ON a.engineer_id = b.engineer_id AND a.shift_id <> b.shift_id
        WHERE b.starts_at BETWEEN a.starts_at AND datetime(a.starts_at, '+1 day')""",
    "somebody on leave who is on call now": "SELECT 1 FROM on_call JOIN engineers USING (engineer_id) WHERE status = 'on leave'",
    "a team without its lead": "SELECT 1 FROM engineers GROUP BY team_id HAVING sum(position IN ('team lead', 'duty manager')) < 1",
    "a service that is not as its open incident lets it be": """
        SELECT 1 FROM services s LEFT JOIN incidents i ON i.service_id = s.service_id AND i.status <> 'resolved'
        WHERE s.status <> CASE i.severity WHEN 'SEV1' THEN 'major outage' WHEN 'SEV2' THEN 'partial outage' WHEN 'SEV3' THEN 'degraded'
          WHEN 'SEV4' THEN 'degraded' ELSE 'operational' END""",
    "two incidents of a service at once": """
        SELECT 1 FROM incidents a JOIN incidents b USING (service_id)
        WHERE a.incident_id < b.incident_id AND b.opened_at < ifnull(a.resolved_at, '9')""",
    "an incident assigned to another team": """
        SELECT 1 FROM incidents JOIN services s USING (service_id) JOIN engineers e ON e.engineer_id = assignee_id WHERE e.team_id <> s.team_id""",
    "an incident without an alert": "SELECT 1 FROM incidents WHERE incident_id NOT IN (SELECT incident_id FROM alerts WHERE incident_id IS NOT NULL)",
    "an alert of another service in an incident": "SELECT 1 FROM alerts a JOIN incidents i USING (incident_id) WHERE a.service_id <> i.service_id",
    "a resolved incident with an alert that is not cleared": """
        SELECT 1 FROM alerts a JOIN incidents i USING (incident_id) WHERE i.status = 'resolved' AND (a.status <> 'cleared' OR cleared_at > resolved_at)""",
    "an incident of tier 1 that is too low for its critical alert": """
        SELECT 1 FROM alerts a JOIN incidents i USING (incident_id) JOIN services s ON s.service_id = i.service_id
        WHERE s.tier = 1 AND a.severity = 'critical' AND a.status <> 'cleared' AND i.severity > 'SEV2'""",
    "a critical alert silenced outside an incident": "SELECT 1 FROM alerts WHERE severity = 'critical' AND status = 'silenced' AND incident_id IS NULL",
    "a silence longer than it may be, or over": f"""
        SELECT 1 FROM alerts WHERE silence_hours > CASE severity WHEN 'critical' THEN 2 WHEN 'warning' THEN 8 ELSE 24 END
          OR (status = 'silenced' AND silenced_until < '{NOW}')""",
    "a taken alert that nobody took": "SELECT 1 FROM alerts WHERE status IN ('acknowledged', 'silenced') AND engineer_id IS NULL",
    "a timeline that does not begin with the opening": """
        SELECT 1 FROM (SELECT incident_id, step, row_number() OVER (PARTITION BY incident_id ORDER BY written_at, entry_id) AS n FROM timeline)
        WHERE n = 1 AND step NOT IN ('opened', 'alert added')""",
    "an entry before the incident or after its end": """
        SELECT 1 FROM timeline JOIN incidents USING (incident_id) WHERE written_at < opened_at OR written_at > resolved_at""",
    "the cause in the timeline and in the incident": """
        SELECT 1 FROM timeline JOIN incidents USING (incident_id) WHERE step = 'resolved' AND note <> 'Resolved. Cause: ' || cause || '.'""",
    "an update about an internal service": """
        SELECT 1 FROM status_updates JOIN incidents USING (incident_id) JOIN services USING (service_id) WHERE audience <> 'public'""",
    "an update out of time": """
        SELECT 1 FROM status_updates u JOIN incidents USING (incident_id) WHERE published_at < opened_at OR published_at > resolved_at
          OR (phase = 'resolved' AND resolved_at IS NULL)""",
    "the places of a window and its changes": """
        SELECT 1 FROM windows w WHERE taken <> (SELECT count(*) FROM changes c WHERE c.window_id = w.window_id) OR (status = 'open') <> (scheduled_start > '2025-10-16 10:00')""",
    "a change that is not where its window is": """
        SELECT 1 FROM changes c JOIN windows w USING (window_id) WHERE (c.status = 'scheduled') <> (w.status = 'open')
          OR done_at NOT BETWEEN scheduled_start AND scheduled_end""",
    "a risky change in a freeze": """
        SELECT 1 FROM changes JOIN windows USING (window_id) JOIN freezes f ON date(scheduled_start) BETWEEN f.starts_on AND f.ends_on WHERE risk <> 'low'""",
    "a change raised too late for its window": "SELECT 1 FROM changes JOIN windows USING (window_id) WHERE raised_at > datetime(scheduled_start, '-96 hours')",
    "a change blamed for what it can't have caused": """
        SELECT 1 FROM changes c JOIN incidents i USING (incident_id) WHERE i.cause <> 'faulty change'
          OR change_id NOT IN (SELECT change_id FROM recent_changes r WHERE r.incident_id = i.incident_id)""",
    "a bad incident that nothing was learnt from": """
        SELECT 1 FROM incidents WHERE status = 'resolved' AND severity IN ('SEV1', 'SEV2') AND incident_id NOT IN (SELECT incident_id FROM postmortems)""",
    "a post-mortem of an open incident": "SELECT 1 FROM postmortems JOIN incidents USING (incident_id) WHERE incidents.status <> 'resolved'",
    "a published post-mortem without an action": """
        SELECT 1 FROM postmortems WHERE status = 'published' AND incident_id NOT IN (SELECT incident_id FROM actions)""",
    "two open handovers for one matter": "SELECT 1 FROM handovers WHERE status = 'open' GROUP BY incident_id, reason HAVING count(*) > 1",
}  # fmt: skip

# What must be there for people to talk about.
EDGE_CASES = {
    "two people of one name": (2, "SELECT 1 FROM engineers GROUP BY first_name, last_name HAVING count(*) = 2"),
    "people without a telephone": (3, "SELECT 1 FROM engineers WHERE phone IS NULL"),
    "shifts of people on leave": (5, "SELECT 1 FROM shifts JOIN engineers e USING (engineer_id) WHERE e.status = 'on leave' AND shifts.status = 'planned'"),
    "open incidents": (16, "SELECT 1 FROM incidents WHERE status <> 'resolved'"),
    "open incidents that can be resolved": (5, """
        SELECT 1 FROM incidents i WHERE status <> 'resolved' AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.incident_id = i.incident_id AND a.status <> 'cleared')"""),
    "open incidents with somebody who is no longer on call": (3, """
        SELECT 1 FROM incidents WHERE status <> 'resolved' AND assignee_id NOT IN (SELECT engineer_id FROM on_call)"""),
    "incidents that can just be reopened": (3, f"SELECT 1 FROM incidents WHERE resolved_at BETWEEN datetime('{NOW}', '-48 hours') AND datetime('{NOW}', '-42 hours')"),
    "incidents that just can't": (3, f"SELECT 1 FROM incidents WHERE resolved_at BETWEEN datetime('{NOW}', '-54 hours') AND datetime('{NOW}', '-48 hours')"),
    "alerts that fire": (25, "SELECT 1 FROM alerts WHERE status = 'firing'"),
    "critical alerts outside an incident": (8, "SELECT 1 FROM alerts WHERE status <> 'cleared' AND severity = 'critical' AND incident_id IS NULL"),
    "alerts beside an open incident": (6, """
        SELECT 1 FROM alerts a JOIN incidents i USING (service_id) WHERE a.status <> 'cleared' AND a.incident_id IS NULL AND i.status <> 'resolved'"""),
    "changes that wait for a window": (30, "SELECT 1 FROM changes WHERE status = 'approved'"),
    "windows that are full": (2, "SELECT 1 FROM windows WHERE status = 'open' AND taken = places"),
    "windows with one place left": (4, "SELECT 1 FROM windows WHERE status = 'open' AND taken = places - 1"),
    "windows within 96 hours": (5, f"SELECT 1 FROM windows WHERE scheduled_start BETWEEN '{NOW}' AND datetime('{NOW}', '+96 hours') AND taken < places"),
    "windows in a freeze": (4, "SELECT 1 FROM windows JOIN freezes ON date(scheduled_start) BETWEEN starts_on AND ends_on WHERE status = 'open' AND taken < places"),
    "changes that were rolled back": (2, "SELECT 1 FROM changes WHERE status = 'rolled back'"),
    "changes linked to an incident": (2, "SELECT 1 FROM changes WHERE incident_id IS NOT NULL"),
    "post-mortems not published yet": (8, "SELECT 1 FROM postmortems WHERE status <> 'published'"),
    "actions that are overdue": (8, "SELECT 1 FROM actions WHERE status = 'open' AND due_on < '2025-10-16'"),
    "matters with the head of operations": (2, "SELECT 1 FROM handovers WHERE status = 'open'"),
    "names beyond ASCII": (1, "SELECT 1 FROM engineers WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
