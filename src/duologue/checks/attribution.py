"""Is each figure told of the row and the field it belongs to?

A figure can have a source and still be wrong: the neighbour's total, the weight told as the price. Three questions find that
out, each only where the wording leaves no doubt:

* A figure right after a column's name ("unit price 20.70") must have been returned, said or passed for that column, if it was
  returned for another one.
* A number of rows ("14 tracks") must be the length of a list, a count that was returned, or follow from one.
* In an answer that lists rows by name, a figure beside a name must not be the same field's value of another row. Whether
  figures follow their names or precede them is settled by what fits the answer as a whole.

Figures with another explanation (the length of a list, the user's words, simple arithmetic) are left alone.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.checks.case import Case, verdict
from duologue.checks.derived import derive
from duologue.checks.kept import Kept
from duologue.checks.sources import PART_OF
from duologue.language.reading import DateSaid, Day, Number, Reading
from duologue.language.values import clean, moment, same_figure
from duologue.plans.index import Group, groups_of
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Verdict

Figure = int | float | Day
Claim = Number | DateSaid

_FILLERS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "of",
        "to",
        "at",
        "now",
        "from",
        "the",
        "a",
        "an",
        "be",
        "stands",
        "stood",
        "comes",
        "came",
        "with",
        "for",
        ":",
        "=",
    ]
)
_VAGUE = frozenset(
    [
        "number",
        "total",
        "count",
        "value",
        "amount",
        "name",
        "date",
        "id",
        "code",
        "year",
        "time",
        "status",
        "type",
        "rate",
        "order",
        "no",
        "key",
    ]
)
_BREAK = re.compile(r"\n|;|[.!?] (?=[A-Z])")
_OPENS = re.compile(r"\s*[:(][^()]*\Z")
_WORDS = re.compile(r"[^\s(),;“”\"]+")
SMALL = 13
"""Whole numbers below it count too many things to be held against a row."""
RECENT = 4
"""Lists that a text without calls of its own may speak of."""


class Row(Struct, frozen=True):
    """A row of a result: what it may be called, and its figures by field."""

    names: tuple[str, ...]
    figures: dict[str, Figure]


NOBODY = Row((), {})
"""Stands for the rows that share a name: figures beside it are not held against anyone."""
Spot = tuple[int, int, Row]
"""Where a row's name begins and ends in a text."""


class Listing(Struct, frozen=True):
    """The rows of one list in one result."""

    turn: int
    rows: tuple[Row, ...]


def attribution(case: Case) -> Verdict:
    """Nothing is told of the wrong row or the wrong field."""
    if not case.columns:
        return verdict("attribution", [])
    known = _Known(case.columns, case.plurals)
    calls = {c.turn: c for c in case.trace.calls}
    findings = []
    for number, turn in enumerate(case.trace.turns):
        role = turn.message.role
        if role == "tool" and number in calls:
            known.add(calls[number], case)
        elif role == "user":
            known.hear(case.reading(number))
        elif role == "assistant" and turn.message.content:
            findings += [Finding(number, what) for what in known.judge(case.reading(number), case.blocks[number])]
    return verdict("attribution", findings)


class _Known:
    """What was returned so far, by field and by row."""

    def __init__(self, columns: Mapping[str, Column], plurals: Collection[str]) -> None:
        self.columns, self.plurals = columns, plurals
        self.labels = _labels(columns)
        self.by_label: dict[str, set[Figure]] = {}
        self.labels_of: dict[Figure, set[str]] = {}
        self.listings: list[Listing] = []
        self.free: set[Figure] = set()
        """Figures that need no row: said by the user, or lengths of lists."""
        self.counts: set[Figure] = set()
        self.results: list[Json] = []
        self.passed: dict[int, dict[str, set[Figure]]] = {}
        """Turn of a result → label → figures, of what the call was given and what it returned."""

    # ── Taking in ────────────────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, reading: Reading) -> None:
        """The user's own figures may be repeated of anything."""
        self.free.update(n.value for n in reading.numbers)
        self.free.update(day for d in reading.dates for day in d.days)

    def add(self, call: Executed, case: Case) -> None:
        """A result, and the arguments that led to it."""
        tool = case.trace.tools.get(call.call.name)
        if tool is None or call.failed or not isinstance(call.result, dict):
            return
        for name, value in call.call.arguments.items():
            slot = tool.inputs.get(name)
            if slot is not None:
                self._note(f"{slot.table}.{slot.column}", value, call.turn)
        self.results.append(call.result)
        for value in call.result.values():
            if isinstance(value, list):
                self.free.add(len(value))
        if any(isinstance(v, list) for v in call.result.values()):  # beside a list stand figures about the list
            self.free.update(v for v in call.result.values() if isinstance(v, int))
        for group in groups(tool):
            raw = group.rows(call.result)
            rows = tuple(self._row(group, r, call.turn) for r in raw)
            if group.many and len(rows) > 1:
                self.listings.append(Listing(call.turn, rows))

    def _row(self, group: Group, raw: Mapping[str, Json], turn: int) -> Row:
        names, figures = [], {}
        for field, key in group.fields:
            value = raw.get(field)
            figure = self._note(key, value, turn)
            if figure is None:
                if isinstance(value, str) and len(value) > 2:
                    names.append(clean(value).lower())
                continue
            column = self.columns.get(key)
            if column is not None and column.role == "key" and len(str(value)) > 2:
                names.append(str(value).lower())
            figures[field] = figure
        return Row(tuple(names), figures)

    def _note(self, key: str, value: Json, turn: int) -> Figure | None:
        """Remember a value under its column's label; its figure, where it is one."""
        column = self.columns.get(key) or self.columns.get(key.rpartition(":")[0])
        figure = _figure(value, column)
        if figure is None:
            return None
        if key.endswith((":count", ":total", ".")):  # a number of rows; a limit
            self.counts.add(figure)
        label = column.label.lower() if column is not None else ""
        if label in self.labels:
            self.by_label.setdefault(label, set()).add(figure)
            self.labels_of.setdefault(figure, set()).add(label)
            self.passed.setdefault(turn, {}).setdefault(label, set()).add(figure)
        return figure

    # ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self, reading: Reading, block: Sequence[Executed]) -> list[str]:
        """What a text tells of the wrong field or row. `block` are the calls it reports."""
        claims = [n for n in reading.numbers if not n.word and not n.scale] + list(reading.dates)
        if not claims:
            return []
        fresh = {c.turn for c in block}
        out = [what for claim in claims if (what := self._wrong_count(claim, reading.text))]
        out += [what for claim in claims if (what := self._wrong_field(claim, reading.text))]
        if any(c.effect == "write" and not c.failed for c in block):
            out += [what for claim in claims if (what := self._wrong_change(claim, reading.text, block))]
        listings = [x for x in self.listings if x.turn in fresh] if fresh else self.listings[-RECENT:]
        return out or [what for x in listings if (what := self._wrong_row(claims, reading.text, x))]

    def _wrong_field(self, claim: Claim, text: str) -> str:
        label = _label_before(text, claim.start, self.labels)
        own = self.by_label.get(label)
        if not own or self._is_among(claim, own) or self._is_free(claim):
            return ""
        others = sorted({other for f, names in self.labels_of.items() if _is(claim, f) for other in names} - {label})
        if not others or self._is_derived(claim):
            return ""
        return f"{claim.text!r} was never returned as {label}, only as {others[0]}"

    def _wrong_count(self, claim: Claim, text: str) -> str:
        """A number of rows that no list had and no result gave."""
        if not isinstance(claim, Number) or claim.percent or not isinstance(claim.value, int):
            return ""
        behind = text[claim.end : claim.end + 60].lower().lstrip()
        if not any(behind.startswith(p) and not behind[len(p) : len(p) + 1].isalnum() for p in self.plurals):
            return ""
        before = text[: claim.start].split()[-1:]
        if claim.value in self.free or claim.value in self.counts or (before and before[0].lower() in PART_OF):
            return ""
        return (
            ""
            if any(claim.value in derive(r).counts for r in self.results)
            else f"{claim.text!r} counts no list there was"
        )

    def _wrong_change(self, claim: Claim, text: str, block: Sequence[Executed]) -> str:
        """A change reported with another value than the one that was written."""
        label = _label_before(text, claim.start, self.labels)
        written = [self.passed[c.turn][label] for c in block if label in self.passed.get(c.turn, {})]
        if not written or any(self._is_among(claim, figures) for figures in written):
            return ""
        before = text[: claim.start].split()[-1:]
        return "" if before in (["from"], ["was"]) else f"{claim.text!r} was not written as {label}"

    def _wrong_row(self, claims: list[Claim], text: str, listing: Listing) -> str:
        lowered = text.lower()
        spots = _mentions(lowered, listing.rows) if len(lowered) == len(text) else []
        if not spots:
            return ""
        told = [c for c in claims if not any(start <= c.start and c.end <= end for start, end, _ in spots)]
        breaks = [0, *(m.end() for m in _BREAK.finditer(text)), len(text)]
        loose: dict[bool, list[str]] = {True: [], False: []}
        for claim in told:
            row = _bound(claim, spots, breaks, text)
            if row is not None and (wrong := self._misplaced(claim, row, listing)):
                return wrong
            if row is None:
                for after, wrongs in loose.items():
                    beside = _beside(claim, spots, breaks, after)
                    if beside is not None and (wrong := self._misplaced(claim, beside, listing)):
                        wrongs.append(wrong)
        return loose[True][0] if loose[True] and loose[False] else ""

    def _misplaced(self, claim: Claim, row: Row, listing: Listing) -> str:
        """The objection to a figure told of a row, if it is another row's."""
        if any(_is(claim, f) for f in row.figures.values()) or self._is_free(claim):
            return ""
        if isinstance(claim, Number) and isinstance(claim.value, int) and abs(claim.value) < SMALL:
            return ""
        for other in listing.rows:
            for field, figure in other.figures.items():
                if other is not row and field in row.figures and _is(claim, figure):
                    return (
                        ""
                        if self._is_derived(claim)
                        else f"{claim.text!r} is not of {row.names[0]!r} but of another row"
                    )
        return ""

    def _is_among(self, claim: Claim, figures: Iterable[Figure]) -> bool:
        return any(_is(claim, f) for f in figures)

    def _is_free(self, claim: Claim) -> bool:
        return self._is_among(claim, self.free)

    def _is_derived(self, claim: Claim) -> bool:
        return isinstance(claim, Number) and any(derive(r).explains(claim) for r in self.results[-RECENT:])


def _bound(claim: Claim, spots: list[Spot], breaks: list[int], text: str) -> Row | None:
    """The row a figure can only be told of: in brackets or after a colon behind its name, or the only one in its clause."""
    start, end = _clause(claim, breaks)
    before = [s for s in spots if s[1] <= claim.start and s[0] >= start]
    if before and _OPENS.match(text[before[-1][1] : claim.start]):
        return before[-1][2]
    near = {id(s[2]): s[2] for s in spots if start <= s[0] < end}
    return next(iter(near.values())) if len(near) == 1 else None


def _beside(claim: Claim, spots: list[Spot], breaks: list[int], after: bool) -> Row | None:
    """The row named before a figure (`after`), or the one named behind it, within the clause."""
    start, end = _clause(claim, breaks)
    if after:
        before = [s for s in spots if start <= s[0] and s[1] <= claim.start]
        return before[-1][2] if before else None
    behind = [s for s in spots if claim.end <= s[0] < end]
    return behind[0][2] if behind else None


def _clause(claim: Claim, breaks: list[int]) -> tuple[int, int]:
    return max(b for b in breaks if b <= claim.start), min(b for b in breaks if b > claim.start)


def _is(claim: Claim, figure: Figure) -> bool:
    if isinstance(claim, Number):
        return not isinstance(figure, tuple) and same_figure(claim, figure)
    return isinstance(figure, tuple) and any(figure[1:] == day[1:] and day[0] in (0, figure[0]) for day in claim.days)


def _figure(value: Json, column: Column | None) -> Figure | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and value:
        when = moment(value, column)
        if when is not None:
            return when[0]
        return _number(value) if value[0].isdigit() else None
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _find_labels(columns: Mapping[str, Column]) -> frozenset[str]:
    """Labels that leave no doubt which column is meant: several words, or one that is not used for anything."""
    labels = {c.label.lower() for c in columns.values()}
    return frozenset(x for x in labels if len(x) > 3 and x not in _VAGUE)


_labels = Kept(_find_labels)
groups = Kept(groups_of, 2048)
"""The groups of a tool's result, worked out once."""


def _label_before(text: str, start: int, labels: frozenset[str]) -> str:
    """The column's name that a figure directly follows; empty where none does."""
    words = _WORDS.findall(text[max(0, start - 60) : start].lower())
    while words and (words[-1].strip(":=*€$£") in _FILLERS or not words[-1].strip(":=*€$£")):
        words.pop()
    words = [w.strip(":*") for w in words[-4:]]
    for size in range(len(words), 0, -1):
        label = " ".join(words[-size:])
        if label in labels:
            return label
    return ""


def _mentions(text: str, rows: tuple[Row, ...]) -> list[Spot]:
    """Where the rows' names stand in a text, in order; names that several rows share point at none of them."""
    owners: dict[str, Row] = {}
    for row in rows:
        for name in row.names:
            owners[name] = row if owners.get(name, row) is row else NOBODY
    spots = []
    for name, owner in owners.items():
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
                spots.append((at, end, owner))
            at = text.find(name, end)
    return sorted(spots, key=lambda s: (s[0], -s[1]))
