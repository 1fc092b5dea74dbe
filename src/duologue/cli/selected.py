"""What a selection keeps of a run, for commands that follow it."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.select.lists import Fit
    from duologue.store import Store


def fit(store: "Store", selection: Path | None = None) -> "Fit | None":
    """What the list at `selection`, else the one beside the run, keeps of the run as it is now; None where there is no list.

    Raises `UserError` where the list can't be read or was not made from that run.
    """
    from duologue.select.lists import fitted, list_path, read_selection

    place = list_path(store.folder) if selection is None else selection
    if selection is None and not place.exists():
        return None
    return fitted(read_selection(place), store, store.folder)


def kept(store: "Store") -> frozenset[str] | None:
    """Ids of the run's conversations that the selection beside it keeps; None where there is no selection."""
    found = fit(store)
    return None if found is None else found.ids


def how_many(store: "Store") -> int | None:
    """How many of the run's conversations the selection beside it keeps; None where there is no selection."""
    found = kept(store)
    return None if found is None else len(found)
