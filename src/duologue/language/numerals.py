"""Numbers that are not written in plain figures: in words, in groups set apart by blanks, below zero by their surroundings.

What is said softly claims nothing, and still tells: "a dozen", "once", "zero", an ordinal. Such figures are looked for only by who has a
value at hand and asks whether it was told.
"""

import re
from functools import lru_cache

from duologue.language.spotting import Spotter

__all__ = ["below_zero", "european", "grouped", "softly", "word_numbers"]

_ONES = "one two three four five six seven eight nine".split()  # noqa: SIM905 (a list of words reads as one)
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
VALUES = (
    {w: n for n, w in enumerate([*_ONES, *_TEENS], 1)}
    | {w: 10 * n for n, w in enumerate(_TENS, 2)}
    | {"hundred": 100, "thousand": 1_000}
)


def _either(words: list[str]) -> str:
    """Any of some words, its first letter large or small."""
    return "(?:" + "|".join(f"[{w[0].upper()}{w[0]}]{w[1:]}" for w in sorted(words, key=len, reverse=True)) + ")"


_SMALL = rf"(?:{_either(_TENS)}(?:[ -]{_either(_ONES)})?|{_either([*_TEENS, *_ONES])})"
_UP_TO_999 = rf"(?:{_either(_ONES)}[ -]hundred(?:(?: and)?[ -]{_SMALL})?|{_SMALL})"
_STARTS = r"\b(?=[Oo]n|[Tt][whe]|[Ff][oi]|[Ss][ie]|[Ee][il]|[Nn]i)(?<!-)"  # all that most words are asked
_IN_WORDS = re.compile(rf"{_STARTS}{_UP_TO_999}(?:[ -]thousand,?(?: and)?[ -]{_UP_TO_999})?(?![\w-])")
_WORD = re.compile(r"[a-z]+")


def word_numbers(text: str) -> list[tuple[int, int, int]]:
    """Numbers written out, as (value, start, end): "three", "twenty-one", "two thousand and five". Not "two thousand", in which
    the last word scales what stands before it, as it does in "2 thousand"."""
    return [(_value(found[0].lower()), found.start(), found.end()) for found in _IN_WORDS.finditer(text)]


def _value(words: str) -> int:
    total = part = 0
    for word in _WORD.findall(words):
        if word == "thousand":
            total, part = total + 1_000 * part, 0
        elif word == "hundred":
            part *= 100
        elif word != "and":
            part += VALUES[word]
    return total + part


# ── Groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_SIGN = r"(?:[$£€¥₹]|(?:US|A|C)\$|EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|kr|zł|Kč|Ft|%)"
_SPACED = r"(?<![\d.,'])\d{1,3}(?: \d{3})+(?!\d)"
_HARD = re.compile("(?<=\\d)[\u00a0\u202f\u2009](?=\\d{3}(?!\\d))")
_SURE = re.compile(
    rf"{_SPACED},\d\d?(?!\d)|(?<!\w){_SIGN} ?{_SPACED}(?:[.,]\d\d?)?(?!\d)|{_SPACED}(?:[.,]\d\d?)? ?{_SIGN}(?!\w)"
)
_ANY = re.compile(_SPACED)
_WHOLE = re.compile(rf"{_SPACED}(?![.,]\d)")
_APART = re.compile(r"\d \d{3}")  # what `_SURE` can't do without, and most texts lack
_CUT = re.compile(r",(?:\d\d?(?!\d)|(?<=\.\d\d\d,)\d)")  # what `_COMMA` can't do without
_COMMA = re.compile(
    rf"(?<![\d.,])\d{{1,3}}(?:\.\d{{3}})+,\d|(?<![\d.,])\d+,\d\d?(?= ?{_SIGN}(?!\w)|(?<=,\d\d)(?![\d,]))"
)


def grouped(text: str) -> str:
    """The text with digits that are set in groups of three by blanks joined by apostrophes, where its style leaves no doubt: a hard
    blank, a decimal comma or a currency beside one such number speaks for all. Nothing moves."""
    text = text if text.isascii() else _HARD.sub("'", text)
    if not _APART.search(text) or not _SURE.search(text):
        return text
    return _ANY.sub(lambda found: found[0].replace(" ", "'"), text)


def european(text: str) -> bool:
    """Whether a text writes decimals with a comma, so that a full stop in it sets thousands apart."""
    return _CUT.search(text) is not None and _COMMA.search(text) is not None


# ── Below zero ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_BELOW = re.compile(
    r"\b(?:minus|negative|loss(?:es)? of|lost|deficit of|short by|overdrawn by|in the red by|debit of|owes?|owing|down(?: by)?|"
    r"fell by|dropped by|decreas\w+ (?:of|by)|below zero by|shortfall of)(?: about| exactly| only)?\s[$£€¥₹]?\Z",
    re.I,
)
_BELOW_AFTER = re.compile(r"\s?(?:[A-Z]{3} |\w{1,9} )?(?:below zero|in the red|overdrawn|short|less)\b", re.I)


def below_zero(text: str, start: int, end: int) -> bool:
    """Whether a plain figure is said to lie below zero: "(1,234.50)" as accountants write it, "minus 5", "a loss of 5"."""
    left = start - 1 if text[start - 1 : start] not in "$£€¥₹" or start == 0 else start - 2
    figure = text[start:end]
    if left >= 0 and text[left] == "(" and text[end : end + 1] == ")":
        return any(c in figure for c in ".,$£€¥₹") or left < start - 1
    return _BELOW.search(text, max(0, start - 40), start) is not None or _BELOW_AFTER.match(text, end) is not None


# ── Softly ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_SOFT = {
    "zero": 0, "nought": 0, "nil": 0, "once": 1, "twice": 2, "thrice": 3, "half a dozen": 6, "a dozen": 12, "one dozen": 12,
    "two dozen": 24, "three dozen": 36, "a hundred": 100, "a thousand": 1_000, "a million": 1_000_000, "a pair of": 2,
}  # fmt: skip
_SOFTLY = Spotter(sorted(_SOFT, key=len, reverse=True), r"(?<![\w-])(?:{})(?![\w-])")
_A_HUNDRED = re.compile(rf"(?<![\w-])a (hundred|thousand)(?:,?(?: and)?[ -]({_UP_TO_999}))?(?![\w-])", re.I)
_RANKS = {
    w: n
    for n, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}
_RANK = re.compile(rf"(?<![\w-])(?:(\d+)(?:st|nd|rd|th)|({'|'.join(_RANKS)}))(?![\w-])", re.I)
_A_RANK = re.compile(r"\d(?:st|nd|rd|th)", re.I)
_RANKED = Spotter(list(_RANKS), r"(?<![\w-])(?:{})(?![\w-])")


@lru_cache(maxsize=8_192)
def softly(text: str, ranks: bool = False) -> frozenset[int]:
    """Whole numbers said without a claim: "a dozen", "twice", "zero", "12 345"; and ordinals, where `ranks` are asked for."""
    out: list[int] = []
    if _SOFTLY.may_be_in(text):
        out = [_SOFT[found[0].lower()] for found in _SOFTLY.pattern.finditer(text)]
        for found in _A_HUNDRED.finditer(text):
            out.append(VALUES[found[1].lower()] + (_value(found[2].lower()) if found[2] else 0))
    if _APART.search(text):
        out += [int(found[0].replace(" ", "")) for found in _WHOLE.finditer(text)]
    if ranks and (_RANKED.may_be_in(text) or _A_RANK.search(text)):
        out += [int(f[1]) if f[1] else _RANKS[f[2].lower()] for f in _RANK.finditer(text)]
    return frozenset(out)
