"""What a model writes of a task: no more than it must, and nothing that can be worked out from a run.

Classes, slots, difficulty, hidden facts, the change a plan makes and the machine-checked part of the rubric are all derived;
see `build.py`. Placeholders are those of every plan: `"$2.rows[0].order_id"`. In `tell`, a path may also lead to a list (the number
of its entries is told) and hold an empty index, `"$2.rows[].total"` (that field of every entry).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from duologue.types import Json

Statement = Annotated[str, Meta(min_length=10, max_length=1300)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Value = str | int | float | bool
Difficulty = Literal["easy", "medium", "hard"]


class KnownFact(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the user can say: what it is, and its value."""

    what: Short
    value: Annotated[str, Meta(min_length=1, max_length=300)] | int | float | bool


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One call. `means`: a look-up on the way, which another way may replace."""

    tool: Short
    arguments: dict[str, Json]
    means: bool = False


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One part of the goal, the steps (from 1) that reach it, and the values the user must be told."""

    goal: Annotated[str, Meta(min_length=5, max_length=400)]
    steps: Annotated[tuple[int, ...], Meta(min_length=1, max_length=12)]
    tell: Annotated[tuple[Short, ...], Meta(max_length=8)] = ()


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the rubric that a reader of the conversation can decide."""

    text: Annotated[str, Meta(min_length=10, max_length=300)]
    kind: Literal["critical", "structural", "noncritical"]


class WrittenTask(Struct, frozen=True, forbid_unknown_fields=True):
    """A task as a model writes it."""

    goal: Statement
    user_role: Annotated[str, Meta(min_length=3, max_length=40, pattern="^[A-Za-z][A-Za-z -]*$")]
    known: Annotated[tuple[KnownFact, ...], Meta(max_length=12)]
    plan: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=12)]
    subtasks: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=7)]
    rubric: Annotated[tuple[Line, ...], Meta(max_length=6)] = ()


class Doubt(Struct, frozen=True):
    """Something wrong with a task: a short fixed name for the record, and words its author can act on."""

    code: str
    text: str
