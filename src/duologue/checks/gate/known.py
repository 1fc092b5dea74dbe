"""What a user may say at some point of a conversation: what they know, and what they have been told."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property

from duologue.catalog.model import Column
from duologue.checks.sources import Sources
from duologue.kept import Kept
from duologue.language.reading import Day, Reading, fold, has_phrase, read
from duologue.language.saying import flag_of
from duologue.language.values import is_blank, is_told_plainly, say, tells
from duologue.plans.placeholders import leaves
from duologue.types import Fact, Json, Task, Tool, Turn

_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORT = 2
"""Letters of a value that is too short for a name."""


class Known:
    """The user's own goals and facts, and all words that reached them. Filled turn by turn (`hear`)."""

    def __init__(self, tasks: Sequence[Task], tools: Sequence[Tool], columns: Mapping[str, Column], mode: str) -> None:
        self.tasks, self.columns, self.mode = tasks, columns, mode
        self.writing, self.reads = _effects(tools)
        """The tables that each tool may read; none where it runs on no database."""
        self.told = Sources(columns)
        self.texts: list[Reading] = [read(t.goal) for t in tasks]
        for reading in self.texts:
            self.told.add_text(reading)
        given = [_given(columns)(task) for task in tasks]
        for said, value in (fact for facts, _ in given for fact in facts):
            self.texts += [said, read(str(value))]
            self.told.add_text(said)
            self.told.add_result(value, None)
        self.today: list[Day] = []
        self._own: list[Sources] = []  # once worked out; one list for all twins
        self.hidden = [secret for _, hidden in given for secret in hidden]
        """Each with words of which one is said where it is told; without any, a figure is."""
        self.plainly = [is_told_plainly(f.value, columns.get(f.slot)) for f, _ in self.hidden]
        """Which of these are numbers that only a figure tells."""
        self._read = [0] * len(self.hidden)
        """How many of the texts each was looked for in; -1 where one of them tells it."""

    def asked(self) -> "Known":
        """The same for one question: what is read on the way to an answer leaves no trace in this one."""
        told = self.told.apart()
        if told is self.told:
            return self
        twin = copy(self)
        twin.told = told
        return twin

    def hear(self, turn: Turn) -> None:
        """Take in a turn that has been spoken. Only words reach a user; results don't. What the system message says, the day it is
        and the rules of the house, is no secret either."""
        if turn.message.role == "tool" or not turn.message.content:
            return
        reading = read(turn.message.content)
        self.texts.append(reading)
        self.told.add_text(reading)
        if turn.message.role == "system":
            self.today += [d for said in reading.dates for d in said.days if all(d)]

    def has_heard(self, place: int) -> bool:
        """Whether what is hidden, by its place, is known to have been told."""
        return self._read[place] < 0

    def hears(self, place: int) -> bool:
        """Whether any text that reached the user tells what is hidden; texts are looked through once, since none is taken back."""
        fact, _ = self.hidden[place]
        column = self.columns.get(fact.slot)
        for reading in self.texts[self._read[place] :] if self._read[place] >= 0 else ():
            if tells(reading, fact.value, column) or tells(reading, fact.value):
                self._read[place] = -1
                return True
        if self._read[place] >= 0:
            self._read[place] = len(self.texts)
        return self._read[place] < 0

    @property
    def own(self) -> Sources:
        """What the tasks themselves hold and a user may want: goals, facts of theirs, the values that their plans write and the rows
        that they write to. Nothing that was said since, and nothing that is only to be found out. Ask it `apart`: it is everybody's."""
        if not self._own:
            found = _owned(self.tasks)
            mark = (id(self.columns), self.writing)
            if mark not in found or found[mark][0] is not self.columns:
                found[mark] = (self.columns, self._held())
            self._own.append(found[mark][1])
        return self._own[0]

    def _held(self) -> Sources:
        found = Sources(self.columns)
        for task in self.tasks:
            for text in (task.goal, *(s.goal for s in task.subtasks)):
                found.add_text(read(text))
            for fact in (*task.known, *_spoken(task)):
                found.add_text(read(say(fact.value, self.columns.get(fact.slot))))
                found.add_result(fact.value, None)
            for step in task.plan:
                if step.tool in self.writing:
                    found.add_result([value for _, value in leaves({**step.arguments, **step.bound})], None)
            for change in task.target:
                found.add_result(change.after, None)
        return found

    def wants(self, text: str) -> bool:
        """Whether the goals say these words."""
        return has_phrase(self._goals, fold(text))

    @cached_property
    def _goals(self) -> str:
        return " ¶ ".join([fold(text) for task in self.tasks for text in (task.goal, *(s.goal for s in task.subtasks))])

    def names_something(self, text: str) -> bool:
        """Whether a text says one of the names by which a goal speaks of its rows."""
        folded = fold(text)
        return any(has_phrase(folded, name) for name in self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        needs = (s.need for t in self.tasks for s in t.subtasks if s.need is not None)
        spoken = (value for n in needs for m in n.mentions for value in m.by.values())
        return frozenset(fold(v) for v in spoken if isinstance(v, str) and sum(map(str.isalnum, v)) > _SHORT)

    def is_label(self, name: str) -> bool:
        """Whether a fact of the user's was handed to them under this name."""
        return any(name in (f.label, f.slot.partition(".")[0]) for t in self.tasks for f in t.known)


_effects: Kept[Sequence[Tool], tuple[frozenset[str], dict[str, tuple[str, ...]]]] = Kept(
    lambda tools: (frozenset(t.name for t in tools if t.effect == "write"), {t.name: t.reads for t in tools}), 256
)
"""The tools that write, and the tables that each tool may read."""
_Given = tuple[list[tuple[Reading, Json]], list[tuple[Fact, tuple[str, ...]]]]


def _giving(columns: Mapping[str, Column]) -> Kept[Task, _Given]:
    def given(task: Task) -> _Given:
        facts = [(read(say(f.value, columns.get(f.slot))), f.value) for f in (*task.known, *_spoken(task))]
        hidden = [
            (f, _words(f.value))
            for f in task.hidden
            if _is_telling(f.value) and _is_marked(f.value) and flag_of(f.value, columns.get(f.slot)) is None
        ]
        return facts, hidden

    return Kept(given, 1_024)


_given: Kept[Mapping[str, Column], Kept[Task, _Given]] = Kept(_giving)
"""What a task gives to its user, as it is said, and what it hides, with the words that would tell it."""
_owned: Kept[Sequence[Task], dict[tuple[int, frozenset[str]], tuple[Mapping[str, Column], Sources]]] = Kept(
    lambda _: {}, 256
)
"""What the tasks of a conversation hold: wanted while it is played and again when it is judged."""


def _spoken(task: Task) -> list[Fact]:
    """What the needs of a task put in the user's mouth."""
    needs = [s.need for s in task.subtasks if s.need is not None]
    facts = [Fact(f"{m.table}.{name}", value) for n in needs for m in n.mentions for name, value in m.by.items()]
    return facts + [Fact(slot.rpartition(":")[0], value) for n in needs for slot, value in n.values.items()]


def _is_telling(value: Json) -> bool:
    """A value whose mention gives something away: no flags, no small figures (an invented one is found as such)."""
    if is_blank(value) or isinstance(value, bool | list | dict):
        return False
    if isinstance(value, str):
        return sum(map(str.isalnum, value)) > 1
    return bool(abs(value) >= 10)


def _words(value: Json) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(value))) if isinstance(value, str) else ()


def _is_marked(value: Json) -> bool:
    """Not an everyday word ("open", "rock"), which gives nothing away."""
    return not isinstance(value, str) or not value.strip().isalpha() or value != value.lower()
