"""The values that everything else is about.

Frozen, comparable, and nothing but data: they encode to JSON and back without loss (msgspec), know no database, no model and
no stage. Behaviour lives in the packages; `protocols.py` holds the seams between them.

The order of this file is that of the work: tools and their environment, what a request means, tasks, dialogue, verdict.
"""

from typing import Any, Literal

from msgspec import Struct, field

Json = Any  # a value that JSON can hold: None, bool, int, float, str, list, dict

# ── Tools and the environment they act on ────────────────────────────────────────────────────────────────────────────────


class Slot(Struct, frozen=True, omit_defaults=True):
    """What a parameter or a result field stands for, in terms of the database.

    `column` is a column's name, or `@name` for the text people call a row of `table` by (see `catalog`), or empty where the
    value belongs to no single column (a row count, a page number).
    """

    table: str = ""
    column: str = ""
    use: str = ""
    """Of a parameter: key · match (text pattern) · equals · from · to · value (to be written) · limit · offset.
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
    act(table, verb) for a hand-written one.
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
    wording: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For a hand-written tool, how people speak of it: `request`, `confirm`, `done` phrases with `{parameter}` slots."""


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


class Policy(Struct, frozen=True, omit_defaults=True):
    """What the assistant is told of its job: a preamble, the rules, and whether writes need the user's yes first."""

    preamble: str = ""
    rules: tuple[Rule, ...] = ()
    confirm_writes: bool = True


class Toolset(Struct, frozen=True, omit_defaults=True):
    """A coherent selection of tools in one dialect."""

    id: str
    tools: tuple[Tool, ...]
    dialect: Dialect = Dialect()
    vocabulary: dict[str, Slot] = field(default_factory=dict)
    """Field name → what it stands for, the same in every tool of the set."""


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


# ── What a request means ─────────────────────────────────────────────────────────────────────────────────────────────────


class Pick(Struct, frozen=True, omit_defaults=True):
    """Which of several rows is meant: max · min · latest · earliest (by `column`) · where (`column` = `value`) ·
    ordinal (`value` = 1, 2, … or -1 for the last) · only."""

    kind: str
    table: str = ""
    column: str = ""
    value: Json = None
    use: str = ""
    """As in `Slot.use`, where the column picked by is a computed one (a sum, a count)."""


class Mention(Struct, frozen=True, omit_defaults=True):
    """How a row is spoken of. By what is said of it (`by`: column or `@name` → value), by its place in what was last listed
    (`pick`), or by pointing back at the row talked about (both empty)."""

    table: str
    by: dict[str, Json] = field(default_factory=dict)
    pick: Pick | None = None


class Need(Struct, frozen=True, omit_defaults=True):
    """Something wanted, in terms of the database: no tool, no key that was not said."""

    meaning: Meaning
    mentions: tuple[Mention, ...] = ()
    values: dict[str, Json] = field(default_factory=dict)
    """What is said of values: `table.column:use` (as in `Slot`) → value."""
    wanted: tuple[str, ...] = ()
    """What is to be told of the result, `table.column[:use]` each; empty = the gist."""
    pick: Pick | None = None
    """Of the rows that come back, the one that matters."""


class Act(Struct, frozen=True, omit_defaults=True):
    """What an utterance does (`conversations.md` lists the kinds). Carries only values that its text says."""

    kind: str
    need: Need | None = None
    values: dict[str, Json] = field(default_factory=dict)


# ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Fact(Struct, frozen=True, omit_defaults=True):
    """A value with what it means: `slot` is `table.column`."""

    slot: str
    value: Json
    label: str = ""


class PlanStep(Struct, frozen=True, omit_defaults=True):
    """One expected call. An argument `"$2.rows[0].order_id"` is the value at that path of the result of step 2 (1-based)."""

    tool: str
    arguments: dict[str, Json]
    after: tuple[int, ...] = ()
    """Steps (1-based) whose results it uses, or whose effects it needs."""
    weight: Literal["critical", "structural"] = "critical"
    """structural: a means (a look-up); another way to the same end is fine."""
    bound: dict[str, Json] = field(default_factory=dict)
    """What the placeholders stood for when the task was proven (filled in by the proof)."""


class Disclosure(Struct, frozen=True, omit_defaults=True):
    """A value the user must be told once `step` (1-based) has run."""

    value: Json
    slot: str = ""
    step: int = 0


class RowChange(Struct, frozen=True, omit_defaults=True):
    """One row before and after. `key` identifies it (primary key, or `rowid`); `before` is None for an insert, `after` for a
    delete; for an update both hold only the columns that differ."""

    table: str
    op: Literal["insert", "update", "delete"]
    key: dict[str, Json]
    before: dict[str, Json] | None = None
    after: dict[str, Json] | None = None


class Subtask(Struct, frozen=True, omit_defaults=True):
    """One part of a goal: what is wanted, the plan steps that get it (1-based), and what must be told."""

    goal: str
    steps: tuple[int, ...] = ()
    need: Need | None = None
    tell: tuple[Disclosure, ...] = ()


class Criterion(Struct, frozen=True, omit_defaults=True):
    """A line of the rubric, in the paper's classes. `check` names the machine check that decides it, empty for a judge."""

    text: str
    kind: Literal["critical", "structural", "noncritical"]
    check: str = ""


class Proof(Struct, frozen=True, omit_defaults=True):
    """What running the task showed: gold passed, doing nothing failed, and which check killed each spoiled plan."""

    gold: bool
    noop: bool
    mutations: dict[str, str] = field(default_factory=dict)
    """Mutation → the check that failed it; empty where it survived."""
    spared: dict[str, str] = field(default_factory=dict)
    """Variation that spoils nothing → the check that wrongly objected to it; empty where it passed, as it must."""


class Task(Struct, frozen=True):
    """A goal with its proof. `known` is what the user may say; `hidden` must be found out."""

    id: str
    goal: str
    user_role: str = "staff"
    difficulty: Literal["easy", "medium", "hard"] = "easy"
    known: tuple[Fact, ...] = ()
    hidden: tuple[Fact, ...] = ()
    subtasks: tuple[Subtask, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    target: tuple[RowChange, ...] = ()
    """Net row changes; a value `{"$any": "clock"}` depends on the moment and is not compared."""
    rubric: tuple[Criterion, ...] = ()
    proof: Proof | None = None


class Scenario(Struct, frozen=True, omit_defaults=True):
    """What one conversation is about: tasks in order, each starting from the state the one before leaves."""

    id: str
    tasks: tuple[Task, ...]
    clock: ClockSpec
    seed: int
    mode: Literal["user", "task"] = "user"


# ── The dialogue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ToolCall(Struct, frozen=True):
    """A call the assistant makes. `id` is unique in its dialogue."""

    id: str
    name: str
    arguments: dict[str, Json]


class Message(Struct, frozen=True, omit_defaults=True):
    """One message of the OpenAI chat format, and nothing more."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class Origin(Struct, frozen=True, omit_defaults=True):
    """Where an argument's value came from. `kind`: user · result · policy · default · inference.
    `turn` is the index of the turn that said or returned it; `path` where in a result."""

    kind: str
    turn: int = -1
    path: str = ""


class Turn(Struct, frozen=True, omit_defaults=True):
    """A message in its place. `state` is the state of the environment after it (opaque, see `Session`)."""

    message: Message
    parent: int | None = None
    state: str = ""
    maker: str = "scripted"
    call: str = ""  # key of the model's call that made it
    task: int = 0
    """Index of the scenario's task it belongs to."""
    acts: tuple[Act, ...] = ()
    rationale: str = ""
    origins: dict[str, dict[str, Origin]] = field(default_factory=dict)
    """Call id → parameter → where its value came from."""
    changes: tuple[RowChange, ...] = ()
    """What the call behind a tool result changed."""
    train: bool = True
    done: bool = False
    """Of a user turn: the user declares the goal reached (`is_task_complete`)."""


class Dialogue(Struct, frozen=True, omit_defaults=True):
    """A tree of turns, flat: a turn names its parent by index. Turn 0 is the system message."""

    id: str
    environment: str
    scenario: Scenario
    turns: tuple[Turn, ...] = ()

    def path(self, at: int = -1) -> tuple[Turn, ...]:
        """The conversation that ends at turn `at` (the last by default), root first."""
        index: int | None = at if at >= 0 else len(self.turns) + at
        out: list[Turn] = []
        while index is not None and index >= 0:
            out.append(self.turns[index])
            index = self.turns[index].parent
        return tuple(reversed(out))


# ── Verdicts and what leaves the house ───────────────────────────────────────────────────────────────────────────────────


class Finding(Struct, frozen=True, omit_defaults=True):
    """Something a check objects to, at the turn where it shows (index into the path, the system message being 0)."""

    turn: int
    what: str


class Verdict(Struct, frozen=True, omit_defaults=True):
    """One check's answer. `None` = could not tell, and never counts as passed."""

    check: str
    passed: bool | None
    evidence: tuple[Finding, ...] = ()
