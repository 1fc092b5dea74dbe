"""The mutations and variations of a task, each once.

All that its kinds allow, but no more than a few of one kind: which are taken is spread evenly over the task, so that neither its
first step nor its first value stands for the rest. A mutation that comes to the same calls and the same words as another, or as the
gold run, is none.
"""

from collections.abc import Iterator
from itertools import chain

from duologue.tasks.proving import doing, harmless, ruled, shaped, stray, telling
from duologue.tasks.proving.kinds import ENOUGH, MOST, MOST_VALUES, TWIN
from duologue.tasks.proving.scene import Run, Scene, Spoiled

ALL = 1000
CALLS = (
    doing.skipped, doing.uncalled, doing.half_way, doing.neighbours, doing.other_questions, doing.wrong_values, doing.twice,
    doing.undone, shaped.against_condition, shaped.spared_too, shaped.neither, ruled.rule_broken, stray.strays,
)  # fmt: skip
WORDS = (telling.untold, telling.wrong, telling.wrong_singly, telling.denied, telling.wrong_row)


def mutations(scene: Scene) -> Iterator[Spoiled]:
    """The task gone wrong, one way after the other."""
    seen = {_mark(scene.run, scene.said): scene.run}  # the runs are kept too, so that an id stays its call's own
    names: set[str] = set()
    for most, values in ((MOST, MOST_VALUES), (ALL, ALL)):
        calls, words = ((make(scene, most) for make in CALLS), (make(scene, values) for make in WORDS))
        for spoiled in chain.from_iterable(chain(calls, words)):
            mark = _mark(spoiled.run, spoiled.said)
            if mark not in seen and spoiled.name not in names:
                seen[mark] = spoiled.run
                names.add(spoiled.name)
                scene.left.pop(spoiled.name, None)
                yield spoiled
            elif spoiled.name not in names:
                scene.left[spoiled.name] = TWIN
        if len(names) >= ENOUGH:
            return


def variations(scene: Scene) -> Iterator[Spoiled]:
    """The task done or told otherwise, and no worse."""
    return harmless.varied(scene)


def _mark(run: Run, said: tuple[str, ...]) -> tuple[object, ...]:
    """Calls are told apart as objects: what is left of a plan holds its own."""
    return tuple(id(call) for call, _ in run), said
