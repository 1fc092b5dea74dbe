"""Are the tools declared so that they can be called, and is each call one that its tool would take?

Arguments are held against the schema as it was meant (`offered.py`). A parameter that the tool doesn't have is a fault although
JSON Schema lets it pass unless told otherwise: whoever reads the declaration can't know it. null for a parameter that may be left
out is what some file formats make of absence, and only noted.
"""

from typing import Any

from duologue.audit.sight import Made, Sight
from duologue.audit.values import Objection, Severity
from duologue.environment.validators import validator
from duologue.kept import Kept
from duologue.talks.values import Offered
from duologue.types import Json

__all__ = ["arguments", "tools"]


def tools(sight: Sight) -> list[Objection] | None:
    """The tools are declared soundly."""
    talk = sight.talk
    if talk.tools is None and not talk.tools_problem:
        return None
    out = [Objection("fault", -1, talk.tools_problem)] if talk.tools_problem else []
    offered = talk.tools or ()
    for kind in ("fault", "doubt"):
        found: dict[str, list[str]] = {}
        for tool in offered:
            for problem in tool.problems if kind == "fault" else tool.doubts:
                found.setdefault(problem, []).append(tool.name)
        for problem, names in found.items():
            out.append(Objection("fault" if kind == "fault" else "doubt", -1, problem, _names(names)))
    odd = list(dict.fromkeys(name for tool in offered for name in tool.odd))
    if odd:
        more = f" and {len(odd) - 6} more" if len(odd) > 6 else ""
        what = (
            "is no JSON Schema type; servers refuse it"
            if len(odd) == 1
            else "are no JSON Schema types; servers refuse them"
        )
        out.append(Objection("fault", -1, f"{', '.join(map(repr, odd[:6]))}{more} {what}", _names([t.name for t in offered if t.odd])))  # fmt: skip
    seen: dict[str, Offered] = {}
    for tool in offered:
        if tool.name and tool.name in seen:
            differ = seen[tool.name] != tool
            out.append(Objection("fault" if differ else "doubt", -1, f"a tool is offered twice{', in two ways' if differ else ''}", tool.name))  # fmt: skip
        seen[tool.name] = tool
    return out


def _names(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def arguments(sight: Sight) -> list[Objection] | None:
    """Every call is one that can be made."""
    if not sight.made:
        return None
    out: list[Objection] = []
    for made in sight.made:
        out += _call(sight, made)
    return out


def _call(sight: Sight, made: Made) -> list[Objection]:
    call = made.call
    if call.problem:
        return [Objection("fault", made.at, f"{call.name or 'a call'}: {call.problem}", call.text[:80])]
    if not call.name.strip():
        return [Objection("fault", made.at, "a call names no tool", call.text[:80])]
    if made.tool is None:
        return _not_offered(sight, made)
    grave: Severity = "note" if _put_right(sight, made) else "fault"
    return [Objection(grave if f else "note", made.at, f"{call.name}: {what}", evidence) for f, what, evidence in _against(made.tool, call.arguments or {})]  # fmt: skip


def _put_right(sight: Sight, made: Made) -> bool:
    """Whether the tool said that it was wrong, and was called rightly before anything was said: a mistake that teaches."""
    for later in sight.made if made.failed else ():
        if later.at > made.at and later.call.name == made.call.name and not later.failed and later.answer >= 0:
            between = sight.turns[made.at + 1 : later.at]
            return all(t.role == "tool" or t.calls for t in between)
    return False


def _not_offered(sight: Sight, made: Made) -> list[Objection]:
    """A call of a tool that is not among those offered; where only the system message tells of tools, nobody knows."""
    if sight.talk.tools is None:
        return []
    if any(made.call.name in t.text for t in sight.turns if t.role == "system"):
        return []
    offers = ", ".join(list(sight.tools)[:4]) or "none"
    return [Objection("fault", made.at, f"{made.call.name} is called, which is not offered", f"offered: {offers}")]


def _against(tool: Offered, given: dict[str, Json]) -> list[tuple[bool, str, str]]:
    """(whether it is a fault, what, evidence) for everything that the tool would not take."""
    out = []
    properties = tool.parameters.get("properties")
    names = properties if isinstance(properties, dict) else {}
    for error in _validator(tool).iter_errors(given):
        path = list(error.instance_path)
        if path and _at(given, path) is None and not _is_required(tool.parameters, path):
            out.append((False, f"{_path(path)} is null where it could be left out", ""))
        else:
            what = error.message.split("\n")[0][:160]
            out.append((True, f"{_path(path)}: {what}" if path else what, ""))
    open_ended = {
        "additionalProperties",
        "patternProperties",
        "$ref",
        "anyOf",
        "oneOf",
        "allOf",
    } & tool.parameters.keys()
    if isinstance(properties, dict) and not open_ended:
        has = ", ".join(list(names)[:6]) or "none"
        out += [(True, f"there is no parameter {n!r}", f"it has: {has}") for n in given if n not in names]
    return out


def _is_required(schema: dict[str, Json], path: list[str | int]) -> bool:
    """Whether the first step of a path is required; of what lies deeper, null is taken for what it is."""
    required = schema.get("required")
    return len(path) != 1 or (isinstance(required, list) and path[0] in required)


def _at(value: Json, path: list[str | int]) -> Json:
    for step in path:
        value = value[step]
    return value


def _path(path: list[str | int]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _compile(tool: Offered) -> Any:
    return validator(tool.parameters)


_validator = Kept(_compile, 2048)
