"""The faults that show in how a result is told: of another row, in another word, on another day, as more or less than it is.

Like `spoil.py`: every call is really made, and the words are right but for the fault.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct

from duologue.catalog import Column
from duologue.language.days import WEEKDAYS
from duologue.language.reading import read
from duologue.language.values import say
from duologue.traps import phrases
from duologue.traps.moves import Change, Move, Play, field_values, rows
from duologue.traps.spoil import figures, other_digit, shuffled, wanted
from duologue.types import Json

STYLES = range(4)
"""Ways in which a value is said; see `language.values.say`."""


def once(text: str, said: str) -> bool:
    """Whether something stands in a text exactly once, as a word of its own."""
    return bool(said) and len(re.findall(rf"(?<![\w.,]){re.escape(said)}(?![\w])", text)) == 1


def swapped(text: str, old: str, new: str) -> str:
    """The text with another word in a word's place."""
    return re.sub(rf"(?<![\w.,]){re.escape(old)}(?![\w])", lambda _: new, text)


def told_at(play: Play, i: int, text: str) -> Change:
    """The report of a move in other words."""
    at = play.report(i)
    return Change(play.put(at, play.moves[at].saying(text)), at)


# ── Another row's value ──────────────────────────────────────────────────────────────────────────────────────────────────


def borrowed(play: Play, dice: Random) -> Iterator[Change]:
    """One row of a list is told with the figure of another."""
    for i in shuffled(play.reads(), dice):
        found, text = rows(play.moves[i].results[0]), play.moves[play.report(i)].text
        for said in figures(play, i):
            for field in found[0] if found else ():
                values = [r[field] for r in found if r.get(field) is not None and not isinstance(r[field], dict | list)]
                others = [v for v in dict.fromkeys(values) if v != said.value]
                if said.value in values and others and once(text, said.text):
                    new = say(dice.choice(others), play.column(play.moves[i].calls[0], field))
                    figure, _, unit = new.partition(" ")
                    new = figure if unit and text[said.end :].lstrip().startswith(unit) else new
                    yield told_at(play, i, text[: said.start] + new + text[said.end :])


def borrowed_earlier(play: Play, dice: Random) -> Iterator[Change]:
    """A record is told with a figure that an earlier result gave of another record."""
    for i in shuffled(play.reads(), dice):
        call, text = play.moves[i].calls[0], play.moves[play.report(i)].text
        earlier = [r for m in play.moves[:i] for x in m.results for r in (x, *rows(x)) if isinstance(r, dict)]
        for field, value in play.moves[i].results[0].items():
            column = play.column(call, field)
            others = [r[field] for r in earlier if _is_figure(r.get(field)) and r[field] != value]
            if _is_figure(value) and others and not _is_key(column) and once(text, say(value, column)):
                yield told_at(play, i, swapped(text, say(value, column), say(dice.choice(others), column)))


def _is_figure(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_key(column: Column | None) -> bool:
    return column is not None and column.role == "key"


def other_name(play: Play, dice: Random) -> Iterator[Change]:
    """What was found out of one row is told of another."""
    for i in shuffled(play.reads(), dice):
        found, text = rows(play.moves[i].results[0]), play.moves[play.report(i)].text
        asked = play.moves[play.request(i)].text
        for field in found[0] if found else ():
            if not _is_name(play, i, field):
                continue
            names = list(dict.fromkeys(str(r[field]) for r in found if r.get(field)))
            said = [n for n in names if once(text, n)]
            others = [n for n in names if n not in text and n not in asked]
            if len(said) == 1 and said[0] not in asked and others:
                yield told_at(play, i, swapped(text, said[0], dice.choice(others)))


def _is_name(play: Play, i: int, field: str) -> bool:
    """Whether a field of a move's results is what people call a row by."""
    call = play.moves[i].calls[0]
    slots = [s for path, s in play.tool(call).outputs.items() if path.rpartition(".")[2] == field]
    column = play.column(call, field)
    return any(s.column == "@name" or s.use == "name" for s in slots) or (column is not None and column.role == "name")


# ── Wrong word ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def miscalled(play: Play, dice: Random) -> Iterator[Change]:
    """A word of a result is told as another that the column holds elsewhere."""
    for i in shuffled(play.reads(), dice):
        yield from _miscalled(play, i, play.moves[i].results, dice)


def miscalled_in_list(play: Play, dice: Random) -> Iterator[Change]:
    """The same of one row among several."""
    for i in shuffled(play.reads(), dice):
        found = rows(play.moves[i].results[0])
        if len(found) > 1:
            yield from _miscalled(play, i, found, dice)


def _miscalled(play: Play, i: int, records: list[dict[str, Json]], dice: Random) -> Iterator[Change]:
    call, text, asked = play.moves[i].calls[0], play.moves[play.report(i)].text, play.moves[play.request(i)].text
    for record in records:
        for field, value in record.items():
            column = play.column(call, field)
            if not isinstance(value, str) or column is None or column.role in ("key", "name"):
                continue
            if any(c.isdigit() for c in value) or not once(text, value) or value in asked:
                continue
            others = [v for v in field_values(play, column) if isinstance(v, str) and v not in text and v not in asked]
            if others:
                yield told_at(play, i, swapped(text, value, dice.choice(others)))


# ── Wrong day ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class DayTold(Struct, frozen=True):
    """A day of a result that its report states once: as it is said, and as it is stored."""

    said: str
    value: str
    column: Column | None
    style: int

    @property
    def day(self) -> datetime:
        """The day, with the time where one is stored."""
        return datetime.fromisoformat(self.value)

    def moved(self, days: int) -> str:
        """A day that many days later, said in the same way."""
        other = self.day + timedelta(days=days)
        return say(str(other) if ":" in self.value else f"{other:%Y-%m-%d}", self.column, self.style)


def days_told(play: Play, i: int) -> list[DayTold]:
    """The days of a move's results that its report states once, and that the user did not say."""
    call, text, asked = play.moves[i].calls[0], play.moves[play.report(i)].text, play.moves[play.request(i)].text
    found: dict[str, DayTold] = {}
    for record in [r for x in play.moves[i].results for r in (x, *rows(x))]:
        for field, value in record.items():
            if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
                column = play.column(call, field)
                told = [DayTold(say(value, column, s), value, column, s) for s in STYLES]
                found |= {t.said: t for t in reversed(told) if once(text, t.said) and t.said not in asked}
    return list(found.values())


def other_day(play: Play, dice: Random) -> Iterator[Change]:
    """A date is told some days off."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        for told in days_told(play, i):
            yield told_at(play, i, swapped(text, told.said, told.moved(dice.choice((-7, -2, -1, 1, 2, 7)))))


def wrong_weekday(play: Play, dice: Random) -> Iterator[Change]:
    """A date is told with a weekday that is not its own."""
    for i in shuffled(play.reads(), dice):
        text = play.moves[play.report(i)].text
        for told in days_told(play, i):
            name = WEEKDAYS[(told.day.weekday() + dice.randint(1, 6)) % 7]
            yield told_at(play, i, swapped(text, told.said, f"{told.said} (a {name})"))


def days_apart(play: Play, day: datetime, off: int = 0) -> str:
    """How far a day is from the day of the conversation, in a sentence; `off` days wrong."""
    today = datetime.fromisoformat(play.dialogue.scenario.clock.start)
    apart = (day.date() - today.date()).days
    n = abs(apart) + off
    return f"That was {n} days ago." if apart < 0 else f"That is {n} days from now."


def wrong_span(play: Play, dice: Random) -> Iterator[Change]:
    """How long ago a day was is counted wrongly."""
    for i in shuffled(play.reads(), dice):
        text, told = play.moves[play.report(i)].text, days_told(play, i)
        if len(told) == 1 and "\n" not in text:
            yield told_at(play, i, f"{text} {days_apart(play, told[0].day, dice.randint(2, 9))}")


# ── List cut short ───────────────────────────────────────────────────────────────────────────────────────────────────────


def all_there_are(play: Play, dice: Random) -> Iterator[Change]:
    """A list that was cut off is told as the whole."""
    for i in shuffled(play.reads(), dice):
        result = play.moves[i].results[0]
        total = next((v for f, v in result.items() if f in ("total", "total_count", "count")), 0)
        if isinstance(total, int) and total > len(rows(result)) > 0:
            yield told_at(play, i, phrases.added(play.moves[play.report(i)].text, dice.choice(phrases.COMPLETE)))


def _shortened(text: str, keep: int) -> str:
    """A list in lines with its first lines only, and their number; empty where the text is no such list."""
    head, *items = text.split("\n- ")
    counts = [n for n in read(head).numbers if n.value == len(items)]
    if len(items) <= keep or len(counts) != 1 or "\n" in items[-1]:
        return ""
    head = head[: counts[0].start] + str(keep) + head[counts[0].end :]
    return "\n- ".join((head, *items[:keep]))


def cut_by_limit(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for all, the assistant fetches the first few and tells them as all."""
    for i in shuffled(play.reads(), dice):
        call, at = play.moves[i].calls[0], play.report(i)
        limits = [n for n, s in play.tool(call).inputs.items() if s.use == "limit" and n not in call.arguments]
        text = _shortened(play.moves[at].text, 2)
        if limits and text and not play.is_built_on(i):
            moves = play.put(at, play.moves[at].saying(text))
            fewer = play.moves[i].calling((call.name, {**call.arguments, limits[0]: 2}))
            yield Change((*moves[:i], fewer, *moves[i + 1 :]), i)


def row_left_out(play: Play, dice: Random) -> Iterator[Change]:
    """The last row of a list is not told, nor counted."""
    for i in shuffled(play.reads(), dice):
        size = len(rows(play.moves[i].results[0]))
        text = _shortened(play.moves[play.report(i)].text, size - 1) if size > 2 else ""
        if text:
            yield told_at(play, i, text)


# ── Contradicts itself ───────────────────────────────────────────────────────────────────────────────────────────────────

ONCE_MORE = (
    "Sorry, I didn't catch that. What was it again?",
    "Could you say that last part once more?",
    "Hold on, I was writing. Say that again, please?",
)


def misremembered(play: Play, dice: Random) -> Iterator[Change]:
    """Asked to say it again, the assistant says another figure than before."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        text, asked = play.moves[at].text, play.moves[play.request(i)].text
        for said in figures(play, i):
            if (
                said.value > 9
                and once(text, said.text)
                and said.text not in asked
                and said.text in play.moves[i].texts[0]
            ):
                wrong = text[: said.start] + other_digit(said.text, dice) + text[said.end :]
                again = play.moves[play.request(i)].saying(dice.choice(ONCE_MORE))
                yield Change(
                    (*play.moves[: at + 1], put_in(again), put_in(play.moves[at].saying(wrong)), *play.moves[at + 1 :]),
                    at + 2,
                )


def denies_earlier(play: Play, dice: Random) -> Iterator[Change]:
    """Asked whether a change that was made is in, the assistant says it isn't."""
    asks = ("So that's in the system now?", "Just to be sure, has that been changed?")
    denials = ("No, nothing has been changed so far.", "No, I haven't made that change yet.")
    for i in shuffled(play.writes(), dice):
        at = play.report(i)
        asked = put_in(play.moves[play.request(i)].saying(dice.choice(asks)))
        denied = put_in(play.moves[at].saying(dice.choice(denials)))
        yield Change((*play.moves[: at + 1], asked, denied, *play.moves[at + 1 :]), at + 2)


def recap_altered(play: Play, dice: Random) -> Iterator[Change]:
    """The summary at the end gives another figure than the answer did."""
    for at, move in enumerate(play.moves):
        if move.role == "assistant" and move.is_a("recap"):
            for said in dice.sample(read(move.text).numbers, len(read(move.text).numbers)):
                if not said.word and said.value > 9:
                    wrong = move.text[: said.start] + other_digit(said.text, dice) + move.text[said.end :]
                    yield Change(play.put(at, move.saying(wrong)), at)


def put_in(move: Move) -> Move:
    """A move that was not in the sound conversation."""
    return Move(move.turn)


# ── Half a request ───────────────────────────────────────────────────────────────────────────────────────────────────────

_AND = ("And one more thing:", "Also,", "And at the same time:")


def pairs(play: Play) -> list[tuple[int, int, int, int]]:
    """Two exchanges that follow one another, each one request, calls and a report: where they begin, and where both end.

    The last is the read or write of the second."""
    found = []
    starts = [n for n, m in enumerate(play.moves) if m.role == "user"]
    for first, second, end in zip(starts, starts[1:], starts[2:], strict=False):
        both = (play.moves[first:second], play.moves[second:end])
        plain = all(
            m[0].is_a("request") and m[-1].text and all(c.calls and not c.failed for c in m[1:-1]) for m in both
        ) and all(sum(a.kind == "request" for a in m[0].turn.acts) == 1 for m in both)
        if plain and min(map(len, both)) > 2 and play.moves[first].turn.task == play.moves[second].turn.task:
            found.append((first, second, end, end - 2))
    return found


def joined(play: Play, first: int, second: int, dice: Random) -> Move:
    """Both requests in one breath."""
    goal = play.dialogue.scenario.tasks[play.moves[second].turn.task].goal
    also = f"{dice.choice(_AND)} {_bare(play.moves[second].text, goal)}"
    return play.moves[first].saying(f"{play.moves[first].text} {also}")


def _bare(text: str, goal: str) -> str:
    """A request without what leads up to it (thanks, "another question:"): what says nothing that the goal speaks of."""
    spoken = {w for w in _WORD.findall(goal.lower()) if w not in ("user", "known", "knows", "learnt", "seen", "have")}
    parts = re.split(r"(?<=[.!:]) +", text.strip())
    while len(parts) > 1 and not spoken & set(_WORD.findall(parts[0].lower())):
        parts = parts[1:]
    bare = _LEADS.sub("", " ".join(parts))
    word = re.match(r"[A-Za-z]+", bare)
    is_name = word is None or word[0] == "I" or word[0] in goal
    return bare if is_name else bare[:1].lower() + bare[1:]


_WORD = re.compile(r"[^\W_]{4,}")
_LEADS = re.compile(
    r"^(?:(?:and|also|next|now|then|so|okay|ok|well|good|right|thanks|super|perfect)\b,? *)+", re.IGNORECASE
)


def ignores_second(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for two things, the assistant does the first and says nothing of the second."""
    for first, second, end, i in dice.sample(pairs(play), len(pairs(play))):
        if i in wanted(play):
            yield Change(
                (
                    *play.moves[:first],
                    joined(play, first, second, dice),
                    *play.moves[first + 1 : second],
                    *play.moves[end:],
                ),
                second - 1,
            )


def ignores_first(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for two things, the assistant does the second and says nothing of the first."""
    for first, second, end, _ in dice.sample(pairs(play), len(pairs(play))):
        if second - 2 in wanted(play):
            rest = play.moves[second + 1 : end]
            yield Change(
                (*play.moves[:first], joined(play, first, second, dice), *rest, *play.moves[end:]), first + len(rest)
            )
