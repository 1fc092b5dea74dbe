"""Tool lists that others published, read into `Tool`s without implementation.

Accepted, in JSON or JSON lines: the OpenAI form, bare functions (`name`, `description`, `parameters`; the types may be written
`dict` and `float`), MCP listings (`inputSchema`, `outputSchema`), and rows of any benchmark that hold such a list under `tools`
or `function`. Tools that come from one server, one domain or one file belong together and make one set. What is of no use is
left out, with the reason.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.environment.specifications import specification, tidy_object
from duologue.errors import UserError
from duologue.ids import DEEPEST, is_deep
from duologue.sources.files import read_text
from duologue.sources.source import presentable
from duologue.types import Tool

MOST_TOOLS = 64
"""Tools of one set; an assistant can't be shown more."""
_SCHEMAS = ("parameters", "inputSchema", "input_schema", "params")
_RETURNS = ("response", "outputSchema", "output_schema", "returns")
_LISTS = ("tools", "functions", "function", "responses_create_params")
_PLACES = ("server", "domain_name", "server_name")
_ENDINGS = (".json", ".jsonl")


class Dropped(Struct, frozen=True):
    """A tool that was left out, and why."""

    name: str
    reason: str


class SeedTools(Struct, frozen=True):
    """Tools that belong together. `returns` are given for some; their effects are not known."""

    name: str
    tools: tuple[Tool, ...]
    dropped: tuple[Dropped, ...] = ()


def read_seed_tools(path: str | Path) -> tuple[SeedTools, ...]:
    """The tool sets of a file, or of all JSON files of a folder, in the order they come.

    Raises `UserError` where there is no such file, it can't be read, or nothing in it is a tool.
    """
    place = Path(path)
    if not place.exists():
        raise UserError(f"{str(place)!r} does not exist", "Give a JSON or JSONL file of tools.")
    files = sorted(f for f in place.iterdir() if f.suffix in _ENDINGS) if place.is_dir() else [place]
    found: dict[str, _Set] = {}
    for file in files:
        for tool, where in _tools(_load(file), presentable(file.stem)):
            found.setdefault(where, _Set()).take(tool)
    sets = tuple(SeedTools(n, tuple(s.tools.values()), tuple(s.dropped)) for n, s in found.items() if s.tools)
    if not sets:
        reasons = sorted({d.reason for s in found.values() for d in s.dropped})
        raise UserError(
            f"{str(place)!r} holds no tool that can be used{': ' + reasons[0] if reasons else ''}",
            "A tool has a name, a description and `parameters` (a JSON Schema).",
        )
    return sets


class _Set:
    """A set while it is read."""

    def __init__(self) -> None:
        self.tools: dict[str, Tool] = {}
        self.dropped: list[Dropped] = []

    def take(self, given: dict[str, Any]) -> None:
        try:
            tool = _read(given)
            known = self.tools.get(tool.name)
            if known == tool:
                return
            if known is not None:
                raise ValueError("another tool of the set has this name")
            if len(self.tools) == MOST_TOOLS:
                raise ValueError(f"the set has {MOST_TOOLS} tools already")
            self.tools[tool.name] = tool
        except ValueError as error:
            self.dropped.append(Dropped(str(given.get("name", ""))[:80], str(error)))


def _read(given: dict[str, Any]) -> Tool:
    parameters = next((given[k] for k in _SCHEMAS if k in given), None)
    tool = specification(given.get("name"), given.get("description") or given.get("doc"), parameters)
    returns = next((given[k] for k in _RETURNS if isinstance(given.get(k), dict)), None)
    if returns:
        # where it is no schema of an object, what the tool returns is predicted like any other's
        with suppress(ValueError):
            tool = replace(tool, returns=tidy_object(returns))
    hints = given.get("annotations")
    if isinstance(hints, dict) and hints.get("readOnlyHint") is False:
        tool = replace(tool, effect="write")
    return tool


def _tools(value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every tool in a file's content, with the set it belongs to."""
    if isinstance(value, list):
        for item in value:
            yield from _tools(item, place)
    elif isinstance(value, dict):
        place = next((presentable(value[k]) for k in _PLACES if isinstance(value.get(k), str)), place)
        if isinstance(value.get("function"), dict):
            yield value["function"], place
        elif isinstance(value.get("name"), str) and any(k in value for k in (*_SCHEMAS, "description", "doc")):
            yield value, place
        else:
            for name in _LISTS:
                yield from _tools(value.get(name), place)


def _load(file: Path) -> Any:
    """A file's content; of JSON lines, a list."""
    text = read_text(file)
    try:
        found = _decoded(text, file)
        deep = is_deep(found)
    except RecursionError:
        deep = True
    if deep:
        raise UserError(f"{str(file)!r} is nested more than {DEEPEST} deep.", "Give a file of tools.")
    return found


def _decoded(text: str, file: Path) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [msgspec.json.decode(line) for line in lines]
        except msgspec.DecodeError as error:
            shown = whole if file.suffix == ".json" and len(lines) < 2 else error
            raise UserError(f"{str(file)!r} is neither JSON nor JSON lines: {shown}", "Mend the file.") from None
