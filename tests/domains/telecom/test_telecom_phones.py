"""The customer's side: what the phones show, what customers do on them, and that the desk's guides lead somewhere."""

from collections import Counter

import jsonschema_rs
import pytest

from domains.desk import Ask
from duologue.environment import SqliteSession
from duologue.sources import Source
from duologue.types import Fix, Guide, Json, ToolCall


def see(session: SqliteSession, tool: str, device: int, **arguments: Json) -> Json:
    """What a tool of the user's gives on a phone."""
    outcome = session.execute(tool, {"device_id": device, **arguments}, own=True)
    assert not outcome.failed, outcome.text
    return outcome.result


def _look(session: SqliteSession, by: str, tool: str, phone: dict[str, Json]) -> Json:
    if by == "user":
        return see(session, tool, phone["device_id"])
    return session.execute(tool, {"line_id": phone["line_id"]}).result


def _mend(session: SqliteSession, fix: Fix, phone: dict[str, Json]) -> str:
    """Make the call of a step; the type of error where it was refused."""
    if fix.by == "user":
        see(session, fix.tool, phone["device_id"], **fix.args)
        return ""
    pin = {"security_pin": phone["security_pin"]} if fix.tool == "resume_line" else {}
    outcome = session.execute(fix.tool, {"line_id": phone["line_id"], **pin, **fix.args})
    return outcome.result["error"]["type"] if outcome.failed else ""


def walk(session: SqliteSession, guide: Guide, phone: dict[str, Json]) -> tuple[list[str], str]:
    """Go through a guide: what was mended, and how it ended."""

    def works() -> bool:
        return guide.works.holds(see(session, guide.works.tool, phone["device_id"]))

    mended: list[str] = []
    for step in guide.steps:
        if works():
            return mended, "works"
        if step.is_wrong(_look(session, step.look.by, step.look.tool, phone)[step.look.field]):
            if step.fix is None:
                return mended, "left"
            error = _mend(session, step.fix, phone)
            if error:
                return mended, error
            assert not step.is_wrong(_look(session, step.look.by, step.look.tool, phone)[step.look.field]), step.text
            mended.append(step.fix.tool)
    return mended, "works" if works() else "otherwise"


PHONES = "SELECT device_id, line_id, place, security_pin FROM handsets JOIN lines USING (line_id) ORDER BY device_id"


GUIDES = "no_mobile_data", "no_data_abroad", "slow_data", "calls_fail"


@pytest.mark.parametrize("name", GUIDES)
def test_guides_lead_somewhere(telecom: Source, session: SqliteSession, ask: Ask, name: str) -> None:
    """Each guide has cases; most can be mended, some are refused by a rule, and what is left is an outage; every step helps somebody."""
    guide = _guide(telecom, name)
    ends, steps, several, left = Counter[str](), Counter[str](), 0, set[int]()
    for phone in ask(PHONES):
        before = see(session, guide.works.tool, phone["device_id"])
        if not guide.works.holds(before) and guide.case.items() <= {**phone, **before}.items():
            mended, end = walk(session, guide, phone)
            ends[end] += 1
            steps.update(mended)
            several += len(mended) > 1
            left |= {phone["line_id"]} if end == "otherwise" else set()
    assert sum(ends.values()) >= 12, ends
    assert ends["works"] >= 0.5 * sum(ends.values()), ends
    assert several >= 2
    assert {step.fix.tool for step in guide.steps if step.fix is not None} == set(steps), steps
    down = ask("SELECT line_id FROM lines JOIN outages USING (area_id) WHERE ended_at IS NULL")
    assert left <= {row["line_id"] for row in down}


def test_these_are_all(telecom: Source) -> None:
    assert telecom.policy is not None
    assert tuple(g.name for g in telecom.policy.guides) == GUIDES
    assert all(len(g.complaint) >= 8 and 3 <= len(g.steps) <= 8 and g.otherwise for g in telecom.policy.guides)


def test_all_is_well_on_most_phones(session: SqliteSession, ask: Ask) -> None:
    phones = ask(PHONES)
    tests = [
        (see(session, "run_speed_test", p["device_id"]), see(session, "make_test_call", p["device_id"])) for p in phones
    ]
    well = sum(speed["result"] == "ok" and call["call"] == "connected" for speed, call in tests)
    assert 0.4 <= well / len(phones) <= 0.75
    assert all((speed["download_mbps"] == 0) == (speed["result"] == "no connection") for speed, _ in tests)


WALKS = {
    "airplane mode": ("Grace Hadley", "no_mobile_data", ["turn_off_airplane_mode"], "works"),
    "both sides": ("Nicola Tranter", "no_mobile_data", ["turn_on_mobile_data", "resume_line"], "works"),
    "no data left": ("Folake Balogun", "no_mobile_data", ["top_up_data"], "works"),
    "topped up three times": ("Lewis Garrow", "no_mobile_data", [], "top_up_limit"),
    "a bill that is not paid": ("Rhys Madoc", "no_mobile_data", [], "bill_overdue"),
    "a line too new for roaming": ("Jonas Halvorsen", "no_data_abroad", [], "line_too_new"),
    "roaming on both sides": ("Chiara Moretti", "no_data_abroad", ["enable_roaming", "turn_on_data_roaming"], "works"),
}


@pytest.mark.parametrize("case", WALKS)
def test_walks(telecom: Source, session: SqliteSession, ask: Ask, case: str) -> None:
    """Causes on the phone, at the desk and on both sides; where a rule stands in the way, the trouble stays."""
    name, guide, mended, end = WALKS[case]
    assert walk(session, _guide(telecom, guide), _phone(ask, name)) == (mended, end)


def test_calls_replay(session: SqliteSession, ask: Ask) -> None:
    """What the user did is a part of the state: it is there again after a replay."""
    phone = _phone(ask, "Grace Hadley")["device_id"]
    before = session.rows("handsets")
    session.replay([ToolCall("1", "turn_off_airplane_mode", {"device_id": phone}, own=True)])
    assert [a != b for a, b in zip(before, session.rows("handsets"), strict=True)].count(True) == 1
    assert see(session, "check_status_bar", phone)["airplane_mode"] == "off"


def test_the_desk_cannot_touch_phones(telecom: Source, session: SqliteSession, ask: Ask) -> None:
    phone = _phone(ask, "Grace Hadley")["device_id"]
    assert session.execute("turn_off_airplane_mode", {"device_id": phone}).result["error"]["type"] == "unknown_tool"
    for tool in telecom.own_tools:
        assert set(tool.writes) <= {"handsets"}
        assert [s.use for s in tool.inputs.values()].count("own") == 1


def test_results_and_wording(telecom: Source, session: SqliteSession, ask: Ask) -> None:
    """Results are what the tools promise, and for each there is a way to tell them."""
    assert 10 <= len(telecom.own_tools) <= 14
    for tool in telecom.own_tools:
        assert len(tool.wording["instruct"]) >= 4
        assert len(tool.wording["report"]) >= 3
        valid = jsonschema_rs.validator_for({**tool.returns, "additionalProperties": False})
        given = {"network_mode": "5G/4G"} if "network_mode" in tool.inputs else {}
        for phone in ask(PHONES)[:60]:
            result = see(session, tool.name, phone["device_id"], **given)
            assert valid.is_valid(result), (tool.name, result)


def _phone(ask: Ask, name: str) -> dict[str, Json]:
    first, last = name.split()
    return ask(f"""SELECT device_id, line_id, security_pin FROM handsets JOIN lines USING (line_id) JOIN customers USING (customer_id)
        WHERE first_name = '{first}' AND last_name = '{last}' ORDER BY device_id""")[
        0 if name != "Grace Hadley" else _leeds(ask)
    ]


def _leeds(ask: Ask) -> int:
    cities = ask("""SELECT city FROM handsets JOIN lines USING (line_id) JOIN customers USING (customer_id)
        WHERE last_name = 'Hadley' ORDER BY device_id""")
    return [row["city"] for row in cities].index("Leeds")


def _guide(telecom: Source, name: str) -> Guide:
    assert telecom.policy is not None
    return next(g for g in telecom.policy.guides if g.name == name)
