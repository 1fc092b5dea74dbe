"""What somebody would want to be told of an answer, chosen among what the answer holds."""

import random

from msgspec.structs import replace

from duologue.plans.gist import TELL_ALL, naming_slots
from duologue.plans.memory import Listing
from duologue.tasks.needs import Proposer
from duologue.types import Need


def complete(proposer: Proposer, need: Need, listing: Listing, rng: random.Random) -> Need | None:
    """The need with what is wanted of its answer, chosen among what the answer holds; None where it holds nothing to tell."""
    if not listing.rows:
        return need
    slots = [s for s, v in listing.rows[0].values.items() if v is not None]
    naming = [s for s in naming_slots(proposer.catalog, need.meaning.table) if s in slots]
    telling = [s for s in slots if s not in naming and _informative(proposer, s, listing)]
    computed = [s for s in slots if proposer.slot(s).use]
    if listing.many:
        groups = [s for s in slots if _is_group(proposer, s, need)] if computed else []
        wanted = [
            *(groups or naming)[:2],
            *(computed or rng.sample(telling, min(len(telling), rng.choice((1, 1, 2)))))[:2],
        ]
    else:
        wanted = rng.sample(telling, min(len(telling), rng.choice((1, 2, 2, 3))))
        wanted = computed[:2] or wanted
    if not wanted:
        return None
    need = replace(need, wanted=tuple(dict.fromkeys(wanted)))
    if listing.many and len(listing.rows) > TELL_ALL:
        picks = proposer.picks(listing, rng)
        if picks:
            need = replace(need, pick=rng.choice(picks))
    return need


def _is_group(proposer: Proposer, slot: str, need: Need) -> bool:
    spec = proposer.slot(slot)
    column = proposer.column(spec)
    return not spec.use and (spec.column == "@name" or column is None or column.role != "key")


def _informative(proposer: Proposer, slot: str, listing: Listing) -> bool:
    spec = proposer.slot(slot)
    if spec.column == "@name" or spec.use:
        return True
    column = proposer.column(spec)
    if column is None or column.role not in ("measure", "date", "status", "category", "contact", "flag", "name"):
        return False
    value = listing.rows[0].values[slot]
    return not isinstance(value, str) or (len(value) <= 80 and value.isprintable() and bool(value.strip()))
