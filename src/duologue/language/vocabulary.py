"""The words for a catalog, shared by all conversations about it.

What a column or a row is called is worked out at the first need and kept in `Phrases`. Conversations that made their own would each work it
out again; there are few styles and few months, so a few objects serve them all.
"""

from collections.abc import Callable
from functools import lru_cache

from duologue.catalog.model import Catalog
from duologue.kept import Kept
from duologue.language.phrases import Phrases

__all__ = ["phrases_of"]


def phrases_of(catalog: Catalog, style: int = 0, month: str = "") -> Phrases:
    """Words for a catalog in one style and month (see `Phrases`), the same object each time."""
    return _shared(catalog)(style, month)


_shared: Kept[Catalog, Callable[[int, str], Phrases]] = Kept(
    lambda catalog: lru_cache(maxsize=64)(lambda style, month: Phrases(catalog, style, month)), 16
)
