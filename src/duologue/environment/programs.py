"""A tool made ready to run: its statements judged, their parameters resolved, the policy's guards in their places.

All that does not depend on the arguments is done here, once for an environment, so that a call is little more than SQLite's
own work. Everything that is wrong with a tool comes out here too, as a `UserError` that names it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from duologue.environment.arguments import Parameters
from duologue.environment.guard import Grant, check_statement, grant_for, grant_for_all
from duologue.environment.limits import Limits
from duologue.environment.schema import Schema
from duologue.environment.shifts import shifted
from duologue.errors import ToolError, UserError
from duologue.ids import to_json
from duologue.types import Environment, Problem, Rule, Statement, Tool

Bind = Callable[[Mapping[str, Any]], tuple[Any, ...]]
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[^\W_]+")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_TEXT_IN_MESSAGE: Final = 200


class Step(Struct, frozen=True):
    """One statement, ready: `bind` gives the values of its parameters in order."""

    kind: Literal["require", "bind", "write", "return"]
    sql: str
    bind: Bind
    columns: tuple[str, ...]
    problem: Problem | None
    into: tuple[str, ...]
    shape: str
    rule: str = ""
    """Of a guard: the rule of the policy that it holds."""


class Program(Struct, frozen=True):
    """A tool, ready to run."""

    name: str
    parameters: Parameters
    steps: tuple[Step, ...]
    bound: dict[str, None]
    """Names that `bind` statements fill; NULL until then."""
    grant: Grant
    writes: bool
    changes: frozenset[str]
    """Tables whose rows it may change."""
    foreign_keys: tuple[str, ...]
    """Those that its writes can break, as text."""


def styled(type: str, style: str) -> str:
    """An error's type as a dialect writes it: not_found (snake), NOT_FOUND (upper), NotFoundError (class)."""
    words = [word.lower() for word in _WORDS.findall(type)] or ["error"]
    if style == "class":
        return "".join(map(str.capitalize, words[:-1] if words[-1] == "error" and words[1:] else words)) + "Error"
    return "_".join(words).upper() if style == "upper" else "_".join(words)


def filled(message: str, values: Mapping[str, Any]) -> str:
    """A message with `{name}` replaced by values; a name that is not among them stays as it is."""

    def text(match: re.Match[str]) -> str:
        name = match.group(1)
        return _spoken(values[name]) if name in values else match.group(0)

    return _SLOT.sub(text, message) if "{" in message else message


def _spoken(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = value if isinstance(value, str) else to_json(value)
    return text if len(text) <= _TEXT_IN_MESSAGE else f"{text[:_TEXT_IN_MESSAGE]}…"


def problem_error(problem: Problem, values: Mapping[str, Any], also: Sequence[Problem] = ()) -> ToolError:
    """The domain error that a problem stands for. `also`: what stands against the call beside it."""
    more = [text for p in also if (text := filled(p.message, values)) != filled(problem.message, values)]
    data = {"also": list(dict.fromkeys(more))} if more else {}
    return ToolError(problem.type, filled(problem.message, values), **data)


def compile_tool(schema: Schema, environment: Environment, tool: Tool, limits: Limits) -> Program:
    """Make a tool ready. Raises `UserError` where it is not valid, or the guard refuses it."""
    parameters = _parameters(tool, limits)
    where = f"tool {tool.name!r}"
    grant = _grant(schema, tool, where)
    steps: list[Step] = []
    bound: dict[str, None] = {}
    for number, statement in enumerate(tool.run, 1):
        at = f"{where}, statement {number} ({statement.kind})"
        known = parameters.names | bound.keys()
        step = _step(schema, (tool, grant), statement, known, at)
        if statement.kind == "bind":
            bound.update(dict.fromkeys(step.columns))
        steps.append(step)
    known = parameters.names | bound.keys()
    before, after = (_guards(schema, environment.policy.rules, tool, when, known) for when in ("before", "after"))
    return Program(
        name=tool.name,
        parameters=parameters,
        steps=_placed(steps, before, after),
        bound=bound,
        grant=_widened(schema, grant, tool) if before or after else grant,
        writes=tool.effect == "write",
        changes=grant.may_change,
        foreign_keys=tuple(dict.fromkeys(k for t in tool.writes for k in schema.foreign_keys(t)))[:6],
    )


def _parameters(tool: Tool, limits: Limits) -> Parameters:
    try:
        return Parameters(tool, limits)
    except ToolError as error:
        raise UserError(f"tool {tool.name!r}: a default is not usable: {error.message}", "Mend the default.") from None


def _grant(schema: Schema, tool: Tool, where: str) -> Grant:
    writes = tool.writes if tool.effect == "write" else ()
    try:
        return grant_for(schema, tool.reads, writes)
    except UserError as error:
        raise UserError(f"{where}: {error.message}", error.fix) from None


def _step(schema: Schema, tool: tuple[Tool, Grant], statement: Statement, known: frozenset[str], where: str) -> Step:
    facts = check_statement(schema, tool[0], tool[1], statement, where)
    names = []
    for parameter in facts.parameters:
        if parameter is None or parameter not in known:
            shown = ":" + parameter if parameter else "?"
            valid = ", ".join(sorted(known)) or "none"
            raise UserError(f"{where}: its parameter {shown} is not known here", f"Known by then: {valid}.")
        names.append(parameter)
    into = tuple(statement.into.split(".")) if statement.into else ()
    if statement.kind == "return" and not into and statement.shape != "object":
        raise UserError(
            f"{where}: `into` is empty, but the shape is {statement.shape!r}", "Name a field, or use shape object."
        )
    return Step(
        statement.kind,
        statement.sql,
        _binder(names),
        _distinct(facts.columns),
        statement.problem,
        into,
        statement.shape,
    )


def _binder(names: list[str]) -> Bind:
    if not names:
        return lambda values: ()
    if len(names) == 1:
        only = names[0]
        return lambda values: (values[only],)
    return itemgetter(*names)


def _distinct(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Field names of a row: a name that comes twice gets a number."""
    out: list[str] = []
    for column in columns:
        name, n = column, 1
        while name in out:
            n += 1
            name = f"{column}_{n}"
        out.append(name)
    return tuple(out)


# ── The policy's guards ──────────────────────────────────────────────────────────────────────────────────────────────────


def _guards(schema: Schema, rules: tuple[Rule, ...], tool: Tool, when: str, known: frozenset[str]) -> list[Step]:
    """The guards of the rules that bind this tool. They may read every table."""
    reader = Tool(name=tool.name, description="", parameters={}, returns={}, effect="read")
    steps = []
    for rule in rules:
        if tool.name in rule.tools and rule.when == when and rule.sql:
            problem = rule.problem or Problem("policy_violation", rule.text.replace("{", "(").replace("}", ")"))
            statement = Statement("require", rule.sql, problem)
            at = f"policy rule {rule.id!r} for tool {tool.name!r}"
            step = _step(schema, (reader, grant_for_all(schema)), statement, known, at)
            steps.append(replace(step, rule=rule.id))
    return steps


def compile_shifts(
    schema: Schema, rules: tuple[Rule, ...], tool: Tool, program: Program
) -> dict[str, tuple[Step, ...]]:
    """Rule → its guards with their bounds moved a little (`shifts.py`), for those that bind the tool. What SQLite does not take is left out."""
    known = program.parameters.names | program.bound.keys()
    out: dict[str, tuple[Step, ...]] = {}
    for rule in rules:
        steps: list[Step] = []
        for sql in shifted(rule.sql) if tool.name in rule.tools and rule.sql else ():
            with suppress(UserError):
                steps += _guards(schema, (replace(rule, sql=sql),), tool, rule.when, frozenset(known))
        out[rule.id] = tuple(steps)
    return out


def _widened(schema: Schema, grant: Grant, tool: Tool) -> Grant:
    """What the connection must allow while the tool and its guards run (the guards were judged on their own)."""
    everything = grant_for_all(schema)
    return Grant(
        reads=grant.reads | everything.reads,
        writes=grant.writes,
        within=grant.within | everything.within,
        touches=grant.touches,
        views=grant.views | everything.views,
        triggers=grant.triggers,
        functions=grant.functions | everything.functions,
        virtual=grant.virtual or everything.virtual,
    )


def _placed(steps: list[Step], before: list[Step], after: list[Step]) -> tuple[Step, ...]:
    """Guards around the writes: before the first and after the last. A tool that only reads meets the first kind before it
    returns anything, and the second at its end."""
    writes = [i for i, step in enumerate(steps) if step.kind == "write"]
    returns = [i for i, step in enumerate(steps) if step.kind == "return"]
    first = (writes or returns or [len(steps)])[0]
    last = writes[-1] + 1 if writes else len(steps)
    return (*steps[:first], *before, *steps[first:last], *after, *steps[last:])
