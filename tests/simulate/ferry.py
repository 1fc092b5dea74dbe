"""A ferry office whose tools nobody has implemented: their specifications, what they are predicted to return, and answers."""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

from duologue.environment.specifications import specification
from duologue.ids import to_json
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Request
from duologue.testing import ScriptedModel
from duologue.tools.specified import specified_environment
from duologue.types import ClockSpec, Environment, Json, Tool

CLOCK = ClockSpec("2025-06-03T09:00:00", 4)


def _object(required: list[str], **fields: Any) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {k: v if isinstance(v, dict) else {"type": v} for k, v in fields.items()},
        "required": required,
    }


TOOLS: tuple[Tool, ...] = (
    specification("search_sailings", "Finds sailings of a day, earliest first.", _object(["day"], day="string", harbour="string")),
    specification("get_booking", "Gives one booking by its id.", _object(["booking_id"], booking_id="string")),
    specification("move_booking", "Moves a booking to another sailing.", _object(["booking_id", "sailing_id"], booking_id="string", sailing_id="string")),
    specification("list_bookings", "Lists the bookings of a passenger.", _object(["passenger_name"], passenger_name="string")),
)  # fmt: skip

_SAILING = _object(
    ["sailing_id", "leaves_at", "seats_free"],
    sailing_id="string",
    leaves_at="string",
    seats_free="integer",
    rank="integer",
)
_BOOKING = _object(["booking_id", "sailing_id", "passenger_name", "status"], booking_id="string", sailing_id="string", passenger_name="string", status={"type": "string", "enum": ["open", "paid"]})  # fmt: skip

RETURNS: dict[str, dict[str, Any]] = {
    "search_sailings": {
        "effect": "read",
        "returns": _object(["sailings"], sailings={"type": "array", "items": _SAILING}),
        "things": [{"path": "sailings[]", "kind": "sailing", "key": "sailing_id", "varies": ["rank"]}],
    },
    "get_booking": {
        "effect": "read",
        "returns": _BOOKING,
        "things": [{"path": "", "kind": "booking", "key": "booking_id"}],
    },
    "move_booking": {
        "effect": "write",
        "returns": _BOOKING,
        "things": [{"path": "", "kind": "booking", "key": "booking_id"}],
    },
    "list_bookings": {
        "effect": "read",
        "returns": _object(["bookings"], bookings={"type": "array", "items": _BOOKING}),
        "things": [{"path": "bookings[]", "kind": "booking", "key": "booking_id"}],
    },
}


def voice(reply: Callable[[Request], Any], role: str) -> tuple[Voice, ScriptedModel]:
    """A voice whose answers a function gives, and the model behind it."""
    model = ScriptedModel(reply)
    return Voice(role, model, Prompts()), model


def asked_for(request: Request) -> str:
    """The tool that a request of the role `returns` is about."""
    last = next(m.content for m in reversed(request.messages) if m.content.startswith("Tool "))
    return last.splitlines()[0].rpartition(" ")[2]


@cache
def environment() -> Environment:
    """The office's environment, its returns as predicted."""
    return asyncio.run(
        specified_environment("ferry office", voice(lambda r: RETURNS[asked_for(r)], "returns")[0], TOOLS)
    )


def booking(id: str = "B-17", sailing: str = "S-4", status: str = "open", name: str = "Ove Lind") -> dict[str, Json]:
    """A booking as the tools give it."""
    return {"booking_id": id, "passenger_name": name, "sailing_id": sailing, "status": status}


def sailing(id: str = "S-4", leaves: str = "2025-06-04T08:15", free: int = 12) -> dict[str, Json]:
    """A sailing as the tools give it."""
    return {"leaves_at": leaves, "sailing_id": id, "seats_free": free}


def playing(*answers: Any) -> Callable[[Request], str]:
    """Answers in this order: an object is a result, an exception's (type, message) an error, a text is sent as it is."""
    left = list(answers)

    def reply(request: Request) -> str:
        given = left.pop(0)
        if isinstance(given, tuple):
            return to_json({"error": {"type": given[0], "message": given[1]}})
        return given if isinstance(given, str) else to_json({"result": given})

    return reply
