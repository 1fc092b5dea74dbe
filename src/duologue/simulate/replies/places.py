"""Which row of the database a request is about."""

from duologue.catalog.model import Catalog
from duologue.plans.rows import plain
from duologue.simulate.owed import Owed

__all__ = ["Place", "place_of"]

Place = tuple[str, tuple[str, ...]]
"""A row: its table and key."""


def place_of(owed: Owed, i: int, catalog: Catalog) -> Place | None:
    """The row that a mention was settled to mean, or that is named by its key."""
    mention = owed.need.mentions[i]
    if i in owed.chosen:
        return mention.table, owed.chosen[i]
    key = catalog.table(mention.table).key
    return (
        (mention.table, tuple(plain(mention.by[k]) for k in key)) if key and all(k in mention.by for k in key) else None
    )
