"""Is each thing called what the records call it? States, kinds, and yes or no, told by the name of their field.

"The status is delayed" of a record that is cancelled has a source somewhere, and is wrong. What directly follows a column's name in a
statement, and is one of the words that column holds, must have been returned or passed for it by the calls that the text reports: for the
row it is told of where a list is told row by row. Questions are left alone, and so are words the user brought.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from duologue.checks.placing import Spot, bound, breaks_of, mentions, places, short_mentions
from duologue.checks.rows import NOBODY, Listing, Row, Seen
from duologue.language.reading import DateSaid, fold, has_phrase
from duologue.plans.trace import Executed

__all__ = ["miscalled"]

_FILLERS = re.compile(
    r"(?: flag)?(?: (?:of|for) [^.,;:?!()\n]{1,40}?(?: is| are|:))?"
    r"(?:[ :=*\"“'(]| is| are| now| currently| still| actually| set to| marked as| reads| it says| says| shows)*[ :=*\"“'(]\Z"
)
"""What may stand between a column's name and what it is said to be: "status of job 5110: ", "status is now "."""
_LONGEST = 60
_TOLD = re.compile(r" \(([^()\n]{2,200})\)|:[ *]+([^\n;]{2,200})")
"""What is told of a row behind its name: in brackets, or to the end of its line."""
_AS_THE = re.compile(r"[\"”'*]? (?:down )?(?:as|for) (?:the|its|their)[ *]+\Z")
_SENTENCE = re.compile(r"[.!?](?=\s|\Z)|\n")


def miscalled(
    text: str, seen: Seen, block: Sequence[Executed], listings: Sequence[Listing], heard: Callable[[], str]
) -> str:
    """The first word told of the wrong field or row; empty where there is none. `heard` gives what the user said, folded."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return ""
    fresh: dict[str, set[str]] = {}
    for call in block:
        for label, words in seen.words.get(call.turn, {}).items():
            fresh.setdefault(label, set()).update(words)
    claims = [c for label in fresh for c in _claims(lowered, label, seen) if not _is_cut(lowered, c[1], fresh[label])]
    if not claims and not (listings and ("(" in text or ":" in text)):
        return ""
    spots = [s for x in listings for s in mentions(lowered, x.rows, seen.by_name)]
    spots = sorted([*spots, *(s for x in listings for s in short_mentions(text, x.rows, spots))], key=lambda s: s[:2])
    labelled = [span for label in fresh for span in places(lowered, label)]
    spots = [
        s for s in spots if not any(a <= s[0] and s[1] <= b for a, b in labelled)
    ]  # no row "option" in "package option"
    breaks = breaks_of(text, spots) if claims else []
    for label, said in claims:
        if said.text not in ("yes", "no") and has_phrase(heard(), said.text):
            continue
        others = [s for s in spots if not (s[0] <= said.start and said.end <= s[1])]
        row = bound(said, others, breaks, text) if others else None
        by = {lowered[a:b] for a, b, r in others if r is row}
        if _is_a_name(said.text, label, (row, by), listings):
            continue
        if row is not None and row is not NOBODY and label in row.words:
            wrong = said.text != row.words[label] and not _is_anothers(said.text, label, by, seen)
        else:
            wrong = said.text not in fresh[label] and not _is_elsewhere(lowered, said, label, seen)
        if wrong:
            return f"{said.text!r} was never returned as {label}" + (
                f" of {row.names[0]!r}" if row and row.names else ""
            )
    return _aside(text, spots, seen, heard) if block else ""


def _is_anothers(word: str, label: str, by: set[str], seen: Seen) -> bool:
    """Another row that goes by the same name, or names, is called so."""
    return any(r.words.get(label) == word for name in by for r in seen.by_name.get(name, ()) if by <= {*r.names})


def _is_a_name(word: str, label: str, bound_to: tuple[Row | None, set[str]], listings: Sequence[Listing]) -> bool:
    """Whether the word is what a row that has it goes by: that and nothing else, or where the row it would belong to is named by its own word
    of that field only. `bound_to`: that row, and how the text names it."""
    row, by = bound_to
    having = [r for x in listings for r in x.rows if r.words.get(label) == word]
    if any({*r.names} <= {word} for r in having):
        return True
    named = row is not None and row is not NOBODY and by == {row.words.get(label, "")}
    return named and any(word in r.names for r in having)


def _aside(text: str, spots: Sequence[Spot], seen: Seen, heard: Callable[[], str]) -> str:
    """A word behind a row's name that is another of the kind that the row has, told without its field's name: "Piano Duets (waiting list)",
    "- Piano Duets: 3 March, ended"."""
    lowered = text.lower()
    for _, end, row in spots:
        others = (s for s, e, r in spots if s >= end and r is not row and (r is NOBODY or lowered[s:e] in r.identity))
        behind = min(others, default=len(text))
        found = _TOLD.match(text, end, behind) if row is not NOBODY else None
        for piece in (found[1] or found[2]).split(",") if found is not None else ():
            said = fold(piece).strip(" .*")
            labels = [label for label in row.words if said in seen.stock[label]]
            own = set(row.words.values())
            if len(labels) == 1 and said not in own and said not in ("yes", "no") and not has_phrase(heard(), said):
                return f"{said!r} was never returned as {labels[0]} of {(row.names or row.short)[0]!r}"
    return ""


def _claims(text: str, label: str, seen: Seen) -> Iterator[tuple[str, DateSaid]]:
    """What a text says a field is: the label, where it is not the end of another one ("ship city"), and the word of its stock that follows."""
    if label not in text:
        return
    stock = seen.stock[label]
    longer = tuple(x for x in seen.labels if x.endswith(f" {label}"))
    for start, end in places(text, label):
        if longer and text.endswith(longer, 0, end):
            continue
        if (lead := _AS_THE.search(text, max(0, start - 20), start)) is not None:
            said = next((w for w in sorted(stock, key=len, reverse=True) if _ends_with(text, lead.start(), w)), "")
            if said:
                yield label, DateSaid((), lead.start() - len(said), lead.start(), said)
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


def _is_cut(text: str, said: DateSaid, words: set[str]) -> bool:
    """The word opens a longer one that was returned: "natural" of "natural check"."""
    return any(w != said.text and text.startswith(w, said.start) for w in words)


def _ends_with(text: str, end: int, word: str) -> bool:
    """A word stands right before a place, as a whole."""
    return text.endswith(word, 0, end) and not text[: end - len(word)][-1:].isalnum()


def _is_elsewhere(text: str, said: DateSaid, label: str, seen: Seen) -> bool:
    """The sentence names a row from elsewhere that is called so."""
    starts = [m.end() for m in _SENTENCE.finditer(text, 0, said.start)]
    stop = _SENTENCE.search(text, said.end)
    sentence = text[starts[-1] if starts else 0 : stop.start() if stop else len(text)]
    rows: Iterator[Row] = (r for name, rows in seen.by_name.items() if places(sentence, name) for r in rows)
    return any(r.words.get(label) == said.text for r in rows)
