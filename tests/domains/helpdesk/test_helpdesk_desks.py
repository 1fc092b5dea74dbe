"""The employee's side: what their computers show, what they do there, and that the desk's guides lead somewhere."""

from collections import Counter

import jsonschema_rs
import pytest

from domains.desk import Ask
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Fix, Guide, Json, ToolCall

GUIDES = "cannot_sign_in", "no_vpn", "no_mail", "cannot_print"
EVERYBODY = "SELECT employee_id FROM workstations ORDER BY employee_id"


def see(session: SqliteSession, tool: str, employee: int) -> Json:
    """What a tool of the user's gives at somebody's desk."""
    outcome = session.execute(tool, {"employee_id": employee}, own=True)
    assert not outcome.failed, outcome.text
    return outcome.result


def walk(session: SqliteSession, guide: Guide, who: dict[str, Json]) -> tuple[list[str], str]:
    """Go through a guide: what was mended, and how it ended; a call that is refused ends it."""
    employee = who["employee_id"]

    def works() -> bool:
        return bool(see(session, guide.works.tool, employee)[guide.works.field] == guide.works.value)

    mended: list[str] = []
    for step in guide.steps:
        if works():
            break
        look = step.look
        found = (
            see(session, look.tool, employee)
            if look.by == "user"
            else session.execute(look.tool, {"employee_id": employee}).result
        )
        if step.is_wrong(found[look.field]):
            if step.fix is None:
                return mended, "left"
            error = _mend(session, step.fix, who)
            if error:
                return mended, error
            mended.append(step.fix.tool)
    return mended, "works" if works() else "otherwise"


def _mend(session: SqliteSession, fix: Fix, who: dict[str, Json]) -> str:
    """Make the call of a step; the type of error where it was refused."""
    if fix.by == "user":
        see(session, fix.tool, who["employee_id"])
        return ""
    proof = {k: who[k] for k in ("staff_number", "manager")} if fix.tool == "reset_password" else {}
    outcome = session.execute(fix.tool, {"employee_id": who["employee_id"], **proof, **fix.args})
    return outcome.result["error"]["type"] if outcome.failed else ""


def _guide(helpdesk: Source, name: str) -> Guide:
    assert helpdesk.policy is not None
    return next(g for g in helpdesk.policy.guides if g.name == name)


def _people(ask: Ask, where: str = "1") -> list[dict[str, Json]]:
    return ask(f"""SELECT * FROM employees JOIN accounts a USING (employee_id) JOIN workstations USING (employee_id)
        WHERE {where} ORDER BY employee_id""")


@pytest.mark.parametrize("name", GUIDES)
def test_guides_lead_somewhere(helpdesk: Source, session: SqliteSession, ask: Ask, name: str) -> None:
    """Each guide has cases; most can be mended, some are refused by a rule or left over; every step helps somebody."""
    guide = _guide(helpdesk, name)
    ends, steps, several = Counter[str](), Counter[str](), 0
    for who in _people(ask):
        if see(session, guide.works.tool, who["employee_id"])[guide.works.field] != guide.works.value:
            mended, end = walk(session, guide, who)
            ends[end] += 1
            steps.update(mended)
            several += len(mended) > 1
    assert sum(ends.values()) >= 40, ends
    assert ends["works"] >= 0.6 * sum(ends.values()), ends
    assert several >= 3
    assert not ends["otherwise"]  # a cause that no step looks at
    assert {step.fix.tool for step in guide.steps if step.fix is not None} == set(steps), steps


def test_these_are_all(helpdesk: Source) -> None:
    assert helpdesk.policy is not None
    assert tuple(g.name for g in helpdesk.policy.guides) == GUIDES
    assert all(len(g.complaint) >= 8 and 3 <= len(g.steps) <= 8 and g.otherwise for g in helpdesk.policy.guides)


FINE = "status = 'active' AND account_type = 'standard' AND NOT airplane_mode AND NOT caps_lock AND NOT restart_pending AND password_expires_on >= '2025-10-07'"
WALKS = {
    "caps lock": ("cannot_sign_in", f"{FINE.replace('NOT caps_lock', 'caps_lock')}", ["turn_off_caps_lock"], "works"),
    "locked and Caps Lock": (
        "cannot_sign_in",
        f"{FINE.replace('NOT caps_lock', 'caps_lock').replace('active', 'locked')} AND a.unlocks < 2",
        ["turn_off_caps_lock", "unlock_account"],
        "works",
    ),
    "unlocked twice today": (
        "cannot_sign_in",
        f"{FINE.replace('active', 'locked')} AND a.unlocks = 2 AND unlocked_on = '2025-10-07'",
        [],
        "unlock_limit",
    ),
    "a privileged account": (
        "cannot_sign_in",
        FINE.replace("active", "locked").replace("standard", "privileged"),
        [],
        "privileged_account",
    ),
    "an expired password": ("cannot_sign_in", FINE.replace(">=", "<"), ["reset_password"], "works"),
    "an account that is disabled": ("cannot_sign_in", FINE.replace("active", "disabled"), [], "left"),
    "an old VPN program": (
        "no_vpn",
        f"{FINE} AND vpn_client = 'too old' AND certificate_expires_on >= '2025-10-07'",
        ["update_vpn_client"],
        "works",
    ),
    "a certificate that ran out yesterday": (
        "no_vpn",
        f"{FINE} AND vpn_client = 'up to date' AND certificate_expires_on = '2025-10-06'",
        ["renew_certificate"],
        "works",
    ),
    "a full mailbox": (
        "no_mail",
        f"{FINE} AND NOT mail_offline AND mailbox_used_gb = mailbox_quota_gb AND mailbox_quota_gb < 50",
        ["raise_mailbox_quota"],
        "works",
    ),
    "a full mailbox of the largest size": (
        "no_mail",
        f"{FINE} AND NOT mail_offline AND mailbox_used_gb = 50",
        [],
        "mailbox_not_enlarged",
    ),
    "no printer, and the queue paused": (
        "cannot_print",
        f"{FINE} AND printer_id IS NULL AND print_queue = 'paused'",
        ["resume_printing", "set_up_office_printer"],
        "works",
    ),
}


@pytest.mark.parametrize("case", WALKS)
def test_walks(helpdesk: Source, session: SqliteSession, ask: Ask, case: str) -> None:
    """Causes on the desk, in the account and on both sides; where a rule stands in the way, the trouble stays."""
    name, where, mended, end = WALKS[case]
    found = _people(ask, where)
    assert found, where
    assert walk(session, _guide(helpdesk, name), found[0]) == (mended, end)


def test_calls_replay(session: SqliteSession, ask: Ask) -> None:
    """What the user did is a part of the state: it is there again after a replay."""
    who = _people(ask, "airplane_mode")[0]["employee_id"]
    before = session.rows("workstations")
    session.replay([ToolCall("1", "turn_off_airplane_mode", {"employee_id": who}, own=True)])
    assert [a != b for a, b in zip(before, session.rows("workstations"), strict=True)].count(True) == 1
    assert see(session, "check_network_sign", who) == {"connection": "Wi-Fi", "airplane_mode": "off"}


def test_the_desk_cannot_touch_computers(helpdesk: Source, session: SqliteSession) -> None:
    outcome = session.execute("turn_off_airplane_mode", {"employee_id": 1001})
    assert outcome.result["error"]["type"] == "unknown_tool"
    assert not any("workstations" in (*tool.reads, *tool.writes) for tool in helpdesk.tools)
    for tool in helpdesk.own_tools:
        assert set(tool.writes) <= {"workstations"}
        assert [s.use for s in tool.inputs.values()].count("own") == 1


def test_results_and_wording(helpdesk: Source, session: SqliteSession, ask: Ask) -> None:
    """Results are what the tools promise, and each is told in several ways."""
    for tool in helpdesk.own_tools:
        assert len(tool.wording["instruct"]) >= 4
        assert len(tool.wording["report"]) >= 4
        valid = jsonschema_rs.validator_for({**tool.returns, "additionalProperties": False})
        for who in ask(EVERYBODY)[:60]:
            result = see(session, tool.name, who["employee_id"])
            assert valid.is_valid(result), (tool.name, result)
