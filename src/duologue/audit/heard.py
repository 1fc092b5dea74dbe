"""Everything said, returned, passed or declared by some point in a conversation, for asking whether a value has a source there.

It stands on `checks.sources` for figures and days, and keeps two more writings of all text: as it stands, and squashed to letters
and digits, in which "ABC-123", "abc 123" and "Abc123" are one. What is simple to work out counts as known: shares, other units,
sums and differences of two figures, since nobody knows here what a column means.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from duologue.audit.figures import HUGE, ROWS, Figures, sized
from duologue.audit.sight import Sight
from duologue.checks.sources import Sources
from duologue.language.reading import MONTHS, Day, read
from duologue.plans.placeholders import leaves
from duologue.talks.values import Offered
from duologue.types import Json

__all__ = ["Heard", "bounded", "squashed", "stems"]

_ENDLESS = re.compile(r"\d{40,}")
_PLAIN = re.compile(r"[\W_]+")
_FEET = re.compile(r"\b(?:feet|foot|ft|inch(?:es)?)\b|\d'", re.IGNORECASE)
_TODAY = re.compile(
    r"\b(?:today|current (?:date|day|time)|(?:the )?date(?: is|:)|now is|it is now)\b[^\n]{0,60}", re.IGNORECASE
)
_AHEAD = re.compile(
    r"\b(?:next|tomorrow|tonight|coming|upcoming|later|until|till|through|within|soon\w*|earliest|future|forward|ahead|following|"
    r"this (?:week|month|quarter|year|weekend|season)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|in (?:an?|the|\w+) (?:day|week|month|year|quarter)s?|"
    r"from now|end of|all|every|each|whole|entire|free|availab\w+|christmas|easter|thanksgiving|halloween|new year\w*|holidays?|summer|winter|spring|fall|autumn|"
    r"anniversary|birthday|postpon\w*|reschedul\w*|push\w*|mov(?:e|ed|ing)|delay\w*|exten[ds]\w*|renew\w*|forecast\w*|predict\w*|projected)\b",
    re.IGNORECASE,
)
"""Words that may mean a day to come."""
_STEM = re.compile(r"[^\W\d_]{4,}")
_AGO = re.compile(r"\b(?:today|tonight|tomorrow|yesterday|now|current(?:ly)?|latest|recent|next|last|this|coming|past|(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|month|year|day|weekend|morning|evening|afternoon|noon|midnight|summer|winter|spring|fall|autumn|christmas|easter|halloween|thanksgiving|birthday|anniversary|eve|holidays?|until|ago|since)s?\b", re.IGNORECASE)  # fmt: skip


def bounded(text: str) -> str:
    """The text without digits by the dozen, which no figure has and no arithmetic bears."""
    return _ENDLESS.sub("…", text)


def squashed(text: str) -> str:
    """Letters and digits only, in lower case."""
    return _PLAIN.sub("", text.casefold())


def stems(text: str) -> set[str]:
    """The beginnings of the words of a text, by which "repairs" is "repair"; of short words there are none."""
    return {w[:5] for w in _STEM.findall(text.casefold())}


class Heard:
    """What is known so far. Add turns in their order."""

    def __init__(self, tools: tuple[Offered, ...]) -> None:
        self.sources = Sources()
        self._texts: list[str] = []
        self._squashed, self._at = "", 0
        self.user = ""
        self.dated = False
        """Somebody names a day, or a result holds one, from which others can be counted."""
        self.today: Day | None = None
        """The day that system message or user say it is."""
        self.words: set[str] = set()
        """Beginnings of all words, those of names of tools and parameters too."""
        self._spoken = ""
        self._figures: list[float] = []
        self._asked: list[float] = []
        """Those of them that the user said."""
        self._shares: list[float] = []
        """Out of a hundred: what an amount may be raised or cut by."""
        self._latest: list[float] = []
        """The figures of the latest results, of which any two may be added up."""
        self._turns = 0
        self._built: tuple[tuple[int, int, int], Figures] | None = None
        for tool in tools:
            self._text(tool.description)
            for text in _described(tool.parameters):
                self._text(text)
            self.words |= _named(tool.name, str(tool.parameters))
        self.dated = False  # an example in a declaration is no clock

    def add(self, sight: Sight, number: int) -> None:
        """Take in what a turn says or holds."""
        turn = sight.turns[number]
        self._turns += 1
        self._text(turn.text)
        if turn.role in ("system", "user"):
            self.today = self.today or _today(turn.text)
            self.sources.today = [self.today] if self.today else []
        if turn.role in ("user", "assistant"):
            self._spoken += "\n" + turn.text
        if turn.role == "user":
            self._latest = self._latest[-ROWS:]
            self.user += "\n" + turn.text
            self._asked += [sized(n.scaled if n.scale else n.value) for n in read(bounded(turn.text)).numbers]
        if turn.role == "tool":
            for made in sight.made:
                if made.answer == number:
                    self.sources.add_result(_bounded(made.result), None)
                    self._latest += [abs(sized(v)) for _, v in leaves(made.result) if _is_figure(v)]
        for call in turn.calls:
            self._text(call.text)
            self.sources.add_result(_bounded(call.arguments), None)

    def _text(self, text: str) -> None:
        if not text:
            return
        found = read(bounded(text))
        self.sources.add_text(found)
        self._texts.append(text)
        self.dated = self.dated or any(d and m for said in found.dates for _, m, d in said.days)
        self._figures += [sized(n.scaled if n.scale else n.value) for n in found.numbers]
        self._shares += [sized(n.value) for n in found.numbers if n.percent]
        self.words |= stems(text)
        self.__dict__.pop("raw", None)

    @cached_property
    def raw(self) -> str:
        """All text in lower case."""
        return "\n".join(self._texts).casefold()

    def holds(self, value: str) -> bool:
        """Whether the text was said, whatever its spaces and marks."""
        plain = squashed(value)
        if not plain or value.casefold() in self.raw:
            return True
        if self._at != len(self._texts):
            self._squashed, self._at = squashed(self.raw), len(self._texts)
        return plain in self._squashed

    def holds_parts(self, value: str) -> bool:
        """Whether every part of it was said: put together, rather than made up."""
        parts = [p for p in re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z0-9])", value) if p]
        return len(parts) > 1 and all(len(p) < 2 or self.holds(p) for p in parts)

    def counts_days(self) -> bool:
        """Whether the user speaks of days that are counted from today, or by name."""
        return _AGO.search(self.user) is not None

    def looks_ahead(self, month: int) -> bool:
        """Whether anything that user or assistant said may mean a day to come, in this month for one."""
        name = MONTHS[month - 1]
        named = re.search(rf"\b(?:{name}|{name[:3]})\b", self._spoken, re.IGNORECASE)
        return named is not None or _AHEAD.search(self._spoken) is not None

    def follows(self, value: float, gap: float = 0.0051) -> bool:
        """Whether a figure was said or returned, or is easily worked out from one or two that were; it may be off by `gap`."""
        return self._worked_out().give(value, gap, _FEET.search(self.user) is not None)

    def follows_roughly(self, value: float, gap: float) -> bool:
        """Whether some figure that was said or returned is no further away than that."""
        return self._worked_out().about(value, gap)

    def _worked_out(self) -> Figures:
        """What follows from all figures so far, built again only where there are more since."""
        size = (len(self._figures), len(self.sources.numbers), self._turns)
        if self._built is None or self._built[0] != size:
            known = (*self._figures, *map(sized, self.sources.numbers))
            self._built = size, Figures(known, self._asked, self._latest, self._shares)
        return self._built[1]


def _named(*texts: str) -> set[str]:
    """The words of names: `sendMail` and `send_mail` hold the same two."""
    return {s for text in texts for s in stems(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text))}


def _today(text: str) -> Day | None:
    """The day that a text says it is."""
    for found in _TODAY.finditer(text):
        for said in read(bounded(found[0])).dates:
            for year, month, day in said.days:
                if year and month and day:
                    return year, month, day
    return None


def _bounded(value: Json) -> Json:
    """A value without integers beyond all floats; they stay as text."""
    if isinstance(value, dict):
        return {k: _bounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_bounded(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > HUGE:
        return bounded(str(value)) if value.bit_length() < 10_000 else "…"
    return bounded(value) if isinstance(value, str) else value


def _is_figure(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > 1


def _described(schema: Any) -> Iterator[str]:
    """What a schema says in words or values: descriptions, defaults, options, examples."""
    for _, leaf in leaves(_kept_keys(schema)):
        if leaf is not None:
            yield str(leaf)


def _kept_keys(schema: Json) -> Json:
    if isinstance(schema, dict):
        return {k: _kept_keys(v) for k, v in schema.items() if k not in ("type", "required", "title", "$schema")}
    return [_kept_keys(s) for s in schema] if isinstance(schema, list) else schema
