"""Telling it wrong: all is done as planned, and what the user hears is not what came back.

A value that two statements say (the same figure twice, "Rock" and "Rock and Roll") is still heard where one of them is spoilt. Before
`disclosure` values in the same words are therefore spoilt together, and one that stands inside another statement is passed over.
Such values are also spoilt alone, each in its own statement, for the checks that ask where a value comes from; where those hear
nothing either, that is counted (`Scene.left`), not passed over in silence.
"""

import re
from collections.abc import Iterator
from itertools import islice

from duologue.language.reading import fold
from duologue.plans.placeholders import values_at
from duologue.tasks.proving.kinds import NO_OTHER
from duologue.tasks.proving.others import is_of, slips, slots_at
from duologue.tasks.proving.scene import Scene, Spoiled
from duologue.tasks.proving.told import Told, Words, heard
from duologue.types import Disclosure, Json

SINGLY = 2
"""Values of one task that are told wrong though another statement says them too."""
TRIES = 12
"""Other values looked at for one of them."""
_INDEX = re.compile(r"\[(\d+)\]")
_DENIALS = (
    "{}: certainly not {}.",
    "I couldn't find out whether the {} is {}.",
    "{}: anything but {}.",
    "Is the {} {}?",
    "I doubt that the {} is {}.",
)
_OPPOSITES = {"yes": "no", "no": "yes"}


def untold(scene: Scene, most: int) -> Iterator[Spoiled]:
    """Nothing told, and then each of several values left out."""
    if not scene.told:
        return
    yield Spoiled("nothing told: all of it", scene.run, ())
    for one, why in scene.shared:
        scene.left[f"one untold: value {scene.told.index(one) + 1} alone"] = why
    for group in scene.chosen(scene.alone, max(2, most // 2), lambda g: f"one untold: {_which(scene, g)}"):
        said = tuple(t.text for t in scene.told if t not in group)
        yield Spoiled(f"one untold: {_which(scene, group)}", scene.run, said, about=_items(group))


def wrong(scene: Scene, most: int) -> Iterator[Spoiled]:
    """Each value told as another."""
    for group in scene.chosen(scene.alone, most, lambda g: f"told wrong: {_which(scene, g)}"):
        first = group[0]
        other = next((o for o in _others(scene, first) if not heard(Words(f"{first.label}: {o}."), first)), None)
        if other is not None:
            said = tuple(f"{t.label}: {other}." if t in group else t.text for t in scene.told)
            yield Spoiled(f"told wrong: {_which(scene, group)}", scene.run, said, about=_items(group))
        else:
            scene.left[f"told wrong: {_which(scene, group)}"] = NO_OTHER


def wrong_singly(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A value told as another in its own statement, while another statement says the same words. It is heard there, so that only the
    checks that ask where a value comes from can object."""
    whys = {id(one): why for one, why in scene.shared}
    for one in scene.chosen([one for one, _ in scene.shared], SINGLY, lambda t: _singly(scene, t)):
        if not scene.extra:
            scene.left[_singly(scene, one)] = whys[id(one)]
            continue
        others = [o for o in islice(_others(scene, one), TRIES) if not heard(Words(f"{one.label}: {o}."), one)]
        if not others:
            scene.left[_singly(scene, one)] = whys[id(one)]
            continue
        shown = [text for _, outcome in scene.run for text in scene.shown(outcome.result)]
        other = next((o for o in others if fold(o) not in map(fold, shown)), others[0])
        said = tuple(f"{t.label}: {other}." if t is one else t.text for t in scene.told)
        yield Spoiled(_singly(scene, one), scene.run, said, singly=True)


def denied(scene: Scene, most: int) -> Iterator[Spoiled]:
    """Each value mentioned, and not told: denied, bounded, asked, left open."""
    for group in scene.chosen(scene.alone, most, lambda g: f"told denied: {_which(scene, g)}"):
        first = group[0]
        if first.said in _OPPOSITES:  # told as the other, it is wrong; a denial of it may be its usual telling
            continue
        form = _DENIALS[scene.told.index(first) % len(_DENIALS)]
        said = tuple(form.format(t.label, t.said) if t in group else t.text for t in scene.told)
        yield Spoiled(f"told denied: {_which(scene, group)}", scene.run, said, about=_items(group))


def wrong_row(scene: Scene, most: int) -> Iterator[Spoiled]:
    """What is told of a list, told of the row after the one it belongs to."""
    for step in dict.fromkeys(t.item.step for t in scene.told):
        if not 0 < step <= len(scene.run):
            continue
        moved = [_moved(scene, t) if t.item.step == step else t for t in scene.told]
        texts = [t.text for t in moved]
        whole = Words(" ".join(texts))
        if any(not heard(whole, t) for t in scene.told):
            yield Spoiled(f"wrong row told: step {step}", scene.run, tuple(texts))


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _items(group: tuple[Told, ...]) -> tuple[Disclosure, ...]:
    return tuple(t.item for t in group)


def _singly(scene: Scene, told: Told) -> str:
    return f"told wrong: value {scene.told.index(told) + 1} alone"


def _which(scene: Scene, group: tuple[Told, ...]) -> str:
    return f"value {scene.told.index(group[0]) + 1}"


def _others(scene: Scene, told: Told) -> Iterator[str]:
    """What might be said instead: what the next row has, what other rows of the table have, a digit off, that there is none."""
    if told.said in _OPPOSITES:
        yield _OPPOSITES[told.said]
        return
    for value in _other_values(scene, told.item):
        yield scene.ground.told(Disclosure(value, told.item.slot, told.item.step)).said
    yield "none on record"


def _other_values(scene: Scene, item: Disclosure) -> Iterator[Json]:
    if 0 < item.step <= len(scene.run):
        outcome = scene.run[item.step - 1][1]
        for path in _places(scene, item)[:1]:
            yield from (v for v in values_at(outcome.result, path) if _is_sayable(v))
    table, _, column = item.slot.partition(".")
    if column == "@name":
        yield from scene.ground.rows.names(table)[:20]
    elif ":" not in column and isinstance(item.value, str):
        yield from (v for r in scene.ground.rows.of(table)[:20] if _is_sayable(v := r.get(column)))
    yield from slips(item.value)


def _is_sayable(value: Json) -> bool:
    return value is not None and not isinstance(value, list | dict | bytes) and bool(str(value).strip())


def _moved(scene: Scene, told: Told) -> Told:
    """The same of the next row of its list; as it is where it stands in none."""
    outcome = scene.run[told.item.step - 1][1]
    for path in _places(scene, told.item)[:1]:
        found = _INDEX.search(path)
        if found is None:
            return told
        head, at, tail = path[: found.start()], int(found[1]), path[found.end() :]
        for place in (f"{head}[{at + 1}]{tail}", f"{head}[0]{tail}"):
            value = next(values_at(outcome.result, place), None) if place != path else None
            if _is_sayable(value):
                return scene.ground.told(Disclosure(value, told.item.slot, told.item.step))
    return told


def _places(scene: Scene, item: Disclosure) -> list[str]:
    """The paths at which its step shows a value: in its own field first, then where nothing is known of the field."""
    call, outcome = scene.run[item.step - 1]
    tool = scene.ground.tools[call.name]
    found = [p for p in scene.shown(outcome.result).get(str(item.value), ()) if is_of(tool, p, item.slot)]
    return sorted(found, key=lambda p: item.slot not in slots_at(tool, p))
