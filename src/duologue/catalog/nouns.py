"""Singular and plural of English nouns and of the phrases that name tables and columns.

Rules and a list of exceptions (`words.yaml`). A library was tried first: importing it cost three times what a whole run
may take to start, and it turned "bus" into "bu" and "bonus" into "bonu". Words that follow no rule here are left alone,
which reads better than a wrong guess.
"""

from collections.abc import Callable, Sequence
from functools import cache

from duologue.catalog.words import words


@cache
def _singulars() -> dict[str, str]:
    return {plural: singular for singular, plural in words().map("irregular").items()}


def is_plural(word: str) -> bool:
    """Whether a word is a plural form (uncountable words are not)."""
    return singular_word(word) != word


@cache
def singular_word(word: str) -> str:
    """One word in the singular; case of the first letter is kept. Acronyms lose a plural "s" ("IDs")."""
    low = word.lower()
    if len(word) > 2 and word[-1] == "s" and word[:-1].isupper():
        return word[:-1]
    if low in _singulars() and low not in words()["uncountable"]:
        return _like(word, _singulars()[low])
    fixed = low in words()["uncountable"] or low in words()["not_plural"] or low in words().map("irregular")
    if fixed or len(word) < 3 or word.isupper() or not low.endswith("s"):
        return word
    return _strip(word, low)


def _strip(word: str, low: str) -> str:
    if low.endswith(("ss", "us", "is")):
        return word
    if low.endswith("ies") and len(low) > 4:
        return word[:-3] + "y"
    if low.endswith(("ches", "shes", "sses", "xes", "zzes")) or (low.endswith(("uses", "oes")) and len(low) > 5):
        return word[:-2]
    return word[:-1]


@cache
def plural_word(word: str) -> str:
    """One word in the plural; a plural or uncountable word comes back unchanged."""
    low = word.lower()
    irregular = words().map("irregular")
    if low in irregular:
        return _like(word, irregular[low])
    if low in words()["uncountable"] or low in _singulars() or is_plural(word) or not word or not word[-1].isalpha():
        return word
    if word.isupper() and len(word) > 1:
        return word + "s"
    if low.endswith("y") and len(low) > 1 and low[-2] not in "aeiou":
        return word[:-1] + "ies"
    if low.endswith("man") and low not in {"human", "german", "roman", "talisman"}:
        return word[:-2] + "en"
    return word + ("es" if low.endswith(("s", "x", "z", "ch", "sh")) else "s") if low.isascii() else word


def _like(pattern: str, word: str) -> str:
    return word.capitalize() if pattern[:1].isupper() else word


def head_index(parts: Sequence[str]) -> int:
    """Index of the word a phrase is about: the one before the first preposition, else the last.

    Numbers and participles are passed over: "club 1", "order details extended", "view configured by hand".
    """
    at = len(parts) - 1
    for i, part in enumerate(parts):
        if i and part.lower() in words()["prepositions"]:
            at = i - 1
            break
    while at > 0 and (parts[at].isdigit() or is_participle(parts[at])):
        at -= 1
    return at


def is_participle(word: str) -> bool:
    """Whether a word looks like a past participle ("awarded", not "speed")."""
    low = word.lower()
    return len(low) > 4 and low.endswith("ed") and not low.endswith(("eed", "hundred", "shed"))


def singular(phrase: str) -> str:
    """A phrase with its head in the singular: "orders by year" → "order by year"."""
    return _with_head(phrase, singular_word)


def plural(phrase: str) -> str:
    """A phrase with its head in the plural: "head of state" → "heads of state"."""
    return _with_head(phrase, plural_word)


def _with_head(phrase: str, change: Callable[[str], str]) -> str:
    parts = phrase.split()
    at = head_index(parts)
    if not parts or parts[-1].lower() in words()["prepositions"] or (len(parts) > 1 and is_participle(parts[at])):
        return phrase  # "lives in", "trained by": no noun to change
    parts[at] = change(parts[at])
    return " ".join(parts)
