"""Wanting something else than the goal: another value, another row, another direction.

A slip that the user puts right in their next turn is none, nor is a change of mind that the goal holds. So what a turn gets wrong is held
against the next turn, unless that puts it right or the assistant would not have it; and against the turn itself only where it is the last.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from duologue.checks.findings import AGAINST, LETS_STAND
from duologue.checks.gate.asks import sentences, stems
from duologue.checks.gate.known import Known
from duologue.checks.gate.ways import CHANGE, COULD, NOT, RIVALS, WAYS, ordered, verbs, way_words, ways_in
from duologue.checks.words import finds
from duologue.kept import Kept
from duologue.language.questions import listen
from duologue.language.reading import Code, DateSaid, Number, Reading, fold, read
from duologue.plans.placeholders import leaves, references
from duologue.types import Meaning, Subtask, Task, Turn

__all__ = ["contradictions"]

_CHANGE_ORDER = re.compile(rf"(?:please|you|to|^) {CHANGE}", re.IGNORECASE)
_TO = re.compile(
    rf"\b{CHANGE}\b[^?]*?\b(?:to|as|at|into|say|read|it|that|be)(?: (?:the|exactly|just|a|an|be))? \W?\Z",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    r"\b(?:should|must|(?:has|have|needs?|ought) to) (?:be|read|say|show)(?: (?:set|changed) to)?(?: exactly)? \W?\Z",
    re.IGNORECASE,
)
_LINK = r"(?: (?:to|as|of|at)|:| =)? \W?\Z"
_STATES = re.compile(r"\b(?:shows?|showed|says?|said|reads?|lists?|listed|was|were|had|saw|see)\b", re.IGNORECASE)
_NEW = re.compile(
    r"\b(?:add|creat|enter|insert|place|record|regist|new|updat|set|put|chang|correct)\w*\b", re.IGNORECASE
)
_ASIDE = re.compile(
    r"\b(?:mov\w* on|on to|back to|up to|due to|next to|from|than|by|between|and|or|not|n't|down to|close to|similar to)(?: the)? \W?\Z",
    re.IGNORECASE,
)
_NOUN = re.compile(r"(?<![a-z])([a-z]++)(?:[ -](?:number|no\.?|nr\.?|id|code))?:? #?\Z", re.IGNORECASE)
_BLANKS = 2
"""Blanks that may stand between such a word and the figure."""


class Order(Struct, frozen=True):
    """A part of a goal that changes something: its words, which way it goes, and what its rows are called by (noun → values)."""

    subtask: Subtask
    ways: frozenset[str]
    stems: frozenset[str]
    rows: dict[str, frozenset[str]]
    kinds: frozenset[str]
    """What its new values are: number · date · code."""
    labels: tuple[str, ...]
    """What its new values are called."""


def contradictions(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """What this turn, or the one before it that this does not put right, wants against the goal."""
    before = next((n for n in range(at - 1, 0, -1) if turns[n].message.role == "user"), None)
    out = []
    slipped = _wrong(known, turns[before]) if before is not None else []
    if before is not None and slipped and not _put_right(known, turns, before, at):
        out += [LETS_STAND(what) for what in slipped]
    out += [LETS_STAND(what) for what in _first_wish(known, turns, at)]
    if turns[at].done or (at < len(turns) - 1 and not any(t.message.role == "user" for t in turns[at + 1 :])):
        out += [AGAINST(what) for what in _wrong(known, turns[at])]
    return out


def _first_wish(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """By acts: what the request that this turn agrees to, or that it leaves behind, would write against the goal, where it was said at
    first only and has not been put right since."""
    now = {a.kind for a in turns[at].acts}
    if now.isdisjoint(("confirm", "request", "done")):
        return []
    agrees = "confirm" in now
    for place in range(at - 1, -1, -1):
        earlier = turns[place]
        if not earlier.acts or earlier.message.role != "user":
            continue
        kinds = {a.kind for a in earlier.acts}
        if "correct" in kinds or "confirm" in kinds:
            return []
        if "request" in kinds:
            if "second_thought" not in earlier.behaviours:
                return []  # as most
            if not agrees and _came_to_nothing(turns, place, at):
                return []
            wishes = [v for a in earlier.acts if a.need for k, v in a.need.values.items() if k.endswith(":value")]
            at_hand = known.tasks[earlier.task : earlier.task + 1] or known.tasks
            wanted = [str(v) for t in at_hand for s in t.subtasks if s.need for v in s.need.values.values()]
            return [f"{str(v)!r} was said at first only" for v in wishes if str(v) not in wanted][:1]
    return []


def _put_right(known: Known, turns: Sequence[Turn], slipped: int, at: int) -> bool:
    """The user's next turn takes it back, or nothing came of it: the assistant asked which, refused or failed."""
    text = turns[at].message.content
    if any(a.kind in ("correct", "refuse", "select", "inform") for a in turns[at].acts) or finds(
        "user", "corrects", text
    ):
        return True
    if _came_to_nothing(turns, slipped, at):
        return True
    ordered = [o for task in known.tasks for o in _orders(known)(task)]
    return any(_new_value_said(o, text) for o in ordered)


def _came_to_nothing(turns: Sequence[Turn], since: int, at: int) -> bool:
    """The assistant could not do what was asked for: it found nothing, was refused, or failed."""
    said = [t.message.content for t in turns[since + 1 : at] if t.message.role == "assistant" and t.message.content]
    heard = listen(said[-1]) if said else None
    return heard is not None and bool(heard.fails or heard.missing)


def _new_value_said(order: Order, text: str) -> bool:
    need = order.subtask.need
    folded = fold(text)
    return need is not None and any(len(str(v)) > 1 and fold(str(v)) in folded for v in need.values.values())


def _wrong(known: Known, turn: Turn) -> list[str]:
    """What a turn orders that no part of the user's goals wants."""
    text = turn.message.content
    task = known.tasks[min(turn.task, len(known.tasks) - 1)]
    orders = _orders(known)(task)
    if not orders:
        return []
    for sentence in sentences(text):
        found = (
            _other_value(known, orders, sentence)
            or _other_row(known, orders, sentence)
            or _other_way(known, orders, sentence)
        )
        if found and COULD.is_in(sentence) and not finds("user", "muses", sentence):
            return found[:1]
    return []


# ── another value ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _other_value(known: Known, orders: Sequence[Order], sentence: str) -> list[str]:
    reading = read(sentence)
    kinds = frozenset().union(*(o.kinds for o in orders))
    for said in _stated(reading):
        if _kind(said) not in kinds or _is_own(known, said):
            continue  # nearly always
        before = sentence[: said.start]
        if not _sets(orders, sentence, before) or _ASIDE.search(before) or NOT.search(before):
            continue
        if known.told.knows_phrase(said.text):
            return [f"{sentence.strip()!r}, and {said.text!r} is nothing it wants"]
    return []


def _sets(orders: Sequence[Order], sentence: str, before: str) -> bool:
    """Whether the words before a value say that something is to become it: "change … to", "should be", "… with unit price"."""
    if _TO.search(before) or _SHOULD.search(before):
        return True
    if _STATES.search(before) or sentence.endswith("?"):
        return False
    lowered = before.lower()
    labels = [n for o in orders for n in o.labels if n in lowered or not before.isascii()]
    named = any(re.search(re.escape(n) + _LINK, before, re.IGNORECASE) for n in labels)
    return named and (_NEW.search(sentence) is not None or before.rstrip().endswith(":"))


_Stated = Number | DateSaid | Code


def _stated(reading: Reading) -> tuple[_Stated, ...]:
    return (*reading.dates, *reading.codes, *reading.numbers)


def _is_label(said: _Stated) -> bool:
    """It can tell one row from another: a code, or a whole number in figures."""
    if isinstance(said, Number):
        return not (said.word or said.decimals or said.percent)
    return isinstance(said, Code)


def _kind(said: _Stated) -> str:
    return "number" if isinstance(said, Number) else "date" if isinstance(said, DateSaid) else "code"


def _is_own(known: Known, said: _Stated) -> bool:
    if isinstance(said, Number) and said.word:
        return True
    if not isinstance(said, DateSaid) and known.wants(said.text):
        return True  # as most are; what else the tasks hold costs more
    own = known.own
    if isinstance(said, Number):
        return own.knows_number(said)
    return own.apart().knows_date(said) if isinstance(said, DateSaid) else own.knows_code(said)


# ── another row ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _other_row(known: Known, orders: Sequence[Order], sentence: str) -> list[str]:
    """An id or a number after the noun of a row to be changed, which no part of the goal has anything to do with."""
    for said in _stated(read(sentence)):
        noun = _noun(sentence, said.start) if _is_label(said) else ""
        if not noun:
            continue
        value = said.text.strip("#").casefold()
        for order in orders:
            meant = order.rows.get(noun.removesuffix("s"), frozenset())
            if (
                meant
                and value not in meant
                and not _is_own(known, said)
                and not any(m in fold(sentence) for m in meant)
            ):
                wrong = f"{sentence.strip()!r}, and {said.text!r} is not the {noun} it is about"
                return [wrong] if _orders_something(sentence) else []
    return []


def _orders_something(sentence: str) -> bool:
    return _CHANGE_ORDER.search(sentence) is not None or any(ordered(way, sentence) for way in ways_in(sentence))


def _noun(text: str, at: int) -> str:
    """The word before a place, in small letters, which may be what is numbered there; empty where there is none."""
    start = at
    for _ in range(_BLANKS + 1):
        start = text.rfind(" ", 0, max(start, 0))
    found = _NOUN.search(text, start + 1, at)
    return found[1].lower() if found is not None else ""


# ── another way ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _other_way(known: Known, orders: Sequence[Order], sentence: str) -> list[str]:
    for way in ways_in(sentence):
        against = [(order, rivals) for order in orders if (rivals := _rivals(order, way))]
        if not against or any(way in _ways_of_all(t) for t in known.tasks) or not ordered(way, sentence):
            continue
        for order, rivals in against:
            if not any(way_words(w).search(sentence) for w in rivals) and _is_about(order, sentence):
                return [f"{sentence.strip()!r}, where it wants to {sorted(rivals)[0]}"]
    return []


def _rivals(order: Order, way: str) -> set[str]:
    """The ways of a part that can't be gone beside another."""
    return {w for w in order.ways if frozenset((w, way)) in RIVALS}


def _is_about(order: Order, sentence: str) -> bool:
    """The sentence speaks of what the part is about, in two of its words or by its number."""
    shared = (stems(sentence) & order.stems) - verbs()
    return len(shared) >= 2 or any(any(map(str.isdigit, s)) for s in shared)


def _everything(task: Task) -> str:
    needs = [s.need for s in task.subtasks if s.need is not None]
    facts = [str(f.value) for f in task.known] + [str(v) for n in needs for v in n.values.values()]
    return " | ".join(
        (task.goal, *(s.goal for s in task.subtasks), *(f"{n.meaning.family} {n.meaning.verb}" for n in needs), *facts)
    )


_ways_of_all: Kept[Task, tuple[str, ...]] = Kept(lambda task: ways_in(_everything(task)), most=512)
"""The ways that anything of a task names."""


# ── what the goal orders ─────────────────────────────────────────────────────────────────────────────────────────────────


def _orders(known: Known) -> Kept[Task, tuple[Order, ...]]:
    """The ordering parts of a task, worked out once for each set of writing tools."""
    return _kept(known.writing)


@cache
def _kept(writing: frozenset[str]) -> Kept[Task, tuple[Order, ...]]:
    return Kept(lambda task: tuple(_order(task, s) for s in task.subtasks if _writes(task, s, writing)), most=512)


def _writes(task: Task, subtask: Subtask, writing: frozenset[str]) -> bool:
    return any(task.plan[n - 1].tool in writing for n in subtask.steps if 0 < n <= len(task.plan))


def _order(task: Task, subtask: Subtask) -> Order:
    plain = subtask.goal.partition(", because ")[0]
    rows: dict[str, set[str]] = {}
    kinds: set[str] = set()
    labels: list[str] = []
    for name, value in _arguments(task, subtask):
        noun = re.sub(r"(?i)[_ ]?(?:id|no|nr|number|code|key)\Z", "", name).replace("_", " ").lower()
        if noun != name.lower() and noun.isalpha():
            rows.setdefault(noun, set()).add(str(value).casefold())
        else:
            labels.append(re.sub(r"^new ", "", name.replace("_", " ").lower()))
            kinds |= {_kind(x) for x in _stated(read(str(value)))}
    for said in _stated(read(plain)):
        noun_said = _noun(plain, said.start) if _is_label(said) else ""
        if noun_said:
            rows.setdefault(noun_said.removesuffix("s"), set()).add(said.text.strip("#").casefold())
    return Order(
        subtask,
        _ways_of(subtask, plain),
        stems(plain),
        {n: frozenset(v) for n, v in rows.items()},
        frozenset(kinds),
        tuple(labels),
    )


def _ways_of(subtask: Subtask, plain: str) -> frozenset[str]:
    """Which ways a part goes, by its words and its need; "no longer linked" is not the way of "linked"."""
    meaning = subtask.need.meaning if subtask.need is not None else Meaning("")
    said = {
        n
        for n in ways_in(plain)
        if any(not NOT.search(plain[: m.start()]) for m in way_words(n).pattern.finditer(plain))
    }
    return frozenset(said | {n for n in WAYS if n == meaning.family} | set(ways_in(meaning.verb)))


def _arguments(task: Task, subtask: Subtask) -> Iterator[tuple[str, str | int | float]]:
    """The plain arguments of its steps, resolved where the proof did that."""
    for number in subtask.steps:
        step = task.plan[number - 1]
        given = {**step.arguments, **{k: v for k, v in step.bound.items() if k in step.arguments}}
        for name, value in given.items():
            for _, plain in leaves(value):
                if isinstance(plain, str | int | float) and not isinstance(plain, bool) and not references(plain):
                    yield name, plain
