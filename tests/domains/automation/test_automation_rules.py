"""Each rule of the policy: kept, the tool goes through; broken, its own error comes back and nothing has changed. Where a rule has
an edge, the rows stand on it: the last day, the hour before and after, half of a group.
"""

from domains.desk import Ask
from domains.tables import Rules, broken, elsewhere, every_guard, kept
from duologue.sources import Source

# `pairs`: playbooks and groups with what a run there rests on: the latest good dry run, an approval in force, a freeze, a run going on.
# `staged`, `live`: what is live in staging, in production. `tried`: runs that nothing of the kind has followed.
WITH = """
WITH pairs AS (
  SELECT p.playbook_id, p.name AS playbook, p.risk, p.disruptive, g.group_id, g.name AS group_name, g.environment,
    (SELECT max(finished_at) FROM runs r WHERE r.playbook_id = p.playbook_id AND r.group_id = g.group_id AND mode = 'dry run'
      AND r.status = 'succeeded') AS rehearsed,
    EXISTS (SELECT 1 FROM change_approvals a WHERE a.playbook_id = p.playbook_id AND a.group_id = g.group_id AND a.status = 'approved'
      AND a.valid_until >= '2025-10-15') AS approved,
    EXISTS (SELECT 1 FROM change_approvals a WHERE a.playbook_id = p.playbook_id AND a.group_id = g.group_id AND a.status = 'requested') AS asked,
    EXISTS (SELECT 1 FROM freezes f WHERE f.group_id = g.group_id AND '2025-10-15 14:00:00' BETWEEN starts_at AND ends_at) AS frozen,
    EXISTS (SELECT 1 FROM runs r WHERE r.group_id = g.group_id AND r.status = 'running' AND mode = 'real run') AS busy
  FROM playbooks p, host_groups g WHERE p.name <> 'backup restore'
), free AS (SELECT * FROM pairs WHERE NOT busy AND NOT frozen AND environment = 'production'), staged AS (
  SELECT d.*, r.service_id, EXISTS (SELECT 1 FROM freezes f JOIN host_groups p USING (group_id) WHERE p.service_id = r.service_id
    AND p.environment = 'production' AND '2025-10-15 14:00:00' BETWEEN starts_at AND ends_at) AS frozen
  FROM deployments d JOIN host_groups g USING (group_id) JOIN releases r USING (release_id) WHERE environment = 'staging' AND d.status = 'live'
), live AS (
  SELECT d.*, has_migration FROM deployments d JOIN host_groups g USING (group_id) JOIN releases USING (release_id)
  WHERE environment = 'production' AND d.status = 'live'
), tried AS (
  SELECT r.*, p.stoppable, p.disruptive, x.frozen, x.busy FROM runs r JOIN playbooks p USING (playbook_id) JOIN pairs x USING (playbook_id, group_id)
  WHERE NOT EXISTS (SELECT 1 FROM runs o WHERE o.playbook_id = r.playbook_id AND o.group_id = r.group_id AND o.mode = r.mode
    AND o.started_at > r.finished_at)
), groups AS (
  SELECT group_id, count(*) AS hosts, sum(status = 'active') AS active FROM hosts GROUP BY group_id
), paused AS (
  SELECT s.schedule_id, p.name AS playbook, g.environment FROM schedules s JOIN playbooks p USING (playbook_id)
    JOIN host_groups g USING (group_id) WHERE s.status = 'active'
)
"""
_REHEARSED = "rehearsed >= datetime('2025-10-15 14:00:00', '-7 days')"
_RUN = "SELECT playbook_id, group_id, 'real run' AS mode FROM"
_FAILED = "SELECT run_id FROM tried WHERE status = 'failed' AND NOT frozen AND NOT busy"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "dry_run_first": (
        "start_run",
        f"{_RUN} free WHERE disruptive AND risk = 'low' AND rehearsed >= datetime('2025-10-15 14:10:00', '-7 days') ORDER BY rehearsed",
        f"{_RUN} free WHERE disruptive AND risk = 'low' AND rehearsed < datetime('2025-10-15 14:00:00', '-7 days') ORDER BY rehearsed DESC",
        "dry_run_needed",
    ),
    "approval": (
        "start_run",
        f"{_RUN} free WHERE disruptive AND risk = 'high' AND {_REHEARSED} AND approved",
        f"""{_RUN} free x WHERE disruptive AND risk = 'high' AND {_REHEARSED} AND NOT approved AND EXISTS (
              SELECT 1 FROM change_approvals a WHERE a.playbook_id = x.playbook_id AND a.group_id = x.group_id AND a.valid_until = '2025-10-14')""",
        "approval_needed",
    ),
    "freeze": (
        "start_run",
        "SELECT playbook_id, group_id, 'dry run' AS mode FROM pairs WHERE disruptive AND frozen",
        f"{_RUN} pairs WHERE disruptive AND risk = 'low' AND {_REHEARSED} AND frozen AND NOT busy",
        "change_freeze",
    ),
    "retry_limit": (
        "retry_run",
        f"{_FAILED} AND attempt = 2 AND finished_at > '2025-10-14 15:00:00'",
        f"{_FAILED} AND attempt < 3 AND finished_at < '2025-10-14 14:00:00' ORDER BY finished_at DESC",
        "no_more_retries",
    ),
    "no_half_done": (
        "cancel_run",
        "SELECT run_id FROM tried WHERE status = 'running' AND mode = 'real run' AND stoppable",
        "SELECT run_id FROM tried WHERE status = 'running' AND mode = 'real run' AND NOT stoppable",
        "not_stoppable",
    ),
    "rehearsed": (
        "request_approval",
        f"SELECT playbook_id, group_id FROM free WHERE risk = 'high' AND {_REHEARSED} AND NOT approved AND NOT asked",
        """SELECT playbook_id, group_id FROM free WHERE risk = 'high' AND NOT approved AND NOT asked
           AND rehearsed < datetime('2025-10-15 14:00:00', '-7 days') ORDER BY rehearsed DESC""",
        "dry_run_needed",
    ),
    "pause_limit": (
        "pause_schedule",
        "SELECT schedule_id, 7 AS days FROM paused WHERE environment = 'production' AND playbook <> 'backup'",
        "SELECT schedule_id, 14 AS days FROM paused WHERE environment = 'production' AND playbook <> 'backup'",
        "pause_not_allowed",
    ),
    "clean_in_staging": (
        "promote_release",
        "SELECT release_id FROM staged WHERE failed_tests = 0 AND NOT frozen AND deployed_at <= '2025-10-14 14:00:00' ORDER BY deployed_at DESC",
        "SELECT release_id FROM staged WHERE failed_tests = 0 AND NOT frozen AND deployed_at > '2025-10-14 14:10:00' ORDER BY deployed_at",
        "not_proven_in_staging",
    ),
    "rollback_window": (
        "roll_back",
        "SELECT group_id FROM live WHERE NOT has_migration AND deployed_at > datetime('2025-10-15 14:10:00', '-72 hours') ORDER BY deployed_at",
        "SELECT group_id FROM live WHERE NOT has_migration AND deployed_at < datetime('2025-10-15 14:00:00', '-72 hours') ORDER BY deployed_at DESC",
        "no_way_back",
    ),
    "half_active": (
        "take_host_out",
        "SELECT host_id FROM hosts JOIN groups USING (group_id) WHERE status = 'active' AND 2 * (active - 1) = hosts",
        "SELECT host_id FROM hosts JOIN groups USING (group_id) WHERE status = 'active' AND 2 * active = hosts",
        "too_few_active",
    ),
    "fit_to_return": (
        "return_host",
        "SELECT host_id FROM hosts WHERE status = 'maintenance' AND patched_on = date('2025-10-15', '-45 days')",
        "SELECT host_id FROM hosts WHERE status = 'maintenance' AND patched_on = date('2025-10-15', '-46 days')",
        "not_fit",
    ),
    "renewal_window": (
        "renew_certificate",
        "SELECT certificate_id FROM certificates WHERE issuer = 'internal' AND expires_on = date('2025-10-15', '+30 days')",
        "SELECT certificate_id FROM certificates WHERE issuer = 'internal' AND expires_on = date('2025-10-15', '+31 days')",
        "not_renewable",
    ),
    "rotation": (
        "rotate_credential",
        "SELECT credential_id FROM credentials WHERE NOT shared AND rotated_on = date('2025-10-15', '-7 days')",
        "SELECT credential_id FROM credentials WHERE NOT shared AND rotated_on = date('2025-10-15', '-6 days')",
        "not_rotatable",
    ),
}  # fmt: skip

_BACKUP = "FROM data_backups b JOIN free x USING (group_id) WHERE verification = 'passed' AND playbook = 'health check'"

# The same rules in other tools and in their other half: tool, arguments that break it, the error.
MORE: list[tuple[str, str, str]] = [
    ("restore_backup", f"SELECT backup_id, 'production' AS environment {_BACKUP} AND group_name LIKE 'cart%'", "approval_needed"),
    ("promote_release", "SELECT release_id FROM staged WHERE failed_tests = 0 AND frozen AND deployed_at < '2025-10-14 14:00:00'", "change_freeze"),
    ("promote_release", "SELECT release_id FROM staged WHERE failed_tests > 0 AND NOT frozen", "not_proven_in_staging"),
    ("promote_release", """SELECT release_id FROM releases WHERE release_id NOT IN (SELECT release_id FROM deployments WHERE status = 'live')
        AND service_id NOT IN (SELECT service_id FROM staged WHERE frozen)""", "not_proven_in_staging"),
    ("retry_run", "SELECT run_id FROM tried WHERE status = 'failed' AND frozen AND NOT busy AND mode = 'real run' AND disruptive", "change_freeze"),
    ("retry_run", f"{_FAILED} AND attempt = 3 AND finished_at > '2025-10-14 15:00:00'", "no_more_retries"),
    ("roll_back", "SELECT group_id FROM live WHERE has_migration AND deployed_at > '2025-10-14'", "no_way_back"),
    ("pause_schedule", "SELECT schedule_id, 2 AS days FROM paused WHERE environment = 'production' AND playbook = 'backup'", "pause_not_allowed"),
    ("return_host", "SELECT host_id FROM hosts WHERE status = 'quarantine'", "not_fit"),
    ("renew_certificate", "SELECT certificate_id FROM certificates WHERE issuer = 'external' ORDER BY expires_on", "not_renewable"),
    ("rotate_credential", "SELECT credential_id FROM credentials WHERE shared AND rotated_on < '2025-10-01'", "not_rotatable"),
]  # fmt: skip

# What the rules leave open: tool and arguments that go through.
ALLOWED: list[tuple[str, str]] = [
    ("start_run", f"{_RUN} pairs WHERE disruptive AND environment = 'staging' AND rehearsed IS NULL AND NOT busy"),
    ("start_run", f"{_RUN} pairs WHERE NOT disruptive AND frozen AND NOT busy"),
    ("start_run", "SELECT playbook_id, group_id, 'dry run' AS mode FROM pairs WHERE busy AND risk = 'high'"),
    ("roll_back", "SELECT d.group_id FROM deployments d JOIN pairs USING (group_id) WHERE environment = 'staging' AND d.status = 'live'"),
    ("roll_back", "SELECT group_id FROM live JOIN pairs USING (group_id) WHERE frozen AND NOT has_migration AND deployed_at > '2025-10-12 16:00'"),
    ("pause_schedule", "SELECT schedule_id, 30 AS days FROM paused WHERE environment = 'staging'"),
    ("restore_backup", f"SELECT backup_id, 'staging' AS environment {_BACKUP} AND group_name LIKE 'cart%'"),
    ("restore_backup", f"""SELECT backup_id, 'production' AS environment {_BACKUP} AND group_id IN (SELECT group_id FROM change_approvals a
        JOIN playbooks p USING (playbook_id) WHERE p.name = 'backup restore' AND a.status = 'approved' AND a.valid_until = '2025-10-15')"""),
]  # fmt: skip

RULES = Rules(CASES, [*MORE, *((tool, sql, "") for tool, sql in ALLOWED)], WITH, judged=("confirm", "no_secrets"))
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)


def test_the_policy_names_the_playbooks_as_they_are(source: Source, ask: Ask) -> None:
    assert source.policy is not None
    text = {rule.id: rule.text for rule in source.policy.rules}
    for playbook in ask("SELECT name, risk, stoppable FROM playbooks"):
        assert (playbook["risk"] == "high") == (
            f"{playbook['name']}," in text["approval"] or f"{playbook['name']})" in text["approval"]
        )
        assert playbook["stoppable"] or playbook["name"] in text["no_half_done"]
