"""Values that several tests share: a tiny database, its environment, and a conversation of known counts over it."""

import sqlite3
from pathlib import Path

from duologue.ids import digest, to_json
from duologue.types import (
    ClockSpec,
    Dialogue,
    Environment,
    Finding,
    Json,
    Message,
    Origin,
    RowChange,
    Scenario,
    Statement,
    Task,
    Tool,
    ToolCall,
    Toolset,
    Turn,
    Verdict,
)

FIND = Tool(
    name="find_kettles",
    description="Finds kettles by colour.",
    parameters={"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]},
    returns={"type": "object", "properties": {"rows": {"type": "array"}}},
    effect="read",
    run=(Statement("return", "SELECT id, price FROM kettles WHERE colour = :colour ORDER BY id", into="rows"),),
    reads=("kettles",),
)
REPRICE = Tool(
    name="set_price",
    description="Corrects the price of a kettle.",
    parameters={"type": "object", "properties": {"id": {"type": "integer"}, "price": {"type": "number"}}},
    returns={"type": "object", "properties": {"changed": {"type": "integer"}}},
    effect="write",
    run=(Statement("write", "UPDATE kettles SET price = :price WHERE id = :id"),),
    reads=("kettles",),
    writes=("kettles",),
)


def make_database(path: Path) -> Path:
    """A database of one table and three rows."""
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE kettles (id INTEGER PRIMARY KEY, colour TEXT NOT NULL, price REAL NOT NULL);"
        "INSERT INTO kettles VALUES (1, 'white', 54.9), (2, 'slate', 3.99), (3, 'cream', 49.0);"
    )
    db.close()
    return path


def make_environment(image: bytes = b"image", tools: tuple[Tool, ...] = (FIND, REPRICE)) -> Environment:
    """An environment over `image`, named by its content."""
    draft = Environment(id="", name="kettles", image=digest(image), toolset=Toolset("kettles-0", tools))
    return Environment(digest(draft), draft.name, draft.image, draft.toolset, draft.policy)


def make_dialogue(environment: Environment, number: int = 0, tasks: int = 2) -> Dialogue:
    """Nine messages after the system's: 3 user turns, 3 calls (1 write) in 2 iterations for the first request and 1 for
    the second, none for the last."""
    clock = ClockSpec("2024-06-14T09:00:00", seed=number)
    scenario = Scenario(
        id=f"s{number}",
        tasks=tuple(Task(f"t{number}.{i}", f"Goal {i} of {number}.") for i in range(tasks)),
        clock=clock,
        seed=number,
    )
    messages: list[tuple[Message, dict[str, Json]]] = [
        (Message("system", "You look after kettles."), {}),
        (Message("user", f"What do the slate kettles cost? ({number})"), {}),
        (_call("c1", "find_kettles", {"colour": "slate"}), {"origins": {"c1": {"colour": Origin("user", 1)}}}),
        (_result("c1", {"rows": [{"id": 2, "price": 3.99}]}), {}),
        (_call("c2", "find_kettles", {"colour": "grey"}), {"train": False}),
        (_result("c2", {"rows": []}), {}),
        (Message("user", "That is a typo, it should be 39.90."), {}),
        (_call("c3", "set_price", {"id": 2, "price": 39.9}), {}),
        (
            _result("c3", {"changed": 1}),
            {"changes": (RowChange("kettles", "update", {"id": 2}, {"price": 3.99}, {"price": 39.9}),)},
        ),
        (Message("user", "Thanks, that is all."), {"done": True}),
    ]
    turns = tuple(Turn(message, parent=i - 1 if i else None, **more) for i, (message, more) in enumerate(messages))
    return Dialogue(id=f"d{number}", environment=environment.id, scenario=scenario, turns=turns)


def _call(name: str, tool: str, arguments: dict[str, Json]) -> Message:
    return Message("assistant", tool_calls=(ToolCall(name, tool, arguments),))


def _result(call: str, value: Json) -> Message:
    return Message("tool", to_json(value), tool_call_id=call)


SOUND = (Verdict("replay", True), Verdict("grounding", True))
UNSOUND = (Verdict("replay", True), Verdict("grounding", False, (Finding(4, "12.50 comes from nowhere"),)))
