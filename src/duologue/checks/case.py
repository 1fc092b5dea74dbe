"""What a check is given: a conversation, sorted, beside what it was meant to achieve.

The parts that several checks need are worked out once and kept: which plan steps were matched, how the texts read, how many
changes had been made by which turn. "The state is unchanged" means here that no call changed a row in between; a state's
token says less, since it may count calls.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Mapping, Sequence
from functools import cached_property

from duologue.catalog.model import Catalog, Column
from duologue.checks.asked import Who, known_of
from duologue.kept import Kept
from duologue.language.amounts import is_amount
from duologue.language.numerals import word_numbers
from duologue.language.reading import Reading, read
from duologue.language.values import is_blank
from duologue.plans.answered import answered
from duologue.plans.match import Match, match_plan
from duologue.plans.placeholders import leaves
from duologue.plans.trace import Executed, Trace, trace
from duologue.types import Dialogue, Environment, Finding, Json, Offer, Policy, Task, Tool, Verdict

__all__ = ["Case", "case_of", "columns_of", "verdict"]


class Case:
    """One conversation to be judged."""

    def __init__(
        self,
        trace: Trace,
        tasks: Sequence[Task],
        policy: Policy | None = None,
        mode: str = "user",
        columns: Mapping[str, Column] | None = None,
        plurals: Mapping[str, str] | None = None,
    ) -> None:
        """`columns` by `table.column` and `plurals` (what rows are called → their table) come from the catalog."""
        self.plurals = plurals or {}
        self.trace, self.tasks, self.mode = trace, tuple(tasks), mode
        self.policy = policy or Policy()
        self.columns = columns or {}
        self.offers: tuple[Offer, ...] = ()
        """Tools that come or go midway."""
        self.tellings: dict[tuple[object, ...], bool] = {}
        """What `disclosure` found in which text; cases over the same columns may share it."""
        self.held: dict[int, list[Json]] = {}
        """What `unread` found in which result, by the index of the call."""
        self.briefly = False
        """One objection is enough: nobody reads the others."""
        self.found: Mapping[int, tuple[str, ...]] = {}
        """What the gate found of the user's turns while the conversation was played, by their index."""
        self.matches: dict[int, Match] = {}
        """How plans compare with the calls made, as far as that is known (`match`)."""

    def match(self, task: int) -> Match:
        """How the plan of a task compares with the calls made."""
        if task not in self.matches:
            found = match_plan(self.tasks[task].plan, self.trace, task)
            self.matches[task] = answered(self.tasks[task], found, self.trace, task, self.columns)
        return self.matches[task]

    @property
    def who(self) -> Who:
        """Whom the gate is asked about."""
        tools, own = _listed(self.trace.tools), _listed(self.trace.own_tools)
        return Who(self.tasks, tools, self.columns, self.mode, own)

    def column(self, slot: str) -> Column | None:
        """The column behind `table.column`; None for computed values and where no catalog is at hand."""
        return self.columns.get(slot)

    def reading(self, turn: int) -> Reading:
        """What the text of a turn states."""
        return read(self.trace.turns[turn].message.content)

    @cached_property
    def epochs(self) -> list[int]:
        """For every turn, how many calls had changed something when it was over."""
        out, done = [], 0
        for turn in self.trace.turns:
            done += bool(turn.changes)
            out.append(done)
        return out

    @cached_property
    def keeps_origins(self) -> bool:
        """The agent recorded where its arguments came from."""
        return any(t.origins for t in self.trace.turns)

    @cached_property
    def blocks(self) -> dict[int, tuple[Executed, ...]]:
        """Turn of an assistant's text → the calls answered since the text, the assistant's or the user's, before it."""
        starts = sorted({s.turn for s in (*self.trace.assistant, *self.trace.user)})
        calls = self.trace.calls
        answered = [c.turn for c in calls]
        out = {}
        for said in self.trace.assistant:
            before = bisect_left(starts, said.turn)
            since = starts[before - 1] if before else 0
            between = calls[bisect_right(answered, since) : bisect_left(answered, said.turn)]
            out[said.turn] = tuple([c for c in between if since <= c.at])
        return out

    @cached_property
    def numbered_names(self) -> tuple[str, ...]:
        """Texts of several words that results hold and that have a number in them, the longest first."""
        found = {name for c in self.trace.calls for name in _numbered_names(c.result)}
        return tuple(sorted(found, key=lambda v: (-len(v), v)))

    def formatted(self, call: Executed) -> list[tuple[Json, Column]]:
        """Values of a result whose writing depends on their column: flags, shares, durations, dates kept in odd ways."""
        tool = self.trace.tools.get(call.call.name)
        if tool is None or not self.columns:
            return []
        special = _special(self.columns)(tool)
        if not special:
            return []
        return [(value, special[name]) for name, value in _fields_in(call.result, special) if not is_blank(value)]

    def user_before(self, turn: int) -> int:
        """The last user turn before a turn; 0 where there is none."""
        return next((s.turn for s in reversed(self.trace.user) if s.turn < turn), 0)

    def said_before(self, turn: int) -> int:
        """The last turn before a turn in which the assistant said something; 0 where there is none."""
        return next((s.turn for s in reversed(self.trace.assistant) if s.turn < turn), 0)

    def last_turn(self, task: int) -> int:
        """The last turn that belongs to a task."""
        own = [n for n, t in enumerate(self.trace.turns) if t.task == task]
        return own[-1] if own else len(self.trace.turns) - 1


def _fields_in(value: Json, names: Container[str]) -> list[tuple[str, Json]]:
    """The plain values of some fields of a result, in order."""
    out: list[tuple[str, Json]] = []
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, dict | list):
                out += _fields_in(part, names)
            elif name in names:
                out.append((name, part))
    elif isinstance(value, list):
        for part in value:
            out += _fields_in(part, names)
    return out


def _specials(columns: Mapping[str, Column]) -> Kept[Tool, dict[str, Column]]:
    def found(tool: Tool) -> dict[str, Column]:
        special = {}
        for path, slot in tool.outputs.items():
            column = columns.get(f"{slot.table}.{slot.column}")
            if column is not None and (
                column.role in ("flag", "date") or column.format in ("percent", "money") or is_amount(column.unit)
            ):
                special[path.replace("[]", "").rpartition(".")[2]] = column
        return special

    return Kept(found, 1_024)


_special: Kept[Mapping[str, Column], Kept[Tool, dict[str, Column]]] = Kept(_specials)
"""Fields of a tool's results whose writing depends on their column."""
_NAME = 80
"""Characters a name may have."""
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]{3}")


def _numbered(text: str) -> bool:
    """Whether there is a number among a text's words, and the text is no date."""
    if _DIGIT.search(text) is None:
        return bool(word_numbers(text))  # as most texts: nothing else can be in it
    found = read(text)
    return bool(found.numbers) and not found.dates


_numbered_names: Kept[Json, list[str]] = Kept(
    lambda result: [
        v
        for _, v in leaves(result)
        if isinstance(v, str) and len(v) <= _NAME and " " in v.strip() and _LETTERS.search(v) and _numbered(v)
    ],
    1_024,
)


def columns_of(catalog: Catalog | None) -> Mapping[str, Column]:
    """The columns of a catalog by `table.column`; the same mapping each time for the same catalog."""
    return _columns(catalog) if catalog is not None else {}


_columns: Kept[Catalog, Mapping[str, Column]] = Kept(
    lambda catalog: {
        f"{c.table}.{c.name}": c for c in (*(c for t in catalog.tables for c in t.columns), *catalog.trails)
    }
)


_COUNTED = ("match", "records", "entries", "rows", "lines", "items")
"""What shows that rows are counted which have no plural ("3 stock match")."""

_plurals: Kept[Catalog, Mapping[str, str]] = Kept(
    lambda catalog: {
        phrase: t.name
        for t in catalog.tables
        if t.plural
        for phrase in (
            [t.plural.lower()]
            if t.plural != t.label
            else [t.plural.lower(), *(f"{t.plural.lower()} {w}" for w in _COUNTED)]
        )
    }
)


_listed: Kept[Mapping[str, Tool], tuple[Tool, ...]] = Kept(lambda tools: tuple(tools.values()), 256)


def case_of(dialogue: Dialogue, environment: Environment, catalog: Catalog | None = None) -> Case:
    """The case that a dialogue's main path makes."""
    scenario = dialogue.scenario
    sorted_path = trace(dialogue, environment.toolset)
    plurals = _plurals(catalog) if catalog is not None else None
    case = Case(sorted_path, scenario.tasks, environment.policy, scenario.mode, columns_of(catalog), plurals)
    asked = known_of(sorted_path.turns[0]) if sorted_path.turns else None
    if asked is not None:
        case.found = asked.found(sorted_path.turns, case.who)
        case.matches = asked.matches(sorted_path.turns, case.found)
    case.offers = dialogue.continued.offers if dialogue.continued is not None else ()
    return case


def verdict(check: str, findings: Sequence[Finding]) -> Verdict:
    """Passed where there is nothing to object to."""
    return Verdict(check, not findings, tuple(findings))
