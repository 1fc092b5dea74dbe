"""From the names programmers give to the words people use.

`split` takes a name apart: at underscores, spaces and punctuation, where case changes ("SupportRepId"), between letters
and digits. `Speller` then writes the words out: abbreviations in full, acronyms in capitals, everything else in lower
case. It looks at the whole schema first, because a schema tells how it writes: in one that shouts (FIRST_NAME) capitals
mean nothing, and in one that has a table "country", "countrylanguage" is two words.
"""

import re
from collections.abc import Iterable

from duologue.catalog.nouns import is_plural, plural, plural_word, singular_word
from duologue.catalog.words import words

_SIGNS = {"%": " percent ", "#": " number ", "&": " and ", "+": " plus ", "€": " EUR ", "$": " USD ", "£": " GBP "}
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s$")


def split(name: str) -> list[str]:
    """The words of a name, in their own case: `GNPOld` → GNP, Old; `address1` → address, 1; `userIDs` → user, IDs."""
    name = _APOSTROPHE.sub("", name)
    for sign, word in _SIGNS.items():
        name = name.replace(sign, word)
    out: list[str] = []
    for chunk in re.split(r"[\W_]+", name):
        out += _split_chunk(chunk) if chunk else []
    return out


def _split_chunk(chunk: str) -> list[str]:
    if _is_acronym(chunk) or _PLURAL_ACRONYM.match(chunk):
        return [chunk]
    parts, start = [], 0
    for i in range(1, len(chunk)):
        if _boundary(chunk, i):
            parts.append(chunk[start:i])
            start = i
    parts.append(chunk[start:])
    return _rejoin(parts)


def _boundary(text: str, i: int) -> bool:
    before, here = text[i - 1], text[i]
    if before.isdigit() != here.isdigit():
        return True
    if here.isupper():
        follows = i + 1 < len(text) and text[i + 1].islower()
        return not before.isupper() or (follows and text[i + 1 :] != "s")
    return False


def _rejoin(parts: list[str]) -> list[str]:
    """Put together what belongs together: "CO" + "2", "Q" + "1"."""
    out: list[str] = []
    for part in parts:
        joined = out[-1] + part if out else ""
        known = _is_acronym(joined) or joined.lower() in words().map("units")
        if out and part.isdigit() and (known or (len(out[-1]) == 1 and len(part) == 1)):
            out[-1] = joined
        else:
            out.append(part)
    return out


def _is_acronym(word: str) -> bool:
    return word.lower() in words()["acronyms"]


class Speller:
    """Writes names as words, in the manner of one schema."""

    def __init__(self, tables: Iterable[str], columns: Iterable[str]) -> None:
        tables, columns = list(tables), list(columns)
        cased = [n for n in tables + columns if any(c.isalpha() for c in n)]
        self.shouting = sum(n.isupper() for n in cased) * 2 > len(cased)
        self._vocabulary = {w.lower() for n in tables + columns for w in split(n)}
        self.foreign = len(self._vocabulary & words()["foreign"]) >= 2
        """Written in a language whose plurals are not made with an s."""
        self._tables = {singular_word(n.lower()) for n in tables if n.isalpha() and len(n) > 3}

    def words(self, name: str) -> list[str]:
        """The words of a name, written out."""
        whole = words().map("abbreviations").get(re.sub(r"[\W_]+", "", name).lower())
        if whole and " " in whole:
            return whole.split()
        out: list[str] = []
        tokens = _pairs(split(name))
        loud = self.shouting or (len(tokens) > 1 and name.isupper())
        for i, token in enumerate(tokens):
            if token.lower() == "cd" and 0 < i == len(tokens) - 1:  # at the end of a name it is no compact disc
                out += [] if out[-1] in words()["coded"] else ["code"]
            else:
                out += self._write(token, len(tokens) == 1, loud)
        return _without_initials(_of_number(_no(out)))

    def _write(self, token: str, alone: bool, loud: bool) -> list[str]:
        low = token.lower()
        full = words().map("abbreviations").get(low)
        if full and not (alone and low in {"exp", "pos", "doc", "app"}):
            return full.split()
        if _PLURAL_ACRONYM.match(token) and not loud:
            return [token]
        if _is_acronym(low):
            return ["IDs"] if low == "ids" else [token.upper()]
        parts = self._segment(low)
        if parts:
            return [w for part in parts for w in self._write(part, False, loud)]
        acronym = token.isupper() and 1 < len(token) <= 5 and not loud and singular_word(low) not in words().known
        return [token if acronym else low]

    def _segment(self, word: str) -> list[str]:
        """Two words written as one, where both are known: `countrylanguage`, `orderdate`."""
        if len(word) < 5 or word in words()["one_word"]:
            return []
        left_words, right_words = words()["joined_left"], words()["joined_right"]
        short = words().map("abbreviations")
        for i in range(3, len(word) - 1):
            left, right = word[:i], word[i:]
            table = left in self._tables and (right in self._vocabulary or right in right_words)
            if table or ((left in left_words or left in short) and right in right_words):
                return [left, right]
        return []


def _pairs(tokens: list[str]) -> list[str]:
    """Join what case or a hyphen took apart: `FName`, `E-mail`."""
    out: list[str] = []
    for token in tokens:
        joined = words().map("pairs").get(f"{out[-1]} {token}".lower()) if out else None
        out[-1:] = joined.split() if joined else [*out[-1:], token]
    return out


def _no(tokens: list[str]) -> list[str]:
    """`line no`, `no of seats` → line number, number of seats; but `no primary key` stays."""
    return ["number" if t == "no" and (i or len(tokens) == 1 or tokens[1] == "of") else t for i, t in enumerate(tokens)]


def _without_initials(tokens: list[str]) -> list[str]:
    """Drop an acronym that repeats the words before it: `pay per view PPV`."""
    initials = "".join(t[0] for t in tokens[:-1]).upper()
    return tokens[:-1] if len(tokens) > 2 and tokens[-1] == initials else tokens


def _of_number(tokens: list[str]) -> list[str]:
    """`number staff`, `events number`, `number of ticket` → number of staff, number of events, number of tickets."""
    if tokens[:2] == ["number", "of"] and len(tokens) > 2:
        return ["number", "of", *plural(" ".join(tokens[2:])).split()]
    if len(tokens) == 2 and tokens[0] == "number" and (is_plural(tokens[1]) or plural_word(tokens[1]) == tokens[1]):
        return ["number", "of", tokens[1]] if tokens[1].isalpha() else tokens
    if len(tokens) == 2 and tokens[1] in {"number", "count"} and is_plural(tokens[0]):
        return ["number", "of", tokens[0]]
    return tokens
