"""Selection: from the accepted conversations of one run or several to the list of those that go into the dataset.

Three steps, always in this order, each working on what the one before let through: what overlaps with a benchmark goes
(`decontamination`), then duplicates (`duplicates`), and of the rest as many as fit are chosen (`choose`). A conversation's text is
read once and let go; what stays in memory of it is some 3 KB.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from duologue.errors import UserError
from duologue.near import Shingler, needed
from duologue.select.candidates import candidates
from duologue.select.choose import Limits, choose, shares
from duologue.select.contaminated import Comparison
from duologue.select.decontamination import read_benchmarks
from duologue.select.duplicates import drop_duplicates
from duologue.select.groups import BALANCED, DIMENSIONS, family_counts, groups_of
from duologue.select.lists import FORMAT, Kept, Report, RunRef, Selection, Step, run_id
from duologue.select.nothing import Narrowing, refuse_nothing
from duologue.select.samples import Candidate, Entry, Left
from duologue.select.tokens import Count, counter
from duologue.store import Store
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.near import Shingles

NEAR = 0.8
MODES = ("user", "task")


class Options(Struct, frozen=True):
    """What a person asks of a selection."""

    near: float = NEAR
    """How alike two conversations are that count as one; 0 = near duplicates stay."""
    balance: tuple[str, ...] = ()
    mix: Mapping[str, float] = {}
    max_tokens: int | None = None
    keep: int | None = None
    tokenizer: Path | None = None
    against: tuple[Path, ...] = ()
    """Benchmark files and folders."""


def select(runs: Sequence[tuple[Path, Store]], options: Options) -> Selection:
    """Make the list. The same runs and options give the same list, in whatever order the options are named.

    Raises `UserError` where an option can't be had, or where nothing would be kept.
    """
    limits = _checked(options)
    gathered = _Gathered(options)
    refs = [
        RunRef(str(folder), run_id(store), gathered.run(number, store)) for number, (folder, store) in enumerate(runs)
    ]
    entries = gathered.entries()
    clean = [e for e in entries if (e.run, e.item) not in gathered.contaminated]
    unique, doubled = drop_duplicates(clean, gathered.shingles, options.near)
    chosen = choose(unique, limits)
    refuse_nothing(Narrowing(entries, clean, unique, chosen), limits)
    left = [*gathered.contaminated.values(), *doubled, *chosen.left]
    steps = (
        *([_step("decontamination", len(entries), gathered.contaminated.values())] if options.against else []),
        _step("duplicates", len(clean), doubled),
        _step("choice", len(unique), chosen.left),
    )
    place = {(e.run, e.id): e.item for e in entries}
    return Selection(
        format=FORMAT,
        options=_as_given(options, limits),
        runs=tuple(refs),
        report=replace(
            _report(entries, chosen.kept, steps, chosen.notes),
            against=gathered.comparison.report() if gathered.comparison else None,
        ),
        kept=tuple(Kept(e.run, e.id) for e in chosen.kept),
        left=tuple(sorted(left, key=lambda one: (one.run, place[one.run, one.id]))),
    )


class _Gathered:
    """What is kept of the candidates of all runs."""

    def __init__(self, options: Options) -> None:
        if options.near:
            needed()
        self.count: Count = counter(options.tokenizer)
        self.shingler = Shingler() if options.near else None
        self.comparison = Comparison(read_benchmarks(options.against)) if options.against else None
        self.candidates: list[tuple[int, Candidate]] = []
        self.shingles: dict[tuple[int, int], Shingles] = {}
        self.contaminated: dict[tuple[int, int], Left] = {}

    def run(self, number: int, store: Store) -> int:
        """Take in a run; how many accepted conversations it has."""
        before = len(self.candidates)
        for candidate in candidates(store, self.count):
            key = (number, candidate.item)
            left = self.comparison.left(number, candidate) if self.comparison else None
            if left is not None:
                self.contaminated[key] = left
            elif self.shingler:
                self.shingles[key] = self.shingler.shingles(candidate.said)
            self.candidates.append((number, _light(candidate)))
        return len(self.candidates) - before

    def entries(self) -> list[Entry]:
        """All of them, in the order of runs and items."""
        counts = family_counts(candidate.families for _, candidate in self.candidates)
        return [
            Entry(
                *(number, c.item, c.id, groups_of(c, counts)),
                tasks=len(c.asks),
                turns=c.turns,
                tokens=c.tokens,
                asks=c.asks,
                messages=c.messages,
            )
            for number, c in self.candidates
        ]


def _light(candidate: Candidate) -> Candidate:
    """A candidate without its texts."""
    return replace(candidate, goals=(), said=(), tools=())


def _step(name: str, came: int, left: Iterable[Left]) -> Step:
    return Step(name, came, dict(sorted(Counter(one.reason for one in left).items())))


def _report(entries: Sequence[Entry], kept: Sequence[Entry], steps: tuple[Step, ...], notes: Sequence[str]) -> Report:
    before, after = shares(entries, DIMENSIONS), shares(kept, DIMENSIONS)
    return Report(
        accepted=len(entries),
        kept=len(kept),
        tokens=(sum(e.tokens for e in entries), sum(e.tokens for e in kept)),
        steps=steps,
        shares={d: {name: (n, after[d].get(name, 0)) for name, n in before[d].items()} for d in DIMENSIONS},
        notes=tuple(notes),
    )


def _checked(options: Options) -> Limits:
    """The limits, in an order of their own. Raises `UserError`."""
    if not (options.near == 0 or 0.5 <= options.near <= 1):
        raise UserError(
            f"--near {options.near:g} is no likeness.", "Give 0.5 to 1 (1: the same words), or 0 to look for none."
        )
    unknown = [name for name in options.balance if name not in BALANCED]
    if unknown:
        raise UserError(f"Cannot balance by {unknown[0]!r}.", f"Choose of: {', '.join(BALANCED)}.")
    for flag, value in (("--keep", options.keep), ("--max-tokens", options.max_tokens)):
        if value is not None and value < 1:
            raise UserError(f"{flag} {value} keeps nothing.", "Give a number above 0.")
    return Limits(
        balance=tuple(name for name in BALANCED if name in options.balance),
        mix=_mix(options.mix),
        max_tokens=options.max_tokens,
        keep=options.keep,
    )


def _mix(mix: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    unknown = [name for name in mix if name not in MODES]
    fix = "Write shares that add up to 1: --mix user:0.8,task:0.2."
    if unknown:
        raise UserError(f"There is no mode {unknown[0]!r} to mix.", fix)
    if mix and (any(not 0 < share <= 1 for share in mix.values()) or abs(sum(mix.values()) - 1) > 1e-6):
        raise UserError(f"The shares of --mix are {', '.join(f'{s:g}' for s in mix.values())}.", fix)
    return tuple((name, mix[name]) for name in MODES if name in mix)


def _as_given(options: Options, limits: Limits) -> dict[str, Json]:
    return {
        "near": options.near,
        "balance": list(limits.balance),
        "mix": dict(limits.mix),
        "max_tokens": limits.max_tokens,
        "keep": limits.keep,
        "tokens": options.tokenizer.name if options.tokenizer else "estimate",
        "against": sorted(str(path) for path in options.against),
    }
