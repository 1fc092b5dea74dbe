"""What can go wrong with a call on purpose: kinds of faults, what the caller sees of each, and what puts it right.

A fault is no mistake. Nobody who calls a tool could have kept it from happening; what counts is what they do then. The kinds know no seed
and no rate (`simulate.faulty` draws them), and a caller knows them by the error alone: `met` reads what any assistant could read.

A change whose answer never came may have been made or not, and the two look the same. So a time-out hits a change only where a read of the
toolset shows afterwards how things stand (`shows_change`): a fault that cannot be put right is not made.
"""

import random
from collections.abc import Iterable
from typing import ClassVar, Protocol, runtime_checkable

from msgspec import Struct

from duologue.plans.hidden import HIDDEN_COLUMNS, hidden, is_hiding, is_lacking, may_hide, says_hidden
from duologue.plans.index import ToolIndex
from duologue.plans.looking import leaves_a_trace
from duologue.plans.promised import levels
from duologue.plans.renamed import SCHEMA_DRIFT, as_meant, drifted
from duologue.plans.trace import is_error
from duologue.plans.ways import error_kind
from duologue.types import Json, Task, Tool

__all__ = [
    "KINDS", "MOST_TRIES", "WAITS",
    "Altering", "HiddenColumns", "Kind", "LostAnswer", "Occasion", "PartialView", "RateLimit", "SchemaDrift", "ServerError",
    "StaleRead", "TimeOut",
    "answers_needed", "kinds_for", "met", "shows_change", "shows_row", "wanted_of",
]  # fmt: skip

WAITS = (1, 2, 3, 5, 8, 10)
"""Seconds that a caller may be asked to wait. A call that is carried out comes 20 seconds and more after the one before it (`ClockSpec.least`), so
that two waits running have passed by the session's clock when the call is made again."""
MOST_TRIES = 3
"""How often the same call is made in vain before it is given up."""


class Kind(Protocol):
    """One kind of fault."""

    name: ClassVar[str]
    error: ClassVar[str]
    """The type of the error that the caller is shown, in snake case; of a result that is no error, what it is called here."""
    carried_out: ClassVar[bool]
    """The call does its work, and only the answer is lost."""

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        """Whether it can happen to a call of this tool."""

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        """What the error says beside its type."""


class Occasion(Struct, frozen=True):
    """A call that is about to meet a fault, and the dice."""

    tool: Tool
    index: ToolIndex
    dice: random.Random
    wanted: frozenset[str] = frozenset()
    """The slots that the conversation is about."""


@runtime_checkable
class Altering(Protocol):
    """A kind that shows another answer in the place of the one that came."""

    name: ClassVar[str]

    def altered(self, result: Json, occasion: Occasion) -> Json:
        """What is shown instead; None where the answer has no place for it."""

    def fits(self, shown: Json, held: Json, tool: Tool) -> bool:
        """Whether one may have been shown in the place of the other."""


class TimeOut:
    """No answer came, and nothing was done."""

    name: ClassVar[str] = "timeout"
    error: ClassVar[str] = "timeout"
    carried_out: ClassVar[bool] = False

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return tool.effect == "read" or shows_change(tool, index)

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        seconds = dice.choice((10, 15, 20, 30, 60))
        after = " It is not known whether the change was made." if tool.effect == "write" else ""
        return {"message": f"There was no answer within {seconds} seconds.{after}"}


class LostAnswer(TimeOut):
    """The change was made, and the answer never came: to the caller, a time-out like any other."""

    name: ClassVar[str] = "lost_answer"
    carried_out: ClassVar[bool] = True

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return shows_change(tool, index)


class RateLimit:
    """Too many requests: refused before anything was done, with the seconds to wait."""

    name: ClassVar[str] = "rate_limit"
    error: ClassVar[str] = "rate_limited"
    carried_out: ClassVar[bool] = False

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return True

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        seconds = dice.choice(WAITS)
        return {
            "message": f"Too many requests. Nothing was done; try again in {seconds} second{'' if seconds == 1 else 's'}.",
            "retry_after": seconds,
        }


class ServerError:
    """The service failed before it did anything."""

    name: ClassVar[str] = "server_error"
    error: ClassVar[str] = "service_unavailable"
    carried_out: ClassVar[bool] = False

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return True

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        why = dice.choice(("The service is not available for the moment.", "The server had an internal problem."))
        return {"message": f"{why} Nothing was done; the request can be made again."}


class PartialView:
    """Rows of a list are missing, and a note says so; the rest is as it is."""

    name: ClassVar[str] = "partial_view"
    error: ClassVar[str] = "partial"
    carried_out: ClassVar[bool] = True

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return tool.effect == "read"

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        return {"partial": True, "note": _PART_ONLY}

    def altered(self, result: Json, occasion: Occasion) -> Json:
        """The result with its last rows missing; None where it holds no list of several rows, or was cut already."""
        if not isinstance(result, dict) or "note" in result or "partial" in result:
            return None
        name = next((k for k, v in result.items() if isinstance(v, list) and len(v) > 1), "")
        if not name:
            return None
        dice = occasion.dice
        return {**result, name: result[name][: dice.randrange(1, len(result[name]))], **self.shown(occasion.tool, dice)}

    def fits(self, shown: Json, held: Json, tool: Tool) -> bool:
        """Whether one result is a cut of the other."""
        if not isinstance(shown, dict) or not isinstance(held, dict):
            return False
        rest = {k: v for k, v in shown.items() if k not in ("partial", "note")}
        lists = [k for k in rest if rest[k] != held.get(k)]
        return rest.keys() == held.keys() and all(
            isinstance(rest[k], list) and isinstance(held[k], list) and rest[k] == held[k][: len(rest[k])]
            for k in lists
        )


class HiddenColumns:
    """Fields of what is read are missing, with or without a word that says so; the rest is as it is."""

    name: ClassVar[str] = HIDDEN_COLUMNS
    error: ClassVar[str] = "hidden"
    carried_out: ClassVar[bool] = True

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return tool.effect == "read" and may_hide(tool, index.known_by)

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        return {}

    def altered(self, result: Json, occasion: Occasion) -> Json:
        """The result without one or two of its fields."""
        return hidden(occasion.tool, result, occasion.dice, occasion.index.known_by, occasion.wanted)

    def fits(self, shown: Json, held: Json, tool: Tool) -> bool:
        """Whether one result is the other without some of its fields."""
        return is_hiding(shown, held)


class SchemaDrift:
    """Fields come under other names than the tool promises, in this answer or from here on. What is meant can be told by the names."""

    name: ClassVar[str] = SCHEMA_DRIFT
    error: ClassVar[str] = ""
    carried_out: ClassVar[bool] = True

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return tool.effect == "read" and any(level.needed for level in levels(tool))

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        return {}

    def altered(self, result: Json, occasion: Occasion) -> Json:
        """The result with fields under other names."""
        return drifted(occasion.tool, result, occasion.dice, occasion.wanted)

    def fits(self, shown: Json, held: Json, tool: Tool) -> bool:
        """Whether one result is the other under other names."""
        return bool(shown != held and as_meant(tool, shown) == held)


class StaleRead:
    """The answer is that of an older state, right before the last change, and it says so."""

    name: ClassVar[str] = "stale_read"
    error: ClassVar[str] = "stale"
    carried_out: ClassVar[bool] = True

    def may_meet(self, tool: Tool, index: ToolIndex) -> bool:
        return tool.effect == "read"

    def shown(self, tool: Tool, dice: random.Random) -> dict[str, Json]:
        return {"note": _OLD}

    def aged(self, result: dict[str, Json], when: str) -> Json:
        """The older result as it is shown; None where it has no place for what is to be said of it."""
        return None if {"as_of", "note"} & result.keys() else {**result, "as_of": when, "note": _OLD}


_OLD = "This comes from an older copy of the records. Ask again for the present state."
_PART_ONLY = "Not all rows could be loaded this time. Ask again to get all of them."
KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        TimeOut(),
        RateLimit(),
        ServerError(),
        PartialView(),
        HiddenColumns(),
        StaleRead(),
        LostAnswer(),
        SchemaDrift(),
    )
}
"""All there are, by name."""
_ERRORS = {
    "".join(c for c in k.error if c.isalpha()): k.error for k in (TimeOut(), RateLimit(), ServerError(), LostAnswer())
}
"""Of the kinds that are shown as errors. The others come as results: a tool's own error of such a name is none of them."""


def kinds_for(tool: Tool, index: ToolIndex) -> list[Kind]:
    """The kinds that a call of a tool may meet."""
    return [k for k in KINDS.values() if k.may_meet(tool, index)]


def met(result: Json, tool: Tool | None = None) -> str:
    """The error of a fault that a result shows, in snake case and the same in every dialect; empty where it shows none. `tool`: the one
    that was called, where it is to be seen what its answer lacks without saying so; the result is then given as it is meant (`as_meant`)."""
    if is_error(result):
        return _ERRORS.get(error_kind(result["error"]), "")
    if isinstance(result, dict) and result.get("partial") is True and result.get("note") == _PART_ONLY:
        return PartialView.error
    if isinstance(result, dict) and "as_of" in result and result.get("note") == _OLD:
        return StaleRead.error
    silent = tool is not None and tool.effect == "read" and is_lacking(tool, result)
    return HiddenColumns.error if silent or says_hidden(result) else ""


def answers_needed(tasks: Iterable[Task]) -> frozenset[str]:
    """The tools whose answers tasks go by: something of them is to be told, or goes into a later call."""
    out: set[str] = set()
    for task in tasks:
        out |= {task.plan[d.step - 1].tool for part in task.subtasks for d in part.tell if 0 < d.step <= len(task.plan)}
        for step in task.plan:
            texts = [v for v in step.arguments.values() if isinstance(v, str)]
            out |= {s.tool for n, s in enumerate(task.plan, 1) if any(t.startswith(f"${n}.") for t in texts)}
    return frozenset(out)


def wanted_of(tasks: Iterable[Task]) -> frozenset[str]:
    """The slots that tasks are about: what is to be told, picked by, or decided by."""
    needs = [part.need for task in tasks for part in task.subtasks if part.need is not None]
    told = {d.slot for task in tasks for part in task.subtasks for d in part.tell}
    picked = {f"{n.pick.table}.{n.pick.column}" for n in needs if n.pick is not None}
    decided = {n.when.slot for n in needs if n.when is not None}
    return frozenset(told | {w for n in needs for w in n.wanted} | picked | decided)


def shows_change(tool: Tool, index: ToolIndex) -> bool:
    """Whether a read shows afterwards if a call of this tool did its work."""
    return shows_row(tool, index) or leaves_a_trace(tool, index)


def shows_row(tool: Tool, index: ToolIndex) -> bool:
    """Whether a row by its key shows it, with every value that was to be set."""
    meaning = tool.meaning
    if meaning is None or tool.effect != "write" or meaning.family not in ("set", "remove"):
        return False
    getter, inputs = index.getter(meaning.table), index.inputs[tool.name].values()
    if getter is None or any(s.table != meaning.table for s in inputs):
        return False
    shown = {
        s.column for path, s in getter.outputs.items() if s.table == meaning.table and not s.use and "[]" not in path
    }
    return all(s.column in shown for s in inputs if s.use == "value")
