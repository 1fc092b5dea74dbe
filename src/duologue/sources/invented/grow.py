"""A table filled: rows written by hand first, then grown ones, each judged by SQLite as it comes.

A grown row that a constraint refuses is drawn again a few times, then given up and counted. A table of which too little grew
is given back to its author with what stood in the way.
"""

import datetime
import itertools
from collections import Counter
from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Any

import apsw
from msgspec import Struct

from duologue.environment import quote
from duologue.ids import to_json
from duologue.sources.invented.complaints import complaints
from duologue.sources.invented.draw import BadRecipeError, Drawing, Parents
from duologue.sources.invented.recipes import Example, Serial, TableRecipe, order
from duologue.sources.invented.schema import Link, Shape, World

TRIES = 16
"""Draws of one row before it is given up."""
ENOUGH = 0.6
"""Share of the rows wanted that must have grown."""
SHOWN = 6
"""Objections shown at a time."""


class Growth(Struct, frozen=True):
    """What came of a table: rows it holds now, draws that were refused by reason, and what its author must mend."""

    rows: int = 0
    refused: dict[str, int] = {}
    problems: tuple[str, ...] = ()


def grow(world: World, shape: Shape, recipe: TableRecipe, today: datetime.date, dice: Random) -> Growth:
    """Fill a table. Where something is to be mended it stays empty."""
    found = complaints(recipe, shape, world.tables)
    if found:
        return Growth(problems=tuple(found[:SHOWN]))
    world.db.execute("SAVEPOINT growth")
    try:
        growth = _Bed(world, shape, recipe, Drawing(shape, _parents(world, shape, dice), today, dice)).fill()
    except BadRecipeError as error:
        growth = Growth(problems=(f"{error}.",))
    if growth.problems:
        world.db.execute("ROLLBACK TO growth")
    world.db.execute("RELEASE growth")
    return growth


def rows_of(world: World, table: str) -> list[dict[str, Any]]:
    """What a table holds, in the order of its key."""
    shape = world.tables[table]
    names = ", ".join(map(quote, shape.columns))
    found = world.db.execute(f"SELECT {names} FROM {quote(table)} ORDER BY {', '.join(map(quote, shape.key))}")
    return [dict(zip(shape.columns, row, strict=True)) for row in found]


def _parents(world: World, shape: Shape, dice: Random) -> dict[Link, Parents]:
    """The rows each foreign key may refer to. One into the table itself begins with none: rows join as they come."""
    return {link: Parents([] if link.to == shape.name else rows_of(world, link.to), dice) for link in shape.links}


def _rank(value: Any) -> tuple[bool, bool, Any]:
    """Where a value stands among others of its column: numbers, texts, then what is missing."""
    return value is None, isinstance(value, str), 0 if value is None else value


class _Bed:
    """One table while it is filled."""

    def __init__(self, world: World, shape: Shape, recipe: TableRecipe, drawing: Drawing) -> None:
        self.db, self.shape, self.recipe, self.drawing = world.db, shape, recipe, drawing
        self.order = order(recipe)
        names = ", ".join(map(quote, shape.columns))
        self.sql = f"INSERT INTO {quote(shape.name)} ({names}) VALUES ({', '.join('?' * len(shape.columns))})"
        self.own = [link for link in shape.links if link.to == shape.name]
        self.refused: Counter[str] = Counter()
        self.rows = 0
        self.made: list[tuple[frozenset[str], dict[str, Any]]] = []
        """The rows stored, each with the columns that were given by hand."""

    def fill(self) -> Growth:
        problems = []
        for number, example in enumerate(self.recipe.examples, 1):
            given, wrong = self._meant(example)
            wrong = wrong or self._tried(given, self.rows)
            if wrong:
                problems.append(f"Example {number} is refused: {wrong}.")
        if problems:
            return Growth(problems=tuple(problems[:SHOWN]))
        wanted = self.shape.rows
        for _ in range(max(0, wanted - self.rows)):
            if not self._grown():
                break
        if self.rows < ENOUGH * wanted:
            return Growth(problems=(f"Only {self.rows} of {wanted} rows could be made. {self._obstacles()}",))
        self._number()
        return Growth(self.rows, dict(sorted(self.refused.items())))

    def _meant(self, example: Example) -> tuple[dict[str, Any], str]:
        """The values of an example, those it refers to by name looked up; and what can't be found."""
        given: dict[str, Any] = {}
        for column, value in example.items():
            if not isinstance(value, dict):
                given[column] = int(value) if isinstance(value, bool) else value
                continue
            link = self.shape.link_of(column)
            assert link is not None
            rows = self.drawing.parents[link].rows
            found = next((row for row in rows if all(row.get(c) == v for c, v in value.items())), None)
            if found is None:
                return {}, f"there is no row of {link.to} with {to_json(value)[:200]}"
            given |= {c: found[to] for c, to in zip(link.columns, link.to_columns, strict=True)}
        return given, ""

    def _number(self) -> None:
        """Number the columns whose numbers rise with another column, now that all rows are there. Raises `BadRecipeError`."""
        late = [(name, made) for name, made in self.recipe.columns.items() if isinstance(made, Serial) and made.by]
        for name, made in late:
            taken = {row[name] for given, row in self.made if name in given}
            free = [row for given, row in self.made if name not in given and row[name] is not None]
            free.sort(key=lambda row: _rank(row[made.by]))
            numbers = (n for n in map(partial(self.drawing.serial, made), itertools.count()) if n not in taken)
            for row, number in zip(free, numbers, strict=False):
                row[name] = number
        if not late:
            return
        try:
            self.db.execute(f"DELETE FROM {quote(self.shape.name)}")
            for _, row in self.made:
                self.db.execute(self.sql, tuple(row.get(c) for c in self.shape.columns))
        except apsw.Error as error:
            names = ", ".join(name for name, _ in late)
            raise BadRecipeError(f"{names} can't be numbered in the order of another column: {error}") from None

    def _grown(self) -> bool:
        for attempt in range(TRIES):
            wrong = self._tried({}, self.rows + attempt)
            if not wrong:
                return True
            self.refused[wrong] += 1
        return False

    def _obstacles(self) -> str:
        said = "; ".join(f"{what} ({n} times)" for what, n in self.refused.most_common(3))
        return f"SQLite refused draws: {said}. Give more values, wider ranges, or recipes that satisfy the constraint."

    def _tried(self, given: Mapping[str, Any], number: int) -> str:
        """Draw what is not given of a row and store it; what SQLite says against it."""
        drawing = self.drawing
        drawing.begin(number, given)
        for name in self.order:
            if name not in given:
                drawing.row[name] = drawing.value(self.recipe.columns[name], name)
        try:
            self.db.execute(self.sql, tuple(drawing.row.get(name) for name in self.shape.columns))
        except (apsw.Error, OverflowError) as error:
            return str(error)
        self.rows += 1
        drawing.keep()
        self._join(drawing.row)
        self.made.append((frozenset(given), drawing.row))
        return ""

    def _join(self, row: dict[str, Any]) -> None:
        if self.shape.autokey and row.get(self.shape.autokey) is None:
            row[self.shape.autokey] = self.db.last_insert_rowid()
        for link in self.own:
            self.drawing.parents[link].rows.append(dict(row))
