"""What somebody would want to be told of an answer, chosen among what the answer holds."""

import random

from msgspec import Struct
from msgspec.structs import replace

from duologue.language.breath import in_one_breath
from duologue.language.flags import has_words
from duologue.plans.gist import FEW, TELL_ALL, gist, naming_slots, owner_slots
from duologue.plans.memory import Memory
from duologue.plans.rows import Listing
from duologue.plans.sayings import promised
from duologue.tasks.needs import Proposer
from duologue.types import Need

_WEIGHTS = {"status": 1, "name": 3, "category": 4, "measure": 5, "date": 6}
"""Roles of columns → their place among what is told of a row without a name."""
PICKED = 0.4
"""How often one row is wanted of a list that could be told in full, where it is not a short one."""
ASKED_FOR = 0.5
"""How often more than the names of the rows is asked for."""
PROMISED = 0.5
"""How often what a phrase of the tool asks for is what is wanted."""
COMPUTED = frozenset({"sum", "avg", "min", "max", "count", "share"})
_ROWS = frozenset({"find", "search", "related", "missing"})
"""Families that give rows: what is computed beside each is one more thing to tell of it, and no figure that the question is about."""


class Offer(Struct, frozen=True):
    """What an answer has to tell."""

    naming: list[str]
    """What its rows are called by."""
    names: list[str]
    """What goes with each row of a list."""
    computed: list[str]
    """Figures worked out, of a list."""
    telling: list[str]
    """What else is worth telling."""


def complete(proposer: Proposer, memory: Memory, need: Need, listing: Listing, rng: random.Random) -> Need | None:
    """The need with what is wanted of its answer, chosen among what the answer holds; None where it holds nothing to tell."""
    if not listing.rows:
        return need
    found = offer(proposer, memory, need, listing)
    done = chosen(proposer, need, (listing, found), rng) if found is not None else None
    return done if done is not None and is_news(memory, done, listing) else None


def is_news(memory: Memory, need: Need, listing: Listing) -> bool:
    """Something is told that was not told before of the same rows: nobody asks for the same list twice, whichever tool would bring it."""
    if need.pick is not None:
        return True
    return any(not memory.was_heard(x.row, slot) for x in gist(need, listing).lines for slot, _ in x.values)


def offer(proposer: Proposer, memory: Memory, need: Need, listing: Listing) -> Offer | None:
    """What an answer that has rows offers; None where nothing of it would do, whatever is chosen."""
    slots = [s for s, v in listing.rows[0].values.items() if v is not None]
    said = _said(need)
    naming = _naming(proposer, need, listing, [s for s in slots if s not in said])
    said |= _spelt_out(proposer, slots)
    telling = [s for s in slots if s not in naming and s not in said and _informative(proposer, s, listing)]
    if need.meaning.family == "top" and _all_equal(need, listing):
        return None
    if not listing.many:
        row = listing.rows[0]
        telling = [s for s in telling if not _heard(memory, s, listing) and not memory.was_heard(row, s)]
        return Offer(naming, [], [], telling) if telling else None
    whole = need.meaning.family in _ROWS
    computed = [s for s in slots if proposer.slot(s).use in COMPUTED and not whole]
    names = ([s for s in slots if _is_group(proposer, s, need)] if computed else []) or naming
    if computed:
        nameless = any(r.values.get(s) is None for r in listing.rows for s in names)
        return None if nameless else Offer(naming, names, computed, [])  # a figure is of something that has a name
    telling = [s for s in telling if _varies(s, listing)]
    most = [*names[:2], *telling]
    return Offer(naming, names, [], telling) if most and _all_differ(most, listing) else None


def chosen(proposer: Proposer, need: Need, what: tuple[Listing, Offer], rng: random.Random) -> Need | None:
    """The need with what is wanted of what its answer offers; None where that does not tell the rows apart."""
    listing, found = what
    if listing.many:
        wanted = [*found.names[:2], *(found.computed[:2] or _beside(proposer, need, (listing, found), rng))]
    else:
        wanted = in_one_breath(found.telling, proposer.read, rng)
    if not wanted or (listing.many and not found.computed and not _all_differ(wanted, listing)):
        return None
    need = replace(need, wanted=tuple(dict.fromkeys(wanted)))
    if listing.many and need.meaning.family != "top" and _is_picked_from(listing, rng):
        picks = proposer.picks(listing, rng)
        if picks:
            pick = rng.choice(picks)
            by = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
            kept = {*found.naming, *found.computed, *found.names}
            need = replace(need, pick=pick, wanted=tuple(dict.fromkeys([*(s for s in wanted if s in kept), by])))
    return need


def _is_picked_from(listing: Listing, rng: random.Random) -> bool:
    """One row of it is what is wanted: mostly of a list that nobody would have read out."""
    return listing.total > TELL_ALL or (listing.total > FEW and rng.random() < PICKED)


def _promised(proposer: Proposer, need: Need, found: Offer) -> list[list[str]]:
    """What phrases of the tool ask for by themselves ("when they expire"), as far as the answer has it to tell."""
    tool = proposer.index.serving(need.meaning)
    fields = [slots for _, slots in promised(tool)] if tool is not None else []
    return [[s for s in found.telling if s in slots] for slots in fields if slots and slots <= set(found.telling)]


def _beside(proposer: Proposer, need: Need, what: tuple[Listing, Offer], rng: random.Random) -> list[str]:
    """What is told of each row of a list beside its name: what the question goes by, what tells rows of one name apart, and of rows that have
    no name what says what they are. Anything further is asked for by its name, now and then."""
    listing, found = what
    asked = _promised(proposer, need, found)
    if asked and rng.random() < PROMISED:
        return rng.choice(asked)
    given = {key.rpartition(":")[0] for key in need.values}
    out = [s for s in found.telling if s in given][:1]
    rest = [s for s in _by_weight(proposer, need, found.telling) if s not in out]
    if not any(s == f"{need.meaning.table}.@name" for s in found.names):
        return [*out, *rest[: rng.choice((1, 1, 2)) - len(out)]]
    if not _all_differ([*found.names[:2], *out], listing):
        return [*out, *[s for s in rest if _all_differ([*found.names[:2], *out, s], listing)][:1]]
    if not out and rest and need.meaning.family == "related" and rng.random() < ASKED_FOR:
        return in_one_breath(rest, proposer.read, rng)
    return out


def _by_weight(proposer: Proposer, need: Need, slots: list[str]) -> list[str]:
    """Slots of a list by how much they say of what a row is: when it happened, whom or what it concerns, how it stands, how much it is."""
    table = proposer.catalog.table(need.meaning.table)
    dates = [c.name for c in table.columns if c.role == "date"][:1] if table.kind == "event" else []

    def place(slot: str) -> int:
        spec, column = proposer.slot(slot), proposer.column(proposer.slot(slot))
        if spec.column == "@name":
            return 2
        role = column.role if column is not None and spec.table == table.name else "other"
        return 0 if spec.column in dates else _WEIGHTS.get(role, len(_WEIGHTS) + 2)

    return sorted(slots, key=place)


def _varies(slot: str, listing: Listing) -> bool:
    """It does not say the same of every row."""
    values = {str(r.values.get(slot)) for r in listing.rows}
    return len(values) > 1 or len(listing.rows) == 1


def _all_equal(need: Need, listing: Listing) -> bool:
    """A ranking of equals is none."""
    use = need.meaning.func or "count"
    slot = f"{need.meaning.table}.{need.meaning.column}" + (f":{use}" if need.meaning.group else "")
    values = [str(r.values[slot]) for r in listing.rows if slot in r.values]
    return len(values) > 1 and len(set(values)) == 1


def _all_differ(wanted: list[str], listing: Listing) -> bool:
    """What is told tells the rows apart."""
    told = [tuple(str(r.values.get(s)) for s in wanted) for r in listing.rows]
    return len(set(told)) == len(told)


def _naming(proposer: Proposer, need: Need, listing: Listing, slots: list[str]) -> list[str]:
    """What the rows are called: their names; for what has none, the names of what they join where these tell them apart."""
    own = [s for s in naming_slots(proposer.catalog, need.meaning.table) if s in slots]
    if any(s.endswith(".@name") for s in own) or not listing.many:
        return own
    others = [s for s in slots if s.endswith(".@name") and _varies(s, listing)]
    table = proposer.catalog.table(need.meaning.table)
    if table.kind == "event" and len(table.key) == 1 and len(own) > 1:
        return own  # an order has a date and a number
    keys = [s for s in own if s in {f"{table.name}.{k}" for k in table.key}]
    dates = [s for s in own if s not in keys]
    plain = [s for s in keys if _is_plain(proposer, s)]
    owners = owner_slots(proposer.catalog, table.name)
    telling = [s for s in keys if need.meaning.family != "related" or _varies(s, listing)]  # whose they are was said
    for choice in (
        others[:2],
        plain,
        [owner if (owner := owners.get(s)) in slots else s for s in telling],
        [s for s in keys if _varies(s, listing)],
        [*others[:1], *plain],
        [*others[:1], *dates[:1]],
        [*others[:2], *plain, *dates[:1]],
    ):
        if choice and _all_differ(choice, listing):
            return choice
    return own


def _is_plain(proposer: Proposer, slot: str) -> bool:
    """A part of a key that says something by itself: not one that refers elsewhere."""
    column = proposer.column(proposer.slot(slot))
    return column is not None and column.role != "reference"


def _heard(memory: Memory, slot: str, listing: Listing) -> bool:
    """A name that was spoken of before: nobody asks for it again."""
    return slot.endswith(".@name") and listing.rows[0].values.get(slot) in memory.told.get(slot[: -len(".@name")], ())


def _said(need: Need) -> set[str]:
    """Slots whose values the request itself gives: telling them back says nothing."""
    given = {k.rpartition(":")[0] for k in need.values if k.endswith(":equals")}
    return given | {
        f"{m.table}.@name" for m in need.mentions if m.table != need.meaning.table or need.meaning.family == "get"
    }


def _spelt_out(proposer: Proposer, slots: list[str]) -> set[str]:
    """Parts of names that are shown as a whole."""
    shown = {s[: -len(".@name")] for s in slots if s.endswith(".@name")}
    return {f"{t}.{column}" for t in shown for column in proposer.catalog.table(t).display}


def _is_group(proposer: Proposer, slot: str, need: Need) -> bool:
    spec = proposer.slot(slot)
    column = proposer.column(spec)
    return not spec.use and (spec.column == "@name" or column is None or column.role != "key")


def _informative(proposer: Proposer, slot: str, listing: Listing) -> bool:
    spec = proposer.slot(slot)
    if spec.column == "@name":
        return True
    if spec.use:
        return listing.many
    column = proposer.column(spec)
    if column is None or column.role not in ("measure", "date", "status", "category", "contact", "flag", "name"):
        return False
    if not has_words(column):
        return False
    value = listing.rows[0].values[slot]
    return not isinstance(value, str) or (len(value) <= 80 and value.isprintable() and bool(value.strip()))


def cut_off(need: Need, listing: Listing) -> bool:
    """The list is as long as its limit and does not say how long it would be without."""
    return need.meaning.family != "top" and listing.capped
