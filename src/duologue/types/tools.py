"""Tools and the environment they act on."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

Json = Any  # a value that JSON can hold: None, bool, int, float, str, list, dict


class Slot(Struct, frozen=True, omit_defaults=True):
    """What a parameter or a result field stands for, in terms of the database.

    `column` is a column's name, or `@name` for the text people call a row of `table` by (see `catalog`), or empty where the
    value belongs to no single column (a row count, a page number).
    """

    table: str = ""
    column: str = ""
    use: str = ""
    """Of a parameter: key · match (text pattern) · equals · from · to · value (to be written) · proof (what the caller says of the row
    the tool is for, to be held against it) · limit · offset · own (of a user's own tool: whose it is, which nobody has to say).
    Of a result field: empty (the column itself) · name (of the row it refers to) · month · year · count · sum · avg · min · max ·
    share · total (rows there are in all) · key (of a tool without implementation: what tells the thing apart)."""


class Problem(Struct, frozen=True, omit_defaults=True):
    """A domain error: its `type` and a `message` in which `{name}` stands for an argument or a bound value."""

    type: str
    message: str


class Statement(Struct, frozen=True, omit_defaults=True):
    """One SQL statement of a tool, with named parameters (`:customer_id`) filled from the arguments and earlier `bind`s.

    * `require`: a SELECT; holds when it gives a row whose first column is neither NULL nor 0, else `problem` is the result.
    * `bind`: a SELECT whose first row's columns become parameters for later statements (NULL without a row; with a
      `problem`, no row is that error).
    * `write`: an INSERT, UPDATE or DELETE; with a `problem`, changing no row is that error.
    * `return`: a SELECT that fills the result at `into` ("" = its columns become top-level fields; `shape` must be object).
    """

    kind: Literal["require", "bind", "write", "return"]
    sql: str
    problem: Problem | None = None
    into: str = ""
    shape: Literal["list", "object", "value"] = "list"


class Meaning(Struct, frozen=True, omit_defaults=True):
    """What a tool does, in terms of the database: the key by which a request finds the tool that serves it.

    Two tools with one meaning differ only in dialect. Families, with the fields they use:
    get(table[, children]) · find(table) · search(table) · related(table, parent, via) · top(table, column[, group]) ·
    total(table, func, column, group) · count(table, column) · ratio(table, column, group) · missing(table, children|column) ·
    create(table) · set(table, column) · remove(table) · link(table, parent, other) · unlink(table, parent, other) ·
    act(table, verb) for a hand-written one · mend(table, verb) for a trouble that a guide (`verb`) is for.
    """

    family: str
    table: str = ""
    """The table whose rows come back, are counted, or change."""
    column: str = ""
    """The column measured, counted by, looked for as missing, or written."""
    parent: str = ""
    """The table through which rows are reached."""
    other: str = ""
    """The second table of a link."""
    via: str = ""
    """The foreign-key columns used, comma-separated, where several lead to the same table."""
    group: str = ""
    """`table.column` (or `table.@name`, `table.column:month`) that the answer is split by."""
    func: str = ""
    """sum · avg · min · max · count."""
    verb: str = ""
    """What a hand-written tool does, as a verb phrase: "cancel", "change address"."""


class Tool(Struct, frozen=True, omit_defaults=True):
    """A function the assistant can call. `parameters` and `returns` are JSON Schemas of an object."""

    name: str
    description: str
    parameters: dict[str, Json]
    returns: dict[str, Json]
    effect: Literal["read", "write"]
    run: tuple[Statement, ...] = ()
    reads: tuple[str, ...] = ()
    """Tables (and views) its statements may read."""
    writes: tuple[str, ...] = ()
    """Tables its statements may change."""
    meaning: Meaning | None = None
    inputs: dict[str, Slot] = field(default_factory=dict)
    """Parameter name → what it stands for."""
    outputs: dict[str, Slot] = field(default_factory=dict)
    """Result path → what it stands for. `rows[].total` is the field `total` of each row of the list `rows`."""
    weight: float = 1.0
    """How readily people come up with it, beside others of its family: what is a last resort has little."""
    wording: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For a hand-written tool, how people speak of it: `request`, `confirm`, `done` phrases with `{parameter}` slots. For one of the
    user's own: `instruct` (how they are asked to use it) and `report` (how they say what they saw, with slots of the result's fields)."""


class Dialect(Struct, frozen=True, omit_defaults=True):
    """The habits one team's tools share; drawn by seed, so that toolsets over one database differ."""

    naming: str = "snake"  # snake (find_orders) · camel (findOrders) · noun_first (orders_find)
    verbs: dict[str, str] = field(default_factory=dict)  # family → the verb its tools' names begin with
    granularity: str = "plain"
    """plain (flat rows) · wide (rows carry the names of what they refer to) · nested (a record with its parts)."""
    envelope: str = "rows"  # rows · nested · paged: how lists come back
    errors: str = "snake"  # snake · upper · class: how error types are written
    ids: str = "raw"  # raw · text: whether integer keys travel as numbers or as strings
    dates: str = "stored"  # stored · date: whether a midnight time is shown


class Rule(Struct, frozen=True, omit_defaults=True):
    """One sentence of the policy and, where a machine can enforce it, the guard that runs.

    A guard is a SELECT over the arguments of the tools named; it must hold `before` or `after` their writes.
    """

    id: str
    text: str
    tools: tuple[str, ...] = ()
    when: Literal["before", "after"] = "before"
    sql: str = ""
    problem: Problem | None = None
    said: str = ""
    """The rule as the user may be told it. Empty = as `text` puts it, without what that asks of the assistant."""


def _is_among(value: Json, one: Json) -> bool:
    """Whether it is the value, or one of the values of a list; a flag is no number."""
    several = one if isinstance(one, list) else [one]
    return any(value is w if isinstance(w, bool) or isinstance(value, bool) else value == w for w in several)


class Look(Struct, frozen=True, omit_defaults=True):
    """Where something shows: a field of what a tool gives, seen by the user (with a tool of their own) or by the assistant."""

    by: Literal["user", "agent"]
    tool: str
    field: str


class Fix(Struct, frozen=True, omit_defaults=True):
    """A call that mends something. The key of the row it is about needs not be given."""

    by: Literal["user", "agent"]
    tool: str
    args: dict[str, Json] = field(default_factory=dict)


class GuideStep(Struct, frozen=True, omit_defaults=True):
    """One thing to look at, what of it is wrong (a value, or several), and what mends that; None = nothing does, so what is left is done."""

    text: str
    look: Look
    wrong: Json
    fix: Fix | None = None

    def is_wrong(self, value: Json) -> bool:
        """Whether what was seen is what this step mends."""
        return _is_among(value, self.wrong)


class Working(Struct, frozen=True):
    """The user's own test: it works where the field of what the tool gives is this (a value, or one of several)."""

    tool: str
    field: str
    value: Json

    def holds(self, result: Mapping[str, Json]) -> bool:
        """Whether what the test gave says that it works."""
        return _is_among(result.get(self.field), self.value)


class Guide(Struct, frozen=True, omit_defaults=True):
    """What to do about a trouble that shows on the user's side: step by step, until the user's own test says that it works."""

    name: str
    title: str
    works: Working
    steps: tuple[GuideStep, ...]
    complaint: tuple[str, ...]
    """How users bring it up."""
    otherwise: Fix | None = None
    """What is left where no step helps: the assistant's call."""
    case: dict[str, Json] = field(default_factory=dict)
    """What else holds where this is the trouble: a field of what the user's test shows, or a column of the first of the user's tables (which
    nobody is shown) → value. Empty = any failed test."""


class Policy(Struct, frozen=True, omit_defaults=True):
    """What the assistant is told of its job: a preamble, the rules, whether writes need the user's yes first, and what to do about
    troubles that show on the user's side."""

    preamble: str = ""
    rules: tuple[Rule, ...] = ()
    confirm_writes: bool = True
    guides: tuple[Guide, ...] = ()


class Toolset(Struct, frozen=True, omit_defaults=True):
    """A coherent selection of tools in one dialect."""

    id: str
    tools: tuple[Tool, ...]
    dialect: Dialect = Dialect()
    vocabulary: dict[str, Slot] = field(default_factory=dict)
    """Field name → what it stands for, the same in every tool of the set."""
    own: tuple[Tool, ...] = ()
    """Tools of the user's, on their own part of the state: the assistant can't call them, only ask."""


class ClockSpec(Struct, frozen=True):
    """A clock that only calls move: `start` (ISO, UTC, to the second), then a seeded `least`…`most` seconds with each call."""

    start: str
    seed: int
    least: int = 20
    most: int = 90


class Environment(Struct, frozen=True, omit_defaults=True):
    """A database image, tools and a policy: all that is needed to run any call again. Immutable; `id` is its content's hash."""

    id: str
    name: str
    image: str
    """Content hash of the database image."""
    toolset: Toolset
    policy: Policy = Policy()
