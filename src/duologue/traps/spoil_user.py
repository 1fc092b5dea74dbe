"""The faults of users: they state what they can't know, ask again what they have just heard, and turn against their own goal.

Like `spoil.py`: the assistant does right by what it hears, so the user alone is at fault.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from duologue.language.values import say
from duologue.traps.moves import Change, Move, Moves, Play, field_values
from duologue.traps.spoil import figures, other_digit, shuffled, wanted
from duologue.traps.spoil_talk import consent
from duologue.traps.spoil_told import STYLES, once, put_in, swapped
from duologue.traps.spoil_work import column_of
from duologue.types import Json

# ── User invents a fact ──────────────────────────────────────────────────────────────────────────────────────────────────


def _adding(play: Play, at: int, text: str) -> Change:
    return Change(play.put(at, play.moves[at].saying(f"{play.moves[at].text} {text}")), at)


def invents_figure(play: Play, dice: Random) -> Iterator[Change]:
    """Asking for a figure, the user gives one that nobody told them, and it is wrong."""
    says = (
        "The list on my desk has {} for that.",
        "We agreed on {} last week, as I recall.",
        "It was {} when I last looked.",
    )
    for i in shuffled(wanted(play), dice):
        at = play.request(i)
        for said in figures(play, i):
            if said.value > 99 and play.moves[at].is_a("request") and said.text in play.moves[i].texts[0]:
                yield _adding(play, at, dice.choice(says).format(other_digit(said.text, dice)))


def invents_code(play: Play, dice: Random) -> Iterator[Change]:
    """The user gives a number for the record that nobody told them, and that is none; nor is it a slip in one they know."""
    says = ("It should be filed under {}.", "I believe the number is {}.")
    goals = [t.goal for t in play.dialogue.scenario.tasks]
    for i in shuffled(play.reads(), dice):
        call, at = play.moves[i].calls[0], play.request(i)
        key = play.key_of(call)
        said = " ".join([*goals, *(m.text for m in play.moves[: at + 1])])
        if key and len(str(call.arguments[key])) > 2 and any(c.isdigit() for c in str(call.arguments[key])):
            code = str(other_digit(call.arguments[key], dice))
            if (
                play.moves[at].is_a("request")
                and not _is_near(code, said)
                and not any(code in t for m in play.moves for t in (m.text, *m.texts))
            ):
                yield _adding(play, at, dice.choice(says).format(code))


def _is_near(code: str, said: str) -> bool:
    """Whether a number in a text is the same but for one sign: then it is a slip in that one."""
    near = (w for w in re.findall(r"[\w-]+", said) if len(w) == len(code))
    return any(sum(a != b for a, b in zip(w, code, strict=True)) < 2 for w in near)


def invents_day(play: Play, dice: Random) -> Iterator[Change]:
    """The user gives a day that nobody told them."""
    says = ("It's all been settled since {}.", "I was told to expect it on {}.", "The note I have is from {}.")
    today = datetime.fromisoformat(play.dialogue.scenario.clock.start)
    for i in shuffled(play.reads(), dice):
        at = play.request(i)
        if play.moves[at].is_a("request"):
            day = today - timedelta(days=dice.randint(20, 300))
            yield _adding(play, at, dice.choice(says).format(f"{day.day} {day:%B}"))


# ── User repeats ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _answered(play: Play) -> list[tuple[int, int]]:
    """Requests that were answered at once: the request and the report, with nothing but calls between."""
    return [
        (play.request(i), play.report(i))
        for i in wanted(play)
        if play.report(i) == i + 1 and play.moves[play.request(i)].is_a("request")
    ]


def asks_again(play: Play, dice: Random) -> Iterator[Change]:
    """The user asks for what they have just been told, in the same words, and is told again."""
    for asked, told in dice.sample(_answered(play), len(_answered(play))):
        again = (
            put_in(play.moves[asked].saying(play.moves[asked].text)),
            put_in(play.moves[told].saying(play.moves[told].text)),
        )
        yield Change((*play.moves[: told + 1], *again, *play.moves[told + 1 :]), told + 1)


def asks_again_later(play: Play, dice: Random) -> Iterator[Change]:
    """At the end the user asks, as if for the first time, for what they were told long before and nothing has changed since."""
    end = len(play.moves) - 2
    last = max(play.writes(), default=0)
    for asked, told in dice.sample(_answered(play), len(_answered(play))):
        if last < told < end - 4:
            again = (
                put_in(play.moves[asked].saying(play.moves[asked].text)),
                put_in(play.moves[told].saying(play.moves[told].text)),
            )
            yield Change((*play.moves[:end], *again, *play.moves[end:]), end)


def asks_again_fetched(play: Play, dice: Random) -> Iterator[Change]:
    """The user asks again for what they have just been told, and the assistant looks it up again."""
    for asked, told in dice.sample(_answered(play), len(_answered(play))):
        again = tuple(Move(m.turn, texts=m.texts) for m in play.moves[asked : told + 1])
        words = again[0].saying(again[0].text)
        yield Change((*play.moves[: told + 1], put_in(words), *again[1:], *play.moves[told + 1 :]), told + 1)


# ── User contradicts their goal ──────────────────────────────────────────────────────────────────────────────────────────


def calls_off(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for their yes, the user says that they don't want what their goal wants; it is left undone."""
    says = (
        "Actually no, leave it the way it is. I don't want that changed.",
        "No, forget it, it should stay as it is.",
    )
    heard = ("All right, I've left it as it was.", "Okay, nothing has been changed there.")
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found and not play.is_built_on(i):
            no = play.moves[found[1]].saying(dice.choice(says))
            fine = play.moves[play.report(i)].saying(dice.choice(heard))
            yield Change((*play.moves[: found[1]], no, fine, *play.moves[play.report(i) + 1 :]), found[1])


def waves_away(play: Play, dice: Random) -> Iterator[Change]:
    """In place of a request that their goal holds, the user says that they don't need it."""
    says = ("You can skip {}, I don't need that after all.", "Don't bother with {}, it's of no use to me.")
    heard = ("Understood, I'll leave that out.", "Fine, I'll skip it.")
    for asked, told in dice.sample(_answered(play), len(_answered(play))):
        task = play.dialogue.scenario.tasks[play.moves[asked].turn.task]
        named = [t for f in task.known for t in (say(f.value, None),) if t in play.moves[asked].text]
        if asked > 1 and named and told < len(play.moves) - 2:
            no = play.moves[asked].saying(dice.choice(says).format(named[0]))
            yield Change(
                (*play.moves[:asked], no, play.moves[told].saying(dice.choice(heard)), *play.moves[told + 1 :]), asked
            )


def wants_other_value(play: Play, dice: Random) -> Iterator[Change]:
    """The user wants another value written than their goal does, and gets it."""
    for i in shuffled(play.writes(), dice):
        found, call = consent(play, i), play.moves[i].calls[0]
        if not found or play.is_built_on(i):
            continue
        for name, value in call.arguments.items():
            slot, column = play.tool(call).inputs.get(name), column_of(play, call, name)
            if slot is None or slot.use != "value" or column is None:
                continue
            others = [v for v in field_values(play, column) if type(v) is type(value) and v != value]
            for other in dice.sample(others, min(len(others), 3)):
                moves = _with_value(play, i, found[0] - 1, (name, value, other))
                if moves:
                    yield Change(moves, found[0] - 1)


def _with_value(play: Play, i: int, asked: int, change: tuple[str, Json, Json]) -> Moves:
    """The exchange from a request to a report about another value; empty where the request doesn't say the value."""
    name, old, new = change
    call = play.moves[i].calls[0]
    column, moves = column_of(play, call, name), list(play.moves)
    for n in range(asked, play.report(i) + 1):
        text = moves[n].text
        for style in STYLES:
            if once(text, say(old, column, style)):
                text = swapped(text, say(old, column, style), say(new, column, style))
        moves[n] = moves[n].saying(text) if text != moves[n].text else moves[n]
    moves[i] = play.moves[i].calling((call.name, {**call.arguments, name: new}))
    return tuple(moves) if moves[asked].text != play.moves[asked].text else ()
