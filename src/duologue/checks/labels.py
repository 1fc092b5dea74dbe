"""Under which column's name is a figure told? By the words right before it ("unit price 20.70"), or behind it ("20.70 as the unit price")."""

import re

from duologue.checks.rows import Claim

__all__ = ["label_before", "label_behind", "starts", "word_before"]

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
        "given",
        "as",
        "recorded",
        "listed",
        ":",
        "=",
    ]
)
_AS_THE = re.compile(r"[*\s]{1,3}(?:as|for) (?:the|its|their) ")
_WORDS = re.compile(r"[^\s(),;“”\"]+")
_APART = re.compile(r"[,;]\s")
"""Between a name and a figure that is not of it: "0 units on order, 53 units in stock"."""


def starts(text: str, phrase: str) -> bool:
    """Whether a text starts with a phrase as whole words."""
    return text.startswith(phrase) and not text[len(phrase) : len(phrase) + 1].isalnum()


def word_before(text: str, claim: Claim) -> str:
    """The word before a figure; empty where there is none."""
    words = text[max(0, claim.start - 30) : claim.start].split()
    return words[-1].lower() if words else ""


def label_behind(text: str, end: int, labels: frozenset[str]) -> str:
    """The column's name that a figure is told as: "10,104 as the capacity"; empty where there is none."""
    found = _AS_THE.match(text, end)
    if found is None:
        return ""
    return max((x for x in labels if starts(text[found.end() :], x)), key=len, default="")


def label_before(text: str, start: int, labels: frozenset[str]) -> str:
    """The column's name that a figure directly follows; empty where none does."""
    words = _WORDS.findall(_APART.split(text[max(0, start - 60) : start])[-1])
    while words and (words[-1].strip(":=*€$£") in _FILLERS or not words[-1].strip(":=*€$£")):
        words.pop()
    words = [w.strip(":*") for w in words[-4:]]
    for size in range(len(words), 0, -1):
        label = " ".join(words[-size:])
        if label in labels:
            return label
    return ""
