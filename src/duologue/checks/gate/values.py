"""Hidden facts let slip, and values from nowhere."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from duologue.checks.everyday import SMALL, is_everyday, is_near
from duologue.checks.findings import INVENTS, LEAKS
from duologue.checks.gate.known import Known
from duologue.checks.sources import Sources
from duologue.language.numerals import softly
from duologue.language.reading import Number, Reading
from duologue.language.values import say, tells
from duologue.types import Json, Turn

__all__ = ["WAVERS", "values"]

WAVERS = frozenset({"second_thought", "slip"})
"""Behaviours of a scripted user who says another value first than the goal's, and puts it right before anything comes of it."""
_STYLES = 4
_DIGIT = re.compile(r"\d")


def values(known: Known, reading: Reading, turn: Turn | None = None) -> list[str]:
    """What a text holds that its speaker can't know. What gives a hidden fact away is not called invented as well, nor is what a turn is
    marked to say in error or at first: that it is put right is for `contradictions`."""
    leaks = _leaks(known, reading)
    if leaks:
        return leaks
    invented = _invented(known, reading)
    if invented and turn is not None and not WAVERS.isdisjoint(turn.behaviours):
        said = _carried(known, turn)
        invented = [f for f in invented if not any(f in text for text in said)]
    return [INVENTS(repr(what)) for what in invented]


def _carried(known: Known, turn: Turn) -> list[str]:
    """The values that a turn's own acts carry, in all their writings."""
    out: list[str] = []
    for act in turn.acts:
        need = act.need
        given = {**(need.values if need is not None else {}), **act.values}
        rows = {f"{m.table}.{k}:": v for m in (need.mentions if need is not None else ()) for k, v in m.by.items()}
        for slot, value in (*given.items(), *rows.items()):
            column = known.columns.get(slot.rpartition(":")[0])
            out += [str(value), *(say(value, column, style) for style in range(_STYLES))]
    return out


def _leaks(known: Known, reading: Reading) -> list[str]:
    text, suspected = reading.text, _suspected(known, reading)
    if not suspected:
        return []  # nearly always; telling costs
    numbers = tuple([n for n in reading.numbers if not n.word])
    plain = reading if len(numbers) == len(reading.numbers) else replace(reading, numbers=numbers)
    may_be = _Figures(plain) if any(known.plainly[place] for place in suspected) else None
    out = []
    for place in suspected:
        fact, _ = known.hidden[place]
        if may_be is not None and known.plainly[place] and not may_be.told(fact.value):
            continue
        column = known.columns.get(fact.slot)
        if not _stands_out(fact.value, text) or not tells(plain, fact.value, column):
            continue
        if not known.hears(place):
            out.append(LEAKS(f"{fact.label or fact.slot} = {say(fact.value, column)}"))
    return out


def _suspected(known: Known, reading: Reading) -> list[int]:
    """Which hidden facts a text may tell, by their places: those of whose words it has one, without words those it has a figure for."""
    if not known.hidden:
        return []
    text, folded = reading.text, reading.folded
    figures = _DIGIT.search(text) is not None if text.isascii() else any(map(str.isdigit, text))
    return [
        place
        for place, (_, words) in enumerate(known.hidden)
        if (_any_in(words, folded) if words else figures) and not known.has_heard(place)
    ]


class _Figures:
    """Which numbers a text may tell, as numbers that only a figure tells."""

    def __init__(self, reading: Reading) -> None:
        self._odd = any(n.decimals or n.percent or n.scale for n in reading.numbers)
        self._said = {n.value for n in reading.numbers} | softly(reading.text, ranks=True)

    def told(self, value: Json) -> bool:
        """Whether a number may be told."""
        return self._odd or value in self._said


def _any_in(words: tuple[str, ...], folded: str) -> bool:
    for word in words:  # noqa: SIM110 (a generator would take three times as long, and this is asked of everything hidden at each turn)
        if word in folded:
            return True
    return False


def _invented(known: Known, reading: Reading) -> list[str]:
    if not (reading.numbers or reading.dates or reading.codes):
        return []
    told = known.told
    numbers = [
        n for n in reading.numbers if not (n.word or _is_mark(n, reading.text) or told.knows_number(n))
    ]  # none, nearly always
    figures = _strange_figures(told, reading, numbers) if numbers else []
    dates = [d.text for d in reading.dates if not told.knows_date(d) and not is_near(d, reading.text, known.today)]
    codes = [c for c in reading.codes if not told.knows_code(c)]
    if codes:
        near = {c.text for r in known.texts for c in r.codes}
        near -= set() if _PUTS_RIGHT.search(reading.text) else {c.text for c in reading.codes}
        figures += [c.text for c in codes if not any(_is_near(c.text, x) for x in near)]
    return [f for f in figures if not told.is_named(f, reading)] + dates


def _strange_figures(told: Sources, reading: Reading, numbers: Sequence[Number]) -> list[str]:
    """Of figures that nothing told holds, those that are neither everyday talk nor a slip."""
    years = [y for y, _, _ in told.days if y]
    beside = set() if _PUTS_RIGHT.search(reading.text) else {n.value for n in reading.numbers}
    return [
        n.text
        for n in numbers
        if not is_everyday(n, reading.text, years) and not any(_is_slip(n, x) for x in told.numbers - beside)
    ]


_PUTS_RIGHT = re.compile(
    r"\b(?:sorry|i mean|i meant|meaning|correction|typo|oops|wait|scratch|mistake|mistyped|misread|mixed|rather|actually|no|not)\b|n't\b",
    re.IGNORECASE,
)
_LONG = 4
"""Digits of a number in which a wrong one is taken for a slip."""


def _is_slip(said: Number, known: float) -> bool:
    """One digit of a long number that the user knows came out wrong, or two changed places. Who says the right one in the same breath
    made no slip."""
    one, other = said.text, str(known)
    if not one.isdigit() or len(one) < _LONG or len(one) != len(other):
        return False
    wrong = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return len(wrong) == 1 or _has_swapped(one, other, wrong)


def _has_swapped(one: str, other: str, wrong: list[int]) -> bool:
    """Two neighbours of a longer number changed places, and nothing else."""
    return len(one) > _LONG and (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and one[wrong[0]] == other[wrong[1]]
        and one[wrong[1]] == other[wrong[0]]
    )


def _is_near(said: str, known: str) -> bool:
    """One digit of a code that the user knows came out wrong, or two changed places."""
    if len(said) < _LONG or len(said) != len(known):
        return False
    wrong = [n for n, (a, b) in enumerate(zip(said, known, strict=True)) if a != b]
    figures = all(said[n].isdigit() and known[n].isdigit() for n in wrong)
    return figures and (len(wrong) == 1 or _has_swapped(said, known, wrong))


def _is_mark(said: Number, text: str) -> bool:
    """It numbers a point of a list: "1. the total" on a line of its own, "1) the total 2) the rest" anywhere."""
    if not isinstance(said.value, int) or not 0 < said.value <= SMALL:
        return False
    before = text[: said.start]
    own_line = not before.rpartition("\n")[2].strip(" \t(")
    after = text[said.end : said.end + 2]
    if after == ". ":
        return own_line
    return after in (") ", ".)") and (own_line or before[-1] in " (")


def _stands_out(value: Json, text: str) -> bool:
    """A word gives nothing away unless it is written as the name it is."""
    if not isinstance(value, str) or not value.strip().isalpha():
        return True
    word = value.strip()
    return word in text and not text.startswith(word)
