"""What makes several tasks one session: they grow out of one another, are broken off and come back, and not everything can be had.

* `thread`: the rows that the tasks so far ended on; a later task starts from them.
* `detour`: parts that no plan foresees, taken between others: a wish that is refused, a search that brings nothing.
* `interleaved`: an order of the parts in which one task is broken off for another. Tasks are proven one after the other; that order is
  walked once more, and kept only where every part makes the same call, points at the same row and tells the same.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from duologue.environment import open_session
from duologue.ids import rng
from duologue.language.forms import is_special
from duologue.language.weighed import compares
from duologue.plans.gist import answering
from duologue.plans.memory import LATER, Memory
from duologue.tasks.emptiness import emptiness
from duologue.tasks.impossible import impossible, on_condition
from duologue.tasks.pointing import speakable
from duologue.tasks.proposal import Proposal
from duologue.tasks.prove import bound_arguments
from duologue.tasks.rules.taken import ruled
from duologue.tasks.walk import Refused, Taken, Walk
from duologue.types import Mention, Scenario, Subtask, Task

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing
    from duologue.tasks.maker import ScriptedTasks

__all__ = ["RATES", "detour", "interleaved", "thread"]

RATES = {"policy": 0.4, "impossible": 0.18, "empty_result": 0.2, "switch": 0.3}
"""The share of sessions that take such a turn, where there is occasion for it. `policy`: also in the midst of a task, or first of all."""
_AT = 0.5
"""How readily a session that is to take a turn does so after a part."""
_DETOURS: dict[str, Callable[["Drawing"], list[Subtask]]] = {
    "policy": ruled,
    "impossible": impossible,
    "empty_result": emptiness,
}
_THREADS = 3
"""Rows that a later task may start from."""
_ORDERS = 4
"""Orders tried of one scenario."""

Order = tuple[tuple[int, int], ...]


def thread(memory: Memory) -> dict[str, Mention]:
    """The rows talked about last, by table, each as somebody would name it; rows that nobody can name are left out."""
    out: dict[str, Mention] = {}
    for row in memory.recent(LATER):
        table = memory.catalog.table(row.table)
        name = row.values.get("@name")
        namesakes = sum(1 for k in memory.known[row.table].values() if k.values.get("@name") == name)
        if name is not None and name in memory.told.get(row.table, ()) and namesakes == 1:
            out[row.table] = Mention(row.table, by={"@name": name})
        elif len(table.key) == 1 and not table.display and speakable(table):
            number = next((n for n in memory.told.get(f"{row.table}#", ()) if str(n) == row.key[0]), None)
            if number is not None:
                out[row.table] = Mention(row.table, by={table.key[0]: number})
        if len(out) == _THREADS:
            break
    return out


def detour(drawing: "Drawing", after: Subtask) -> list[Subtask]:
    """Parts that come in between, `after` one; mostly none."""
    out = on_condition(drawing, Proposal(after.need)) if after.refused and after.need is not None else []
    for name, take in _DETOURS.items():
        if name not in drawing.planned or drawing.turns[name] or drawing.dice.random() >= _AT:
            continue
        found = take(drawing)
        if found:
            drawing.turns[name] += name != "policy"  # which counts its own
            out += found
            break
    return out


# ── broken off and taken up again ────────────────────────────────────────────────────────────────────────────────────────


def interleaved(maker: "ScriptedTasks", scenario: Scenario) -> Order:
    """An order of the parts in which a task is broken off for the next one and then taken up again; empty where none is drawn, or
    none of those drawn holds."""
    dice = rng(scenario.seed, "order")
    if scenario.mode != "user" or len(scenario.tasks) < 2 or dice.random() >= maker.rates["switch"]:
        return ()
    drawn = list(_orders(scenario.tasks))
    for order in dice.sample(drawn, min(_ORDERS, len(drawn))):
        if _holds(maker, scenario, order):
            return order
    return ()


def _orders(tasks: tuple[Task, ...]) -> Iterator[Order]:
    """Every way to break a task off for the whole of the next one, or for its first parts."""
    for n in range(len(tasks) - 1):
        one, other = tasks[n], tasks[n + 1]
        if one.shape or (_writes_rows(one) and _writes_rows(other)):
            continue
        before = [(t, p) for t in range(n) for p in range(len(tasks[t].subtasks))]
        after = [(t, p) for t in range(n + 2, len(tasks)) for p in range(len(tasks[t].subtasks))]
        for at in range(1, len(one.subtasks)):
            if not _stands_alone(one.subtasks[at]) or _grows_on(one.subtasks[at - 1], one.subtasks[at]):
                continue
            first, rest = [(n, p) for p in range(at)], [(n, p) for p in range(at, len(one.subtasks))]
            whole = [(n + 1, p) for p in range(len(other.subtasks))]
            yield (*before, *first, *whole, *rest, *after)
            for cut in range(1, len(other.subtasks)) if not other.shape else ():
                if _stands_alone(other.subtasks[cut]):
                    yield (*before, *first, *whole[:cut], *rest, *whole[cut:], *after)


def _writes_rows(task: Task) -> bool:
    return bool(task.target)


def _stands_alone(part: Subtask) -> bool:
    """It names its rows, so that it is clear after something else."""
    return part.need is not None and all(m.by and m.pick is None for m in part.need.mentions)


def _grows_on(part: Subtask, following: Subtask) -> bool:
    """It takes up what was offered where the one before led nowhere, so nothing comes between them."""
    return not part.tell and part.need is not None and following.need is not None


def _holds(maker: "ScriptedTasks", scenario: Scenario, order: Order) -> bool:
    """In this order too every part makes the same call and tells the same."""
    session = open_session(maker.image, maker.environment, scenario.clock)
    try:
        walk = Walk(maker.catalog, maker.index, session, maker.recall)
        return all(_is_same(walk, maker, scenario.tasks[t], scenario.tasks[t].subtasks[p]) for t, p in order)
    finally:
        session.close()


def _is_same(walk: Walk, maker: "ScriptedTasks", task: Task, part: Subtask) -> bool:
    need = part.need
    tool = maker.index.serving(need.meaning) if need is not None else None
    if need is None or tool is None or is_special(need) or need.against is not None:
        return False
    walk.begin_task()
    walk.known.extend(task.known)
    told = [(d.slot, d.value) for d in part.tell]
    try:
        if compares(need):
            rows = walk.look_at(tool, need)
            return [(d.slot, d.value) for d in walk.weigh(need, part.goal, rows, 0).tell] == told
        listings, _ = walk.take(tool, need)
    except Refused:
        walk.accept(need, part.goal, None, 0)
        return bool(part.refused)
    except Taken:
        return False
    listing = answering(need, listings)
    if part.refused or not part.steps:
        return False  # what was refused in its place goes through in this one
    step = task.plan[part.steps[-1] - 1]
    if tool.effect == "read" and not part.tell and listing is not None and listing.rows:
        return False  # in this order a search that was to bring nothing brings something
    if listing is None or step.tool != tool.name or walk.called != bound_arguments(step):
        return False
    return [(d.slot, d.value) for d in walk.accept(need, part.goal, listing, 0).tell] == told
