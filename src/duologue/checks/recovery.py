"""After a call went wrong on purpose: did the assistant do what is right then?

Asked only of conversations in which faults are declared (docs/faults.md). A fault is not held against anybody; what follows is:

* the call is made again, at most twice, unless what it was to find has come up elsewhere: given up at once, or made once more after three
  failures, is a mistake;
* a change that went unanswered is looked up before it is made again, and before anything is said of it;
* what turns out to have been made is not made again; what turns out not to have been made is;
* a field that was left out, or came under another name, is not said to be empty. Where one was left out that nobody asked for, nothing
  need be done.

What was rightly given up after three failures is noted, and the goal that was missed for it is not the assistant's failure (`blame`).
"""

from collections.abc import Iterator, Mapping, Sequence

from duologue.checks.case import Case
from duologue.checks.findings import FAULTED, NOTED, note
from duologue.checks.honesty import claimed_change
from duologue.ids import canonical, to_json
from duologue.language.lacking import says_lacking
from duologue.language.saying import is_blank
from duologue.plans.faults import MOST_TRIES, HiddenColumns, TimeOut, met
from duologue.plans.hidden import left_out
from duologue.plans.match import normal_arguments
from duologue.plans.promised import objects
from duologue.plans.renamed import SCHEMA_DRIFT, new_names
from duologue.plans.trace import Executed, read_result
from duologue.types import Disclosure, Finding, Json, Slot, Tool, Verdict

__all__ = ["looks", "recoveries", "recovery"]


def recovery(case: Case) -> Verdict:
    """Faults are recovered from as they should be."""
    findings: list[Finding] = []
    for work in _stretches(case):
        for same in _alike(case, work):
            findings += _tries(case, same, work)
            findings += _doubts(case, same, work)
        findings += (f for call in work if call.fault is not None for f in _denials(case, call))
    return Verdict("recovery", all(_is_noted(f) for f in findings), tuple(findings))


def recoveries(case: Case, since: int = 0) -> dict[str, tuple[int, int]]:
    """Kind of fault → how many calls met it, and for how many of them what they were made for was reached before the user spoke again.
    `since`: the turn from which on calls count."""
    out: dict[str, tuple[int, int]] = {}
    for work in _stretches(case):
        reached = {c.index: not any(_denials(case, c)) for c in work if c.fault is not None and not c.lost}
        for same in _alike(case, work):
            for at, call in enumerate(same):
                if call.lost:
                    reached[call.index] = (
                        bool(looks(call, work, case.trace.tools)) if call.worked else not all(c.lost for c in same[at:])
                    ) or (call.partly and not _is_missed(case, call))
        for call in work:
            if call.fault is not None and call.turn >= since:
                met, recovered = out.get(call.fault.kind, (0, 0))
                out[call.fault.kind] = (met + 1, recovered + reached[call.index])
    return out


def _is_noted(finding: Finding) -> bool:
    return NOTED.fits(finding.what)


def _stretches(case: Case) -> Iterator[tuple[Executed, ...]]:
    """The calls between one turn of the user's and the next."""
    starts = [s.turn for s in case.trace.user]
    for start, end in zip(starts, [*starts[1:], len(case.trace.turns)], strict=True):
        yield tuple(c for c in case.trace.calls if start < c.turn < end)


def _alike(case: Case, work: Sequence[Executed]) -> list[list[Executed]]:
    """Calls that ask the same, together, where one of them was answered not at all or not whole."""
    groups: dict[tuple[str, bytes], list[Executed]] = {}
    for call in work:
        arguments = normal_arguments(call.call.arguments, case.trace.tools.get(call.call.name))
        groups.setdefault((call.call.name, canonical(arguments)), []).append(call)
    return [g for g in groups.values() if any(c.lost for c in g)]


def _tries(case: Case, same: Sequence[Executed], work: Sequence[Executed]) -> Iterator[Finding]:
    """How often a call was made: not too seldom, not too often."""
    run = 0
    for call in same:
        if run == MOST_TRIES:
            yield Finding(call.at, f"{call.call.name} is called again after it failed {MOST_TRIES} times running")
            return
        run = run + 1 if call.lost else 0
    last = same[-1]
    if not run or (_is_doubtful(last) and last.worked):
        return
    if _is_doubtful(last) and not looks(last, work, case.trace.tools):
        return  # there is nothing right to do but to look, and that is asked below
    if run < MOST_TRIES:
        if (last.partly and not _is_missed(case, last)) or _found_otherwise(case, last, work):
            return
        yield Finding(last.turn, f"{last.call.name} failed through no fault of its own, and is not tried again")
    else:
        yield note(last.turn, FAULTED(last.call.name, run))


def _found_otherwise(case: Case, call: Executed, work: Sequence[Executed]) -> bool:
    """Whether the name that it was to find has come up in another result meanwhile."""
    tool = case.trace.tools.get(call.call.name)
    slots = tool.inputs if tool is not None and call.effect == "read" else {}
    names = [to_json(v) for n, v in call.call.arguments.items() if n in slots and slots[n].use == "match"]
    others = [c.text for c in work if c.effect == "read" and not c.lost and c.at >= call.at]
    return bool(names) and all(any(name in text for text in others) for name in names)


def _doubts(case: Case, same: Sequence[Executed], work: Sequence[Executed]) -> Iterator[Finding]:
    """Changes that went unanswered: looked up before they are made again, or told."""
    for call, after in zip(same, [*same[1:], None], strict=True):
        if not _is_doubtful(call):
            continue
        seen = [c for c in looks(call, work, case.trace.tools) if after is None or c.at < after.at]
        tried = [c for c in work if c.effect == "read" and c.at > call.at and c.lost]
        if after is not None and not seen:
            yield Finding(after.at, f"{call.call.name} may have been made, and is made again without a look")
        elif after is not None and call.worked:
            yield Finding(after.at, f"{call.call.name} had been made, and is made again")
        if after is None and not seen:
            yield from _unlooked(case, call, len(tried))


def _unlooked(case: Case, call: Executed, tried: int) -> Iterator[Finding]:
    said = next((s for s in case.trace.assistant if s.turn > call.turn), None)
    claim = claimed_change(said.text) if said is not None else ""
    if said is not None and claim:
        yield Finding(said.turn, f"{call.call.name} went unanswered, and without a look the assistant says {claim!r}")
    elif tried < MOST_TRIES:
        yield Finding(call.turn, f"{call.call.name} may have been made, and nobody looks")
    else:
        yield note(call.turn, FAULTED(call.call.name, 1))


def _is_doubtful(call: Executed) -> bool:
    """A change that went unanswered."""
    return call.lost and call.effect == "write" and met(call.result) == TimeOut.error


def looks(call: Executed, work: Sequence[Executed], tools: Mapping[str, Tool]) -> list[Executed]:
    """The reads since a change that show how things stand: those that name the row that the change named, among others or alone. What
    else they are given (how much to show, what to leave out) names none."""
    named = _named(call, tools, ("key",))
    found = []
    for read in work:
        if read.effect == "read" and read.at > call.at and not read.lost:
            asked = _named(read, tools, ("key", "equals"))
            rows = _named(read, tools, ("key",)).keys() | (asked.keys() & named.keys())
            if rows and all(asked[slot] & named.get(slot, frozenset()) for slot in rows):
                found.append(read)
    return found


def _named(call: Executed, tools: Mapping[str, Tool], uses: Sequence[str]) -> dict[tuple[str, str], frozenset[str]]:
    """Column → what a call gives for it by parameters of such a use; a number is the same written as text."""
    tool = tools.get(call.call.name)
    out: dict[tuple[str, str], frozenset[str]] = {}
    for name, value in normal_arguments(call.call.arguments, tool).items():
        slot = tool.inputs.get(name) if tool is not None else None
        if slot is not None and slot.use in uses and value is not None:
            at = slot.table, slot.column
            out[at] = out.get(at, frozenset()) | {_as_text(v) for v in (value if isinstance(value, list) else [value])}
    return out


def _as_text(value: Json) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strip() if isinstance(value, str) else to_json(value)


# ── fields that were left out, or came under another name ────────────────────────────────────────────────────────────────


def _is_missed(case: Case, call: Executed) -> bool:
    """Whether a result was shown without something that was to be told, or picked by, and no call shows it later."""
    held = read_result(call.fault.held) if call.fault is not None else None
    for path, slot in _out_of_sight(case, call).items():
        at, _, field = path.rpartition(".")
        rows, key = objects(held, at), f"{slot.table}.{slot.column}"
        values = [one.get(field) for one in rows]
        picked = len(rows) > 1 and key in _picks(case)
        wanted = [d.value for d in _told_from(case, call) if d.slot == key]
        missed = values if picked else [v for v in values if v in wanted]
        if any(not _is_shown(case, call, slot, v) for v in missed if not is_blank(v)):
            return True
    return False


def _told_from(case: Case, call: Executed) -> Iterator[Disclosure]:
    """What is to be told of what this very call gives."""
    for number, task in enumerate(case.tasks):
        steps = {step for step, index in case.match(number).calls.items() if index == call.index}
        yield from (d for part in task.subtasks for d in part.tell if d.step in steps)


def _picks(case: Case) -> Iterator[str]:
    """The columns that rows are picked by."""
    for need in (part.need for task in case.tasks for part in task.subtasks if part.need is not None):
        for pick in (need.pick, *(m.pick for m in need.mentions)):
            if pick is not None:
                yield f"{pick.table}.{pick.column}"


def _is_shown(case: Case, call: Executed, slot: Slot, value: Json) -> bool:
    """Whether a call after this one shows a value of a column."""
    for later in case.trace.calls[call.index + 1 :]:
        tool = case.trace.tools.get(later.call.name)
        for path, other in tool.outputs.items() if tool is not None else ():
            at, _, field = path.rpartition(".")
            same = (other.table, other.column) == (slot.table, slot.column)
            if same and any(one.get(field) == value for one in objects(later.result, at)):
                return True
    return False


def _out_of_sight(case: Case, call: Executed) -> dict[str, Slot]:
    """The fields that are missing under the names that the tool promises, by their paths."""
    tool = case.trace.tools.get(call.call.name)
    if tool is None or call.fault is None:
        return {}
    held = read_result(call.fault.held)
    shown = read_result(call.text)
    paths = left_out(tool, shown, held) if call.fault.kind == HiddenColumns.name else new_names(tool, shown, held)
    return {path: tool.outputs[path] for path in paths if path in tool.outputs}


def _denials(case: Case, call: Executed) -> Iterator[Finding]:
    """What is said to be empty that only was not to be seen."""
    kinds = (HiddenColumns.name, SCHEMA_DRIFT)
    said = next((s for s in case.trace.assistant if s.turn > call.turn), None)
    if said is None or call.fault is None or call.fault.kind not in kinds:
        return
    held = read_result(call.fault.held)
    for path, slot in _out_of_sight(case, call).items():
        column = case.column(f"{slot.table}.{slot.column}")
        at, _, field = path.rpartition(".")
        there = [one.get(field) for one in objects(held, at)]
        if column is not None and there and not any(is_blank(v) for v in there):
            found = says_lacking(said.text, column.label)
            if found:
                how = (
                    "was left out of the answer" if call.fault.kind == HiddenColumns.name else "came under another name"
                )
                yield Finding(said.turn, f"the {column.label} {how}, and the assistant says {found!r}")
