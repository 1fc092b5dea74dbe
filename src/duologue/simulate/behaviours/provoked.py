"""What was told makes the user ask on: a state that is still open, a zero, what stands out of a list, a day to come or long gone.

The question names what it wants to know beside its wonder, so that the assistant can tell what the record shows; where the record has no
field for a reason, it says so.
"""

import datetime
import re

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.language.values import moment
from duologue.protocols import Utterance
from duologue.simulate.behaviours.follow_up import further
from duologue.simulate.behaviours.scene import Scene
from duologue.simulate.told import Told, is_figure, spoken, told_rows
from duologue.types import Act, Json, Mention, Message, Need

__all__ = ["Provoked"]

_OPEN = re.compile(
    r"pending|open|processing|in progress|ongoing|on hold|held|unpaid|overdue|waiting|awaiting\b.*|new|draft|delayed|queued|submitted|"
    r"in transit|back ?order(?:ed)?|unresolved|unconfirmed|partly \w+|partial(?:ly)?(?: \w+)?|suspended|blocked|locked|under review",
    re.IGNORECASE,
)
"""States that one expects to end."""
_REASON = re.compile(
    r"\b(?:reason|note|notes|comment|comments|remark|remarks|cause|description|details|memo)\b", re.IGNORECASE
)
_LONG_AGO = 400
"""Days."""
_AHEAD = 1.5
"""Times the next, of what stands out."""


class Point(Struct, frozen=True):
    """What provokes a question: the form of it, the row, and the value."""

    form: str
    row: Told
    slot: str
    value: Json


class Provoked:
    """ "Why is that one still pending? What's the order date?" """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Ask on about the row that gives rise to it."""
        report = scene.past.reported
        if report is None or report.need is None or scene.past.last == "follow up" or len(scene.past.heard) > 1:
            return None
        need = report.need
        getter = scene.index.getter(need.meaning.table)
        if (
            getter is None
            or getter.meaning is None
            or need.meaning.group
            or need.meaning.family in ("total", "count", "ratio")
        ):
            return None
        single = bool(report.values.get("single"))
        rows = told_rows(report, scene.heard, scene.words.phrases)
        points = _points(scene, rows, single)
        told = {s for r in rows for s in r.facts}
        columns = [c for c in further(scene, need) if f"{c.table}.{c.name}" not in told] if points else []
        points = [p for p in points if _fitting(columns, p)]
        if not points or not scene.takes_up("provoked"):
            return None
        point = scene.dice.choice(points)
        return _said(scene, Need(getter.meaning, (_mention(point, need, single),)), point, _fitting(columns, point))


def _said(scene: Scene, need: Need, point: Point, columns: list[Column]) -> Utterance:
    table, dice, phrases = need.meaning.table, scene.dice, scene.words.phrases
    picked = dice.sample(columns, min(len(columns), 1 + (dice.random() < 0.35)))
    asked = Need(need.meaning, need.mentions, wanted=tuple(f"{table}.{c.name}" for c in picked))
    slots = {
        "columns": phrases.columns(asked),
        "are": phrases.are(list(asked.wanted), table),
        "label": phrases.noun(point.slot, table),
        "value": phrases.short(point.slot, point.value),
        "who": spoken(phrases, need.mentions[0].by and point.row.by),
    }
    reasons = any(_REASON.search(c.label) for c in scene.catalog.table(table).columns)
    why = point.form in ("open", "zero") and not reasons
    form = f"{point.form}_of" if slots["who"] else point.form
    text = scene.words.lines.line(
        f"provoked.{form if why or point.form not in ('open', 'zero') else form + '_plain'}", dice, slots
    )
    acts = [Act("follow up", asked)]
    if why:
        acts.append(Act("wonder", values={point.slot: point.value}))
    return Utterance(Message("user", content=text), acts=tuple(acts), behaviours=("provoked",))


def _mention(point: Point, need: Need, single: bool) -> Mention:
    table = need.meaning.table
    by = {} if single else {k.removeprefix(f"{table}."): v for k, v in point.row.by.items()}
    return Mention(table, by=by)


def _points(scene: Scene, rows: list[Told], single: bool) -> list[Point]:
    out = []
    for row in rows:
        if single or _is_clear(scene, row, rows):
            out += [Point(form, row, s, v) for s, v in row.facts.items() if (form := _form(scene, s, v))]
    alone = [p for p in out if sum(q.slot == p.slot and q.form == p.form for q in out) == 1]
    return alone if single else [*alone, *_outstanding(scene, rows)]


def _is_clear(scene: Scene, row: Told, rows: list[Told]) -> bool:
    """It goes by a name or a number of its own that was heard."""
    name = spoken(scene.words.phrases, row.by)
    return bool(name) and name in scene.heard and sum(r.by == row.by for r in rows) == 1


def _form(scene: Scene, key: str, value: Json) -> str:
    slot, _, column = scene.words.phrases.slot(key)
    if column is None or slot.use:
        return ""
    if column.role == "status" and isinstance(value, str) and _OPEN.fullmatch(value.strip()):
        return "open"
    if column.role == "measure" and value == 0 and not isinstance(value, bool):
        return "zero"
    return (
        _in_time(scene, column, value)
        if column.role == "date" and isinstance(value, str) and _is_event(scene, key)
        else ""
    )


def _is_event(scene: Scene, key: str) -> bool:
    """It happened, or will: nobody wonders that somebody was born long ago."""
    table = scene.words.phrases.slot(key)[1]
    return table is not None and table.kind == "event" and not table.person


def _in_time(scene: Scene, column: Column, value: str) -> str:
    found = moment(value, column)
    if found is None or not all(found[0]):
        return ""
    days = (datetime.date(*found[0]) - datetime.datetime.fromisoformat(scene.scenario.clock.start).date()).days
    return "ahead" if days > 0 else "past" if days < -_LONG_AGO else ""


def _outstanding(scene: Scene, rows: list[Told]) -> list[Point]:
    """The row whose figure is far above all others told."""
    out = []
    slots = [s for s in (rows[0].facts if len(rows) > 2 else ()) if is_figure(scene.words.phrases, s)]
    for slot in slots:
        ranked = sorted((r for r in rows if isinstance(r.facts.get(slot), int | float)), key=lambda r: -r.facts[slot])
        if len(ranked) == len(rows) and ranked[0].facts[slot] > max(0, _AHEAD * ranked[1].facts[slot]):
            out += [Point("peak", ranked[0], slot, ranked[0].facts[slot])] if _is_clear(scene, ranked[0], rows) else []
    return out


_NEAR = {
    "open": ("date", "status"),
    "past": ("date", "status"),
    "ahead": ("date", "status"),
    "zero": ("measure", "status", "date"),
}
"""What gives rise to a question → the roles of columns that have to do with it; of what stands out anything has."""


def _fitting(columns: list[Column], point: Point) -> list[Column]:
    """The columns that a question on this leads to."""
    roles = _NEAR.get(point.form, ())
    return [c for c in columns if c.role in roles] if roles else columns
