"""What an item's tasks are to be about: drawn by seed, so that thousands of askings differ.

A model that is asked for "a task" again and again soon repeats itself. So each item comes with a corner of the database (a table, its
neighbours, a few real rows that hang together), a few tools to build on, a person, an occasion, a difficulty, and whether something is to
be changed. The rows are a limited view on purpose: what they don't show must be phrased as something to find out.
"""

import random
from functools import cached_property
from typing import Literal

import apsw
from msgspec import Struct

from duologue.catalog.examples import json_value
from duologue.catalog.model import Catalog, Link, Table
from duologue.environment import Image, quote
from duologue.types import Environment, Json, Tool

Difficulty = Literal["easy", "medium", "hard"]
PEOPLE = (
    ("customer", "asks about what is theirs; brief, everyday words, a little impatient"),
    ("customer", "careful and polite, unsure of exact names and dates"),
    ("staff", "at the front desk with somebody waiting, speaks in half sentences"),
    ("staff", "new in the job, wants to be sure before anything is changed"),
    ("staff", "experienced, knows what they want, dislikes small talk"),
    ("manager", "prepares a meeting and compares things"),
    ("manager", "answers for mistakes and checks what looks odd"),
    ("analyst", "thinks in figures, groups and periods"),
    ("auditor", "checks single records against what should be true"),
    ("secretary", "asks on behalf of somebody who is in a hurry"),
)
OCCASIONS = (
    "a complaint is being looked into", "a phone call is under way", "a wrong entry was noticed", "a report is due today",
    "something is late", "plans have changed", "two things are compared before a choice", "a hand-over to a colleague",
    "a list is worked off", "a stock-take", "somebody has moved or changed their details", "an anniversary or a season",
    "a rumour is to be confirmed or denied", "a bill or a figure is doubted", "a new case is set up", "an old case is closed",
    "a promise made yesterday must be kept", "the largest and the smallest are of interest", "something seems to be missing",
    "a favour for a regular",
)  # fmt: skip
ROWS = 3
COLUMNS = 10
LONGEST = 60
WRITES = 0.45
"""How often something is to be changed, where a tool can."""
COUNTS = ((1, 2, 3), (30, 50, 20))
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


class Excerpt(Struct, frozen=True):
    """A few rows of a table, as columns and values."""

    table: str
    rows: tuple[dict[str, Json], ...]


class Focus(Struct, frozen=True):
    """What one item's tasks are about."""

    person: str
    manner: str
    occasion: str
    count: int
    difficulties: tuple[Difficulty, ...]
    write: tuple[bool, ...]
    tools: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]


class Corners:
    """Draws corners of one environment. `image` is None where nothing can be looked at."""

    def __init__(self, catalog: Catalog, image: Image | None, environment: Environment) -> None:
        self.catalog, self._image, self.environment = catalog, image, environment
        tools = environment.toolset.tools
        seen = {t for tool in tools for t in (*tool.reads, *tool.writes)}
        self.tables = [t for t in catalog.tables if t.rows and (t.name in seen or not seen)]
        self._writers = [t for t in tools if t.effect == "write"]

    def draw(self, dice: random.Random) -> Focus:
        """A focus. The same dice give the same one."""
        person, manner = dice.choice(PEOPLE)
        count = dice.choices(*COUNTS)[0]
        writes = [bool(self._writers) and dice.random() < WRITES for _ in range(count)]
        weights = [2.0 if t.kind in ("entity", "event") else 1.0 for t in self.tables]
        main = dice.choices(self.tables, weights) if weights else []
        near = self._near(main[0], dice) if main else []
        return Focus(
            person=person,
            manner=manner,
            occasion=dice.choice(OCCASIONS),
            count=count,
            difficulties=tuple(dice.choices(DIFFICULTIES, (25, 50, 25))[0] for _ in range(count)),
            write=tuple(writes),
            tools=self._tools({t.name for t in (*main, *near)}, any(writes), dice),
            excerpts=self._excerpts(main[0], near, dice) if main and self._image is not None else (),
        )

    def _near(self, table: Table, dice: random.Random) -> list[Table]:
        names = {o for link in self.catalog.links for o in _other_ends(link, table.name)}
        near = [t for t in self.tables if t.name in names]
        dice.shuffle(near)
        return near[: dice.randint(1, 3)]

    def _tools(self, tables: set[str], write: bool, dice: random.Random) -> tuple[str, ...]:
        """A few tools of the corner (of any, where no tool names its tables), a writing one among them where one is wanted."""
        every = list(self.environment.toolset.tools)
        here = [t for t in every if tables & {*t.reads, *t.writes}] or every
        chosen: list[Tool] = dice.sample(here, min(len(here), dice.randint(2, 4)))
        if write and not any(t.effect == "write" for t in chosen):
            chosen.append(dice.choice([t for t in here if t.effect == "write"] or self._writers))
        return tuple(t.name for t in every if t in chosen)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _db(self) -> apsw.Connection:
        if self._image is None:
            raise RuntimeError("there is no image to look at")
        return self._image.connect()

    def _excerpts(self, main: Table, near: list[Table], dice: random.Random) -> tuple[Excerpt, ...]:
        """A few rows of a table, and those of its neighbours that belong to them (any, where none do)."""
        rows = self._some(main, dice)
        out = [_excerpt(main, rows)]
        for table in near:
            out.append(_excerpt(table, self._linked(main, rows, table) or self._some(table, dice)))
        return tuple(out)

    def _some(self, table: Table, dice: random.Random) -> list[dict[str, Json]]:
        order = ", ".join(map(quote, table.key)) or "1"
        places = sorted(dice.sample(range(table.rows), min(ROWS, table.rows)))
        sql = f"SELECT {_columns(table)} FROM {quote(table.name)} ORDER BY {order} LIMIT 1 OFFSET ?"
        return [r for place in places for r in self._read(table, sql, (place,))]

    def _linked(self, main: Table, rows: list[dict[str, Json]], table: Table) -> list[dict[str, Json]]:
        for link in self.catalog.links:
            if {link.table, link.to} != {main.name, table.name} or len(link.columns) != 1:
                continue
            out = link.table == main.name
            ours, theirs = (link.columns[0], link.to_columns[0]) if out else (link.to_columns[0], link.columns[0])
            order = ", ".join(map(quote, table.key)) or "1"
            sql = (
                f"SELECT {_columns(table)} FROM {quote(table.name)} WHERE {quote(theirs)} = ? ORDER BY {order} LIMIT 2"
            )
            keys = dict.fromkeys(r[ours] for r in rows if r.get(ours) is not None)
            found = [r for key in keys for r in self._read(table, sql, (key,))]
            return found[:ROWS]
        return []

    def _read(self, table: Table, sql: str, values: tuple[Json, ...]) -> list[dict[str, Json]]:
        names = [c.name for c in table.columns]
        return [
            {n: v for n, v in zip(names, row, strict=True) if v is not None}
            for row in self._db.execute(sql, values).fetchall()
        ]


def _other_ends(link: Link, table: str) -> list[str]:
    return [b for a, b in ((link.table, link.to), (link.to, link.table)) if a == table and b != table]


def _columns(table: Table) -> str:
    return ", ".join(quote(c.name) for c in table.columns)


def _excerpt(table: Table, rows: list[dict[str, Json]]) -> Excerpt:
    """Rows as they are shown: the first columns, short plain values."""
    names = [c.name for c in table.columns if c.role != "other"][:COLUMNS]
    return Excerpt(table.name, tuple({n: _shown(r[n]) for n in names if _shown(r.get(n)) is not None} for r in rows))


def _shown(value: object) -> Json:
    plain = json_value(value) if not isinstance(value, str) else value
    return plain[:LONGEST] + "…" if isinstance(plain, str) and len(plain) > LONGEST else plain
