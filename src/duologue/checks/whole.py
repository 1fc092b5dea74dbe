"""Is a list said to be all there is, and is not? "Those are all there are", where rows were left out, or where the result itself says that there
are more than it holds."""

from collections.abc import Sequence

from duologue.checks.placing import places
from duologue.checks.rows import Listing
from duologue.checks.words import finds
from duologue.language.reading import Number
from duologue.plans.trace import Executed
from duologue.types import Json

__all__ = ["cut_off", "cut_short"]

TOTALS = ("total", "total_count", "totalCount", "count")
"""What a result calls the number of all there are."""


def cut_short(text: str, lowered: str, listing: Listing) -> str:
    """Some rows told by name, the rest neither told nor spoken of, and "that is all"."""
    if finds("counting", "whole", text) is None:
        return ""
    columns = list(zip(*(row.names for row in listing.rows), strict=False))
    told = max((sum(len(places(lowered, n)) for n in set(names)) for names in columns), default=0)
    if not 2 <= told < len(listing.rows):
        return ""
    return f"{told} of {len(listing.rows)} rows are told, and it is said that there are no more"


def cut_off(text: str, numbers: Sequence[Number], block: Sequence[Executed]) -> str:
    """The list that a text reports last holds fewer than there are in all, that number is not told, and "that is all"."""
    if not block or finds("counting", "whole", text) is None:
        return ""
    sizes = [found for c in block if not c.failed and (found := _size(c.result)) is not None]
    if not sizes or sizes[-1][1] <= sizes[-1][0] or any(n.value == sizes[-1][1] for n in numbers):
        return ""
    return f"{sizes[-1][0]} of {sizes[-1][1]} rows were listed, and it is said that there are no more"


def _size(result: Json) -> tuple[int, int] | None:
    """How many rows a result lists, and how many it says there are; None where it lists none or doesn't say."""
    if not isinstance(result, dict):
        return None
    lists = [v for v in result.values() if isinstance(v, list)]
    totals = [v for k in TOTALS if isinstance(v := result.get(k), int) and not isinstance(v, bool)]
    return (len(lists[0]), totals[0]) if len(lists) == 1 and lists[0] and totals else None
