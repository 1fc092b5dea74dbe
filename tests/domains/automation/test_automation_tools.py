"""The automation desk's tools: what they find, what they change, and that results are what they promise."""

import pytest

from domains.desk import Ask, Do, refusal
from domains.tables import mistakes
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Json


def named(do: Do, kind: str, name: str) -> int:
    """The number of a group or a playbook."""
    return int(next(r[f"{kind}_id"] for r in do(f"find_{kind}", name=name)["rows"] if r[kind] == name))


def test_a_dry_run_that_is_stopped(do: Do, session: SqliteSession, ask: Ask) -> None:
    """A queue is to be drained: it takes a dry run first, which is stopped, so that nothing has been gained."""
    free = ask("""
        SELECT g.group_id, g.name FROM host_groups g WHERE environment = 'production' AND NOT EXISTS (SELECT 1 FROM runs r
          JOIN playbooks p USING (playbook_id) WHERE r.group_id = g.group_id AND (r.status = 'running' OR (p.name = 'queue drain'
            AND r.mode = 'dry run' AND r.finished_at > '2025-10-08'))) AND group_id NOT IN (SELECT group_id FROM freezes) LIMIT 1""")[
        0
    ]
    playbook = do("find_playbook", name="Queue")["rows"][0]
    assert (playbook["playbook"], playbook["risk"], playbook["disruptive"], playbook["stoppable"]) == (
        "queue drain",
        "high",
        1,
        1,
    )
    call = {"playbook_id": playbook["playbook_id"], "group_id": named(do, "group", free["name"])}
    assert refusal(session, "request_approval", **call) == "dry_run_needed"
    assert refusal(session, "start_run", **call) == "dry_run_needed"

    dry = do("start_run", **call, mode="dry run")
    assert (dry["mode"], dry["run_status"], dry["usual_minutes"]) == ("dry run", "running", playbook["usual_minutes"])
    session_rows = {row[0]: row for row in session.rows("runs")}
    assert session_rows[dry["run_id"]][3] is None  # nobody of the engineers started it
    steps = [(row[2], row[3], row[4]) for row in session.rows("run_steps") if row[1] == dry["run_id"]]
    assert steps == [
        (1, "reach hosts", "running"),
        (2, "stop intake", "waiting"),
        (3, "drain queue", "waiting"),
        (4, "check services", "waiting"),
    ]
    assert refusal(session, "start_run", **call) == "dry_run_needed"  # it is not over yet

    off = do("cancel_run", run_id=dry["run_id"])
    assert off["run_status"] == "cancelled"
    assert {row[4] for row in session.rows("run_steps") if row[1] == dry["run_id"]} == {"skipped"}
    assert refusal(session, "cancel_run", run_id=dry["run_id"]) == "precondition_failed"
    assert do("list_runs", group_id=call["group_id"], run_status="cancelled")["rows"][0]["run_id"] == dry["run_id"]


def test_an_approval_is_good_for_one_run(do: Do, session: SqliteSession, ask: Ask) -> None:
    call = ask("""
        SELECT a.playbook_id, a.group_id, a.approval_id FROM change_approvals a JOIN playbooks p USING (playbook_id) WHERE a.status = 'approved'
          AND valid_until >= '2025-10-15' AND p.name <> 'backup restore' AND a.group_id NOT IN (SELECT group_id FROM freezes) AND NOT EXISTS (
            SELECT 1 FROM runs r WHERE r.group_id = a.group_id AND r.status = 'running' AND mode = 'real run') LIMIT 1""")[
        0
    ]
    approval = call.pop("approval_id")
    before = do("get_group", group_id=call["group_id"])
    assert approval in {a["approval_id"] for a in before["approvals"]}
    assert call["playbook_id"] in {r["playbook_id"] for r in before["dry_runs"]}
    assert before["busy_with"] is None
    assert refusal(session, "request_approval", **call) == "already_there"
    run = do("start_run", **call)
    assert (run["mode"], run["run_status"]) == ("real run", "running")
    after = do("get_group", group_id=call["group_id"])
    assert approval not in {a["approval_id"] for a in after["approvals"]}
    assert after["busy_with"] == run["playbook"]
    assert refusal(session, "start_run", **call) == "group_busy"


def test_an_approval_asked_for(do: Do, session: SqliteSession, ask: Ask) -> None:
    call = ask("""
        SELECT r.playbook_id, r.group_id, s.team FROM runs r JOIN playbooks p USING (playbook_id) JOIN host_groups g USING (group_id)
          JOIN services s USING (service_id) WHERE p.risk = 'high' AND g.environment = 'production' AND mode = 'dry run' AND r.status = 'succeeded'
          AND finished_at > '2025-10-09' AND NOT EXISTS (SELECT 1 FROM change_approvals a WHERE a.playbook_id = r.playbook_id
            AND a.group_id = r.group_id AND a.status IN ('requested', 'approved')) LIMIT 1""")[0]
    team = call.pop("team")
    asked = do("request_approval", **call)
    assert (asked["approval_status"], asked["valid_until"]) == ("requested", "2025-10-20")
    who = ask(
        f"SELECT team, role, status FROM engineers WHERE first_name || ' ' || last_name = '{asked['approver']}' AND team = '{team}'"
    )[0]
    assert who["role"] != "engineer"
    assert who["status"] == "on duty"
    low = named(do, "playbook", "service restart")
    assert refusal(session, "request_approval", playbook_id=low, group_id=call["group_id"]) == "no_approval_needed"


def test_a_failed_run_is_tried_again(do: Do, session: SqliteSession, ask: Ask) -> None:
    group = named(do, "group", "parcel-tracker-prod")
    failed = next(
        r for r in do("list_runs", group_id=group, run_status="failed")["rows"] if r["playbook"] == "service restart"
    )
    seen = do("get_run", run_id=failed["run_id"])
    assert (seen["group"], seen["attempt"], seen["run_status"]) == ("parcel-tracker-prod", 1, "failed")
    steps = do("list_steps", run_id=failed["run_id"])["rows"]
    assert [s["step"] for s in steps] == ["reach hosts", "drain traffic", "restart service", "check services"]
    assert [s["step_status"] for s in steps].count("failed") == 1
    assert [bool(s["step_error"]) for s in steps] == [s["step_status"] == "failed" for s in steps]
    again = do("retry_run", run_id=failed["run_id"])
    assert (again["playbook"], again["mode"], again["attempt"], again["run_status"]) == (
        "service restart",
        "real run",
        2,
        "running",
    )
    assert refusal(session, "retry_run", run_id=failed["run_id"]) == "superseded"
    assert refusal(session, "retry_run", run_id=again["run_id"]) == "precondition_failed"
    steps = [(row[2], row[4]) for row in session.rows("run_steps") if row[1] == again["run_id"]]
    assert steps == [(1, "running"), (2, "waiting"), (3, "waiting"), (4, "waiting")]


def test_a_release_goes_live_and_comes_back(do: Do, session: SqliteSession, ask: Ask) -> None:
    releases = do("find_releases", service="orders-api")["rows"]
    newest = releases[0]
    assert (newest["staging_failed_tests"], newest["production_since"]) == (0, None)
    old = next(r for r in releases if r["production_since"])
    up = do("promote_release", release_id=newest["release_id"])
    assert (up["release"], up["group"], f"orders-api {up['replaced_version']}") == (
        newest["release"],
        "orders-api-prod",
        old["release"],
    )
    assert refusal(session, "promote_release", release_id=newest["release_id"]) == "already_live"
    shown = {r["release"]: r["production_since"] for r in do("find_releases", name="orders-api")["rows"]}
    assert [r for r, since in shown.items() if since] == [newest["release"]]
    back = do("roll_back", group_id=named(do, "group", "orders-api-prod"))
    assert (back["release"], f"orders-api {back['replaced_version']}") == (old["release"], newest["release"])
    statuses = {row[0]: row[4] for row in session.rows("deployments")}
    assert (statuses[up["deployment_id"]], statuses[back["deployment_id"]]) == ("rolled back", "live")


def test_a_host_out_and_in(do: Do, session: SqliteSession) -> None:
    hosts = do("find_hosts", group="orders-api-prod", host_status="active")["rows"]
    host = next(h for h in hosts if h["patched_on"] > "2025-09-15")
    out = do("take_host_out", host_id=host["host_id"])
    assert (out["host_status"], out["host_count"], out["active_hosts"]) == ("maintenance", 8, len(hosts) - 1)
    assert refusal(session, "take_host_out", host_id=host["host_id"], into="quarantine") == "already_out"
    back = do("return_host", host_id=host["host_id"])
    assert (back["host"], back["host_status"], back["active_hosts"]) == (host["host"], "active", len(hosts))
    assert refusal(session, "return_host", host_id=host["host_id"]) == "already_active"
    gone = do("take_host_out", host_id=host["host_id"], into="quarantine")
    assert gone["host_status"] == "quarantine"
    assert refusal(session, "return_host", host_id=host["host_id"]) == "not_fit"


def test_certificates_and_credentials_renewed(do: Do) -> None:
    due = do("find_certificates", expires_from="2025-10-20", expires_to="2025-11-14")["rows"]
    assert due == sorted(due, key=lambda c: (c["expires_on"], c["certificate_id"]))
    own = next(c for c in due if c["issuer"] == "internal")
    assert do("renew_certificate", certificate_id=own["certificate_id"])["expires_on"] == "2026-04-13"
    assert do("find_certificates", name=own["certificate"], group=own["group"])["rows"][0]["expires_on"] == "2026-04-13"
    old = next(
        c
        for c in do("find_credentials", name="deploy-token")["rows"]
        if not c["shared"] and c["rotated_on"] < "2025-10-01"
    )
    new = do("rotate_credential", credential_id=old["credential_id"])
    assert (new["rotated_on"], new["vault_path"], new["service"]) == ("2025-10-15", old["vault_path"], old["service"])
    assert {c["service"] for c in do("find_credentials", service="Identity")["rows"]} == {"identity"}


def test_a_schedule_pauses(do: Do, session: SqliteSession) -> None:
    found = do("find_schedules", name="prod weekly health check", schedule_status="active")["rows"]
    assert found == sorted(found, key=lambda s: (s["next_run_at"], s["schedule_id"]))
    paused = do("pause_schedule", schedule_id=found[0]["schedule_id"], days=3)
    assert (paused["schedule_status"], paused["pause_days"], paused["paused_until"]) == ("paused", 3, "2025-10-18")
    assert refusal(session, "pause_schedule", schedule_id=found[0]["schedule_id"], days=2) == "already_paused"
    assert do("find_schedules", group=found[0]["group"], schedule_status="paused")["rows"]


def test_a_backup_comes_back(do: Do, session: SqliteSession) -> None:
    passed = do("find_backups", group="orders-db-prod", verification="passed")["rows"][0]
    assert refusal(session, "restore_backup", backup_id=passed["backup_id"], environment="staging") == "group_busy"
    run = do("restore_backup", backup_id=passed["backup_id"], environment="production")
    assert (run["backup"], run["group"], run["usual_minutes"]) == (passed["backup"], "orders-db-prod", 58)
    assert refusal(session, "restore_backup", backup_id=passed["backup_id"], environment="production") == "group_busy"
    assert refusal(session, "cancel_run", run_id=run["run_id"]) == "not_stoppable"
    bad = (
        do("find_backups", name="identity", verification="failed")["rows"]
        or do("find_backups", verification="failed")["rows"]
    )
    assert refusal(session, "restore_backup", backup_id=bad[0]["backup_id"], environment="staging") == "not_verified"


@pytest.mark.parametrize(
    ("reason", "team"),
    [
        ("security concern", "security"),
        ("access request", "security"),
        ("suspected data loss", "on-call lead"),
        ("vendor outage", "vendor management"),
        ("exception to a rule", "release management"),
    ],
)
def test_each_matter_goes_to_its_team(do: Do, session: SqliteSession, reason: str, team: str) -> None:
    assert do("transfer_to_human", group_id=102, reason=reason)["team"] == team
    assert refusal(session, "transfer_to_human", group_id=102, reason=reason) == "already_handed_over"


MISSING: list[tuple[str, dict[str, Json]]] = [
    ("get_group", {"group_id": 1}),
    ("list_runs", {"group_id": 1}),
    ("get_run", {"run_id": 1}),
    ("list_steps", {"run_id": 1}),
    ("start_run", {"playbook_id": 1, "group_id": 101}),
    ("start_run", {"playbook_id": 41, "group_id": 1, "mode": "dry run"}),
    ("retry_run", {"run_id": 1}),
    ("cancel_run", {"run_id": 1}),
    ("request_approval", {"playbook_id": 1, "group_id": 101}),
    ("pause_schedule", {"schedule_id": 1, "days": 2}),
    ("promote_release", {"release_id": 1}),
    ("roll_back", {"group_id": 1}),
    ("take_host_out", {"host_id": 1}),
    ("return_host", {"host_id": 1}),
    ("renew_certificate", {"certificate_id": 1}),
    ("rotate_credential", {"credential_id": 1}),
    ("restore_backup", {"backup_id": 1, "environment": "staging"}),
    ("transfer_to_human", {"group_id": 1, "reason": "vendor outage"}),
]


test_what_is_not_there = mistakes([(tool, arguments, "not_found") for tool, arguments in MISSING])


def test_a_restore_needs_its_backup(do: Do, session: SqliteSession) -> None:
    restore = named(do, "playbook", "backup restore")
    assert refusal(session, "start_run", playbook_id=restore, group_id=101) == "needs_a_backup"


def test_nothing_shows_a_secret(source: Source) -> None:
    shown = {path.rpartition(".")[2] for tool in source.tools for path in tool.outputs}
    assert not {"secret", "password", "key", "token"} & shown


def test_every_tool_has_its_words(source: Source) -> None:
    for tool in source.tools:
        wanted = {"request", "confirm", "done"} if tool.effect == "write" else {"request", "done"}
        assert set(tool.wording) >= wanted, tool.name
