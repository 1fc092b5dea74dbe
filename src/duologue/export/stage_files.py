"""The files in which stages meet: toolsets, tasks, dialogues. docs/formats.md describes them field by field.

Any of them can be written by hand or by another program and given to the next stage. A toolset is one JSON object; tasks
and dialogues are one JSON value a line after a first line that says the format, and a list written by hand (with or
without that first line, or as one JSON array) is read too.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.export.files import whole_file
from duologue.ids import digest
from duologue.types import Dialogue, Environment, Scenario

TOOLS_FORMAT = "duologue.tools/1"
TASKS_FORMAT = "duologue.tasks/1"
DIALOGUES_FORMAT = "duologue.dialogues/1"

T = TypeVar("T", Scenario, Dialogue)


class ToolsFile(Struct, frozen=True):
    """A toolset with the environment it makes."""

    format: str
    name: str
    environment: Environment


class Heading(Struct, frozen=True):
    """The first line of a file of tasks or dialogues."""

    format: str
    environment: str = ""
    """Id of the environment they were made for."""


def named(environment: Environment) -> Environment:
    """The environment under the id that its content gives it: an edited one is another one."""
    draft = msgspec.structs.replace(environment, id="")
    return msgspec.structs.replace(draft, id=digest(draft))


def write_tools(environment: Environment, path: Path) -> None:
    """Write a toolset file, indented for reading and editing. Raises `UserError`."""
    with whole_file(path) as file:
        file.write(tools_file(environment))


def tools_file(environment: Environment) -> bytes:
    """What `write_tools` writes."""
    text = msgspec.json.encode(ToolsFile(TOOLS_FORMAT, environment.name, environment))
    return msgspec.json.format(text, indent=2) + b"\n"


def read_tools(path: Path, image: str) -> Environment:
    """Read a toolset file for the database image with that hash; one written by hand may leave `image` empty.

    Raises `UserError` when it can't be read or was made for another database.
    """
    try:
        found = msgspec.json.decode(_bytes(path), type=ToolsFile)
    except msgspec.DecodeError as error:
        raise UserError(f"{str(path)!r} is not a toolset: {error}", "Make one with `duologue tools`.") from error
    _check_format(found.format, TOOLS_FORMAT, path)
    environment = found.environment
    if environment.image not in ("", image):
        raise UserError(
            f"{str(path)!r} was made for another database (image {environment.image}, this one is {image}).",
            "Give the database it was made for, or make the tools again with `duologue tools`.",
        )
    return named(msgspec.structs.replace(environment, image=image))


def write_scenarios(scenarios: Iterable[Scenario], path: Path, environment: str) -> int:
    """Write a task file; the number of scenarios. Raises `UserError`."""
    return _write(scenarios, path, Heading(TASKS_FORMAT, environment))


def read_scenarios(path: Path) -> list[Scenario]:
    """Read a task file. Raises `UserError` naming the line that is not a scenario."""
    return list(_read(path, Scenario, TASKS_FORMAT))


def write_dialogues(dialogues: Iterable[Dialogue], path: Path, environment: str) -> int:
    """Write a dialogue file; the number of dialogues. Raises `UserError`."""
    return _write(dialogues, path, Heading(DIALOGUES_FORMAT, environment))


def read_dialogues(path: Path) -> list[Dialogue]:
    """Read a dialogue file. Raises `UserError` naming the line that is not a dialogue."""
    return list(_read(path, Dialogue, DIALOGUES_FORMAT))


def _write(values: Iterable[Scenario | Dialogue], path: Path, heading: Heading) -> int:
    encode = msgspec.json.Encoder().encode
    n = 0
    with whole_file(path) as file:
        file.write(encode(heading) + b"\n")
        for n, value in enumerate(values, start=1):  # noqa: B007 (counted on purpose)
            file.write(encode(value) + b"\n")
    return n


def _read(path: Path, kind: type[T], form: str) -> Iterator[T]:
    text = _bytes(path)
    if text.lstrip().startswith(b"["):
        try:
            yield from msgspec.json.decode(text, type=list[kind])  # type: ignore[valid-type]
        except msgspec.DecodeError as error:
            raise UserError(f"{str(path)!r} is not a {form} list: {error}", _see(form)) from error
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (number == 1 and _is_heading(line, form, path)):
            continue
        try:
            yield msgspec.json.decode(line, type=kind)
        except msgspec.DecodeError as error:
            raise UserError(f"{str(path)!r}, line {number}, is not a {kind.__name__}: {error}", _see(form)) from error


def _is_heading(line: bytes, form: str, path: Path) -> bool:
    try:
        heading = msgspec.json.decode(line, type=Heading)
    except msgspec.DecodeError:
        return False
    _check_format(heading.format, form, path)
    return True


def _check_format(found: str, known: str, path: Path) -> None:
    if found != known:
        raise UserError(f"{str(path)!r} has format {found!r}, not {known!r}.", _see(known))


def _see(form: str) -> str:
    return f"docs/formats.md describes {form} field by field."


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"Cannot read {str(path)!r}: {error.strerror}.", "Name an existing file.") from error
