"""What the author of tasks is shown: once for the environment (schema, tools, policy), then for each item its corner.

The first part is the same for every item, so it stands first and a server can keep it. Tables that no tool can reach are not shown:
nothing could be done with them.
"""

from collections.abc import Sequence

from msgspec import Struct

from duologue.catalog.model import Catalog, Table
from duologue.plans.outlines import outline, parameter_lines
from duologue.plans.shortened import one_line, shortened
from duologue.tasks.written.excerpts import Excerpt
from duologue.tasks.written.focus import Corner, Focus
from duologue.tasks.written.reach import Reach
from duologue.types import ClockSpec, Environment, Json, PlanStep, Task, Tool

TABLES, COLUMNS, EXAMPLES = 40, 30, 4
RESULT = 900
"""Characters of a result that is shown."""
RETURNS = 1500
NEEDED = {
    "easy": "easy: one or two subtasks; no step uses another step's result",
    "medium": "medium: two to four subtasks; at least one step uses the result of an earlier step of this plan",
    "hard": "hard: five or six subtasks; steps that build on one another",
}


class Shown(Struct, frozen=True):
    """What the prompt is filled with."""

    tables: tuple[str, ...]
    tools: tuple[str, ...]
    policy: tuple[str, ...]


def shown(catalog: Catalog, environment: Environment, reach: Reach) -> Shown:
    """An environment as its author of tasks sees it."""
    tools = environment.toolset.tools
    seen = {t for tool in tools for t in (*tool.reads, *tool.writes)}
    tables = [t for t in catalog.tables if t.name in seen or not seen][:TABLES]
    policy = environment.policy
    return Shown(
        tables=tuple(_table(t, catalog, reach) for t in tables),
        tools=tuple(map(_tool, tools)),
        policy=tuple(filter(None, (policy.preamble, *(f"- {r.text}" for r in policy.rules)))),
    )


def _table(table: Table, catalog: Catalog, reach: Reach) -> str:
    called = f" ({table.label})" if table.label and table.label != table.name else ""
    head = f"{table.name}{called}, {table.rows} rows{_found(table, reach)}"
    links = {k.columns[0]: k for k in catalog.links if k.table == table.name and len(k.columns) == 1}
    lines = []
    for column in table.columns[:COLUMNS]:
        notes = [column.label] if column.label and column.label != column.name else []
        notes += [column.role] if column.role != "other" else []
        notes += [f"refers to {links[column.name].to}"] if column.name in links else []
        notes += [column.unit] if column.unit else []
        if column.closed:
            notes.append("one of " + ", ".join(map(one_line, column.values)))
        elif column.role in ("category", "status", "flag"):
            notes.append("such as " + ", ".join(map(one_line, column.values[:EXAMPLES])))
        lines.append(f"  {column.name}: {', '.join(notes) or column.type}")
    return "\n".join((head, *lines))


def _found(table: Table, reach: Reach) -> str:
    """What people can say to find a row; nothing where that can't be told for certain."""
    ways = reach.ways.get(table.name)
    if ways:
        return f", found by {', '.join(ways)}"
    return "" if table.name in reach.vague else ", not found by anything people say: comes up in results at most"


def _tool(tool: Tool) -> str:
    lines = [f"  {line}" for line in parameter_lines(tool)] or ["  no parameters"]
    returns = outline(tool.returns)
    gives = returns if len(returns) <= RETURNS else returns[:RETURNS] + "…"
    return "\n".join((f"{tool.name} [{tool.effect}] {tool.description}", *lines, f"  returns {gives}"))


def first_request(focus: Focus, clock: ClockSpec) -> str:
    """The request for an item's first task."""
    corner = focus.corners[0]
    return "\n".join(
        (
            f"Reference time: {clock.start} (UTC)",
            f"Person: {focus.person}; {focus.manner}",
            f"Occasion: {focus.occasion}",
            *_ground(corner),
            *_wanted(corner),
            "Write the task.",
        )
    )


def onward_request(focus: Focus, clock: ClockSpec, plan: Sequence[PlanStep], results: Sequence[Json]) -> str:
    """The request for the first further task of a conversation that is there; its latest calls, as a plan, with what they returned."""
    lines = (
        f"Person: {focus.person}; {focus.manner}",
        "It grows out of what was returned: the person goes on from there.",
        *_wanted(focus.corners[0]),
    )
    return _under_way(clock, plan, results, lines)


def goal_request(goal: str, clock: ClockSpec, plan: Sequence[PlanStep], results: Sequence[Json]) -> str:
    """The request for the task behind a goal that was given in words."""
    lines = (
        "They want exactly this, and nothing else. Write the task that it is, of whatever difficulty; keep every name, number and date:",
        one_line(goal),
    )
    return _under_way(clock, plan, results, lines)


def _under_way(clock: ClockSpec, plan: Sequence[PlanStep], results: Sequence[Json], lines: Sequence[str]) -> str:
    called = returned(plan, results) or ["nothing: no call was made"]
    return "\n".join(
        (
            f"Reference time: {clock.start} (UTC)",
            "A conversation is under way. Its latest calls returned:",
            *called,
            "The changes they made stay. The same person has one more task in the same conversation.",
            *lines,
            "Write the task. Its steps are numbered from 1.",
        )
    )


def next_request(corner: Corner, task: Task, results: Sequence[Json]) -> str:
    """The request for a further task, after the one that was accepted."""
    way = (
        ("It grows out of what was returned: the person goes on from there.",)
        if corner.grows
        else ("It is about something else in the same business; it doesn't need what was returned.", *_ground(corner))
    )
    return "\n".join(
        (
            "That task was run and accepted. Its calls returned:",
            *returned(task.plan, results),
            "The changes they made stay. The same person has one more task in the same conversation.",
            *way,
            *_wanted(corner),
            "Write the next task. Its steps are numbered from 1 again.",
        )
    )


def _ground(corner: Corner) -> list[str]:
    """Tools to build on, and rows."""
    rows = [_rows(e) for e in corner.excerpts if e.rows]
    return [
        f"Tools to build on: {', '.join(corner.tools)}",
        "Rows you can see (there are others):" if rows else "Rows you can see: none",
        *rows,
    ]


def _rows(excerpt: Excerpt) -> str:
    return f"{excerpt.table}{' (not all fields)' if excerpt.partly else ''}: {one_line(list(excerpt.rows))}"


def _wanted(corner: Corner) -> list[str]:
    change = "yes, one that the person has a reason for" if corner.write else "no"
    out = [f"Difficulty: {NEEDED[corner.difficulty]}", f"Something is to be changed: {change}"]
    return [*out, f"Unclear at first: {corner.unclear}"] if corner.unclear else out


def returned(plan: Sequence[PlanStep], results: Sequence[Json], characters: int = RESULT) -> list[str]:
    """Results by step, shortened."""
    return [
        f"${n} = {step.tool}: {shortened(result, characters)}"
        for n, (step, result) in enumerate(zip(plan, results, strict=False), 1)
    ]
