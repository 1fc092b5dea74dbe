"""Values as Markdown that stands for itself: in one line, with no meaning in Markdown or HTML and no invisible character.

What is `Written` was made here, and goes on the page as it is.
"""

import re
from typing import Any
from urllib.parse import quote

from duologue.export.card.values import Example, Often, Summary

_MARKS = re.compile(r"([\\`*_{}\[\]|~#$^])")
_PLAIN = re.compile(r"[\w .,:/@+()'=→-]+")


class Written(str):
    """Markdown that is meant as such."""


def plain(text: str) -> str:
    """A text in one line; what can't be seen is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def escaped(text: str) -> Written:
    """A text that stands for itself in Markdown and HTML."""
    marked = _MARKS.sub(r"\\\1", plain(text))
    return Written(marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def code(text: str) -> Written:
    """A name as code, also inside a table."""
    name = plain(text)
    if _PLAIN.fullmatch(name):
        return Written(f"`{name}`")
    return Written("<code>" + "".join(c if c.isalnum() or c in " .-/" else f"&#{ord(c)};" for c in name) + "</code>")


def fenced(lines: tuple[str, ...], language: str = "text") -> Written:
    """Lines as a block of code that nothing in them can end."""
    shown = [plain(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Written("\n".join((f"{fence}{language}", *shown, fence)))


def link(url: str) -> Written:
    """An address as a link that ends where it ends."""
    return Written(f"<{quote(url, safe=':/?#@!$&()*+,;=%~.-_')}>")


def share(part: int, whole: int) -> Written:
    """A share, in percent; a dash where there is nothing to share."""
    return Written(f"{100 * part / whole:.1f} %" if whole else "–")


def figure(summary: Summary) -> Written:
    """A mean with its maximum."""
    return Written(f"{summary.mean:.2f} ({summary.max:,})")


def often(seen: Often) -> Written:
    """How often, and in how many conversations."""
    return Written(f"{seen.times:,} in {seen.conversations:,} conversation{'s' * (seen.conversations != 1)}")


def count(n: int, noun: str) -> Written:
    """A number of things."""
    return Written(f"{n:,} {noun}{'s' * (n != 1)}")


def listed(names: Any) -> Written:
    """Names as code, with commas."""
    return Written(", ".join(code(str(name)) for name in names))


def dialogue(example: Example) -> Written:
    """A conversation as a block of text."""
    lines = (f"{who:<10} {text}" if len(who) > 1 else f"{'':<10} {who} {text}" for who, text in example.lines)
    return fenced(tuple(lines))


FILTERS = (code, fenced, link, share, figure, often, count, listed, dialogue)
