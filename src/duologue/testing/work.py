"""The agent's side of one conversation that `ScenarioBrain` plays: which steps have been taken, and what comes next."""

import msgspec
from msgspec import Struct

from duologue.errors import StageError
from duologue.language.phrases import Phrases
from duologue.plans.placeholders import leaves, resolve
from duologue.testing.known import Known, Line
from duologue.testing.lines import LOST, YES, changed, proposal, report
from duologue.testing.protocol import Reply, Wire
from duologue.types import Json, Message, PlanStep, Subtask, Tool, ToolCall


class Made(Struct, frozen=True):
    """A call of the conversation with its result."""

    name: str
    arguments: Json
    result: Json


class Work:
    """What was asked (`Scripts.followed`) beside what was done."""

    def __init__(self, asked: list[list[tuple[Line, ...]]], messages: list[Wire], phrases: Phrases) -> None:
        self.asked, self.messages, self.phrases = asked, messages, phrases
        self.tools = {t.name: t for t in asked[0][0][0].known.shelf.environment.toolset.tools}
        self.made = _made(messages)
        self.used: set[int] = set()
        self.results: dict[int, Json] = {}
        """Of the task last looked at, step → what it returned."""
        self.written: list[str] = []
        self.failures: list[str] = []

    def next_move(self) -> Reply:
        """The next call, a proposal, or the report on what was asked last."""
        for task in self.asked:
            self.results = {}
            for line in task[0]:
                move = self._line(line)
                if move is not None:
                    return move
        return report(self.phrases, self._to_tell(), self.written, self.failures)

    def _line(self, line: Line) -> Reply | None:
        """What is still to be done for a line; None where all is."""
        self.written, self.failures = [], []
        for number in sorted({n for s in line.subtasks for n in s.steps} - self.results.keys()):
            step = line.known.task.plan[number - 1]
            try:
                arguments = resolve(step.arguments, self.results)
            except StageError:
                return LOST
            tool = self.tools[step.tool]
            made = self._take(step, arguments)
            if made is None:
                return self._move(line.known, tool, arguments)
            self.results[number] = made.result
            problem = made.result.get("error") if isinstance(made.result, dict) else None
            if problem:
                self.failures.append(str(problem.get("message", problem)))
            elif tool.effect == "write":
                self.written.append(changed(self.phrases, tool, arguments))
        return None

    def _to_tell(self) -> list[Subtask]:
        """The parts asked for last. Where it may be several tasks that were asked in the same words so far, what any of them wants
        told, as far as it really came back."""
        first, *others = self.asked[-1]
        own = list(first[-1].subtasks)
        back = {str(value) for result in self.results.values() for _, value in leaves(result)}
        told = {(d.slot, str(d.value)) for s in own for d in s.tell}
        for other in others:
            more = [
                d
                for s in other[-1].subtasks
                for d in s.tell
                if (d.slot, str(d.value)) not in told and str(d.value) in back
            ]
            told.update((d.slot, str(d.value)) for d in more)
            own += [Subtask("", tell=tuple(more))]
        return own

    def _take(self, step: PlanStep, arguments: Json) -> Made | None:
        """The call that takes a step, if it was made; no other step can have it, unless it read what has not changed since."""
        fitting = [n for n, m in enumerate(self.made) if m.name == step.tool and m.arguments == arguments]
        for number in fitting:
            if number not in self.used:
                self.used.add(number)
                return self.made[number]
        still = bool(fitting) and not any(self._writes(m) for m in self.made[fitting[-1] :])
        return self.made[fitting[-1]] if still else None

    def _writes(self, made: Made) -> bool:
        tool = self.tools.get(made.name)
        return tool is not None and tool.effect == "write"

    def _move(self, known: Known, tool: Tool, arguments: dict[str, Json]) -> Reply:
        call = Message("assistant", reasoning="The records must say.", tool_calls=(ToolCall("", tool.name, arguments),))
        asks = (
            tool.effect == "write" and known.shelf.environment.policy.confirm_writes and known.scenario.mode == "user"
        )
        if not asks:
            return call
        proposed = proposal(self.phrases, tool, arguments)
        said = [m for m in self.messages if m["role"] in ("user", "assistant")]
        agreed = len(said) > 1 and said[-1]["content"].strip() == YES and said[-2]["content"] == proposed
        return call if agreed else proposed


def value_of(text: str) -> Json:
    """The JSON value that a text is; None where it is none."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _made(messages: list[Wire]) -> list[Made]:
    results = {m["tool_call_id"]: m["content"] for m in messages if m["role"] == "tool"}
    calls = [c for m in messages for c in m.get("tool_calls") or () if c["id"] in results]
    return [
        Made(c["function"]["name"], value_of(c["function"]["arguments"]), value_of(results[c["id"]])) for c in calls
    ]
