"""Did the database end up as the tasks wanted, with nothing else touched?

Net changes count: a value changed and changed back is no change. A value written as `{"$any": "clock"}` in the target
depends on the moment and is not compared. Reads and failed calls must not have changed anything.
"""

from collections.abc import Mapping

from duologue.checks.case import Case, verdict
from duologue.environment.changes import net_changes
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, RowChange, Verdict


def state(case: Case) -> Verdict:
    """The rows that changed are those of each task's target."""
    findings = [
        Finding(c.turn, f"{c.call.name} {'failed' if c.failed else 'only reads'}, yet {_row(c.changes[0])} changed")
        for c in case.trace.calls
        if c.changes and (c.failed or c.effect == "read")
    ]
    for number, task in enumerate(case.tasks):
        own = case.trace.of_task(number)
        net = net_changes([change for c in own for change in c.changes])
        findings += _compare(task.target, list(net), own, case.last_turn(number))
    return verdict("state", findings)


def _compare(
    target: tuple[RowChange, ...], net: list[RowChange], own: tuple[Executed, ...], last: int
) -> list[Finding]:
    findings, open_targets = [], []
    for wanted in target:
        for change in net:
            if same_change(wanted, change):
                net.remove(change)
                break
        else:
            open_targets.append(wanted)
    for wanted in open_targets:
        near = next((n for n in net if (n.table, n.op) == (wanted.table, wanted.op) and _same(wanted.key, n.key)), None)
        if near is None:
            findings.append(Finding(last, f"{_row(wanted)} was never changed as wanted ({wanted.op})"))
            continue
        net.remove(near)
        findings.append(Finding(_turn_of(near, own, last), f"{_row(near)}: {_difference(wanted, near)}"))
    findings += [Finding(_turn_of(n, own, last), f"{_row(n)}: {n.op} that nothing asked for") for n in net]
    return findings


def same_change(wanted: RowChange, change: RowChange) -> bool:
    """Whether a change is the one wanted, leaving out what depends on the moment."""
    return (
        wanted.table == change.table
        and wanted.op == change.op
        and _same(wanted.key, change.key)
        and _same(wanted.before, change.before)
        and _same(wanted.after, change.after)
    )


def _same(wanted: Mapping[str, Json] | None, found: Mapping[str, Json] | None) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return wanted.keys() == found.keys() and all(_is_open(v) or v == found[k] for k, v in wanted.items())


def _is_open(value: Json) -> bool:
    return isinstance(value, dict) and "$any" in value


def _row(change: RowChange) -> str:
    return f"{change.table}({', '.join(f'{k}={v!r}' for k, v in change.key.items())})"


def _difference(wanted: RowChange, found: RowChange) -> str:
    parts = []
    for side in ("before", "after"):
        want: Mapping[str, Json] = getattr(wanted, side) or {}
        have: Mapping[str, Json] = getattr(found, side) or {}
        for name in dict.fromkeys((*want, *have)):
            if name not in have:
                parts.append(f"{name} was not touched, wanted {want[name]!r}")
            elif name not in want:
                parts.append(f"{name}={have[name]!r} {side}, which nothing asked for")
            elif not _is_open(want[name]) and want[name] != have[name]:
                parts.append(f"{name}={have[name]!r} {side}, wanted {want[name]!r}")
    return "; ".join(parts[:3])


def _turn_of(change: RowChange, own: tuple[Executed, ...], last: int) -> int:
    for call in reversed(own):
        if any(c.table == change.table and c.key == change.key for c in call.changes):
            return call.turn
    return last
