"""Whether a text states a value, or only mentions it.

"It isn't 42", "more than 42", "is it 42?", "if it were 42", "I can't say whether it is 42" and "42 — sorry, 43" all mention a value, and tell
nobody that it is so. `states` asks `tells` twice: of the text, and, where that holds and the text has words that take something back, of
what is left when all that they reach is blanked out. So a text that says a value twice, and means it once, still tells it.

How far such words reach depends on what they are (`stance.yaml`):

* a denial: what is named next, with a word or two between ("wasn't placed on 3 May"), up to where something new begins ("isn't overdue:
  it is due on 3 May", "has not been paid and costs 42");
* doubt and conditions: the rest of their clause; a question: the clause that asks whether it is so ("is it 42?"). One that asks what to do,
  and takes what it names for granted ("shall I cancel order 42?"), tells as well as a statement;
* a bound: the figure or the day beside it. A field that is a bound itself ("up to 12 passengers" of a capacity) is told by one;
* a correction: the figure before it, where it gives another; "was 42, now 43": the old one, which is right only after a change.

What a value's own words are takes nothing back ("Not started", "Nothing But Trouble", a yes or no told by its sentence), nor do words in
titles: they count in lower case, or where a sentence begins with them. "None" and "no loans" tell a nought.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import cast

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.language.grammar import word_file
from duologue.language.numerals import word_numbers
from duologue.language.reading import MONTHS, Reading, read
from duologue.language.saying import flag_of, is_blank
from duologue.language.spotting import Spotter
from duologue.language.values import tells
from duologue.types import Json

__all__ = ["Doubt", "doubts", "is_bound", "stands", "states"]


class Doubt(Struct, frozen=True):
    """A stretch of text that is not stated, and the place of the word (or the question mark) that says so."""

    kind: str
    """denial · none (a denial by "no") · open · bound · past · wrong"""
    at: int
    start: int
    end: int


_BACKWARD = ("denials", "open", "conditions", "bounds", "behind", "past", "corrects", "slips")
"""The groups of phrases that take back what is said; there is one in every line of which something is doubted, unless it asks."""
_MOST = 2
"""Words, besides names and figures, that a denial reaches."""
_EDGE = "\"'“”‘’`*_()[]{}<>,;:.!?|…"
_TOKEN = re.compile(r"[^\s—–]+")
_STOPS = ",;:.!?)"
_BREAK = re.compile(r"[,;:!?()|](?=[\s\"'*)_]|\Z)|\.(?=[\s\"'*)_]|\Z)|\n|\s-{1,2}\s|[—–]")
_SENTENCE = re.compile(r"[.!?](?=[\s\"'*)_]|\Z)|\n")
_FIGURE = re.compile(r"\d|[$£€¥₹]")
_BUT = re.compile(r"\b(?:but|however|though|although|only that)\b")
_GAP = re.compile(r"[\s,;:.—–-]*")
_YES_OR_NO = re.compile(r"\b(?:yes|no|true|false)\b", re.IGNORECASE)
_LAST = re.compile(r"(\S+) \Z")
_MONTHS = frozenset(m[:3] for m in MONTHS)
_CLAUSE = 400
"""Characters in which a clause ends."""
_BACK = 120
"""Characters before a correction in which what it corrects may stand."""
_SOON = 40
"""Characters behind a correction within which what is right must come."""


def states(text: str | Reading, value: Json, column: Column | None = None, changed: bool = False) -> bool:
    """Whether a text states a value as a fact, and does not deny it, bound it, ask for it or leave it open. `changed`: it may have been
    changed since it was looked up, so that telling it as what it was will do."""
    reading = read(text) if isinstance(text, str) else text
    return tells(reading, value, column) and stands(reading, value, column, changed)


def stands(reading: Reading, value: Json, column: Column | None = None, changed: bool = False) -> bool:
    """Whether what a text tells it states as a fact: `states`, for who knows that it tells the value."""
    doubted = doubts(reading.text)
    if not doubted:
        return True
    passed = _passed_over(value, column, changed)
    own = _spans_of(value, reading.text)
    found = [_whole(d, own) for d in doubted if d.kind not in passed and not any(a <= d.at < b for a, b in own)]
    if "denial" in passed:
        found += _flags_denied(reading.text, doubted)
    return not found or tells(_without(reading.text, found), value, column)


def _flags_denied(text: str, doubted: tuple[Doubt, ...]) -> list[Doubt]:
    """The clauses that deny a yes or a no itself ("the flag is not yes"), which says the contrary, if anything."""
    return [
        Doubt(d.kind, d.at, _clause_start(text, d.at), d.end)
        for d in doubted
        if d.kind == "denial" and _YES_OR_NO.search(text, d.at, d.end)
    ]


def _passed_over(value: Json, column: Column | None, changed: bool) -> frozenset[str]:
    """The kinds of doubt that take nothing away from the telling of this value."""
    out = {"past"} if changed else set()
    if not is_blank(value) and flag_of(value, column) is not None:
        out |= {"denial", "none", "bound", "past", "wrong"}
    elif value == 0:
        out.add("none")
    if is_bound(column):
        out.add("bound")
    return frozenset(out)


def is_bound(column: Column | None) -> bool:
    """Whether a field is a bound itself, and told as one: a capacity, a deadline."""
    return column is not None and _expression("limits").search(column.label.lower()) is not None


def _spans_of(value: Json, text: str) -> list[tuple[int, int]]:
    """Where a text value stands in the text."""
    if not isinstance(value, str) or not value.strip():
        return []
    words = r"\s+".join(re.escape(w) for w in value.split())
    return [m.span() for m in re.finditer(words, text, re.IGNORECASE)]


def _whole(doubt: Doubt, spans: list[tuple[int, int]]) -> Doubt:
    """A doubt that ends within the value reaches over all of it: the commas of "kettle, slate" end no clause."""
    end = next((b for a, b in spans if doubt.start <= a < doubt.end < b), doubt.end)
    return Doubt(doubt.kind, doubt.at, doubt.start, end)


def _without(text: str, doubts: list[Doubt]) -> str:
    out, at = [], 0
    for doubt in sorted(doubts, key=lambda d: d.start):
        if doubt.end > at:
            start = max(at, doubt.start)
            out += [text[at:start], " " * (doubt.end - start)]
            at = doubt.end
    return "".join((*out, text[at:]))


# ── The words ────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _spotter(*groups: str) -> Spotter:
    """What finds any phrase of some groups as whole words, in lower case."""
    lists = word_file("stance")
    options = [option for group in groups for option in cast("list[str]", lists[group])]
    return Spotter(options, r"(?<![\w'])(?:{})(?!\w)", flags=0)


def _expression(*groups: str) -> re.Pattern[str]:
    return _spotter(*groups).pattern


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(cast("list[str]", word_file("stance")[group]))


def _places(lowered: str, *groups: str) -> Iterator[re.Match[str]]:
    """Where phrases of some groups of `_BACKWARD`, or what spares one, stand. No phrase goes over the end of a line, and lines recur in
    other texts: so only those are looked through that have any at all."""
    if _spotter(*groups).may_be_in(lowered):
        for start, end in _lines(lowered):
            yield from _expression(*groups).finditer(lowered, start, end)


@lru_cache(maxsize=64)
def _lines(lowered: str) -> tuple[tuple[int, int], ...]:
    """From where to where the lines go that take something back."""
    if "\n" not in lowered:
        return ((0, len(lowered)),)
    out, end = [], -1
    for line in lowered.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if _takes_back(line):
            out.append((start, end))
    return tuple(out)


@lru_cache(maxsize=4_096)
def _takes_back(line: str) -> bool:
    return _spotter(*_BACKWARD).search(line) is not None


def _finds(text: str, lowered: str, *groups: str) -> Iterator[re.Match[str]]:
    """Phrases in lower case, in capitals among other words, or at the beginning of a sentence."""
    for found in _places(lowered, *groups):
        said = text[found.start() : found.end()]
        ahead = _TOKEN.search(text, found.end())
        behind = ahead[0].strip(_EDGE) if ahead is not None else ""
        if said[:1].islower() or not said[:1].isalpha():
            yield found
        elif said.isupper() and len(said) > 1:
            if not (behind.isalpha() and behind.isupper() and len(behind) > 1) and not (
                "conditions" in groups and _ends_name(text, found.start())
            ):
                yield found
        elif _begins(text, found.start()) and ("denials" in groups or not behind[:1].isupper()):
            yield found


def _ends_name(text: str, at: int) -> bool:
    """A word in capitals belongs to the name that it follows ("Gefle IF")."""
    before = _LAST.search(text, max(0, at - _SOON), at)
    return before is not None and before[1][:1].isupper() and not before[1].isupper()


def _begins(text: str, at: int) -> bool:
    before = text[max(0, at - _SOON) : at].rstrip(" \"'“‘*_(-•>")
    return before[-1:] in ".!?:;\n"


# ── How far they reach ───────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4_096)
def doubts(text: str) -> tuple[Doubt, ...]:
    """All that a text doubts."""
    lowered = text.lower().replace("’", "'")
    if len(lowered) != len(text):
        return ()
    if "?" not in text and not (_spotter(*_BACKWARD).may_be_in(lowered) and _lines(lowered)):
        return ()
    out = [*_denied(text, lowered), *_left_open(text, lowered), *_asked(text, lowered), *_bounded(text, lowered)]
    return (*out, *_past(text, lowered), *_corrected(text, lowered))


def _denied(text: str, lowered: str) -> Iterator[Doubt]:
    spared = [m.span() for m in _places(lowered, "affirmed", "stressed")]
    for found in _finds(text, lowered, "denials"):
        if any(a <= found.start() < b for a, b in spared) or _is_own(lowered, found):
            continue
        kind = "none" if found[0] == "no" else "denial"
        yield Doubt(kind, found.start(), found.start(), _reach(text, found.end(), kind))


def _is_own(lowered: str, found: re.Match[str]) -> bool:
    """The speaker says what they did not do; that denies nothing about what they did it to."""
    if found[0] != "not" and not found[0].endswith("n't"):
        return False
    ahead = _TOKEN.search(lowered, found.end())
    if ahead is not None and _FIGURE.search(ahead[0]):
        return False  # "I have not 42"
    before = lowered[max(0, found.start() - 40) : found.start()].rstrip()
    subject = list(_expression("own").finditer(before))
    if not subject or subject[-1].end() != len(before):
        return False
    return _expression("owned").match(lowered, found.end() + 1) is None


def _reach(text: str, at: int, kind: str) -> int:
    """How far a denial reaches from where it ends."""
    end, words, name = at, 0, False
    for token in _TOKEN.finditer(text, at):
        core, begun = token[0].strip(_EDGE), name or words > 0
        if _breaks_off(text[end : token.start()], token[0], begun):
            break
        low, named = core.lower(), core[:1].isupper() or _FIGURE.search(core) is not None
        joins = begun and low in ("or", "nor")
        if not named and not joins and (name or low in _words("anew") or (kind == "none" and low in ("for", "on"))):
            break
        end, name = token.end(), named
        words += not named and core != "" and low not in _words("between")
        if words >= _MOST or ((name or words) and token[0][-1] in _STOPS):
            break
    return end


def _breaks_off(gap: str, token: str, begun: bool) -> bool:
    """Whether nothing before a token reaches over it, once something has been named: a dash, a bracket, a new line."""
    return "\n" in gap or (begun and (not gap.isspace() or not token.strip(_EDGE + "-") or token[0] == "("))


def _clause_end(text: str, at: int) -> int:
    stop = _BREAK.search(text, at, at + _CLAUSE)
    return stop.start() if stop else min(len(text), at + _CLAUSE)


def _clause_start(text: str, at: int) -> int:
    start = max(0, at - _CLAUSE)
    for stop in _BREAK.finditer(text, start, at):
        start = stop.end()
    return start


def _left_open(text: str, lowered: str) -> Iterator[Doubt]:
    spared = [m.span() for m in _places(lowered, "affirmed")]
    for found in _finds(text, lowered, "open", "conditions"):
        if any(a < found.end() and found.start() < b for a, b in spared):
            continue
        end = _clause_end(text, found.end())
        but = _BUT.search(lowered, found.end(), end)
        yield Doubt("open", found.start(), found.start(), but.start() if but else end)


def _asked(text: str, lowered: str) -> Iterator[Doubt]:
    if "?" not in text:
        return
    start = 0
    for stop in _SENTENCE.finditer(text):
        if stop[0] == "?":
            yield from _asked_in(lowered, start, stop.start())
        start = stop.end()


def _asked_in(lowered: str, start: int, end: int) -> Iterator[Doubt]:
    """The clauses of a question that ask whether something is so."""
    edges = [start, *(m.end() for m in _BREAK.finditer(lowered, start, end)), end + 1]
    clauses = [(a, b - 1) for a, b in pairwise(edges) if lowered[a : b - 1].strip(_EDGE + " ")]
    asking = [c for c in clauses if _expression("asks").match(lowered, _first(lowered, *c))]
    last = clauses[-1:] or [(start, end)]
    if len(clauses) > 1 and _expression("tags").fullmatch(lowered[slice(*last[0])].strip(_EDGE + " ")):
        asking.append(clauses[-2])
    elif not asking and _is_stated(lowered, *last[0]) and not _expression("granted").search(lowered, start, end):
        asking += last
    for a, b in dict.fromkeys(asking):
        yield Doubt("open", end, a, b)


def _is_stated(lowered: str, start: int, end: int) -> bool:
    """A clause has the form of a statement."""
    return _expression("stated").search(lowered, start, end) is not None


def _first(text: str, start: int, end: int) -> int:
    """The first letter or digit of a clause."""
    return next((i for i in range(start, end) if text[i].isalnum()), start)


def _bounded(text: str, lowered: str) -> Iterator[Doubt]:
    spared = [m.span() for m in _places(lowered, "stressed")]
    for found in _finds(text, lowered, "bounds"):
        if any(a <= found.start() < b for a, b in spared):
            continue
        end = _figure_end(text, found.end())
        if end and found[0] == "between" and lowered[end : end + 5] == " and ":
            end = _figure_end(text, end + 4) or end
        if end:
            yield Doubt("bound", found.start(), found.start(), end)
    for found in _places(lowered, "behind"):
        before = _LAST.search(text, max(0, found.start() - _SOON), found.start())
        if before is not None and _is_figure(before[1]) and before[1][-1] not in _STOPS:
            yield Doubt("bound", found.start(), before.start(), found.end())


def _is_figure(token: str) -> bool:
    core = token.strip(_EDGE).lower()
    return _FIGURE.search(core) is not None or core[:3] in _MONTHS or bool(word_numbers(core))


def _figure_end(text: str, at: int) -> int:
    """Where the figure or day ends that follows at once; 0 where none does."""
    end = 0
    for token in _TOKEN.finditer(text, at):
        if not text[end or at : token.start()].isspace() or not _is_figure(token[0]):
            break
        end = token.end()
        if token[0][-1] in _STOPS:
            break
    return end


def _past(text: str, lowered: str) -> Iterator[Doubt]:
    for found in _finds(text, lowered, "past"):
        end = _reach(text, found.end(), "past")
        said = [t.strip(_EDGE) for t in text[found.end() : end].split()]
        plain = [w for w in said if w.lower() not in _words("between") and not (_is_figure(w) or w[:1].isupper())]
        if not said or len(plain) > 1 or (plain and plain[0] != said[-1]):
            continue
        behind = _GAP.match(lowered, end)
        if behind is not None and _expression("since").match(lowered, behind.end()):
            yield Doubt("past", found.start(), found.start(), end)


def _corrected(text: str, lowered: str) -> Iterator[Doubt]:
    for group in ("corrects", "slips"):
        for found in _places(lowered, group):
            if lowered[: found.start()].endswith((": ", ":")) and group == "slips":
                continue  # the answer to a yes-or-no field: "full time: no, 2011"
            wrong = _replaced(text, found.span(), group == "corrects")
            if wrong is not None:
                yield Doubt("wrong", found.start(), *wrong)


def _replaced(text: str, marker: tuple[int, int], plain: bool) -> tuple[int, int] | None:
    """What a correction replaces: the last of its kind before it."""
    reading = read(text)
    for kind in (reading.dates, reading.numbers):
        after = [x for x in kind if marker[1] <= x.start <= marker[1] + _SOON]
        before = [x for x in kind if marker[0] - _BACK <= x.start and x.end <= marker[0]]
        if after:
            return (before[-1].start, before[-1].end) if before else None
    tokens = list(_TOKEN.finditer(text, max(0, marker[0] - _SOON), marker[0]))
    words = [t for t in tokens if t[0].strip(_EDGE + "-")]
    return words[-1].span() if plain and words else None
