"""Slips of a model that plays a part: its instructions, its own plumbing or its partner's words in what it says.

Pure questions about a text. What is asked is whether the text could have been said by the one whose part is played; whether it
is true or wise is for the checks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from duologue.language.marks import MARKS
from duologue.language.reading import fold
from duologue.language.values import clean

__all__ = ["Sentences", "plumbing", "quoted", "sentences", "tidy", "written_call"]

_TOKENS = re.compile(
    r"<\|[^|>\n]{1,40}\|>|</?(?:think|tool_call|tool_response|function_call|im_start|im_end|note)>|\[/?(?:INST|TOOL_CALLS)\]"
    r"|\bto=functions\.|assistant(?:analysis|commentary|final)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?;])\s+")
_SECTION = "\n\n# "
"""Where a section of a page begins."""
_LEAST_WORDS = 8
"""A sentence with fewer words is said by chance too."""


def tidy(text: str) -> str:
    """The text as it can be shown anywhere, line by line: no control characters, no blanks around it."""
    if text.isprintable():  # a single line, as nearly always
        return text.strip()
    lines = (line.rstrip() if line.isprintable() else clean(line) for line in text.strip().splitlines())
    return "\n".join(lines)


def plumbing(text: str) -> str:
    """The first mark of a chat template or a channel in a text; empty where there is none."""
    # One of these is part of every such mark, whatever its case (beyond ASCII, case has other rules).
    if text.isascii() and not ("<" in text or "[" in text or "=" in text or "assistant" in text.lower()):
        return ""
    found = _TOKENS.search(text) or MARKS.search(text)
    return found[0] if found is not None else ""


def written_call(text: str, tools: Iterable[str]) -> str:
    """The tool that a text calls in writing ("find_orders(…", {"name": "find_orders" …) instead of calling it; empty for none."""
    if "(" not in text and "{" not in text:
        return ""
    for name in tools:
        if re.search(
            rf"(?<![\w.]){re.escape(name)}\((?:\)|\s*[\"'{{]|\s*\w+\s*[=:])|\"{re.escape(name)}\"\s*[,}}]", text
        ):
            return name
    return ""


class Section(NamedTuple):
    """The longer sentences beneath one heading of a page, folded."""

    marks: frozenset[str]
    """A word of each: who repeats the sentence says that word, too, and hardly anybody else does."""
    marked: Mapping[str, Sequence[str]]
    """The sentences by their marks."""


Sentences = tuple[Section, ...]
"""The longer sentences of a page."""


def sentences(text: str) -> Sentences:
    """The longer sentences of instructions, to be found again in what is said."""
    return tuple([found for section in text.split(_SECTION) if (found := _of_section(section)).marks])


@lru_cache(maxsize=256)
def _of_section(section: str) -> Section:
    """Those beneath one heading. No two conversations have the same page, but most sections of their pages are the same."""
    found: dict[str, list[str]] = {}
    for mark, sentence in chain.from_iterable(map(_of_part, section.split("\n\n"))):
        found.setdefault(mark, []).append(sentence)
    return Section(frozenset(found), found)


@lru_cache(maxsize=4096)
def _of_part(part: str) -> tuple[tuple[str, str], ...]:
    """Those of one paragraph, each behind its mark; nearly all paragraphs are the same even in the other sections."""
    plain = (fold(s.strip().lstrip("-#* ")) for line in part.split("\n") for s in _ENDS.split(line))
    return tuple([_marked(s) for s in plain if s.count(" ") >= _LEAST_WORDS - 1])


def _marked(sentence: str) -> tuple[str, str]:
    """A sentence behind the longest of its inner words, which nothing beside the sentence can be a part of."""
    return max(sentence.split(" ")[1:-1], key=len), sentence


def quoted(text: str, page: Sentences) -> list[str]:
    """The sentences of a page (as `sentences` gives them) that a text repeats word for word."""
    folded = fold(text)
    if folded.count(" ") < _LEAST_WORDS - 1:
        return []
    words = frozenset(folded.split(" "))
    near = [section for section in page if not section.marks.isdisjoint(words)]
    if not near:
        return []
    return sorted({s for marks, marked in near for word in marks & words for s in marked[word] if s in folded})
