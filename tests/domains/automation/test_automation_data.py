"""The automation desk's rows: whole, and nowhere at odds with themselves or with the desk's own rules."""

from domains.tables import never, there_are

NOW, TODAY = "2025-10-15 14:00:00", "2025-10-15"
_RUNS = """
  SELECT r.*, p.name AS playbook, p.risk, p.disruptive, p.stoppable, g.name AS group_name, g.environment
  FROM runs r JOIN playbooks p USING (playbook_id) JOIN host_groups g USING (group_id)"""
_CHANGES = f"SELECT * FROM ({_RUNS}) WHERE environment = 'production' AND mode = 'real run' AND engineer_id IS NOT NULL"

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a release on another service's hosts": """
        SELECT 1 FROM deployments JOIN releases r USING (release_id) JOIN host_groups g USING (group_id) WHERE r.service_id <> g.service_id""",
    "a release deployed before it was built": "SELECT 1 FROM deployments JOIN releases USING (release_id) WHERE deployed_at < built_at",
    "two releases live at once": """
        SELECT 1 FROM deployments a JOIN deployments b USING (group_id) WHERE a.deployment_id <> b.deployment_id
          AND a.deployed_at < b.deployed_at AND ifnull(a.ended_at, '9') > b.deployed_at""",
    "a gap in which nothing was live": """
        SELECT 1 FROM deployments d WHERE d.status <> 'live'
          AND NOT EXISTS (SELECT 1 FROM deployments n WHERE n.group_id = d.group_id AND n.deployed_at = d.ended_at)""",
    "a group with nothing live": """
        SELECT 1 FROM host_groups WHERE group_id NOT IN (SELECT group_id FROM deployments WHERE status = 'live')""",
    "a release in production that was not a day in staging": """
        SELECT 1 FROM deployments d JOIN host_groups g USING (group_id) WHERE g.environment = 'production' AND NOT EXISTS (
          SELECT 1 FROM deployments s JOIN host_groups h USING (group_id) WHERE s.release_id = d.release_id AND h.environment = 'staging'
            AND s.failed_tests = 0 AND julianday(d.deployed_at) - julianday(s.deployed_at) >= 1)""",
    "a promotion during a freeze": """
        SELECT 1 FROM deployments d JOIN freezes f USING (group_id) WHERE d.deployed_at BETWEEN f.starts_at AND f.ends_at
          AND NOT EXISTS (SELECT 1 FROM deployments b WHERE b.group_id = d.group_id AND b.status = 'rolled back' AND b.ended_at = d.deployed_at)""",
    "a disruptive run during a freeze": f"""
        SELECT 1 FROM ({_CHANGES}) r JOIN freezes f USING (group_id) WHERE disruptive AND r.started_at BETWEEN f.starts_at AND f.ends_at""",
    "a disruptive run in production without a dry run": f"""
        SELECT 1 FROM ({_CHANGES}) r WHERE disruptive AND NOT EXISTS (
          SELECT 1 FROM runs d WHERE d.playbook_id = r.playbook_id AND d.group_id = r.group_id AND d.mode = 'dry run' AND d.status = 'succeeded'
            AND d.finished_at BETWEEN datetime(r.started_at, '-7 days') AND r.started_at)""",
    "a high-risk run in production that nobody approved": f"""
        SELECT 1 FROM ({_CHANGES}) r WHERE risk = 'high' AND attempt = 1 AND NOT EXISTS (
          SELECT 1 FROM change_approvals a WHERE a.playbook_id = r.playbook_id AND a.group_id = r.group_id AND a.status = 'used'
            AND a.decided_at <= r.started_at AND a.valid_until >= date(r.started_at))""",
    "an approval by somebody who may not": """
        SELECT 1 FROM change_approvals JOIN engineers USING (engineer_id) WHERE role = 'engineer'""",
    "an approval of what needs none": """
        SELECT 1 FROM change_approvals JOIN playbooks USING (playbook_id) JOIN host_groups USING (group_id)
        WHERE risk = 'low' OR environment = 'staging'""",
    "a run that was stopped halfway though it must not be": f"SELECT 1 FROM ({_RUNS}) WHERE status = 'cancelled' AND NOT stoppable",
    "a retry of nothing": """
        SELECT 1 FROM runs r WHERE attempt > 1 AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.playbook_id = r.playbook_id
          AND o.group_id = r.group_id AND o.mode = r.mode AND o.attempt = r.attempt - 1 AND o.status = 'failed' AND o.finished_at < r.started_at)""",
    "steps that do not tell how the run went": """
        SELECT 1 FROM run_steps JOIN runs r USING (run_id) GROUP BY run_id, r.status HAVING
          (r.status = 'failed') <> (sum(run_steps.status = 'failed') = 1) OR (r.status = 'running') <> (sum(run_steps.status = 'running') = 1)
          OR (r.status = 'succeeded') <> (count(*) = sum(run_steps.status = 'succeeded'))""",
    "a group that miscounts its hosts": """
        SELECT 1 FROM host_groups g WHERE (host_count, active_hosts) <>
          (SELECT count(*), sum(status = 'active') FROM hosts h WHERE h.group_id = g.group_id)""",
    "less than half of a group active": """
        SELECT 1 FROM hosts GROUP BY group_id HAVING 2 * sum(status = 'active') < count(*)""",
    "a backup in production that is paused, or a pause that is too long": """
        SELECT 1 FROM schedules JOIN playbooks p USING (playbook_id) JOIN host_groups g USING (group_id)
        WHERE environment = 'production' AND (pause_days > 7 OR (p.name = 'backup' AND schedules.status = 'paused'))""",
    "a pause that is over, or longer than it was to be": f"""
        SELECT 1 FROM schedules WHERE paused_until < '{TODAY}' OR paused_until > date('{TODAY}', pause_days || ' days')""",
    "something to hide": "SELECT 1 FROM credentials WHERE vault_path NOT LIKE 'vault/%'",
    "a matter with the wrong team": """
        SELECT 1 FROM handovers WHERE team <> CASE reason WHEN 'security concern' THEN 'security' WHEN 'access request' THEN 'security'
          WHEN 'suspected data loss' THEN 'on-call lead' WHEN 'vendor outage' THEN 'vendor management' ELSE 'release management' END""",
}  # fmt: skip

_STAGED = "SELECT d.* FROM deployments d JOIN host_groups USING (group_id) WHERE environment = 'staging' AND d.status = 'live'"
_LIVE = "SELECT d.* FROM deployments d JOIN host_groups USING (group_id) WHERE environment = 'production' AND d.status = 'live'"

# What must be there for people to talk about, the edges of the rules above all.
EDGE_CASES = {
    "namesakes": (2, "SELECT 1 FROM engineers GROUP BY first_name, last_name HAVING count(*) > 1"),
    "engineers without a telephone number": (5, "SELECT 1 FROM engineers WHERE phone IS NULL"),
    "releases in staging for a little more than a day": (3, f"""
        SELECT 1 FROM ({_STAGED}) WHERE failed_tests = 0 AND deployed_at BETWEEN datetime('{NOW}', '-25 hours') AND datetime('{NOW}', '-24 hours')"""),
    "releases in staging for a little less": (3, f"""
        SELECT 1 FROM ({_STAGED}) WHERE deployed_at BETWEEN datetime('{NOW}', '-23 hours') AND datetime('{NOW}', '-22 hours')"""),
    "releases that failed in staging": (3, f"SELECT 1 FROM ({_STAGED}) WHERE failed_tests > 0"),
    "rollbacks that are just possible": (3, f"""
        SELECT 1 FROM ({_LIVE}) WHERE deployed_at BETWEEN datetime('{NOW}', '-72 hours') AND datetime('{NOW}', '-69 hours')"""),
    "rollbacks that are just too late": (2, f"""
        SELECT 1 FROM ({_LIVE}) WHERE deployed_at BETWEEN datetime('{NOW}', '-76 hours') AND datetime('{NOW}', '-72 hours')"""),
    "fresh releases that changed the database": (2, f"""
        SELECT 1 FROM ({_LIVE}) JOIN releases USING (release_id) WHERE has_migration AND deployed_at > datetime('{NOW}', '-72 hours')"""),
    "groups under a freeze": (5, f"SELECT 1 FROM freezes WHERE '{NOW}' BETWEEN starts_at AND ends_at"),
    "freezes that ended today": (1, f"SELECT 1 FROM freezes WHERE ends_at BETWEEN '{TODAY}' AND '{NOW}'"),
    "freezes that begin today or tomorrow": (2, f"SELECT 1 FROM freezes WHERE starts_at BETWEEN '{NOW}' AND datetime('{NOW}', '+1 day')"),
    "approvals that run out today": (3, f"SELECT 1 FROM change_approvals WHERE status = 'approved' AND valid_until = '{TODAY}'"),
    "approvals that ran out yesterday": (3, f"SELECT 1 FROM change_approvals WHERE status = 'approved' AND valid_until = date('{TODAY}', '-1 day')"),
    "dry runs that are good for some hours more": (5, f"""
        SELECT 1 FROM runs WHERE mode = 'dry run' AND status = 'succeeded' AND finished_at BETWEEN datetime('{NOW}', '-167 hours') AND datetime('{NOW}', '-164 hours')"""),
    "dry runs that are an hour or two too old": (5, f"""
        SELECT 1 FROM runs WHERE mode = 'dry run' AND status = 'succeeded' AND finished_at BETWEEN datetime('{NOW}', '-171 hours') AND datetime('{NOW}', '-168 hours')"""),
    "runs going on that can't be stopped": (3, f"SELECT 1 FROM ({_RUNS}) WHERE status = 'running' AND NOT stoppable"),
    "runs that failed for the third time": (2, f"SELECT 1 FROM runs WHERE attempt = 3 AND status = 'failed' AND finished_at > datetime('{NOW}', '-1 day')"),
    "runs that failed a little more than a day ago": (2, f"""
        SELECT 1 FROM runs WHERE status = 'failed' AND finished_at BETWEEN datetime('{NOW}', '-31 hours') AND datetime('{NOW}', '-24 hours')"""),
    "groups with just half of their hosts active": (3, "SELECT 1 FROM hosts GROUP BY group_id HAVING 2 * sum(status = 'active') = count(*)"),
    "hosts in maintenance, patched 45 days ago": (2, f"SELECT 1 FROM hosts WHERE status = 'maintenance' AND patched_on = date('{TODAY}', '-45 days')"),
    "hosts in maintenance, patched 46 days ago": (2, f"SELECT 1 FROM hosts WHERE status = 'maintenance' AND patched_on = date('{TODAY}', '-46 days')"),
    "hosts in quarantine": (3, "SELECT 1 FROM hosts WHERE status = 'quarantine'"),
    "certificates on the first day of renewal": (3, f"SELECT 1 FROM certificates WHERE issuer = 'internal' AND expires_on = date('{TODAY}', '+30 days')"),
    "certificates the day before": (3, f"SELECT 1 FROM certificates WHERE issuer = 'internal' AND expires_on = date('{TODAY}', '+31 days')"),
    "certificates of an external issuer that are due": (1, f"SELECT 1 FROM certificates WHERE issuer = 'external' AND expires_on < date('{TODAY}', '+31 days')"),
    "credentials rotated seven days ago": (2, f"SELECT 1 FROM credentials WHERE NOT shared AND rotated_on = date('{TODAY}', '-7 days')"),
    "credentials rotated six days ago": (2, f"SELECT 1 FROM credentials WHERE NOT shared AND rotated_on = date('{TODAY}', '-6 days')"),
    "backups that can't be restored": (10, "SELECT 1 FROM data_backups WHERE verification <> 'passed'"),
    "names beyond ASCII": (1, "SELECT 1 FROM engineers WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
