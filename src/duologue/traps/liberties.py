"""Six liberties a good assistant may take: none of them is a fault, and no check may object.

Generators like those of `spoil.py`, with the same promise: all that is shown has been executed.
"""

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from duologue.language.reading import read
from duologue.traps.moves import Change, Move, Play
from duologue.traps.spoil import shuffled


def other_order(play: Play, dice: Random) -> Iterator[Change]:
    """Two calls that don't need one another come the other way round, and one after the other."""
    for i, move in enumerate(play.moves):
        if len(move.calls) == 2:
            apart = [move.calling((c.name, c.arguments)) for c in reversed(move.calls)]
            same = [Move(m.turn, texts=(t,)) for m, t in zip(apart, reversed(move.texts), strict=True)]
            yield Change(play.put(i, *same), i)


def second_look(play: Play, dice: Random) -> Iterator[Change]:
    """After a change the record is fetched once more, and the report says that it has been checked."""
    for i in shuffled(play.writes(), dice):
        call, key = play.moves[i].calls[0], play.key_of(play.moves[i].calls[0])
        table = play.tool(call).inputs[key].table if key else ""
        getter = play.world.workshop.index.getter(table)
        names = [n for n, s in getter.inputs.items() if s.use == "key"] if getter is not None else []
        meaning = play.tool(call).meaning
        if getter is not None and len(names) == 1 and meaning is not None and meaning.family == "set":
            asked = (getter.name, {names[0]: call.arguments[key]})
            if any((c.name, c.arguments) == asked for m in play.moves[i:] for c in m.calls):
                continue
            look = play.moves[i].calling(asked)
            at = play.report(i)
            told = play.moves[at].saying(play.moves[at].text + " I've looked at the record again, and it's in there.")
            yield Change((*play.moves[: i + 1], look, *play.moves[i + 1 : at], told, *play.moves[at + 1 :]), i + 1)


def put_right(play: Play, dice: Random) -> Iterator[Change]:
    """A call lacks an argument, is refused, and is made again as it should be. What was wrong is not trained on."""
    for i in shuffled(play.reads(), dice):
        call = play.moves[i].calls[0]
        required = play.tool(call).parameters.get("required", ())
        if required:
            short = {n: v for n, v in call.arguments.items() if n != required[0]}
            wrong = play.moves[i].calling((call.name, short))
            wrong = Move(replace(wrong.turn, train=False))
            yield Change(play.put(i, wrong, play.moves[i]), i, "fail")


def default_said(play: Play, dice: Random) -> Iterator[Change]:
    """An argument is given that would have been filled in anyway."""
    for i in shuffled(play.reads(), dice):
        call = play.moves[i].calls[0]
        for name, schema in play.tool(call).parameters["properties"].items():
            if name not in call.arguments and schema.get("default") is not None:
                full = play.moves[i].calling((call.name, {**call.arguments, name: schema["default"]}))
                yield Change(play.put(i, Move(full.turn, full.at, play.moves[i].texts)), i)


def other_writing(play: Play, dice: Random) -> Iterator[Change]:
    """A sum of money without its last zero, a number of rows as a word."""
    words = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
    for i in shuffled(play.reads(), dice):
        at = play.report(i)
        text = play.moves[at].text
        for said in read(text).numbers:
            if said.decimals == 2 and said.text.endswith("0") and not said.text.endswith("00"):
                yield Change(
                    play.put(at, play.moves[at].saying(text[: said.start] + said.text[:-1] + text[said.end :])), at
                )
            elif said.text.isdigit() and 2 <= said.value <= 9 and text[: said.start].endswith("has "):
                new = text[: said.start] + words[int(said.value) - 2] + text[said.end :]
                yield Change(play.put(at, play.moves[at].saying(new)), at)


def known_already(play: Play, dice: Random) -> Iterator[Change]:
    """Asked for something again, the assistant says it again, without asking the database again."""
    for i in shuffled(play.reads(), dice):
        at, call = play.request(i), play.moves[i].calls[0]
        given = [
            n
            for n in range(at)
            if any((c.name, c.arguments) == (call.name, call.arguments) for c in play.moves[n].calls)
        ]
        if given and play.moves[at].is_a("doubt") and play.report(i) == i + 1 and not play.is_built_on(i):
            asked = play.moves[at].saying("Sorry, I was on the phone. What was that again?")
            answer = play.moves[i + 1].saying(play.moves[play.report(given[-1])].text)
            yield Change((*play.moves[:at], asked, *play.moves[at + 1 : i], answer, *play.moves[i + 2 :]), at)
