"""A small lending library, and single tools made over it in a chosen dialect."""

from functools import lru_cache
from random import Random
from typing import Any

import apsw
from msgspec.structs import replace

from duologue.catalog import Catalog, read_catalog
from duologue.environment import Image, Sandbox, SqliteSession
from duologue.ids import rng
from duologue.protocols import Outcome
from duologue.tools.dialect import speak
from duologue.tools.drafts import Draft
from duologue.tools.families import linked, linking, reading, summing, writing
from duologue.tools.families.common import Candidate, Taste
from duologue.tools.ground import Ground
from duologue.tools.midnight import midnight_columns
from duologue.tools.wording import Voice, draw_voice
from duologue.types import ClockSpec, Environment, Json, Meaning, Policy, Tool, Toolset

LIBRARY = """
CREATE TABLE branch (branch_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE author (author_id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, country TEXT);
CREATE TABLE book (
  book_id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES author,
  genre TEXT NOT NULL, price REAL NOT NULL, pages INTEGER NOT NULL, summary TEXT, cover BLOB);
CREATE TABLE tag (tag_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE book_tag (book_id INTEGER NOT NULL REFERENCES book, tag_id INTEGER NOT NULL REFERENCES tag, PRIMARY KEY (book_id, tag_id));
CREATE TABLE member (
  member_id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, email TEXT, phone TEXT,
  branch_id INTEGER NOT NULL REFERENCES branch, joined TEXT NOT NULL, password_hash TEXT);
CREATE TABLE loan (
  loan_id INTEGER PRIMARY KEY AUTOINCREMENT, member_id INTEGER NOT NULL REFERENCES member, book_id INTEGER NOT NULL REFERENCES book,
  loan_date TEXT NOT NULL, due_date TEXT NOT NULL, status TEXT NOT NULL, fee REAL NOT NULL);
"""
CITIES = ("Leeds", "York", "Hull")
GENRES = ("Crime", "Poetry", "Travel", "History")
STATUSES = ("open", "overdue", "returned")


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    draw = Random(5)
    first, last = ("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn"), ("Ashe", "Bird", "Cole", "Dunn", "Eton")
    names = [(a, b) for b in last for a in first]
    return {
        "branch": [(i + 1, f"{city} Central", city) for i, city in enumerate(CITIES)],
        "author": [(i, *names[-i], ("UK", "France", "Chile")[i % 3]) for i in range(1, 13)],
        "book": [
            (i, f"Volume of {w} {i}", i % 12 + 1, GENRES[i % 4], 5 + i * 0.75, 90 + i * 7, "Once upon a time. " * 9, b"x")
            for i, w in enumerate(("Salt", "Rivers", "Glass", "Stone", "Bees") * 8, start=1)
        ],
        "tag": [(i, name) for i, name in enumerate(("new", "signed", "large print", "gift"), start=1)],
        "book_tag": [(i, i % 3 + 1) for i in range(1, 31)] + [(i, 4) for i in range(1, 11)],
        "member": [
            (i, *names[i - 1], f"m{i}@example.org" if i % 5 else None, f"0113 555 01{i:02}", i % 3 + 1, f"2023-0{i % 9 + 1}-11", "#")
            for i in range(1, 31)
        ],
        "loan": [
            (
                i, draw.randint(1, 25), draw.randint(1, 36), f"2024-0{i % 6 + 1}-{i % 27 + 1:02} 00:00:00",
                f"2024-0{i % 6 + 2}-{i % 27 + 1:02} 00:00:00", STATUSES[i % 3], round(0.5 + i % 7 * 0.25, 2),
            )
            for i in range(1, 121)
        ],
    }  # fmt: skip


@lru_cache(maxsize=1)
def library() -> tuple[Image, Catalog, Ground]:
    """The library's image and what it means."""
    db = apsw.Connection(":memory:")
    db.execute(LIBRARY)
    for table, rows in _rows().items():
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    image = Image.of(db.serialize("main"))
    catalog = read_catalog(image.connect(), "library")
    return image, catalog, Ground(catalog)


def candidates(ground: Ground) -> tuple[Candidate, ...]:
    """Every tool that could be made."""
    return tuple(c for f in (reading, linked, summing, writing, linking) for c in f.candidates(ground))


def voice(seed: int = 3, **dialect: Any) -> Voice:
    """A voice with parts of its dialect chosen; snake case, raw ids, plain rows unless said otherwise."""
    drawn = draw_voice(rng(seed))
    plain = {"naming": "snake", "granularity": "plain", "envelope": "rows", "ids": "raw", "dates": "stored"}
    habits = {**drawn.habits, "id": "id", "value_prefix": ""}
    return replace(drawn, dialect=replace(drawn.dialect, **{**plain, **dialect}), habits=habits)


def draft(meaning: Meaning, seed: int = 1, granularity: str = "plain") -> Draft:
    """The draft of one meaning over the library."""
    ground = library()[2]
    found = next(c for c in candidates(ground) if c.meaning == meaning)
    made = found.make(rng(seed), Taste(granularity))
    assert made is not None
    return made


def tool(meaning: Meaning, seed: int = 1, **dialect: Any) -> Tool:
    """One tool over the library, in a chosen dialect."""
    image, _, ground = library()
    speaking = voice(**dialect)
    made = draft(meaning, seed, speaking.dialect.granularity)
    tools, _ = speak(ground, speaking, (made,), midnight_columns(ground, image), set())
    return tools[0]


def session(image: Image, tools: tuple[Tool, ...]) -> SqliteSession:
    """A live session with the tools. Raises `UserError` where the guard refuses one."""
    environment = Environment("e", "e", image.hash, Toolset("t", tools), Policy())
    return SqliteSession(Sandbox(image, environment), ClockSpec("2024-07-01T09:00:00", 1))


def call(made: Tool, **arguments: Json) -> Outcome:
    """What one call of one tool gives, on a fresh library. Arguments are named by what they stand for: `table__column__use`
    (without the use for a key), or as they are called."""
    image = library()[0]
    named: dict[str, Json] = {}
    for said, value in arguments.items():
        table, _, rest = said.partition("__")
        column, _, use = rest.partition("__")
        matching = [
            n
            for n, s in made.inputs.items()
            if (s.table, s.column, s.use) == (table, column.replace("at_", "@"), use or "key")
        ]
        named[matching[0] if matching else said] = value
    with session(image, (made,)) as live:
        return live.execute(made.name, named)


def rows_of(outcome: Outcome) -> list[dict[str, Json]]:
    """The list in a result."""
    assert not outcome.failed, outcome.text
    return next(v for v in outcome.result.values() if isinstance(v, list))
