"""Is each thing called what the records call it? States, kinds, and yes or no, told by the name of their field.

"The status is delayed" of a record that is cancelled has a source somewhere, and is wrong. What directly follows a column's name in a
statement, and is one of the words that column holds, must have been returned or passed for it by the calls that the text reports: for the
row it is told of where a list is told row by row. Questions are left alone, and so are words the user brought.
"""

import re
from collections.abc import Iterator, Sequence

from duologue.checks.placing import Spot, bound, breaks_of, mentions, places, short_mentions
from duologue.checks.rows import NOBODY, Listing, Row, Seen
from duologue.language.reading import DateSaid, fold, has_phrase
from duologue.plans.trace import Executed

__all__ = ["miscalled"]

_FILLERS = re.compile(
    r"(?: flag)?(?:[ :=*\"“'(]| is| are| now| currently| set to| marked as| reads| says| shows)*[ :=*\"“'(]\Z"
)
_LONGEST = 24
_BRACKETS = re.compile(r" \(([^\W\d_][^()\n,;]{1,23})\)")
_SENTENCE = re.compile(r"[.!?](?=\s|\Z)|\n")


def miscalled(text: str, seen: Seen, block: Sequence[Executed], listings: Sequence[Listing], heard: str) -> str:
    """The first word told of the wrong field or row; empty where there is none. `heard` is what the user said, folded."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return ""
    fresh: dict[str, set[str]] = {}
    for call in block:
        for label, words in seen.words.get(call.turn, {}).items():
            fresh.setdefault(label, set()).update(words)
    claims = [c for label in fresh for c in _claims(lowered, label, seen)]
    if not claims and "(" not in text:
        return ""
    spots = [s for x in listings for s in mentions(lowered, x.rows, seen.by_name)]
    spots = sorted([*spots, *(s for x in listings for s in short_mentions(text, x.rows, spots))], key=lambda s: s[:2])
    labelled = [span for label in fresh for span in places(lowered, label)]
    spots = [
        s for s in spots if not any(a <= s[0] and s[1] <= b for a, b in labelled)
    ]  # no row "option" in "package option"
    breaks = breaks_of(text, spots)
    for label, said in claims:
        if said.text not in ("yes", "no") and has_phrase(heard, said.text):
            continue
        row = bound(said, spots, breaks, text) if spots else None
        if any(not r.names and r.words.get(label) == said.text for x in listings for r in x.rows):
            continue  # the word is all that the row goes by
        if row is not None and row is not NOBODY and label in row.words:
            wrong = said.text != row.words[label]
        else:
            wrong = said.text not in fresh[label] and not _is_elsewhere(lowered, said, label, seen)
        if wrong:
            return f"{said.text!r} was never returned as {label}" + (
                f" of {row.names[0]!r}" if row and row.names else ""
            )
    return _aside(text, spots, seen, heard) if block else ""


def _aside(text: str, spots: Sequence[Spot], seen: Seen, heard: str) -> str:
    """A word alone in brackets behind a row's name that is another of the kind that the row has: "Piano Duets (waiting list)"."""
    for _, end, row in spots:
        found = _BRACKETS.match(text, end)
        said = fold(found[1]) if found is not None else ""
        labels = [label for label in row.words if said in seen.stock[label]]
        if len(labels) == 1 and row.words[labels[0]] != said and not has_phrase(heard, said):
            return f"{said!r} was never returned as {labels[0]} of {(row.names or row.short)[0]!r}"
    return ""


def _claims(text: str, label: str, seen: Seen) -> Iterator[tuple[str, DateSaid]]:
    """What a text says a field is: the label, where it is not the end of another one ("ship city"), and the word of its stock that follows."""
    stock = seen.stock[label]
    longer = tuple(x for x in seen.labels if x.endswith(f" {label}"))
    for _, end in places(text, label):
        if longer and text.endswith(longer, 0, end):
            continue
        ahead = text[end : end + _LONGEST + max(map(len, stock), default=0)]
        for word in sorted(stock, key=len, reverse=True):
            at = ahead.find(word)
            if at < 1 or not _FILLERS.match(ahead[:at]) or ahead[at + len(word) : at + len(word) + 1].isalnum():
                continue
            stop = _SENTENCE.search(text, end + at)
            if stop is None or stop[0] != "?":
                yield label, DateSaid((), end + at, end + at + len(word), word)
            break


def _is_elsewhere(text: str, said: DateSaid, label: str, seen: Seen) -> bool:
    """The sentence names a row from elsewhere that is called so."""
    starts = [m.end() for m in _SENTENCE.finditer(text, 0, said.start)]
    stop = _SENTENCE.search(text, said.end)
    sentence = text[starts[-1] if starts else 0 : stop.start() if stop else len(text)]
    rows: Iterator[Row] = (r for name, rows in seen.by_name.items() if places(sentence, name) for r in rows)
    return any(r.words.get(label) == said.text for r in rows)
