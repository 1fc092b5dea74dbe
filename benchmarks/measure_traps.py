"""How the machine checks do where nobody looked: every form of fault and of liberty, made over databases that the trap set has not.

    python benchmarks/measure_traps.py [-n 40] [--seed 0] [--shown] DATABASE…

The set of `duologue judge-check` was in view while the checks were mended, so its figures flatter them. Here the same forms are put into
conversations over any databases: each form once in each, at the first of `-n` conversations that offers a place, half of them as models
leave them. `--shown` prints each miss and each false alarm with the turn.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from duologue.environment import import_sqlite
from duologue.errors import StageError
from duologue.traps import KINDS, LIBERTIES, Trap
from duologue.traps.spoil import Spoil
from duologue.traps.trapset import PLAIN, Made, changed
from duologue.traps.worlds import World, as_model, over
from duologue.types import Dialogue


class Elsewhere(Trap):
    """A trap in a world of its own."""

    def __init__(self, kind: str, form: str, place: World, made: Made) -> None:
        super().__init__(f"{kind or 'sound'}, {place.name}: {form}", (kind, ""), place.name, lambda _: made)
        self._place, self.__dict__["_made"] = place, made

    @property
    def world(self) -> World:
        """Where it was played."""
        return self._place


def made(world: World, most: int) -> Iterator[Elsewhere]:
    """Each form where it finds a place, then the plain ones."""
    played: list[Dialogue] = []
    try:
        played += islice(world.dialogues(), most)
    except StageError as error:
        print(f"{world.name}: {error.reason} after {len(played)} conversations")
    forms: list[tuple[str, Spoil]] = [(kind, form) for kind, of in KINDS.items() for form, _ in of.forms]
    forms += [("", form) for of in LIBERTIES.values() for form, _ in of]
    for number, (kind, form) in enumerate(forms):
        try:
            found = changed(world, form, PLAIN + number % PLAIN)
        except (LookupError, StageError):
            continue
        shown = as_model(found.dialogue, number % 2 == 0)
        yield Elsewhere(kind, form.__name__, world, Made(shown, found.at))
    for number, dialogue in enumerate(played):
        yield Elsewhere("", f"plain {number}", world, Made(as_model(dialogue, number % 2 == 0)))


def main() -> None:
    """Print the table."""
    flags = argparse.ArgumentParser(description="The machine checks on faults made over any databases.")
    flags.add_argument("databases", nargs="+", type=Path)
    flags.add_argument("-n", type=int, default=40)
    flags.add_argument("--seed", type=int, default=0)
    flags.add_argument("--shown", action="store_true")
    given = flags.parse_args()
    of, caught = Counter[str](), Counter[str]()
    for path in given.databases:
        for trap in made(over(path.stem, import_sqlite(path), given.seed), given.n):
            verdicts = trap.verdicts()
            right = bool(trap.caught_by(verdicts)) if trap.faulty else not Trap.rejected(verdicts)
            of[trap.kind] += 1
            caught[trap.kind] += right
            if given.shown and not right:
                said = [f"{v.check} {f.turn}: {f.what}" for v in verdicts if v.passed is not True for f in v.evidence]
                print(f"{trap.name}, turn {trap.at}: {'; '.join(said) or 'nothing said'}")
    for kind in KINDS:
        print(f"{kind:<24} {caught[kind]:>4} of {of[kind]}")
    faults, found = sum(of[k] for k in KINDS), sum(caught[k] for k in KINDS)
    print(f"{'faults found':<24} {found:>4} of {faults} ({found / max(faults, 1):.1%})")
    alarms = of[""] - caught[""]
    print(f"{'false alarms':<24} {alarms:>4} of {of['']} ({alarms / max(of[''], 1):.1%})")


if __name__ == "__main__":
    main()
