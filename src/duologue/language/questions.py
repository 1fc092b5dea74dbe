"""What an assistant's free text does: what it asks, what it claims, what it lists.

For listeners who have nothing but the words. A text is taken apart into sentences; each is a question or a statement, and each
question is of one kind. No column and no value is known here: what a question is *about* is for the listener, who knows what it could
be. The expressions stand in `questions.yaml`.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import cast

from msgspec import Struct

from duologue.language.grammar import word_file
from duologue.language.spotting import Spotter

LONGEST = 12_000
"""Characters that are listened to; who says more is not heard out."""

_KINDS = ("proceed", "closing", "which", "what", "strong", "weak")
_PARTS = re.compile(
    r"(?<=[.!?…])[\"'”’)*_]*\s+|\n+|\s\|\s|(?<=[a-z0-9)]) [—–-]{1,2} (?=(?:shall|should|is that|ok|do you|would you)\b)"
)
_MARKS = re.compile(r"[*_`#>~]+")
_ITEM = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>[-*•–]|\d{1,3}[.)])[ \t]+(?P<text>\S.*)$", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|(?P<first>[^|\n]+)\|", re.MULTILINE)
_RULE = re.compile(r"[\s:|-]+\Z")
_HEAD = re.compile(r"\s*(?::| [-–—]+ |\(|,|\||\s{3,})")
_START = r"(?:^|[,;:.(—–-]\s*|\b(?:and|so|to|for|in|of|on|at|by|under|tell me|know|confirm|specify|clarify|say|but|or|then|now|ask|share|choose|select|please)\s+)"


class Question(Struct, frozen=True):
    """A sentence that wants an answer, and of which kind.

    proceed (what to do next) · closing (anything else?) · which (of several) · what (a value) · confirm · offer · other.
    """

    kind: str
    text: str


class Heard(Struct, frozen=True):
    """What a text does, sentence by sentence. `items` are the heads of a list's items, in order."""

    questions: tuple[Question, ...] = ()
    claims: bool = False
    """Something is said to have been done."""
    fails: bool = False
    """Something is said not to have worked."""
    missing: bool = False
    """Something was not found."""
    empty: bool = False
    """There is said to be nothing, or none."""
    promises: bool = False
    """Something is announced."""
    states: bool = False
    """It holds a statement that announces nothing."""
    items: tuple[str, ...] = ()

    def of(self, *kinds: str) -> tuple[Question, ...]:
        """Its questions of some kinds."""
        return tuple(q for q in self.questions if q.kind in kinds)


@cache
def _cues(name: str, prefix: str = r"(?<![\w'])") -> Spotter:
    lists = cast(dict[str, list[str]], word_file("questions"))
    return Spotter(lists[name], f"{prefix}(?:{{}})(?!\\w)")


@lru_cache(maxsize=2_048)
def listen(text: str) -> Heard:
    """Take a text apart."""
    text = text[:LONGEST].replace("’", "'")
    questions: list[Question] = []
    said: list[str] = []
    for part in sentences(text):
        kind = _kind(part)
        if kind:
            questions.append(Question(kind, part))
        else:
            said.append(part)
    announced = [bool(_cues("promise").search(s)) for s in said]
    return Heard(
        questions=tuple(questions),
        claims=any(_claims(s) for s in said),
        fails=any(_cues("fails").search(s) for s in said),
        missing=any(_cues("missing").search(s) for s in (*said, *(q.text for q in questions))),
        empty=any(_cues("empty").search(s) for s in said),
        promises=any(announced),
        states=not all(announced),
        items=listing(text),
    )


def unmarked(text: str) -> str:
    """A text without the marks of a markup: its words are those of its sentences."""
    return _MARKS.sub("", text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the marks of a markup."""
    parts = (_MARKS.sub("", p).strip(" \t-•|") for p in _PARTS.split(text) if p)
    return [p for p in parts if any(c.isalnum() for c in p)]


def _kind(sentence: str) -> str:
    """The kind of question a sentence is; empty for a statement."""
    marked = sentence.rstrip(" \"'”)*_.!:😊🙂👍").endswith("?") or "? (" in sentence
    if not marked and not _cues("asks").search(sentence):
        return ""
    for name in _KINDS:
        cues = _cues(name, _START) if name in ("which", "what") else _cues(name)
        if not cues.search(sentence):
            continue
        if name in ("strong", "weak"):
            return _wish(sentence, name)
        return name
    return "what" if not marked or _cues("asks").search(sentence) else "other"


def _wish(sentence: str, name: str) -> str:
    """Whether leave is asked, or more is offered."""
    offered = _cues("more").search(sentence) is not None
    return "offer" if offered and (name == "weak" or not _cues("strong").search(sentence)) else "confirm"


def is_firm(question: Question) -> bool:
    """Leave is asked in so many words ("go ahead", "is that right"), so that it can't be a mere offer."""
    return question.kind == "confirm" and _cues("strong").search(question.text) is not None


def is_more(question: Question) -> bool:
    """Something else, or something besides, is spoken of."""
    return _cues("more").search(question.text) is not None


def _claims(sentence: str) -> bool:
    """A statement that something was done, which nothing before it takes back."""
    found = _cues("done").search(sentence)
    if found is None:
        return False
    before = sentence[: found.start()]
    return _cues("undo").search(re.split(r"[,;:—–]", before)[-1]) is None


def listing(text: str) -> tuple[str, ...]:
    """The heads of the items of the one list a text sets out line by line; none where there are several lists."""
    found = list(_ITEM.finditer(text))
    if found:
        least = min(len(m["indent"].expandtabs(4)) for m in found)
        top = [m for m in found if len(m["indent"].expandtabs(4)) == least]
        numbers = [int(m["mark"][:-1]) for m in top if m["mark"][0].isdigit()]
        if numbers and (len(numbers) < len(top) or numbers != list(range(1, len(top) + 1))):
            return ()
        return _heads([m["text"] for m in top])
    rows = [m["first"] for m in _ROW.finditer(text)]
    rules = [i for i, r in enumerate(rows) if _RULE.match(r)]
    return _heads(rows[rules[0] + 1 :]) if len(rules) == 1 else ()


def _heads(items: Sequence[str]) -> tuple[str, ...]:
    heads = (_HEAD.split(_MARKS.sub("", i).strip(), maxsplit=1)[0].strip(" \"'“”.") for i in items)
    return tuple(heads) if len(items) > 1 else ()
