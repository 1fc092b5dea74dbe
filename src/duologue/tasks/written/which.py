"""Which of several: a plan that takes one entry of a list must have been told which.

`$2.rows[0]` is the first entry because of how a tool orders its rows. That is what the goal asks for where it asks for the first, the
latest, the most; where something said tells the entry from the others; and where a condition picks it. Else it is an accident.
Also an accident is the first place of a ranking that two share.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from duologue.ids import to_json
from duologue.language.reading import MONTHS, has_phrase, parse_day
from duologue.language.values import is_blank, tells
from duologue.plans.placeholders import leaves, parse, references, value_at
from duologue.tasks.written.form import Doubt, WrittenTask
from duologue.tasks.written.given import Words, plain_values
from duologue.tasks.written.ground import Trial
from duologue.types import Json, PlanStep, Tool

_PLACE = re.compile(r"([^\[\]]+)\[(\d+)\]\.?(.*)\Z")
_ORDERED = re.compile(
    r"(?i)\b(first|last|second|third|next|most|least|top|bottom|best|worst|latest|newest|oldest|(?!\w*(?:requ|inter|for|gu|inv|harv)est)\w{3,}est|maximum|minimum|"
    r"lead\w*|rank\w*|any|either|one of|some)\b"
)
_LACKS = re.compile(r"(?i)\b(without|missing|no|not|never|lacks?|lacking)\b")
_BOUND = re.compile(
    r"(?i)\b(?:at least|at most|more than|less than|fewer than|greater than|under|over|above|below|up to|before|after|between)"
    r"\W{1,3}(\d[\d.,:-]*)"
)
_COMPUTED = frozenset({"count", "sum", "avg", "min", "max", "share"})


class Pick(Struct, frozen=True):
    """An entry of a list that a plan takes a field of."""

    step: int
    rows: str
    index: int
    field: str


def picks(written: WrittenTask) -> list[Pick]:
    """Every entry that the plan or what is told takes, once each."""
    paths = [p for part in written.subtasks for p in part.tell]
    paths += [v for step in written.plan for a in step.arguments.values() for v in plain_values(a)]
    return list(dict.fromkeys(p for path in paths for p in _pick(path)))


def arbitrary(written: WrittenTask, trial: Trial, said: Words) -> list[Doubt]:
    """Entries that are taken from among others though nothing says which. `said`: what the user can say."""
    taken: dict[tuple[int, str], set[int]] = {}
    for pick in picks(written):
        taken.setdefault((pick.step, pick.rows), set()).add(pick.index)
    whole = {p.partition("[]")[0] for part in written.subtasks for p in part.tell if "[]" in p}
    parts = {n: p.goal for p in written.subtasks for n in p.steps}
    out = []
    for (number, path), indices in sorted(taken.items()):
        rows = _rows(trial, number, path)
        if len(rows) <= len(indices) or f"${number}.{path}" in whole:
            continue
        text = f"{written.goal} {parts.get(number, '')}"
        if _ORDERED.search(text) or _conditional(text, written):
            continue
        earlier = {_folded(v) for result in trial.results[: number - 1] for _, v in leaves(result)}
        lost = [i for i in sorted(indices) if i < len(rows) and not _told_apart(rows, i, said, earlier, text)]
        if lost:
            out.append(
                Doubt(
                    "which one",
                    f"${number}.{path} has {len(rows)} entries and the plan takes [{lost[0]}]: nothing that is said tells which. "
                    "Say in the goal what tells it apart or that it is the first by some order, or tell all of them",
                )
            )
    return out


def ties(written: WrittenTask, plan: Sequence[PlanStep], trial: Trial, tools: dict[str, Tool]) -> list[Doubt]:
    """Places in a ranking that another entry shares, taken as if they were one's own. `trial` looks one place further than the plan."""
    every = picks(written)
    taken = {(p.step, p.rows, p.index) for p in every}
    for pick in every:
        rows = _rows(trial, pick.step, pick.rows)
        if not 0 < pick.step <= len(plan) or pick.index >= len(rows):
            continue
        figures = _ranked_by(tools[plan[pick.step - 1].tool], pick.rows, rows)
        if not figures or not pick.field or pick.field in figures:
            continue
        mine = {f: rows[pick.index][f] for f in figures}
        for other in (pick.index - 1, pick.index + 1):
            free = 0 <= other < len(rows) and (pick.step, pick.rows, other) not in taken
            if free and mine == {f: rows[other][f] for f in figures}:
                return [
                    Doubt(
                        "tie",
                        f"${pick.step}.{pick.rows}[{pick.index}] and [{other}] both have {to_json(mine)}: which comes first is an "
                        "accident. Tell both, or ask for something that only one has",
                    )
                ]
    return []


def further(plan: Sequence[PlanStep], tools: dict[str, Tool]) -> tuple[PlanStep, ...]:
    """The plan, with every ranking one entry longer, as far as its tool allows: where places end in a tie shows only there."""
    return tuple(_longer(step, tools[step.tool]) for step in plan)


def _longer(step: PlanStep, tool: Tool) -> PlanStep:
    name = next((n for n, s in tool.inputs.items() if s.use == "limit"), "")
    if not name or not any(s.use in _COMPUTED for s in tool.outputs.values()):
        return step
    schema = tool.parameters.get("properties", {}).get(name, {})
    size = step.arguments.get(name, schema.get("default"))
    if not isinstance(size, int) or isinstance(size, bool) or size >= schema.get("maximum", size + 1):
        return step
    return PlanStep(step.tool, {**step.arguments, name: size + 1}, step.after, step.weight)


def _pick(path: Json) -> Iterator[Pick]:
    found = parse(path) if isinstance(path, str) else None
    place = _PLACE.match(found[1]) if found is not None else None
    if found is not None and place is not None:
        yield Pick(found[0], place[1], int(place[2]), place[3])


def _rows(trial: Trial, number: int, path: str) -> list[dict[str, Json]]:
    if not 0 < number <= len(trial.results):
        return []
    try:
        rows = value_at(trial.results[number - 1], path)
    except LookupError:
        return []
    return rows if isinstance(rows, list) and all(isinstance(r, dict) for r in rows) else []


def _ranked_by(tool: Tool, path: str, rows: Sequence[dict[str, Json]]) -> list[str]:
    """The computed fields that a tool's rows are in order of: one of them is what they are ranked by."""
    prefix = f"{path}[]."
    computed = [p.removeprefix(prefix) for p, s in tool.outputs.items() if p.startswith(prefix) and s.use in _COMPUTED]
    return [f for f in computed if _in_order([r.get(f) for r in rows])]


def _in_order(values: Sequence[Json]) -> bool:
    numbers = [v for v in values if isinstance(v, int | float)]
    return len(numbers) == len(values) and numbers in (sorted(numbers), sorted(numbers, reverse=True))


def _told_apart(rows: list[dict[str, Json]], index: int, said: Words, earlier: set[str], text: str) -> bool:
    """Whether what is said, or what an earlier call returned, holds for this entry and for no other."""
    lacks = bool(_LACKS.search(text))

    def marks(row: dict[str, Json]) -> set[tuple[str, str]]:
        out = set()
        for path, value in leaves(row):
            if is_blank(value) or value == 0:  # nothing, none or no
                out |= {(path, "")} if lacks else set()
            elif isinstance(value, bool):
                continue
            elif _says(said, value) or _folded(value) in earlier:
                out.add((path, _folded(value)))
        return out

    mine = marks(rows[index])
    return all(not mine <= marks(row) for i, row in enumerate(rows) if i != index)


def _says(said: Words, value: Json) -> bool:
    """Whether a text holds a value, or the month of a date. Stricter than what may be given to a call: "that day" is no date."""
    if tells(said.reading, value):
        return True
    if not isinstance(value, str):
        return False
    day = parse_day(value) if value[:4].isdigit() else None
    month = day is not None and day[1] > 0 and has_phrase(said.reading.folded, MONTHS[day[1] - 1])
    return month or (len(value) > 2 and value.casefold() in said.text)


def _conditional(text: str, written: WrittenTask) -> bool:
    """Whether a bound is said that no call is given: then it is for the reader of a list to hold it against its entries."""
    given = {str(v) for s in written.plan for a in s.arguments.values() if not references(a) for v in plain_values(a)}
    return any(bound.strip(".,") not in given for bound in _BOUND.findall(text))


def _folded(value: Json) -> str:
    return str(value).strip().casefold()
