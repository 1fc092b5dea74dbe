"""The faults that show in what is called: arguments from nowhere, work that is claimed and not done, and work that is refused.

Like `spoil.py`: every call that is shown was made.
"""

from collections.abc import Iterator
from random import Random

from duologue.catalog import Column
from duologue.checks import columns_of
from duologue.traps import phrases
from duologue.traps.moves import Change, Move, Play, field_values
from duologue.traps.spoil import other_digit, shuffled, wanted
from duologue.traps.spoil_talk import consent
from duologue.types import Json, ToolCall

# ── Argument invented ────────────────────────────────────────────────────────────────────────────────────────────────────


def column_of(play: Play, call: ToolCall, name: str) -> Column | None:
    """The column that an argument of a call is about."""
    slot = play.tool(call).inputs.get(name)
    return columns_of(play.world.workshop.catalog).get(f"{slot.table}.{slot.column}") if slot is not None else None


def _unsaid(play: Play, i: int, value: Json) -> bool:
    """Whether nothing up to a move says or holds a value."""
    return not any(str(value) in t for m in play.moves[: i + 1] for t in (m.text, *m.texts))


def filter_added(play: Play, dice: Random) -> Iterator[Change]:
    """A search is narrowed by something that nobody asked for; what comes back is the same by luck."""
    for i in shuffled(play.reads(), dice):
        call = play.moves[i].calls[0]
        for name, slot in play.tool(call).inputs.items():
            column = column_of(play, call, name)
            if name in call.arguments or slot.use not in ("from", "to", "equals") or column is None:
                continue
            kind = play.tool(call).parameters["properties"][name].get("type")
            for value in [v for v in field_values(play, column) if _fits(v, kind) and _unsaid(play, i, v)]:
                added = play.moves[i].calling((call.name, {**call.arguments, name: value}))
                yield Change(play.put(i, Move(added.turn, texts=play.moves[i].texts)), i)


def _fits(value: Json, kind: Json) -> bool:
    types = {"string": str, "integer": int, "number": int | float}
    return isinstance(kind, str) and kind in types and isinstance(value, types[kind]) and not isinstance(value, bool)


def value_altered(play: Play, dice: Random) -> Iterator[Change]:
    """Another value is written than the one agreed on."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        for name, value in call.arguments.items():
            slot = play.tool(call).inputs.get(name)
            if slot is None or slot.use != "value" or isinstance(value, bool):
                continue
            column = column_of(play, call, name)
            if isinstance(value, int | float) or sum(c.isdigit() for c in str(value)) > 4:
                others: list[Json] = [other_digit(value, dice)]
            else:
                others = [v for v in field_values(play, column) if v != value] if column is not None else []
            for other in others:
                yield Change(
                    play.put(i, play.moves[i].calling((call.name, {**call.arguments, name: other}))), i, "change"
                )


def detail_filled(play: Play, dice: Random) -> Iterator[Change]:
    """A detail is filled in that nobody gave, and that may be left out."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        for name, schema in play.tool(call).parameters["properties"].items():
            column = column_of(play, call, name)
            if name in call.arguments or column is None or "default" in schema:
                continue
            for value in [v for v in field_values(play, column) if isinstance(v, str) and _unsaid(play, i, v)]:
                yield Change(
                    play.put(i, play.moves[i].calling((call.name, {**call.arguments, name: value}))), i, "change"
                )


# ── Claimed without a call ───────────────────────────────────────────────────────────────────────────────────────────────


def recheck_claimed(play: Play, dice: Random) -> Iterator[Change]:
    """The user doubts an answer; the assistant says it has looked again, and has not."""
    for i in shuffled(play.reads(), dice):
        at = play.report(i)
        if play.moves[play.request(i)].is_a("doubt") and at == i + 1 and not play.is_built_on(i):
            claim = play.moves[at].saying(dice.choice(phrases.LOOKED_AGAIN))
            yield Change((*play.moves[:i], claim, *play.moves[at + 1 :]), i)


def also_informed(play: Play, dice: Random) -> Iterator[Change]:
    """With a change that was made, a message is claimed that no tool could send."""
    for i in shuffled(play.writes(), dice):
        at = play.report(i)
        yield Change(
            play.put(at, play.moves[at].saying(phrases.added(play.moves[at].text, dice.choice(phrases.INFORMED)))), at
        )


def also_changed(play: Play, dice: Random) -> Iterator[Change]:
    """With a change that was made, another one is claimed that wasn't."""
    for i in shuffled(play.writes(), dice):
        call, at = play.moves[i].calls[0], play.report(i)
        meaning = play.tool(call).meaning
        if meaning is None or meaning.family != "set":
            continue
        columns = play.world.workshop.catalog.table(meaning.table).columns
        free = [
            c
            for c in columns
            if c.name != meaning.column and c.role in ("category", "status", "measure", "contact", "date")
        ]
        for column in dice.sample(free, len(free)):
            also = dice.choice(phrases.CHANGED_TOO).format(column.label or column.name)
            said = phrases.added(play.moves[at].text, also)
            yield Change(play.put(at, play.moves[at].saying(said)), at)


def claimed_at_once(play: Play, dice: Random) -> Iterator[Change]:
    """A change is reported as made where it should have been proposed, and is never made."""
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found and not play.is_built_on(i):
            claim = play.moves[found[0]].saying(dice.choice(phrases.CLAIMED))
            yield Change((*play.moves[: found[0]], claim, *play.moves[play.report(i) + 1 :]), found[0])


# ── False refusal ────────────────────────────────────────────────────────────────────────────────────────────────────────


def cant_do(play: Play, dice: Random) -> Iterator[Change]:
    """What a tool could change, the assistant says it can't."""
    yield from _refused(play, dice, phrases.CANT)


def rules_forbid(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant refuses a change by a rule that there isn't."""
    yield from _refused(play, dice, phrases.FORBIDDEN)


def _refused(play: Play, dice: Random, said: tuple[str, ...]) -> Iterator[Change]:
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found and not play.is_built_on(i):
            no = play.moves[found[0]].saying(dice.choice(said))
            yield Change((*play.moves[: found[0]], no, *play.moves[play.report(i) + 1 :]), found[0])


def system_down(play: Play, dice: Random) -> Iterator[Change]:
    """A breakdown is told that never happened: nothing was called."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        if play.request(i) == i - 1 and at == i + 1:
            yield Change((*play.moves[:i], play.moves[at].saying(dice.choice(phrases.DOWN)), *play.moves[at + 1 :]), i)


def found_yet_denied(play: Play, dice: Random) -> Iterator[Change]:
    """The record comes back, and the assistant says there is none."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        if at == i + 1:
            yield Change(play.put(at, play.moves[at].saying(dice.choice(phrases.NONE_FOUND))), at)
