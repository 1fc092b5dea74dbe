"""Hand-written tools in a short form: a vocabulary of fields, and tools that speak in it.

    [fields]
    order_id = { type = "integer", of = "orders.order_id", description = "The order number." }

    [[tool]]
    name = "cancel_order"
    inputs.order_id = { use = "key" }
    outputs = ["order_id", "lines[].line_id"]
    [[tool.run]]                      # statements, as in `types.Statement`

A field is a JSON Schema with `of`: what it stands for, `table.column` or `table.@name`, the use of a computed value behind a
colon; one without `of` comes back, but no request is matched to it. An input takes the schema of the field of its name (or of
`field`) and may override any part; with `use` it becomes a `Slot`, without one it is a parameter that no request is matched to. It
is required unless it is `optional` or has a `default`. One of use `proof` is what callers say to show who they are: the scripted
user knows what stands in their row. A nullable field is not nullable as an input: what is unknown is left out. Outputs are paths
whose last part is a field; `[]` marks a list. `weight` (1 unless given) says how readily people come up with the tool.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from duologue.errors import UserError
from duologue.plans.sayings import asks_for
from duologue.sources.files import decoded
from duologue.sources.places import Place
from duologue.types import Meaning, Slot, Statement, Tool

Schema = dict[str, Any]
Wording = dict[str, dict[str, tuple[str, ...]]]
_SLOT = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
_PHRASES = ("request", "confirm", "done")


class ToolEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A tool as it stands in the file."""

    name: str
    description: str
    effect: Literal["read", "write"]
    meaning: Meaning
    run: tuple[Statement, ...]
    outputs: tuple[str, ...]
    inputs: dict[str, Schema] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    weight: float = 1.0


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    tool: tuple[ToolEntry, ...]
    fields: dict[str, Schema] = field(default_factory=dict)


def read_tools(path: Path, wording: Wording, theirs: Collection[str] = ()) -> tuple[Tool, ...]:
    """The tools of a file, with their wording; `theirs`: the names of the user's. Raises `UserError` where one is not valid."""
    file = decoded(path, _File)
    names = {tool.name for tool in file.tool}
    for name in wording:
        if name not in names and name not in theirs:
            valid = f"Tools: {sorted(names)}." + (f" The user's: {sorted(theirs)}." if theirs else "")
            raise UserError(f"{path.parent / 'lexicon.yaml'}: wording for {name!r}, which is not a tool", valid)
    return made_tools(path, (file.tool, file.fields), {k: v for k, v in wording.items() if k in names})


def made_tools(
    path: Path,
    file: tuple[tuple[ToolEntry, ...], dict[str, Schema]],
    wording: Wording,
    phrases: tuple[str, ...] = _PHRASES,
) -> tuple[Tool, ...]:
    """Tools from their entries and the fields these speak of. `phrases`: the kinds of wording they may have. Raises `UserError` where one
    is not valid."""
    entries, fields = file
    for tool in entries:
        _check_wording(path, tool, wording.get(tool.name, {}), phrases)
    return tuple(_tool(path, tool, fields, wording.get(tool.name, {})) for tool in entries)


def _tool(path: Path, tool: ToolEntry, fields: dict[str, Schema], wording: dict[str, tuple[str, ...]]) -> Tool:
    place = Place(path, "tool", tool.name)
    properties: Schema = {}
    required: list[str] = []
    slots: dict[str, Slot] = {}
    for name, given in tool.inputs.items():
        base = _field(
            fields, given.get("field", name), place.within(f"input {name!r}"), {} if "type" in given else None
        )
        own = {k: v for k, v in given.items() if k not in ("field", "use", "optional")}
        schema = {**base, **own}
        if given.get("use"):
            slots[name] = _stands_for(schema, given["use"])
        if not given.get("optional") and "default" not in given:
            required.append(name)
        properties[name] = _published(schema, nullable=False)
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    returns, outputs = _returns(tool.outputs, fields, place)
    return Tool(
        name=tool.name,
        description=tool.description,
        parameters=parameters,
        returns=returns,
        effect=tool.effect,
        run=tool.run,
        reads=tool.reads,
        writes=tool.writes,
        meaning=tool.meaning,
        inputs=slots,
        outputs=outputs,
        weight=tool.weight,
        wording=wording,
    )


def _field(fields: dict[str, Schema], name: str, place: Place, default: Schema | None = None) -> Schema:
    found = fields.get(name, default)
    if found is None:
        raise UserError(f"{place}: there is no field {name!r}", f"Fields: {', '.join(fields)}.")
    return found


def _stands_for(schema: Schema, use: str) -> Slot:
    """The slot for a field's `of`, in a use other than its own."""
    table, _, column = schema.get("of", "").partition(".")
    column, _, computed = column.partition(":")
    return Slot(table, column, use or computed)


def _published(schema: Schema, nullable: bool) -> Schema:
    """The part of a field that is JSON Schema."""
    out = {k: v for k, v in schema.items() if k != "of"}
    kinds = out.get("type")
    if isinstance(kinds, list) and not nullable:
        plain = [k for k in kinds if k != "null"]
        out["type"] = plain[0] if len(plain) == 1 else plain
    return out


def _returns(paths: tuple[str, ...], fields: dict[str, Schema], place: Place) -> tuple[Schema, dict[str, Slot]]:
    """The schema of the result and what its fields stand for. Only the result itself may have more than is promised: one
    that had to be cut says so there."""
    root: Schema = {"type": "object", "properties": {}, "required": []}
    slots: dict[str, Slot] = {}
    for path in paths:
        *parents, name = path.split(".")
        node = root
        for part in parents:
            node = _inside(node, part)
        base = _field(fields, name, place.within(f"output {path!r}"))
        node["properties"][name] = _published(base, nullable=True)
        node["required"].append(name)
        if "of" in base:
            slots[path] = _stands_for(base, "")
    return root, slots


def _inside(node: Schema, part: str) -> Schema:
    """The object at a step of a path, made where it is not there yet."""
    name = part.removesuffix("[]")
    if name not in node["properties"]:
        inner = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        node["properties"][name] = {"type": "array", "items": inner} if part.endswith("[]") else inner
        node["required"].append(name)
    found: Schema = node["properties"][name]
    inside: Schema = found.get("items", found)
    return inside


def _check_wording(path: Path, tool: ToolEntry, wording: dict[str, tuple[str, ...]], kinds: tuple[str, ...]) -> None:
    where = f"{path.parent / 'lexicon.yaml'}: wording of {tool.name!r}"
    for kind, phrases in wording.items():
        if kind not in kinds:
            raise UserError(f"{where}: there is no kind of phrase {kind!r}", f"Valid: {', '.join(kinds)}.")
        back = {path for path in tool.outputs if "." not in path} if kind in ("done", "report") else set()
        unknown = sorted({slot for phrase in phrases for slot in _SLOT.findall(phrase)} - tool.inputs.keys() - back)
        if unknown:
            raise UserError(f"{where}: {unknown[0]!r} is not a parameter", f"Parameters: {', '.join(tool.inputs)}.")
        given = {path.rpartition(".")[2] for path in tool.outputs}
        lost = sorted({f for phrase in phrases for f in asks_for(phrase)[1]} - given)
        if lost:
            raise UserError(
                f"{where}: {lost[0]!r} is not a field of its result", f"Fields: {', '.join(sorted(given))}."
            )
