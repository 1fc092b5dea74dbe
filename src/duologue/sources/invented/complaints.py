"""What is wrong with the recipes of a table before anything is grown of them, all of it at once, in words for their author."""

from collections.abc import Iterator

from duologue.sources.invented.recipes import (
    DAY,
    FILTERS,
    MOST_NESTED,
    SLOT,
    After,
    Compose,
    Example,
    Number,
    Parent,
    Pick,
    Recipe,
    Serial,
    TableRecipe,
    inner,
    is_day,
    order,
    references,
)
from duologue.sources.invented.schema import Shape


def complaints(recipe: TableRecipe, shape: Shape, tables: dict[str, Shape]) -> list[str]:
    """What is wrong with a recipe before anything is grown of it."""
    out = [f"There is no column {name[:40]!r} to fill." for name in recipe.columns if name not in shape.columns]
    for name in shape.columns:
        if name not in recipe.columns and name != shape.autokey:
            out.append(f"Column {name!r} has no recipe.")
    for number, row in enumerate(recipe.examples, 1):
        out += [f"Example {number}: {what}" for what in _example_complaints(row, shape, tables)]
    for name, made in recipe.columns.items():
        if name in shape.columns:
            out += [f"Column {name!r}: {what}" for what in _column_complaints(name, made, shape, tables)]
    return out or _late(recipe, shape) or _circles(recipe)


def _example_complaints(row: Example, shape: Shape, tables: dict[str, Shape]) -> Iterator[str]:
    for name, value in row.items():
        if name not in shape.columns:
            yield f"there is no column {name[:40]!r} to fill."
        elif isinstance(value, dict):
            link = shape.link_of(name)
            if link is None or not value:
                yield f"{name!r} refers to no other table, so it holds a plain value."
                continue
            for column in value:
                if column not in tables[link.to].columns:
                    yield f"{name!r}: {link.to!r} has no column {column[:40]!r}."


def _column_complaints(name: str, recipe: Recipe, shape: Shape, tables: dict[str, Shape]) -> Iterator[str]:
    for part, depth in inner(recipe):
        if depth > MOST_NESTED:
            yield f"recipes inside recipes go deeper than {MOST_NESTED}."
            return
        if isinstance(part, Parent):
            yield from _parent_complaints(name, part, shape, tables)
        elif isinstance(part, Serial) and part.by and (depth or part.by == name or part.by not in shape.columns):
            yield f"`by` {part.by[:40]!r}: it names another column of the table, in a serial that stands in no other recipe."
        yield from _value_complaints(part)
    for reference in references(recipe):
        yield from _reference_complaints(reference, name, shape, tables)


def _value_complaints(part: Recipe) -> Iterator[str]:
    """What is wrong with the plain values of a recipe."""
    if isinstance(part, Pick) and part.weights and (len(part.weights) != len(part.values) or not sum(part.weights)):
        yield f"{len(part.values)} values, but {len(part.weights)} weights (all of them zero?)."
    if isinstance(part, Number | After) and part.most < part.least:
        yield f"`most` {part.most} is less than `least` {part.least}."
    if isinstance(part, After) and is_day(part.until) and not DAY.fullmatch(part.until.strip()):
        yield f"`until` {part.until[:40]!r} is no day; write 2024-05-31, today, today-30, or a reference."
    if isinstance(part, Compose):
        unknown = sorted({f for _, f in SLOT.findall(part.pattern) if f and f not in FILTERS})
        if unknown:
            yield f"there is no filter {unknown[0]!r}; there are {', '.join(FILTERS)}."


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


def _late(recipe: TableRecipe, shape: Shape) -> list[str]:
    """Columns that are numbered when all rows are there can't be referred to before, in this row or another of the table."""
    late = {name: made.by for name, made in recipe.columns.items() if isinstance(made, Serial) and made.by}
    out = [f"Column {name!r}: {by!r} is numbered last itself." for name, by in late.items() if by in late]
    for name, made in recipe.columns.items():
        for reference in references(made):
            first, _, second = reference.partition(".")
            link = shape.link_of(first) if second else None
            if first in late or (link is not None and link.to == shape.name and second in late):
                out.append(f"Column {name!r} refers to {reference!r}, which is numbered last: leave out its `by`.")
    return out


def _circles(recipe: TableRecipe) -> list[str]:
    left = sorted(recipe.columns.keys() - set(order(recipe)))
    return [f"Columns {', '.join(left)} refer to one another in a circle."] if left else []
