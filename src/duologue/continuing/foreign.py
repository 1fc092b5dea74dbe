"""A conversation of which only the messages are known, as one that can be gone on with.

What was said is settled, as one task without parts: nobody knows what it was to be, so nothing is asked of it, and the turns are not trained
on. What its calls changed, where they can be made again, is that task's target. Where tools only have a description their environment
has no database (`Environment.image` is empty), and whether one changes anything is taken from its name.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from duologue.audit.deeds import changes
from duologue.checked import CONTINUE
from duologue.continuing.places import parts
from duologue.environment import net_changes
from duologue.errors import StageError
from duologue.ids import derive_seed, digest
from duologue.plans.trace import read_result
from duologue.talks import Offered, Talk
from duologue.talks import Turn as Heard
from duologue.tools import environment_for
from duologue.types import (
    ClockSpec,
    Dialogue,
    Environment,
    Message,
    Policy,
    RowChange,
    Scenario,
    Task,
    Tool,
    ToolCall,
    Toolset,
    Turn,
)

SETTLED = "All that was asked so far is settled."
SILENT = "the assistant says nothing in it"
NO_LIST = "it offers no tools"


def dialogue_of_talk(talk: Talk, name: str, environment: Environment | None, seed: int) -> tuple[Dialogue, Environment]:
    """The conversation up to the assistant's last words, and its environment: the one given, or one of the tools as it describes them.

    Raises `StageError` where it can't be gone on with.
    """
    turns = tuple(_turns(talk))
    last = max((n for n, t in enumerate(turns) if t.message.role == "assistant" and _speaks(t)), default=0)
    if not last:
        raise StageError(CONTINUE, SILENT, "it is there to be answered" if talk.prompt else "")
    if environment is None:
        environment = described(talk, name)
    known = {t.name for t in environment.toolset.tools}
    missing = sorted({c.name for t in turns for c in t.message.tool_calls} - known)
    if missing:
        raise StageError(CONTINUE, "it calls tools that nobody describes", ", ".join(missing))
    clock = ClockSpec("2025-06-02T09:00:00", derive_seed(seed, "clock", name))
    scenario = settled(Scenario(name, (), clock, derive_seed(seed, "foreign", name)))
    stays = _left(turns[: last + 1])
    return Dialogue(digest([name, scenario.seed]), environment.id, scenario, stays), environment


def _left(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns, the user's last one marked where they take leave in it."""
    asked = max((n for n, t in enumerate(turns) if t.message.role == "user"), default=0)
    over = len(turns) == asked + 2 and asked > 1 and parts(turns[asked].message.content, turns[-1].message.content)
    return (*turns[:asked], replace(turns[asked], done=True), *turns[asked + 1 :]) if over else turns


def settled(scenario: Scenario, changed: Sequence[RowChange] = ()) -> Scenario:
    """A scenario with what was said so far as its only task."""
    target = tuple(net_changes(changed))
    task = Task(digest([scenario.id, SETTLED]), SETTLED, target=target)
    return replace(scenario, tasks=(task,), order=())


def check_results(turns: Sequence[Turn]) -> None:
    """Raise `StageError` where a result is no JSON object, as a model that plays the tools is to answer."""
    for number, turn in enumerate(turns):
        if turn.message.role == "tool" and not isinstance(read_result(turn.message.content), dict):
            raise StageError(
                CONTINUE, "a result in it is no JSON object, so a model can't take its tools over", f"turn {number}"
            )


def described(talk: Talk, name: str) -> Environment:
    """An environment of tools that only have a description. Raises `StageError`."""
    if not talk.tools:
        raise StageError(CONTINUE, NO_LIST, talk.tools_problem)
    wrong = next((problem for tool in talk.tools for problem in tool.problems), "")
    if wrong or len({t.name for t in talk.tools}) < len(talk.tools):
        raise StageError(CONTINUE, "its tools can't be read", wrong or "two have one name")
    toolset = Toolset(name, tuple(map(_tool, talk.tools)))
    return environment_for(name.partition(":")[0], "", toolset, Policy(confirm_writes=False))


def _tool(offered: Offered) -> Tool:
    parameters = {"type": "object", "properties": {}, **offered.parameters}
    returns = offered.returns or {"type": "object"}
    effect = "write" if changes(offered.name) else "read"
    return Tool(offered.name, offered.description, parameters, returns, effect)  # type: ignore[arg-type]


def _speaks(turn: Turn) -> bool:
    return bool(turn.message.content.strip()) and not turn.message.tool_calls


def _turns(talk: Talk) -> Iterator[Turn]:
    """Its messages as turns, behind a system message. Raises `StageError` where calls and results don't fit together."""
    heard = list(talk.turns)
    if not heard or heard[0].role != "system":
        heard.insert(0, Heard("system", "", -1))
    waiting: list[tuple[str, ToolCall]] = []
    for number, said in enumerate(heard):
        parent = number - 1 if number else None
        if waiting and said.role != "tool":
            raise StageError(CONTINUE, "a call in it has no result", f"message {said.place}")
        asked = list(_calls(said, number))
        waiting += asked
        answers = ""
        if said.role == "tool":
            if not waiting:
                raise StageError(CONTINUE, "a result in it answers no call", f"message {said.place}")
            found = _answered(said, waiting)
            waiting.remove(found)
            answers = found[1].id
        calls = tuple(call for _, call in asked)
        message = Message(said.role, said.text, said.reasoning, calls, answers)
        maker = "tool" if said.role == "tool" else "file"
        yield Turn(message, parent, maker=maker, train=said.role != "assistant")


def _answered(said: Heard, waiting: Sequence[tuple[str, ToolCall]]) -> tuple[str, ToolCall]:
    """The waiting call that a result is of: by the id it names, of several by the tool it names, else the first."""
    named = [one for one in waiting if said.answers and one[0] == said.answers] or waiting
    return next((one for one in named if one[1].name == said.name), named[0])


def _calls(said: Heard, number: int) -> Iterator[tuple[str, ToolCall]]:
    """Each call beside the id it has there, which another may have too."""
    for n, call in enumerate(said.calls, 1):
        if call.arguments is None or not call.name:
            raise StageError(CONTINUE, "a call in it can't be read", call.problem or call.text[:200])
        yield call.id, ToolCall(f"call_{number}_{n}", call.name, call.arguments)
