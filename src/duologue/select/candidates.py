"""A run's accepted conversations, one after the other, as selection sees them.

`asks` names what a task asks so that it is the same in any toolset over one database: the meanings of its critical steps and what
is given for what, and the words of what cannot be had; where a plan says nothing, the words of the goal. What a write sets and how
long a list may be do not count, as in the drawing of tasks: setting one entry to 5 or to 6 is the same wish.
"""

from collections.abc import Callable, Iterator
from typing import Final

from duologue.ids import digest, to_json
from duologue.select.samples import Candidate, OfferedTool
from duologue.select.tokens import estimate
from duologue.store import Store, StoredDialogue
from duologue.types import Environment, Json, PlanStep, Task, Tool, Turn

DIFFICULTIES: Final = ("easy", "medium", "hard")
PER_MESSAGE: Final = 4
"""Tokens a chat template puts around a message: its role, its marks."""
_NEWLY_SET = ("value", "limit")


def candidates(store: Store, tokens: Callable[[str], int] = estimate) -> Iterator[Candidate]:
    """The accepted conversations in the order of their items; `tokens` counts those of a text."""
    views = {environment.id: _View(environment, tokens) for environment in store.environments()}
    for stored in store.dialogues():
        yield views[stored.dialogue.environment].candidate(stored)


class _View:
    """An environment, and what is said of it for each of its conversations."""

    def __init__(self, environment: Environment, tokens: Callable[[str], int]) -> None:
        self.environment, self.tokens = environment, tokens
        self.tools = {tool.name: tool for tool in environment.toolset.tools}
        self.offered = {n: OfferedTool(n, t.description, t.parameters) for n, t in self.tools.items()}
        self.tool_tokens = tokens(to_json([_as_exported(t) for t in self.tools.values()]))
        """Of the tools as a row offers them."""
        self.system: dict[str, int] = {}
        """Tokens of the system messages: few different ones."""

    def candidate(self, stored: StoredDialogue) -> Candidate:
        dialogue = stored.dialogue
        tasks, path = dialogue.scenario.tasks, dialogue.path()
        called = dict.fromkeys(c.name for turn in path for c in turn.message.tool_calls if c.name in self.tools)
        return Candidate(
            id=dialogue.id,
            item=stored.item,
            domain=self.environment.name,
            environment=self.environment.id,
            mode=dialogue.scenario.mode,
            difficulty=max((t.difficulty for t in tasks), key=DIFFICULTIES.index, default=DIFFICULTIES[0]),
            families=tuple(sorted({_family(self.tools[name]) for name in called})),
            turns=sum(turn.message.role != "system" for turn in path),
            tokens=self.tool_tokens + sum(self._tokens(turn) for turn in path if not turn.message.is_own),
            goals=tuple(task.goal for task in tasks),
            asks=tuple(self._asks(task) for task in tasks),
            said=tuple(
                t.message.content for t in path if t.message.role in ("user", "assistant") and t.message.content
            ),
            tools=tuple(self.offered[name] for name in sorted(called)),
            messages=digest([_bare(turn) for turn in path if not turn.message.is_own]),
            by_user=tuple(t.message.content for t in path if t.message.role == "user" and t.message.content),
        )

    def _tokens(self, turn: Turn) -> int:
        message = turn.message
        if message.role == "system":
            if message.content not in self.system:
                self.system[message.content] = self.tokens(message.content) + PER_MESSAGE
            return self.system[message.content]
        calls = [to_json({"name": c.name, "arguments": c.arguments}) for c in message.tool_calls]
        return PER_MESSAGE + sum(self.tokens(text) for text in (message.content, message.reasoning, *calls) if text)

    def _asks(self, task: Task) -> str:
        steps = sorted({self._ask(step) for step in task.plan if step.weight == "critical"})
        unmet = sorted(_plain(part.goal) for part in task.subtasks if not part.steps)
        return digest([self.environment.image, steps or _plain(task.goal), unmet])

    def _ask(self, step: PlanStep) -> str:
        tool = self.tools.get(step.tool)
        given = {name: step.bound.get(name, value) for name, value in step.arguments.items()}
        if tool is None or tool.meaning is None:
            return digest([step.tool, given])
        slots = {n: s for n, s in tool.inputs.items() if n in given and s.use not in _NEWLY_SET}
        unknown = {n: v for n, v in given.items() if n not in tool.inputs}
        return digest(
            [tool.meaning, {f"{s.table}.{s.column}:{s.use}": str(given[n]) for n, s in slots.items()}, unknown]
        )


def _as_exported(tool: Tool) -> Json:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "returns": tool.returns,
    }
    return {"type": "function", "function": function}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _family(tool: Tool) -> str:
    return tool.meaning.family if tool.meaning is not None else tool.effect


def _bare(turn: Turn) -> list[Json]:
    """A message without what differs between two tellings of it: ids of calls."""
    message = turn.message
    return [message.role, message.content, message.reasoning, [[c.name, c.arguments] for c in message.tool_calls]]
