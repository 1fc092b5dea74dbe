"""A conversation taken apart into moves, changed, and performed again.

A move is a message of a speaker's. Results belong to the calls that gave them: they are never edited, but come from executing the
calls again in a fresh session. So whatever is changed, every result, row change and state after it is true.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog import Column
from duologue.checks import columns_of
from duologue.environment import open_session, quote
from duologue.ids import to_json
from duologue.plans.trace import is_error
from duologue.traps.worlds import World
from duologue.types import Dialogue, Json, Message, Tool, ToolCall, Turn


class Move(Struct, frozen=True):
    """A message of a speaker's, with what its calls gave when it was first played."""

    turn: Turn
    at: int = -1
    """Its turn in the sound conversation; -1 for one put in."""
    texts: tuple[str, ...] = ()
    """The results as they must come again; empty where anything may come."""

    @property
    def role(self) -> str:
        """Who moves."""
        return self.turn.message.role

    @property
    def text(self) -> str:
        """What is said; empty for calls."""
        return self.turn.message.content

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """What is called."""
        return self.turn.message.tool_calls

    @property
    def results(self) -> list[Json]:
        """What the calls gave."""
        return [msgspec.json.decode(t) for t in self.texts]

    @property
    def failed(self) -> bool:
        """A call of it came back as an error."""
        return any(is_error(r) for r in self.results)

    def is_a(self, act: str) -> bool:
        """Whether it was marked as doing this."""
        return any(a.kind == act for a in self.turn.acts)

    def saying(self, text: str) -> "Move":
        """The same move in other words."""
        return Move(replace(self.turn, message=replace(self.turn.message, content=text), acts=()), self.at)

    def calling(self, *calls: tuple[str, dict[str, Json]]) -> "Move":
        """The same move with other calls."""
        made = tuple(ToolCall("", name, arguments) for name, arguments in calls)
        return Move(replace(self.turn, message=Message("assistant", tool_calls=made), origins={}, acts=()), self.at)


Moves = tuple[Move, ...]


class Play(Struct, frozen=True):
    """A sound conversation in its world, ready to be changed."""

    world: World
    number: int
    """Its number in its world."""
    dialogue: Dialogue
    moves: Moves

    def tool(self, call: ToolCall) -> Tool:
        """The tool that a call names."""
        return self.world.workshop.index.by_name[call.name]

    def key_of(self, call: ToolCall) -> str:
        """The last argument of a call that is a key; empty where none is."""
        inputs = self.tool(call).inputs
        return next((n for n in reversed(call.arguments) if n in inputs and inputs[n].use == "key"), "")

    def column(self, call: ToolCall, field: str) -> Column | None:
        """The column that a field of a call's result, of the top level or of its rows, holds."""
        for path, slot in self.tool(call).outputs.items():
            if path.rpartition(".")[2] == field and path.count(".") < 2:
                return columns_of(self.world.workshop.catalog).get(f"{slot.table}.{slot.column}")
        return None

    def reads(self) -> list[int]:
        """The moves with one successful read."""
        return [i for i, m in enumerate(self.moves) if self._is_single(m, "read")]

    def writes(self) -> list[int]:
        """The moves with one successful write."""
        return [i for i, m in enumerate(self.moves) if self._is_single(m, "write")]

    def _is_single(self, move: Move, effect: str) -> bool:
        return len(move.calls) == 1 and not move.failed and self.tool(move.calls[0]).effect == effect

    def report(self, i: int) -> int:
        """The assistant's first text after a move."""
        return next(
            n for n in range(i + 1, len(self.moves)) if self.moves[n].role == "assistant" and self.moves[n].text
        )

    def request(self, i: int) -> int:
        """The last words of the user's before a move."""
        return next(n for n in range(i - 1, 0, -1) if self.moves[n].role == "user")

    def is_built_on(self, i: int) -> bool:
        """Whether a later call takes something from what the calls of a move gave."""
        at = self.moves[i].at
        turns = range(at + 1, at + 1 + len(self.moves[i].texts))
        origins = (o for m in self.moves for given in m.turn.origins.values() for o in given.values())
        return any(o.kind == "result" and o.turn in turns for o in origins)

    def needs(self, i: int, source: int) -> bool:
        """Whether the calls of a move hold a key that nothing before said or gave but another move's results."""
        call = self.moves[i].calls[0]
        value = call.arguments.get(self.key_of(call))
        known = " ".join(t for n, m in enumerate(self.moves[:i]) if n != source for t in (m.text, *m.texts))
        return (
            value is not None and any(to_json(value) in t for t in self.moves[source].texts) and str(value) not in known
        )

    def put(self, at: int, *moves: Move) -> Moves:
        """All moves, with others in the place of one."""
        return (*self.moves[:at], *moves, *self.moves[at + 1 :])


def rows(result: Json) -> list[dict[str, Json]]:
    """The rows of the first list in a result."""
    lists = [v for v in result.values() if isinstance(v, list)] if isinstance(result, dict) else []
    return [r for r in lists[0] if isinstance(r, dict)] if lists else []


def field_values(play: Play, column: Column) -> list[Json]:
    """The values of a column, in order."""
    image = play.world.workshop.image
    assert image is not None
    sql = f"SELECT DISTINCT {quote(column.name)} FROM {quote(column.table)} ORDER BY 1"
    return [row[0] for row in image.connect().execute(sql) if row[0] is not None]


def taken_apart(world: World, number: int, dialogue: Dialogue) -> Play:
    """The moves of a conversation."""
    moves = []
    for at, turn in enumerate(dialogue.turns):
        if turn.message.role != "tool":
            rest = dialogue.turns[at + 1 :] if turn.message.tool_calls else ()
            texts = tuple(t.message.content for t in takewhile(lambda t: t.message.role == "tool", rest))
            moves.append(Move(turn, at, texts))
    return Play(world, number, dialogue, tuple(moves))


class Change(Struct, frozen=True):
    """What to perform instead, and what must come of it for it to be the fault (or the liberty) that is meant."""

    moves: Moves
    at: int
    """The move that is changed."""
    must: Literal["", "change", "fail", "miss"] = ""
    """The move's calls must change a row, come back as an error, or find nothing (as an error or as an empty list)."""


def ask(play: Play, at: int, name: str, arguments: dict[str, Json]) -> Json:
    """What a call would give just before a move."""
    shop, calls = play.world.workshop, [c for m in play.moves[:at] for c in m.calls]
    assert shop.image is not None
    with open_session(shop.image, shop.environment, play.dialogue.scenario.clock, calls) as session:
        return session.execute(name, arguments).result


class Performed(Struct, frozen=True):
    """Moves performed: the conversation, and the turn at which each move begins."""

    dialogue: Dialogue
    starts: tuple[int, ...]
    steady: bool
    """What was left as it was gave what it gave before."""


def perform(play: Play, moves: Sequence[Move]) -> Performed:
    """Execute the calls of the moves and put the conversation together."""
    shop = play.world.workshop
    assert shop.image is not None
    turns: list[Turn] = []
    starts = []
    steady = True
    with open_session(shop.image, shop.environment, play.dialogue.scenario.clock) as session:
        for move in moves:
            at = len(turns)
            starts.append(at)
            calls = tuple(replace(c, id=f"call_{at}_{n}") for n, c in enumerate(move.calls, 1))
            message = replace(move.turn.message, tool_calls=calls)
            turns.append(
                replace(move.turn, message=message, parent=at - 1 if at else None, state=session.state, origins={})
            )
            outcomes = [session.execute(c.name, c.arguments) for c in calls]
            for call, outcome in zip(calls, outcomes, strict=True):
                answer = Message("tool", outcome.text, tool_call_id=call.id)
                turn = Turn(answer, len(turns) - 1, outcome.state, "tool", task=move.turn.task, changes=outcome.changes)
                turns.append(turn)
            steady = steady and (not move.texts or move.texts == tuple(o.text for o in outcomes))
    return Performed(replace(play.dialogue, turns=tuple(turns)), tuple(starts), steady)
