"""A brain that plays the roles of known scenarios truthfully, and has no intelligence at all.

It is given proven scenarios with their environments. A user's goal, or the words of a user it played itself, tell it which one is
under way; the rest follows from the request alone, so any number of conversations may go on at once, be cut, resumed or
spoilt by faults: what is still missing of the plan is what comes next.

    user     asks subtask by subtask, says yes when asked, ends when the last one was answered
    agent    makes the plan's calls with what the results really hold, asks before it changes anything, tells what was to be told
    tasks    hands out the scenarios' tasks, one scenario for each item that asks
    judge    passes every line
    wording  leaves the words as they are
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from duologue.catalog import Catalog
from duologue.errors import StageError
from duologue.language.phrases import Phrases
from duologue.plans.placeholders import leaves, resolve
from duologue.testing.lines import (
    AGAIN,
    ALSO,
    ANSWERS,
    ASKS,
    LOST,
    OPENS,
    THANKS,
    WELCOME,
    YES,
    changed,
    proposal,
    report,
    request,
)
from duologue.testing.protocol import Body, Reply, Wire
from duologue.testing.roles import role_of
from duologue.types import Environment, Json, Message, PlanStep, Scenario, Subtask, Task, Tool, ToolCall


class Shelf(Struct, frozen=True):
    """Scenarios over one environment."""

    environment: Environment
    catalog: Catalog
    scenarios: tuple[Scenario, ...]


class Known(Struct, frozen=True):
    """A task it knows, and where it stands."""

    shelf: Shelf
    scenario: Scenario
    task: Task


class Made(Struct, frozen=True):
    """A call of the conversation with its result."""

    name: str
    arguments: Json
    result: Json


OBJECTIONS = ("Answer again: the whole JSON object", "your last message was not sent")
"""How a message begins or ends that shows an answer back to its maker."""


class Line(Struct, frozen=True):
    """A request of the user's, as it is said, and what it asks for."""

    words: str
    known: Known
    subtasks: tuple[Subtask, ...]


class Goals:
    """Finds known goals in texts, however many it knows."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._depth = min((len(k.task.goal) for k in known), default=1)
        self._openings = sorted({k.task.goal[: min(8, self._depth)] for k in known})
        self._known: dict[str, list[Known]] = {}
        for k in known:
            self._known.setdefault(k.task.goal[: self._depth], []).append(k)

    def within(self, text: str) -> Known | None:
        """The task whose goal the text holds; the longest where several do."""
        best: Known | None = None
        for opening in self._openings:
            at = text.find(opening)
            while at >= 0:
                for k in self._known.get(text[at : at + self._depth], ()):
                    if text.startswith(k.task.goal, at) and (best is None or len(best.task.goal) < len(k.task.goal)):
                        best = k
                at = text.find(opening, at + 1)
        return best

    def last(self, messages: list[Wire]) -> tuple[Known, int] | None:
        """The goal last given, and the index of the message that gave it."""
        for index in range(len(messages) - 1, -1, -1):
            if messages[index]["role"] != "assistant":
                known = self.within(messages[index]["content"])
                if known is not None:
                    return known, index
        return None


class ScenarioBrain:
    """Answers any request about the scenarios it was given; with `LOST` what it does not recognise."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self.shelves = tuple(shelves)
        known = [Known(s, scenario, task) for s in shelves for scenario in s.scenarios for task in scenario.tasks]
        self._goals = Goals(known)
        self._scripts: dict[str, list[tuple[Line, ...]]] = {}
        """What is asked first → all that is asked, for each scenario that begins so."""
        for shelf in self.shelves:
            for scenario in shelf.scenarios:
                script = _script(shelf, scenario)
                self._scripts.setdefault(script[0].words, []).append(script)
        self._phrases = {s.environment.id: Phrases(s.catalog) for s in shelves}
        self._parts: dict[str, Callable[[Body], Reply]] = {"user": self._user, "agent": self._agent}

    def __call__(self, body: Body) -> Reply:
        """The answer of the role that the request asks for."""
        part = self._parts.get(role_of(body))
        return part(body) if part is not None else LOST

    # ── the user ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _user(self, body: Body) -> Reply:
        messages = _heard(body["messages"])
        found = self._goals.last(messages)
        if found is None:
            return _says(LOST)
        known, since = found
        lines = [line.words for line in _script(known.shelf, known.scenario) if line.known.task is known.task]
        asked = [_own_words(m) for m in messages[since:] if m["role"] == "assistant"]
        made = [line for line in lines if line in asked]
        heard = messages[-1]["content"] if made else ""
        if made and ASKS in heard:
            return _says(YES)
        if made and not any(start in heard for start in ANSWERS):
            return _says(AGAIN * sum(made[-1] in words for words in asked) + made[-1])
        if len(made) < len(lines):
            return _says(lines[len(made)])
        return _says(THANKS, done=True)

    # ── the agent ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _agent(self, body: Body) -> Reply:
        messages = _heard(body["messages"])
        heard = [m["content"].strip().replace(AGAIN, "") for m in messages if m["role"] == "user"]
        asked = self._followed(heard)
        if not asked:
            return LOST
        if heard[-1] == THANKS:
            return WELCOME
        return _Work(asked, messages, self._phrases[asked[0][0].known.shelf.environment.id]).next_move()

    def _followed(self, heard: list[str]) -> list[tuple[Line, ...]]:
        """What the user has asked for so far, in order, in each scenario where exactly that is asked."""
        first = next((h for h in heard if h in self._scripts), "")
        return [asked for script in self._scripts.get(first, ()) if (asked := _asked(script, heard))]


class _Work:
    """The agent's side of one conversation: which steps have been taken, and what comes next."""

    def __init__(self, asked: list[tuple[Line, ...]], messages: list[Wire], phrases: Phrases) -> None:
        self.asked, self.messages, self.phrases = asked, messages, phrases
        self.tools = {t.name: t for t in asked[0][0].known.shelf.environment.toolset.tools}
        self.unused = _made(messages)
        self.results: dict[str, dict[int, Json]] = {}

    def next_move(self) -> Reply:
        """The next call, a proposal, or the report on what was asked last."""
        written: list[str] = []
        failures: list[str] = []
        for line in self.asked[0]:
            known = line.known
            written, failures = [], []
            for number in sorted({n for s in line.subtasks for n in s.steps}):
                step = known.task.plan[number - 1]
                results = self.results.setdefault(known.task.id, {})
                if number in results:
                    continue
                try:
                    arguments = resolve(step.arguments, results)
                except StageError:
                    return LOST
                tool = self.tools[step.tool]
                made = self._take(step, arguments)
                if made is None:
                    return self._move(known, tool, arguments)
                results[number] = made.result
                problem = made.result.get("error") if isinstance(made.result, dict) else None
                if problem:
                    failures.append(str(problem.get("message", problem)))
                elif tool.effect == "write":
                    written.append(changed(self.phrases, tool, arguments))
        return report(self.phrases, self._to_tell(), written, failures)

    def _to_tell(self) -> list[Subtask]:
        """The parts asked for last. Where several scenarios have asked in the same words so far, what any of them wants told, as
        far as it really came back."""
        own = list(self.asked[0][-1].subtasks)
        back = {str(value) for r in self.results.values() for result in r.values() for _, value in leaves(result)}
        told = {(d.slot, str(d.value)) for s in own for d in s.tell}
        for other in self.asked[1:]:
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
        """The call that takes a step, if it was made; no other step can have it."""
        for made in self.unused:
            if made.name == step.tool and made.arguments == arguments:
                self.unused.remove(made)
                return made
        return None

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


def _made(messages: list[Wire]) -> list[Made]:
    results = {m["tool_call_id"]: m["content"] for m in messages if m["role"] == "tool"}
    calls = [c for m in messages for c in m.get("tool_calls") or () if c["id"] in results]
    return [Made(c["function"]["name"], _value(c["function"]["arguments"]), _value(results[c["id"]])) for c in calls]


def _value(text: str) -> Json:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _script(shelf: Shelf, scenario: Scenario) -> tuple[Line, ...]:
    """All that the user asks, in order; nothing twice in the same words."""
    lines: list[Line] = []
    for task in scenario.tasks:
        known = Known(shelf, scenario, task)
        parts = [task.subtasks] if scenario.mode == "task" else [(s,) for s in task.subtasks]
        for part in parts:
            words = request(part)
            while any(line.words == words for line in lines):
                words = f"{ALSO}{words}"
            lines.append(Line(words, known, part))
    return tuple(lines)


def _asked(script: tuple[Line, ...], heard: list[str]) -> tuple[Line, ...]:
    """The beginning of a script that has been asked for; nothing where something else was. Repeated requests are one."""
    known = {line.words for line in script}
    reached = 0
    for words in heard:
        if reached < len(script) and words == script[reached].words:
            reached += 1
        elif OPENS in words and (words not in known or words != script[reached - 1].words):
            return ()
    return script[:reached]


def _says(words: str, done: bool = False) -> dict[str, Json]:
    return {"user_message": words, "is_task_complete": done}


def _own_words(message: Wire) -> str:
    found = _value(message["content"])
    return str(found.get("user_message", "")).strip() if isinstance(found, dict) else message["content"].strip()


def _heard(messages: list[Wire]) -> list[Wire]:
    """The conversation without answers that were not taken up and what was said of them."""
    end = len(messages)
    while (
        end > 2 and messages[end - 1]["role"] == "user" and any(o in messages[end - 1]["content"] for o in OBJECTIONS)
    ):
        end -= 2
    return messages[:end]
