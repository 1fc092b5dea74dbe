"""The loop between two speakers: take a turn, execute what it calls, take the next.

`step` is the one operation: from the turns so far and the session in the state behind them to the next turn. Who speaks follows
from the last message alone, so a conversation can be taken up at any turn, by anybody.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from duologue.errors import StageError
from duologue.protocols import Journal, Session, Speaker, Utterance, View
from duologue.types import Continued, Dialogue, Message, Scenario, Turn

MOST_TURNS = 240
"""A conversation that is not over by then is given up (`most_turns`)."""
_OF_EACH = 30
"""Of one with many new goals: so many turns for each."""


class GivenUpError(StageError):
    """A conversation was given up. `dialogue` is as far as it came; the stage is the role at fault, or `play`."""

    def __init__(self, error: StageError, dialogue: Dialogue) -> None:
        super().__init__(error.stage, error.reason, error.evidence)
        self.dialogue = dialogue


def most_turns(scenario: Scenario, since: Continued | None) -> int:
    """How long a conversation may become; one that was gone on with is counted from there."""
    if since is None:
        return MOST_TURNS
    return since.at + max(MOST_TURNS, _OF_EACH * (len(scenario.tasks) - since.task))


class Participants(Protocol):
    """The two speakers and the session their calls run on."""

    user: Speaker
    agent: Speaker
    session: Session


def due(turns: Sequence[Turn]) -> str:
    """Who moves next: user · agent · tools · nobody."""
    last = turns[-1]
    if last.message.role in ("system", "user_result"):
        return "user"
    if last.message.role in ("user", "tool"):
        return "agent"
    if last.message.tool_calls:
        return "tools"
    asked = next((t for t in reversed(turns) if t.message.role == "user"), None)
    return "nobody" if asked is not None and asked.done else "user"


async def step(participants: Participants, turns: tuple[Turn, ...], mover: str) -> tuple[Turn, ...]:
    """The turns after the next move, which is the mover's (`due`): one more message, or one result for each call of the last."""
    if mover == "tools":
        return await _execute(participants.session, turns)
    speaker = participants.user if mover == "user" else participants.agent
    task = max(turns[-1].task, 0)
    said = await speaker.reply(View(turns, task))
    return (*turns, _turn(said, turns, task))


def _turn(said: Utterance, turns: tuple[Turn, ...], task: int) -> Turn:
    message, content = said.message, said.message.content.strip()
    return Turn(
        message=message if content == message.content else replace(message, content=content),
        parent=len(turns) - 1,
        state=turns[-1].state,
        maker=said.maker,
        call=said.call,
        task=task if said.task < 0 else said.task,
        acts=said.acts,
        behaviours=said.behaviours,
        rationale=said.rationale,
        origins=said.origins,
        train=said.train,
        done=said.done,
    )


async def _execute(session: Session, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    last = turns[-1]
    out = list(turns)
    for call in last.message.tool_calls:
        outcome = await session.call(call.name, call.arguments, call.own)
        message = Message("user_result" if call.own else "tool", content=outcome.text, tool_call_id=call.id)
        out.append(
            Turn(
                message,
                parent=len(out) - 1,
                state=outcome.state,
                maker="tool",
                task=last.task,
                changes=outcome.changes,
                fault=outcome.fault,
            )
        )
    return tuple(out)


async def play(
    participants: Participants, dialogue: Dialogue, moves: int | None = None, journal: Journal | None = None
) -> Dialogue:
    """Go on until nobody has anything to say, for so many `moves` at most where they are given; each is taken down in the `journal`. Raises `GivenUpError` where a speaker fails, or where it does not end."""
    turns = dialogue.turns
    most = most_turns(dialogue.scenario, dialogue.continued)
    brief = dialogue.scenario.mode == "task"  # no words after the last that matters
    try:
        while moves != 0 and (mover := due(turns)) != "nobody" and not (brief and turns[-1].done):
            if len(turns) >= most:
                raise StageError("play", "the conversation does not end", f"{len(turns)} turns")
            turns = await step(participants, turns, mover)
            moves = moves - 1 if moves is not None else None
            if journal is not None:
                journal(turns)
    except StageError as error:
        raise GivenUpError(error, replace(dialogue, turns=turns)) from error
    return replace(dialogue, turns=turns)
