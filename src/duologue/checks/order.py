"""Was everything used only after it was there?

A call must not use what only a later result brings, and a call of the plan must not come before the one it builds on. Any
other order is as good as the plan's.
"""

from duologue.checks.case import Case, verdict
from duologue.checks.provenance import holds, is_default, is_key, is_known
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Verdict


def order(case: Case) -> Verdict:
    """Calls come where data can flow."""
    findings = [
        Finding(missing.turn, f"task {number + 1}, step {missing.step}: {missing.reason}")
        for number in range(len(case.tasks))
        for missing in case.match(number).missing
        if missing.kind == "order" and missing.weight == "critical"
    ]
    for call in case.trace.calls:
        for name, value in call.call.arguments.items():
            later = _later_source(case, call, name, value)
            if later:
                findings.append(
                    Finding(call.at, f"{call.call.name}({name}={value!r}) uses what only turn {later} returns")
                )
    return verdict("order", findings)


def _later_source(case: Case, call: Executed, name: str, value: Json) -> int:
    """The turn of the later result an argument was taken from; 0 where there is none."""
    origin = call.origins.get(name)
    if origin is not None:
        return origin.turn if origin.kind == "result" and origin.turn >= call.at else 0
    distinctive = (isinstance(value, str) and len(value) > 2) or (isinstance(value, int) and abs(value) > 9)
    if not (distinctive or is_key(case, call, name)):
        return 0
    later = [
        c
        for c in case.trace.calls
        if c.turn > call.at and c is not call and value not in c.call.arguments.values() and holds(c, value)
    ]
    if not later or is_default(case, call, name, value) or is_known(case, call, name, value):
        return 0
    return later[0].turn
