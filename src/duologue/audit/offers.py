"""Which tools each conversation was offered, kept small, so that a copy can be told from the same words with other tools.

Of a tool three numbers are kept: its name, its parameters without what describes them, and all of it. Tools with the same names and
parameters are the same tools; who only describes one otherwise has copied the conversation all the same. Most rows of a file share
their tools, and then share what is kept of them.
"""

import zlib
from array import array

from duologue.ids import canonical
from duologue.talks.values import Offered
from duologue.types import Json

__all__ = ["Offers"]

_WORDS = ("description", "title", "examples", "example", "$comment")


class Offers:
    """What was offered, conversation by conversation."""

    def __init__(self) -> None:
        self._rows: list[array[int]] = []
        self._known: dict[bytes, array[int]] = {}
        self._marks: dict[int, tuple[Offered, tuple[int, int, int]]] = {}

    def add(self, tools: tuple[Offered, ...] | None) -> None:
        """Take in what the next conversation is offered."""
        kept = array("I", [n for tool in tools or () for n in self._mark(tool)])
        self._rows.append(self._known.setdefault(kept.tobytes(), kept))

    def compare(self, row: int, tools: tuple[Offered, ...] | None) -> tuple[str, str]:
        """In what these tools differ from those of an earlier row: as tools, and, where they are the same, in their descriptions."""
        then = self._rows[row]
        before = {then[i]: (then[i + 1], then[i + 2]) for i in range(0, len(then), 3)}
        now = {self._mark(t)[0]: (t.name, *self._mark(t)[1:]) for t in tools or ()}
        added = [name for mark, (name, _, _) in now.items() if mark not in before]
        changed = [name for mark, (name, schema, _) in now.items() if mark in before and before[mark][0] != schema]
        described = [name for mark, (name, _, whole) in now.items() if mark in before and before[mark][1] != whole]
        gone = len(before.keys() - now.keys())
        parts = [
            f"{_some(added)} {'is' if len(added) == 1 else 'are'} new" if added else "",
            f"{gone} {'is' if gone == 1 else 'are'} gone" if gone else "",
            f"{_some(changed)} {'has' if len(changed) == 1 else 'have'} other parameters" if changed else "",
        ]
        other = ", ".join(p for p in parts if p)
        return other, f"{_some(described)} {'is' if len(described) == 1 else 'are'} described otherwise" if described and not other else ""  # fmt: skip

    def _mark(self, tool: Offered) -> tuple[int, int, int]:
        """The numbers of a tool; those of the latest tools are remembered by the object, which files share from row to row."""
        found = self._marks.get(id(tool))
        if found is not None and found[0] is tool:
            return found[1]
        if len(self._marks) > 4096:
            self._marks.clear()
        marks = _crc(tool.name), _crc(_bare(tool.parameters)), _crc([tool.description, tool.parameters])
        self._marks[id(tool)] = tool, marks
        return marks


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _crc(value: Json) -> int:
    return zlib.crc32(canonical(value))


def _bare(schema: Json, named: bool = False) -> Json:
    """A schema without its words. What lies under `properties` are names, not keywords."""
    if isinstance(schema, list):
        return [_bare(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        k: _bare(v, k in ("properties", "$defs") and not named) for k, v in schema.items() if named or k not in _WORDS
    }
