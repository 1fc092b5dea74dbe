"""A rule broken: what it refuses is done all the same, in a world where no rule holds."""

from collections.abc import Iterator

from duologue.tasks.proving.kinds import REFUSED_TOO
from duologue.tasks.proving.scene import Scene, Spoiled
from duologue.types import ToolCall

__all__ = ["rule_broken"]


def rule_broken(scene: Scene, most: int) -> Iterator[Spoiled]:
    """The whole run, and then the change that a rule refused."""
    for number, subtask in enumerate(scene.task.subtasks, 1):
        ruling = subtask.ruling
        if ruling is None or not subtask.refused:
            continue
        name = f"rule broken: part {number} {'+'.join(ruling.rules)}"
        call = ToolCall(f"broken_{number}", ruling.tool, ruling.arguments)
        session = scene.ground.session_after(scene.earlier, scene.clock, lawful=False)
        try:
            session.replay(scene.calls)
            outcome = session.execute(call.name, call.arguments)
        finally:
            session.close()
        if outcome.changes:
            yield Spoiled(name, (*scene.run, (call, outcome)), scene.said, rows=True)
        else:
            scene.left[name] = REFUSED_TOO
