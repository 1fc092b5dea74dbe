"""How the rows of a table are made, written as data: for each column a recipe from a small fixed set.

A recipe is read, never run: no code, no SQL, no format strings of the model's. A *reference* names a column of the same row
(`lent_on`), or, through a column that refers to another table, a column of that other row (`book_id.price`): one step, no more.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from duologue.types import Json

Text = Annotated[str, Meta(max_length=400)]
Ref = Annotated[str, Meta(max_length=81)]
Scalar = bool | int | float | Text | None
Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
Span = Annotated[int, Meta(ge=-10_000_000, le=10_000_000)]
Spread = Literal["even", "low", "middle", "high"]
Day = Annotated[str, Meta(max_length=20)]
"""An ISO date, `today`, or `today-30`."""
DayOrRef = Annotated[str, Meta(max_length=81)]

MOST_NESTED = 3
DAY: Final = re.compile(r"today(?:\s*([+-])\s*(\d{1,5}))?|\d{4}-\d\d-\d\d([T ].*)?")
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
    by: Ref = ""
    """A column of the table: the numbers then rise with it, whatever the order in which the rows were made."""


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


class Map(_Base, frozen=True, tag="map"):
    """The value that belongs to the value of a reference; where it is not listed, `otherwise`, or nothing."""

    of: Ref
    to: Annotated[dict[str, Scalar], Meta(min_length=1, max_length=200)]
    otherwise: "Recipe | None" = None


class After(_Base, frozen=True, tag="after"):
    """A time span behind (negative: before) the date of a reference (of several: the latest), never later than `until`."""

    of: Ref | Annotated[tuple[Ref, ...], Meta(min_length=1, max_length=4)]
    least: Span
    most: Span
    unit: Literal["days", "hours", "minutes"] = "days"
    until: DayOrRef = ""


class Calc(_Base, frozen=True, tag="calc"):
    """References and numbers added, multiplied, or the later ones taken from the first."""

    op: Literal["plus", "minus", "times"]
    of: Annotated[tuple[Ref | Amount, ...], Meta(min_length=2, max_length=6)]
    digits: Annotated[int, Meta(ge=0, le=6)] = 2


class Nothing(_Base, frozen=True, tag="nothing"):
    """Always empty."""


class Other(Struct, frozen=True, forbid_unknown_fields=True):
    """The value of a reference, where a value could stand too."""

    of: Ref


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """Holds where the reference's value is among these, and before and after those (each asked only where given)."""

    of: Ref
    then: "Recipe"
    among: Annotated[tuple[Scalar, ...], Meta(max_length=50)] = ()
    before: Scalar | Other = None
    after: Scalar | Other = None


class When(_Base, frozen=True, tag="when"):
    """The recipe of the first case that holds."""

    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=40)]
    otherwise: "Recipe"


Recipe = Serial | Pick | Compose | Code | Number | Date | Parent | Same | Map | After | Calc | Nothing | When
KINDS: Final = (
    "serial",
    "pick",
    "text",
    "code",
    "number",
    "date",
    "parent",
    "same",
    "map",
    "after",
    "calc",
    "nothing",
    "when",
)


Example = dict[str, Scalar | dict[str, Scalar]]
"""A row written by hand. For a foreign key: values by which the row referred to is found, {"name": "Moon jelly"}."""


class RowsDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of a table as the model writes them. A recipe that is none is told with its column, so they are read later."""

    columns: Annotated[dict[str, dict[str, Json]], Meta(max_length=40)]
    examples: Annotated[tuple[Example, ...], Meta(max_length=40)] = ()


class TableRecipe(Struct, frozen=True):
    """How a table is filled: rows written by hand come first, the rest is grown."""

    columns: dict[str, Recipe]
    examples: tuple[Example, ...] = ()


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
    branches: tuple[Recipe | None, ...] = ()
    if isinstance(recipe, When):
        branches = (*(c.then for c in recipe.cases), recipe.otherwise)
    elif isinstance(recipe, Map):
        branches = (recipe.otherwise,)
    for branch in branches:
        if branch is not None:
            yield from inner(branch, depth + 1)


def is_day(text: str) -> bool:
    """Whether a text is a day rather than a reference: columns begin with a letter, and none is called `today`."""
    return text[:1].isdigit() or text.strip().startswith("today")


def references(recipe: Recipe) -> Iterator[str]:
    """The references that a recipe and those inside it make."""
    for part, _ in inner(recipe):
        yield from _own_references(part)


def _own_references(part: Recipe) -> Iterator[str]:
    if isinstance(part, Same | Map):
        yield part.of
    elif isinstance(part, After):
        yield from (part.of,) if isinstance(part.of, str) else part.of
        if part.until and not is_day(part.until):
            yield part.until
    elif isinstance(part, Calc):
        yield from (r for r in part.of if isinstance(r, str))
    elif isinstance(part, Compose):
        yield from (name for name, _ in SLOT.findall(part.pattern) if name not in part.parts)
    elif isinstance(part, When):
        for case in part.cases:
            yield case.of
            yield from (limit.of for limit in (case.before, case.after) if isinstance(limit, Other))


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
