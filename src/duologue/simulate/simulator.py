"""A session whose tools have no implementation: a model answers each call, and code holds it to what it has answered.

Code judges what code can: whether the tool exists and the arguments fit (the model is not asked), whether the result obeys the
returns schema, whether it contradicts the facts told so far (`checks.entities`). An objection is shown back. The same call, with
nothing written in between, gets the same answer without asking.

All of it follows from the turns of the conversation: the chat with the model, the memory and the state after each call. So a
session is taken up from a path like any other, and its chat only ever grows, which lets a server reuse its prefix.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from duologue.checks.entities import Memory, call_name
from duologue.checks.schema import validators
from duologue.environment import tick
from duologue.environment.arguments import Parameters
from duologue.environment.limits import DEFAULT_LIMITS
from duologue.environment.programs import styled
from duologue.errors import ToolError
from duologue.ids import canonical, digest, to_json
from duologue.models.voice import Voice
from duologue.plans.trace import is_error
from duologue.protocols import Outcome, Speaker, StateToken, Utterance, View
from duologue.types import ClockSpec, Environment, Json, Message, RowChange, Tool, ToolCall, Turn

LONGEST = 12_000
"""Characters of a result."""
LONGEST_SAYING, MOST_SAYINGS = 1_200, 12
SHOWN = 5
"""Objections shown back at a time."""


class Failure(Struct, frozen=True, forbid_unknown_fields=True):
    """An error as the model writes it."""

    type: Annotated[str, Meta(min_length=3, max_length=40)]
    message: Annotated[str, Meta(min_length=5, max_length=400)]


class Simulated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a call gives: a result, or an error."""

    result: dict[str, Json] | None = None
    error: Failure | None = None


class SimulatedSession:
    """One conversation's copy of a world that a model makes up."""

    def __init__(
        self, environment: Environment, clock: ClockSpec, voice: Voice, scope: str, turns: Sequence[Turn] = ()
    ) -> None:
        """At the state behind `turns`: the path that leads there, its calls answered as they were."""
        self._clock, self._voice, self._scope = clock, voice, scope
        self._style = environment.toolset.dialect.errors
        self._tools = {t.name: t for t in environment.toolset.tools}
        self._parameters = {t.name: Parameters(t, DEFAULT_LIMITS) for t in environment.toolset.tools}
        self._prompt = voice.prompts.render(
            "simulator",
            tools=[_shown(t) for t in self._tools.values()],
            rules=[r.text for r in environment.policy.rules],
        )
        self._memory = Memory(self._tools.values())
        self._answers: dict[tuple[str, bytes], Json] = {}
        """Calls and their results since the last write."""
        self._talk: list[Message] = []
        self._said: list[str] = []
        self._heard = 0
        self._ticks = 0
        self._hash = digest([environment.id, clock])
        self._take_up(turns)

    @property
    def state(self) -> StateToken:
        """The state it is in now: how many calls were made, and a hash over them and their results."""
        return f"{self._ticks}.{self._hash}"

    @property
    def now(self) -> str:
        """What its clock shows (ISO, UTC, to the second)."""
        return tick(self._clock, self._ticks)

    def hear(self, turns: Sequence[Turn]) -> None:
        """Listen to what was said in the turns that came since it last listened."""
        for turn in turns[self._heard :]:
            message = turn.message
            if message.role in ("user", "assistant") and message.content.strip() and not message.tool_calls:
                self._said.append(f"{message.role}: {_short(message.content)}")
        self._heard = max(self._heard, len(turns))

    async def call(self, name: str, arguments: dict[str, Json], own: bool = False) -> Outcome:
        """Answer a call of the assistant's; users have no tools of their own here. What the caller does wrong comes back in the outcome.

        Raises `StageError` (stage: the role) where the model gives no valid answer.
        """
        self._ticks += 1
        result = self._answered(name, arguments)
        if result is None:
            result = await self._asked(self._tools[name], arguments)
        return self._keep(name, arguments, result)

    def close(self) -> None:
        """Nothing is held."""

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answered(self, name: str, arguments: dict[str, Json]) -> Json:
        """The answer that needs no model: the arguments do not fit, or the call was answered before; None where there is none."""
        parameters = self._parameters.get(name)
        try:
            if parameters is None:
                known = ", ".join(sorted(self._tools)) or "none"
                raise ToolError("unknown_tool", f"There is no tool {str(name)[:100]!r}. The tools are: {known}.")
            parameters.bind(arguments)
        except ToolError as failure:
            return self._error(failure.type, failure.message)
        return self._answers.get((name, call_name(arguments)))

    async def _asked(self, tool: Tool, arguments: dict[str, Json]) -> Json:
        """The model's answer, once nothing speaks against it."""
        self._talk.append(self._question(tool, arguments))

        async def objection(answer: Simulated) -> str:
            problems = self._problems(tool, arguments, answer)
            return "\n".join(f"- {p}" for p in problems[:SHOWN])

        asked = await self._voice.ask_for(Simulated, self._prompt, self._talk, self._scope, objection)
        failure = asked.value.error
        result = asked.value.result if failure is None else self._error(failure.type, failure.message)
        self._talk.append(_answer(result))
        return result

    def _problems(self, tool: Tool, arguments: dict[str, Json], answer: Simulated) -> list[str]:
        if (answer.result is None) == (answer.error is None):
            return ["Answer with either a `result` or an `error`."]
        if answer.error is not None:
            error = {"error": {"type": answer.error.type, "message": answer.error.message}}
            return self._memory.objections(tool, arguments, error)
        if len(to_json(answer.result)) > LONGEST:
            return [f"The result is longer than {LONGEST} characters; give fewer rows."]
        try:
            wrong = [_told(error) for error in validators(tool)[1].iter_errors(answer.result)]
        except ValueError as error:
            return [f"The result can't be held against the schema: {error}."]
        return wrong or self._memory.objections(tool, arguments, answer.result)

    def _keep(self, name: str, arguments: dict[str, Json], result: Json) -> Outcome:
        """Remember a call and its result, however the result came about."""
        tool = self._tools.get(name)
        failed = is_error(result)
        text = _text(result)
        self._hash = digest([self._hash, self._ticks, name, call_name(arguments).decode(), text])
        changes: tuple[RowChange, ...] = ()
        if tool is not None:
            changes = self._memory.learn(tool, arguments, result)
            if tool.effect == "write" and not failed:
                self._answers.clear()
            else:
                self._answers[name, call_name(arguments)] = result
        return Outcome(result, text, changes, self.state, failed)

    def _question(self, tool: Tool, arguments: dict[str, Json]) -> Message:
        """A call as the model is shown it."""
        lines = [f"Call at {self.now} (UTC): {tool.name}({_text(arguments)})"]
        for kind, key, fixed, was in self._memory.known(tool, arguments):
            if fixed:
                lines.append(f"Known of {kind} {key}: {_text(fixed)}")
            if was:
                lines.append(f"So it was with {kind} {key} before the last change: {_text(was)}")
        if self._said:
            lines = ["Said since the last call:", *self._said[-MOST_SAYINGS:], "", *lines]
        self._said = []
        return Message("user", content="\n".join(lines))

    def _error(self, type: str, message: str) -> Json:
        return {"error": {"type": styled(type, self._style), "message": message}}

    # ── taking up a conversation ─────────────────────────────────────────────────────────────────────────────────────

    def _take_up(self, turns: Sequence[Turn]) -> None:
        waiting: dict[str, ToolCall] = {}
        for number, turn in enumerate(turns):
            self.hear(turns[: number + 1])
            waiting |= {call.id: call for call in turn.message.tool_calls}
            call = waiting.pop(turn.message.tool_call_id, None)
            if call is not None:
                self._again(call, msgspec.json.decode(turn.message.content))

    def _again(self, call: ToolCall, result: Json) -> None:
        """A call that was made before, with the result it had then."""
        self._ticks += 1
        if self._answered(call.name, call.arguments) is None:
            self._talk.append(self._question(self._tools[call.name], call.arguments))
            self._talk.append(_answer(result))
        self._keep(call.name, call.arguments, result)


class Overheard:
    """A speaker whose conversation the simulated world listens to: it hears all that is said before the speaker answers."""

    def __init__(self, speaker: Speaker, session: SimulatedSession) -> None:
        self.speaker, self.session = speaker, session

    async def reply(self, view: View) -> Utterance:
        """What the speaker says."""
        self.session.hear(view.turns)
        return await self.speaker.reply(view)


def _shown(tool: Tool) -> str:
    fields = ("name", "description", "effect", "parameters", "returns")
    return to_json({name: getattr(tool, name) for name in fields})


def _answer(result: Json) -> Message:
    """A result as it stands in the chat, whether it was just given or comes from a record."""
    return Message("assistant", content=_text(result if is_error(result) else {"result": result}))


def _text(value: Json) -> str:
    return canonical(value).decode()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SAYING else f"{line[:LONGEST_SAYING]}…"


def _told(error: Any) -> str:
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.instance_path).lstrip(".")
    return f"`{where or 'the result'}`: {str(error.message)[:200]}"
