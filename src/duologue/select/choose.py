"""Which of the conversations that may stay do: the blend of modes, the balance of groups, and how many fit.

One is taken after another until a limit is reached. Which comes next:

* With a mix, one of the mode that is furthest behind its share, so the blend is within one conversation of exact wherever it ends;
  where that mode has none left, nothing more is taken.
* With a balance, one whose groups have room, and of those one whose fullest group is least full (then the second fullest, …). A
  group's room is its share of `keep` (else of all that came this far): an even part, for as many groups as the dimension has. Once no
  conversation has room in all its groups, the others have run out: with a limit the least full go on being taken, without one it ends.
* Then in the order of the runs' items, all runs side by side in proportion to their size, so that a cut takes from each alike.

What no longer fits the tokens that are left is passed over.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence

from msgspec import Struct

from duologue.select.samples import Entry, Left


class Limits(Struct, frozen=True):
    """What `choose` keeps to."""

    balance: tuple[str, ...] = ()
    mix: tuple[tuple[str, float], ...] = ()
    """Mode and share, shares adding up to 1; empty = no mix."""
    max_tokens: int | None = None
    keep: int | None = None


class Chosen(Struct, frozen=True):
    """What came of it."""

    kept: list[Entry]
    """In the order of runs and items."""
    left: list[Left]
    notes: list[str]
    """What could not be had, in words."""


def choose(entries: Sequence[Entry], limits: Limits) -> Chosen:
    """Choose from what passed everything else. Deterministic, and the order of `entries` makes no difference."""
    entries = sorted(entries, key=lambda e: (e.run, e.item))
    modes = dict(limits.mix)
    outside = [
        Left(e.run, e.id, "mix", evidence=f"no share of mode {e.mode}")
        for e in entries
        if modes and e.mode not in modes
    ]
    work = _Choosing([e for e in entries if not modes or e.mode in modes], limits)
    work.run()
    return Chosen(sorted(work.kept, key=lambda e: (e.run, e.item)), outside + work.left(), work.notes())


Fullness = tuple[bool, tuple[int, ...], int]
"""A group is over its share; how full the groups are, fullest first; the place in line. It never falls while others are taken."""


class _Choosing:
    """The state of one choice."""

    def __init__(self, entries: list[Entry], limits: Limits) -> None:
        self.limits = limits
        self.entries = _side_by_side(entries)
        self.kept: list[Entry] = []
        self.too_long: list[Left] = []
        self.passed: set[str] = set()
        """Sides of which something did not fit the tokens."""
        self.tokens = 0
        self.counts: dict[str, Counter[str]] = {d: Counter() for d in limits.balance}
        self.sizes = {d: len({e.groups[d] for e in entries}) for d in limits.balance}
        """How many groups a dimension has."""
        most = len(entries) if limits.keep is None else min(limits.keep, len(entries))
        self.room = {d: -(-most // max(1, n)) for d, n in self.sizes.items()}
        self.taken: Counter[str] = Counter()
        self.stopped = ""
        """Why nothing more was taken: keep · tokens · balance · a mode that ran out; empty where nothing was left."""
        self._fill()

    def _fill(self) -> None:
        self.cells: dict[tuple[str, ...], deque[tuple[int, Entry]]] = defaultdict(deque)
        for place, entry in enumerate(self.entries):
            self.cells[(self._side(entry), *(entry.groups[d] for d in self.limits.balance))].append((place, entry))
        self.heaps: dict[str, list[tuple[Fullness, tuple[str, ...]]]] = defaultdict(list)
        for name in self.cells:
            heapq.heappush(self.heaps[name[0]], (self._fullness(name), name))

    def _side(self, entry: Entry) -> str:
        return entry.mode if self.limits.mix else ""

    def run(self) -> None:
        """Take one after another."""
        while self.limits.keep is None or len(self.kept) < self.limits.keep:
            side = self._side_behind()
            entry = self._next(side)
            if entry is None:
                self.stopped = self.stopped or ("tokens" if side in self.passed else side)
                return
            self.kept.append(entry)
            self.tokens += entry.tokens
            self.taken[side] += 1
            for dimension, counts in self.counts.items():
                counts[entry.groups[dimension]] += 1
        self.stopped = "keep"

    def _side_behind(self) -> str:
        """The mode that is furthest behind its share once one more is taken; of equal ones the first by name."""
        if not self.limits.mix:
            return ""
        more = len(self.kept) + 1
        return min(self.limits.mix, key=lambda side: (self.taken[side[0]] - side[1] * more, side[0]))[0]

    def _next(self, side: str) -> Entry | None:
        """Take the next of a side from its line, the fullness of its groups brought up to date first."""
        heap = self.heaps[side]
        while heap:
            known, name = heapq.heappop(heap)
            cell = self.cells[name]
            self._pass_over(cell)
            if not cell:
                continue
            now = self._fullness(name)
            if now != known:
                heapq.heappush(heap, (now, name))
                continue
            if now[0] and self.limits.keep is None and self.limits.max_tokens is None:
                heapq.heappush(heap, (now, name))
                self.stopped = "balance"
                return None
            entry = cell.popleft()[1]
            if cell:
                heapq.heappush(heap, (known, name))
            return entry
        return None

    def _pass_over(self, cell: deque[tuple[int, Entry]]) -> None:
        """Drop the first ones that don't fit what is left of the tokens: it only ever gets less."""
        most = self.limits.max_tokens
        while most is not None and cell and cell[0][1].tokens > most - self.tokens:
            entry = cell.popleft()[1]
            self.passed.add(self._side(entry))
            evidence = f"{entry.tokens:,} tokens, and {most - self.tokens:,} of {most:,} were left"
            self.too_long.append(Left(entry.run, entry.id, "budget", evidence=evidence))

    def _fullness(self, name: tuple[str, ...]) -> Fullness:
        full, over = [], False
        for dimension, group in zip(self.limits.balance, name[1:], strict=True):
            count = self.counts[dimension][group] + 1
            over = over or count > self.room[dimension]
            full.append(count * self.sizes[dimension])
        return over, tuple(sorted(full, reverse=True)), self.cells[name][0][0]

    # ── Afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def left(self) -> list[Left]:
        """All that was not taken, with why."""
        rest = (entry for cell in self.cells.values() for _, entry in cell)
        return self.too_long + [self._why(entry) for entry in rest]

    def _why(self, entry: Entry) -> Left:
        if self.stopped == "keep":
            return Left(entry.run, entry.id, "budget", evidence=f"{self.limits.keep:,} are kept")
        if self.stopped == "tokens":
            return Left(entry.run, entry.id, "budget", evidence=f"{self.limits.max_tokens:,} tokens are used up")
        if self.stopped == "balance":
            full = [
                (d, entry.groups[d]) for d in self.limits.balance if self.counts[d][entry.groups[d]] >= self.room[d]
            ]
            said = ", ".join(f"{d} {group}: {self.counts[d][group]:,} of {self.room[d]:,}" for d, group in full)
            return Left(entry.run, entry.id, "balance", evidence=said)
        return Left(entry.run, entry.id, "mix", evidence=f"mode {self.stopped} ran out")

    def notes(self) -> list[str]:
        """What could not be had."""
        said = []
        modes = dict(self.limits.mix)
        if self.stopped in modes:
            had, whole = self.taken[self.stopped], len(self.kept)
            wanted = self.limits.keep or len(self.entries)
            said.append(
                f"Mode {self.stopped} has too few: its {had:,} are all taken, and at a share of {modes[self.stopped]:g} that makes"
                f" {whole:,} in all" + (f", not the {wanted:,} asked for." if self.limits.keep else ".")
            )
        elif self.limits.keep is not None and len(self.kept) < self.limits.keep:
            why = "the tokens are used up" if self.stopped == "tokens" else "no more are left"
            said.append(f"{len(self.kept):,} are kept, not the {self.limits.keep:,} asked for: {why}.")
        return said + self._above()

    def _above(self) -> list[str]:
        """Groups that hold more than an even part of what is kept."""
        said = []
        alone = len(self.counts) == 1 and not self.limits.mix and self.limits.max_tokens is None
        why = "since others ran out" if alone else "since others ran out or fitted no other limit"
        for dimension, counts in self.counts.items():
            even = -(-len(self.kept) // max(1, self.sizes[dimension]))
            above = [f"{group} {n:,}" for group, n in sorted(counts.items()) if n > even]
            if above:
                said.append(f"Above an even part of {dimension} ({even:,}), {why}: {', '.join(above)}.")
        return said


def _side_by_side(entries: Sequence[Entry]) -> list[Entry]:
    """All runs beside each other: halfway through the line, half of each run has come."""
    sizes = Counter(entry.run for entry in entries)
    met: Counter[int] = Counter()
    places: dict[tuple[int, int], tuple[float, int]] = {}
    for entry in entries:
        places[entry.run, entry.item] = ((met[entry.run] + 0.5) / sizes[entry.run], entry.run)
        met[entry.run] += 1
    return sorted(entries, key=lambda e: places[e.run, e.item])


def shares(entries: Sequence[Entry], dimensions: Sequence[str]) -> Mapping[str, dict[str, int]]:
    """For each dimension, group → how many, by name."""
    return {d: dict(sorted(Counter(e.groups[d] for e in entries).items())) for d in dimensions}
