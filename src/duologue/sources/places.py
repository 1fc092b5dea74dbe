"""Where in a file of a domain an entry stands, so that what is wrong with it is said with its line.

The parsed file has no lines, so the text is scanned: an entry begins with its heading (`[[tool]]`, `[[guide]]`, `[[rule]]`) and is called
by its `name` or `id`. An entry that is written otherwise (in braces) is named without a line.
"""

import re
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

__all__ = ["Place", "line_of_path"]

_HEADING = re.compile(r"\s*\[\[?\s*(\w+)(?:\.(\w+))?[\w.]*\s*\]\]?\s*(?:#.*)?$")
_NAMED = re.compile(r"""\s*(?:name|id)\s*=\s*(["'])(.*?)\1\s*(?:#.*)?$""")
_PATH = re.compile(r"`\$\.(\w+)\[(\d+)\](?:\.(\w+)\[(\d+)\])?")


class _Entry(Struct):
    table: str
    line: int
    name: str = ""
    inner: dict[str, list[int]] = field(default_factory=dict)


def _entries(text: str) -> list[_Entry]:
    found: list[_Entry] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        heading = _HEADING.match(line)
        if heading is not None:
            inside = heading[2] is None
            if inside:
                found.append(_Entry(heading[1], number))
            elif found:
                found[-1].inner.setdefault(heading[2], []).append(number)
        elif inside and not found[-1].name and (named := _NAMED.match(line)) is not None:
            found[-1].name, found[-1].line = named[2], number
    return found


def _nth(lines: list[int], number: int) -> int:
    return lines[number] if number < len(lines) else 0


class Place(Struct, frozen=True, dict=True):
    """An entry of a file as errors name it, with its line; looked for only where it is said."""

    path: Path
    kind: str
    """The heading: tool, guide, rule."""
    name: str
    nth: int = 1
    """Of the entries of that name."""
    part: str = ""
    inner: tuple[str, int] = ("", 0)
    """A list inside the entry and the number in it, from 1; ("", 0) = the entry as a whole."""

    def within(self, part: str) -> "Place":
        """A part of it."""
        return Place(self.path, self.kind, self.name, self.nth, f"{self.part}, {part}", self.inner)

    def item(self, table: str, number: int) -> "Place":
        """An item of a list inside it."""
        return Place(self.path, self.kind, self.name, self.nth, f", {table} {number}", (table, number))

    @cached_property
    def at(self) -> str:
        """The file and the line."""
        named = [
            e for e in _entries(self.path.read_text(encoding="utf-8")) if (e.table, e.name) == (self.kind, self.name)
        ]
        entry = named[self.nth - 1] if self.nth <= len(named) else None
        table, number = self.inner
        line = 0 if entry is None else _nth(entry.inner.get(table, []), number - 1) if number else entry.line
        return f"{self.path}: line {line}" if line else str(self.path)

    def __str__(self) -> str:
        return f"{self.at}: {self.kind} {self.name!r}{self.part}"


def line_of_path(text: str, problem: str) -> int:
    """The line of the entry that a decoder's words are about ("… - at `$.guide[0].step[1].look`"); 0 where it is about none."""
    found = _PATH.search(problem)
    entries = [e for e in _entries(text) if found is not None and e.table == found[1]]
    if found is None or int(found[2]) >= len(entries):
        return 0
    entry = entries[int(found[2])]
    return (_nth(entry.inner.get(found[3], []), int(found[4])) if found[3] else 0) or entry.line
