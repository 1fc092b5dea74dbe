"""Words become identifiers: ASCII, never starting with a digit, in one of two cases."""

import re
import unicodedata

_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPECIAL = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "þ": "th", "ð": "d"}
)
LONGEST = 64


def ascii_words(text: str) -> tuple[str, ...]:
    """The words of a label or name, lower case and in ASCII: accents go, letters without a counterpart are dropped."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL).replace("'", "")).encode("ascii", "ignore").decode()
    return tuple(w.lower() for w in _WORD.findall(_HUMP.sub(" ", plain)))


def squeezed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without immediate repetitions ("total total amount")."""
    return tuple(w for i, w in enumerate(words) if i == 0 or w != words[i - 1])


def identifier(words: tuple[str, ...], naming: str) -> str:
    """The words as one identifier: camel case for `camel`, else snake case. At most 64 characters."""
    words = squeezed(words) or ("value",)
    if words[0][0].isdigit():
        words = ("n" + words[0], *words[1:])
    while len(words) > 2 and len("_".join(words)) > LONGEST:
        words = words[:-1]
    if naming == "camel":
        return (words[0] + "".join(w.capitalize() for w in words[1:]))[:LONGEST]
    return "_".join(words)[:LONGEST]


def distinct(name: str, taken: set[str]) -> str:
    """The name, or the name with a number where it is taken (in any case); and it is taken from now on."""
    out, n = name, 2
    while out.lower() in taken:
        suffix = f"_{n}"
        out, n = name[: LONGEST - len(suffix)] + suffix, n + 1
    taken.add(out.lower())
    return out


def article(noun: str) -> str:
    """ "a" or "an", by how the noun most likely sounds."""
    low = noun.lower()
    if low.startswith(("uni", "use", "usa", "eur", "one", "ut")) or not low:
        return "a"
    return "an" if low[0] in "aeiou" or low.startswith(("hour", "honest", "heir")) else "a"
