"""The roles of `ScenarioBrain` that write and judge, as far as that needs no intelligence.

Tasks are handed out in the form a model writes them in: what it wants told becomes paths into what the plan really returned, so the
plan is run here first. Tools are those of the environment, one for each question, and the questions are what those tools do.
"""

import re

from msgspec import Struct

from duologue.environment import open_session
from duologue.environment.session import SqliteSession
from duologue.language.reading import read
from duologue.language.values import tells
from duologue.plans.placeholders import leaves, resolve
from duologue.tasks.written.ground import field_slot, slot_key
from duologue.testing.known import Known
from duologue.types import Disclosure, Json, Task, Tool

MOST_TELLS = 8
"""Paths a part of a written task may name."""
MOST_KNOWN = 12
LEAST_TELLING = 4
"""Characters of a value that nobody says by chance."""
FEWEST_QUESTIONS = 20


class Result(Struct, frozen=True):
    """What a step of a plan returned, and by which tool."""

    tool: Tool
    value: Json


def results_of(known: Known) -> list[Result]:
    """What the plan of a scenario's first task returns."""
    shelf = known.shelf
    tools = {t.name: t for t in shelf.environment.toolset.tools}
    session: SqliteSession = open_session(shelf.image, shelf.environment, known.scenario.clock)
    try:
        found: dict[int, Json] = {}
        for number, step in enumerate(known.task.plan, 1):
            outcome = session.execute(step.tool, resolve(step.arguments, found))
            found[number] = outcome.result
        return [Result(tools[s.tool], found[n]) for n, s in enumerate(known.task.plan, 1)]
    finally:
        session.close()


def written_task(task: Task, results: list[Result]) -> dict[str, Json]:
    """A proven task as its author would have written it."""
    return {
        "goal": task.goal,
        "user_role": task.user_role,
        "known": _known(task, results),
        "plan": [{"tool": s.tool, "arguments": s.arguments, "means": s.weight == "structural"} for s in task.plan],
        "subtasks": [
            {"goal": s.goal, "steps": list(s.steps), "tell": _paths(s.tell, results)[:MOST_TELLS]}
            for s in task.subtasks
        ],
        "rubric": [],
    }


def _known(task: Task, results: list[Result]) -> list[dict[str, Json]]:
    """What the person knows, and whatever else the goal says that also comes back: saying it gives nothing away then."""
    facts = {str(f.value): {"what": f.label or "value", "value": f.value} for f in task.known}
    for result in results:
        for _, value in leaves(result.value):
            if len(str(value)) >= LEAST_TELLING and tells(read(task.goal), value):
                facts.setdefault(str(value), {"what": "said in the goal", "value": value})
    return list(facts.values())[:MOST_KNOWN]


def _paths(tells: tuple[Disclosure, ...], results: list[Result]) -> list[str]:
    """Where the values to be told stand; those that stand nowhere as they are (a name put together) are left out."""
    out: list[str] = []
    for tell in tells:
        result = results[tell.step - 1]
        places = _counts(result) if tell.slot == ":count" else _places(tell, result)
        fresh = [f"${tell.step}.{p}" for p in places if f"${tell.step}.{p}" not in out]
        out += fresh[:1]
    return out


def _places(tell: Disclosure, result: Result) -> list[str]:
    """Where a value stands as what it is."""
    found = [p for p, value in leaves(result.value) if value == tell.value]
    return [p for p in found if slot_key(field_slot(result.tool, p)) == tell.slot]


def _counts(result: Result) -> list[str]:
    """The place that says how many there are in all; else the list itself."""
    totals = [p for p, s in result.tool.outputs.items() if s.use == "total" and "[" not in p]
    lists = [name for name, value in result.value.items() if isinstance(value, list)]
    return [*totals, *lists]


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def question_of(tool: Tool) -> str:
    """What somebody asks who needs the tool."""
    return f"I need this, please: {tool.description.rstrip('.').lower()} ({tool.name.replace('_', ' ')})."


def questions_for(tools: tuple[Tool, ...]) -> dict[str, Json]:
    """A question for each tool, some of them twice where there are few tools."""
    asked = [question_of(t) for t in tools]
    again = [f"Once more: {q}" for q in asked]
    return {"questions": (asked + again)[: max(FEWEST_QUESTIONS, len(asked))]}


def tools_for(tools: tuple[Tool, ...], text: str) -> dict[str, Json]:
    """The tools whose questions a text holds, as their author would have written them."""
    return {"tools": [written_tool(t) for t in tools if question_of(t) in text]}


def written_tool(tool: Tool) -> dict[str, Json]:
    """A tool as its author would have written it."""
    required = tool.parameters.get("required", ())
    parameters = [_parameter(n, p, n in required) for n, p in tool.parameters.get("properties", {}).items()]
    run = [
        {
            "kind": s.kind, "sql": s.sql, "into": s.into or None, "shape": s.shape,
            "problem": {"type": s.problem.type, "message": s.problem.message} if s.problem else None,
        }
        for s in tool.run
    ]  # fmt: skip
    return {
        "name": tool.name, "description": tool.description, "effect": tool.effect,
        "parameters": parameters, "run": run, "examples": [],
    }  # fmt: skip


def _parameter(name: str, schema: dict[str, Json], required: bool) -> dict[str, Json]:
    kept: dict[str, Json] = {k: schema[k] for k in ("type", "enum", "default", "minimum", "maximum") if k in schema}
    form: dict[str, Json] = {"format": "date"} if schema.get("format") == "date" else {}
    return {"name": name, "description": schema.get("description", name), "required": required, **kept, **form}


def described(text: str) -> dict[str, Json]:
    """A phrase for every field that is listed under the last heading of a text."""
    listed = text.rpartition("# Fields to describe")[2].splitlines()
    names = [line[2:].partition(" (")[0] for line in listed if line.startswith("- ")]
    return {"fields": [{"name": n, "description": f"{n.replace('_', ' ')}, as it is on record"} for n in names]}


# ── judging and wording ───────────────────────────────────────────────────────────────────────────────────────────────────────

_CLASSES = {"critical": "Critical", "structural": "Structural", "noncritical": "NonCritical"}
_LINE = re.compile(r'^\{"id":"(?P<id>[\d.]+)","declared":"(?P<kind>\w+)"', re.MULTILINE)
_TOLD = re.compile(
    r"^(\d+) (?:user|assistant): (.*?)(?=\n\d+ (?:user|assistant): |\n  keep: |\Z)", re.MULTILINE | re.DOTALL
)
_TURN = re.compile(r'^\{"turn":(\d+)', re.MULTILINE)


def judged(text: str) -> dict[str, Json]:
    """Every line of the rubrics in a text passed, on the evidence of the last turn."""
    case, _, transcript = text.partition("<transcript>")
    turn = int(_TURN.findall(transcript)[-1])
    lines = [
        {
            "id": found["id"],
            "class": _CLASSES[found["kind"]],
            "passed": True,
            "turn": turn,
            "evidence": "It is so by then.",
        }
        for found in _LINE.finditer(case)
    ]
    return {"lines": lines, "user_stayed_user": True, "user_evidence": "The user asks and answers."}


def retold(text: str) -> dict[str, Json]:
    """Every numbered message of a text as it is."""
    return {"turns": [{"n": int(n), "text": said} for n, said in _TOLD.findall(text)]}
