"""What is written beside a conversation: its measures, as the paper counts them.

The words are those of the paper: a *turn* is a message other than the system's (user, assistant or tool result); a *step*
is one tool-use iteration (an assistant message that makes calls) towards one user request; a *task* is an objective
completed.
"""

from msgspec import Struct

from duologue.types import Dialogue, Environment, Message, Verdict


class StoredDialogue(Struct, frozen=True, omit_defaults=True):
    """A conversation as the store holds it. `item` is its number among the `-n` asked for, from 0."""

    item: int
    dialogue: Dialogue
    verdicts: tuple[Verdict, ...]
    drawn_again: int = 0
    """Which of the item's conversations it was, from 1, where it failed and another was drawn; 0 where it stands."""


class Measures(Struct, frozen=True):
    """The counts of one conversation that the statistics are made of; see the columns of `dialogues` in schema.sql."""

    turns: int
    user_turns: int
    tasks: int
    calls: int
    writes: int
    steps: int
    requests: int
    longest: int


def writing_tools(environment: Environment) -> frozenset[str]:
    """Names of the tools whose effect is `write`."""
    return frozenset(tool.name for tool in environment.toolset.tools if tool.effect == "write")


def measure(dialogue: Dialogue, writing: frozenset[str]) -> Measures:
    """Count a conversation. `writing` names the tools that change the database."""
    said = [turn.message for turn in dialogue.path() if turn.message.role != "system"]
    calls = [call for message in said if message.tool_calls for call in message.tool_calls if not call.own]
    requests = _iterations(said)
    iterations = [n for n in requests if n]
    return Measures(
        turns=len(said),
        user_turns=len(requests) - 1,
        tasks=len(dialogue.scenario.tasks),
        calls=len(calls),
        writes=len([call for call in calls if call.name in writing]),
        steps=sum(iterations),
        requests=len(iterations),
        longest=max(iterations, default=0),
    )


def behaviours_of(dialogue: Dialogue) -> list[str]:
    """Names of the behaviours that the turns of a conversation hold, each once, in order."""
    return sorted({name for turn in dialogue.path() for name in turn.behaviours})


def _iterations(said: list[Message]) -> list[int]:
    """For what precedes all user turns, and for each of them, the assistant messages with calls that follow before the next one."""
    counts = [0]
    for message in said:
        if message.role == "user":
            counts.append(0)
        elif message.role == "assistant" and message.tool_calls:
            counts[-1] += 1
    return counts
