"""New values that somebody would really write, by what the column is for.

A write serves an intent its column allows: a contact changes, a date is moved, a status moves along values that occur, a figure
is corrected by a plausible amount. Each new value comes with the kind of reason that the goal will give (`language/goals.yaml`
words it). None means: nothing sensible can be written here.
"""

import datetime
import random
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from duologue.catalog.marks import stands_for_nothing
from duologue.catalog.model import Column, Table
from duologue.catalog.nouns import singular_word
from duologue.catalog.words import words
from duologue.tasks.anchors import Anchors
from duologue.tasks.habits import by_machine
from duologue.tasks.moments import day_of, moment_of, write_date
from duologue.types import Json

FEW_SIZES = 4
"""Where a figure occurs so often on average, it comes in a few sizes, and a new one is of these."""


class Edit(Struct, frozen=True):
    """A value to write and the kind of reason for it: correct · move · status · number · mail · rename. One that the row and the day don't gainsay."""

    value: Json
    reason: str


class Edits:
    """Draws new values for columns of one image."""

    def __init__(self, anchors: Anchors, reference: str, days: frozenset[tuple[str, str]] = frozenset()) -> None:
        """`days`: the moments that tools take as days, by table and column (`ToolIndex.days`)."""
        self.anchors, self.reference, self.days = anchors, reference, days
        self.habits = anchors.habits

    def write(self, day: datetime.date, column: Column, like: Json = None) -> Json:
        """A day as it is passed: in the writing of its column (see `write_date`), or where tools take it as a day, as that."""
        return day.isoformat() if (column.table, column.name) in self.days else write_date(day, column, like)

    def change(self, column: Column, current: Json, rng: random.Random, row: Mapping[str, Json] = {}) -> Edit | None:
        """A new value for an existing row, different from `current`, that fits the rest of the row."""
        make = _CHANGES.get(column.role)
        edit = make(self, column, current, rng) if make and not by_machine(column) else None
        if edit is not None and column.role in ("category", "text", "status"):
            of_it = self.habits.standing if column.role == "status" else self.habits.fitting
            fitting = of_it(column, row)
            others = [v for v in fitting or () if str(v) != str(current)]
            if fitting is not None and edit.value not in fitting:
                edit = Edit(rng.choice(others), edit.reason) if others else None
        return edit if edit is not None and str(edit.value) != str(current) and str(edit.value).isprintable() else None

    def fresh(self, column: Column, rng: random.Random, row: Mapping[str, Json] = {}) -> Json:
        """A value for a new row, or for a gap in one that holds `row`; None where none can be made up honestly."""
        if by_machine(column):
            return None
        if column.role == "status":
            return self._first_status(column, rng, row)
        if column.role in ("category", "flag", "measure"):
            fitting = self.habits.fitting(column, row)
            if fitting is None:
                return self.anchors.value(column, rng)
            return rng.choice(fitting) if fitting else None
        if column.role == "date":
            return self._near_reference(column, rng)
        if column.role == "name":
            return self._new_name(column, rng)
        if column.role == "contact":
            edit = _contact(self, column, self.anchors.value(column, rng), rng)
            return edit.value if edit else None
        return None

    def _first_status(self, column: Column, rng: random.Random, row: Mapping[str, Json]) -> Json:
        """What is entered has not come to its end, nor to what it shows no day of."""
        values = [v for v in self.anchors.values(column) if str(v).strip() and str(v).isprintable()]
        seen = [v for v in values if not _says(v, "ended") and not _says(v, "not_at_first")]
        fitting = self.habits.standing(column, row)
        likely = [v for v in seen if fitting is None or v in fitting] or seen or values
        return rng.choice(likely) if likely else None

    def sizes(self, column: Column) -> list[int | float]:
        """The sizes that a figure comes in, where these are few."""
        seen = self.anchors.values(column)
        sizes = sorted({v for v in seen if isinstance(v, int | float) and not isinstance(v, bool) and v > 0})
        return sizes if len(seen) >= FEW_SIZES * len(sizes) else []

    def _new_name(self, column: Column, rng: random.Random) -> Json:
        """A person's name put together from parts that occur; other things are not christened at random."""
        table = self.anchors.catalog.table(column.table)
        if not table.person or (len(table.display) < 2 and not self.habits.names_people(column)):
            return None
        one, two = (str(self.anchors.value(column, rng) or "") for _ in range(2))
        if len(table.display) > 1:
            return one or None
        first, last = one.split(" ")[0], two.split(" ")[-1]
        return f"{first} {last}" if first and last and first != last else None

    def _near_reference(self, column: Column, rng: random.Random) -> Json:
        start = datetime.date.fromisoformat(self.reference[:10])
        days = rng.randint(1, 21) if self.plans(column) else -rng.randint(0, 2)
        return self.write(start + datetime.timedelta(days=days), column, self.anchors.value(column, rng))

    def plans(self, column: Column) -> bool:
        """Whether a date is of what is to come (a due date, an appointment) rather than of what has happened."""
        table = self.anchors.catalog.table(column.table)
        said = {singular_word(w) for w in column.label.lower().split()}
        ahead = {singular_word(w) for w in table.label.lower().split()} & words()["ahead"]
        return bool(said & words()["planned"] or ahead) and not said & words()["bookkeeping"]

    def dates(self, columns: Sequence[Column], rng: random.Random) -> dict[str, Json]:
        """Dates of one new row: those of a row there is, moved together to these days (what is planned: to come), so that what begins comes
        before what ends, and a stay is as long as stays are. Columns whose writing is no full date are left out."""
        table = self.anchors.catalog.table(columns[0].table)
        rows = [r for r in self.anchors.rows(table) if all(c.name in r.values for c in columns)]
        model = rng.choice(rows).values if rows else {}
        days = {c.name: day_of(model.get(c.name), c) for c in columns}
        known = [d for d in days.values() if d is not None]
        ahead = any(self.plans(c) for c in columns)
        away = datetime.timedelta(days=rng.randint(1, 14) if ahead else -rng.randint(0, 2))
        first = datetime.date.fromisoformat(self.reference[:10]) + away
        out: dict[str, Json] = {}
        for c in columns:
            day = days[c.name]
            if day is not None:
                value = self.write(first + (day - min(known)), c, model.get(c.name))
            else:
                value = self._near_reference(c, rng)
            if value is not None:
                out[c.name] = value
        return out

    def why_entered(self, table: Table, row: Mapping[str, Json]) -> str:
        """The kind of reason that holds for entering a new row that says `row`, by the days it is about."""
        today = datetime.date.fromisoformat(self.reference[:10])
        days = [d for c in table.columns if c.role == "date" and (d := day_of(row.get(c.name), c)) is not None]
        if any(d > today for d in days):
            return "create_ahead"
        return "create_before" if any(d < today for d in days) else "create"

    def in_order(self, column: Column, value: Json, current: Mapping[str, Json]) -> bool:
        """Whether a date moved keeps its order among the row's other dates, and its distance: nothing ends before it begins, or long after."""
        old, new = moment_of(current.get(column.name), column), moment_of(value, column)
        if not self.habits.keeps_distance(column, value, current):
            return False
        if old is None or new is None:
            return True
        table = self.anchors.catalog.table(column.table)
        others = (
            moment_of(current.get(c.name), c) for c in table.columns if c.role == "date" and c.name != column.name
        )
        return all(d is None or (old <= d) == (new <= d) or (old >= d) == (new >= d) for d in others)


def _measure(edits: Edits, column: Column, current: Json, rng: random.Random) -> Edit | None:
    if isinstance(current, bool) or not isinstance(current, int | float) or current == 0:
        return None
    sizes = [v for v in edits.sizes(column) if v != current]
    if sizes:
        return Edit(rng.choice(sizes), "correct")  # terms of 14, 30 or 60 days
    if column.format == "money" or isinstance(current, float):
        digits = len(str(current).partition(".")[2])
        value: float = round(current * rng.choice((0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.25)), min(digits, 2))
        if isinstance(current, int) or current.is_integer():
            value = int(value)
        return Edit(value, "correct") if value > 0 else None
    step = max(1, abs(current) // 20)
    value = current + rng.choice((-2, -1, 1, 2, 3)) * step
    return Edit(value, "correct") if value > 0 else None


def _category(edits: Edits, column: Column, current: Json, rng: random.Random) -> Edit | None:
    if column.role == "category" and not column.closed:
        return None
    if column.role == "status" and _says(current, "ended"):
        return None  # what has come to its end goes nowhere from there
    known = [v for v in column.values if str(v).strip() and str(v).isprintable() and not stands_for_nothing(v, column)]
    others = [v for v in known if str(v) != str(current)]
    if not others:
        return None
    return Edit(rng.choice(others[:8]), "status" if column.role == "status" else "correct")


def _says(status: Json, kind: str) -> bool:
    """One of its words is of that kind (`catalog/words.yaml`)."""
    return bool(words()[kind] & set(str(status).lower().replace("_", " ").split()))


def _date(edits: Edits, column: Column, current: Json, rng: random.Random) -> Edit | None:
    ahead = edits.plans(column)
    days = rng.choice((1, 2, 3, 5, 7, 10, 14) if ahead else (-10, -3, -2, -1, 1, 2, 3))
    moment = moment_of(current, column)
    if moment is None or moment.second or moment.microsecond:
        return None  # a moment to the second is a record of what happened: nobody says it, and nobody moves it
    value = edits.write(moment.date() + datetime.timedelta(days=days), column, current)
    if value is None:
        return None
    to_come = ahead and str(day_of(value, column)) >= edits.reference[:10]  # nobody moves what is over
    return Edit(value, "move" if to_come else "correct")


def _contact(_: Edits, column: Column, current: Json, rng: random.Random) -> Edit | None:
    text = str(current or "")
    if column.format == "email" and text.count("@") == 1:
        local, host = text.split("@")
        other = rng.choice([h for h in ("example.com", "example.org", "mail.example.net") if h != host])
        return Edit(f"{local}@{other}", "mail")
    if column.format == "phone" and sum(ch.isdigit() for ch in text) >= 6:
        spots = [i for i, ch in enumerate(text) if ch.isdigit()][-4:]
        out = list(text)
        for i in spots:
            out[i] = str(rng.randrange(10))
        return Edit("".join(out), "number")
    if re.match(r"^\d+\s+\S+", text):
        number, rest = text.split(maxsplit=1)
        return Edit(f"{int(number) + rng.randint(2, 90)} {rest}", "mail")
    return None


def _name(edits: Edits, column: Column, current: Json, rng: random.Random) -> Edit | None:
    """A person takes another surname. Other things keep their names."""
    table = edits.anchors.catalog.table(column.table)
    first, _, last = str(current or "").rpartition(" ")
    other = str(edits.anchors.value(column, rng) or "").rpartition(" ")[2]
    if (
        not table.person
        or not edits.habits.names_people(column)
        or not first
        or len(table.display) > 1
        or not other.isalpha()
        or other == last
    ):
        return None
    return Edit(f"{first} {other}", "rename")


_CHANGES = {
    "measure": _measure,
    "category": _category,
    "status": _category,
    "flag": _category,
    "date": _date,
    "contact": _contact,
    "name": _name,
}
