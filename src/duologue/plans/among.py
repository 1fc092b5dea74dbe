"""Several of the rows that came back: those that lack something, or as many as fit into what there is to spend.

What a need says of this (`Need.among`) is applied to the list once it is there, by the task maker and by the scripted agent alike: from then on the
list is the rows that are meant, and "the second one" is the second of these.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from duologue.language.values import is_blank
from duologue.plans.rows import Listing, Row
from duologue.types import Among, Json

__all__ = ["meant", "narrowed", "summed"]


def narrowed(among: Among, listing: Listing) -> Listing:
    """The list with only the rows that are meant; `of` says how many there were."""
    rows = meant(among, listing.rows)
    return replace(listing, rows=tuple(rows), total=len(rows), of=max(listing.total, len(listing.rows)))


def meant(among: Among, rows: Sequence[Row]) -> list[Row]:
    """The rows that lack a value, in their order; or the smallest ones that fit into a sum, from the smallest on."""
    if among.kind == "lacking":
        return [r for r in rows if is_blank(r.values.get(among.slot))]
    sized = [(v, i) for i, r in enumerate(rows) if isinstance(v := r.values.get(among.slot), int | float)]
    out, left = list[Row](), float(among.value)
    for value, i in sorted(sized):
        left = round(left - value, 6)
        if left < 0:
            break
        out.append(rows[i])
    return out


def summed(among: Among, rows: Sequence[Row]) -> Json:
    """What the rows come to together."""
    total = sum(r.values[among.slot] for r in rows)
    return round(total, 6) if isinstance(total, float) else total
