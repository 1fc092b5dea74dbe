"""A person's name in another order, with a title, with a letter between, or part by part.

Only whole names count: a surname alone may be anybody's.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["TITLES", "names_person", "plain"]

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "rev",
        "hon",
        "capt",
        "fr",
        "herr",
        "frau",
        "mme",
        "m",
    ]
)
_AFTERWARDS = frozenset(["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "bsc", "msc", "dds"])
_ACCENTED = re.compile(r"[^\W\x00-\x7f]")
_PART = r"(?:first|last|given|family|middle|sur)[ -]?(?:name)?\s*(?:is|was|:|=)?\s*"


@lru_cache(maxsize=8_192)
def plain(text: str) -> str:
    """Without accents: "José" as "Jose"."""
    if text.isascii() or _ACCENTED.search(text) is None:
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=8_192)
def _words(value: str) -> tuple[str, ...]:
    """The words of a name, folded, without titles; none where the value is no name of a person."""
    words = [w.strip(".,") for w in value.split()]
    if not 2 <= len(words) <= 5 or not all(w and w[0].isupper() and not any(c.isdigit() for c in w) for w in words):
        return ()
    words = [plain(w.casefold().replace("'", " ")) for w in words]
    while len(words) > 2 and words[0] in TITLES:
        words.pop(0)
    while len(words) > 2 and words[-1] in _AFTERWARDS:
        words.pop()
    return () if words[0] in TITLES else tuple(words)


@lru_cache(maxsize=8_192)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """What finds a name in its other forms, in folded text."""
    first, last = re.escape(words[0]), re.escape(words[-1])
    whole = r"\.? ".join(map(re.escape, words))
    given = r"\.? ".join(map(re.escape, words[:-1]))
    options = [
        whole,
        rf"{last}, {given}",
        rf"{_PART}{given}[,;|/]?\s*(?:and )?{_PART}{last}",
        rf"{_PART}{last}[,;|/]?\s*(?:and )?{_PART}{given}",
    ]
    if len(words) == 2:
        options.append(rf"{first} [a-z]\.? {last}")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(options)})(?![\w-])")


def names_person(folded: str, value: str) -> bool:
    """Whether a folded text holds the name in one of its forms."""
    first = value[: value.find(" ")].casefold()
    if first.isascii() and first.isalpha() and first not in folded and first not in TITLES:
        return False  # said of every text that is no name: it has to be fast
    words, said = _words(value), plain(folded)
    for word in words:
        if word not in said:
            return False  # each form has them all
    return bool(words) and _pattern(words).search(said) is not None
