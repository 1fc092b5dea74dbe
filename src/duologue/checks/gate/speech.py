"""The user's own voice: no line of the assistant's, no name that only machines use.

A technical name is one that no person writes: with an underscore or inner capitals, and known as a tool's, a parameter's, a field's, a
column's or a table's. One in small letters with an underscore needs no such proof ("the is_active flag"): nobody talks so. What the
assistant or the goal wrote is no secret any more, and a value that looks like a name (a user name, a file, an address) is none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from duologue.catalog.model import Column
from duologue.checks.findings import AS_ASSISTANT, TECHNICAL
from duologue.checks.gate.known import Known
from duologue.checks.words import finds
from duologue.kept import Kept
from duologue.types import Tool

__all__ = ["speech", "technical_names", "tokens"]

_JARGON = re.compile(r"\w+_\w+|[a-z]+[A-Z]\w*")
_INNER = re.compile(r"_|[a-z0-9][A-Z]")
"""What each technical name has."""
_SEEN_INSIDE = re.compile(r"[_A-Z](?:(?<=_)|(?<=[a-z0-9][A-Z]))")
"""The same, from its rarer characters on: asked of every text."""
_TOKEN = re.compile(rf"(?<![\w@./:\\-])(?=\w*?(?:{_INNER.pattern}))\w+(?![@\\/:]\w|\.\w|\w|-\d)")
"""A word that has it, and is no part of an address or a path."""
_PASCAL = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+")
_SNAKE = re.compile(r"[a-z]{2,}(?:_[a-z]{2,})+")
_THING = re.compile(
    r"\W{0,3}\b(?:columns?|fields?|flags?|tables?|parameters?|attributes?|propert(?:y|ies)|keys?|tools?|functions?|endpoints?|api)\b",
    re.IGNORECASE,
)
"""What makes a word with inner capitals the name of something in a database: "the UnitPrice column", not "my PayPal"."""
_ID = re.compile(r"(?:Id|ID|Nr|No|Num)\Z")


def speech(known: Known, names: frozenset[str], text: str) -> list[str]:
    """What in a text is not said by a user."""
    out = []
    found = finds("roles", "user_as_assistant", text)
    if found is not None:
        out.append(AS_ASSISTANT(repr(found[0])))
    return out + [TECHNICAL(repr(n)) for n in dict.fromkeys(_named(known, names, text))]


def _named(known: Known, names: frozenset[str], text: str) -> list[str]:
    """The technical names in a text that nobody has used before."""
    return [n for n in _found(names, text) if not known.told.knows_phrase(n) and not known.is_label(n)]


def tokens(text: str) -> Iterable[re.Match[str]]:
    """The words of a text that have what each technical name has."""
    inner = _SEEN_INSIDE.search(text)
    if inner is None:
        return ()
    return _TOKEN.finditer(text, text.rfind(" ", 0, inner.start()) + 1)  # no word before the first that has it


def _found(names: frozenset[str], text: str) -> list[str]:
    out = []
    for token in tokens(text):
        name = token[0]
        if _JARGON.fullmatch(name):
            if name in names or name.lower() in names or _SNAKE.fullmatch(name):
                out.append(name)
        elif _PASCAL.fullmatch(name) and name in names and (_ID.search(name) or _THING.match(text, token.end())):
            out.append(name)
    return out


def technical_names(tools: Sequence[Tool], columns: Mapping[str, Column]) -> frozenset[str]:
    """The names in tools and columns that no person says: those with underscores or inner capitals."""
    return _tool_names(tools) | _column_names(columns) if columns else _tool_names(tools)


@lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(n for n in names if _JARGON.fullmatch(n) or _PASCAL.fullmatch(n))


def _named_by(tools: Sequence[Tool]) -> frozenset[str]:
    parameters = (p for t in tools for p in t.parameters.get("properties", {}))
    fields = (path.rpartition(".")[2].removesuffix("[]") for t in tools for path in t.outputs)
    return _names((*(t.name for t in tools), *parameters, *fields))


_tool_names: Kept[Sequence[Tool], frozenset[str]] = Kept(_named_by, 256)
_column_names: Kept[Mapping[str, Column], frozenset[str]] = Kept(
    lambda columns: _names(tuple(n for c in columns.values() for n in (c.name, c.table)))
)
