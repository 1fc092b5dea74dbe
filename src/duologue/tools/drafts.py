"""What a tool says and does before it has a dialect.

A family (see `families/`) looks at the catalog and writes *drafts*: values that hold a meaning, the parameters, and the
statements as small trees of *terms* over named tables. Nothing here is SQL text and nothing has a final name: parameters are
known by an id that is private to the draft, result columns by the *concept* they show. A dialect then gives both names, and
`sql.py` turns the statements into sqlglot trees.

A concept is `(table, column, use)`: the column of the database that a value comes from. Two tools that show one concept
show it under one name (see `vocabulary.py`). A concept and a slot differ where a column refers to another row: the concept
of `Customer.SupportRepId` is that column, its slot is the key of `Employee`, because that is where the value can be used.
"""

from typing import Literal

from msgspec import Struct, field

from duologue.types import Json, Meaning, Problem, Slot

Concept = tuple[str, str, str]


# ── Terms: what stands between SELECT and FROM ───────────────────────────────────────────────────────────────────────────


class Col(Struct, frozen=True, tag=True):
    """A column of a joined table. `key` marks an integer that a dialect may let travel as text."""

    alias: str
    column: str
    key: bool = False


class Display(Struct, frozen=True, tag=True):
    """What people call a row: its display columns, joined by spaces; NULL where all are NULL."""

    alias: str
    columns: tuple[str, ...]
    nullable: bool = False


class Part(Struct, frozen=True, tag=True):
    """The first `length` characters of an ISO date: 4 the year, 7 the month, 10 the day."""

    of: Col
    length: int


class Moment(Struct, frozen=True, tag=True):
    """A time kept as a count since 1970, written as people read it (ISO, UTC, to the second). `scale`: counts in a second."""

    of: Col
    scale: int = 1


class Agg(Struct, frozen=True, tag=True):
    """An aggregate: COUNT · SUM · AVG · MIN · MAX, rounded to `digits` where given. Without `of`, a count of rows."""

    func: str
    of: Col | None = None
    digits: int | None = None


class Share(Struct, frozen=True, tag=True):
    """The share of rows in which a column has a value (a constant, or an argument by its id), as a fraction or a percentage."""

    of: Col
    value: "Const | Arg"
    percent: bool = False


class Const(Struct, frozen=True, tag=True):
    """A fixed value."""

    value: str | int | float | None


class Arg(Struct, frozen=True, tag=True):
    """An argument (by the id of its parameter) or a value bound earlier (`bound`, by its own name)."""

    id: str
    bound: bool = False


class Next(Struct, frozen=True, tag=True):
    """One more than the greatest value of a column."""

    of: Col


class OrKeep(Struct, frozen=True, tag=True):
    """An argument, or the column as it is where the argument is missing."""

    arg: Arg
    column: str


Term = Col | Display | Part | Moment | Agg | Share | Const | Arg | Next | OrKeep


# ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Compare(Struct, frozen=True, tag=True):
    """`left op right`; with `optional`, also true where the argument is NULL."""

    op: Literal["=", ">=", "<=", ">", "<", "is", "is not"]
    left: Term
    right: Term
    optional: bool = False
    nocase: bool = False


class Contains(Struct, frozen=True, tag=True):
    """A text contains an argument, whatever the case of ASCII letters."""

    left: Term
    arg: Arg
    optional: bool = False


class Empty(Struct, frozen=True, tag=True):
    """A column is NULL or an empty text."""

    of: Col


class Filled(Struct, frozen=True, tag=True):
    """A column is not NULL."""

    of: Col


class Among(Struct, frozen=True, tag=True):
    """A column has (or, `negated`, has not) one of some fixed values."""

    of: Col
    values: tuple[Json, ...]
    negated: bool = False


class Exists(Struct, frozen=True, tag=True):
    """There is (or, `negated`, is no) row of `table` (as `alias`) under which all of `where` hold.

    With `optional` (the id of a parameter) also true where that argument is NULL.
    """

    table: str
    alias: str
    where: tuple["Condition", ...]
    negated: bool = False
    optional: str = ""


Condition = Compare | Contains | Empty | Filled | Among | Exists


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Source(Struct, frozen=True):
    """A table in FROM. `on` pairs its columns with columns of a source before it; `left` keeps rows without a partner."""

    table: str
    alias: str
    on: tuple[tuple[str, str, str], ...] = ()
    """(its column, alias of the other, column of the other)."""
    left: bool = False


class Field(Struct, frozen=True):
    """A result column: what is shown, under which concept, standing for what."""

    term: Term
    concept: Concept
    slot: Slot
    type: str = "string"
    """integer · number · string · boolean."""
    nullable: bool = False
    about: str = ""
    """What it is, in words: "title of the album"."""
    short: str = ""
    """A phrase for "returns …": "title"."""
    integer_key: bool = False
    strays: tuple[str, ...] = ()
    """JSON types of values that do not keep to `type`."""


class Query(Struct, frozen=True):
    """A SELECT."""

    sources: tuple[Source, ...]
    fields: tuple[Field, ...]
    where: tuple[Condition, ...] = ()
    group: tuple[Term, ...] = ()
    order: tuple[tuple[Term, bool], ...] = ()
    """Terms with whether they descend. Every list ends with a tie-breaker."""
    limit: str | int = ""
    """The id of a parameter, or a fixed number."""
    offset: str = ""


class Insert(Struct, frozen=True):
    """An INSERT of one row."""

    table: str
    values: tuple[tuple[str, Term], ...]


class Update(Struct, frozen=True):
    """An UPDATE of the rows for which `where` holds."""

    table: str
    values: tuple[tuple[str, Term], ...]
    where: tuple[Condition, ...]


class Delete(Struct, frozen=True):
    """A DELETE of the rows for which `where` holds."""

    table: str
    where: tuple[Condition, ...]


class Step(Struct, frozen=True):
    """One statement of a draft. `part` says where a `return` goes: head (the result's own fields), list (the list the draft
    is about), or children (a list inside a record)."""

    kind: Literal["require", "bind", "write", "return"]
    body: Query | Insert | Update | Delete | Exists
    problem: Problem | None = None
    part: Literal["", "head", "list", "children"] = ""
    noun: str = ""
    """Of a list: what its rows are called, in the plural."""


class Param(Struct, frozen=True):
    """A parameter. `id` is how the draft's statements speak of it; a dialect gives it its name."""

    id: str
    slot: Slot
    concept: Concept
    type: str = "string"
    required: bool = False
    nullable: bool = False
    default: Json = None
    enum: tuple[Json, ...] = ()
    least: int | float | None = None
    most: int | float | None = None
    format: str = ""
    about: str = ""
    integer_key: bool = False


class Draft(Struct, frozen=True):
    """A tool without a dialect."""

    meaning: Meaning
    params: tuple[Param, ...]
    steps: tuple[Step, ...]
    effect: Literal["read", "write"] = "read"
    writes: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    """What its name and description are made of: noun, plural, column, parent, group, order …"""

    @property
    def reads(self) -> tuple[str, ...]:
        """Every table a statement reads, sorted."""
        return tuple(sorted({name for step in self.steps for name in _tables(step.body)}))

    @property
    def spans(self) -> bool:
        """It joins tables, or runs two statements beside the one that counts."""
        return len(set(self.reads) | set(self.writes)) > 1 or len(self.steps) > 1


def _tables(body: Query | Insert | Update | Delete | Exists) -> set[str]:
    if isinstance(body, Query):
        return {s.table for s in body.sources} | _inner(body.where)
    if isinstance(body, Exists):
        return {body.table} | _inner(body.where)
    if isinstance(body, Insert):
        return set()
    return {body.table} | _inner(body.where)


def _inner(conditions: tuple[Condition, ...]) -> set[str]:
    return {name for c in conditions if isinstance(c, Exists) for name in _tables(c)}
