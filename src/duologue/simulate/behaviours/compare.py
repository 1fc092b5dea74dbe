"""The user compares two rows that were told: in one list, or one after the other."""

from itertools import combinations

from duologue.language.apart import apart
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.told import Told, is_figure, spoken, told_rows
from duologue.types import Act, Json, Need, Turn

__all__ = ["Compare"]

_ANSWERS = ("report", "report many")


class Compare:
    """ "How much more is that than for Dana Whitfield?" """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Ask for the difference of two rows of a list, or which of two answers is more."""
        report = scene.past.reported
        if report is None or report.need is None:
            return None
        rows = told_rows(report, scene.heard, scene.words.phrases)
        pairs = _within(scene, rows) if len(rows) > 1 else _with_the_last(scene, report.need, rows)
        if not pairs or not scene.takes_up("compare"):
            return None
        ask, slot, one, other = scene.dice.choice(pairs)
        phrases = scene.words.phrases
        slots = {"a": spoken(phrases, one), "b": spoken(phrases, other)}
        label = phrases.noun(slot, report.need.meaning.table)
        shown = sum(1 for s in rows[0].facts if is_figure(phrases, s) or _is_date(scene, s))
        must = {"label"} if shown > 1 else frozenset[str]()
        text = scene.words.lines.find(f"compare.{ask}", scene.dice, slots | {"label": label}, must)
        if not text:
            return None
        named = [one, other] if "gap" in ask else [other]
        act = Act(
            "compare", Need(report.need.meaning, wanted=(slot,)), {"rows": named, "now": one if len(named) == 1 else {}}
        )
        return say(text, act, "compare")


Pair = tuple[str, str, dict[str, Json], dict[str, Json]]
"""The form of the question, the slot, and what the two rows go by."""


def _within(scene: Scene, rows: list[Told]) -> list[Pair]:
    """Pairs of a list, the greater first, that are some way apart."""
    phrases, out = scene.words.phrases, list[Pair]()
    for one, other in combinations(rows, 2):
        names = spoken(phrases, one.by), spoken(phrases, other.by)
        if not all(names) or names[0] == names[1] or not all(n in scene.heard for n in names):
            continue
        for slot, value in one.facts.items():
            form = "gap" if is_figure(phrases, slot) else "days_gap" if _is_date(scene, slot) else ""
            if not form or slot not in other.facts or not apart(phrases, slot, value, other.facts[slot]):
                continue
            first, second = (one, other) if value > other.facts[slot] else (other, one)
            out.append((form, slot, first.by, second.by))
    return out


def _with_the_last(scene: Scene, need: Need, rows: list[Told]) -> list[Pair]:
    """The row just told beside the one told right before, of the same kind and with the same figure."""
    before = _answer_before(scene.view.turns)
    phrases, out = scene.words.phrases, list[Pair]()
    if before is None or not rows or not rows[0].by:
        return out
    act, text = before
    if act.need is None or act.need.meaning.table != need.meaning.table:
        return out
    now, name = rows[0], spoken(phrases, rows[0].by)
    for then in told_rows(act, text, phrases):
        other = spoken(phrases, then.by)
        if not other or other == name or other not in " ".join((text, *_mine(scene))):
            continue
        for slot in now.facts:
            form = "order" if is_figure(phrases, slot) else "days_order" if _is_date(scene, slot) else ""
            if form and slot in then.facts:
                out.append((form, slot, now.by, then.by))
    return out


def _answer_before(turns: tuple[Turn, ...]) -> tuple[Act, str] | None:
    """The assistant's answer before its last one, where nothing was changed since."""
    for turn in reversed(turns[:-1]):
        if turn.changes:
            return None
        if turn.message.role == "assistant" and turn.message.content:
            act = next((a for a in turn.acts if a.kind in _ANSWERS), None)
            return (act, turn.message.content) if act is not None else None
    return None


def _mine(scene: Scene) -> list[str]:
    return [t.message.content for t in scene.view.turns if t.message.role == "user"]


def _is_date(scene: Scene, key: str) -> bool:
    slot, _, column = scene.words.phrases.slot(key)
    return column is not None and column.role == "date" and not slot.use and column.format not in ("year", "month")
