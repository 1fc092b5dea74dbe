"""New tools that no new goal needs, and why rules find none for them, as far as that can be told without a conversation.

A goal that is drawn by rules asks for what a tool does in a row's terms: a row that can be named, and a value that somebody would give. Where a
tool says nothing of what it means, or what it is to be given can't be made up, it is never asked for, and whoever named it is told so.
"""

from duologue.ids import rng
from duologue.plans.memory import Memory
from duologue.store import Store
from duologue.tasks.clock import scenario_clock
from duologue.tasks.drawing import WEIGHTS
from duologue.tasks.edits import Edits
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.needs import Proposer
from duologue.types import Tool

__all__ = ["needed", "why"]

_NEEDED = """SELECT DISTINCT json_extract(step.value, '$.tool')
    FROM dialogues, json_each(CAST(body AS TEXT), '$.scenario.tasks') AS task, json_each(task.value, '$.plan') AS step
    WHERE task.key >= json_extract(CAST(body AS TEXT), '$.continued.task')"""
"""Read as JSON by the store itself: a run may hold more than should be decoded for this."""
TRIES = 60
"""Wishes for a tool that are thought of before it is said that there is none."""


def needed(store: Store) -> frozenset[str]:
    """The tools that the new goals of a run of continuations need, by name."""
    return frozenset(name for (name,) in store.db.execute(_NEEDED))


def why(maker: ScriptedTasks, tool: Tool) -> str:
    """Why no goal needs a tool."""
    if tool.meaning is None:
        return "it doesn't say what it means (`meaning`)"
    if tool.meaning.family not in WEIGHTS:
        return f"rules ask for nothing of the family {tool.meaning.family!r}"
    proposer = Proposer(
        maker.catalog, maker.index, maker.anchors, Edits(maker.anchors, scenario_clock(maker.catalog, 0).start)
    )
    memory, dice = Memory(maker.catalog, maker.index), rng(0, "unused", tool.name)
    if any(proposer.propose(tool, memory, dice) is not None for _ in range(TRIES)):
        return "none that was drawn from where the conversations stand could be proven"
    if all(proposer.about(tool, memory, dice) is None for _ in range(TRIES)):
        return "there is no row that a user could name for it"
    given = _by_column(proposer, tool)
    return f"rules can't make up a value to give for it{f' ({given})' if given else ''}"


def _by_column(proposer: Proposer, tool: Tool) -> str:
    """What it must be given, as the database has it, with what the values are taken for."""
    slots = (tool.inputs[n] for n in tool.parameters.get("required", ()) if n in tool.inputs)
    columns = (proposer.column(s) for s in slots if s.use == "value")
    return ", ".join(f"{c.table}.{c.name}: {c.role}" for c in columns if c is not None)
