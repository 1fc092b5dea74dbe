"""One value from a recipe.

Everything is drawn from the dice of the table, in the order of the columns, so the same recipes and the same seed give the
same rows. Only plain arithmetic is done on what is drawn: a machine's own logarithms could differ in the last place.
"""

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from duologue.sources.invented import recipes as r
from duologue.sources.invented.schema import Link, Shape

Value = Any  # int · float · str · None
LONGEST_TEXT = 2_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}


class BadRecipeError(Exception):
    """A recipe that can't be followed; the message says why."""


class Parents:
    """The rows that one foreign key may refer to, and the turn of the one that goes through them."""

    def __init__(self, rows: Sequence[Mapping[str, Value]], dice: Random) -> None:
        self.rows = list(rows)
        dice.shuffle(self.rows)
        self._next = 0

    def choose(self, recipe: r.Parent, dice: Random) -> Mapping[str, Value] | None:
        """One of them; None where there is none to choose."""
        rows = self.rows
        if recipe.only:
            rows = [row for row in rows if all(row.get(c) in values for c, values in recipe.only.items())]
        if not rows:
            return None
        if recipe.choose == "each":
            self._next += 1
            return rows[(self._next - 1) % len(rows)]
        share = dice.random()
        return rows[int(len(rows) * (share**3 if recipe.choose == "few" else share))]


class Drawing:
    """One row being drawn: the values so far, and the rows it refers to."""

    def __init__(self, shape: Shape, parents: Mapping[Link, Parents], today: datetime.date, dice: Random) -> None:
        self.shape, self.parents, self.today, self.dice = shape, parents, today, dice
        self.row: dict[str, Value] = {}
        self.number = 0
        self.taken: dict[str, set[Value]] = {column: set() for column in sorted(shape.unique)}
        """Of columns that hold no value twice: those they hold."""
        self.chosen: dict[Link, Mapping[str, Value] | None] = {}

    def begin(self, number: int, given: Mapping[str, Value]) -> None:
        """Start a row: which it is, and what is given of it."""
        self.row, self.number, self.chosen = dict(given), number, {}

    def serial(self, recipe: r.Serial, number: int) -> Value:
        """What a row of this number is numbered with."""
        counted = recipe.start + number * recipe.step
        return f"{recipe.prefix}{counted:0{recipe.width}d}" if recipe.prefix or recipe.width else counted

    def keep(self) -> None:
        """The row was stored."""
        for column, values in self.taken.items():
            values.add(self.row.get(column))

    def value(self, recipe: r.Recipe, column: str) -> Value:
        """A value for a column. Raises `BadRecipeError`."""
        if recipe.blank and self.dice.random() < recipe.blank:
            return None
        for kind, draw in _KINDS:
            if isinstance(recipe, kind):
                return draw(self, recipe, column)
        raise BadRecipeError(f"no such recipe: {recipe!r}")

    # ── what recipes refer to ────────────────────────────────────────────────────────────────────────────────────────

    def reference(self, name: str) -> Value:
        """What a reference stands for in this row."""
        first, _, second = name.partition(".")
        if not second:
            return self.row.get(first)
        link = self.shape.link_of(first)
        row = self._referred(link) if link is not None else None
        return row.get(second) if row is not None else None

    def _referred(self, link: Link) -> Mapping[str, Value] | None:
        if link not in self.chosen:
            wanted = tuple(self.row.get(c) for c in link.columns)
            found = (row for row in self.parents[link].rows if tuple(row.get(c) for c in link.to_columns) == wanted)
            self.chosen[link] = next(found, None)
        return self.chosen[link]

    def day(self, text: str) -> datetime.date:
        """A day as recipes write it."""
        found = r.DAY.fullmatch(text.strip())
        if found is not None and text.strip().startswith("today"):
            shift = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
            return self.today + datetime.timedelta(days=shift)
        try:
            return datetime.date.fromisoformat(text.strip()[:10])
        except ValueError:
            raise BadRecipeError(f"{text!r} is no day; write 2024-05-31, today, or today-30") from None

    # ── the kinds ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _serial(self, recipe: r.Serial, column: str) -> Value:
        return self.serial(recipe, self.number)

    def _pick(self, recipe: r.Pick, column: str) -> Value:
        values = tuple(map(_plain, recipe.values))
        weights = recipe.weights or (1.0,) * len(values)
        if column in self.taken:
            left = [(v, w) for v, w in zip(values, weights, strict=True) if v not in self.taken[column] and w]
            if left:
                values, weights = tuple(v for v, _ in left), tuple(w for _, w in left)
        return self.dice.choices(values, weights)[0]

    def _text(self, recipe: r.Compose, column: str) -> Value:
        def fill(found: re.Match[str]) -> str:
            name, how = found[1], found[2]
            value = self.dice.choice(recipe.parts[name]) if name in recipe.parts else self.reference(name)
            return _filtered("" if value is None else str(value), how)

        text = " ".join(r.SLOT.sub(fill, recipe.pattern).split())
        if len(text) > LONGEST_TEXT:
            raise BadRecipeError(f"{column!r} grows to {len(text)} characters; {LONGEST_TEXT} are the most")
        return text

    def _code(self, recipe: r.Code, column: str) -> Value:
        draws = {"#": lambda: self.dice.choice("0123456789"), "@": lambda: self.dice.choice(_LETTERS)}
        return "".join(draws[ch]() if ch in draws else ch for ch in recipe.mask)

    def _number(self, recipe: r.Number, column: str) -> Value:
        steps = int((recipe.most - recipe.least) / recipe.step + 1e-9)
        value = recipe.least + self._slot(steps + 1, recipe.spread) * recipe.step
        whole = recipe.least == int(recipe.least) and recipe.step == int(recipe.step)
        return int(value) if whole else round(value, 6)

    def _date(self, recipe: r.Date, column: str) -> Value:
        first, last = self.day(recipe.first), self.day(recipe.last)
        if last < first:
            raise BadRecipeError(f"the last day {recipe.last!r} comes before the first {recipe.first!r}")
        day = first + datetime.timedelta(days=self._slot((last - first).days + 1, recipe.spread))
        while recipe.workdays and day.weekday() > 4 and day > first:
            day -= datetime.timedelta(days=1)
        if recipe.hours is None:
            return day.isoformat()
        begin, end = recipe.hours
        slots = max(1, (end - begin) * 60 // recipe.minutes)
        if _is_day(column):
            return day.isoformat()
        minute = begin * 60 + self.dice.randrange(slots) * recipe.minutes
        return f"{day.isoformat()} {minute // 60 % 24:02}:{minute % 60:02}:00"

    def _parent(self, recipe: r.Parent, column: str) -> Value:
        link = self.shape.link_of(column)
        assert link is not None
        if link not in self.chosen:
            self.chosen[link] = self.parents[link].choose(recipe, self.dice)
        row = self.chosen[link]
        return None if row is None else row.get(link.to_columns[link.columns.index(column)])

    def _same(self, recipe: r.Same, column: str) -> Value:
        return self.reference(recipe.of)

    def _map(self, recipe: r.Map, column: str) -> Value:
        value = str(self.reference(recipe.of))
        if value in recipe.to:
            return _plain(recipe.to[value])
        return None if recipe.otherwise is None else self.value(recipe.otherwise, column)

    def _after(self, recipe: r.After, column: str) -> Value:
        named = (recipe.of,) if isinstance(recipe.of, str) else recipe.of
        value = max((str(v) for v in map(self.reference, named) if v is not None), default=None)
        span = self.dice.randint(recipe.least, recipe.most) * _UNITS[recipe.unit]
        if value is None:
            return None
        try:
            start = datetime.datetime.fromisoformat(value)
            moment = start + datetime.timedelta(seconds=span)
        except (ValueError, OverflowError):
            raise BadRecipeError(f"{' or '.join(named)!r} holds {value!r}, which is no date") from None
        limit = self._until(recipe.until, start)
        if limit is not None:
            moment = min(moment, max(limit, start))
        timed = (len(value) > 10 or recipe.unit != "days") and not _is_day(column)
        return moment.strftime("%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d")

    def _until(self, until: str, start: datetime.datetime) -> datetime.datetime | None:
        """The moment that `until` means, a day being meant to its end; None where there is no such limit."""
        text = until if r.is_day(until) else self.reference(until) if until else None
        if text is None:
            return None
        if len(str(text)) <= 10 or r.is_day(until):
            return datetime.datetime.combine(self.day(str(text)), start.time())
        try:
            return datetime.datetime.fromisoformat(str(text))
        except ValueError:
            raise BadRecipeError(f"{until!r} holds {text!r}, which is no date") from None

    def _calc(self, recipe: r.Calc, column: str) -> Value:
        terms = [self.reference(term) if isinstance(term, str) else term for term in recipe.of]
        if any(term is None for term in terms):
            return None
        if not all(isinstance(term, int | float) for term in terms):
            raise BadRecipeError(f"{recipe.op} of {terms!r}: not all are numbers")
        total = terms[0]
        for term in terms[1:]:
            total = total * term if recipe.op == "times" else total + term if recipe.op == "plus" else total - term
        if not math.isfinite(total):
            raise BadRecipeError(f"{recipe.op} of {terms!r} is no number")
        return round(total, recipe.digits) if recipe.digits else round(total)

    def _when(self, recipe: r.When, column: str) -> Value:
        case = next((c for c in recipe.cases if self._holds(c)), None)
        return self.value(case.then if case is not None else recipe.otherwise, column)

    def _nothing(self, recipe: r.Nothing, column: str) -> Value:
        return None

    # ── help ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _holds(self, case: r.Case) -> bool:
        value = self.reference(case.of)
        if case.among and value not in tuple(map(_plain, case.among)):
            return False
        if case.before is None and case.after is None:
            return True
        return value is not None and self._between(value, case)

    def _between(self, value: Value, case: r.Case) -> bool:
        low, high = self._limit(case.after), self._limit(case.before)
        if (low is None and case.after is not None) or (high is None and case.before is not None):
            return False  # the other row holds nothing to compare with
        try:
            return (low is None or value > low) and (high is None or value < high)
        except TypeError:
            raise BadRecipeError(f"{case.of!r} holds {value!r}, which can't be compared with {low or high!r}") from None

    def _limit(self, value: Value) -> Value:
        if isinstance(value, r.Other):
            return self.reference(value.of)
        return self.day(value).isoformat() if isinstance(value, str) and value.startswith("today") else _plain(value)

    def _slot(self, slots: int, spread: str) -> int:
        """One of so many places: even, or nearer to one end or the middle."""
        one, two = self.dice.random(), self.dice.random()
        share = {"low": min(one, two), "high": max(one, two), "middle": (one + two) / 2}.get(spread, one)
        return min(slots - 1, int(share * slots))


_KINDS: tuple[tuple[type, Any], ...] = (
    (r.Serial, Drawing._serial),
    (r.Pick, Drawing._pick),
    (r.Compose, Drawing._text),
    (r.Code, Drawing._code),
    (r.Number, Drawing._number),
    (r.Date, Drawing._date),
    (r.Parent, Drawing._parent),
    (r.Same, Drawing._same),
    (r.Map, Drawing._map),
    (r.After, Drawing._after),
    (r.Calc, Drawing._calc),
    (r.When, Drawing._when),
    (r.Nothing, Drawing._nothing),
)


def _is_day(column: str) -> bool:
    """By the names that designers are asked for, `_on` is a day and `_at` a moment."""
    return column.endswith(("_on", "_date"))


def _plain(value: Value) -> Value:
    return int(value) if isinstance(value, bool) else value


def _filtered(text: str, how: str | None) -> str:
    words = text.split()
    if how == "slug":
        folded = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", ".", folded).strip(".")
    if how in ("first", "last"):
        return (words[0] if how == "first" else words[-1]) if words else ""
    if how == "initials":
        return "".join(word[0] for word in words).upper()
    if how == "year":
        return text[:4]
    return {"lower": text.lower(), "upper": text.upper()}.get(how or "", text)
