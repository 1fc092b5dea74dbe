"""Following a guide: from what was seen and done so far to what comes next.

A guide goes step by step: look; where something is wrong, mend it and let the user try; where it works, that was it. What was seen
holds until the same side mends something. Where a fix is refused, or a step has none, nothing but what is left helps.
Whoever acts without a plan (the assistant) and whoever draws one (the task maker) go by this, so they go the same way.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from duologue.ids import to_json
from duologue.plans.index import ToolIndex
from duologue.types import Fix, Guide, GuideStep, Json, Mention, Need, Tool

__all__ = ["TROUBLE", "Did", "Move", "guide_text", "need_of", "next_move", "own_values", "through"]

TROUBLE = "trouble"
"""The behaviour of a user who begins with a trouble; and the fact of a task that says how they bring it up."""


class Did(Struct, frozen=True):
    """Something that was looked at or done, by whom, and what came back."""

    by: str
    tool: str
    result: Mapping[str, Json]
    failed: bool = False


class Move(Struct, frozen=True):
    """What comes next: a look, a fix, the user's test, what is left where nothing helped (`otherwise`); or the end, `solved` or `stuck`."""

    kind: Literal["look", "fix", "test", "otherwise", "solved", "stuck"]
    by: str = ""
    tool: str = ""
    args: dict[str, Json] = {}
    step: int = -1
    """Of the guide, from 0; of what is left the step that led to it, or their number where the last one did."""


class _Trail:
    """What was done, followed in order."""

    def __init__(self, done: Sequence[Did]) -> None:
        self._done, self._at = done, 0
        self.seen: dict[tuple[str, str], Mapping[str, Json]] = {}
        self.stale: set[tuple[str, str]] = set()
        """Of what was seen, what was seen before the same side changed something."""

    def after(self, by: str, tool: str) -> Did | None:
        """The next time that this was done; None where it was not."""
        for at in range(self._at, len(self._done)):
            did = self._done[at]
            if (did.by, did.tool) == (by, tool):
                self._at = at + 1
                return did
        return None

    def look(self, step: GuideStep) -> Mapping[str, Json] | None:
        """What a look gave, this one or an earlier one that still holds; None where nobody looked. What was fine is taken to have stayed so."""
        key = step.look.by, step.look.tool
        doubtful = key in self.stale and step.is_wrong(self.seen[key].get(step.look.field))
        if key not in self.seen or doubtful:
            did = self.after(*key)
            if did is None:
                return None
            self.seen[key] = {} if did.failed else did.result
            self.stale.discard(key)
        return self.seen[key]

    def changed(self, by: str) -> None:
        """One side has changed something: what it saw before may have changed with it."""
        self.stale |= {key for key in self.seen if key[0] == by}


def next_move(guide: Guide, done: Sequence[Did]) -> Move:
    """What comes next after what was done since the trouble was brought up."""
    trail, test, end = _Trail(done), guide.works, len(guide.steps)
    for number, step in enumerate(guide.steps):
        look, fix = step.look, step.fix
        seen = trail.look(step)
        if seen is None:
            return Move("look", look.by, look.tool, step=number)
        if not step.is_wrong(seen.get(look.field)):
            continue
        if fix is None:
            end = number
            break
        mended = trail.after(fix.by, fix.tool)
        if mended is None:
            return Move("fix", fix.by, fix.tool, fix.args, number)
        if mended.failed:
            break
        trail.changed(fix.by)
        tried = trail.after("user", test.tool)
        if tried is None:
            return Move("test", "user", test.tool, step=number)
        if test.holds(tried.result):
            return Move("solved", step=number)
        trail.seen["user", test.tool] = tried.result
        trail.stale.discard(("user", test.tool))
    left = guide.otherwise
    if left is None or trail.after(left.by, left.tool) is not None:
        return Move("stuck", step=end)
    return Move("otherwise", left.by, left.tool, left.args, end)


def own_values(tool: Tool, own: Mapping[str, Json]) -> dict[str, Json]:
    """What a user's own tool is given for what is theirs: of `own`, what it takes."""
    return {name: own[name] for name, slot in tool.inputs.items() if slot.use == "own" and name in own}


def through(index: ToolIndex, about: Sequence[Mention]) -> tuple[Tool, Need] | None:
    """How the row that a trouble is about (the first) is come by where nothing finds it by what it is called: among those of the user (the
    second). None where it is found, or there is no such list."""
    row, *others = about
    if not others or index.lookup(row.table, row.by) is not None:
        return None
    for tool in index.toolset.tools:
        meaning = tool.meaning
        if meaning is not None and (meaning.family, meaning.table, meaning.parent) == (
            "related",
            row.table,
            others[0].table,
        ):
            return tool, Need(meaning, (others[0],))
    return None


def need_of(tool: Tool, fix: Fix | Move, about: tuple[Mention, ...], given: Mapping[str, Json]) -> Need | None:
    """What one of the assistant's own calls of a guide is for, as a need: about these rows, with the guide's arguments and what was said
    (`given`: slot key with use → value). None where the tool has no meaning, or an argument no slot."""
    if tool.meaning is None or any(name not in tool.inputs for name in fix.args):
        return None
    slots = {name: tool.inputs[name] for name in fix.args}
    said = {f"{s.table}.{s.column}:{s.use}": fix.args[name] for name, s in slots.items()}
    tables = {slot.table for slot in tool.inputs.values() if slot.use in ("key", "equals")}
    return Need(tool.meaning, tuple(m for m in about if m.table in tables), {**given, **said})


def guide_text(guide: Guide) -> str:
    """A guide as the assistant is told it: what the user is to be asked for, and which calls are its own."""
    steps = [f"{n}. {s.text}{_own_call(s.fix or guide.otherwise)}" for n, s in enumerate(guide.steps, 1)]
    left = [f"{len(steps) + 1}. Where nothing has helped: {_call(guide.otherwise)}."] if guide.otherwise else []
    return "\n".join([f"{guide.title}: one step at a time, and after each change the user tries again.", *steps, *left])


def _own_call(fix: Fix | None) -> str:
    return f" ({_call(fix)})" if fix is not None and fix.by == "agent" else ""


def _call(fix: Fix) -> str:
    given = ", ".join(f"{name} = {to_json(value)}" for name, value in fix.args.items())
    return f"`{fix.tool}`" + (f" with {given}" if given else "")
