"""What all conversations together share with the benchmarks: who is left out for it, and the report."""

from msgspec import Struct

from duologue.select.decontamination import Benchmarks, Overlap, is_contaminated, overlaps
from duologue.select.lists import Against, Shared
from duologue.select.samples import Candidate, Left

SHOWN = 200
"""Entries that the report names."""


class Comparison:
    """Compares one conversation after another."""

    def __init__(self, benchmarks: Benchmarks) -> None:
        self.benchmarks = benchmarks
        self.sharing = 0
        self.found: dict[tuple[str, str, bool], _Tally] = {}

    def left(self, run: int, candidate: Candidate) -> Left | None:
        """Why a conversation must be left out; None where it holds no copy. Either way what it shares is counted."""
        found = overlaps(candidate, self.benchmarks)
        self.sharing += bool(found)
        for overlap in found:
            key = (overlap.entry, overlap.kind, overlap.copied)
            held = self.found.get(key)
            best = overlap if held is None or overlap.share > held.best.share else held.best
            self.found[key] = _Tally(best, 1 if held is None else held.conversations + 1)
        if not is_contaminated(found):
            return None
        copies = [overlap for overlap in found if overlap.copied]
        more = f" (and {len(copies) - 1} more)" if len(copies) > 1 else ""
        return Left(run, candidate.id, "contaminated", copies[0].entry, evidence=copies[0].evidence + more)

    def report(self) -> Against:
        """What was compared with, and what was found."""
        tallies = sorted(
            self.found.values(),
            key=lambda t: (not t.best.copied, -t.conversations, -t.best.share, t.best.entry, t.best.kind),
        )
        return Against(self.benchmarks.files, self.sharing, len(tallies), tuple(t.shared() for t in tallies[:SHOWN]))


class _Tally(Struct, frozen=True):
    """How many conversations share something with an entry; the one that shares most."""

    best: Overlap
    conversations: int

    def shared(self) -> Shared:
        best = self.best
        return Shared(best.entry, best.kind, best.copied, self.conversations, best.share, best.evidence)
