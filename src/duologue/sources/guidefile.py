"""The guides of a domain (`guides.toml`) as they stand in the file, and whether they can be gone by: each call names a tool of that side,
gives it what it takes and nothing it does not, can be asked for and told of in the words there are; each value is one that may show.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from duologue.environment.validators import validator
from duologue.errors import UserError
from duologue.language.cases import fields, filled, tells
from duologue.sources.files import decoded
from duologue.sources.places import Place
from duologue.types import Fix, Guide, GuideStep, Json, Look, Slot, Tool, Working

__all__ = ["Known", "check_guides", "read_guides"]


class Known(Struct, frozen=True):
    """What guides may speak of."""

    tools: Mapping[str, Mapping[str, Tool]]
    """Of both sides, `user` and `agent`, by name."""
    columns: tuple[str, ...]
    """Of the first of the user's tables."""
    about: frozenset[str]
    """Tables of the desk's whose row a guide's calls are given: that of what the trouble is about, and those it belongs to."""


class _Works(Struct, frozen=True, forbid_unknown_fields=True, rename={"value": "is"}):
    tool: str
    field: str
    value: Json


class _Look(Struct, frozen=True, forbid_unknown_fields=True):
    by: Literal["user", "agent"]
    tool: str
    field: str


class _Fix(Struct, frozen=True, forbid_unknown_fields=True):
    by: Literal["user", "agent"]
    tool: str
    args: dict[str, Json] = msgspec.field(default_factory=dict)


class _Step(Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    look: _Look
    wrong: Json
    fix: _Fix | None = None


class _Guide(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    works: _Works
    step: tuple[_Step, ...]
    complaint: tuple[str, ...]
    otherwise: _Fix | None = None
    case: dict[str, Json] = msgspec.field(default_factory=dict)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    guide: tuple[_Guide, ...] = ()


def read_guides(path: Path) -> tuple[Guide, ...]:
    """The guides of a file. Raises `UserError` where it is not valid."""
    guides = decoded(path, _File).guide
    if not guides:
        raise UserError(f"{path}: there is no guide in it", "Write one, or drop the file.")
    return tuple(map(_guide, guides))


def _guide(guide: _Guide) -> Guide:
    works = Working(guide.works.tool, guide.works.field, guide.works.value)
    steps = tuple(
        GuideStep(s.text, Look(s.look.by, s.look.tool, s.look.field), s.wrong, _fix(s.fix)) for s in guide.step
    )
    return Guide(guide.name, guide.title, works, steps, guide.complaint, _fix(guide.otherwise), guide.case)


def _fix(fix: _Fix | None) -> Fix | None:
    return Fix(fix.by, fix.tool, fix.args) if fix is not None else None


def check_guides(path: Path, guides: tuple[Guide, ...], known: Known) -> None:
    """Raises `UserError` where a guide can't be gone by."""
    names = [guide.name for guide in guides]
    for number, guide in enumerate(guides):
        place = Place(path, "guide", guide.name, names[: number + 1].count(guide.name))
        if place.nth > 1:
            raise UserError(f"{place}: there is another guide of this name", "Give each a name of its own.")
        _check_guide(place, guide, known)


def _check_guide(place: Place, guide: Guide, known: Known) -> None:
    if not (guide.name.strip() and guide.title.strip() and all(step.text.strip() for step in guide.steps)):
        raise UserError(f"{place}: a name, a title or a text is empty", "The assistant reads them; write them.")
    _check_complaint(place, guide.complaint)
    if not guide.steps:
        raise UserError(f"{place} has no steps", "Give it one or more.")
    test = guide.works
    tool = _check_look(place, Look("user", test.tool, test.field), known)
    _check_values(place.within("works"), ("is", test.value), tool, test.field)
    shows = tool.returns["properties"][test.field].get("enum", ())
    if shows and all(test.holds({test.field: value}) for value in shows):
        raise UserError(f"{place}: it works, whatever {test.tool} shows", f"Leave some out of `is`: {shows}.")
    _check_case(place, guide.case, tool, known.columns)
    for number, step in enumerate(guide.steps, 1):
        at = place.item("step", number)
        tool = _check_look(at, step.look, known)
        _check_values(at, ("wrong", step.wrong), tool, step.look.field)
        if step.fix is not None:
            _check_fix(at, step.fix, known)
        elif guide.otherwise is None:
            raise UserError(
                f"{at} has no `fix`, and the guide no `otherwise`", "Write what mends it, or what is left then."
            )
    if guide.otherwise is not None:
        at = place.within("otherwise")
        if guide.otherwise.by != "agent":
            raise UserError(f"{at}: by = {guide.otherwise.by!r}", 'What is left is the assistant\'s: by = "agent".')
        _check_fix(at, guide.otherwise, known)


def _check_complaint(place: Place, lines: tuple[str, ...]) -> None:
    if not lines:
        raise UserError(f"{place} has no complaint", "Write how users bring the trouble up, in one way or more.")
    for line in lines:
        if not line.strip():
            raise UserError(f"{place}: a complaint is empty", "Write what users say, or drop it.")
        if "{" in line or "}" in line:
            raise UserError(f"{place}: the complaint {line!r} has a slot", "Nothing is filled in there; say it whole.")


def _check_case(place: Place, case: Mapping[str, Json], test: Tool, columns: tuple[str, ...]) -> None:
    known = test.returns.get("properties", {})
    for name, value in case.items():
        if name in known:
            _check_values(place.within("case"), (name, value), test, name)
        elif name not in columns:
            raise UserError(
                f"{place}: {test.name} gives no field {name!r}, and the user's table has no such column",
                f"Fields: {', '.join(known)}. Columns: {', '.join(columns)}.",
            )
        elif not isinstance(value, str | int | float):
            raise UserError(f"{place}, case: {name!r} is {_written(value)}", "Give one value, a text or a number.")


def _check_look(place: Place, look: Look, known: Known) -> Tool:
    tool = _found(place, look, known)
    given = tool.returns.get("properties", {})
    if look.field not in given:
        raise UserError(f"{place}: {tool.name} gives no field {look.field!r}", f"Fields: {', '.join(given)}.")
    if look.by == "user":
        _check_told(place, tool, look.field)
    _check_call(place, Fix(look.by, look.tool), tool, known)
    return tool


def _check_told(place: Place, tool: Tool, field: str) -> None:
    """There are words for what the user is asked for, whatever it is."""
    lines = [line for line in tool.wording.get("report", ()) if field in fields(line)]
    if not lines:
        raise UserError(
            f"{place}: no `report` of {tool.name} tells {field!r}, so nobody could say it",
            f"Write one in lexicon.yaml: {{{field}}}, or {{{field}:value=words|other=words}}.",
        )
    for value in tool.returns["properties"][field].get("enum", ()):
        if value is not None and not any(tells(line, field, value) for line in lines):
            raise UserError(
                f"{place}: no `report` of {tool.name} has words for {field} = {value!r}", "Write them in lexicon.yaml."
            )


def _check_fix(place: Place, fix: Fix, known: Known) -> None:
    tool = _found(place, fix, known)
    if tool.effect != "write":
        raise UserError(f"{place}: {tool.name} changes nothing", "Name a tool that writes.")
    _check_call(place, fix, tool, known)


def _found(place: Place, call: Look | Fix, known: Known) -> Tool:
    tool = known.tools[call.by].get(call.tool)
    if tool is None:
        whose = "the user's" if call.by == "user" else "the assistant's"
        raise UserError(
            f"{place}: {call.tool!r} is not one of {whose} tools", f"These: {sorted(known.tools[call.by])}."
        )
    return tool


_GIVEN = {
    "user": "whose the thing is",
    "agent": "the row that the trouble is about, whom it belongs to, proofs of who is speaking",
}
"""What a guide's call need not say."""


def _check_call(place: Place, call: Fix, tool: Tool, known: Known) -> None:
    """The call gives the tool what it takes, and where it is the user's it can be asked for."""
    takes = tool.parameters.get("properties", {})
    for name, value in call.args.items():
        slot = tool.inputs.get(name)
        if name not in takes:
            raise UserError(f"{place}: {tool.name} has no parameter {name!r}", f"Parameters: {', '.join(takes)}.")
        if slot is not None and slot.use == "own":
            raise UserError(f"{place}: {name!r} of {tool.name} is filled in for the user", "Leave it out.")
        if call.by == "agent" and slot is None:
            raise UserError(f"{place}: {name!r} of {tool.name} has no `use`", "Give it one in tools.toml.")
        _check_value(place.within(f"args of {tool.name}"), value, name, takes[name])
    for name in tool.parameters.get("required", ()):
        slot = tool.inputs.get(name)
        if name not in call.args and (slot is None or not _is_given(slot, call, known)):
            raise UserError(
                f"{place}: {tool.name} needs {name!r}",
                f"Say it in `args`; what a call has by itself: {_GIVEN[call.by]}.",
            )
    if call.by == "user":
        _check_asked(place, call, tool)


def _is_given(slot: Slot, call: Fix, known: Known) -> bool:
    if call.by == "user":
        return slot.use == "own"
    return slot.use in ("key", "equals", "proof") and slot.table in known.about


def _check_asked(place: Place, call: Fix, tool: Tool) -> None:
    """There are words for asking the user to use it."""
    if all(filled(line, call.args) is None for line in tool.wording.get("instruct", ())):
        given = f"that says no more than {', '.join(call.args)}" if call.args else "without slots"
        raise UserError(
            f"{place}: the user can't be asked to use {tool.name}: it has no `instruct` that can be said here",
            f"Write one in lexicon.yaml, {given}.",
        )


def _check_values(place: Place, named: tuple[str, Json], tool: Tool, field: str) -> None:
    name, value = named
    several: Iterable[Json] = value if isinstance(value, list) else [value]
    if value == []:
        raise UserError(f"{place}: `{name}` is an empty list", "Give a value, or several.")
    for one in several:
        _check_value(place.within(f"`{name}`"), one, field, tool.returns["properties"][field])


def _check_value(place: Place, value: Json, field: str, schema: Json) -> None:
    try:
        judge = validator(schema)
    except ValueError as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{place}: the field {field!r} is no JSON Schema: {reason}", "Mend the field.") from None
    try:
        valid = judge.is_valid(value)
    except ValueError:  # a date or time, which TOML has and JSON has not
        valid = False
    if not valid:
        kinds = schema.get("type", "any")
        may = schema.get("enum") or (" or ".join(kinds) if isinstance(kinds, list) else kinds)
        raise UserError(f"{place}: {_written(value)} is no value of {field!r}", f"Valid: {may}.")


def _written(value: Json) -> str:
    """As it stands in the file, or nearly so."""
    return repr(value) if isinstance(value, str | int | float | list | dict) else str(value)
