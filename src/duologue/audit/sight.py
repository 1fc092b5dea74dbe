"""A conversation made ready to be judged: every call beside its answer, and whether that answer is an error.

Calls and results are paired here once, by id where the file has ids, by their order where it has none. Whoever answers several
calls in one message (as some trainers want it) has answered them all.
"""

import json
import re
from functools import cached_property

from msgspec import Struct

from duologue.talks.values import Call, Offered, Talk
from duologue.types import Json

__all__ = ["Made", "Sight", "failure"]

_WRAPS = ("output", "result", "returns", "return", "data", "response", "content")
_BAD = frozenset({"error", "failed", "failure", "fail", "errored"})
_NONE = frozenset({"", "none", "no", "null", "no error", "no errors", "false", "n/a", "ok", "success"})
_WORDS = re.compile(r"\s*(?:error\b\s*[:!\[({-]|error (?:executing|calling|occurred|while)|exception\b\s*:|traceback \(|\w*(?:Error|Exception): )", re.IGNORECASE)  # fmt: skip


class Made(Struct, frozen=True):
    """A call with what came of it."""

    call: Call
    at: int
    """The number of its turn."""
    answer: int
    """The turn that answers it, -1 where none does."""
    result: Json
    """The answer's value; its text where it is no JSON."""
    failed: bool
    tool: Offered | None
    """The tool it calls, where that is offered."""


class Sight:
    """What the checks see of one conversation."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.turns = talk, talk.turns
        self.tools = {t.name: t for t in talk.tools or ()}
        self.strays: list[int] = []
        """Results that answer no call."""
        self.left: list[tuple[int, int]] = []
        """Calls left without an answer when the conversation went on: the turn, and the place among its calls."""
        self.open: list[tuple[int, int]] = []
        """Calls that the conversation ends with."""
        self._answers: dict[tuple[int, int], tuple[int, int]] = {}
        self._pair()

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """All calls, in order."""
        out = []
        for at, turn in enumerate(self.turns):
            for n, call in enumerate(turn.calls):
                answer, part = self._answers.get((at, n), (-1, -1))
                result = _value(self.turns[answer].text, part) if answer >= 0 else None
                out.append(Made(call, at, answer, result, answer >= 0 and failure(result), self.tools.get(call.name)))
        return tuple(out)

    @cached_property
    def has_results(self) -> bool:
        """Some call is answered."""
        return any(m.answer >= 0 for m in self.made)

    def before(self, turn: int) -> tuple[Made, ...]:
        """The calls answered since the last words of user or assistant before a turn."""
        start = turn - 1
        while start > 0 and (self.turns[start].role == "tool" or self.turns[start].calls):
            start -= 1
        return tuple(m for m in self.made if start <= m.at < turn and 0 <= m.answer < turn)

    def next_is(self, turn: int, role: str) -> bool:
        """Whether the turn after this one is by `role`, or there is none."""
        return turn + 1 >= len(self.turns) or self.turns[turn + 1].role == role

    # ── Pairing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _pair(self) -> None:
        waiting: list[tuple[int, int]] = []
        for number, turn in enumerate(self.turns):
            if turn.role == "tool":
                self._answer(number, waiting)
                continue
            if turn.role != "system":
                self.left += waiting
                waiting = []
            waiting += [(number, n) for n in range(len(turn.calls))]
        self.open = waiting

    def _answer(self, number: int, waiting: list[tuple[int, int]]) -> None:
        turn = self.turns[number]
        named = [w for w in waiting if self._call(w).named]
        if turn.answers and named:
            found = next((w for w in waiting if self._call(w).id == turn.answers), None)
            if found is None:
                self.strays.append(number)
            else:
                waiting.remove(found)
                self._answers[found] = (number, -1)
        elif not waiting:
            self.strays.append(number)
        elif len(waiting) > 1 and not named and not self.next_is_tool(number):
            for part, call in enumerate(waiting):
                self._answers[call] = (number, part)
            waiting.clear()
        else:
            self._answers[waiting.pop(0)] = (number, -1)

    def next_is_tool(self, number: int) -> bool:
        """Whether another result follows."""
        return number + 1 < len(self.turns) and self.turns[number + 1].role == "tool"

    def _call(self, where: tuple[int, int]) -> Call:
        return self.turns[where[0]].calls[where[1]]


def _value(text: str, part: int) -> Json:
    """The value of a result; of one that answers several calls, its part."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if part < 0 or not isinstance(value, list) or part >= len(value):
        return value
    one = value[part]
    return one["content"] if isinstance(one, dict) and "content" in one else one


def failure(result: Json, depth: int = 0) -> bool:
    """Whether a result is an error: it says so in so many words, or in a field that is there for it."""
    if isinstance(result, str):
        return _WORDS.match(result) is not None
    if not isinstance(result, dict):
        return False
    if _says(result.get("error")) or _says(result.get("errors")) or result.get("isError") is True:
        return True
    status = result.get("status")
    if isinstance(status, str) and status.strip().lower() in _BAD:
        return True
    if any(result.get(k) is False for k in ("success", "ok", "succeeded")):
        return True
    return depth < 2 and len(result) == 1 and any(failure(result.get(k), depth + 1) for k in _WRAPS)


def _says(error: Json) -> bool:
    if isinstance(error, str):
        return error.strip().lower() not in _NONE
    return error is True or (isinstance(error, dict | list) and bool(error))
