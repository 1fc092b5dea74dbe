"""A rule broken: what it refuses is done all the same, in a world where no rule holds."""

from collections.abc import Iterator

from duologue.tasks.proving.doing import same_effect
from duologue.tasks.proving.kinds import NO_EFFECT, REFUSED_TOO
from duologue.tasks.proving.scene import Scene, Spoiled
from duologue.types import ToolCall

__all__ = ["rule_broken"]


def rule_broken(scene: Scene, most: int) -> Iterator[Spoiled]:
    """The change made where the rule refused it, and then all that came after. Where that makes it over, so that the rows come to the same, the
    call itself has to be seen."""
    for number, subtask in enumerate(scene.task.subtasks, 1):
        ruling = subtask.ruling
        if ruling is None or not subtask.refused:
            continue
        name = f"rule broken: part {number} {'+'.join(ruling.rules)}"
        at = max((n for s in scene.task.subtasks[:number] for n in s.steps), default=0)
        call = ToolCall(f"broken_{number}", ruling.tool, ruling.arguments)
        session = scene.ground.session_after(scene.earlier, scene.clock, lawful=False)
        try:
            session.replay(scene.calls[:at])
            onward = [(c, session.execute(c.name, c.arguments)) for c in (call, *scene.calls[at:])]
        finally:
            session.close()
        run = (*scene.run[:at], *onward)
        if onward[0][1].failed:
            scene.left[name] = REFUSED_TOO
        elif not onward[0][1].changes:
            scene.left[name] = NO_EFFECT
        else:
            yield Spoiled(name, run, scene.said, rows=not same_effect(scene, run))
