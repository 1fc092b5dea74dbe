"""The user's side of a domain: tools on their own part of the state, and guides for the troubles that show there.

user_tools.toml    `tables`, the user's part of the state, and tools in the form of `tools.toml`. Their statements may read the desk's
                   tables and write the user's. One input of use `own` says whose the thing is, and is filled in for the user
guides.toml        what the desk does about each trouble: `works` (the user's test), `complaint` (how they bring it up), and `step`s
                   in order: where to `look`, what is `wrong`, what `fix` mends it (none: then it is for `otherwise`, what is left
                   where nothing helps); `case`, what else holds where this is the trouble, if several guides go by one test

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

from pathlib import Path

import msgspec
from msgspec import Struct

from duologue.environment import Image
from duologue.errors import UserError
from duologue.plans.belonging import above, reference
from duologue.sources import guidefile
from duologue.sources.files import decoded
from duologue.sources.places import Place
from duologue.sources.toolfile import Schema, ToolEntry, Wording, made_tools
from duologue.types import Guide, Tool

__all__ = ["FILES", "TOOLS", "OwnSide", "check_guides", "read_own_side"]

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
    _check_tools(path, tools, file.tables)
    guides = guidefile.read_guides(folder / GUIDES) if (folder / GUIDES).is_file() else ()
    return OwnSide(file.tables, tools, guides)


def check_guides(folder: Path, side: OwnSide, tools: tuple[Tool, ...], image: Image) -> None:
    """Raises `UserError` where a guide speaks of what the tools don't have, a tool's result can't be told, or the user's things are nobody's."""
    path = folder / TOOLS
    for tool in side.tools:
        if not tool.wording.get("report"):
            place = Place(path, "tool", tool.name)
            raise UserError(
                f"{place} has no `report`, so nobody could say what it showed", "Write some in lexicon.yaml."
            )
    if not side.guides:
        return
    db, table = image.connect(), side.tables[0]
    found = reference(db, table, side.tables)
    if found is None:
        raise UserError(
            f"{path}: the first of the user's tables, {table!r}, refers to no table of the desk's",
            "Give it a foreign key to the row that a trouble is about (a line, an account): one column, to the key of that table.",
        )
    columns = tuple(name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (table,)))
    own = next(slot.column for slot in side.tools[0].inputs.values() if slot.use == "own")
    if own not in columns:
        raise UserError(
            f"{path}: {table!r} has no column {own!r}, which says whose the thing is", f"Columns: {', '.join(columns)}."
        )
    sides = {"user": {t.name: t for t in side.tools}, "agent": {t.name: t for t in tools}}
    known = guidefile.Known(sides, columns, above(db, found[1]))
    guidefile.check_guides(folder / GUIDES, side.guides, known)


def _check_tools(path: Path, tools: tuple[Tool, ...], tables: tuple[str, ...]) -> None:
    if not tables or not tools:
        raise UserError(f"{path}: there are no {'tools' if tables else 'tables'}", "Give some, or drop the file.")
    own: dict[str, str] = {}
    for tool in tools:
        place = Place(path, "tool", tool.name)
        foreign = sorted(set(tool.writes) - set(tables))
        if foreign:
            raise UserError(
                f"{place} writes {foreign[0]!r}, which is not the user's", f"The user's: {', '.join(tables)}."
            )
        own[tool.name] = _own_column(place, tool, tables[0])
        first, column = next(iter(own.items()))
        if own[tool.name] != column:
            raise UserError(
                f"{place}: its input of use 'own' stands for {own[tool.name]!r}, that of {first} for {column!r}",
                "All tools of the user's are given the same: whose the thing is.",
            )


def _own_column(place: Place, tool: Tool, table: str) -> str:
    """What whose the thing is stands for."""
    own = [slot for slot in tool.inputs.values() if slot.use == "own"]
    if len(own) != 1 or own[0].table != table:
        raise UserError(
            f"{place} has no input of use 'own' that stands for a column of {table!r}, the first of the user's tables",
            "Give it one: whose the thing is. It is filled in for the user.",
        )
    return f"{own[0].table}.{own[0].column}"
