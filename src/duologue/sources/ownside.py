"""The user's side of a domain: tools on their own part of the state, and guides for the troubles that show there.

user_tools.toml    `tables`, the user's part of the state, and tools in the form of `tools.toml`. Their statements may read the desk's
                   tables and write the user's. One input of use `own` says whose the thing is, and is filled in for the user
guides.toml        what the desk does about each trouble: `works` (the user's test), `complaint` (how they bring it up), and `step`s
                   in order: where to `look`, what is `wrong`, what `fix` mends it; `otherwise`, what is left where none helps; `case`,
                       what else the test shows where this is the trouble, if several guides go by one test

[[guide]]
name = "no_picture"
title = "The screen stays black"
works = { tool = "look_at_screen", field = "picture", is = "shown" }
complaint = ["My screen stays black."]
otherwise = { by = "agent", tool = "open_ticket", args = { topic = "screen" } }
[[guide.step]]
text = "Have the cable looked at; where it is loose, have it pushed in."
look = { by = "user", tool = "look_at_cable", field = "seat" }
wrong = "loose"
fix = { by = "user", tool = "push_in_cable" }
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.language.cases import fields
from duologue.sources.files import decoded
from duologue.sources.toolfile import Schema, ToolEntry, Wording, made_tools
from duologue.types import Fix, Guide, GuideStep, Json, Look, Tool, Working

__all__ = ["FILES", "OwnSide", "read_own_side"]

FILES = TOOLS, GUIDES = "user_tools.toml", "guides.toml"
_PHRASES = ("instruct", "report", "done")


class OwnSide(Struct, frozen=True):
    """The user's tools with the tables they are on, and the guides."""

    tables: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    guides: tuple[Guide, ...] = ()


class _ToolsFile(Struct, frozen=True, forbid_unknown_fields=True):
    tables: tuple[str, ...]
    tool: tuple[ToolEntry, ...]
    fields: dict[str, Schema] = msgspec.field(default_factory=dict)


class _Works(Struct, frozen=True, forbid_unknown_fields=True, rename={"value": "is"}):
    tool: str
    field: str
    value: Json


class _Step(GuideStep, frozen=True, forbid_unknown_fields=True):
    """As it stands in the file."""


class _Guide(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    works: _Works
    step: tuple[_Step, ...]
    complaint: tuple[str, ...]
    otherwise: Fix | None = None
    case: dict[str, Json] = msgspec.field(default_factory=dict)


class _GuidesFile(Struct, frozen=True, forbid_unknown_fields=True):
    guide: tuple[_Guide, ...] = ()


def read_own_side(folder: Path, wording: Wording) -> OwnSide:
    """The user's side of a folder; nothing where it has none. `wording` is that of all tools. Raises `UserError` where it is not valid."""
    path = folder / TOOLS
    if not path.is_file():
        if (folder / GUIDES).is_file():
            raise UserError(
                f"{folder / GUIDES}: there are guides, but no {TOOLS}", "Write the user's tools, or drop it."
            )
        return OwnSide()
    file = decoded(path, _ToolsFile)
    names = {tool.name for tool in file.tool}
    spoken = {name: said for name, said in wording.items() if name in names}
    tools = made_tools(path, (file.tool, file.fields), spoken, _PHRASES)
    for tool in tools:
        _check_tool(path, tool, file.tables)
    guides = decoded(folder / GUIDES, _GuidesFile).guide if (folder / GUIDES).is_file() else ()
    return OwnSide(file.tables, tools, tuple(map(_guide, guides)))


def check_guides(folder: Path, side: OwnSide, tools: tuple[Tool, ...]) -> None:
    """Raises `UserError` where a guide speaks of what the tools don't have."""
    sides = {"user": {t.name: t for t in side.tools}, "agent": {t.name: t for t in tools}}
    for guide in side.guides:
        where = f"{folder / GUIDES}: guide {guide.name!r}"
        _check_look(where, Look("user", guide.works.tool, guide.works.field), sides)
        known = sides["user"][guide.works.tool].returns.get("properties", {})
        if foreign := sorted(guide.case.keys() - known.keys()):
            raise UserError(
                f"{where}: {guide.works.tool} gives no field {foreign[0]!r}", f"Fields: {', '.join(known)}."
            )
        if not guide.steps or not guide.complaint:
            raise UserError(f"{where} has no steps or no complaint", "Give it both.")
        for number, step in enumerate(guide.steps, 1):
            at = f"{where}, step {number}"
            _check_look(at, step.look, sides)
            _check_fix(at, step.fix, sides)
        if guide.otherwise is not None:
            _check_fix(f"{where}, otherwise", guide.otherwise, sides)


def _check_tool(path: Path, tool: Tool, tables: tuple[str, ...]) -> None:
    where = f"{path}: tool {tool.name!r}"
    foreign = sorted(set(tool.writes) - set(tables))
    if foreign:
        raise UserError(f"{where} writes {foreign[0]!r}, which is not the user's", f"The user's: {', '.join(tables)}.")
    own = [slot for slot in tool.inputs.values() if slot.use == "own"]
    if len(own) != 1 or own[0].table not in tables:
        raise UserError(
            f"{where} has no input of use 'own' that stands for a column of the user's tables",
            "Give it one: whose the thing is. It is filled in for the user.",
        )


def _check_look(where: str, look: Look, sides: Mapping[str, Mapping[str, Tool]]) -> None:
    tool = _found(where, look, sides)
    known = tool.returns.get("properties", {})
    if look.field not in known:
        raise UserError(f"{where}: {tool.name} gives no field {look.field!r}", f"Fields: {', '.join(known)}.")
    _check_told(where, look, tool)


def _check_told(where: str, look: Look, tool: Tool) -> None:
    """There are words for what is asked for."""
    if look.by == "user" and not any(look.field in fields(line) for line in tool.wording.get("report", ())):
        raise UserError(
            f"{where}: no `report` of {tool.name} tells {look.field!r}, so nobody could say it",
            f"Write one in lexicon.yaml: {{{look.field}}}, or {{{look.field}:value=words|other=words}}.",
        )


def _check_fix(where: str, fix: Fix, sides: Mapping[str, Mapping[str, Tool]]) -> None:
    tool = _found(where, fix, sides)
    known = tool.parameters.get("properties", {})
    unknown = sorted(fix.args.keys() - known.keys())
    if unknown:
        raise UserError(f"{where}: {tool.name} has no parameter {unknown[0]!r}", f"Parameters: {', '.join(known)}.")
    if tool.effect != "write":
        raise UserError(f"{where}: {tool.name} changes nothing", "Name a tool that writes.")


def _found(where: str, call: Look | Fix, sides: Mapping[str, Mapping[str, Tool]]) -> Tool:
    tool = sides[call.by].get(call.tool)
    if tool is None:
        whose = "the user's" if call.by == "user" else "the assistant's"
        raise UserError(f"{where}: {call.tool!r} is not one of {whose} tools", f"These: {sorted(sides[call.by])}.")
    return tool


def _guide(guide: _Guide) -> Guide:
    works = Working(guide.works.tool, guide.works.field, guide.works.value)
    steps = tuple(GuideStep(s.text, s.look, s.wrong, s.fix) for s in guide.step)
    return Guide(guide.name, guide.title, works, steps, guide.complaint, guide.otherwise, guide.case)
