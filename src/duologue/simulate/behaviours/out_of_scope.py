"""The user asks for something that no tool can do.

Each kind of wish comes up where an answer gives rise to it, and only where no tool speaks of doing such a thing (`beyond.yaml`).
"""

import re
from functools import cache

from msgspec import Struct, convert

from duologue.kept import Kept
from duologue.language.grammar import word_file
from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.told import Told, spoken, told_rows
from duologue.types import Act, Toolset

__all__ = ["OutOfScope", "beyond"]

_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_COUNTED = frozenset({"sum", "count"})
_KEPT_BY = re.compile(r"(?:\A|_)(?:by|user|author|staff|clerk|agent|employee|operator|creator|editor)s?(?:\Z|_)", re.I)
"""Columns that might say who entered a row."""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of wish: what gives rise to it, and words of tools that might grant it."""

    after: str
    """any · list · date · person · figure · price · record"""
    granted: str


class OutOfScope:
    """ "Could you e-mail me that?" """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """A wish that fits the answer just given."""
        report = scene.past.reported
        if report is None or report.need is None or scene.past.last == "follow up":
            return None
        rows = told_rows(report, scene.heard, scene.words.phrases)
        table = report.need.meaning.table
        kinds = [k for k, w in _wishes().items() if _arises(scene, w.after, table, rows) and beyond(scene.index, k)]
        if not kinds or not scene.takes_up("out_of_scope"):
            return None
        kind = scene.dice.choice(kinds)
        name = spoken(scene.words.phrases, rows[0].by) if len(rows) == 1 else ""
        who = name if scene.words.phrases.is_person(table) and name in scene.heard else ""
        text = scene.words.lines.line(f"out_of_scope.{kind}", scene.dice, {"who": who})
        return say(text, Act("out of scope", values={"wish": kind}), "out_of_scope")


@cache
def _wishes() -> dict[str, Wish]:
    return convert(word_file("beyond"), dict[str, Wish])


def beyond(index: ToolIndex, kind: str) -> bool:
    """No tool says of itself that it does such a thing."""
    return kind in _beyond(index.toolset)


def _beyond_all(toolset: Toolset) -> frozenset[str]:
    """The kinds of wishes that no tool of the set grants."""
    said = "\n".join(f"{_NAME.sub(' ', tool.name)}. {tool.description}" for tool in toolset.tools)
    return frozenset(
        kind for kind, wish in _wishes().items() if not re.search(rf"\b(?:{wish.granted})\b", said, re.IGNORECASE)
    )


_beyond: Kept[Toolset, frozenset[str]] = Kept(_beyond_all)


def _arises(scene: Scene, after: str, table: str, rows: list[Told]) -> bool:
    phrases = scene.words.phrases
    columns = [(phrases.slot(s)[0], phrases.slot(s)[2]) for row in rows for s in row.facts]
    if after == "list":
        return len(rows) > 1
    if after == "date":
        return any(c is not None and c.role == "date" and not s.use for s, c in columns)
    if after == "person":
        return len(rows) == 1 and phrases.is_person(table)
    if after == "figure":
        return any(s.use in _COUNTED for s, _ in columns)
    if after == "price":
        return any(c is not None and not s.use and "price" in c.label.lower().split() for s, c in columns)
    if after == "record":
        known = next((t for t in scene.catalog.tables if t.name == table), None)
        return len(rows) == 1 and known is not None and not any(_KEPT_BY.search(c.name) for c in known.columns)
    return True
