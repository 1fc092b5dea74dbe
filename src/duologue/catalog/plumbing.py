"""Tables that software keeps for itself: migrations, audit trails, login sessions, search indexes.

Nobody asks about them, and a change to them is nobody's wish. They stay in the image, and triggers go on writing to them; the
catalog leaves them out, with a note, wherever anything else remains.
"""

from collections.abc import Mapping, Sequence

from duologue.catalog.bookkeeping import Bookkeeping
from duologue.catalog.introspect import RawTable, left_out
from duologue.catalog.model import Column
from duologue.catalog.nouns import singular_word
from duologue.catalog.words import words


def without_plumbing(raws: Sequence[RawTable], spelled: Mapping[str, list[str]]) -> tuple[list[RawTable], list[str]]:
    """The tables people ask about, and a note for each that was left out. `spelled`: table → the words of its name."""
    notes: dict[str, str] = {}
    for raw in raws:
        why = _why(raw, spelled[raw.name], raws)
        if why:
            notes[raw.name] = left_out(raw.kind, raw.name, why)
    kept = [r for r in raws if r.name not in notes]
    if not any(r.kind == "table" for r in kept):
        return list(raws), []
    return kept, list(notes.values())


def without_trails(raws: Sequence[RawTable], kept: Bookkeeping) -> tuple[list[RawTable], tuple[Column, ...], list[str]]:
    """The tables that are more than a trail triggers write, the columns of those that are not, and a note for each of these."""
    left = [r for r in raws if r.name in kept.trails]
    if not any(r.kind == "table" and r not in left for r in raws):
        return list(raws), (), []
    trails = tuple(Column(r.name, c.name, "other", bookkeeping=kept.trails[r.name]) for r in left for c in r.columns)
    return [r for r in raws if r not in left], trails, [left_out(r.kind, r.name, kept.trails[r.name]) for r in left]


def _why(raw: RawTable, spelled: Sequence[str], raws: Sequence[RawTable]) -> str:
    said = [singular_word(w.lower()) for w in spelled]
    if "_".join(said) in words()["plumbing"] or raw.name.lower().strip("_") in words()["plumbing"]:
        return "it records how the schema was built"
    if said and said[-1] in words()["plumbing"] and len(raw.columns) <= 4:
        return "it records how the schema was built"
    if len(said) > 1 and set(said[:-1]) & words()["trail"] and said[-1] in words()["trail_tail"]:
        return "it is a trail that the software writes"
    columns = {c.name.lower() for c in raw.columns}
    if said and said[-1] in words()["secret_rows"] and any("token" in c or c == "sid" for c in columns):
        return "it holds what keeps people logged in"
    copied = any(columns <= {c.name.lower() for c in r.columns} for r in raws if r.kind == "table")
    return "it is an index over another table" if raw.kind == "virtual" and copied else ""
