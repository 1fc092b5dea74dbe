"""How well checks and judges do on the set, in figures.

Of verdicts: faults found and sound conversations objected to, by kind. Of judges also: how rightly they class the lines that were
planted (precision: of the lines given a class, those that are of it; recall: of the lines of a class, those given it), how often they
could not tell, and how often they disagree. An answer that could not be read is right about nothing: it finds no fault, and gives
no line a class.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from duologue.traps.planted import CLASSES, Class
from duologue.traps.trapset import Trap
from duologue.types import Verdict
from duologue.verify.judge import Opinion, decide

FOUND_BAR = 0.95
"""Share of the faults that is to be found at least."""
ALARM_BAR = 0.02
"""Share of the sound conversations that may be objected to at most."""


class Kind(Struct, frozen=True):
    """A kind of fault or a liberty: how many there are, how many were objected to, and on how many nobody could tell."""

    name: str
    of: int
    objected: int
    undecided: int = 0
    by: tuple[str, ...] = ()
    """The checks that were right to object, the one that did so most often first."""


class Score(Struct, frozen=True):
    """Verdicts on the set: of the faults by kind, of the sound ones by liberty, and the names of those it was wrong about."""

    faults: tuple[Kind, ...]
    sound: tuple[Kind, ...]
    missed: tuple[str, ...]
    alarms: tuple[str, ...]

    @property
    def found(self) -> tuple[int, int]:
        """Faults found, and of how many."""
        return sum(k.objected for k in self.faults), sum(k.of for k in self.faults)

    @property
    def alarmed(self) -> tuple[int, int]:
        """Sound conversations objected to, and of how many."""
        return sum(k.objected for k in self.sound), sum(k.of for k in self.sound)

    @property
    def undecided(self) -> int:
        """Conversations on which nobody could tell."""
        return sum(k.undecided for k in (*self.faults, *self.sound))

    @property
    def holds(self) -> bool:
        """Both bars are met; where there is nothing to hold against one, it is."""
        (found, faults), (alarms, sound) = self.found, self.alarmed
        return found >= FOUND_BAR * faults and alarms <= ALARM_BAR * sound


class ClassScore(Struct, frozen=True):
    """Planted lines of a class: how many there are, to how many it was given, and to how many rightly."""

    name: Class
    lines: int
    given: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the lines given the class, those that are of it; None where it was given to none."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Of the lines of the class, those that were given it; None where there are none."""
        return self.right / self.lines if self.lines else None


class Voting(Struct, frozen=True):
    """A judge, or several together: their verdicts, and the classes they gave."""

    name: str
    score: Score
    classes: tuple[ClassScore, ...]
    unreadable: int = 0
    """Conversations on which no readable answer came."""


def scored(
    traps: Sequence[Trap], objects: Callable[[Trap], bool | None], by: Callable[[Trap], Sequence[str]] = lambda _: ()
) -> Score:
    """The score of whoever objects (True), does not (False), or could not tell (None)."""
    said = {t.name: objects(t) for t in traps}
    rows = {True: dict[str, list[Trap]](), False: dict[str, list[Trap]]()}
    for t in traps:
        rows[t.faulty].setdefault(t.kind or t.liberty or "plain", []).append(t)

    def kind(name: str, group: list[Trap]) -> Kind:
        checks = Counter(c for t in group for c in by(t))
        votes = [said[t.name] for t in group]
        return Kind(name, len(group), votes.count(True), votes.count(None), tuple(c for c, _ in checks.most_common()))

    return Score(
        tuple(kind(n, g) for n, g in rows[True].items()),
        tuple(kind(n, g) for n, g in rows[False].items()),
        tuple(t.name for t in traps if t.faulty and said[t.name] is not True),
        tuple(t.name for t in traps if not t.faulty and said[t.name] is True),
    )


def machine_score(traps: Sequence[Trap], verdicts: Mapping[str, tuple[Verdict, ...]]) -> Score:
    """The machine checks: a fault counts as found where a check objects that is right to; any objection to a sound one is an alarm."""

    def objects(t: Trap) -> bool:
        return bool(t.caught_by(verdicts[t.name])) if t.faulty else t.rejected(verdicts[t.name])

    return scored(traps, objects, lambda t: t.caught_by(verdicts[t.name]))


def voice_score(name: str, traps: Sequence[Trap], opinions: Mapping[str, Opinion]) -> Voting:
    """One judge."""
    score = scored(traps, lambda t: _objects(opinions[t.name].passed))
    given = {t.name: _classes(opinions[t.name]) for t in traps}
    return Voting(name, score, _by_class(traps, given), sum(o.given is None for o in opinions.values()))


def together_score(traps: Sequence[Trap], votes: Sequence[Mapping[str, Opinion]], unanimous: bool) -> Voting:
    """Several judges as they decide together; a line is of the class that more than half of them give it."""
    score = scored(traps, lambda t: _objects(verdict_of(t, votes, unanimous)))
    given: dict[str, dict[str, Class]] = {}
    for t in traps:
        each = [_classes(v[t.name]) for v in votes]
        counts = {line: Counter(c[line] for c in each if line in c).most_common(1) for line in t.lines}
        given[t.name] = {line: found[0][0] for line, found in counts.items() if found and 2 * found[0][1] > len(votes)}
    unreadable = sum(all(v[t.name].given is None for v in votes) for t in traps)
    return Voting("together", score, _by_class(traps, given), unreadable)


def verdict_of(trap: Trap, votes: Sequence[Mapping[str, Opinion]], unanimous: bool) -> bool | None:
    """What several judges decide on a conversation."""
    return decide([v[trap.name].passed for v in votes], unanimous)


def disagreements(traps: Sequence[Trap], votes: Sequence[Mapping[str, Opinion]]) -> tuple[str, ...]:
    """The conversations on which judges differ."""
    return tuple(t.name for t in traps if len({v[t.name].passed for v in votes}) > 1)


def as_run(
    traps: Sequence[Trap],
    verdicts: Mapping[str, tuple[Verdict, ...]],
    votes: Sequence[Mapping[str, Opinion]],
    unanimous: bool,
) -> Score:
    """Both stages as a run uses them: rejected is what a machine check rejects, and what the judges don't pass."""
    return scored(traps, lambda t: t.rejected(verdicts[t.name]) or verdict_of(t, votes, unanimous) is not True)


def _objects(passed: bool | None) -> bool | None:
    return None if passed is None else not passed


def _classes(opinion: Opinion) -> dict[str, Class]:
    return {line.id: line.kind for line in opinion.given.lines} if opinion.given is not None else {}


def _by_class(traps: Iterable[Trap], given: Mapping[str, Mapping[str, Class]]) -> tuple[ClassScore, ...]:
    pairs = [(line.kind, given[t.name].get(name)) for t in traps for name, line in t.lines.items()]
    return tuple(
        ClassScore(c, sum(true == c for true, _ in pairs), sum(said == c for _, said in pairs), pairs.count((c, c)))
        for c in CLASSES
    )


def part(traps: Iterable[Trap], n: int, dice: Callable[[str], float]) -> list[Trap]:
    """A part of the set in which each kind of fault, each liberty and the plain ones of each world have their share, in the set's
    order. `dice` draws a number from 0 to 1 for a name."""
    every = list(traps)
    groups: dict[str, list[Trap]] = {}
    for t in every:
        groups.setdefault(t.kind or t.liberty or f"plain, {t.place}", []).append(t)
    ranked = [
        ((rank + dice(name)) / len(group), t.name)
        for name, group in groups.items()
        for rank, t in enumerate(sorted(group, key=lambda t: dice(t.name)))
    ]
    chosen = {name for _, name in sorted(ranked)[:n]}
    return [t for t in every if t.name in chosen]
