"""The store of a run: what was asked for, what it was made from, what became of each item.

An *item* is one of the `-n` conversations asked for. It begins, may be tried several times, and ends exactly once, accepted or
rejected (see `tally`), in one transaction that also writes its conversation, its tasks and its attempts. A process killed at any moment therefore leaves whole items, and at
most a begun one that the next run begins again.

Conversations are kept as JSON with the numbers that the statistics need in columns beside them (see `records`, `stats`).
Readers and the writer meet only in the file; see `files` for how it is made, opened and locked.
"""

import platform
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw
import msgspec

from duologue import __version__
from duologue.errors import UserError
from duologue.ids import canonical
from duologue.store.decoding import conversation_of, environment_of, image_of, named, readable_catalog
from duologue.store.differing import differing
from duologue.store.files import FILE_NAME, FolderLock, create_file, explained, open_file
from duologue.store.moments import Moments
from duologue.store.records import StoredDialogue, writing_tools
from duologue.store.tally import Ended, Tally
from duologue.store.underway import UnderWay
from duologue.types import Environment, Json, Turn

PIECE = 32 * 1024 * 1024
"""Bytes of an image that are compressed together: bounds memory and stays far below SQLite's limit for one value."""

LOOKED_AT = 50
"""About so many conversations of a run that is gone on with are read, to see that they can be."""

MADE_WITH = "made_with"
"""The note that says what a run was begun with: program → version."""
_encode = msgspec.json.Encoder().encode

_BEGUN = "INSERT OR IGNORE INTO items (item) VALUES (?)"
_END = """
    INSERT INTO items VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (item) DO UPDATE SET outcome = ?2, stage = ?3, reason = ?4, evidence = ?5, blame = ?6 WHERE outcome IS NULL
"""
_DIALOGUE = f"INSERT INTO dialogues VALUES ({', '.join('?' * 15)})"
_TASKS = "INSERT INTO tasks (item, id) VALUES (?, ?)"
_ROWS = {
    "attempts": "INSERT INTO attempts VALUES (?, ?, ?, ?)",
    "checks": "INSERT INTO checks VALUES (?, ?, ?, ?, ?)",
    "redrawn": "INSERT INTO redrawn VALUES (?, ?, ?, ?, ?, ?, ?)",
    "faults": "INSERT INTO faults VALUES (?, ?, ?, ?)",
    "untried": "INSERT INTO untried VALUES (?, ?, ?, ?)",
    "decisions": "INSERT INTO decisions VALUES (?, ?, ?)",
}
"""What a row that belongs to an item is written with, by the field of `Ended` it is in."""


class Store(Tally):
    """One run folder. Make one with `create` or `open`; close it, or use it in a `with` statement."""

    def __init__(self, folder: Path, db: apsw.Connection, lock: FolderLock | None) -> None:
        super().__init__()
        self.folder = folder
        self._db = db
        self.moments = Moments(folder, db)
        """What is written together."""
        self._lock = lock
        self._writing: dict[str, frozenset[str]] = {}
        self._explained = explained(folder)
        self._under_way = UnderWay(folder, db, self.moments, lock is not None)

    @classmethod
    def create(cls, folder: Path, config: Mapping[str, Json]) -> Self:
        """Begin a run in `folder`, made where missing. Raises `UserError` when it holds one already or can't be written."""
        if (folder / FILE_NAME).exists():
            raise UserError(f"{str(folder)!r} already holds a run.", "Use another folder (-o), or open that one.")
        programs = {"duologue": __version__, "Python": platform.python_version(), "SQLite": apsw.sqlite_lib_version()}
        notes = {"version": __version__, MADE_WITH: programs}
        tables = {"config": config, "notes": notes}
        create_file(folder, {t: [(k, canonical(v).decode()) for k, v in rows.items()] for t, rows in tables.items()})
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, readonly: bool = False) -> Self:
        """Go on with the run in `folder`. Raises `UserError` when there is none, when it is damaged, made by a newer
        version, being written by another process, or in a folder that can't be written (unless `readonly`)."""
        if readonly:
            return cls(folder, open_file(folder, True), None)
        lock = FolderLock(folder) if folder.is_dir() else None
        try:
            return cls(folder, open_file(folder, False), lock)
        except BaseException:
            if lock:
                lock.release()
            raise

    @property
    def db(self) -> apsw.Connection:
        """For reading with SQL of one's own (`stats` does), all that was written so far."""
        self.moments.flush()
        return self._db

    @property
    def writes(self) -> bool:
        """This is the run's one writer."""
        return self._lock is not None

    def close(self) -> None:
        """Let the file and the lock go. Raises `UserError` where what was written last can't be committed."""
        try:
            self.moments.close()
        finally:
            self._db.close()
            if self._lock:
                self._lock.release()
                self._lock = None

    @property
    def is_written(self) -> bool:
        """Whether a process, this one or another, has the run open for writing."""
        return FolderLock.held(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(UserError) if error is not None else nullcontext():
            self.close()

    # ── What was asked for ──────────────────────────────────────────────────────────────────────────────────────────────

    def config(self) -> dict[str, Json]:
        """The arguments the run was started with."""
        return named(self.folder, "config", self._rows("SELECT name, value FROM config"))

    @classmethod
    def begun(cls, folder: Path, config: Mapping[str, Json], grows: str = "") -> Self:
        """The store of the run in a folder that was started with these arguments: a new one, or the one to go on with. The argument that
        it `grows` by may be a larger number now, and then is from now on.

        Raises `UserError` when the folder can't be used or holds a run with other arguments.
        """
        if not (folder / FILE_NAME).exists():
            return cls.create(folder, config)
        store = cls.open(folder)
        try:
            with explained(folder):
                if not store._grown(config, grows):
                    store.check_config(config)
                store._look_over()
        except BaseException:
            store.close()
            raise
        return store

    def check_config(self, config: Mapping[str, Json]) -> None:
        """Raise `UserError`, naming each argument that differs, unless `config` is what the run was started with."""
        old = self.config()
        new = {name: msgspec.json.decode(canonical(value)) for name, value in config.items()}
        if old != new:
            raise UserError(
                f"{str(self.folder)!r} holds a run with other arguments ({'; '.join(differing(old, new))}).",
                "Give the same arguments to finish it, or another folder (-o) to begin a new one.",
            )

    def _grown(self, config: Mapping[str, Json], grows: str) -> bool:
        """Let the run grow where that argument is larger now and all others are the same. Raises `UserError` where it is smaller."""
        before, now = self.config().get(grows), config.get(grows)
        if not isinstance(before, int) or not isinstance(now, int) or before == now:
            return False
        self.check_config({**config, grows: before})
        if now < before:
            raise UserError(
                f"{str(self.folder)!r} holds a run of {before:,} items, and -n {now} asks for fewer.",
                f"A run can only grow: give -n {before} or more, or another folder (-o) for a smaller one.",
            )
        self.db.execute("UPDATE config SET value = ? WHERE name = ?", (canonical(now).decode(), grows))
        return True

    def _look_over(self) -> None:
        """Read the environments and some of the conversations, spread over the run, the last (which a crash of the machine is the first
        to tear) among them. Raises `UserError` at what can't be read: nothing is added to a damaged run."""
        self.environments()
        last = int(self.db.execute("SELECT coalesce(max(item), -1) FROM dialogues").get)
        for item in {*range(0, last, -(-last // LOOKED_AT) or 1), last}:
            self.of_item(item)

    def note(self, name: str, value: Json) -> None:
        """Keep a remark about the run under `name`, replacing what was there."""
        with explained(self.folder):
            self.db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, canonical(value).decode()))

    def notes(self) -> dict[str, Json]:
        """All remarks."""
        return named(self.folder, "notes", self._rows("SELECT name, value FROM notes"))

    def size(self) -> int:
        """Bytes that the run takes up."""
        return sum(path.stat().st_size for path in self.folder.glob(f"{FILE_NAME}*"))

    def add_seconds(self, seconds: float) -> None:
        """Add to the time spent on this run, over all its continuations (note `seconds`)."""
        self.note("seconds", round(float(self.notes().get("seconds", 0.0)) + seconds, 3))

    # ── What it is made from ────────────────────────────────────────────────────────────────────────────────────────────

    def put_environment(self, environment: Environment, image: bytes | None, catalog: bytes | None = None) -> None:
        """Keep an environment and, once per hash, the bytes of its image. Putting it again changes nothing.

        `image` may be None where an environment with that image was put before. `catalog` is a `Catalog` as JSON.
        """
        row = (environment.id, environment.name, environment.image, _encode(environment), catalog)
        tools = [(environment.id, tool.name, tool.effect) for tool in environment.toolset.tools]
        with explained(self.folder), self.db:
            if image is not None:
                self._put_image(environment.image, image)
            self.db.execute("INSERT OR IGNORE INTO environments VALUES (?, ?, ?, ?, ?)", row)
            self.db.executemany("INSERT OR IGNORE INTO tools VALUES (?, ?, ?)", tools)
        self._writing[environment.id] = writing_tools(environment)

    def _put_image(self, name: str, image: bytes) -> None:
        if self.db.execute("SELECT 1 FROM images WHERE hash = ?", (name,)).fetchone():
            return
        for piece, start in enumerate(range(0, len(image), PIECE)):
            data = zlib.compress(image[start : start + PIECE], level=1)
            self.db.execute("INSERT INTO images VALUES (?, ?, ?)", (name, piece, data))

    def image(self, name: str) -> bytes:
        """The bytes of the image with that hash. Raises `KeyError`."""
        pieces = list(self._rows("SELECT data FROM images WHERE hash = ? ORDER BY piece", (name,)))
        if not pieces:
            raise KeyError(name)
        return image_of(self.folder, name, pieces)

    def environment(self, name: str) -> Environment:
        """The environment with that id. Raises `KeyError`."""
        found = next(self._rows("SELECT id, body FROM environments WHERE id = ?", (name,)), None)
        if found is None:
            raise KeyError(name)
        return environment_of(self.folder, *found)

    def environments(self) -> tuple[Environment, ...]:
        """All environments, in the order they were put."""
        rows = self._rows("SELECT id, body FROM environments ORDER BY rowid")
        return tuple(environment_of(self.folder, *row) for row in rows)

    def catalog(self, name: str) -> bytes | None:
        """The catalog, as JSON, that was put with that environment. Raises `UserError` where it is none that can be read."""
        found: bytes | None = next(self._rows("SELECT catalog FROM environments WHERE id = ?", (name,)), (None,))[0]
        return None if found is None else readable_catalog(self.folder, name, found)

    # ── What became of each item ────────────────────────────────────────────────────────────────────────────────────────

    def begin_item(self, item: int) -> None:
        """See `Tally.begin_item`; a begun item is known as unfinished until it ends."""
        super().begin_item(item)
        self.mark_begun(item)

    def mark_begun(self, item: int) -> None:
        """Write that an item has begun."""
        self.moments.begin()
        self.moments.add(_BEGUN, [(item,)])

    def end(self, ended: Ended) -> None:
        """Write an item's end, its conversation and all that was counted of it, all or nothing; committed with all else of the moment.

        Raises `ValueError` at a second end.
        """
        with self._explained:
            self.moments.begin()
            with self.moments.whole:
                self._end(ended)
            self._under_way.dropped(ended.item)

    def _end(self, ended: Ended) -> None:
        item, add = ended.item, self.moments.add
        self._db.execute(_END, (item, ended.outcome, ended.stage, ended.reason, ended.evidence, ended.blame))
        if not self._db.changes():
            raise ValueError(f"item {item} has ended already")
        self._under_way.drop(item)
        add(_TASKS, [(item, task) for task in ended.tasks])
        for table, statement in _ROWS.items():
            if rows := getattr(ended, table):
                add(statement, [(item, *row) for row in rows])
        if ended.dialogue:
            add(_DIALOGUE, [(item, *ended.dialogue)])

    def kept_turns(self, item: int, scenario: str) -> tuple[Turn, ...]:
        """The turns of an item's conversation that was cut short; none where another scenario was played, or none."""
        with self._explained:
            return self._under_way.find(item, scenario)

    def keep_turns(self, item: int, scenario: str, first: int, turns: Sequence[Turn]) -> None:
        """Keep turns of an item's conversation, from number `first` on, until the item ends."""
        self._under_way.keep(item, scenario, first, len(turns), _encode(turns))

    def write_turns(self, item: int, scenario: str, first: int, count: int, turns: bytes) -> None:
        """As `keep_turns`, of so many turns, a list as JSON."""
        self._under_way.keep(item, scenario, first, count, turns)

    def writing(self, environment: str) -> frozenset[str]:
        """Names of an environment's tools whose effect is `write`."""
        if environment not in self._writing:
            self._writing[environment] = writing_tools(self.environment(environment))
        return self._writing[environment]

    # ── Reading it back ─────────────────────────────────────────────────────────────────────────────────────────────────

    def finished_items(self) -> dict[int, str]:
        """Item → `accepted` or `rejected`, of those that ended."""
        return dict(self._rows("SELECT item, outcome FROM items WHERE outcome IS NOT NULL ORDER BY item"))

    def finished_among(self, items: range) -> set[int]:
        """Those of consecutive items that ended."""
        among = "SELECT item FROM items WHERE outcome IS NOT NULL AND item BETWEEN ? AND ?"
        return {item for (item,) in self._rows(among, (items.start, items.stop - 1))}

    def blames(self) -> dict[str, int]:
        """Who rejected items are lost to → how many, the most first; items of runs made before blame was kept are left out."""
        counted = (
            "SELECT blame, count(*) FROM items WHERE outcome = 'rejected' AND blame <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return dict(self._rows(counted))

    def used(self) -> set[str]:
        """Ids of the tasks that finished items drew, accepted or rejected, and names of what they ask."""
        return {name for (name,) in self._rows("SELECT DISTINCT id FROM tasks")}

    def uses_any(self) -> bool:
        """Whether any finished item drew a task."""
        return bool(self.db.execute("SELECT EXISTS (SELECT 1 FROM tasks)").get)

    def is_used(self, name: str, before: int) -> bool:
        """Whether a finished item before `before` drew a task of that id, or one that asks for what has that name."""
        return bool(
            self.db.execute("SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ? AND item < ?)", (name, before)).get
        )

    def dialogues(self, accepted: bool = True) -> Iterator[StoredDialogue]:
        """Conversations in the order of their items: those accepted, or those rejected."""
        yield from self._read("WHERE accepted = ? ORDER BY item", (int(accepted),))

    def dialogue(self, number: int, accepted: bool = True) -> StoredDialogue:
        """The accepted (or rejected) conversation with that number, from 1 on. Behind those that were rejected for good come those
        that were drawn again. Raises `UserError`, saying how many there are."""
        which = "WHERE accepted = ? ORDER BY item LIMIT 1 OFFSET ?"
        found = list(self._read(which, (int(accepted), number - 1))) if number > 0 else []
        n = self.db.execute("SELECT count(*) FROM dialogues WHERE accepted = ?", (int(accepted),)).get
        if not accepted and number > n:
            found = list(self._read_redrawn("LIMIT 1 OFFSET ?", (number - n - 1,)))
        if found:
            return found[0]
        again = self.db.execute("SELECT count(*) FROM redrawn").get if self.keeps_redrawn and not accepted else 0
        last, kind = n + again, "" if accepted else "rejected "
        holds = f"{n} rejected for good and {again} drawn again" if again else str(n)
        start = "Run `duologue generate` with this folder first." * accepted
        fix = f"Choose a number from 1 to {last}." if last else start
        raise UserError(f"There is no {kind}conversation {number} in {str(self.folder)!r}: it holds {holds}.", fix)

    def of_item(self, item: int) -> StoredDialogue | None:
        """The conversation that an item ended with, accepted or not."""
        return next(self._read("WHERE item = ?", (item,)), None)

    def rejected_in(self, stage: str) -> int:
        """How many items were rejected in a stage."""
        return int(self.db.execute("SELECT count(*) FROM items WHERE outcome = 'rejected' AND stage = ?", (stage,)).get)

    def redrawn(self) -> Iterator[StoredDialogue]:
        """Conversations that failed a check and were drawn again, in the order of their items; none in a file of an older version."""
        yield from self._read_redrawn("", ())

    def _read_redrawn(self, which: str, values: tuple[int, ...]) -> Iterator[StoredDialogue]:
        if self.keeps_redrawn:
            sql = f"SELECT item, attempt, body, verdicts FROM redrawn ORDER BY item, attempt {which}"
            for item, attempt, body, verdicts in self._rows(sql, values):
                yield conversation_of(self.folder, item, body, verdicts, attempt)

    @cached_property
    def keeps_redrawn(self) -> bool:
        """The file has a place for conversations that were drawn again, and for what proofs left untried; an older one has not."""
        return bool(self.db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'redrawn'").get)

    def _read(self, which: str, values: tuple[int, ...]) -> Iterator[StoredDialogue]:
        for row in self._rows(f"SELECT item, body, verdicts FROM dialogues {which}", values):
            yield conversation_of(self.folder, *row)

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        """What a query finds. Raises `UserError` where the file can't be read."""
        with explained(self.folder):
            yield from self.db.execute(sql, values)
