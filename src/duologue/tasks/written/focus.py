"""What an item's tasks are to be about: drawn by seed, so that thousands of askings differ.

A model that is asked for "a task" again and again soon repeats itself. So each item comes with a person and an occasion, and each of its
tasks with a corner of the database: a difficulty, whether something is to be changed, something that is unclear at first, a few tools
to build on, a few real rows that hang together. Nothing is drawn that can't be had: tools that nobody gets the arguments for, a
change in one call where every change needs an id, rows that no tool finds. The rows are a limited view on purpose: what they don't
show must be phrased as something to find out.
"""

import random

from msgspec import Struct

from duologue.catalog.model import Catalog, Link, Table
from duologue.environment import Image
from duologue.tasks.written.excerpts import Excerpt, Excerpts
from duologue.tasks.written.form import Difficulty
from duologue.tasks.written.reach import COUNTING, Reach
from duologue.types import Environment, Tool

OWN = (
    (
        "somebody who is on record here themselves",
        "asks about what is theirs; brief, everyday words, a little impatient",
    ),
    ("somebody who is on record here themselves", "careful and polite, unsure of exact names and dates"),
)
"""People who ask about themselves: where single persons can be looked up, and nothing is counted or ranked."""
PEOPLE = (
    ("staff", "has somebody waiting, speaks in half sentences"),
    ("staff", "new in the job, wants to be sure before anything is changed"),
    ("staff", "experienced, knows what they want, dislikes small talk"),
    ("manager", "prepares a meeting and compares things"),
    ("manager", "answers for mistakes and checks what looks odd"),
    ("analyst", "thinks in figures, groups and periods"),
    ("auditor", "checks single records against what should be true"),
    ("assistant", "asks on behalf of somebody who is in a hurry"),
)
OCCASIONS = (
    "a question came in by phone", "a report is due today", "something is late", "plans have changed", "a hand-over to a colleague",
    "a list is worked off", "a rumour is to be confirmed or denied", "a figure is doubted", "an old case is closed",
    "a promise made yesterday must be kept", "a meeting in an hour", "something seems to be missing", "two records are mixed up",
    "somebody asked and couldn't wait for the answer", "a note on the desk says only half of it",
)  # fmt: skip
CHANGES = (
    "a wrong entry was noticed", "plans have changed", "a new case is set up", "details have changed", "a letter brought news",
    "a decision was made this morning", "somebody forgot to enter something", "a check brought a mistake to light",
)  # fmt: skip
"""Occasions for a change."""
PARTLY = "a name is known only in part, and several things match; a detail tells which is meant"
UNCLEAR = (
    "which one of several is meant comes out by a date, an amount or a place",
    "two or three things are compared, and one is chosen for a reason that the goal states",
    "what happens next depends on what is found (the goal gives the condition, the plan takes the way that holds)",
    "something expected may be missing, and whether it is so is to be found out",
    "what the person believes may be wrong and is checked first",
    "one figure is held against another that should agree with it",
    "the person starts from one thing and needs what it leads to, two steps away",
)
"""What is unclear at first. Of an easy task, nothing need be."""
WRITES = 0.45
"""How often something is to be changed, where a tool can."""
GROWS = 0.7
"""How often a later task grows out of what the earlier ones returned."""
COUNTS = ((1, 2, 3), (30, 50, 20))
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


class Corner(Struct, frozen=True):
    """What one task is about. `grows`: it goes on from what was returned before (so it needs no tools and rows of its own)."""

    difficulty: Difficulty
    write: bool
    unclear: str
    grows: bool
    tools: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]


class Focus(Struct, frozen=True):
    """What one item's tasks are about."""

    person: str
    manner: str
    occasion: str
    corners: tuple[Corner, ...]


class Corners:
    """Draws corners of one environment. `image` is None where nothing can be looked at."""

    def __init__(self, catalog: Catalog, image: Image | None, environment: Environment, reach: Reach) -> None:
        self.catalog, self.reach = catalog, reach
        tools = environment.toolset.tools
        self._tools = [t for t in tools if t.name in reach.doable] or list(tools)
        self._writers = [t for t in self._tools if t.effect == "write"]
        seen = {t for tool in tools for t in (*tool.reads, *tool.writes)}
        self.tables = [t for t in catalog.tables if t.rows and (t.name in seen or not seen)]
        self._excerpts = None if image is None else Excerpts(catalog, image)

    def draw(self, dice: random.Random) -> Focus:
        """A focus. The same dice give the same one."""
        count = dice.choices(*COUNTS)[0]
        corners = tuple(self._corner(number > 0 and dice.random() < GROWS, dice) for number in range(count))
        person, manner = dice.choice(PEOPLE + OWN if self._personal(corners[0]) else PEOPLE)
        occasion = dice.choice(CHANGES if corners[0].write else OCCASIONS)
        return Focus(person, manner, occasion, corners)

    def _corner(self, grows: bool, dice: random.Random) -> Corner:
        difficulty = dice.choices(DIFFICULTIES, (25, 50, 25))[0]
        write = bool(self._writers) and dice.random() < WRITES
        writers = [t for t in self._writers if difficulty != "easy" or t.name in self.reach.direct]
        if write and not writers:
            difficulty, writers = "medium", self._writers
        writer = dice.choice(writers) if write else None
        main = self._main(writer, dice)
        near = self._near(main, writer, dice) if main is not None else []
        names = self._chosen(main, near, writer, dice)
        unclear = dice.choice(self._unclear(names)) if difficulty != "easy" else ""
        shown = main is not None and self._excerpts is not None and not grows
        excerpts = self._excerpts.draw(main, near, dice) if shown and main is not None and self._excerpts else ()
        return Corner(difficulty, write, unclear, grows, () if grows else names, excerpts)

    def _main(self, writer: Tool | None, dice: random.Random) -> Table | None:
        """The table it is about: one whose rows people can name; of a change, one that it is about."""
        about = _about(writer) if writer is not None else set()
        tables = [t for t in self.tables if t.name in about] or self.tables
        tables = [t for t in tables if t.name in self.reach.ways] or tables
        weights = [2.0 if t.kind in ("entity", "event") else 1.0 for t in tables]
        return dice.choices(tables, weights)[0] if tables else None

    def _near(self, main: Table, writer: Tool | None, dice: random.Random) -> list[Table]:
        """Neighbours: first what a change is about, then those it refers to (they say what its ids mean), then such as can be found
        themselves."""
        about = _about(writer) if writer is not None else set()
        out = {link.to for link in self.catalog.links if link.table == main.name}
        names = {o for link in self.catalog.links for o in _other_ends(link, main.name)}
        near = [t for t in self.tables if t.name in names]
        dice.shuffle(near)
        near.sort(key=lambda t: (t.name not in about, not (t.name in out and t.display), t.name not in self.reach.ways))
        return near[: dice.randint(1, 3)]

    def _chosen(
        self, main: Table | None, near: list[Table], writer: Tool | None, dice: random.Random
    ) -> tuple[str, ...]:
        """A few reads of the corner (of any, where no tool names its tables), among them one that finds its rows, and those that
        return what the write is to be given; and the write."""
        reads = [t for t in self._tools if t.effect == "read"]
        tables = {t.name for t in near} | ({main.name} if main is not None else set())
        here = [t for t in reads if tables & {*t.reads, *t.writes}] or reads
        first = self.reach.suppliers(writer, reads)[:3] if writer is not None else []
        doors = self.reach.entries(main.name, reads) if main is not None else []
        first += [[t for t in doors if t.meaning is None or main is None or t.meaning.table == main.name] or doors]
        chosen: list[Tool] = []
        for some in first:
            chosen += [dice.choice(some)] if some and not any(t in some for t in chosen) else []
        more = [t for t in here if t not in chosen]
        chosen += dice.sample(more, min(len(more), max(0, dice.randint(2, 4) - len(chosen))))
        return tuple(t.name for t in self._tools if t in chosen or t is writer)

    def _unclear(self, tools: tuple[str, ...]) -> tuple[str, ...]:
        """A name in part is of use only where a tool looks names up."""
        matches = any(s.use == "match" for t in self._tools if t.name in tools for s in t.inputs.values())
        return (PARTLY, *UNCLEAR) if matches else UNCLEAR

    def _personal(self, corner: Corner) -> bool:
        """Whether somebody could ask this about themselves."""
        tables = {e.table for e in corner.excerpts}
        people = any(t.person and t.name in tables and t.name in self.reach.ways for t in self.tables)
        drawn = [t for t in self._tools if t.name in corner.tools]
        return people and not any(t.meaning is not None and t.meaning.family in COUNTING for t in drawn)


def _about(writer: Tool) -> set[str]:
    """The tables a change is about: those whose rows it is given, else those it writes."""
    return {s.table for s in writer.inputs.values() if s.use == "key" and s.table} or set(writer.writes)


def _other_ends(link: Link, table: str) -> list[str]:
    return [b for a, b in ((link.table, link.to), (link.to, link.table)) if a == table and b != table]
