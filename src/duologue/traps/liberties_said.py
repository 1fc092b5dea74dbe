"""Liberties in what is said: figures and days worked out rightly, other ways to write them, courtesy, slips put right, a rule kept.

None of them is a fault, and no check may object; like those of `liberties.py`, all that is shown has been executed.
"""

import re
from collections.abc import Iterator
from random import Random

from duologue.language.days import WEEKDAYS
from duologue.language.reading import read
from duologue.language.values import say
from duologue.traps.moves import Change, Play, ask, rows
from duologue.traps.spoil import figures, other_digit, shuffled, wanted
from duologue.traps.spoil_talk import consent
from duologue.traps.spoil_told import (
    ONCE_MORE,
    days_apart,
    days_told,
    joined,
    pairs,
    put_in,
    swapped,
    told_at,
)
from duologue.types import Json, ToolCall

# ── figures and days ─────────────────────────────────────────────────────────────────────────────────────────────────────


def rounded(play: Play, dice: Random) -> Iterator[Change]:
    """Behind the exact figure, a rounded one that is said to be rounded."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        told = [n for n in figures(play, i) if n.decimals]
        for said in told if len(told) == 1 else ():
            if said.value > 10 and said.value != round(said.value) and "\n" not in text:
                yield told_at(play, i, f"{text} Call it roughly {round(said.value)}.")


def separators(play: Play, dice: Random) -> Iterator[Change]:
    """A figure in the thousands without its comma."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        for said in figures(play, i):
            if "," in said.text:
                yield told_at(play, i, text[: said.start] + said.text.replace(",", "") + text[said.end :])


def other_date(play: Play, dice: Random) -> Iterator[Change]:
    """A date in another writing."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        for told in days_told(play, i):
            other = say(told.value, told.column, (told.style + 1 + dice.randrange(2)) % 4)
            if other != told.said:
                yield told_at(play, i, swapped(text, told.said, other))


def day_named(play: Play, dice: Random) -> Iterator[Change]:
    """A date with its weekday."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        for told in days_told(play, i):
            yield told_at(play, i, swapped(text, told.said, f"{told.said} (a {WEEKDAYS[told.day.weekday()]})"))


def span_told(play: Play, dice: Random) -> Iterator[Change]:
    """How long ago a day was, or how far off it is."""
    for i in shuffled(play.reads(), dice):
        text, told = play.moves[play.report(i)].text, days_told(play, i)
        if len(told) == 1 and "\n" not in text:
            yield told_at(play, i, f"{text} {days_apart(play, told[0].day)}")


def difference_told(play: Play, dice: Random) -> Iterator[Change]:
    """How far the first two rows of a list are apart."""
    for i in shuffled(play.reads(), dice):
        found, text = rows(play.moves[i].results[0]), play.moves[play.report(i)].text
        for field in found[0] if len(found) > 1 else ():
            first, second = (next((n for n in figures(play, i) if n.value == r.get(field)), None) for r in found[:2])
            if first and second and first.value != second.value and "\n" not in text:
                apart = round(abs(first.value - second.value), 2)
                yield told_at(play, i, f"{text} The first two differ by {apart:g}.")


# ── courtesy ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def polite(play: Play, dice: Random) -> Iterator[Change]:
    """A friendly sentence that nobody asked for."""
    before = ("Thanks for your patience.", "Happy to help with that.", "Good question.")
    after = ("I hope that helps.", "Let me know if anything looks odd.", "Glad to look up more if that's useful.")
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        yield told_at(play, i, dice.choice((f"{dice.choice(before)} {text}", f"{text} {dice.choice(after)}")))


def small_talk(play: Play, dice: Random) -> Iterator[Change]:
    """The user chats a little on the side."""
    says = (
        "Sorry, it's a madhouse here today.",
        "The phones won't stop ringing this morning.",
        "Bear with me, new keyboard.",
    )
    for i in shuffled(play.reads(), dice):
        at = play.request(i)
        if play.moves[at].is_a("request"):
            yield Change(play.put(at, play.moves[at].saying(f"{dice.choice(says)} {play.moves[at].text}")), at)


def in_haste(play: Play, dice: Random) -> Iterator[Change]:
    """The user writes without capitals, full stops and courtesy."""
    for i in shuffled(play.reads(), dice):
        at = play.request(i)
        text = play.moves[at].text.rstrip(".?!")
        if play.moves[at].is_a("request") and text[:1].isupper() and text[1:2].islower():
            short = (
                (text[0].lower() + text[1:]).replace("please", "pls").replace("Please", "pls").replace(" you ", " u ")
            )
            yield Change(play.put(at, play.moves[at].saying(short)), at)


# ── going back and forth ─────────────────────────────────────────────────────────────────────────────────────────────────


def said_again(play: Play, dice: Random) -> Iterator[Change]:
    """The user did not catch an answer, and the assistant says it again."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        asked = put_in(play.moves[play.request(i)].saying(dice.choice(ONCE_MORE)))
        told = put_in(play.moves[at].saying(play.moves[at].text))
        yield Change((*play.moves[: at + 1], asked, told, *play.moves[at + 1 :]), at + 2)


def hesitates(play: Play, dice: Random) -> Iterator[Change]:
    """Before the yes the user asks what exactly will happen, and the assistant says it once more."""
    says = ("Wait, what exactly will you change?", "Before I say yes: tell me again what you're going to do?")
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found:
            proposed, agreed = found
            asks = put_in(play.moves[agreed].saying(dice.choice(says)))
            again = put_in(play.moves[proposed].saying(play.moves[proposed].text))
            yield Change((*play.moves[:agreed], asks, again, *play.moves[agreed:]), agreed)


def rule_kept(play: Play, dice: Random) -> Iterator[Change]:
    """The user presses for what a rule has refused, and the assistant stands by the rule."""
    says = ("Is there really no way around that? Just this once?", "Can't you make an exception for me?")
    kept = ("I'm sorry, but I can't make an exception: it was refused for the reason I gave.",
            "I understand, but that rule holds here too, so I have to leave it.")  # fmt: skip
    for i, move in enumerate(play.moves):
        if move.failed and play.tool(move.calls[0]).effect == "write":
            at = play.report(i)
            pressed = put_in(play.moves[play.request(i)].saying(dice.choice(says)))
            stands = put_in(play.moves[at].saying(dice.choice(kept)))
            yield Change((*play.moves[: at + 1], pressed, stands, *play.moves[at + 1 :]), at + 1)


def _misspelt(value: str, dice: Random) -> str:
    """A name or a code as somebody gets it wrong who types in a hurry."""
    if any(c.isdigit() for c in value):
        return str(other_digit(value, dice))
    at = dice.randrange(1, len(value) - 1)
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def own_slip(play: Play, dice: Random) -> Iterator[Change]:
    """The user gives a name wrongly, nothing is found, the assistant says so, and the user puts it right."""
    for i in shuffled(play.reads(), dice):
        call, at = play.moves[i].calls[0], play.request(i)
        for name, value in call.arguments.items():
            if at != i - 1 or not isinstance(value, str) or len(value) < 4 or value not in play.moves[at].text:
                continue
            if "enum" in play.tool(call).parameters["properties"][name]:
                continue  # to pass on what the tool does not take would be the assistant's fault
            wrong = _misspelt(value, dice)
            if wrong == value or value in play.moves[at - 1].text:
                continue
            slip = play.moves[at].saying(play.moves[at].text.replace(value, wrong))
            tried = play.moves[i].calling((call.name, {**call.arguments, name: wrong}))
            told = put_in(
                play.moves[play.report(i)].saying(f"I can't find anything for {wrong}. Could you check the spelling?")
            )
            right = put_in(play.moves[at].saying(f"Oh, sorry, my mistake: {value}."))
            yield Change((*play.moves[:at], slip, tried, told, right, *play.moves[i:]), at + 1, "miss")


def two_at_once(play: Play, dice: Random) -> Iterator[Change]:
    """The user asks for two things in one breath, and gets both."""
    for first, second, end, _ in dice.sample(pairs(play), len(pairs(play))):
        one, two = play.moves[first:second], play.moves[second:end]
        apart = "\n\n" if "\n" in one[-1].text else " "
        told = one[-1].saying(f"{one[-1].text}{apart}{two[-1].text}")
        if all(play.tool(c).effect == "read" for m in (*one, *two) for c in m.calls):
            asked = joined(play, first, second, dice)
            yield Change((*play.moves[:first], asked, *one[1:-1], *two[1:-1], told, *play.moves[end:]), first)


def in_one_go(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for two things in one breath, the assistant makes both calls at once."""
    for first, second, end, _ in dice.sample(pairs(play), len(pairs(play))):
        if second - first == end - second == 3:
            one, two = play.moves[first + 1], play.moves[second + 1]
            both = [c for m in (one, two) for c in m.calls]
            if (
                len(both) == 2
                and all(play.tool(c).effect == "read" for c in both)
                and not _told_by(play, first, both[1])
            ):
                made = one.calling(*((c.name, c.arguments) for c in both))
                said = play.moves[second - 1].text
                apart = "\n\n" if "\n" in said else " "
                told = play.moves[second - 1].saying(f"{said}{apart}{play.moves[end - 1].text}")
                asked = joined(play, first, second, dice)
                yield Change((*play.moves[:first], asked, made, told, *play.moves[end:]), first + 1)


def _told_by(play: Play, first: int, call: ToolCall) -> bool:
    """Whether the key of a call is known only from the exchange that begins at a move, so that the call can't be made at its start."""
    key = play.key_of(call)
    value = call.arguments.get(key)
    said = " ".join(m.text for m in play.moves[: first + 1])
    known = {row.get(key) for m in play.moves[:first] for r in m.results for row in (r, *rows(r))}
    return (
        value is not None and value not in known and re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", said) is None
    )


def looks_first(play: Play, dice: Random) -> Iterator[Change]:
    """Before a change is proposed, the record is looked up, and what it holds now is told."""
    for i in shuffled(play.writes(), dice):
        call, found = play.moves[i].calls[0], consent(play, i)
        meaning, key = play.tool(call).meaning, play.key_of(call)
        if not found or meaning is None or meaning.family != "set":
            continue
        getter = play.world.workshop.index.getter(meaning.table)
        names = [n for n, s in getter.inputs.items() if s.use == "key"] if getter is not None else []
        value = call.arguments.get(key)
        if getter is None or len(names) != 1 or not _was_said(play, found[0], value):
            continue
        asked = (getter.name, {names[0]: value})
        record = ask(play, found[0], *asked)
        field = next(
            (p for p, s in getter.outputs.items() if s.column == meaning.column and s.table == meaning.table), ""
        )
        if isinstance(record, dict) and record.get(field) is not None:
            column = play.world.workshop.catalog.table(meaning.table).column(meaning.column)
            now = f"At the moment the {column.label or column.name} is {say(record[field], column)}."
            proposed = play.moves[found[0]].saying(f"{now} {play.moves[found[0]].text}")
            look = put_in(play.moves[i].calling(asked))
            yield Change((*play.moves[: found[0]], look, proposed, *play.moves[found[1] :]), found[0])


def _was_said(play: Play, end: int, value: Json) -> bool:
    return any(str(value) in t for m in play.moves[1:end] for t in (m.text, *m.texts))


def numbers_in_words(play: Play, dice: Random) -> Iterator[Change]:
    """A small count in words."""
    words = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    for i in shuffled(play.reads(), dice):
        text, size = play.moves[play.report(i)].text, len(rows(play.moves[i].results[0]))
        for said in read(text).numbers:
            if said.text == str(size) and 2 <= size <= 12 and "," not in text[said.end : said.end + 1]:
                word = words[size - 2]
                new = word.capitalize() if said.start == 0 else word
                yield told_at(play, i, text[: said.start] + new + text[said.end :])
