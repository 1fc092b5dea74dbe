"""A selection that keeps nothing is no selection: it is refused, with what stood in the way, and the list that was there stays.

So is a blend of a mode that no conversation has: it would end with the first one that is wanted of it.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from duologue.errors import UserError
from duologue.select.choose import Chosen, Limits
from duologue.select.samples import Entry


class Narrowing(Struct, frozen=True):
    """What came to the selection, and what each step let through."""

    entries: Sequence[Entry]
    clean: Sequence[Entry]
    """Without what copies a benchmark."""
    unique: Sequence[Entry]
    """Without duplicates."""
    chosen: Chosen


def refuse_nothing(found: Narrowing, limits: Limits) -> None:
    """Raise `UserError` where nothing is kept, or where a mode of the blend is missing."""
    if not found.entries:
        raise UserError(
            "There is no accepted conversation to select from.",
            "`duologue stats RUN` says what became of its items; name a run that holds some.",
        )
    if not found.clean:
        raise UserError(
            f"All {len(found.entries):,} accepted conversations hold a copy of a benchmark's entry: nothing would be kept.",
            "Make other conversations, or name another benchmark (--against).",
        )
    _refuse_missing_mode(found, limits)
    if not found.chosen.kept:
        first = min(limits.mix, key=lambda side: (-side[1], side[0]))[0] if limits.mix else ""
        smallest = min(e.tokens for e in found.unique if first in ("", e.mode))
        of_mode = f" of mode {first}" if first else ""
        raise UserError(
            f"--max-tokens {limits.max_tokens} keeps nothing: the smallest conversation{of_mode} has {smallest} tokens.",
            f"Give at least {smallest}.",
        )


def _refuse_missing_mode(found: Narrowing, limits: Limits) -> None:
    there = Counter(entry.mode for entry in found.unique)
    missing = [mode for mode, _ in limits.mix if not there[mode]]
    if missing:
        held = ", ".join(f"{mode} {n:,}" for mode, n in sorted(there.items()))
        raise UserError(
            f"--mix asks for mode {missing[0]}, and no conversation that may stay has it (by mode: {held}).",
            f"Name a run of it too (`duologue generate --mode {missing[0]}`), or leave it out of the mix.",
        )
