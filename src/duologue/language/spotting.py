"""Expressions that are tried only where they can be found.

The checks ask a hundred times of each text whether it holds one of some phrases, and nearly always it holds none. An expression of many
phrases costs microseconds at each text; to see that a text lacks every word that any of the phrases has costs a tenth of that. So each expression says by
itself which words it can't do without (`needed`): of each of its alternatives one, the least common. The words of a text are found once,
whatever is looked for in it. Where a text has that word ("been"), it must have one of each further set that the alternative can't do without, too.
A `Spotter` finds exactly what its expression finds.

What is compared is the first letters of words, an underscore counting for none (`__user__:`). The way down an expression keeps the beginnings that the word under way may have;
where it can't be told what a word is, nothing is needed of it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

__all__ = ["Spotter", "needed", "openings"]

_LETTERS = 4
"""Letters of a word that are compared; a shorter one must be the whole word."""
_MOST = 400
"""Words an expression may need one of; beyond, to compare costs what it saves."""
_COMMON_WORDS = """a all am an and any are as at be can coul did do does for from had has have i if in is it just ll me my no not now
    of on one or our re s so t that the them then they this to ve was we were what will with woul you your"""
_COMMON = frozenset(_COMMON_WORDS.split())
_WORD = re.compile(r"[^\W_]+")
_MARK = ":"
"""Counts for a word: it marks who speaks ("user: …")."""
_FOLDED = str.maketrans("ıİſ", "iis")
"""Letters beyond ASCII that count as one within it where case doesn't, besides those that `lower` knows."""


def _parsing() -> Any:
    """An expression as Python's own compiler reads it: nothing public gives that. None where a later Python keeps it elsewhere."""
    try:
        return import_module("re._parser").parse
    except (ImportError, AttributeError):
        return None


_tree = _parsing()


@lru_cache(maxsize=2_048)
def openings(text: str) -> frozenset[str]:
    """The first letters of the words of a text, in lower case, and the colon that stands in it."""
    plain = text.lower() if text.isascii() else text.translate(_FOLDED).lower()
    found = [word[:_LETTERS] for word in _WORD.findall(plain)]
    return frozenset([*found, _MARK] if _MARK in text else found)


class Spotter:
    """An expression to search whole texts with: any of some alternatives, in a frame ("(?<!\\w)(?:{})(?!\\w)")."""

    __slots__ = ("_alone", "_compiled", "_expression", "_flags", "_frame", "_needed", "_options", "_rest", "_ways")

    def __init__(self, options: Sequence[str], frame: str = "{}", flags: int = re.IGNORECASE) -> None:
        self._options, self._frame, self._flags = options, frame, flags
        self._expression = frame.replace("{}", "|".join(options))
        self._compiled: re.Pattern[str] | None = None
        self._alone: dict[int, re.Pattern[str]] = {}
        """Single alternatives, by their number, that were ever the only one that could be found."""
        self._ways: dict[str, list[tuple[int, _Wanted]]] = {}
        """Word → each alternative, by its number, that can't do without it or one of its like, and what else it needs a word of."""
        rest = []
        for number, option in enumerate(options):
            first, *further = needed(frame.replace("{}", option), flags) or [frozenset[str]()]
            for word in first:
                self._ways.setdefault(word, []).append((number, further))
            if not first:
                rest.append(option)
        self._needed = frozenset(self._ways)
        self._rest = re.compile(frame.replace("{}", "|".join(rest)), flags) if rest else None
        """The alternatives of which it can't be told what they need."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The whole expression, compiled once it is asked for: many never are."""
        if self._compiled is None:
            self._compiled = re.compile(self._expression, self._flags)
        return self._compiled

    def fitting(self, text: str) -> re.Pattern[str] | None:
        """What finds in a text, or in a part of it that cuts no word, just what the expression finds: of its alternatives the only one that
        can be there, which takes a fraction of the time; None where none can."""
        words = openings(text)
        if self._needed.isdisjoint(words) or not (may_be := self._possible(words, 2)):
            return self._rest
        return self.pattern if self._rest is not None or len(may_be) > 1 else self._by_itself(may_be.pop())

    def search(self, text: str) -> re.Match[str] | None:
        """Where the expression is found first."""
        fitting = self.fitting(text)
        return fitting.search(text) if fitting is not None else None

    def may_be_in(self, text: str) -> bool:
        """Whether the expression may be found in a text, or in a part of it that cuts no word."""
        if self._rest is not None:
            return True
        words = openings(text)
        return not self._needed.isdisjoint(words) and bool(self._possible(words, 1))

    def is_in(self, text: str) -> bool:
        """Whether the expression is found in a text."""
        if self._rest is not None and self._rest.search(text) is not None:
            return True
        words = openings(text)
        may_be = self._possible(words, len(self._options))
        return any(self._by_itself(number).search(text) is not None for number in may_be)

    def _possible(self, words: frozenset[str], enough: int) -> set[int]:
        """The alternatives, by their number, all of whose needs a text of these words has; not all, where so many are enough."""
        found = set()
        lacks_all = words.isdisjoint
        for word in self._needed & words:
            for number, wanted in self._ways[word]:
                for needs in wanted:
                    if lacks_all(needs):
                        break
                else:
                    found.add(number)
                    if len(found) == enough:
                        return found
        return found

    def _by_itself(self, number: int) -> re.Pattern[str]:
        """An alternative without the others; the whole expression where groups of it are asked for by their number."""
        alone = self._alone.get(number)
        if alone is None:
            alone = re.compile(self._frame.replace("{}", self._options[number]), self._flags)
            alone = self._alone[number] = self.pattern if alone.groups else alone
        return alone


_Under = frozenset[str] | None
"""What the word under way may begin with: "" where none is under way, None where that is unknown."""
_Wanted = list[frozenset[str]]
_FRESH = frozenset({""})
_GAP = "|"
"""Between a word that may have ended already and what came after it."""


def needed(expression: str, flags: int = re.IGNORECASE) -> list[frozenset[str]]:
    """Sets of openings of words: wherever the expression is found in a text, that has a word of each. The one that is met least often is
    first; none where there is no saying."""
    if _tree is None:
        return []
    _, wanted = _Walk().along(_tree(expression, flags), None)
    return sorted(dict.fromkeys(wanted), key=_commonness)


def _best(wanted: _Wanted) -> frozenset[str] | None:
    """Of several sets of words, of each of which one is needed, the one that is met least often."""
    return min(wanted, key=_commonness, default=None)


def _commonness(words: frozenset[str]) -> tuple[int, int, list[str]]:
    return len(words & _COMMON), len(words), sorted(words)


class _Walk:
    """The way along a parsed expression."""

    def along(self, items: Iterable[tuple[Any, Any]], under: _Under) -> tuple[_Under, _Wanted]:
        """The word under way at the end of a sequence, and the words that are needed on the way."""
        wanted: _Wanted = []
        for kind, what in items:
            step = getattr(self, f"_{str(kind).lower()}", None)
            after, more = step(what, under) if step is not None else (None, [])
            if after is not None and len(after) > _MOST:
                after = None
            wanted += more if after is not None else [*more, *_begun(under)]
            under = after
        return under, wanted

    def _literal(self, code: int, under: _Under) -> tuple[_Under, _Wanted]:
        char = chr(code).lower()
        if not char.isalnum():
            return _FRESH, _ended(under) + ([frozenset(_MARK)] if char == _MARK else [])
        if not char.isascii() or under is None:
            return None, []
        return frozenset([begun + char for begun in under]), []

    def _not_literal(self, code: int, under: _Under) -> tuple[_Under, _Wanted]:
        return None, []

    def _in(self, members: Sequence[tuple[Any, Any]], under: _Under) -> tuple[_Under, _Wanted]:
        kinds = {str(kind) for kind, _ in members}
        if kinds == {"LITERAL"}:
            return self._branch((None, [[m] for m in members]), under)
        if kinds == {"CATEGORY"} and all(str(w) in ("CATEGORY_SPACE", "CATEGORY_NOT_WORD") for _, w in members):
            return _FRESH, _ended(under)
        return None, []

    def _branch(self, what: tuple[Any, Sequence[Any]], under: _Under) -> tuple[_Under, _Wanted]:
        ways = [self.along(way, under) for way in what[1]]
        after = _any([end for end, _ in ways])
        if after is None:  # what a way has begun is of no use any more to those who come after
            ways = [(None, [*wanted, *_begun(end)]) for end, wanted in ways]
        found = [_best(wanted) or frozenset[str]() for _, wanted in ways]
        return after, [frozenset().union(*found)] if all(found) else []

    def _subpattern(self, what: tuple[Any, ...], under: _Under) -> tuple[_Under, _Wanted]:
        return self.along(what[-1], under)

    def _max_repeat(self, what: tuple[int, int, Any], under: _Under) -> tuple[_Under, _Wanted]:
        least, most, body = what
        once, wanted = self.along(body, under)
        if int(most) > 1 and self.along(body, once)[0] != once:
            once = None
        if least or under is None or once is None:
            return (once, wanted) if least else (None, [])
        if any(words in wanted for words in _ended(under)) and len(under) * len(once) <= _MOST:
            # the word has ended, or ends later: it is needed either way
            once = frozenset([f"{word}{_GAP}{more}" for word in under for more in once])
        return under | once, []

    _min_repeat = _max_repeat

    def _at(self, where: object, under: _Under) -> tuple[_Under, _Wanted]:
        if str(where) in ("AT_BOUNDARY", "AT_BEGINNING", "AT_BEGINNING_STRING", "AT_END", "AT_END_STRING"):
            return _FRESH, _ended(under)
        return None, []

    def _assert(self, what: object, under: _Under) -> tuple[_Under, _Wanted]:
        return under, []

    def _assert_not(self, what: tuple[int, Any], under: _Under) -> tuple[_Under, _Wanted]:
        """ "No letter here": a word ends, or begins."""
        items = list(what[1])
        members = items[0][1] if len(items) == 1 and str(items[0][0]) == "IN" else []
        if any(str(value) == "CATEGORY_WORD" for _, value in members) and str(members[0][0]) != "NEGATE":
            return _FRESH, _ended(under)
        return under, []


def _ended(under: _Under) -> _Wanted:
    """What is needed where the word under way ends."""
    return [_first(under)] if under is not None and "" not in under else []


def _begun(under: _Under) -> _Wanted:
    """What is needed where it goes on in nobody knows what way."""
    known = under is not None and all(len(w) >= _LETTERS or _GAP in w for w in under)
    return [_first(under)] if under is not None and known else []


def _first(under: frozenset[str]) -> frozenset[str]:
    return frozenset([w.partition(_GAP)[0][:_LETTERS] for w in under])


def _any(ways: Sequence[_Under]) -> _Under:
    """What may be under way where one of several ways was taken."""
    known = [w for w in ways if w is not None]
    return frozenset().union(*known) if len(known) == len(ways) else None
