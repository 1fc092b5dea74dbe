"""Does a user's text say what its acts carry?

A scripted user speaks in words and annotates them with acts, and a scripted partner goes by the acts. An act that carries more than its text says
would let the partner know what nobody told: it would ask about, change and report a row that was never named. So every draft is held
against its acts before it is spoken. A row counts as said by its name or number, or by the words that point back at it ("that order", "the
second one", of a row just told: "there"); a value by any of its writings; what a change without a value is about, by the column's name.
"""

import re
from collections.abc import Iterator

from duologue.errors import StageError
from duologue.language.filters import spoken_flags
from duologue.language.forms import is_assigned
from duologue.language.phrases import Phrases
from duologue.language.reading import Reading, read
from duologue.language.values import is_blank, tells
from duologue.types import Act, Json, Mention, Need

__all__ = ["UnsaidError", "unsaid"]

_OF_ONESELF = re.compile(r"\b(?:I|me|my|mine|myself)\b", re.IGNORECASE)
_CARRIES = frozenset({"request", "follow up", "take up", "inform", "correct", "select"})
_ROWS = frozenset({"compare", "check"})
"""Acts about rows just told; each row in their `rows` is named, each value in `is` said."""
_GOES_BACK = re.compile(r"\b(?:back|undo|undone|restore|revert|reverse|reset)\b")


class UnsaidError(StageError):
    """A draft can't be spoken: there are no words for what is meant, or its words leave out what its acts carry."""

    def __init__(self, what: str) -> None:
        super().__init__("user", "leaves unsaid what it means", what)


def unsaid(text: str, acts: tuple[Act, ...], phrases: Phrases, speaker: Mention | None = None) -> str:
    """The first thing that acts carry and their text does not say; empty where it says everything. `speaker`: the row that the user is."""
    for act in acts:
        if act.kind in _CARRIES:
            found = next(_missing(text, act, phrases, speaker), "")
            if found:
                return found
        elif act.kind in _ROWS:
            heard = _Heard(text, phrases, speaker)
            pairs = [p for row in (*act.values.get("rows", ()), act.values.get("is", {})) for p in row.items()]
            left = next((f"{k} = {v!r}" for k, v in pairs if not heard.value(k, v)), "")
            if left:
                return left
    return ""


def _missing(text: str, act: Act, phrases: Phrases, speaker: Mention | None) -> Iterator[str]:
    heard = _Heard(text, phrases, speaker)
    for key, value in act.values.items():
        if (act.kind in ("inform", "correct") and not heard.value(key.rpartition(":")[0], value)) or (
            act.kind == "select" and not heard.written(value)
        ):
            yield f"{key} = {value!r}"
    if act.need is not None:
        if act.kind == "correct":
            yield from (_which(m, heard) for m in act.need.mentions if not heard.row(m))
        else:
            yield from _of_need(act.need, heard, pointed=act.kind == "follow up")


def _of_need(need: Need, heard: "_Heard", pointed: bool) -> Iterator[str]:
    for mention in need.mentions:
        if not heard.row(mention) and not (
            (pointed or need.amends == "undo") and not mention.by and mention.pick is None
        ):
            yield _which(mention, heard)
    for key, value in need.values.items():
        if not heard.value(key.rpartition(":")[0], value):
            yield f"{key} = {value!r}"
    for bound in (b for b in (need.when, need.among) if b is not None and not heard.value(b.slot, b.value)):
        yield f"{bound.slot} {bound.value!r}"
    if need.amends == "undo":
        if not _GOES_BACK.search(heard.folded):
            yield "that it goes back to what it was"
        return
    meaning = need.meaning
    if meaning.family == "set" and not any(k.endswith(":value") for k in need.values) and not is_assigned(need):
        label = heard.phrases.noun(f"{meaning.table}.{meaning.column}", meaning.table)
        if not meaning.column or label.casefold() not in heard.folded:
            yield "what is to be changed"


def _which(mention: Mention, heard: "_Heard") -> str:
    return f"which {heard.phrases.table(mention.table)[0]} is meant"


class _Heard:
    """A text, read once it is needed."""

    def __init__(self, text: str, phrases: Phrases, speaker: Mention | None) -> None:
        self.speaker = speaker
        self.text, self.phrases, self.folded = text, phrases, text.casefold()
        self._reading: Reading | None = None

    def row(self, mention: Mention) -> bool:
        """Whether a row is named, or pointed at in words."""
        own = self.speaker
        if (
            own is not None
            and mention.table == own.table
            and mention.by in ({}, own.by)
            and _OF_ONESELF.search(self.text)
        ):
            return True
        if mention.by:
            return all(self.value(f"{mention.table}.{k}", v) for k, v in mention.by.items())
        words = self.phrases.row(mention)
        return words.casefold() in self.folded

    def value(self, key: str, value: Json) -> bool:
        """Whether a value of a column is told."""
        if is_blank(value) or self.phrases.value(key, value) in self.text:
            return True
        if any(way in self.text for way in spoken_flags(self.phrases, key, value)):
            return True
        return tells(self._read(), value, self.phrases.slot(key)[2])

    def written(self, value: Json) -> bool:
        """Whether a value is told, whatever its column."""
        return is_blank(value) or str(value) in self.text or tells(self._read(), value) or not isinstance(value, str)

    def _read(self) -> Reading:
        if self._reading is None:
            self._reading = read(self.text)
        return self._reading
