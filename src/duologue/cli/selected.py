"""What a selection keeps of a run, for commands that follow it."""

from collections.abc import Sequence
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


def every_fit(stores: "Sequence[Store]", selection: Path | None = None, everything: bool = False) -> "list[Fit | None]":
    """What the list keeps of each run. One list is followed for all: the one named, else that of the first run;
    none with `everything`.

    Raises `UserError` as `fit` does.
    """
    place = None if everything else followed(stores, selection)
    return [None if place is None else fit(store, place) for store in stores]


def followed(stores: "Sequence[Store]", selection: Path | None = None) -> Path | None:
    """Where the list lies that is followed for all the runs; None where there is none."""
    from duologue.select.lists import list_path

    place = list_path(stores[0].folder) if selection is None else selection
    return place if selection is not None or place.exists() else None


def kept(store: "Store") -> frozenset[str] | None:
    """Ids of the run's conversations that the selection beside it keeps; None where there is no selection."""
    found = fit(store)
    return None if found is None else found.ids


def how_many(store: "Store") -> int | None:
    """How many of the run's conversations the selection beside it keeps; None where there is no selection."""
    found = kept(store)
    return None if found is None else len(found)
