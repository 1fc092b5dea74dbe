"""How often does a wrong figure pass for a right one: what `grounding` lets through that is nothing but chance.

    python benchmarks/measure_chance.py [-n 30] [--seed 0] DATABASE…

Each figure of two digits or more that the assistant tells from a result, in conversations as they are played, is told as another drawn at
random, of the same length and with the same decimals. What passes then was given elsewhere by the user or a result ("known"), or follows
from something by arithmetic. Printed is the share that passes, by the number of digits, and why.
"""

import argparse
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

from msgspec.structs import replace

from duologue.checks.case import case_of
from duologue.checks.grounding import grounding
from duologue.environment import import_sqlite
from duologue.errors import StageError
from duologue.ids import rng
from duologue.language.reading import Number
from duologue.traps.worlds import World, over
from duologue.types import Dialogue

EACH = 4
"""Figures that are changed in a text."""


def other(said: Number, dice: Random) -> str:
    """Another figure of the same look."""
    digits = [i for i, c in enumerate(said.text) if c.isdigit()]
    new = list(said.text)
    for n, i in enumerate(digits):
        new[i] = str(dice.randint(n == 0, 9))
    return "".join(new)


def passes(world: World, dialogue: Dialogue, at: int, text: str) -> tuple[bool, str]:
    """Whether grounding lets a text through, and what it notes of how."""
    turns = list(dialogue.turns)
    turns[at] = replace(turns[at], message=replace(turns[at].message, content=text))
    shop = world.workshop
    verdict = grounding(case_of(replace(dialogue, turns=tuple(turns[: at + 1])), shop.environment, shop.catalog))
    wrong = [f for f in verdict.evidence if f.turn == at]
    return not any("no source" in f.what for f in wrong), "; ".join(f.what for f in wrong)


def measure(world: World, most: int, tried: Counter[int], passed: Counter[int], why: Counter[str]) -> None:
    """Count over the conversations of a world."""
    played: list[Dialogue] = []
    try:
        played += islice(world.dialogues(), most)
    except StageError as error:
        print(f"{world.name}: {error.reason} after {len(played)} conversations")
    for number, dialogue in enumerate(played):
        dice = rng("chance", world.name, number)
        case = case_of(dialogue, world.workshop.environment, world.workshop.catalog)
        for at, turn in enumerate(dialogue.turns):
            if turn.message.role != "assistant" or not turn.message.content:
                continue
            reading = case.reading(at)
            told = [n for n in reading.numbers if not n.word and sum(c.isdigit() for c in n.text) > 1]
            for said in dice.sample(told, min(EACH, len(told))):
                new = other(said, dice)
                if new == said.text:
                    continue
                size = sum(c.isdigit() for c in new)
                ok, how = passes(world, dialogue, at, reading.text[: said.start] + new + reading.text[said.end :])
                tried[size] += 1
                passed[size] += ok
                if ok:
                    why[next((p.rpartition(" is ")[2] for p in how.split("; ") if f"'{new}'" in p), "known")] += 1


def main() -> None:
    """Print the shares."""
    flags = argparse.ArgumentParser(description="How often a random figure passes the check on what has a source.")
    flags.add_argument("databases", nargs="+", type=Path)
    flags.add_argument("-n", type=int, default=30)
    flags.add_argument("--seed", type=int, default=0)
    given = flags.parse_args()
    tried, passed, why = Counter[int](), Counter[int](), Counter[str]()
    for path in given.databases:
        measure(over(path.stem, import_sqlite(path), given.seed), given.n, tried, passed, why)
    for size in sorted(tried):
        print(f"{size} digits {passed[size]:>5} of {tried[size]:>5} ({passed[size] / tried[size]:.1%})")
    every, through = sum(tried.values()), sum(passed.values())
    print(f"together {through:>5} of {every:>5} ({through / max(every, 1):.1%})")
    for way, count in why.most_common():
        print(f"  {count:>5} {way}")


if __name__ == "__main__":
    main()
