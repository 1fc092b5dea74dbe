"""What a rewording may not bring in, whatever the message does.

Three things that no comparison of values sees. A **negation** more or less turns the truth over, so there must be as many as there
were. A **name** that stands nowhere in the conversation is made up. And a **sentence** that carries no value of the original's is one
too many, unless it is a pleasantry, takes the place of such a sentence, or says again what was said (a request may be led up to).
Rude words are refused by a short list of the obvious; no list is complete, and the bound on sentences holds what it misses.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import cast

from duologue.language.grammar import word_file
from duologue.language.questions import sentences
from duologue.language.reading import fold

_CAPITAL = re.compile(r"(?<![\w'’-])[^\W\d_a-zß-ÿ]\w+(?:['’-]\w+)*")
_OPENERS = ".!?:;…\n"
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof)\.\s*\Z")
_ASKS = frozenset(["request", "follow up"])
"""Acts that may be led up to with a sentence about what is asked."""


def rude(old: str, new: str) -> str:
    """A rude word that the original does not have."""
    had = {fold(m[0]) for m in _list("rude").finditer(old)}
    return next((f"{m[0]!r} is rude" for m in _list("rude").finditer(new) if fold(m[0]) not in had), "")


def negated(old: str, new: str, doubts: bool = False) -> str:
    """Whether one of the texts denies more often than the other. What is doubted may be doubted in a negative question."""
    before, after = (_negations(t, doubts) for t in (old, new))
    if len(before) == len(after):
        return ""
    if len(after) > len(before):
        return f"{after[-1]!r} changes the sense (not): it is denied {len(after)} times, in the original {len(before)}"
    return f"{before[-1]!r} is missing: it is denied {len(after)} times, in the original {len(before)}"


def _negations(text: str, doubts: bool) -> list[str]:
    if doubts:
        text = "\n".join(s for s in sentences(text) if not s.endswith("?"))
    plain = re.sub(r"\bneither\b(?=[^.!?]*\bnor\b)", "", _list("idioms").sub(" ", text.replace("’", "'")), flags=re.I)
    return [m[0] for m in _list("denials").finditer(plain)]


def invented(text: str, known: Collection[str]) -> str:
    """A capitalised word within a sentence that is none of the known ones (folded words)."""
    for found in _CAPITAL.finditer(text):
        if _opens(text, found.start()) or _list("pleasantries").fullmatch(found[0]):
            continue
        word = re.sub(r"['’]\w*\Z", "", found[0])
        if not all(_known(part, known) for part in re.findall(r"\w+", fold(word))):
            return f"{found[0]!r} is nowhere in the conversation"
    return ""


def _opens(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \"“”'‘’(*-–—•")
    return not before or (before[-1] in _OPENERS and _TITLED.search(text[:at]) is None)


def _known(word: str, known: Collection[str]) -> bool:
    return word in known or word.removesuffix("s") in known or f"{word}s" in known


def words_of(text: str) -> set[str]:
    """The words of a text, folded."""
    return set(re.findall(r"\w+", fold(text)))


def added(
    old: str, new: str, acts: Collection[str], carries: Callable[[str], bool], does: Iterable[re.Pattern[str]] = ()
) -> str:
    """A sentence more than the original's that carries nothing of it. One with none of its words may only stand for one that went.

    `carries` says whether one holds a value; one that any of `does` finds is no more than what the message is for.
    """
    had, has = ([s for s in sentences(t) if not carries(s)] for t in (old, new))
    does = (*does,)
    kind_had, kind_has = (
        [s for s in group if _pleasant(s) or any(d.search(s.strip(" .!?")) for d in does)] for group in (had, has)
    )
    freed = max(0, len(kind_had) - len(kind_has))
    bare, bare_had = [s for s in has if s not in kind_has], [s for s in had if s not in kind_had]
    foreign = [s for s in bare if not _content(s) & _content(old) and s not in had]
    gone = [s for s in bare_had if not _content(s) & _content(new) and s not in has]
    if len(foreign) > len(gone) + freed:
        return f"{foreign[-1][:80]!r} is not in the original"
    room = len(bare_had) + freed
    extra = len(acts) if _ASKS & set(acts) else max(0, len(acts) - 1)
    return f"{bare[-1][:80]!r} is a sentence too many" if len(bare) > room + extra else ""


def _pleasant(sentence: str) -> bool:
    return _list("pleasantries").fullmatch(sentence.strip(" .!,;:")) is not None


def _content(text: str) -> set[str]:
    """The stems of its longer words."""
    return {w[:5] for w in words_of(text) if len(w) > 3 and not _list("empty").fullmatch(w)}


@cache
def _list(name: str) -> re.Pattern[str]:
    words = word_file("senses")
    body = cast(dict[str, str], words["strict"])["not"] if name == "denials" else cast(str, words[name])
    if name == "pleasantries":
        return re.compile(rf"(?:(?:{body})(?:[\s,.!;:–—-]+|\Z))+", re.IGNORECASE)
    return re.compile(rf"(?<![\w'])(?:{body})(?![\w'])", re.IGNORECASE)
