"""Did the database end up as the tasks wanted, with nothing else touched?

Net changes count: a value changed and changed back is no change. They are compared by rows and types (`changed.py`), leaving
out what the database keeps for itself, and the evidence says what was left out. A value written as `{"$any": "clock"}` in the
target depends on the moment and is not compared, nor is it where a later task changes it again. Reads and failed calls must not have changed anything.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from duologue.checks.case import Case
from duologue.checks.changed import Comparison, describe
from duologue.checks.findings import STRAY_FAILED, STRAY_READ, note
from duologue.environment.changes import net_changes
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, RowChange, Verdict

_MOMENT: Json = {"$any": "clock"}


def state(case: Case) -> Verdict:
    """The rows that changed are those of each task's target."""
    findings = [
        Finding(c.turn, (STRAY_FAILED if c.failed else STRAY_READ)(c.call.name, _row(c.changes[0])))
        for c in case.trace.made
        if c.changes and (not c.worked or c.effect == "read")
    ]
    comparison = Comparison(case.columns, case.trace.tools.values())
    moments: set[tuple[str, str, str]] = set()
    for number, task in enumerate(case.tasks):
        own = tuple(c for c in case.trace.made if c.task == number)
        net = comparison.graded(net_changes([change for c in own for change in c.changes]))
        target = [_since_then(change, moments) for change in comparison.graded(task.target)]
        if not comparison.all_same(target, net):
            findings += _compare(comparison, target, net, (own, case.last_turn(number)))
    last = len(case.trace.turns) - 1
    notes = [note(last, f"{name} is not compared: {why}") for name, why in comparison.left_out.items()]
    return Verdict("state", not findings, (*findings, *notes))


def _compare(
    comparison: Comparison, target: list[RowChange], net: list[RowChange], where: tuple[tuple[Executed, ...], int]
) -> list[Finding]:
    own, last = where
    findings, open_targets = [], []
    net = comparison.paired(target, net)
    for wanted in target:
        for change in net:
            if comparison.same(wanted, change):
                net.remove(change)
                break
        else:
            open_targets.append(wanted)
    for wanted in open_targets:
        near = next((n for n in net if comparison.same_key(wanted, n)), None)
        if near is None:
            findings.append(Finding(last, f"{_row(wanted)} was never changed as wanted ({wanted.op})"))
            continue
        net.remove(near)
        findings.append(Finding(_turn_of(near, own, last), f"{_row(near)}: {_difference(comparison, wanted, near)}"))
    findings += [Finding(_turn_of(n, own, last), f"{_row(n)}: {n.op} that nothing asked for") for n in net]
    return findings


def _since_then(change: RowChange, moments: set[tuple[str, str, str]]) -> RowChange:
    """The change with what an earlier task left to the moment taken for that, and what this one leaves to it remembered."""
    if not moments and not any(map(_is_moment, (change.after or {}).values())):
        return change
    row = (change.table, repr(sorted(change.key.items())))
    before = {k: _MOMENT if (*row, k) in moments else v for k, v in (change.before or {}).items()}
    after = (change.after or {}).items()
    moments.difference_update((*row, k) for k, v in after if not _is_moment(v))
    moments.update((*row, k) for k, v in after if _is_moment(v))
    return replace(change, before=before) if before else change


def _is_moment(value: Json) -> bool:
    return isinstance(value, dict) and "$any" in value


def _row(change: RowChange) -> str:
    return f"{change.table}({', '.join(f'{k}={v!r}' for k, v in change.key.items())})"


def _difference(comparison: Comparison, wanted: RowChange, found: RowChange) -> str:
    parts = []
    for side in ("before", "after"):
        want: Mapping[str, Json] = getattr(wanted, side) or {}
        have: Mapping[str, Json] = getattr(found, side) or {}
        for name in dict.fromkeys((*want, *have)):
            if name not in have:
                parts.append(f"{name} was not touched, wanted {want[name]!r}")
            elif name not in want:
                parts.append(f"{name}={have[name]!r} {side}, which nothing asked for")
            elif not comparison.same_value(wanted.table, name, want[name], have[name]):
                one, other = describe(have[name], want[name]), describe(want[name], have[name])
                parts.append(f"{name}={one} {side}, wanted {other}")
    return "; ".join(parts[:3])


def _turn_of(change: RowChange, own: tuple[Executed, ...], last: int) -> int:
    for call in reversed(own):
        if any(c.table == change.table and c.key == change.key for c in call.changes):
            return call.turn
    return last
