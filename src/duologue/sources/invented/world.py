"""The conversation in which a world comes to be: tables, then the rows of each, then the policy.

Each answer is tried at once, and what does not hold is shown back. What was accepted stays in the conversation, so the rows of a
table are made in sight of those it refers to; drafts that were mended are left out of it. The finished database goes through
the same door as any file: nothing downstream knows that it was invented.
"""

import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import Struct

from duologue.catalog import read_catalog
from duologue.environment import Image, import_sqlite, quote
from duologue.errors import StageError, UserError
from duologue.ids import rng, to_json
from duologue.models.voice import Voice
from duologue.sources.invented.grow import Growth, grow, rows_of
from duologue.sources.invented.recipes import RowsDesign, TableRecipe, read
from duologue.sources.invented.rules import PolicyDesign, establish
from duologue.sources.invented.schema import (
    LEAST_ROWS,
    LEAST_TABLES,
    MOST_ROWS,
    MOST_TABLES,
    Design,
    Shape,
    World,
    build,
)
from duologue.sources.invented.sight import doubts, seen
from duologue.sources.source import Source
from duologue.types import Message, Policy

REPAIRS = 3
MOST_NAME = 200
_MEANT = 'Mend it if that is a slip. If it is as it should be, answer {"columns": {}} and the table stays.'
SHOWN = 8
"""Objections shown back at a time."""
_EPOCH, _DAYS = datetime.date(2024, 3, 1), 900


class Invention(Struct, frozen=True):
    """A world, and how its tables came to their rows."""

    source: Source
    rows: dict[str, int]
    refused: dict[str, dict[str, int]]
    """Draws that a constraint refused: table → reason → how often."""


async def invented_source(name: str, voice: Voice, seed: int, scope: str = "world") -> Source:
    """A database and a policy for a domain of which there is only the name; see `invent`."""
    return (await invent(name, voice, seed, scope)).source


async def invent(name: str, voice: Voice, seed: int, scope: str = "world") -> Invention:
    """Let a model (role `domain`) design a world, and make it. The same answers and the same seed give the same image.

    Raises `UserError` where the name says nothing, `StageError` (stage: the role) where no valid world came of it.
    """
    subject = " ".join(name.split())
    if not any(ch.isalpha() for ch in subject) or len(subject) > MOST_NAME:
        raise UserError(f"{subject[:60]!r} does not name a domain", 'Say what it is about, as in "marine biology lab".')
    today = _EPOCH + datetime.timedelta(days=rng(seed, "world", "today").randrange(_DAYS))
    world, design = await _tables(subject, voice, today, scope)
    try:
        growths = await _rows(world, design, voice, (today, seed), scope)
        policy = await _policy(world, design, voice, today, scope)
        image = _image(world)
    finally:
        world.db.close()
    _look_at(image, design, voice.role)
    called = {t.name: list(t.called_by) for t in design.tables if t.called_by}
    source = Source(
        " ".join(design.title.split()),
        image,
        policy=policy,
        lexicon={"called_by": called} if called else {},
        today=today.isoformat(),
    )
    return Invention(
        source, {n: g.rows for n, g in growths.items()}, {n: g.refused for n, g in growths.items() if g.refused}
    )


async def _tables(subject: str, voice: Voice, today: datetime.date, scope: str) -> tuple[World, Design]:
    worlds: list[World] = []

    async def objection(design: Design) -> str:
        world, problems = build(design)
        if world is not None:
            worlds.append(world)
        return _listed(problems)

    bounds = {"tables": (LEAST_TABLES, MOST_TABLES), "rows": (LEAST_ROWS, MOST_ROWS)}
    prompt = voice.prompts.render("domain_schema", **bounds)
    words = f"Domain: {subject}\nToday, in this world: {today.isoformat()} ({today:%A})"
    asked = await voice.ask_for(Design, prompt, [Message("user", content=words)], scope, objection, REPAIRS)
    return worlds[-1], asked.value


async def _rows(
    world: World, design: Design, voice: Voice, moment: tuple[datetime.date, int], scope: str
) -> dict[str, Growth]:
    today, _ = moment
    prompt = voice.prompts.render("domain_rows", **_known(world, design), today=f"{today.isoformat()} ({today:%A})")
    talk: list[Message] = []
    growths: dict[str, Growth] = {}
    news = ""
    for shape in world.tables.values():
        field = _Field(world, shape, moment)
        talk.append(Message("user", content=f"{news}{_request(shape)}"))
        await voice.ask_for(RowsDesign, prompt, talk, scope, field.objection, REPAIRS)
        talk.append(Message("assistant", content=to_json(field.sown)))
        growths[shape.name] = field.growth
        news = seen(world, shape, today)
    return growths


class _Field:
    """One table while its author tries recipes on it."""

    def __init__(self, world: World, shape: Shape, moment: tuple[datetime.date, int]) -> None:
        self.world, self.shape, self.moment = world, shape, moment
        self.tries, self.asked = 0, False
        self.growth = Growth()
        self.good: TableRecipe | None = None
        """The last recipes of which the table grew."""
        self.sown: Any = {}
        """The same as they were written."""

    async def objection(self, answer: RowsDesign) -> str:
        """What is wrong with the recipes, or, once, what may be. What had grown before outlives mending that fails."""
        self.tries += 1
        recipe, problems = read(answer)
        if self.good is not None and not answer.columns:
            recipe, problems = self.good, []  # as it is, it is meant
        problems = problems or self._sow(recipe)
        if problems:
            if self.good is None or self.tries <= REPAIRS:
                return _listed(problems)
            self._sow(self.good)
            return ""
        if recipe is not self.good:
            self.good, self.sown = recipe, msgspec.to_builtins(answer)
        doubted = [] if self.asked or self.tries > REPAIRS else doubts(self.world, self.shape)
        self.asked = self.asked or bool(doubted)
        return f"{_listed(doubted)}\n{_MEANT}" if doubted else ""

    def _sow(self, recipe: TableRecipe) -> list[str]:
        """Grow the table anew; what is wrong with it."""
        today, seed = self.moment
        self.world.db.execute(f"DELETE FROM {quote(self.shape.name)}")
        self.growth = grow(self.world, self.shape, recipe, today, rng(seed, "world", "rows", self.shape.name))
        return list(self.growth.problems)


def _known(world: World, design: Design) -> dict[str, Any]:
    return {
        "title": design.title,
        "about": design.about,
        "tables": [s.sql.rstrip("; \n") for s in world.tables.values()],
    }


def _request(shape: Shape) -> str:
    """What is asked for one table."""
    lines = [f"Table: {shape.name}, {shape.rows} rows."]
    names = [c for c in shape.columns if c != shape.autokey]
    lines.append(f"Columns that need a recipe: {', '.join(names)}.")
    if shape.autokey:
        lines.append(f"{shape.autokey} numbers itself from 1; leave it out, or give it a recipe to number otherwise.")
    return "\n".join(lines)


async def _policy(world: World, design: Design, voice: Voice, today: datetime.date, scope: str) -> Policy:
    made: list[Policy] = []

    async def objection(answer: PolicyDesign) -> str:
        policy, problems = establish(world, answer)
        if policy is not None:
            made.append(policy)
        return _listed(problems)

    prompt = voice.prompts.render("domain_policy")
    known = _known(world, design)
    parts = [f"The place: {known['title']}. {known['about']}"]
    parts += [f"Today, in this world: {today.isoformat()} ({today:%A})", *(f"{sql};" for sql in known["tables"])]
    for shape in world.tables.values():
        parts.append(f"{shape.name}, for example: {to_json(rows_of(world, shape.name)[0])[:800]}")
    words = Message("user", content="\n\n".join(parts))
    await voice.ask_for(PolicyDesign, prompt, [words], scope, objection, REPAIRS)
    return made[-1]


def _listed(problems: list[str] | tuple[str, ...]) -> str:
    if not problems:
        return ""
    more = [f"(and {len(problems) - SHOWN} more)"] if len(problems) > SHOWN else []
    return "\n".join(f"- {p}" for p in (*problems[:SHOWN], *more))


def _image(world: World) -> Image:
    """The database as an image, through the same door as any file."""
    with TemporaryDirectory(prefix="duologue-") as place:
        file = Path(place) / "world.sqlite"
        file.write_bytes(world.db.serialize("main"))
        return import_sqlite(file)


def _look_at(image: Image, design: Design, stage: str) -> None:
    """The last word before it is a source: SQLite finds it sound, and the catalog finds every table in it."""
    with image.connect() as db:
        sound = db.pragma("integrity_check") == "ok" and not db.execute("PRAGMA foreign_key_check").fetchall()
        seen = {t.name for t in read_catalog(db, design.title).tables}
    lost = sorted({t.name for t in design.tables} - seen)
    if not sound or lost:
        raise StageError(stage, "the world does not hold", f"tables that can't be read: {', '.join(lost) or 'none'}")
