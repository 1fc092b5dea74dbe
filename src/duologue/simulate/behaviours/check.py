"""The user repeats what was told, to be sure of it; now and then with two things mixed up, to be put right."""

from duologue.language.counted import counted
from duologue.language.days import without_year
from duologue.language.extremes import things
from duologue.language.phrases import Phrases
from duologue.language.saying import moment
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.told import Told, spoken, told_rows
from duologue.types import Act, Json, Need

__all__ = ["Check", "as_heard"]

_ROLES = frozenset({"measure", "date", "status", "category", "contact"})
_MIXED_UP = 0.35
"""How often two values are mixed up, where there are two that could be."""


class Check:
    """ "So the total is £54.90, right?" """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Say back one value of the answer."""
        report = scene.past.reported
        if report is None or report.need is None:
            return None
        phrases = scene.words.phrases
        rows = told_rows(report, scene.heard, phrases)
        single = len(report.values.get("told", ())) == 1 and len(scene.past.heard) == 1
        named = rows if single else [r for r in rows if spoken(phrases, r.by) and spoken(phrases, r.by) in scene.heard]
        points = [(r, s) for r in named for s, v in r.facts.items() if _is_worth(scene, s, v)]
        if not points or not scene.takes_up("check"):
            return None
        row, slot = scene.dice.choice(points)
        value, mixed = row.facts[slot], _mixed_up(scene, rows, row, slot)
        if mixed and scene.dice.random() < _MIXED_UP:
            value = scene.dice.choice(mixed)
        return _said(scene, report.need, (row, slot, value), single)


def _said(scene: Scene, need: Need, point: tuple[Told, str, Json], single: bool) -> Utterance:
    row, slot, value = point
    phrases, table = scene.words.phrases, need.meaning.table
    slots = {
        "label": phrases.noun(slot, table),
        "are": phrases.are([slot], table),
        "value": as_heard(phrases, slot, value, scene.heard),
    }
    if not single:
        slots["who"] = spoken(phrases, row.by)
    state = (
        single and phrases.slot(slot)[2] is not None and _is_state(scene, slot, value) and not phrases.is_person(table)
    )
    column = phrases.slot(slot)[2]
    if single and column is not None and column.type == "INTEGER" and not column.unit and things(slots["label"]):
        slots["told"] = counted(slots["value"], things(slots["label"]))
    path = "check.state" if state and scene.dice.random() < 0.6 else "check.row" if not single else "check.one"
    path = "check.count" if slots.get("told") else path
    text = scene.words.lines.line(path, scene.dice, slots)
    by = {"rows": [row.by]} if not single else {"now": row.by}
    return say(text, Act("check", Need(need.meaning, wanted=(slot,)), {**by, "is": {slot: value}}), "check")


def as_heard(phrases: Phrases, key: str, value: Json, heard: str) -> str:
    """A value as somebody says it who was told it: of a day without its year where no year was told."""
    text, column = phrases.short(key, value), phrases.slot(key)[2]
    found = moment(value, column) if column is not None and column.role == "date" and isinstance(value, str) else None
    if found is None or str(found[0][0]) in heard:
        return text
    year, month, _ = found[0]
    return without_year(text, found[0], f"{year:04}-{month:02}")


def _is_worth(scene: Scene, key: str, value: Json) -> bool:
    slot, _, column = scene.words.phrases.slot(key)
    if slot.use:
        return slot.use != "share" and isinstance(value, int | float)
    return column is not None and column.role in _ROLES and value != "" and not isinstance(value, bool)


def _is_state(scene: Scene, key: str, value: Json) -> bool:
    """A state that a thing can simply be: delivered, open."""
    column = scene.words.phrases.slot(key)[2]
    return (
        column is not None and column.role == "status" and isinstance(value, str) and value.replace(" ", "").islower()
    )


def _mixed_up(scene: Scene, rows: list[Told], row: Told, slot: str) -> list[Json]:
    """Values of the same answer that somebody may take for this one: of another row, or of another field of the kind."""
    phrases = scene.words.phrases
    said = phrases.short(slot, row.facts[slot])
    others = [r.facts[slot] for r in rows if r is not row and slot in r.facts]
    column = phrases.slot(slot)[2]
    if column is not None and column.role == "date":
        others += [v for s, v in row.facts.items() if s != slot and _is_date(scene, s)]
    return [v for v in others if phrases.short(slot, v) != said]


def _is_date(scene: Scene, key: str) -> bool:
    column = scene.words.phrases.slot(key)[2]
    return column is not None and column.role == "date"
