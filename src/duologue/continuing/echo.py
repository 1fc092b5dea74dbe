"""Going on by rules where nobody can answer a new call: with what the last result shows.

Two things can honestly be asked there without a model. A field of that result which nobody has mentioned yet: the answer stands in it. And
the same look-up once more: the same call gives the same result. Everything else would have to be made up, and is refused by name. All of
it is about the last answer, so that "that" and "the price" are clear.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from duologue.audit.deeds import reads
from duologue.catalog.names import split
from duologue.checked import CONTINUE
from duologue.checks.case import case_of
from duologue.checks.provenance import provenance
from duologue.checks.schema import schema
from duologue.errors import StageError
from duologue.ids import digest, rng
from duologue.language.grammar import grammar
from duologue.language.reading import fold, has_phrase
from duologue.plans.placeholders import escape, leaves
from duologue.plans.trace import is_error, read_result
from duologue.simulate.slips import plumbing
from duologue.types import (
    Criterion,
    Dialogue,
    Disclosure,
    Environment,
    Json,
    Message,
    PlanStep,
    Subtask,
    Task,
    ToolCall,
    Turn,
)

NO_CALL = "its last answer rests on no call, and by rules only what came back can be asked about"
SEVERAL = "its last answer rests on several calls, so it would not be clear which is asked about"
ERROR = "its last call failed"
DOUBTFUL = "its last call is given what nobody said, or doesn't fit its tool"
NOTHING = "its last result holds nothing that can be asked about by rules"
_EMPTY = frozenset(
    {"status", "success", "message", "ok", "code", "error", "result", "note", "type", "info", "response"}
)
"""Fields that say nothing by themselves."""
_LEADS = frozenset({"to", "from", "is", "has", "by", "of", "in", "at", "on", "for", "with", "num", "new", "old"})
_KEYS = frozenset({"id", "uuid", "key", "token", "url", "link", "to", "from", "by", "at", "unit", "units"})
"""Words that a name of a field begins or ends with that nobody says."""
_UNITS = ("unit", "units", "currency")
_SECRET = re.compile(r"passw|passcode|passphrase|secret|token|credential|\b(?:pass|pwd|pin|puk|cvv|cvc|otp|key)s?\b")
"""What the name of a field holds that nobody reads out."""
_WORDS, _LABEL, _VALUE, _SAID = 3, 32, 80, 4
_SENTENCE = re.compile(r"[!?;]|[.:](?=\s|$)")
"""Marks of more than a name or a word; a point inside a number or an address, or a colon in a time of day, is none."""
_LARGEST = 1e15
_NUMBER = re.compile(r"([$€£¥]?)((?<![\w.])\d[\d,]*(?:\.\d+)?)(%?)")


class Shown(Struct, frozen=True):
    """The call that the last answer rests on, and its result."""

    call: ToolCall
    result: Json
    text: str


class Field(Struct, frozen=True):
    """A value of a result, and what it is called."""

    label: str
    value: Json
    text: str
    """The value in words: with its unit, or as it was told before."""


def echoed(start: Dialogue, environment: Environment, tasks: int) -> Dialogue:
    """The conversation with up to so many new goals, to its end. Raises `StageError` where nothing can be asked."""
    since = start.continued
    assert since is not None
    dice = rng(since.seed, "echo")
    shown = _shown(start.turns)
    said = "\n".join(t.message.content for t in start.turns if t.message.role in ("user", "assistant"))
    fields = list(_fields(shown))
    told = [found for f in fields if (found := _told(f, said)) is not None]
    goals: list[_Fact | _Again] = [_Fact(f) for f in fields if _told(f, said) is None]
    again = bool(told) and reads(shown.call.name)
    if again and not _is_doubtful(start, environment, shown):
        goals.append(_Again(told[0], shown))
    if not goals:
        raise StageError(CONTINUE, DOUBTFUL if again else NOTHING, shown.call.name)
    turns, made = start.turns, []
    for number, goal in enumerate(goals[:tasks], since.task):
        made.append(goal.task())
        turns = goal.played(turns, number, dice)
    last = since.task + len(made) - 1
    turns = _with(turns, Message("user", _line("done", dice)), last, done=True)
    turns = _with(turns, Message("assistant", _line("bye", dice)), last)
    scenario = replace(start.scenario, tasks=(*start.scenario.tasks, *made))
    return replace(start, scenario=scenario, turns=turns)


class _Fact:
    """A field nobody has mentioned is asked for; it stands in the result."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def task(self) -> Task:
        """What is wanted."""
        return _task(f"The user knows the {self.field.label}.", self.field, ())

    def played(self, turns: tuple[Turn, ...], task: int, dice: Random) -> tuple[Turn, ...]:
        """Question and answer."""
        turns = _with(turns, Message("user", _line("ask", dice, self.field)), task)
        return _with(turns, Message("assistant", _line("answer", dice, self.field)), task)


class _Again:
    """The same look-up is asked for once more, and gives the same."""

    def __init__(self, field: Field, shown: Shown) -> None:
        self.field, self.shown = field, shown

    def task(self) -> Task:
        """What is wanted."""
        goal = f"It is looked up once more, and the user knows the {self.field.label}."
        return _task(goal, self.field, (self.shown.call,))

    def played(self, turns: tuple[Turn, ...], task: int, dice: Random) -> tuple[Turn, ...]:
        """Question, call, result and answer."""
        turns = _with(turns, Message("user", _line("again", dice)), task)
        call = replace(self.shown.call, id=f"call_{len(turns)}_1")
        turns = _with(turns, Message("assistant", tool_calls=(call,)), task)
        turns = _with(turns, Message("tool", self.shown.text, tool_call_id=call.id), task)
        return _with(turns, Message("assistant", _line("same", dice, self.field)), task)


def _task(goal: str, field: Field, calls: Sequence[ToolCall]) -> Task:
    plan = tuple(PlanStep(c.name, escape(c.arguments)) for c in calls)
    told = Disclosure(field.value, "", len(plan))
    part = Subtask(goal, tuple(range(1, len(plan) + 1)), tell=(told,))
    rubric = (Criterion(f"The user is told the {field.label} as it was returned.", "critical", "disclosure"),)
    return Task(digest([goal, field.value, [c.name for c in calls]]), goal, "user", subtasks=(part,), plan=plan, rubric=rubric)  # fmt: skip


def _shown(turns: Sequence[Turn]) -> Shown:
    """What the last answer rests on. Raises `StageError` where that is not one call that worked."""
    asked = max((n for n, t in enumerate(turns) if t.message.role == "user"), default=0)
    calls = {c.id: c for t in turns[asked:] for c in t.message.tool_calls}
    results = [t for t in turns[asked:] if t.message.role == "tool" and t.message.tool_call_id in calls]
    if len(results) != 1:
        raise StageError(CONTINUE, SEVERAL if results else NO_CALL)
    text = results[0].message.content
    result = read_result(text)
    if is_error(result) or (isinstance(result, dict) and "error" in result):
        raise StageError(CONTINUE, ERROR, text[:200])
    return Shown(calls[results[0].message.tool_call_id], result, text)


def _is_doubtful(start: Dialogue, environment: Environment, shown: Shown) -> bool:
    """The call doesn't fit its tool, or nobody said what it is given: it is not made again."""
    case = case_of(start, environment)
    at = next(n for n, t in enumerate(start.turns) if shown.call in t.message.tool_calls)
    return any(f.turn in (at, at + 1) for check in (schema, provenance) for f in check(case).evidence)


def _fields(shown: Shown) -> Iterator[Field]:
    """The values that can be asked for by the name of their field, each name once; nothing that the call itself said."""
    found = [(path.rpartition(".")[2], value) for path, value in leaves(shown.result) if "[" not in path]
    names, given = Counter(name for name, _ in found), dict(leaves(shown.call.arguments))
    units = [value for name, value in found if name in _UNITS and isinstance(value, str)]
    for name, value in found:
        words = [word.lower() for word in split(name)]
        label = " ".join(words)
        echo = name in given or names[name] > 1 or (isinstance(value, str) and value in given.values())
        if _is_label(words) and not echo and label not in _EMPTY and _is_plain(value):
            unit = units[0] if len(units) == 1 and isinstance(value, int | float) and _is_plain(units[0]) else ""
            yield Field(label, value, f"{value} {unit}".strip())


def _is_label(words: Sequence[str]) -> bool:
    """Whether the words of a field's name can be said of it."""
    plain = (
        all(w.isalpha() and w.isascii() for w in words) and 0 < len(words) <= _WORDS and len(" ".join(words)) <= _LABEL
    )
    return (
        plain and words[0] not in _LEADS and words[-1] not in _KEYS and _SECRET.search(" ".join(words).lower()) is None
    )


def _told(field: Field, said: str) -> Field | None:
    """The field as it was told; None where nobody has mentioned its value."""
    if isinstance(field.value, str):
        return field if has_phrase(fold(said), fold(field.value)) else None
    for found in reversed(list(_NUMBER.finditer(said))):
        number = found[2].replace(",", "")
        decimals = len(number.partition(".")[2])
        if abs(float(number) - float(field.value)) <= 0.5 * 10**-decimals:  # as it is, or rounded
            exact = float(number) == float(field.value)
            return replace(field, text=found[0]) if exact and (found[1] or found[3]) else field
    return None


def _is_plain(value: Json) -> bool:
    """Whether it can be said: a few words that are no sentence and steer no model, or a number that a float holds exactly. A result is
    written by strangers, and whole sentences of theirs would become the assistant's."""
    if isinstance(value, str):
        return (
            not plumbing(value)
            and 0 < len(value.strip()) <= _VALUE
            and value.isprintable()
            and len(value.split()) <= _SAID
            and _SENTENCE.search(value) is None
            and value.strip()[-1].isalnum()
        )
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _line(path: str, dice: Random, field: Field | None = None) -> str:
    slots = {"label": field.label, "value": field.text.strip()} if field is not None else {}
    return grammar("taken_up").line(path, dice, slots)


def _with(turns: tuple[Turn, ...], message: Message, task: int, done: bool = False) -> tuple[Turn, ...]:
    maker = "tool" if message.role == "tool" else "scripted"
    return (*turns, Turn(message, len(turns) - 1, turns[-1].state, maker, task=task, done=done))
