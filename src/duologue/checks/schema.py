"""Do arguments fit their tools' parameters, and results what their tools say they return, and was each tool to be had when it was called?

A call that was refused for its arguments and put right later is no fault of the conversation as long as it is not trained on.
Validators are compiled once per tool and kept.
"""

from typing import Any

from duologue.checks.case import Case, verdict
from duologue.environment.validators import validator
from duologue.kept import Kept
from duologue.plans.offers import not_offered
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Tool, Verdict


def schema(case: Case) -> Verdict:
    """Arguments and results validate."""
    findings = []
    for call in case.trace.calls:
        tool = case.trace.tools.get(call.call.name)
        excused = call.failed and not case.trace.turns[call.at].train
        if tool is None:
            if not excused:
                findings.append(Finding(call.at, f"there is no tool {call.call.name!r}"))
            continue
        absent = not_offered(case.offers, tool.name, call.at)
        if absent and not excused:
            findings.append(Finding(call.at, absent))
        findings += _check(call, tool, excused)
    return verdict("schema", findings)


def _check(call: Executed, tool: Tool, excused: bool) -> list[Finding]:
    parameters, returns = validators(tool)
    out = []
    if not excused and not parameters.is_valid(call.call.arguments):
        out.append(Finding(call.at, f"arguments of {tool.name}: {_problem(parameters, call.call.arguments)}"))
    if not call.failed and call.fault is None and not returns.is_valid(call.result):
        out.append(Finding(call.turn, f"result of {tool.name}: {_problem(returns, call.result)}"))
    return out


def _compile(tool: Tool) -> tuple[Any, Any]:
    return validator(tool.parameters), validator(tool.returns)


validators = Kept(_compile, 2048)
"""The compiled validators of a tool's parameters and returns."""


def _problem(validator: Any, value: Json) -> str:
    error = next(iter(validator.iter_errors(value)))
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.instance_path).lstrip(".")
    return f"{where}: {error.message[:160]}" if where else str(error.message[:160])
