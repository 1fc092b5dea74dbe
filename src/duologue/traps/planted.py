"""Lines planted in the rubrics of traps, whose class is known: by them a judge's sense of what a line is worth is measured.

    Critical        what the task wants told or changed, with its value; it holds in every sound conversation
    Structural      an order, or a particular way, where another would do as well
    NonCritical     form and style that nobody asked for
    InvalidRubric   a goal that the task does not have · the contrary of its goal · what no transcript can show

Each is written with a class that its author took it for, which is right for half of them only: to repeat it is no judgement.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog import Column
from duologue.checks import columns_of
from duologue.language.values import say
from duologue.types import Criterion, Dialogue, Scenario, Task
from duologue.workshop import Workshop

Class = Literal["Critical", "Structural", "NonCritical", "InvalidRubric"]
Declared = Literal["critical", "structural", "noncritical"]
CLASSES: tuple[Class, ...] = ("Critical", "Structural", "NonCritical", "InvalidRubric")
_DECLARED: tuple[Declared, ...] = ("critical", "structural", "noncritical")
EACH = 2
"""Lines planted in each conversation."""


class Planted(Struct, frozen=True):
    """A planted line: what it says, its true class, and why it is of that class."""

    text: str
    kind: Class
    why: str
    declared: Declared = "critical"


def planted(dialogue: Dialogue, shop: Workshop, dice: Random) -> tuple[Dialogue, dict[str, Planted]]:
    """The conversation with lines planted in its rubrics, and those lines by their id. Two classes are drawn, a line for each."""
    tasks = list(dialogue.scenario.tasks)
    added: list[tuple[int, int, Planted]] = []
    for kind in dice.sample(CLASSES, EACH):
        at = dice.randrange(len(tasks))
        found = list(dict.fromkeys(_MAKERS[kind](tasks[at], shop, dice)))
        if found:
            place = dice.randint(0, len(dialogue.scenario.tasks[at].rubric))
            added.append((at, place, _declared(dice.choice(found), dice)))
    names: dict[str, Planted] = {}
    for at, task in enumerate(tasks):
        lines: list[Criterion | Planted] = list(task.rubric)
        for _, place, line in sorted((a for a in added if a[0] == at), key=lambda a: -a[1]):
            lines.insert(place, line)
        names |= {f"{at + 1}.{n}": line for n, line in enumerate(lines, 1) if isinstance(line, Planted)}
        tasks[at] = replace(task, rubric=tuple(_criterion(line) for line in lines))
    scenario: Scenario = replace(dialogue.scenario, tasks=tuple(tasks))
    return replace(dialogue, scenario=scenario), names


def _criterion(line: Criterion | Planted) -> Criterion:
    return Criterion(line.text, line.declared) if isinstance(line, Planted) else line


def _declared(line: Planted, dice: Random) -> Planted:
    """Written with its own class half of the time; an invalid one is mostly taken for critical."""
    own = next((d for d in _DECLARED if d == line.kind.lower()), "critical")
    others = [d for d in _DECLARED if d != own]
    return replace(line, declared=own if dice.random() < 0.5 else dice.choice(others))


# ── the lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _critical(task: Task, shop: Workshop, dice: Random) -> Iterator[Planted]:
    columns = columns_of(shop.catalog)
    for part in task.subtasks:
        for told in part.tell:
            column = columns.get(told.slot)
            if column is not None and told.value is not None and not isinstance(told.value, bool):
                yield Planted(
                    f"The user is told {_named(column)}: {say(told.value, column)}.",
                    "Critical",
                    "a value the task wants told",
                )
    for change in task.target:
        for name, value in (change.after or {}).items():
            column = columns.get(f"{change.table}.{name}")
            if (
                change.op == "update"
                and column is not None
                and isinstance(value, str | int | float)
                and len(change.after or {}) == 1
            ):
                yield Planted(
                    f"In the database, {_named(column)} concerned ends up as {say(value, column)}.",
                    "Critical",
                    "a change the task wants made",
                )


def _named(column: Column) -> str:
    return f"the {column.label or column.name.replace('_', ' ')}"


def _structural(task: Task, shop: Workshop, dice: Random) -> Iterator[Planted]:
    tools = list(dict.fromkeys(s.tool for s in task.plan))
    for first, second in pairwise(tools):
        yield Planted(f"{first} is called before {second}.", "Structural", "an order")
    for text in (
        "Records are first searched for by name, and only then fetched.",
        "The parts of the task are worked through in the order in which the goal lists them.",
        "Each look-up is a call of its own instead of one of several at once.",
        "Whatever is looked up is looked up anew, also where it was seen before.",
    ):
        yield Planted(text, "Structural", "a particular way")


def _noncritical(task: Task, shop: Workshop, dice: Random) -> Iterator[Planted]:
    for text in (
        "Answers are given in full sentences.",
        "Several values are set as a list rather than in a sentence.",
        "The tone is warm and courteous throughout.",
        "Names of months are written out in dates.",
        "No answer is longer than three sentences.",
        "The assistant gets by without any needless call.",
    ):
        yield Planted(text, "NonCritical", "form or style nobody asked for")


def _invalid(task: Task, shop: Workshop, dice: Random) -> Iterator[Planted]:
    for goal in dice.sample(_other_goals(task, shop), 2):
        yield Planted(f"In the end {goal}.", "InvalidRubric", "adds a goal")
    columns = columns_of(shop.catalog)
    for part in task.subtasks:
        for told in part.tell[:1]:
            if (column := columns.get(told.slot)) is not None:
                yield Planted(
                    f"The user leaves without having heard {_named(column)}.", "InvalidRubric", "contradicts the goal"
                )
    if task.target:
        yield Planted("Not a single record has been altered by the end.", "InvalidRubric", "contradicts the goal")
    for text in (
        "The user tells a colleague about it afterwards.",
        "Every reply reaches the user within two seconds.",
        "The user is inwardly satisfied with how it went.",
        "The records shown were entered by a trained person.",
    ):
        yield Planted(text, "InvalidRubric", "can't be checked")


_goals: dict[str, list[str]] = {}


def _other_goals(task: Task, shop: Workshop) -> list[str]:
    """What other tasks of this world want, that this one does not: at least two."""
    name = f"{shop.environment.id}.{shop.seed}"
    if name not in _goals:
        maker, used = shop.tasks, set[str]()
        _goals[name] = []
        for item in range(4):
            for other in maker.scenario(f"planted.{item}", used).tasks:
                _goals[name] += [s.goal for s in other.subtasks]
    own = task.goal.lower()
    return [g for g in dict.fromkeys(_goals[name]) if g.lower() not in own]


_MAKERS: dict[Class, Callable[[Task, Workshop, Random], Iterator[Planted]]] = {
    "Critical": _critical, "Structural": _structural, "NonCritical": _noncritical, "InvalidRubric": _invalid,
}  # fmt: skip
