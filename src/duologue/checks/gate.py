"""Is this something a user would say? Asked of every user turn before it enters a conversation, and again of the finished one.

No role swap, no tool names, no hidden fact let slip, no value from nowhere, at most two new requests, no end before everything
is done and none long after. A bad user is never blamed on the assistant.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.checks.everyday import is_everyday, is_near
from duologue.checks.reliance import was_told
from duologue.checks.sources import Sources
from duologue.checks.words import finds
from duologue.language.reading import Day, Reading, read
from duologue.language.values import is_blank, say, tells
from duologue.plans.answered import answered
from duologue.plans.match import Match, Missing, match_plan
from duologue.plans.trace import Trace, trace
from duologue.types import Fact, Finding, Json, Scenario, Task, Toolset, Turn, Verdict

__all__ = ["UserGate", "gate", "user_gate"]

MOST_REQUESTS = 2
MOST_AFTER = 6
"""User turns that may follow the last call: thanks, a recap, a doubt, a goodbye."""
MOST_WAITING = 12
"""User turns without a call while something is open: an assistant that only asks is not the user's fault, but has to end."""

See = Callable[[], Trace]
"""Gives the sorted conversation; called only where it is needed."""

_BY_WORDS = frozenset({"trust", "give up"})
"""Acts of an ending on the assistant's word, or for want of it. What stays open then is the assistant's failure: `calls` and
`disclosure` find it."""
_JARGON = re.compile(r"\w+_\w+|[a-z]+[A-Z]\w*")


def user_gate(
    turns: Sequence[Turn], at: int, scenario: Scenario, toolset: Toolset, columns: Mapping[str, Column] | None = None
) -> Verdict:
    """Judge the user's turn at index `at` of a path of turns; later turns are not looked at."""
    return UserGate(toolset, columns).judge(turns, at, scenario)


class UserGate:
    """`user_gate` for a conversation that grows: what was heard is kept, so that a turn costs only what came since the last.

    The verdict is the same as if all were heard anew: it follows from the turns alone.
    """

    def __init__(self, toolset: Toolset, columns: Mapping[str, Column] | None = None) -> None:
        self.toolset, self.columns = toolset, columns or {}
        self._kept: _Gate | None = None
        self._heard: list[Turn] = []

    def judge(self, turns: Sequence[Turn], at: int, scenario: Scenario) -> Verdict:
        """Judge the user's turn at index `at`; later turns are not looked at."""
        path = tuple(turns[: at + 1])
        gatekeeper = self._gate(path[:at], scenario).asked()
        found = gatekeeper.judge(path, at, lambda: trace(path, self.toolset))
        return _as_verdict([Finding(at, what) for what in found])

    def _gate(self, before: Sequence[Turn], scenario: Scenario) -> "_Gate":
        """The gate after those turns: the one that is kept where they carry on from what it heard."""
        kept, heard = self._kept, self._heard
        if (
            kept is None
            or kept.mode != scenario.mode
            or len(kept.tasks) != len(scenario.tasks)
            or any(a is not b for a, b in zip(kept.tasks, scenario.tasks, strict=True))
            or heard != list(before[: len(heard)])
        ):
            kept = self._kept = _Gate(scenario.tasks, toolset_names(self.toolset), self.columns, scenario.mode)
            heard = self._heard = []
        for turn in before[len(heard) :]:
            kept.hear(turn)
            heard.append(turn)
        return kept


def gate(case: Case) -> Verdict:
    """Judge all user turns of a finished conversation."""
    names = _names(
        tuple(case.trace.tools), tuple(p for t in case.trace.tools.values() for p in t.parameters.get("properties", {}))
    )
    gatekeeper = _Gate(case.tasks, names, case.columns, case.mode)
    findings = []
    for number, turn in enumerate(case.trace.turns):
        if turn.message.role == "user":
            findings += [
                Finding(number, what) for what in gatekeeper.judge(case.trace.turns, number, lambda: case.trace)
            ]
        gatekeeper.hear(turn)
    return _as_verdict(findings)


def _as_verdict(findings: Sequence[Finding]) -> Verdict:
    return Verdict("user_gate", not findings, tuple(findings))


def toolset_names(toolset: Toolset) -> frozenset[str]:
    """The names in a toolset that no person says: those with underscores or inner capitals."""
    parameters = tuple(p for t in toolset.tools for p in t.parameters.get("properties", {}))
    fields = tuple(toolset.vocabulary)
    return _names(tuple(t.name for t in toolset.tools), (*parameters, *fields))


@lru_cache(maxsize=256)
def _names(tools: tuple[str, ...], others: tuple[str, ...]) -> frozenset[str]:
    return frozenset(n for n in (*tools, *others) if _JARGON.fullmatch(n))


class _Gate:
    """What a user may say at some point of a conversation: what they know, and what they have been told."""

    def __init__(self, tasks: Sequence[Task], names: frozenset[str], columns: Mapping[str, Column], mode: str) -> None:
        self.tasks, self.names, self.columns, self.mode = tasks, names, columns, mode
        self.told = Sources(columns)
        self.texts: list[Reading] = [read(t.goal) for t in tasks]
        for reading in self.texts:
            self.told.add_text(reading)
        for task in tasks:
            for fact in (*task.known, *_spoken(task)):
                self._learn(fact)
        self.today: list[Day] = []
        self.hidden = [f for t in tasks for f in t.hidden if _is_telling(f.value) and _is_marked(f.value)]

    def asked(self) -> "_Gate":
        """The gate for one question: what is read on the way to an answer leaves no trace in this one."""
        twin = copy(self)
        twin.told = self.told.copy()
        return twin

    def _learn(self, fact: Fact) -> None:
        said = read(say(fact.value, self.columns.get(fact.slot)))
        self.texts += [said, read(str(fact.value))]
        self.told.add_text(said)
        self.told.add_result(fact.value, None)

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

    def judge(self, turns: Sequence[Turn], at: int, see: See) -> list[str]:
        """What is wrong with the user's turn at `at`."""
        turn = turns[at]
        text = turn.message.content
        if not text.strip():
            return ["says nothing"]
        out = []
        found = finds("roles", "user_as_assistant", text)
        if found is not None:
            out.append(f"speaks as the assistant: {found[0]!r}")
        out += [
            f"uses the name {n!r}" for n in _JARGON.findall(text) if n in self.names and not self.told.knows_phrase(n)
        ]
        reading = read(text)
        leaks = self._leaks(reading)
        out += leaks
        if not leaks:
            out += [f"invents {what!r}" for what in self._invented(reading)]
        requests = [a for a in turn.acts if a.kind == "request"]
        if self.mode == "user" and len(requests) > MOST_REQUESTS:
            out.append(f"makes {len(requests)} requests at once")
        return out + self._ending(turns, at, see)

    def _leaks(self, reading: Reading) -> list[str]:
        plain = replace(reading, numbers=tuple(n for n in reading.numbers if not n.word))
        out = []
        for fact in self.hidden:
            column = self.columns.get(fact.slot)
            if not _stands_out(fact.value, reading.text) or not tells(plain, fact.value, column):
                continue
            if not any(tells(r, fact.value, column) or tells(r, fact.value) for r in self.texts):
                out.append(f"gives away {fact.label or fact.slot} = {say(fact.value, column)}, which nobody has told")
        return out

    def _invented(self, reading: Reading) -> list[str]:
        known = self.told
        years = [y for y, _, _ in known.days if y]
        figures = [
            n.text
            for n in reading.numbers
            if not n.word and not known.knows_number(n) and not is_everyday(n, reading.text, years)
        ]
        dates = [d.text for d in reading.dates if not known.knows_date(d) and not is_near(d, reading.text, self.today)]
        figures += [c.text for c in reading.codes if not known.knows_code(c)]
        return [f for f in figures if not known.is_named(f, reading)] + dates

    def _ending(self, turns: Sequence[Turn], at: int, see: See) -> list[str]:
        turn = turns[at]
        if turn.done and any(a.kind in _BY_WORDS for a in turn.acts):
            return self._unasked(turns, at)
        if turn.done:
            return self._too_early(turns, at, see())
        after = 0
        for earlier in reversed(turns[: at + 1]):
            if earlier.message.role == "tool":
                break
            after += earlier.message.role == "user"
        if after <= MOST_AFTER:
            return []
        recent = turns[max(at - 2 * after, 0) : at + 1]
        if any(t.acts for t in recent):
            idle = not any(a.kind in ("request", "follow up") for t in recent for a in t.acts)
            return ["goes on long after everything is done"] if idle else []
        if not any(self._open(n, see()) for n in range(turn.task + 1)):
            return ["goes on long after everything is done"]
        if after > MOST_WAITING:
            return ["goes on long with an assistant that makes no call: the assistant's fault"]
        return []

    def _too_early(self, turns: Sequence[Turn], at: int, seen: Trace) -> list[str]:
        """What is open where the user ends. Who was told that it is done, or can't be, has no way to know better."""
        final = _is_final(turns, at, len(self.tasks))
        tasks = range(len(self.tasks)) if final else range(turns[at].task + 1)
        missing = [(n, m) for n in tasks for m in self._open(n, seen)]
        if missing and not any(t.acts for t in turns[: at + 1]):
            missing = [(n, m) for n, m in missing if not was_told(self.tasks[n], m.step, n, turns[:at], self.columns)]
        late = [m.reason for _, m in missing] or self._done_later(seen, at)
        return [f"ends while something is open: {late[0]}"] if late else []

    def _open(self, number: int, seen: Trace) -> list[Missing]:
        return [m for m in self._match(number, seen).missing if m.weight == "critical"]

    def _match(self, number: int, seen: Trace) -> Match:
        task = self.tasks[number]
        return answered(task, match_plan(task.plan, seen, number), seen, number, self.columns)

    def _unasked(self, turns: Sequence[Turn], at: int) -> list[str]:
        """Of a user who goes by the assistant's words: whether it asked for everything before it was content."""
        if any(a.kind == "give up" for a in turns[at].acts):
            return []
        asked = sum(1 for t in turns[: at + 1] for a in t.acts if a.kind == "request")
        parts = sum(len(t.subtasks) for t in self.tasks)
        return [f"ends with {parts - asked} requests not made"] if asked < parts else []

    def _done_later(self, trace: Trace, at: int) -> list[str]:
        return [f"{c.call.name} comes after" for c in trace.calls if c.at > at and c.task <= trace.turns[at].task][:1]


def _spoken(task: Task) -> list[Fact]:
    """What the needs of a task put in the user's mouth."""
    needs = [s.need for s in task.subtasks if s.need is not None]
    facts = [Fact(f"{m.table}.{name}", value) for n in needs for m in n.mentions for name, value in m.by.items()]
    return facts + [Fact(slot.rpartition(":")[0], value) for n in needs for slot, value in n.values.items()]


def _is_final(turns: Sequence[Turn], at: int, tasks: int) -> bool:
    """Whether nothing of the user's follows, or the last task has been reached."""
    later: Iterable[Turn] = turns[at + 1 :]
    return turns[at].task >= tasks - 1 or not any(t.message.role == "user" for t in later)


def _is_telling(value: Json) -> bool:
    """A value whose mention gives something away: no flags, no small figures (an invented one is found as such)."""
    if is_blank(value) or isinstance(value, bool | list | dict):
        return False
    if isinstance(value, str):
        return sum(map(str.isalnum, value)) > 1
    return bool(abs(value) >= 10)


def _is_marked(value: Json) -> bool:
    """Not an everyday word ("open", "rock"), which gives nothing away."""
    return not isinstance(value, str) or not value.strip().isalpha() or value != value.lower()


def _stands_out(value: Json, text: str) -> bool:
    """A word gives nothing away unless it is written as the name it is."""
    if not isinstance(value, str) or not value.strip().isalpha():
        return True
    word = value.strip()
    return word in text and not text.startswith(word)
