"""Which row does a figure in a sentence stand with? Names found in a text, clauses, and the rows on either side."""

import re
from bisect import bisect_right
from collections.abc import Collection

from duologue.checks.labels import label_before
from duologue.checks.rows import NOBODY, Claim, Row

__all__ = [
    "EVERYDAY",
    "Gap",
    "Spot",
    "apart",
    "bound",
    "breaks_of",
    "clause_of",
    "gaps",
    "is_name",
    "is_tied",
    "mentions",
    "places",
    "short_mentions",
]

Spot = tuple[int, int, Row]
"""Where a row's name begins and ends in a text."""

Gap = tuple[Row | None, list[Claim], Row | None]
"""Figures between two names: the row before them, the figures, the row behind them."""

EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        """all an and any are as at but by can do due fee for get go had has he her him his how if in is it its let may me my new
        no not now of off on one or our out own per see she so sum the to two up us was we who why yes yet you""",
    )
)
# A full stop ends a sentence only behind a word of some length ("K. J. Choi" and "Mr. Smith" are no ends).
_BREAK = re.compile(r"[\n;.!?](?:(?<=[\n;])|(?<=[^\W_A-Z][^\W_A-Z].|.[\d)%”\"].) (?=[A-Z]))")
_OPENS = re.compile(r"\s*[:(][^()]*\Z")
_ALONE = re.compile(r"(?: (?!more|less|fewer|higher|lower|of\b|than|percent)[^\W\d_]+){0,3}\)")
_ENDS_LINE = re.compile(r"[*. ]*(?:\n|\Z)")


def places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands in a text as whole words."""
    out = []
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum() and not _in_figure(text, at, end):
            out.append((at, end))
        at = text.find(name, end)
    return out


def apart(names: Collection[str], text: str) -> list[str]:
    """The names that stand in a text (in lower case) other than as a part of a longer one of them."""
    found = {name: places(text, name) for name in names}
    spans = [span for stands in found.values() for span in stands]

    def is_own(at: tuple[int, int]) -> bool:
        return not any(s <= at[0] and at[1] <= e and e - s > at[1] - at[0] for s, e in spans)

    return [name for name, stands in found.items() if any(map(is_own, stands))]


def _in_figure(text: str, at: int, end: int) -> bool:
    """A name that is a number stands within a longer figure: no "158" is named in "226,109,158"."""
    before, behind = text[max(0, at - 2) : at], text[end : end + 2]
    led = text[at].isdigit() and before[-1:] in (",", ".") and before[:1].isdigit()
    return led or (text[end - 1].isdigit() and behind[:1] in (",", ".") and behind[1:].isdigit())


def mentions(text: str, rows: tuple[Row, ...], known: Collection[str]) -> list[Spot]:
    """Where the names of some rows stand in a text (in lower case), in order.

    A name that several rows share points at nobody, and so does one that is part of a longer known name standing there.
    """
    owners: dict[str, Row] = {}
    for row in rows:
        for name in row.names:
            owners[name] = row if owners.get(name, row) is row else NOBODY
    found = {name: stands for name in owners if name in text and (stands := places(text, name))}
    if not any(owners[name] is not NOBODY for name in found):
        return []
    spots: list[Spot] = [(start, end, owners[name]) for name, stands in found.items() for start, end in stands]
    wider = [k for k in known if k in text and k not in owners and any(name in k for name in found)]
    spots += [(start, end, NOBODY) for k in wider for start, end in places(text, k)]
    return sorted((s for s in spots if not _is_inside(s, spots)), key=lambda s: s[:2])


def is_name(short: str) -> bool:
    """Whether a short name is written as names are, so that it can be told from other words."""
    return len(short) > 1 and short.isalpha() and short[0].isupper()


def short_mentions(text: str, rows: tuple[Row, ...], others: list[Spot]) -> list[Spot]:
    """Where rows are called by names of two or three letters ("Bo", "Al"): written as names are, and, where the name is an everyday
    word too, not at the beginning of a sentence. A name that several rows share is left out."""
    owners: dict[str, Row | None] = {}
    for row in rows:
        for name in row.short:
            if is_name(name):
                owners[name] = row if owners.get(name, row) is row else None
    spots = []
    for name, owner in owners.items():
        for start, end in places(text, name):
            opens = not text[:start].rstrip(' *_"“(') or text[:start].rstrip(' *_"“(')[-1] in ".!?:\n"
            if owner is not None and not (opens and name.lower() in EVERYDAY):
                spots.append((start, end, owner))
    return [s for s in spots if not _is_inside(s, [*others, *spots])]


def _is_inside(spot: Spot, spots: list[Spot]) -> bool:
    start, end, _ = spot
    return any(s <= start and end <= e and e - s > end - start for s, e, _ in spots)


def breaks_of(text: str, spots: list[Spot]) -> list[int]:
    """Where clauses begin and end: sentences, lines, semicolons, but not inside a name."""
    ends = [m.end() for m in _BREAK.finditer(text)]
    return [0, *(e for e in ends if not any(start < e < end for start, end, _ in spots)), len(text)]


def clause_of(claim: Claim, breaks: list[int]) -> tuple[int, int]:
    """Where the clause of a figure begins and ends."""
    at = bisect_right(breaks, claim.start)
    return breaks[at - 1], breaks[at]


def bound(claim: Claim, spots: list[Spot], breaks: list[int], text: str) -> Row | None:
    """The row a figure can only be told of: in brackets or after a colon behind its name, or the only one in its clause."""
    start, end = clause_of(claim, breaks)
    before = [s for s in spots if s[1] <= claim.start and s[0] >= start]
    if before and _OPENS.match(text[before[-1][1] : claim.start]):
        return before[-1][2]
    within = [s for s in spots if start <= s[0] < end]
    named = {id(s[2]) for s in within if s[2] is not NOBODY}
    if len(named) == 1 and within[0][2] is not NOBODY and text[within[0][1] : within[0][1] + 1] == ":":
        return within[0][2]  # an item of a list, whatever else it names
    near = {id(s[2]): s[2] for s in within}
    return next(iter(near.values())) if len(near) == 1 else None


def is_tied(claim: Claim, row: Row, text: str, labels: frozenset[str]) -> bool:
    """It stands right behind the row's name, in brackets or as all that a line says of it: "Canada (2)", "Canada (2 lakes)",
    "Canada (lakes 2, …)", "Canada: £2"."""
    before = text[: claim.start].lower().rstrip(" *")
    if before.endswith(":"):
        opens = before.rpartition("\n")[2].lstrip(' -•*"')
        alone = _ENDS_LINE.match(text, claim.end) is not None and opens[:-1].rstrip(' *"') in row.names
    elif before.endswith("("):
        alone = _ALONE.match(text, claim.end) is not None
    else:
        before = before.removesuffix(label_before(before, len(before), labels)).rstrip()
        alone = before.endswith("(")
    return alone and any(before[:-1].rstrip(' *"').endswith(name) for name in row.names)


def gaps(claims: list[Claim], spots: list[Spot], breaks: list[int]) -> list[Gap]:
    """The figures behind each name, up to the next name of another row in the clause; those before the first name are left
    out, since they may be of anything."""
    out: list[Gap] = []
    for n, (_, end, row) in enumerate(spots):
        clause_end = min(b for b in breaks if b > end or b == breaks[-1])
        following = next((s for s in spots[n + 1 :] if s[0] < clause_end), None)
        until = following[0] if following is not None else clause_end
        between = [c for c in claims if end <= c.start < until]
        if between:
            out.append((row, between, following[2] if following is not None else None))
    return out
