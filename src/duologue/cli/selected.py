"""What a selection keeps of a run, for commands that follow it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.store import Store


def kept(store: "Store") -> frozenset[str] | None:
    """Ids of the run's conversations that the selection beside it keeps; None where there is no selection."""
    return None


def how_many(store: "Store") -> int | None:
    """How many of the run's conversations the selection beside it keeps; None where there is no selection."""
    found = kept(store)
    return None if found is None else len(found)
