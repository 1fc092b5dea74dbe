"""Was everything called that had to be? Critical steps of the plan, each with a call that fits.

Structural steps (look-ups that were a means) are noted, and never decide.
"""

from duologue.checks.case import Case
from duologue.checks.findings import note
from duologue.types import Finding, Verdict


def calls(case: Case) -> Verdict:
    """Critical plan steps have their calls."""
    findings, notes = [], []
    for number in range(len(case.tasks)):
        for missing in case.match(number).missing:
            what = f"task {number + 1}, step {missing.step}: {missing.reason}"
            if missing.weight == "critical":
                findings.append(Finding(missing.turn, what))
            else:
                notes.append(note(missing.turn, what))
    return Verdict("calls", not findings, (*findings, *notes))
