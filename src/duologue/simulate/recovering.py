"""What the assistant does when a call fails through nobody's fault: tries again, looks up what is in doubt, gives up in the end.

It knows such a failure by the error alone. The same call is made up to three times (`MOST_TRIES`). A change that went unanswered may have
been made: before it is made again, and before anything is said of it, the row is read, and what it shows decides. What was tried in vain is
told as it is: that it could not be done for now, and that nothing was changed, or that this is not known.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct, field, json

from duologue.ids import to_json
from duologue.plans.faults import MOST_TRIES, HiddenColumns, PartialView, StaleRead, TimeOut, met, shows_row
from duologue.plans.groups import slot_key
from duologue.plans.looking import Look, look_for
from duologue.plans.memory import Known
from duologue.plans.promised import lacking
from duologue.plans.trace import is_error
from duologue.plans.ways import error_kind
from duologue.types import Json, Tool, Turn

if TYPE_CHECKING:
    from duologue.simulate.agenda import Agenda
    from duologue.simulate.moves import Call, Say
    from duologue.simulate.owed import Owed
    from duologue.simulate.report import Reporter

__all__ = [
    "Trouble",
    "begin_again",
    "call_mark",
    "cleared",
    "gave_up",
    "hold_on",
    "reason",
    "stumbled",
    "without_guesses",
]

_NOT_ALL = {PartialView.error: "part", StaleRead.error: "old", HiddenColumns.error: "hidden"}
"""What came back instead of an error → the lines that say so."""
_NOTICED = 10
"""Seconds of waiting that somebody notices."""
_NO_SUCH = "notfound"
_WRITES = ("set", "create", "remove", "link", "unlink", "act")
MEND = "mend"
"""The family of a request that a guide is for."""


class Trouble(Struct):
    """What stands in the way of a request without being its fault."""

    tries: dict[str, int] = field(default_factory=dict)
    """Call (name and arguments) → how often it was made in vain since it last went through."""
    write: str = ""
    """The change that is in doubt, or was."""
    look: Look | None = None
    """Where it shows whether that was made, where no row by its key shows it."""
    doubtful: bool = False
    """It may have been made, and nobody has looked yet."""
    spared: set[str] = field(default_factory=set)
    """Calls whose answers came without fields that nobody asked for: good for what they were made for, and for nothing else."""
    gave_up: bool = False
    shown: str = ""
    """The error that was shown when it was given up."""


def call_mark(tool: Tool, arguments: dict[str, Json]) -> str:
    """Names a call by what it asks."""
    return f"{tool.name} {to_json(dict(sorted(arguments.items())))}"


def stumbled(
    agenda: "Agenda", what: tuple["Owed", bool], call: tuple[Tool, dict[str, Json]], result: Json, at: int
) -> bool:
    """Take in a result that is a failure of nobody's; False where it is none, or where all that is missing is nothing that anybody asked for.
    `what`: the request, and whether the call was only to find a row; `call`: the tool and its arguments."""
    (owed, seeks), tool, mark = what, call[0], call_mark(*call)
    trouble, error = owed.trouble, met(result, tool)
    trouble.spared.discard(mark)
    if not error:
        trouble.tries.pop(mark, None)
        return False
    if error == HiddenColumns.error and not _is_missed(owed, seeks, tool, result):
        trouble.tries.pop(mark, None)
        trouble.spared.add(mark)
        return False
    trouble.tries[mark] = trouble.tries.get(mark, 0) + 1
    if tool.effect == "write" and error == TimeOut.error:
        trouble.write, trouble.doubtful, agenda.last_write = mark, True, at
        plain = shows_row(tool, agenda.index) and owed.need.meaning.family != MEND
        trouble.look = None if plain else look_for(*call, agenda.index)
        if plain or trouble.look is not None:
            return True
    elif trouble.tries[mark] < MOST_TRIES:
        return True
    _give_up(owed, result, at)
    trouble.shown = error
    return True


def _is_missed(owed: "Owed", seeks: bool, tool: Tool, result: Json) -> bool:
    """Whether what a result comes without may be what it was asked for. Of several rows everything is: it tells them apart, and people go on
    to pick one by it. Of one row, which the call was to find, nothing is, but for a guide, which may look at any of it."""
    several = isinstance(result, dict) and any(isinstance(v, list) and len(v) > 1 for v in result.values())
    if several or owed.need.meaning.family == MEND:
        return True
    return not seeks and _asked_for(owed, tool, result)


def _asked_for(owed: "Owed", tool: Tool, result: Json) -> bool:
    """Whether a field that a result comes without may be one that the request is about."""
    named = set(result.get("unavailable", ())) if isinstance(result, dict) else set()
    paths = {*lacking(tool, result), *(p for p in tool.outputs if p.rpartition(".")[2] in named)}
    slots = {slot_key(tool.outputs[p]) for p in paths if p in tool.outputs}
    return (
        not owed.need.wanted
        or bool(slots & set(owed.need.wanted))
        or owed.need.pick is not None
        or owed.need.when is not None
    )


def cleared(agenda: "Agenda", owed: "Owed", row: Known | None, result: Json, at: int) -> None:
    """Take in what a look shows of a change that was in doubt. `row`: as results have shown it by now."""
    trouble = owed.trouble
    if not trouble.doubtful:
        return
    trouble.doubtful = False
    made = _is_made(owed, row, result, at) if trouble.look is None else trouble.look.shows(result, agenda.index)
    if made and owed.need.meaning.family == MEND:  # a step of a guide, which goes on from there
        owed.approved = agenda.approved
        trouble.tries.pop(trouble.write, None)
    elif made:
        owed.listings, owed.result, owed.answered_at, owed.failed = [], {"ok": True}, at, False
    elif trouble.tries.get(trouble.write, 0) >= MOST_TRIES:
        _give_up(owed, result, at)


def begin_again(made: "Sequence[Owed]", since: int) -> None:
    """The user wants once more what was given up since that turn: as if it had not been tried. What is in doubt stays so."""
    for whole in made:
        given_up = [o for o in (whole, *whole.parts) if o.trouble.gave_up and o.answered_at > since]
        for owed in given_up:
            owed.told, owed.failed, owed.again = False, False, owed.doubted[1] is not None
            owed.listings, owed.result, owed.answered_at = None, None, -1
            owed.trouble.tries.clear()
            owed.trouble.gave_up, owed.trouble.shown = False, ""
        if given_up:
            whole.told = False
        for side in whole.parts if given_up and whole.need.against is not None else ():
            side.told = False  # without the one side there was no other


def without_guesses(moves: "Sequence[Call | Say]") -> "list[Call | Say]":
    """What can be said beside that something was given up: no half of a comparison, and not that there is no such row where nobody looked."""
    given_up = [m.owed for m in moves if m.kind == "error" and m.owed.trouble.gave_up]
    return [m for m in moves if not any(_hangs_on(m, owed) for owed in given_up)]


def _hangs_on(move: "Call | Say", given_up: "Owed") -> bool:
    owed = move.owed
    if owed is given_up:
        return False
    half = owed.part >= 0 and owed.number == given_up.number and owed.need.meaning.family not in _WRITES
    return half or (move.kind == "not found" and not owed.looked_up)


def _give_up(owed: "Owed", result: Json, at: int) -> None:
    owed.result, owed.answered_at, owed.failed, owed.again = result, at, True, False
    owed.trouble.gave_up = True


def _is_made(owed: "Owed", row: Known | None, result: Json, at: int) -> bool:
    """Whether the row shows the change."""
    if owed.need.meaning.family == "remove":
        error = result.get("error") if isinstance(result, dict) else None
        return isinstance(error, Mapping) and error_kind(error).startswith(_NO_SUCH)
    table = owed.need.meaning.table
    wanted = {k.rpartition(":")[0]: v for k, v in owed.need.values.items() if k.endswith(":value")}
    columns = {k.removeprefix(f"{table}."): v for k, v in wanted.items()}
    return row is not None and all(row.source(c) == at and row.values.get(c) == v for c, v in columns.items())


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def gave_up(teller: "Reporter", owed: "Owed", slots: dict[str, str], dice: random.Random) -> str:
    """What was tried in vain, told as it is."""
    writes = owed.need.meaning.family in _WRITES
    shown = _NOT_ALL.get(owed.trouble.shown, "read")
    path = "unsure" if owed.trouble.doubtful else "write" if writes else shown
    return teller.lines.line(f"gave_up.{path}", dice, slots)


def hold_on(teller: "Reporter", owed: Sequence["Owed"], turns: Sequence[Turn], dice: random.Random) -> str:
    """A word beside calls that are made again, where it takes long: a wait that the user would notice, or the last try. Empty otherwise, and
    where something else came back that the user is still to be told, or a change is in doubt."""
    back = list(takewhile(lambda t: t.message.role == "tool", reversed(turns)))
    results = [json.decode(t.message.content) for t in back] if any(o.trouble.tries for o in owed) else []
    if not results or not all(met(r) and is_error(r) for r in results) or any(o.trouble.doubtful for o in owed):
        return ""
    waits = [r["error"].get("retry_after", 0) for r in results]
    wait = max((w for w in waits if isinstance(w, int)), default=0)
    if wait >= _NOTICED:
        return teller.lines.line("hold_on.wait", dice, {"seconds": str(wait)})
    last = any(n == MOST_TRIES - 1 for o in owed for n in o.trouble.tries.values())
    return teller.lines.line("hold_on.again", dice) if last else ""


def reason(owed: "Owed", tool: Tool) -> str:
    """Which lines of `rationale` say why a call is made, where that is because of trouble; empty where it is not."""
    if owed.trouble.doubtful:
        return "in_doubt"
    if any(mark.startswith(f"{tool.name} ") for mark in owed.trouble.tries):
        return "try_write" if tool.effect == "write" else "try_read"
    return ""
