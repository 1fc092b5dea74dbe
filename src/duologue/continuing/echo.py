"""Going on by rules where nobody can answer a new call: with what the last result shows.

Two things can honestly be asked there without a model. A field of that result which nobody has mentioned yet, in whatever words: the answer
stands in it. And, where nothing is left to ask, the same look-up once more: the same call gives the same result, and what was told of it
is repeated as it was told. Everything else would have to be made up, and is refused by name. All of
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
from duologue.language.reading import Reading, fold, has_phrase, read
from duologue.language.values import tells
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
_NUMBER = re.compile(r"([$€£¥]?)((?<![\w.])\d[\d,]*(?:\.\d+)?)(%| [A-Z]{3}\b|)")
_ITEMS = re.compile(r"\s*(?:[,;/|&]|\band\b)\s*")
"""Between the things that a value lists."""
_PLURAL = re.compile(r"(?<![suiao])s\Z", re.IGNORECASE)
_TOGETHER = 3
"""Values that are repeated in one sentence."""


class Shown(Struct, frozen=True):
    """The call that the last answer rests on, and its result."""

    call: ToolCall
    result: Json
    text: str
    answer: str
    """What the assistant said of it."""


class Field(Struct, frozen=True):
    """A value of a result, and what it is called."""

    name: str
    label: str
    value: Json
    text: str
    """The value in words: with its unit, or as it was told before; empty where that can't be repeated."""


def echoed(start: Dialogue, environment: Environment, tasks: int) -> Dialogue:
    """The conversation with up to so many new goals, to its end. Raises `StageError` where nothing can be asked."""
    since = start.continued
    assert since is not None
    dice = rng(since.seed, "echo")
    shown = _shown(start.turns)
    said = "\n".join(t.message.content for t in start.turns if t.message.role in ("user", "assistant"))
    fields = list(_fields(shown))
    asked = [replace(f, label=_cased(f.label, said)) for f in fields if told(f, said) is None]
    goals: list[_Fact | _Again] = [_Fact(f) for f in asked[:tasks]]
    again = _repeated(shown) if len(asked) < len(fields) and reads(shown.call.name) else []
    if again and len(goals) < tasks and not _is_doubtful(start, environment, shown):
        facts = [replace(f, label=_cased(f.label, said)) for f in (*again, *asked)]
        few = len(facts) == 1 or (len(facts) <= _TOGETHER and not any("," in f.text for f in facts))
        goals.append(_Again(facts if few else (), shown))
    if not goals:
        raise StageError(CONTINUE, DOUBTFUL if again else NOTHING, shown.call.name)
    turns, made = start.turns, []
    for number, goal in enumerate(goals, since.task):
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
        return _task(f"The user knows the {self.field.label}.", (self.field,), ())

    def played(self, turns: tuple[Turn, ...], task: int, dice: Random) -> tuple[Turn, ...]:
        """Question and answer."""
        turns = _with(turns, Message("user", _line("ask", dice, self.field)), task)
        return _with(turns, Message("assistant", _line("answer", dice, self.field)), task)


class _Again:
    """The same look-up is asked for once more, and gives the same. What was told is told again, all of it, or nothing where that is
    too much for a sentence."""

    def __init__(self, fields: Sequence[Field], shown: Shown) -> None:
        self.fields, self.shown = fields, shown

    def task(self) -> Task:
        """What is wanted."""
        known = _joined([f"the {f.label}" for f in self.fields])
        goal = f"It is looked up once more{known and f', and the user knows {known}'}."
        return _task(goal, self.fields, (self.shown.call,))

    def played(self, turns: tuple[Turn, ...], task: int, dice: Random) -> tuple[Turn, ...]:
        """Question, call, result and answer."""
        turns = _with(turns, Message("user", _line("again", dice)), task)
        call = replace(self.shown.call, id=f"call_{len(turns)}_1")
        turns = _with(turns, Message("assistant", tool_calls=(call,)), task)
        turns = _with(turns, Message("tool", self.shown.text, tool_call_id=call.id), task)
        facts = _joined([f"the {f.label} {_verb(f.label)} {f.text}" for f in self.fields])
        words = _line("same", dice, facts=facts) if facts else _line("unchanged", dice)
        return _with(turns, Message("assistant", words), task)


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _task(goal: str, fields: Sequence[Field], calls: Sequence[ToolCall]) -> Task:
    plan = tuple(PlanStep(c.name, escape(c.arguments)) for c in calls)
    tell = tuple(Disclosure(field.value, "", len(plan)) for field in fields)
    part = Subtask(goal, tuple(range(1, len(plan) + 1)), tell=tell)
    rubric = tuple(
        Criterion(f"The user is told the {f.label} as it was returned.", "critical", "disclosure") for f in fields
    )
    name = digest([goal, [f.value for f in fields], [c.name for c in calls]])
    return Task(name, goal, "user", subtasks=(part,), plan=plan, rubric=rubric)


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
    at = turns.index(results[0])
    answer = "\n".join(t.message.content for t in turns[at:] if t.message.role == "assistant")
    return Shown(calls[results[0].message.tool_call_id], result, text, answer)


def _is_doubtful(start: Dialogue, environment: Environment, shown: Shown) -> bool:
    """The call doesn't fit its tool, or nobody said what it is given: it is not made again."""
    case = case_of(start, environment)
    at = next(n for n, t in enumerate(start.turns) if shown.call in t.message.tool_calls)
    return any(f.turn in (at, at + 1) for check in (schema, provenance) for f in check(case).evidence)


def _fields(shown: Shown) -> Iterator[Field]:
    """The values that can be asked for by the name of their field, each name once; nothing that the call itself said."""
    found = [(path.rpartition(".")[2], value) for path, value in leaves(shown.result) if "[" not in path]
    names, given = Counter(name for name, _ in found), dict(leaves(shown.call.arguments))
    for name, value in found:
        words = [word.lower() for word in split(name)]
        label = " ".join(words)
        echo = name in given or names[name] > 1 or (isinstance(value, str) and value in given.values())
        if _is_label(words) and not echo and label not in _EMPTY and _is_plain(value):
            yield _field(name, value, shown)


def _field(name: str, value: Json, shown: Shown) -> Field:
    found = (at for at in leaves(shown.result) if "[" not in at[0])
    units = [v for path, v in found if path.rpartition(".")[2] in _UNITS and isinstance(v, str)]
    unit = units[0] if len(units) == 1 and isinstance(value, int | float) and _is_plain(units[0]) else ""
    return Field(name, " ".join(word.lower() for word in split(name)), value, f"{value} {unit}".strip())


def _is_label(words: Sequence[str]) -> bool:
    """Whether the words of a field's name can be said of it."""
    plain = (
        all(w.isalpha() and w.isascii() for w in words) and 0 < len(words) <= _WORDS and len(" ".join(words)) <= _LABEL
    )
    return (
        plain and words[0] not in _LEADS and words[-1] not in _KEYS and _SECRET.search(" ".join(words).lower()) is None
    )


def told(field: Field, said: str) -> Field | None:
    """The field as it was told, without words where it was told in others than can be repeated; None where nobody has mentioned its value."""
    value, reading = field.value, read(said)
    if isinstance(value, str):
        if has_phrase(reading.folded, fold(value)):
            return field
        if (day := _as_date(value, reading)) is not None:
            return replace(field, text=day)
        parts = [part for part in _ITEMS.split(value) if part]
        return replace(field, text="") if all(_mentions(reading, part) for part in parts) else None
    for found in reversed(list(_NUMBER.finditer(said))):
        number = found[2].replace(",", "")
        decimals = len(number.partition(".")[2])
        if abs(float(number) - float(field.value)) <= 0.5 * 10**-decimals:  # as it is, or rounded
            exact = float(number) == float(field.value)
            as_said = found[0] if found[1] or found[3] else field.text
            return replace(field, text=as_said if exact else f"{field.text}, or about {found[0]}")
    return replace(field, text="") if _mentions(reading, str(value)) else None


def _as_date(value: str, said: Reading) -> str | None:
    """How a text says the day that a value is; None where it doesn't, or where the value is more than a day."""
    wanted = read(value)
    if len(wanted.dates) != 1 or wanted.dates[0].text.strip() != value.strip():
        return None
    days = set(wanted.dates[0].days)
    return next((d.text for d in reversed(said.dates) if days & set(d.days)), None)


def _mentions(said: Reading, part: str) -> bool:
    """Whether a text holds what a piece of a value says, however it is put: its days, its times and figures, and else each of its words."""
    if has_phrase(said.folded, fold(part)) or tells(said, part):
        return True
    wanted = read(part)
    if wanted.dates:
        return all(any(set(d.days) & set(s.days) for s in said.dates) for d in wanted.dates)
    if wanted.numbers or wanted.times:
        figures = [(n.value, n.decimals) for n in said.numbers]
        near = all(any(abs(v - n.value) <= 0.5 * 10**-d for v, d in figures) for n in wanted.numbers)
        return near and all(tells(said, t.text) for t in wanted.times)
    words = re.findall(r"\w{3,}", wanted.folded)
    return bool(words) and all(has_phrase(said.folded, word) for word in words)


def _repeated(shown: Shown) -> list[Field]:
    """All that the last answer told of a result, as it told it; nothing where it told none of it, something in words
    that can't be repeated, or who knows what of a longer text."""
    given, found = dict(leaves(shown.call.arguments)), list[Field]()
    for path, value in leaves(shown.result):
        name = path.rpartition(".")[2]
        if name in given or (isinstance(value, str) and value in given.values()) or name in _UNITS:
            continue
        words = [word.lower() for word in split(name)]
        sayable = _is_label(words) and _is_plain(value) and "[" not in path
        as_told = told(_field(name, value, shown), shown.answer) if _can_be_told(value) else None
        if as_told is not None and sayable and as_told.text:
            found.append(as_told)
        elif as_told is not None or (isinstance(value, str) and len(value.split()) > _SAID):
            return []
    return found


def _can_be_told(value: Json) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _cased(label: str, said: str) -> str:
    """A label with its short forms as the conversation writes them ("BMI")."""
    return " ".join(w.upper() if re.search(rf"\b{w.upper()}\b", said) else w for w in label.split())


def _verb(label: str) -> str:
    return "are" if _PLURAL.search(label) else "is"


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


def _line(path: str, dice: Random, field: Field | None = None, facts: str = "") -> str:
    slots = {"facts": facts}
    if field is not None:
        slots = {"label": field.label, "value": field.text.strip(), "is": _verb(field.label)}
    return grammar("taken_up").line(path, dice, slots)


def _with(turns: tuple[Turn, ...], message: Message, task: int, done: bool = False) -> tuple[Turn, ...]:
    maker = "tool" if message.role == "tool" else "scripted"
    return (*turns, Turn(message, len(turns) - 1, turns[-1].state, maker, task=task, done=done))
