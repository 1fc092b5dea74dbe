"""How the rows of a table are made, written as data: for each column a recipe from a small fixed set.

A recipe is read, never run: no code, no SQL, no format strings of the model's. A *reference* names a column of the same row
(`lent_on`), or, through a column that refers to another table, a column of that other row (`book_id.price`).
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from duologue.sources.invented.schema import Shape
from duologue.types import Json

Text = Annotated[str, Meta(max_length=400)]
Ref = Annotated[str, Meta(max_length=81)]
Scalar = bool | int | float | Text | None
Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
Span = Annotated[int, Meta(ge=-10_000_000, le=10_000_000)]
Spread = Literal["even", "low", "middle", "high"]
Day = Annotated[str, Meta(max_length=20)]
"""An ISO date, `today`, or `today-30`."""

MOST_NESTED = 3
SLOT: Final = re.compile(r"\{([a-z][a-z0-9_.]*)(?:\|([a-z]+))?\}")
FILTERS: Final = ("lower", "upper", "slug", "first", "last", "initials", "year")


class _Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    blank: Annotated[float, Meta(ge=0, le=0.95)] = 0.0
    """Share of rows in which the column is empty."""


class Serial(_Base, frozen=True, tag="serial"):
    """1, 2, 3 …; with a prefix or a width, a text: S-0001."""

    start: Annotated[int, Meta(ge=0, le=10**12)] = 1
    step: Annotated[int, Meta(ge=1, le=1000)] = 1
    prefix: Annotated[str, Meta(max_length=20)] = ""
    width: Annotated[int, Meta(ge=0, le=12)] = 0


class Pick(_Base, frozen=True, tag="pick"):
    """One of the values, the heavier ones more often."""

    values: Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=200)]
    weights: Annotated[tuple[Annotated[float, Meta(ge=0, le=1e6)], ...], Meta(max_length=200)] = ()


class Compose(_Base, frozen=True, tag="text"):
    """A text with `{slots}`: each a part of its own (one of a list) or a reference, perhaps filtered: `{full_name|slug}`."""

    pattern: Text
    parts: dict[str, Annotated[tuple[Text, ...], Meta(min_length=1, max_length=200)]] = {}


class Code(_Base, frozen=True, tag="code"):
    """A mask: `#` is a digit, `@` a capital letter, all else itself."""

    mask: Annotated[str, Meta(min_length=1, max_length=60)]


class Number(_Base, frozen=True, tag="number"):
    """A number of the range, on the steps from its least."""

    least: Amount
    most: Amount
    step: Annotated[float, Meta(ge=1e-6, le=1e12)] = 1
    spread: Spread = "even"


class Date(_Base, frozen=True, tag="date"):
    """A day; with `hours` a moment between these hours of it."""

    first: Day
    last: Day
    spread: Spread = "even"
    hours: tuple[Annotated[int, Meta(ge=0, le=24)], Annotated[int, Meta(ge=0, le=24)]] | None = None
    minutes: Annotated[int, Meta(ge=1, le=60)] = 15
    workdays: bool = False


class Parent(_Base, frozen=True, tag="parent"):
    """The key of a row referred to. `each` goes through them one after the other, `few` prefers some of them."""

    choose: Literal["even", "few", "each"] = "even"
    only: dict[str, Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=50)]] = {}
    """Only rows whose column has one of these values."""


class Same(_Base, frozen=True, tag="same"):
    """The value of a reference."""

    of: Ref


class After(_Base, frozen=True, tag="after"):
    """A time span behind (negative: before) the date of a reference, never later than `until`."""

    of: Ref
    least: Span
    most: Span
    unit: Literal["days", "hours", "minutes"] = "days"
    until: Day = ""


class Calc(_Base, frozen=True, tag="calc"):
    """References and numbers added, multiplied, or the later ones taken from the first."""

    op: Literal["plus", "minus", "times"]
    of: Annotated[tuple[Ref | Amount, ...], Meta(min_length=2, max_length=6)]
    digits: Annotated[int, Meta(ge=0, le=6)] = 2


class Nothing(_Base, frozen=True, tag="nothing"):
    """Always empty."""


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """Holds where the reference's value is among these, and before and after those (each asked only where given)."""

    of: Ref
    then: "Recipe"
    among: Annotated[tuple[Scalar, ...], Meta(max_length=50)] = ()
    before: Scalar = None
    after: Scalar = None


class When(_Base, frozen=True, tag="when"):
    """The recipe of the first case that holds."""

    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=12)]
    otherwise: "Recipe"


Recipe = Serial | Pick | Compose | Code | Number | Date | Parent | Same | After | Calc | Nothing | When
KINDS: Final = (
    "serial",
    "pick",
    "text",
    "code",
    "number",
    "date",
    "parent",
    "same",
    "after",
    "calc",
    "nothing",
    "when",
)


class RowsDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of a table as the model writes them. A recipe that is none is told with its column, so they are read later."""

    columns: Annotated[dict[str, dict[str, Json]], Meta(max_length=40)]
    examples: Annotated[tuple[dict[str, Scalar], ...], Meta(max_length=40)] = ()


class TableRecipe(Struct, frozen=True):
    """How a table is filled: rows written by hand come first, the rest is grown."""

    columns: dict[str, Recipe]
    examples: tuple[dict[str, Scalar], ...] = ()


def read(design: RowsDesign) -> tuple[TableRecipe, list[str]]:
    """The recipes of a design, and what is wrong with those that are none."""
    columns: dict[str, Recipe] = {}
    problems = []
    for name, given in design.columns.items():
        try:
            columns[name] = msgspec.convert(given, type=Recipe)
        except (msgspec.ValidationError, RecursionError) as error:
            problems.append(f"Column {name[:40]!r}: {error}. Kinds: {', '.join(KINDS)}.")
    return TableRecipe(columns, design.examples), problems


def inner(recipe: Recipe, depth: int = 0) -> Iterator[tuple[Recipe, int]]:
    """The recipe and those inside it, each with how deep it lies."""
    yield recipe, depth
    if isinstance(recipe, When):
        for branch in (*(c.then for c in recipe.cases), recipe.otherwise):
            yield from inner(branch, depth + 1)


def references(recipe: Recipe) -> Iterator[str]:
    """The references that a recipe and those inside it make."""
    for part, _ in inner(recipe):
        if isinstance(part, Same | After):
            yield part.of
        elif isinstance(part, Calc):
            yield from (r for r in part.of if isinstance(r, str))
        elif isinstance(part, Compose):
            yield from (name for name, _ in SLOT.findall(part.pattern) if name not in part.parts)
        elif isinstance(part, When):
            yield from (c.of for c in part.cases)


def complaints(recipe: TableRecipe, shape: Shape, tables: dict[str, Shape]) -> list[str]:
    """What is wrong with a recipe before anything is grown of it."""
    out = [f"There is no column {name[:40]!r} to fill." for name in recipe.columns if name not in shape.columns]
    for name in shape.columns:
        if name not in recipe.columns and name != shape.autokey:
            out.append(f"Column {name!r} has no recipe.")
    for number, row in enumerate(recipe.examples, 1):
        out += [
            f"Example {number}: there is no column {name[:40]!r} to fill." for name in row if name not in shape.columns
        ]
    for name, made in recipe.columns.items():
        if name in shape.columns:
            out += [f"Column {name!r}: {what}" for what in _column_complaints(name, made, shape, tables)]
    return out or _circles(recipe)


def _column_complaints(name: str, recipe: Recipe, shape: Shape, tables: dict[str, Shape]) -> Iterator[str]:
    for part, depth in inner(recipe):
        if depth > MOST_NESTED:
            yield f"`when` inside `when` goes deeper than {MOST_NESTED}."
            return
        if isinstance(part, Parent):
            yield from _parent_complaints(name, part, shape, tables)
        elif (
            isinstance(part, Pick) and part.weights and (len(part.weights) != len(part.values) or not sum(part.weights))
        ):
            yield f"{len(part.values)} values, but {len(part.weights)} weights (all of them zero?)."
        elif isinstance(part, Number | After) and part.most < part.least:
            yield f"`most` {part.most} is less than `least` {part.least}."
        elif isinstance(part, Compose):
            unknown = sorted({f for _, f in SLOT.findall(part.pattern) if f and f not in FILTERS})
            if unknown:
                yield f"there is no filter {unknown[0]!r}; there are {', '.join(FILTERS)}."
    for reference in references(recipe):
        yield from _reference_complaints(reference, name, shape, tables)


def _parent_complaints(name: str, recipe: Parent, shape: Shape, tables: dict[str, Shape]) -> Iterator[str]:
    link = shape.link_of(name)
    if link is None:
        yield "`parent` is for columns of a foreign key, which this is not."
        return
    for column in recipe.only:
        if column not in tables[link.to].columns:
            yield f"`only`: {link.to!r} has no column {column[:40]!r}."


def _reference_complaints(reference: str, name: str, shape: Shape, tables: dict[str, Shape]) -> Iterator[str]:
    first, _, second = reference.partition(".")
    if first not in shape.columns:
        yield f"it refers to {reference!r}, but the table has no column {first!r}. References name a column of this table, or `key_column.column_of_that_row`."
    elif second:
        link = shape.link_of(first)
        if link is None:
            yield f"it refers to {reference!r}, but {first!r} refers to no other table."
        elif second not in tables[link.to].columns:
            yield f"it refers to {reference!r}, but {link.to!r} has no column {second!r}."
    elif first == name:
        yield "it refers to itself."


def order(recipe: TableRecipe) -> list[str]:
    """The columns in an order in which each comes after those it refers to; shorter where they go round in a circle."""
    needs = {
        name: {r.partition(".")[0] for r in references(made)} & recipe.columns.keys()
        for name, made in recipe.columns.items()
    }
    done: list[str] = []
    while True:
        ready = [n for n in needs if n not in done and needs[n] <= set(done)]
        if not ready:
            return done
        done += ready


def _circles(recipe: TableRecipe) -> list[str]:
    left = sorted(recipe.columns.keys() - set(order(recipe)))
    return [f"Columns {', '.join(left)} refer to one another in a circle."] if left else []
