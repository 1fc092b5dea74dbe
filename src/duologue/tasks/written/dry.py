"""Plans that can't be run: tools without an implementation, which a model will play.

What can be known beforehand is known from schemas: literal arguments fit their parameters, required ones are there, placeholders
and values to be told exist in what earlier tools say they return. There is no proof (`proof=None`), no target and no value to be
told; the rubric carries the weight.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from duologue.environment.validators import validator
from duologue.plans.outlines import outline, schema_at, types_of
from duologue.plans.placeholders import parse, references
from duologue.tasks.prove import Examined
from duologue.tasks.written.form import Doubt
from duologue.tasks.written.ground import Trial
from duologue.types import ClockSpec, Disclosure, Environment, Json, PlanStep, Task, Tool

SHAPE = 700
_NUMBERS = frozenset({"integer", "number"})


class DryProof:
    """Holds plans against the schemas of an environment's tools."""

    seen = False

    def __init__(self, environment: Environment) -> None:
        self.tools = {t.name: t for t in environment.toolset.tools}

    def run(self, plan: Sequence[PlanStep], earlier: Sequence[Task], clock: ClockSpec) -> Trial:
        """No results; the first argument or placeholder that can't be right."""
        for number, step in enumerate(plan, 1):
            doubt = self._doubt(number, step, plan)
            if doubt is not None:
                return Trial(doubt=doubt)
        return Trial(arguments=tuple(s.arguments for s in plan))

    def told(self, text: str, plan: Sequence[PlanStep], trial: Trial) -> tuple[Disclosure, ...] | Doubt:
        """Nothing can be said of the value; that there can be one, can."""
        found = parse(text)
        if found is None or not 0 < found[0] <= len(plan):
            return Doubt("told", f"tell {text!r}: write a path into the result of a step, as $2.rows[0].total")
        problem = self._lookup(text, plan)
        return Doubt("told", f"tell {problem}") if problem else ()

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> Examined:
        """As it is: what could be checked was."""
        return Examined(task)

    def _doubt(self, number: int, step: PlanStep, plan: Sequence[PlanStep]) -> Doubt | None:
        tool = self.tools[step.tool]
        literal = {k: v for k, v in step.arguments.items() if not references(v)}
        problem = _misfit(tool, step.arguments, literal)
        if problem:
            return Doubt("arguments", f"step {number} ({step.tool}): {problem}")
        properties = tool.parameters.get("properties", {})
        for name, value in step.arguments.items():
            for text in _texts(value):
                problem = self._lookup(text, plan)
                if not problem and text == value:
                    problem = self._mismatch(text, properties.get(name), plan)
                if problem:
                    return Doubt("placeholder", f"step {number} ({step.tool}), {name}: {problem}")
        return None

    def _lookup(self, text: str, plan: Sequence[PlanStep]) -> str:
        """Why a placeholder leads nowhere; empty where it may lead somewhere."""
        found = parse(text)
        if found is None:
            return ""
        step, path = found
        returns = self.tools[plan[step - 1].tool].returns
        try:
            schema_at(returns, path.replace("[*]", "[]"))
        except LookupError as problem:
            return f"{text}: {problem}. {plan[step - 1].tool} returns {outline(returns)[:SHAPE]}"
        return ""

    def _mismatch(self, text: str, wanted: Json, plan: Sequence[PlanStep]) -> str:
        found = parse(text)
        if found is None:
            return ""
        given = set(types_of(schema_at(self.tools[plan[found[0] - 1].tool].returns, found[1])))
        needed = set(types_of(wanted))
        if not given or not needed or given & needed or (given & _NUMBERS and needed & _NUMBERS):
            return ""
        return f"{text} is a {' or '.join(sorted(given))}, and a {' or '.join(sorted(needed))} is needed"


def _misfit(tool: Tool, arguments: Mapping[str, Json], literal: Mapping[str, Json]) -> str:
    """What is wrong with arguments of which only the literal ones are known."""
    properties = tool.parameters.get("properties", {})
    unknown = [k for k in arguments if k not in properties]
    if unknown and tool.parameters.get("additionalProperties") is not True:
        return f"there is no parameter {unknown[0]!r}; valid: {', '.join(properties) or 'none'}"
    missing = [k for k in tool.parameters.get("required", ()) if k not in arguments]
    if missing:
        return f"{missing[0]!r} is required"
    known: dict[str, Any] = {**tool.parameters, "required": [k for k in literal if k in properties]}
    error = next(iter(validator(known).iter_errors(dict(literal))), None)
    if error is None:
        return ""
    return f"{'.'.join(map(str, error.instance_path))}: {error.message[:200]}"


def _texts(value: Json) -> list[str]:
    """The placeholders in an argument."""
    if isinstance(value, str):
        return [value] if parse(value) is not None else []
    if isinstance(value, dict):
        return [t for v in value.values() for t in _texts(v)]
    if isinstance(value, list):
        return [t for v in value for t in _texts(v)]
    return []
