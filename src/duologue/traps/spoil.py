"""Twelve kinds of fault, three forms of each, as failing models make them.

Each form is a generator: given a sound conversation it offers changed ones, until one of them can be performed and comes out as
meant (`Change.must`). All but the fault stays true: calls are really executed, and what the assistant says of them is said of what they gave.
None looks at what a check recognises: the wording is that of people and of models.
"""

import re
from collections.abc import Callable, Iterator
from random import Random

from duologue.catalog import Column
from duologue.language.reading import Number, read
from duologue.language.values import say
from duologue.traps import phrases
from duologue.traps.moves import Change, Play, ask, rows
from duologue.types import Json

Spoil = Callable[[Play, Random], Iterator[Change]]


def shuffled(places: list[int], dice: Random) -> list[int]:
    """The places in an order of their own."""
    return dice.sample(places, len(places))


def figures(play: Play, i: int) -> list[Number]:
    """The figures, as digits, in the report of a move, but for keys: those have faults of their own."""
    call, result = play.moves[i].calls[0], play.moves[i].results[0]
    keys = {v for r in (result, *rows(result)) for f, v in r.items() if _is_key(play.column(call, f))}
    return [n for n in read(play.moves[play.report(i)].text).numbers if not n.word and n.value not in keys]


def _is_key(column: Column | None) -> bool:
    return column is not None and column.role == "key"


def other_digit(code: Json, dice: Random) -> Json:
    """Another number or code of the same look: one digit is another."""
    text = str(code)
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    at = digits[0] if len(digits) == 1 else dice.choice(digits[1:])
    new = text[:at] + str((int(text[at]) + dice.randint(1, 8)) % 10) + text[at + 1 :]
    return type(code)(new)


# ── Wrong number told ────────────────────────────────────────────────────────────────────────────────────────────────────


def misread(play: Play, dice: Random) -> Iterator[Change]:
    """A figure of a result is told with one digit wrong."""
    for i in shuffled(play.reads(), dice):
        text, at = play.moves[play.report(i)].text, play.report(i)
        for said in figures(play, i):
            asked = play.moves[play.request(i)].text
            if said.value > 9 and said.text in play.moves[i].texts[0] and said.text not in asked:
                new = text[: said.start] + other_digit(said.text, dice) + text[said.end :]
                yield Change(play.put(at, play.moves[at].saying(new)), at)


def crossed(play: Play, dice: Random) -> Iterator[Change]:
    """Two rows' figures are told the wrong way round."""
    for i in shuffled(play.reads(), dice):
        at, found = play.report(i), rows(play.moves[i].results[0])
        for field in found[0] if found else ():
            said = [n for n in figures(play, i) if n.value > 12 and any(r.get(field) == n.value for r in found)]
            if len(said) > 1 and said[0].text != said[1].text:
                a, b, text = said[0], said[1], play.moves[at].text
                new = text[: a.start] + b.text + text[a.end : b.start] + a.text + text[b.end :]
                yield Change(play.put(at, play.moves[at].saying(new)), at)


def miscounted(play: Play, dice: Random) -> Iterator[Change]:
    """One row too many is counted."""
    for i in shuffled(play.reads(), dice):
        at, size = play.report(i), len(rows(play.moves[i].results[0]))
        for said in figures(play, i)[:1]:
            if said.value == size > 2:
                text = play.moves[at].text
                new = text[: said.start] + str(size + 1) + text[said.end :]
                yield Change(play.put(at, play.moves[at].saying(new)), at)


# ── Invented id ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def guessed(play: Play, dice: Random) -> Iterator[Change]:
    """A key from nowhere is tried before the right one."""
    for i in shuffled([*play.reads(), *play.writes()], dice):
        call = play.moves[i].calls[0]
        key = play.key_of(call)
        if key and any(c.isdigit() for c in str(call.arguments[key])):
            new = {**call.arguments, key: other_digit(call.arguments[key], dice)}
            if not any(str(new[key]) in t for m in play.moves[:i] for t in (*m.texts, m.text)):
                yield Change(play.put(i, play.moves[i].calling((call.name, new)), play.moves[i]), i, "fail")


def reference_told(play: Play, dice: Random) -> Iterator[Change]:
    """A change is reported with a reference number that no result holds."""
    for i in shuffled(play.writes(), dice):
        at = play.report(i)
        number = f"{dice.choice('ABCR')}{dice.randint(10_000, 99_999)}"
        text = phrases.added(play.moves[at].text, dice.choice(phrases.REFERENCE).format(number))
        yield Change(play.put(at, play.moves[at].saying(text)), at)


def key_told(play: Play, dice: Random) -> Iterator[Change]:
    """The user is given a key that is not the record's."""
    for i in shuffled(play.reads(), dice):
        call, at = play.moves[i].calls[0], play.report(i)
        key = play.key_of(call)
        told = str(call.arguments[key]) if key else ""
        if len(told) > 3 and any(c.isdigit() for c in told):
            number, table = other_digit(call.arguments[key], dice), play.tool(call).inputs[key].table
            forms = [form.format(number) for form in phrases.KEY]
            if table:
                label = play.world.workshop.catalog.table(table).label
                forms += [form.format(f"{label} {number}") for form in phrases.KEY_OF]
            text = phrases.added(play.moves[at].text, dice.choice(forms))
            yield Change(play.put(at, play.moves[at].saying(text)), at)


# ── Dropped call ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def wanted(play: Play) -> list[int]:
    """The reads that the plan calls for, that nothing is built on, and that alone gave some figure or name of their report."""
    found = []
    for i in play.reads():
        call, task = play.moves[i].calls[0], play.dialogue.scenario.tasks[play.moves[i].turn.task]
        before = " ".join(t for m in play.moves[:i] for t in (*m.texts, m.text))
        values = [str(d.value) for s in task.subtasks for d in s.tell if str(d.value) in play.moves[i].texts[0]]
        critical = any(s.tool == call.name and s.weight == "critical" for s in task.plan)
        again = any(
            c.name == call.name and c.arguments == call.arguments
            for m in play.moves
            for c in m.calls
            if m is not play.moves[i]
        )
        if critical and not again and not play.is_built_on(i) and any(v not in before for v in values):
            found.append(i)
    return found


def answered_without(play: Play, dice: Random) -> Iterator[Change]:
    """The answer is there, the call behind it is not."""
    for i in shuffled(wanted(play), dice):
        yield Change(play.put(i), play.report(i) - 1)


def put_off(play: Play, dice: Random) -> Iterator[Change]:
    """Nothing is called, and the answer says nothing."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        moves = play.put(at, play.moves[at].saying(dice.choice(phrases.NOTHING_SAID)))
        yield Change(moves[:i] + moves[i + 1 :], at - 1)


def only_said(play: Play, dice: Random) -> Iterator[Change]:
    """A change is reported that was never made."""
    for i in shuffled(play.writes(), dice):
        if not play.is_built_on(i):
            yield Change(play.put(i), play.report(i) - 1)


# ── Extra write ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def neighbours(play: Play, i: int) -> list[Json]:
    """Keys of other rows, from results up to a move, that its call could have been made with."""
    call = play.moves[i].calls[0]
    key = play.key_of(call)
    if not key:
        return []
    found = [row[key] for m in play.moves[:i] for r in m.results for row in (*rows(r), r) if key in row]
    return [v for v in dict.fromkeys(found) if v is not None and v != call.arguments[key]]


def one_more_row(play: Play, dice: Random) -> Iterator[Change]:
    """The change is made to the neighbour too."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        for value in neighbours(play, i):
            extra = play.moves[i].calling((call.name, {**call.arguments, play.key_of(call): value}))
            yield Change(play.put(i, play.moves[i], extra), i + 1, "change")


def made_twice(play: Play, dice: Random) -> Iterator[Change]:
    """The same change is made twice, and both times it takes effect."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        yield Change(play.put(i, play.moves[i], play.moves[i].calling((call.name, call.arguments))), i + 1, "change")


def unasked(play: Play, dice: Random) -> Iterator[Change]:
    """While it looks something up, the assistant changes something that another conversation was about."""
    other = next(play.world.dialogues(play.number + 1), None)
    calls = [
        c
        for t in (other.turns if other is not None else ())
        for c in t.message.tool_calls
        if play.tool(c).effect == "write"
    ]
    for i in shuffled(play.reads(), dice):
        for call in calls:
            extra = play.moves[i].calling((call.name, call.arguments))
            yield Change(play.put(i, play.moves[i], extra), i + 1, "change")


# ── Neighbour's row ──────────────────────────────────────────────────────────────────────────────────────────────────────


def neighbour_read(play: Play, dice: Random) -> Iterator[Change]:
    """The neighbour is fetched and told of, under the name of the row that was asked for."""
    for i in shuffled(play.reads(), dice):
        call, at = play.moves[i].calls[0], play.report(i)
        if play.is_built_on(i):
            continue
        before = [(c.name, c.arguments) for m in play.moves[:i] for c in m.calls]
        for value in neighbours(play, i):
            arguments = {**call.arguments, play.key_of(call): value}
            if (call.name, arguments) in before:  # asked for again, which is another fault
                continue
            found = ask(play, i, call.name, arguments)
            text = _retold(play, i, found)
            if text != play.moves[at].text:
                moves = play.put(at, play.moves[at].saying(text))
                yield Change((*moves[:i], play.moves[i].calling((call.name, arguments)), *moves[i + 1 :]), i)


def _retold(play: Play, i: int, found: Json) -> str:
    """The report of a move with another record's values in place of those told; the same where too few of them differ."""
    text, told = play.moves[play.report(i)].text, play.moves[i].results[0]
    call = play.moves[i].calls[0]
    if not isinstance(found, dict) or found.keys() != told.keys() or len(told) < 4:
        return text
    for field, old in told.items():
        column, new = play.column(call, field), found[field]
        if old is None or new is None or field == play.key_of(call) or (column is not None and column.role == "name"):
            continue
        for style in range(4):
            text = re.sub(rf"(?<!\w){re.escape(say(old, column, style))}(?!\w)", say(new, column, style), text)
    return text


def neighbour_written(play: Play, dice: Random) -> Iterator[Change]:
    """The neighbour is changed in place of the row that was meant."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        for value in neighbours(play, i):
            move = play.moves[i].calling((call.name, {**call.arguments, play.key_of(call): value}))
            yield Change(play.put(i, move), i, "change")
