"""Where a plan is tried: on the database itself, one step after the other, saying what went wrong in words its author can act on.

A `Ground` answers three questions: does the plan run (`run`), what does a value to be told stand for (`told`), and does the finished
task hold (`prove`)? `DataGround` executes; `dry.py` has the one for environments whose tools can't be executed.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from duologue.errors import StageError
from duologue.language.values import is_blank
from duologue.plans.placeholders import parse, resolve, value_at
from duologue.plans.shortened import shortened
from duologue.tasks.prove import Examined, Prover
from duologue.tasks.written.form import Doubt
from duologue.types import ClockSpec, Disclosure, Json, PlanStep, RowChange, Slot, Task, Tool

MOST_TOLD = 12
"""Values one path of `tell` may stand for: nobody listens to more."""
SHOWN = 700
_INDEX = re.compile(r"\[\d+\]")


class Trial(Struct, frozen=True):
    """What running a plan gave, up to the first step that did not work."""

    arguments: tuple[dict[str, Json], ...] = ()
    """Of each step that ran, placeholders filled."""
    results: tuple[Json, ...] = ()
    changes: tuple[tuple[RowChange, ...], ...] = ()
    doubt: Doubt | None = None


class Ground(Protocol):
    """Where plans are tried."""

    seen: bool
    """Results are there to be looked at."""

    def run(self, plan: Sequence[PlanStep], earlier: Sequence[Task], clock: ClockSpec) -> Trial:
        """Try a plan in the state that earlier tasks leave."""

    def told(self, text: str, plan: Sequence[PlanStep], trial: Trial) -> tuple[Disclosure, ...] | Doubt:
        """The values that a path of `tell` stands for."""

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> Examined:
        """The task as it is kept; or no task and the reason."""


class DataGround:
    """A database whose tools run."""

    seen = True

    def __init__(self, prover: Prover) -> None:
        self.prover = prover

    def run(self, plan: Sequence[PlanStep], earlier: Sequence[Task], clock: ClockSpec) -> Trial:
        """Execute; the first placeholder or call that fails ends it."""
        session = self.prover.session_after(earlier, clock)
        arguments: list[dict[str, Json]] = []
        results: list[Json] = []
        changes: list[tuple[RowChange, ...]] = []
        doubt = None
        try:
            for number, step in enumerate(plan, 1):
                filled, doubt = _filled(number, step, results)
                if doubt is not None:
                    break
                outcome = self.prover.recall.execute(session, step.tool, filled)
                if outcome.failed:
                    doubt = _failure(number, step, filled, outcome.result)
                    break
                arguments.append(filled)
                results.append(outcome.result)
                changes.append(outcome.changes)
        finally:
            session.close()
        return Trial(tuple(arguments), tuple(results), tuple(changes), doubt)

    def told(self, text: str, plan: Sequence[PlanStep], trial: Trial) -> tuple[Disclosure, ...] | Doubt:
        """The values at a path of a result; the length of a list; nothing that is empty, cut off or too much."""
        found = parse(text)
        if found is None or not 0 < found[0] <= len(trial.results):
            return Doubt("told", f"tell {text!r}: write a path into the result of a step, as $2.rows[0].total")
        number, path = found
        result, tool = trial.results[number - 1], self.prover.tools[plan[number - 1].tool]
        try:
            values = spread(result, path)
        except LookupError as problem:
            return Doubt("told", f"tell {text}: {problem}. Step {number} returned {shortened(result, SHOWN)}")
        if len(values) > 1:  # of every entry: where one has nothing, there is nothing to tell
            values = [(at, v) for at, v in values if not is_blank(v)] or values[:1]
        if len(values) > MOST_TOLD:
            return Doubt(
                "told", f"tell {text}: these are {len(values)} values, too many to be said; at most {MOST_TOLD}"
            )
        out = []
        for at, value in values:
            wrong = _untellable(value, result, tool)
            if wrong:
                return Doubt("told", f"tell {text}: {wrong}")
            one = Disclosure(len(value), ":count", number) if isinstance(value, list) else _one(value, at, tool, number)
            out.append(one)
        return tuple(out) or Doubt("told", f"tell {text}: the list is empty, there is nothing to tell")

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> Examined:
        """As scripted tasks are proven."""
        return self.prover.prove(task, earlier, clock)


def spread(result: Json, path: str) -> list[tuple[str, Json]]:
    """The values at a path of which `[]` means every entry, each with its own path. Raises `LookupError`."""
    head, every, tail = path.replace("[*]", "[]").partition("[]")
    if not every:
        return [(path, value_at(result, path))]
    entries = value_at(result, head)
    if not isinstance(entries, list):
        raise LookupError(f"there is no list at {head!r}")
    return [found for i in range(len(entries)) for found in spread(result, f"{head}[{i}]{tail}")]


def slot_key(slot: Slot | None) -> str:
    """A result field's slot as disclosures and facts name it: `table.column[:use]`; `:count` for how many rows there are; empty
    where it is not known."""
    if slot is not None and slot.use == "total":
        return ":count"
    if slot is None or not slot.table:
        return ""
    return f"{slot.table}.{slot.column}" + (f":{slot.use}" if slot.use not in ("", "name") else "")


def field_slot(tool: Tool | None, path: str) -> Slot | None:
    """What lies at a path of a tool's result."""
    return tool.outputs.get(_INDEX.sub("[]", path)) if tool is not None else None


def _one(value: Json, path: str, tool: Tool, number: int) -> Disclosure:
    return Disclosure(value, slot_key(field_slot(tool, path)), number)


def _untellable(value: Json, result: Json, tool: Tool) -> str:
    """Why a value can't be told; empty where it can."""
    if isinstance(value, dict):
        return f"that is an object; name one of its fields: {', '.join(list(value)[:12])}"
    if isinstance(value, list):
        if not value:
            return "the list is empty, there is nothing to tell"
        totals = [value_at(result, p) for p, s in tool.outputs.items() if s.use == "total" and "[" not in p]
        if any(isinstance(t, int) and t > len(value) for t in totals):
            return "the list is cut off, so its length is not the number; tell the total that the result gives"
    if is_blank(value):
        return "there is nothing at that place, so it can't be told"
    return ""


def _filled(number: int, step: PlanStep, results: Sequence[Json]) -> tuple[dict[str, Json], Doubt | None]:
    try:
        filled: dict[str, Json] = resolve(step.arguments, dict(enumerate(results, 1)))
    except StageError as problem:
        said = "; ".join(f"step {n} returned {shortened(r, SHOWN)}" for n, r in enumerate(results, 1))
        return {}, Doubt("placeholder", f"step {number} ({step.tool}): {problem.evidence}. {said}")
    return filled, None


def _failure(number: int, step: PlanStep, arguments: dict[str, Json], result: Json) -> Doubt:
    kind = str(result["error"]["type"])
    letters = "".join(ch for ch in kind.casefold() if ch.isalpha())
    code = "arguments" if "argument" in letters else "call failed"
    given = shortened(arguments, 300)
    return Doubt(code, f"step {number}: {step.tool} with {given} fails: {shortened(result, 500)}")
