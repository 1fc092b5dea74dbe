"""Reads that need not be made, since what they were to find out was known and told.

A plan names one way to an answer. An assistant that answers from what it has seen, or asks another tool, does as well: what matters
of a read is that the values to be told stood in a result, about the rows meant, still held, and were told. So a critical read that
no call matched is met when each of its values

* stands in a result that is still true where the plan has the read: nothing has written to its tables since;
* stands there as the same column of a row that fulfils what the read asks for: its key, its filters, its period. How many rows
  there are shows in any whole list of just those rows. Other figures worked out over many rows (a sum, a rank) depend on all that
  was asked; only the same tool asked for the same can give them;
* was told by the assistant afterwards.

A read that is to tell nothing keeps the plan's word: the call itself has to be made. So does every write.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.errors import StageError
from duologue.kept import Kept
from duologue.language.apart import APART
from duologue.language.reading import parse_day, read
from duologue.language.stance import states
from duologue.language.values import is_blank
from duologue.plans.match import Match, Missing, match_plan, normal_arguments
from duologue.plans.placeholders import leaves, references, resolve
from duologue.plans.trace import Executed, Trace
from duologue.types import Disclosure, Json, PlanStep, Slot, Task, Tool

__all__ = ["answered"]

NEVER = 1 << 30  # a turn after all others
_PAGING = frozenset({"limit", "offset"})
_WHOLE = frozenset({"top", "total", "count", "ratio", "missing"})
"""Families whose rows mean something only together with all that was asked."""
_ORDERING = frozenset(
    {"sort", "sort_by", "order", "order_by", "direction", "descending", "ascending", "page", "page_size"}
)
_ANYTHING = frozenset({"id", "key", "name", "code", "query", "q", "value"})
"""Parameters whose name alone doesn't say of what they are."""

_Fields = dict[tuple[str, str], Json]
"""Values of a row and of what it stands in: (field, slot) → value."""


def answered(task: Task, match: Match, trace: Trace, number: int, columns: Mapping[str, Column] | None = None) -> Match:
    """The match with those reads of task `number` counted as made that were answered otherwise."""
    if not any(m.weight == "critical" for m in match.missing):
        return match
    match = _earlier(task, match, trace, number, columns or {})
    calls, open_steps = dict(match.calls), []
    for missing in match.missing:
        source = _answer(task, missing, trace, number, (calls, columns or {}))
        if source is None:
            open_steps.append(missing)
        else:
            calls[missing.step] = source.index
    return replace(match, calls=calls, missing=tuple(open_steps))


def _earlier(task: Task, match: Match, trace: Trace, number: int, columns: Mapping[str, Column]) -> Match:
    """The match where a step seemed to come before a read it builds on, though what that was to find out was known and told by then: the
    read was only made once more later."""
    late: dict[int, int] = {}  # step → the turn in which something was first built on it
    for built in (m for m in match.missing if m.kind == "order"):
        for step in (s for s in task.plan[built.step - 1].after if s in match.calls):
            late[step] = min(late.get(step, built.turn), built.turn)
    settled = {}
    for step in sorted(late):
        others = {s: at for s, at in match.calls.items() if s != step}
        missing = Missing(step, task.plan[step - 1].weight, "absent", 0, "")
        source = _answer(task, missing, trace, number, (others, columns), late[step])
        if source is not None and source.index < match.calls[step]:
            settled[step] = source.index
    return match_plan(task.plan, trace, number, settled) if settled else match


def _answer(
    task: Task,
    missing: Missing,
    trace: Trace,
    number: int,
    have: tuple[Mapping[int, int], Mapping[str, Column]],
    before: int = NEVER,
) -> Executed | None:
    """The first of the calls that gave what a missing read was to find out; None where something is missing, or was not told before that turn."""
    step, tool = task.plan[missing.step - 1], trace.tools.get(task.plan[missing.step - 1].tool)
    if step.own:
        return None
    tell = [
        d
        for s in task.subtasks
        for d in s.tell
        if d.step == missing.step and not is_blank(d.value) and not d.slot.endswith(APART)
    ]
    if missing.weight != "critical" or tool is None or tool.effect != "read" or not tell:
        return None
    calls, columns = have
    pool = _still_true(trace, number, step, tool, calls)
    wanted = _arguments(step, trace, calls)
    used = []
    for item in tell:
        found = [c for c in pool if any(_gives(c, item, w, tool, trace) for w in wanted)]
        source = next((c for c in found if _is_told(item, c, trace, (number, columns), before)), None)
        if source is None:
            return None
        used.append(source)
    return min(used, key=lambda c: c.index)


def _still_true(
    trace: Trace, number: int, step: PlanStep, tool: Tool, calls: Mapping[int, int]
) -> tuple[Executed, ...]:
    """The calls whose results hold where the plan has the step: after what it builds on, or unchanged until then."""
    own = trace.of_task(number)
    begin = own[0].index - 1 if own else len(trace.calls) - 1
    built_on = max((calls[s] for s in step.after if s in calls), default=-1)
    end = own[-1].index if own else -1  # what a task that was put in between has shown by then counts, too
    out = []
    for call in trace.calls:
        if call.failed or (call.task > number and call.index > end):
            continue
        until = max(built_on, begin if call.task < number else -1)
        between = trace.calls[call.index + 1 : until + 1]
        if not any(_touches(c, tool) for c in between):
            out.append(call)
    return tuple(out)


def _touches(call: Executed, tool: Tool) -> bool:
    """Whether a call changed what the tool shows or goes by: rows that came or went in its tables, or columns of its fields."""
    fields = {(s.table, s.column) for s in (*tool.outputs.values(), *tool.inputs.values()) if s.column}
    for change in call.changes:
        if tool.reads and change.table not in tool.reads:
            continue
        if not fields or change.op != "update":
            return True
        changed = change.after or {}
        if any(table == change.table and (column in changed or column == "@name") for table, column in fields):
            return True
    return False


def _arguments(step: PlanStep, trace: Trace, calls: Mapping[int, int]) -> list[dict[str, Json]]:
    """What the step asks for: as when it was proven, and as it follows from the calls that were made."""
    proven = {k: step.bound.get(k, v) for k, v in step.arguments.items()}
    out: list[dict[str, Json]] = []
    for arguments, results in ((proven, {}), (step.arguments, {s: trace.calls[i].result for s, i in calls.items()})):
        bound = {k: v for k, v in arguments.items() if arguments is proven and k in step.bound}
        open_ones = {k: v for k, v in arguments.items() if k not in bound}
        if arguments is proven and references(open_ones):
            continue
        try:
            found = {**resolve(open_ones, results), **bound}
        except StageError:
            continue
        if found not in out:
            out.append(found)
    return out


def _is_told(
    item: Disclosure, source: Executed, trace: Trace, about: tuple[int, Mapping[str, Column]], before: int
) -> bool:
    """The value was told after it was seen, and before that turn: while the task was worked on, or earlier, and nothing was changed in between."""
    number, columns = about
    column = columns.get(item.slot)
    for said in trace.assistant:
        if not source.turn < said.turn < before:
            continue
        changed = any(c.changes for c in trace.calls[source.index + 1 :] if c.turn < said.turn)
        if (said.task == number or not changed) and states(read(said.text), item.value, column, changed):
            return True
    return False


# ── Whether a result gives a value ───────────────────────────────────────────────────────────────────────────────────


def _gives(call: Executed, item: Disclosure, wanted: Mapping[str, Json], tool: Tool, trace: Trace) -> bool:
    """Whether a call's result holds the value, of what the read asks for."""
    table, _, rest = item.slot.partition(".")
    worked_out = not table or ":" in rest
    family = tool.meaning.family if tool.meaning is not None else ""
    if call.call.name == tool.name and _asks_for(call, wanted, tool, exactly=worked_out or family in _WHOLE):
        return _holds(call.result, item)
    other = trace.tools.get(call.call.name)
    counted = item.slot == ":count"
    if (worked_out and not counted) or family in _WHOLE or other is None:
        return False
    asked = {n: v for n, v in normal_arguments(wanted, tool).items() if not _is_paging(n, tool)}
    if not asked:
        return False
    asked = {n: v for n, v in asked.items() if not _is_about(call, other, (tool, n, v), trace)}
    if counted:
        return _counts(call, other, item, (tool, asked))
    return any(
        _has_value(own, item) and all(_fulfils(row, call, other, (tool, n, v)) for n, v in asked.items())
        for row, own in _rows(call.result, other)
    )


def _is_about(call: Executed, other: Tool, asked: tuple[Tool, str, Json], trace: Trace) -> bool:
    """Whether a call names by its key the very row that the argument names in another way, as a result before it shows."""
    tool, name, value = asked
    slot = tool.inputs.get(name)
    if slot is None or not slot.column:
        return False
    keys = {
        n: s for n, s in other.inputs.items() if s.use == "key" and s.table == slot.table and n in call.call.arguments
    }
    want = f"{slot.table}.{slot.column}"
    for n, key in keys.items():
        for earlier in trace.calls[: call.index]:
            shown = trace.tools.get(earlier.call.name)
            rows = _rows(earlier.result, shown) if shown is not None and not earlier.failed else ()
            for _, own in rows:
                has = {slot_name: v for (_, slot_name), v in own.items()}
                if _alike(has.get(f"{key.table}.{key.column}"), call.call.arguments[n]) and _alike(
                    has.get(want), value
                ):
                    return True
    return False


def _counts(call: Executed, other: Tool, item: Disclosure, asked: tuple[Tool, Mapping[str, Json]]) -> bool:
    """Whether as many rows of a list as the value says are among those asked for, and none is left out: the list is whole, or all
    its rows are asked for and the result says how many there are."""
    if not isinstance(call.result, dict):
        return False
    tool, values = asked
    total = next((v for k in ("total", "count") if isinstance(v := call.result.get(k), int)), None)
    for path, rows in call.result.items():
        if not isinstance(rows, list) or not rows:
            continue
        found = _listed_by(other)(call.result)[path]
        fitting = sum(all(_fulfils(row, call, other, (tool, n, v)) for n, v in values.items()) for row in found)
        whole = total == len(rows) if total is not None else not _may_go_on(call, other, rows)
        if (whole and fitting == item.value) or (total == item.value and fitting == len(found)):
            return True
    return False


def _may_go_on(call: Executed, tool: Tool, rows: Sequence[Json]) -> bool:
    """A list as long as its limit may have been cut."""
    properties = tool.parameters.get("properties", {})
    limits = [
        call.call.arguments.get(n, properties.get(n, {}).get("default"))
        for n, s in tool.inputs.items()
        if s.use == "limit"
    ]
    return any(isinstance(limit, int) and len(rows) >= limit for limit in limits)


def _asks_for(call: Executed, wanted: Mapping[str, Json], tool: Tool, exactly: bool) -> bool:
    """Whether a call of the same tool asks for the same: values alike, pages aside; `exactly`: and no other filter."""
    left, right = normal_arguments(wanted, tool), normal_arguments(call.call.arguments, tool)
    names = [n for n in dict.fromkeys((*left, *right)) if not _is_paging(n, tool)]
    return all(_alike(left[n], right[n]) if n in left and n in right else not exactly and n not in left for n in names)


def _is_paging(name: str, tool: Tool) -> bool:
    slot = tool.inputs.get(name)
    return (slot is not None and slot.use in _PAGING) or name.lower() in _PAGING | _ORDERING


def _holds(result: Json, item: Disclosure) -> bool:
    """The value stands somewhere in a result; of a count, as a figure of it or the length of its list."""
    if item.slot == ":count" and isinstance(result, dict):
        lists = [v for v in result.values() if isinstance(v, list)]
        if any(len(v) == item.value for v in lists):
            return True
    values = [v for _, v in leaves(result)]
    return any(_alike(v, item.value) for v in values) or _is_joined(item.value, values)


def _has_value(own: _Fields, item: Disclosure) -> bool:
    """The row itself has the value, in its column; a name may be shown in parts."""
    if any(slot == item.slot and _alike(v, item.value) for (_, slot), v in own.items()):
        return True
    if any(slot for _, slot in own) and item.slot:
        return item.slot.endswith(".@name") and _is_joined(item.value, list(own.values()))
    field = item.slot.rpartition(".")[2]
    return any(_alike(v, item.value) and (not field or name == field) for (name, _), v in own.items())


def _is_joined(value: Json, values: Sequence[Json]) -> bool:
    words = value.split() if isinstance(value, str) else []
    texts = {v for v in values if isinstance(v, str)}
    return len(words) > 1 and all(any(w in t.split() for t in texts) for w in words)


def _rows(result: Json, tool: Tool) -> list[tuple[_Fields, _Fields]]:
    """Every row of a result: its values together with those it stands under, and its own alone."""
    return _rows_of(tool)(result)


def _taken_apart(result: Json, tool: Tool) -> Iterator[tuple[_Fields, _Fields]]:
    def walk(value: Json, path: str, above: _Fields) -> Iterator[tuple[_Fields, _Fields]]:
        if isinstance(value, list):
            for part in value:
                yield from walk(part, f"{path}[]", above)
        elif isinstance(value, dict):
            own: _Fields = {}
            for name, part in value.items():
                if not isinstance(part, dict | list):
                    own[(name, _slot_key(tool.outputs.get(f"{path}.{name}" if path else name)))] = part
            together = {**above, **own}
            yield together, own
            for name, part in value.items():
                yield from walk(part, f"{path}.{name}" if path else name, together)

    yield from walk(result, "", {})


_rows_of: Kept[Tool, Kept[Json, list[tuple[_Fields, _Fields]]]] = Kept(
    lambda tool: Kept(lambda result: list(_taken_apart(result, tool)), 256), 256
)
_listed_by: Kept[Tool, Kept[dict[str, Json], dict[str, list[_Fields]]]] = Kept(
    lambda tool: Kept(
        lambda result: {
            path: [row for row, _ in _taken_apart({path: rows}, tool)][1:]
            for path, rows in result.items()
            if isinstance(rows, list)
        },
        256,
    ),
    256,
)
"""What is listed under each field of a result, apart from what stands around the list."""


def _slot_key(slot: Slot | None) -> str:
    if slot is None or not slot.column or (slot.use and slot.use != "name"):
        return ""
    return f"{slot.table}.@name" if slot.use == "name" else f"{slot.table}.{slot.column}"


def _fulfils(row: _Fields, call: Executed, other: Tool, asked: tuple[Tool, str, Json]) -> bool:
    """Whether a row is one the argument asks for, by what it shows or by what its call was asked."""
    tool, name, value = asked
    slot = tool.inputs.get(name)
    if name not in other.inputs and name.lower() not in _ANYTHING:  # nothing is known of it but what it is called
        shown = [v for (field, key), v in row.items() if field == name and not key]
        given = [call.call.arguments[name]] if name in call.call.arguments else []
        if any(_alike(v, value) for v in (*shown, *given)):
            return True
    if slot is None or not slot.column:
        return False
    key = f"{slot.table}.{slot.column}"
    if any(_is_in(v, value, slot.use) for (_, s), v in row.items() if s == key):
        return True
    return any(
        _alike(call.call.arguments.get(n), value)
        for n, s in other.inputs.items()
        if (s.table, s.column) == (slot.table, slot.column) and _use(s) == _use(slot)
    )


def _use(slot: Slot) -> str:
    return "equals" if slot.use == "key" else slot.use


def _is_in(shown: Json, value: Json, use: str) -> bool:
    if use in ("from", "to"):
        low, high = (value, shown) if use == "from" else (shown, value)
        if isinstance(low, str) and isinstance(high, str):
            return low[: len(high)] <= high if use == "from" else low <= high or low.startswith(high)
        plain = not isinstance(low, bool) and not isinstance(high, bool)
        return plain and isinstance(low, int | float) and isinstance(high, int | float) and low <= high
    if use == "match" and isinstance(shown, str) and isinstance(value, str):
        return value.strip().strip("%*").casefold() in shown.casefold()
    return _alike(shown, value)


def _alike(one: Json, other: Json) -> bool:
    """Equal but for writing: 99 and "99.0", "Open" and "open", a day and its midnight."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one == other:
        return one is not None
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if not (isinstance(one, int | float | str) and isinstance(other, int | float | str)):
        return False
    return _plain(one) == _plain(other)


def _plain(value: float | str) -> float | str | tuple[int, int, int]:
    if not isinstance(value, str):
        return float(value)
    text = " ".join(value.split()).casefold()
    if parse_day(text) is not None and (len(text) == 10 or text[10:].strip("tz 0:.+") == ""):
        return text[:10]
    try:
        return float(text) if text[:1].isdigit() and not (text[0] == "0" and text[1:2].isdigit()) else text
    except ValueError:
        return text
