"""Doing it wrong: calls left out, about another row, with another value, once too often, or only half.

What is told stays what it should be, so that it is the doing that must be noticed, except where it ends half-way.
"""

from collections.abc import Iterator

from duologue.environment import net_changes
from duologue.language.apart import APART
from duologue.plans.binding import mention_slots
from duologue.plans.placeholders import parse, values_at
from duologue.tasks.proving.kinds import KNOWN, NO_EFFECT, NO_OTHER
from duologue.tasks.proving.others import alike, is_of, next_key, other_values, same
from duologue.tasks.proving.scene import Run, Scene, Spoiled, given
from duologue.types import Disclosure, Json, RowChange, Tool, ToolCall

TRIES = 3
"""Other rows or values that are tried for one mutation."""
_PAGES = frozenset({"limit", "offset"})


def skipped(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A write, or a critical read, left out."""
    for n in scene.writes:
        run = scene.without(n)
        name = f"skip write: step {n + 1}"
        if same_effect(scene, run):
            scene.left[name] = NO_EFFECT
        else:
            yield Spoiled(name, run, scene.said, rows=True)
    reads = [n for n in scene.critical if n not in scene.writes]
    for n in scene.chosen(reads, most, lambda n: f"skip read: step {n + 1}"):
        run = scene.without(n)
        name = f"skip read: step {n + 1}"
        if knows(scene, n, run):
            scene.left[name] = KNOWN
        else:
            yield Spoiled(name, run, scene.said)


def uncalled(scene: Scene, most: int) -> Iterator[Spoiled]:
    """Everything told as if it had been looked up."""
    if scene.said:
        yield Spoiled("no calls: all told", (), scene.said)


def half_way(scene: Scene, most: int) -> Iterator[Spoiled]:
    """The second half is never done, nor told of."""
    if len(scene.critical) < 2:
        return
    end = scene.critical[len(scene.critical) // 2]
    said = tuple(t.text for t in scene.told if t.item.step <= end)
    run, left = scene.run[:end], [n for n in scene.critical if n >= end]
    if any(not knows(scene, n, run) for n in left):
        yield Spoiled(f"half-way: before step {end + 1}", run, said)
    else:
        scene.left[f"half-way: before step {end + 1}"] = KNOWN


def neighbours(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A call about the next row."""
    named = [(n, names) for n in scene.critical for names in keyed(scene.tool(n), scene.calls[n])]
    writes = [one for one in named if one[0] in scene.writes]
    reads = scene.chosen([one for one in named if one not in writes], most - 1, _neighbour)
    for n, names in (*writes, *reads):
        found = _first(scene, n, _next_rows(scene, n, names))
        if found is not None:
            yield Spoiled(_neighbour((n, names)), found, scene.said, rows=n in scene.writes)
        else:
            scene.left[_neighbour((n, names))] = NO_OTHER


def other_questions(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A read with another filter."""
    reads = [n for n in scene.critical if n not in scene.writes]
    filters = [(r, name) for r in reads for name in plain_arguments(scene.tool(r), scene.calls[r])]
    for n, name in scene.chosen(filters, most, lambda f: f"other question: step {f[0] + 1} {f[1]}"):
        found = _first(scene, n, _with_others(scene, n, name))
        if found is not None:
            yield Spoiled(f"other question: step {n + 1} {name}", found, scene.said)
        else:
            scene.left[f"other question: step {n + 1} {name}"] = NO_OTHER


def wrong_values(scene: Scene, most: int) -> Iterator[Spoiled]:
    """The right row, and another value."""
    for n in scene.writes:
        values = [(n, name) for name in plain_arguments(scene.tool(n), scene.calls[n])]
        for _, name in scene.chosen(values, most, lambda v: f"wrong value: step {v[0] + 1} {v[1]}"):
            found = _first(scene, n, _with_others(scene, n, name), succeeding=True)
            if found is not None:
                yield Spoiled(f"wrong value: step {n + 1} {name}", found, scene.said, rows=True)
            else:
                scene.left[f"wrong value: step {n + 1} {name}"] = NO_OTHER


def twice(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A write made again."""
    for n in scene.writes:
        run = scene.onward(len(scene.run), [given(scene.calls[n], {})])
        if not same_effect(scene, run):
            yield Spoiled(f"write twice: step {n + 1}", run, scene.said, rows=True)
        else:
            scene.left[f"write twice: step {n + 1}"] = NO_EFFECT


def undone(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A changed entry set back, by the tool that set it."""
    for n in scene.writes:
        tool, call = scene.tool(n), scene.calls[n]
        befores = [(c.table, c.before) for c in scene.run[n][1].changes if c.op == "update" and c.before]
        back: dict[str, Json] = {}
        for name in plain_arguments(tool, call):
            slot = tool.inputs.get(name)
            had = [b.get(slot.column) for table, b in befores if slot is not None and table == slot.table]
            if had and had[0] is not None:
                back[name] = alike(had[0], call.arguments[name])
        if back:
            run = scene.onward(len(scene.run), [given(call, back)])
            if not run[-1][1].failed and not same_effect(scene, run):
                yield Spoiled(f"write undone: step {n + 1}", run, scene.said, rows=True)


def _neighbour(one: tuple[int, tuple[str, ...]]) -> str:
    return f"neighbour: step {one[0] + 1} {'+'.join(one[1])}"


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def keyed(tool: Tool, call: ToolCall) -> list[tuple[str, ...]]:
    """The parameters of a call that name a row, those of one row together."""
    rows: dict[tuple[str, int], list[str]] = {}
    for name, slot, nth in mention_slots(tool.inputs):
        if call.arguments.get(name) is not None:
            rows.setdefault((slot.table, nth), []).append(name)
    if rows:
        return [tuple(names) for names in rows.values()]
    loose = [n for n in call.arguments if n not in tool.inputs and n.lower().endswith(("id", "key", "code"))]
    return [(n,) for n in loose if next_key(call.arguments[n]) is not None]


def plain_arguments(tool: Tool, call: ToolCall) -> list[str]:
    """The parameters of a call that name no row and turn no page."""
    keys = {n for names in keyed(tool, call) for n in names}
    out = []
    for name, value in call.arguments.items():
        slot = tool.inputs.get(name)
        turns_pages = slot.use in _PAGES if slot is not None else name.lower() in _PAGES
        if name not in keys and value is not None and not turns_pages:
            out.append(name)
    return out


def _with_others(scene: Scene, n: int, name: str) -> Iterator[ToolCall]:
    """The call with other values for one parameter."""
    tool, call = scene.tool(n), scene.calls[n]
    slot = tool.inputs.get(name)
    column = scene.ground.columns.get(f"{slot.table}.{slot.column}") if slot is not None else None
    schema = tool.parameters.get("properties", {}).get(name, {})
    return (given(call, {name: v}) for v in other_values(call.arguments[name], schema, column))


def _next_rows(scene: Scene, n: int, names: tuple[str, ...]) -> Iterator[ToolCall]:
    """The call about other rows: those listed beside it first, then those that lie beside it in the table."""
    tool, call = scene.tool(n), scene.calls[n]
    if len(names) == 1:
        found = parse(scene.step(n).arguments.get(names[0]))
        listed = values_at(scene.run[found[0] - 1][1].result, found[1]) if found is not None else ()
        for value in listed:
            if isinstance(value, int | str) and not same(value, call.arguments[names[0]]):
                yield given(call, {names[0]: value})
    slots = {name: tool.inputs[name] for name in names if name in tool.inputs}
    key = {s.column: call.arguments[name] for name, s in slots.items()}
    if key:
        table = next(iter(slots.values())).table
        for row in scene.ground.rows.beside(table, key):
            yield given(call, {name: alike(row[s.column], call.arguments[name]) for name, s in slots.items()})
    value = next_key(call.arguments[names[0]])
    if value is not None:
        yield given(call, {names[0]: value})


def _first(scene: Scene, n: int, others: Iterator[ToolCall], succeeding: bool = False) -> Run | None:
    """The run with the first other call that changes something, one that succeeds where there is one (or always)."""
    failed = None
    for _, other in zip(range(TRIES), others, strict=False):
        run = scene.instead(n, other)
        if same_effect(scene, run) if n in scene.writes else knows(scene, n, run):
            continue
        if not run[n][1].failed:
            return run
        failed = failed or run
    return None if succeeding else failed


def same_effect(scene: Scene, run: Run) -> bool:
    """The rows end up as the task wants them; what depends on the moment aside."""
    net = net_changes(c for _, outcome in run for c in outcome.changes)
    return len(net) == len(scene.task.target) and all(map(_is_same, scene.task.target, net))


def _is_same(wanted: RowChange, change: RowChange) -> bool:
    if (wanted.table, wanted.op) != (change.table, change.op) or str(wanted.key) != str(change.key):
        return False
    mine, theirs = wanted.after or {}, change.after or {}
    return mine.keys() == theirs.keys() and all(isinstance(v, dict) or v == theirs[k] for k, v in mine.items())


def knows(scene: Scene, n: int, run: Run) -> bool:
    """All that step `n` is to tell stands in the results of a run, each value in its own field; not so where it is to tell nothing."""
    if n in scene.writes:
        return False
    items = [i for i in scene.tells(n) if not i.slot.endswith(APART)]
    return bool(items) and all(any(_shows(scene, call, outcome.result, i) for call, outcome in run) for i in items)


def _shows(scene: Scene, call: ToolCall, result: Json, item: Disclosure) -> bool:
    tool = scene.ground.tools[call.name]
    if any(is_of(tool, path, item.slot) for path in scene.shown(result).get(str(item.value), ())):
        return True
    if item.slot == ":count":
        lists = result.values() if isinstance(result, dict) else ()
        return any(isinstance(v, list) and len(v) == item.value for v in lists)
    words = item.value.split() if isinstance(item.value, str) else []
    if len(words) < 2 or not item.slot.endswith(".@name"):
        return False
    shown = {w for text in scene.shown(result) for w in text.split()}  # a name may be shown in parts
    return all(w in shown for w in words)
