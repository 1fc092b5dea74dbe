"""Where the conversations come from that are gone on with: a run, or any file of conversations.

Each gives what it has, in order: conversations, and in the place of one that can't be gone on with, why. A row that `export` wrote is read
as what it was, with its tasks and acts; of any other row only the messages and the tools are known. Whichever way, a state can be built
again only where there are tools that run (`env-*.json` beside the rows, or `--env`) and a database (`--db`).

Conversations are read when they are gone on with, one at a time: what is held of all of them is where they stand and what they are called.
A file is walked through once to know that, and once more as they are made.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.checked import CONTINUE
from duologue.continuing.asked import Asked
from duologue.continuing.foreign import dialogue_of_talk
from duologue.errors import StageError, UserError
from duologue.export import environment_path, read_environment, read_tools
from duologue.export.rows import FORMAT, Row, dialogue_of
from duologue.export.stage_files import named
from duologue.ground import built_in, catalog_of
from duologue.ids import canonical, digest_text
from duologue.onward import open_source
from duologue.sources import from_sqlite
from duologue.store import Store
from duologue.talks import Talk, Unreadable, conversations_or
from duologue.talks.files import Raw
from duologue.types import Dialogue, Environment, Json

NO_TOOLS, NO_DATABASE = "nothing says how its tools work", "its database is not given"
_PIECE = 2**20
"""Characters of a file that are read at a time to tell it from another."""
MISSING = {
    NO_TOOLS: "Keep the env-*.json files beside exported rows, or name a toolset: --env FILE.",
    NO_DATABASE: "Give each that they were made from: --db FILE.",
}
"""What the person could name → how."""


class Parent(Struct, frozen=True):
    """A conversation to go on from; or why there is none."""

    name: str
    """Its id, or where it stands in a file."""
    dialogue: Dialogue | None = None
    reason: str = ""
    evidence: str = ""
    foreign: bool = False
    """Nothing but its messages is known."""
    unread: bool = False
    """What stands there can't be read as a conversation."""


class Entry(Struct, frozen=True):
    """A conversation without its content. `environment`: empty where it can't be gone on with, for that reason."""

    name: str
    environment: str = ""
    reason: str = ""
    evidence: str = ""
    unread: bool = False
    """See `Parent`."""


class Origin(Protocol):
    """What a run of continuations needs of where its conversations come from; `Reopened` too."""

    def config(self) -> dict[str, Json]:
        """What tells it from another one."""

    def entries(self, limit: int | None) -> list[Entry]:
        """The first so many conversations."""

    def parent(self, number: int) -> Parent:
        """One of them; quickest in their order."""

    def used(self) -> set[str]:
        """Names of tasks that are not to come again, and of what they ask."""

    def environments(self) -> tuple[Environment, ...]:
        """All environments, as far as they are known beforehand."""

    def environment(self, name: str) -> Environment:
        """The environment with that id."""

    def image(self, name: str) -> bytes:
        """The bytes of an image."""

    def catalog(self, name: str) -> bytes | None:
        """The catalog of an environment, as JSON."""


class RunOrigin:
    """A run folder: its accepted conversations."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.config, self.environments, self.environment = store.config, store.environments, store.environment
        self.image, self.catalog = store.image, store.catalog

    def entries(self, limit: int | None) -> list[Entry]:
        """In the order of their items."""
        return [Entry(name, environment) for _, name, environment in self._accepted[:limit]]

    def parent(self, number: int) -> Parent:
        """See `Origin`."""
        stored = self.store.of_item(self._accepted[number][0])
        assert stored is not None
        return Parent(stored.dialogue.id, stored.dialogue)

    @cached_property
    def _accepted(self) -> list[tuple[int, str, str]]:
        found: Iterator[Any] = self.store.db.execute(
            "SELECT item, id, environment FROM dialogues WHERE accepted = 1 ORDER BY item"
        )
        return list(found)

    def used(self) -> set[str]:
        """All that was drawn in the run."""
        return self.store.used()


class FileOrigin:
    """A file of conversations, with the databases and tools that were named beside it."""

    def __init__(self, path: Path, databases: Sequence[Path], env: Path | None, seed: int) -> None:
        """Raises `UserError` where something that was named can't be read."""
        self.path, self.env, self.seed = path, env, seed
        try:
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                self._mark = digest_text(iter(lambda: file.read(_PIECE), ""))
        except OSError as error:
            raise UserError(
                f"Cannot read {str(path)!r}: {error.strerror}.", "Name a run folder, or a file of conversations."
            ) from error
        self._databases = databases
        self._given = [from_sqlite(database) for database in databases]
        self._sources = {source.image.hash: source for source in self._given}
        self._known: dict[str, Environment] = {}
        self._catalogs: dict[str, bytes] = {}
        self._beside: dict[Path, Environment] = {}
        self._faults: dict[bytes, dict[str, Json]] = {}
        self._used: set[str] | None = None
        self._walk: Iterator[_Row] = iter(())
        self._next = -1
        """The row that the walk comes to next; -1: none is under way."""

    def config(self) -> dict[str, Json]:
        """The file by its name and content, and what was named beside it."""
        images = sorted(source.image.hash for source in self._given)
        tools = self._named_tools.id if self.env is not None else ""
        named = {"file": self.path.name, "content": self._mark, "databases": images, "env": tools}
        return {**named, "faults": faults} if (faults := self._rates()) else named

    def _rates(self) -> dict[str, Json]:
        """How often calls went wrong on purpose in the run that the rows met so far are of. Raises `UserError` where they are of several."""
        if len(self._faults) > 1:
            raise UserError(
                f"The conversations of {self.path.name!r} met faults at different rates.",
                "Go on from the runs themselves, or from a file of each.",
            )
        return next(iter(self._faults.values()), {})

    def environments(self) -> tuple[Environment, ...]:
        """Those met so far."""
        return tuple(self._known.values())

    def environment(self, name: str) -> Environment:
        """One met in a row. Raises `KeyError`."""
        return self._known[name]

    def image(self, name: str) -> bytes:
        """That of a database that was named or found. Raises `KeyError`."""
        return self._sources[name].image.data

    def catalog(self, name: str) -> bytes | None:
        """What the schema of an environment's database means; None where it has none."""
        image = self._known[name].image
        if image and image not in self._catalogs:
            self._catalogs[image] = msgspec.json.encode(catalog_of(self._sources[image]))
        return self._catalogs.get(image)

    def check_needed(self) -> None:
        """Raise `UserError` where a database was named that none of the conversations met so far goes on in."""
        needed = {environment.image for environment in self._known.values()}
        for path, source in zip(self._databases, self._given, strict=True):
            if source.image.hash not in needed:
                several = self.env is not None and len(self._given) > 1
                raise UserError(
                    f"--db {str(path)!r}: none of the conversations goes on in this database.",
                    "With --env, name one database."
                    if several
                    else "Leave it out, or name the one they were made from.",
                )

    def used(self) -> set[str]:
        """The tasks of the rows of ours."""
        if self._used is None:
            self.entries(0)
        return self._used or set()

    def entries(self, limit: int | None) -> list[Entry]:
        """Rows in their order, each with what can be made of it."""
        out, self._used = list[Entry](), set()
        for number, row in enumerate(self._rows()):
            asked = limit is None or number < limit
            if not asked and not isinstance(row, Raw):
                continue
            parent = self._read(row)
            dialogue = parent.dialogue
            if dialogue is not None and not parent.foreign:
                self._used.update(task.id for task in dialogue.scenario.tasks)
            if asked:
                environment = dialogue.environment if dialogue is not None else ""
                out.append(Entry(parent.name, environment, parent.reason, parent.evidence, parent.unread))
        return out

    def parent(self, number: int) -> Parent:
        """See `Origin`."""
        if not 0 <= self._next <= number:
            self._walk, self._next = self._rows(), 0
        for row in self._walk:
            self._next += 1
            if self._next > number:
                return self._read(row)
        raise IndexError(number)

    def _rows(self) -> "Iterator[_Row]":
        return conversations_or(self.path, _exported)

    def _read(self, row: "_Row") -> Parent:
        if isinstance(row, Raw):
            return self._exported(row.value, f"{self.path.name}:{row.line}")
        return self._foreign(row)

    # ── rows of ours ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _exported(self, value: Json, where: str) -> Parent:
        try:
            row = msgspec.convert(value, Row)
            dialogue = dialogue_of(row)
            _check_fits(dialogue)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            return Parent(where, reason="it is no row as `export` writes them", evidence=str(error), unread=True)
        try:
            environment = self._environment_of(dialogue)
        except StageError as error:
            return Parent(dialogue.id, reason=error.reason, evidence=error.evidence)
        faults = row.metadata.faults or {}
        self._faults[canonical(faults)] = faults
        return Parent(dialogue.id, replace(dialogue, environment=environment.id))

    def _environment_of(self, dialogue: Dialogue) -> Environment:
        """That of a row, over the database it was made from, or the only one that was named. Raises `StageError`."""
        beside = environment_path(self.path.parent, dialogue.environment)
        if self.env is None and not beside.is_file():
            raise StageError(CONTINUE, NO_TOOLS, beside.name)
        found = self._environment_beside(beside) if beside.is_file() else self._named_tools
        if not found.image:
            return self._met(found)
        if found.image not in self._sources:
            source = built_in(found.image, self.path.parent)
            if source is not None:
                self._sources[found.image] = source
            elif len(self._given) == 1:
                found = named(replace(found, image=self._given[0].image.hash))
            else:
                raise StageError(CONTINUE, NO_DATABASE, f"{found.name}, image {found.image}")
        return self._met(found)

    def _environment_beside(self, path: Path) -> Environment:
        if path not in self._beside:
            self._beside[path] = read_environment(path)
        return self._beside[path]

    def _met(self, environment: Environment) -> Environment:
        return self._known.setdefault(environment.id, environment)

    @cached_property
    def _named_tools(self) -> Environment:
        """What `--env` names: a toolset, or an environment as `export` writes them beside the rows."""
        assert self.env is not None
        image = self._given[0].image.hash if len(self._given) == 1 else ""
        try:
            return named(replace(read_environment(self.env), image=image))  # whether it fits, its calls will show
        except UserError:
            return read_tools(self.env, image)

    # ── rows of others ───────────────────────────────────────────────────────────────────────────────────────────────

    def _foreign(self, row: Talk | Unreadable) -> Parent:
        place = row.place
        name = f"{self.path.name}:{place.line}" + (f".{place.index}" if place.index >= 0 else "")
        if not isinstance(row, Talk):
            return Parent(name, reason=row.what, evidence=row.evidence, unread=True)
        try:
            environment = self._met(self._named_tools) if self.env is not None and self._given else None
            if environment is None and self._given:
                raise StageError(CONTINUE, NO_TOOLS)
            dialogue, made = dialogue_of_talk(row, name, environment, self.seed)
        except StageError as error:
            return Parent(name, reason=error.reason, evidence=error.evidence, foreign=True)
        self._met(made)
        return Parent(name, dialogue, foreign=True)


def _check_fits(dialogue: Dialogue) -> None:
    """Raise `ValueError` where what is said of a conversation points to tasks, parts or turns that it does not have."""
    turns, tasks, since = dialogue.turns, dialogue.scenario.tasks, dialogue.continued
    if not turns or not tasks:
        raise ValueError(f"{'messages' if not turns else 'metadata.tasks'}: there are none")
    for number, turn in enumerate(turns):
        if not 0 <= turn.task < len(tasks):
            raise ValueError(f"metadata.turns: turn {number} is about task {turn.task} of {len(tasks)}, counted from 0")
    for task, part in dialogue.scenario.order:
        if not (0 <= task < len(tasks) and 0 <= part < len(tasks[task].subtasks)):
            raise ValueError(f"metadata.order: there is no part {part} of task {task}, counted from 0")
    if since is not None and not (0 <= since.at <= len(turns) and 0 <= since.task <= len(tasks)):
        raise ValueError(f"metadata.continued: it has no turn {since.at} or no task {since.task}")


def origin_of(asked: Asked, stack: ExitStack) -> Origin:
    """Where the conversations come from that are asked for. Raises `UserError`."""
    if asked.source.is_file():
        return FileOrigin(asked.source, asked.databases, asked.env, asked.seed)
    if asked.databases or asked.env is not None:
        raise UserError("A run holds its database and its tools.", "Leave out --db and --env, or name a file.")
    return RunOrigin(stack.enter_context(open_source(asked.source)))


_Row = Talk | Unreadable | Raw
"""What a file is walked through by; rows that `export` wrote as they stand there."""


def _exported(raw: Raw) -> Raw | None:
    """That row, where `export` wrote it."""
    about = raw.value.get("metadata") if isinstance(raw.value, dict) else None
    return raw if isinstance(about, dict) and about.get("format") == FORMAT else None
