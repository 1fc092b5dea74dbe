"""Of conversations that are the same, or nearly, the best stays.

The best comes first: the one with more tasks, then the longer, then the earlier (by run, then item). Going down that order, a
conversation is left out where one that stays already has

* the same messages, calls and results included (`duplicate`);
* or, with others that stay, all of its tasks: the same asked of the same rows, in the same mode (`same task`). One task asked bit by
  bit and asked at once are two conversations;
* or nearly the same words (`near duplicate`, see `near`).

Each is compared with those that stay, never with one that is left out, so likeness does not run on from one to the next.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from duologue.near import NearIndex
from duologue.select.samples import Entry, Left

if TYPE_CHECKING:
    from duologue.near import Shingles

Key = tuple[int, int]
"""Run and item: names an entry."""


def drop_duplicates(
    entries: Sequence[Entry], shingles: "Mapping[Key, Shingles]", near: float
) -> tuple[list[Entry], list[Left]]:
    """What stays, in the order given, and what does not. `near` = 0: near duplicates are not looked for."""
    index = NearIndex(near) if near else None
    seen = _Seen()
    indexed: list[Entry] = []
    stays: set[Key] = set()
    left: list[Left] = []
    for entry in sorted(entries, key=lambda e: (-e.tasks, -e.turns, e.run, e.item)):
        reason = seen.before(entry)
        said = shingles.get((entry.run, entry.item))
        if reason is None and index is not None and said is not None and len(said):
            found = index.like(said)
            if found:
                reason = _left(entry, "near duplicate", indexed[found[0]], f"{found[1]:.2f} of what is said")
            else:
                index.add(said)
                indexed.append(entry)
        if reason is not None:
            left.append(reason)
            continue
        seen.add(entry)
        stays.add((entry.run, entry.item))
    return [e for e in entries if (e.run, e.item) in stays], left


def _left(entry: Entry, reason: str, beside: Entry, evidence: str) -> Left:
    return Left(entry.run, entry.id, reason, beside.id, beside.run, evidence)


class _Seen:
    """Messages and tasks of those that stay."""

    def __init__(self) -> None:
        self.messages: dict[str, Entry] = {}
        self.asks: dict[tuple[str, str], Entry] = {}
        """Mode and task → the first conversation that has it."""

    def before(self, entry: Entry) -> Left | None:
        if entry.messages in self.messages:
            return _left(entry, "duplicate", self.messages[entry.messages], "all messages are the same")
        keys = [(entry.mode, ask) for ask in entry.asks]
        if not keys or any(key not in self.asks for key in keys):
            return None
        first = self.asks[keys[0]]
        others = len({(e.run, e.item) for e in map(self.asks.__getitem__, keys)}) - 1
        tasks = "its task is" if len(keys) == 1 else f"all {len(keys)} of its tasks are"
        return _left(entry, "same task", first, f"{tasks} asked there" + (f" and in {others} more" if others else ""))

    def add(self, entry: Entry) -> None:
        self.messages.setdefault(entry.messages, entry)
        for ask in entry.asks:
            self.asks.setdefault((entry.mode, ask), entry)
