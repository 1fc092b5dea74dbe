"""The user with tools of their own: does what they are asked to do, and says what they saw.

What came back is in the turns and nowhere else: the user sees it, the assistant is told. Each line of a report says which fields of the result it tells; the act
carries these and no others.
"""

import random
from collections.abc import Mapping

from duologue.ids import from_json
from duologue.language.cases import fields, filled
from duologue.plans.guides import own_values
from duologue.plans.heeding import Heeding
from duologue.plans.trace import is_error
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.said import UnsaidError
from duologue.types import Act, Json, Message, Task, Tool, ToolCall

__all__ = ["OwnSide", "is_trouble"]

_MOST_TIMES = 4
"""How often the user does the same thing for an assistant that asks for it again and again."""


def is_trouble(scene: Scene) -> bool:
    """Whether what was asked for last is about a trouble on the user's side."""
    need = scene.part.subtask.need if scene.part is not None else None
    return need is not None and need.meaning.family == "mend"


class OwnSide:
    """The user's own tools, by name."""

    def __init__(self, tools: tuple[Tool, ...]) -> None:
        self.tools: Mapping[str, Tool] = {t.name: t for t in tools}
        self.heeding = Heeding(tools)

    def reply(self, scene: Scene) -> Utterance | None:
        """What the user does with a tool of theirs, or says of what it showed; None where it is not about that."""
        if scene.view.turns[-1].message.role == "user_result":
            return self._told(scene)
        for act in scene.past.heard:
            if act.kind == "instruct" and act.values["tool"] in self.tools:
                task = scene.scenario.tasks[scene.view.task]
                return self.use(task, str(act.values["tool"]), act.values["args"], len(scene.view.turns))
        return self._heeded(scene) if self.tools and scene.past.is_free and is_trouble(scene) else None

    def _heeded(self, scene: Scene) -> Utterance | None:
        """What an assistant is heard to ask for that is known by its words alone."""
        asked = self.heeding.asked_for(scene.heard)
        if asked is None:
            return None
        tool, arguments = asked
        done = self.use(scene.scenario.tasks[scene.view.task], tool.name, arguments, len(scene.view.turns))
        call = done.message.tool_calls[0]
        before = [c for t in scene.view.turns for c in t.message.tool_calls if c.own]
        again = sum((c.name, c.arguments) == (call.name, call.arguments) for c in before)
        return done if again < _MOST_TIMES else None

    def use(self, task: Task, name: str, arguments: Mapping[str, Json], at: int) -> Utterance:
        """A call of one of the user's tools, on what is theirs."""
        given = {**own_values(self.tools[name], task.own), **arguments}
        return Utterance(Message("user_call", tool_calls=(ToolCall(f"own_{at}_1", name, given, own=True),)))

    def _told(self, scene: Scene) -> Utterance:
        turns = scene.view.turns
        call, result = turns[-2].message.tool_calls[-1], from_json(turns[-1].message.content)
        if is_error(result):
            text = scene.words.say("own.failed", scene.dice, message=str(result["error"]["message"]))
            return say(text, Act("observe", values={"tool": call.name, "seen": {}, "failed": True}))
        asked = next((str(a.values["field"]) for a in scene.past.heard if a.kind == "instruct"), "")
        text, seen = self._line(self.tools[call.name], result, asked, scene.dice)
        return say(text, Act("observe", values={"tool": call.name, "seen": seen}))

    def _line(
        self, tool: Tool, result: Mapping[str, Json], asked: str, dice: random.Random
    ) -> tuple[str, dict[str, Json]]:
        """What is said of a result, and what of it that tells: the field asked for, where there are words for it."""
        lines = [(t, line) for line in tool.wording.get("report", ()) if (t := filled(line, result)) is not None]
        if not lines:
            raise UnsaidError(f"there are no words for what {tool.name} showed")
        text, line = dice.choice([x for x in lines if asked in fields(x[1])] or lines)
        return text, {name: result[name] for name in sorted(fields(line))}
