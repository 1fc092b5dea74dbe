"""Writing rows to files and reading them back.

An export is a JSONL file and, beside it, one `env-<id>.json` for each environment its rows ran in: the tools with their
statements, the policy with its guards, the hash of the database image. With the database itself, that is all that is
needed to run every call again. Files are written whole or not at all.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.export.rows import FORMS, Metadata, Row, RunFacts, dialogue_of, messages_of, metadata_of, offered
from duologue.store import Store, StoredDialogue
from duologue.types import Dialogue, Environment

ENVIRONMENT_FORMAT = "duologue.environment/1"
CLOCK_RULE = (
    "A conversation's clock stands at `metadata.clock.start` (UTC). Before each call it moves on by a whole number of"
    " seconds between `least` and `most`, drawn from a generator seeded with `seed`; nothing else moves it."
)


class EnvironmentFile(Struct, frozen=True):
    """What `env-<id>.json` holds."""

    format: str
    clock: str
    """How time passes, in words."""
    environment: Environment


class Exported(Struct, frozen=True):
    """What an export wrote."""

    rows: int
    path: Path
    environments: tuple[Path, ...]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Row).decode


class Part(Struct, frozen=True):
    """A run's share of an export."""

    store: Store
    keep: frozenset[str] | None = None
    """Ids of the conversations that go in; None = all accepted."""


def write_export(store: Store, out: Path, form: str = "openai", keep: frozenset[str] | None = None) -> Exported:
    """Write the accepted conversations of a run, those in `keep` where it is given; see `write_exports`."""
    return write_exports([Part(store, keep)], out, form)


def write_exports(parts: Sequence[Part], out: Path, form: str = "openai") -> Exported:
    """Write conversations of several runs to `out`, run after run in the order of their items, and their environments beside it.

    Raises `UserError` for an unknown form or a place that can't be written.
    """
    if form not in FORMS:
        raise UserError(f"Unknown format {form!r}.", f"Choose one of: {', '.join(FORMS)}.")
    used: dict[str, Environment] = {}
    rows = 0
    with whole_file(out) as file:
        for part in parts:
            known = {environment.id: environment for environment in part.store.environments()}
            tools = {name: msgspec.Raw(_encode([offered(t) for t in e.toolset.tools])) for name, e in known.items()}
            config = part.store.config()
            version = str(part.store.notes().get("version", ""))
            run = RunFacts(int(config.get("seed", 0)), version, config.get("faults") or {})
            for stored in part.store.dialogues():
                if part.keep is not None and stored.dialogue.id not in part.keep:
                    continue
                name = stored.dialogue.environment
                file.write(_line(stored, known[name], tools[name], form, run))
                used[name] = known[name]
                rows += 1
        paths = tuple(write_environment(environment, out.parent) for environment in used.values())
    return Exported(rows, out, paths)


def _line(stored: StoredDialogue, environment: Environment, tools: msgspec.Raw, form: str, run: RunFacts) -> bytes:
    dialogue = stored.dialogue
    row = {
        "id": dialogue.id,
        "messages": messages_of(dialogue, FORMS[form]),
        "tools": tools,
        "metadata": metadata_of(dialogue, stored.verdicts, environment, run),
    }
    return _encode(row) + b"\n"


def environment_path(folder: Path, name: str) -> Path:
    """Where the environment with that id lies beside the rows of `folder`."""
    return folder / f"env-{name}.json"


def database_path(folder: Path, image: str) -> Path:
    """Where the database with that image hash lies beside the rows of `folder`, if it was written there."""
    return folder / f"database-{image}.sqlite"


def write_database(image: str, data: bytes, folder: Path) -> Path:
    """Write a database beside the rows in `folder`; one that is there already, as it is, is left alone."""
    path = database_path(folder, image)
    if path.is_file() and path.read_bytes() == data:
        return path
    with whole_file(path) as file:
        file.write(data)
    return path


def write_environment(environment: Environment, folder: Path) -> Path:
    """Write an environment beside the rows in `folder`."""
    path = environment_path(folder, environment.id)
    with whole_file(path) as file:
        file.write(msgspec.json.format(_encode(EnvironmentFile(ENVIRONMENT_FORMAT, CLOCK_RULE, environment)), indent=1))
    return path


def read_environment(path: Path) -> Environment:
    """Read an `env-<id>.json`. Raises `UserError`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=EnvironmentFile)
    except OSError as error:
        raise UserError(
            f"Cannot read {str(path)!r}: {error.strerror}.", "Keep the env-*.json files beside the exported rows."
        ) from error
    except msgspec.DecodeError as error:
        raise UserError(f"{str(path)!r} is not an environment file: {error}", "Export the run again.") from error
    if found.format != ENVIRONMENT_FORMAT:
        raise UserError(f"{str(path)!r} has format {found.format!r}.", f"This version reads {ENVIRONMENT_FORMAT!r}.")
    return found.environment


def read_rows(path: Path) -> Iterator[tuple[Dialogue, Metadata]]:
    """Read an exported file, in either form. Raises `UserError` naming the line that is not a row."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _parse(line, f"{str(path)!r}, line {number}")
    except OSError as error:
        raise UserError(f"Cannot read {str(path)!r}: {error.strerror}.", "Name a file that `export` wrote.") from error


def read_export(path: Path) -> Iterator[Dialogue]:
    """The conversations of an exported file; see `read_rows`."""
    return (dialogue for dialogue, _ in read_rows(path))


def _parse(line: bytes, where: str) -> tuple[Dialogue, Metadata]:
    try:
        row = _decode(line)
        return dialogue_of(row), row.metadata
    except (msgspec.DecodeError, ValueError) as error:
        _refuse_parts(line, where)
        raise UserError(f"{where} is not an exported conversation: {error}", "Export the run again.") from error


class _Kind(msgspec.Struct):
    format: str


class _Part(msgspec.Struct):
    """What a row of `--pairs` or `--groups` is known by."""

    metadata: _Kind


def _refuse_parts(line: bytes, where: str) -> None:
    """Raise `UserError` where a row is a pair or a group: each side of it is the end of a conversation, without what it takes to run it."""
    with suppress(msgspec.DecodeError):
        form = msgspec.json.decode(line, type=_Part).metadata.format
        kind = form.removeprefix("duologue.").partition("/")[0]
        if kind in ("pairs", "groups"):
            raise UserError(
                f"{where} is one of the {kind} of `export --{kind}`, which hold parts of conversations, without clock or tasks.",
                "Name the run of branches that they come from: `duologue verify RUN --rejected` runs the calls of all sides again.",
            )


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears at `path` complete, or not at all. Makes the folder where missing. Raises `UserError`."""
    if path.is_dir():
        raise UserError(f"{str(path)!r} is a folder.", "Name a file (-o).")
    if _is_database(path):
        raise UserError(f"{str(path)!r} is a database, and is not written over.", "Name another file (-o).")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise UserError(f"Cannot write {str(path)!r}: {error.strerror}.", "Choose another place (-o).") from error
    finally:
        with suppress(OSError):
            draft.unlink()
