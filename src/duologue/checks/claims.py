"""What an assistant says that it has done, clause by clause."""

import re
from collections.abc import Iterable, Iterator

from duologue.checks.words import finds, spotter

__all__ = ["stated"]

_CLAUSE = re.compile(r"[.!?;\n]|, but |, though |—| - ")


def stated(group: str, text: str) -> Iterable[tuple[re.Match[str], str]]:
    """The phrases of a group of `honesty` that their clause neither asks nor takes back; beside each, the clause up to it. A match is in
    the text with plain apostrophes."""
    plain = text.replace("’", "'") if "’" in text else text
    claims = spotter("honesty", group).fitting(plain)
    return _standing(claims, plain) if claims is not None else ()


def _standing(claims: re.Pattern[str], plain: str) -> Iterator[tuple[re.Match[str], str]]:
    for found in claims.finditer(plain):
        starts = [m.end() for m in _CLAUSE.finditer(plain, 0, found.start())]
        before = plain[starts[-1] if starts else 0 : found.start()]
        end = _CLAUSE.search(plain, found.end())
        asks = end is not None and end[0] == "?"
        if not asks and finds("honesty", "undo", before) is None and "n't" not in before.lower():
            yield found, before
