"""`read_catalog`: from an open database to a catalog, in the order in which one thing builds on another.

Declared schema → what the rows hold → keys → names and links → roles → labels → kinds. Each step has its module; this
one holds what they hand to one another and nothing else.
"""

from collections.abc import Sequence

import apsw
from msgspec import Struct, structs

from duologue.catalog import display, kinds, labels, links, roles
from duologue.catalog.affinity import affinity
from duologue.catalog.bookkeeping import Bookkeeping, find_bookkeeping
from duologue.catalog.examples import examples, json_value
from duologue.catalog.facts import Facts, gather
from duologue.catalog.introspect import RawTable, left_out, read_tables, resolve_links
from duologue.catalog.keys import find_key
from duologue.catalog.latest import latest
from duologue.catalog.links import Source
from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.catalog.names import Speller
from duologue.catalog.nouns import plural, singular
from duologue.catalog.plumbing import without_plumbing, without_trails
from duologue.catalog.statistics import TableStats, read_stats
from duologue.catalog.words import words

COURTESY = 5
"""Titles of people up to this length are forms of address ("Mrs."), longer ones jobs."""


def read_catalog(db: apsw.Connection, name: str) -> Catalog:
    """Read the schema of `db` and what it means. `name` is what the catalog is called.

    Tables without rows or readable columns are left out and noted. Raises `apsw.Error` where the database can't be read.
    """
    raws, notes = read_tables(db)
    kept = find_bookkeeping(db, raws)
    raws, trails, more = without_trails(raws, kept)
    notes += more
    speller = Speller([r.name for r in raws], [c.name for r in raws for c in r.columns])
    raws, more = without_plumbing(raws, {r.name: speller.words(r.name) for r in raws})
    notes += more
    read, more = _read_rows(db, raws)
    notes += more
    speller = Speller([r.name for r, _ in read], [c.name for r, _ in read for c in r.columns])
    names = [r.name for r, _ in read]
    named, nouns = labels.table_labels(names, speller), labels.table_nouns(names, speller)
    sources = [_source(raw, stats, speller, nouns[raw.name]) for raw, stats in read]
    found, more = _links(db, sources)
    notes += more
    named = _name_links(sources, found, named)
    found = links.roles(found, _stems(sources), named)
    tables = tuple(_marked(_table(source, found, named), kept) for source in sources)
    if speller.foreign:
        tables = tuple(_unbent(t) for t in tables)
    return Catalog(name, tables, tuple(found), _latest(sources, tables), tuple(notes), trails)


def _read_rows(db: apsw.Connection, raws: Sequence[RawTable]) -> tuple[list[tuple[RawTable, TableStats]], list[str]]:
    read, notes = [], []
    for raw in raws:
        try:
            stats = read_stats(db, raw)
        except apsw.Error as e:
            notes.append(left_out(raw.kind, raw.name, f"it can't be read ({e})"))
            continue
        if not stats.rows:
            notes.append(left_out(raw.kind, raw.name, "it has no rows"))
            continue
        if stats.broken_text:
            notes.append(
                f"{raw.kind} {raw.name!r} holds text that is not valid UTF-8; it is shown with replacement characters"
            )
        read.append((raw, stats))
    return read, notes


def _source(raw: RawTable, stats: TableStats, speller: Speller, noun: str) -> Source:
    spelled = {c.name: speller.words(c.name) for c in raw.columns}
    key = find_key(raw, stats, spelled)
    person = noun.split()[-1].lower() in words()["person"]
    return Source(raw, stats, noun, key, person, spelled)


def _links(db: apsw.Connection, sources: Sequence[Source]) -> tuple[list[Link], list[str]]:
    by_name = {s.raw.name: s for s in sources}
    known = {s.raw.name.casefold(): s.raw for s in sources}
    found: list[Link] = []
    notes: list[str] = []
    for source in sources:
        declared, more = resolve_links(source.raw, known)
        notes += more
        found += [Link(source.raw.name, link.columns, link.to, link.to_columns) for link in declared]
    found += links.infer(db, sources, found)
    shares = [links.coverage(db, by_name[x.table], by_name[x.to], x) for x in found]
    return [structs.replace(x, coverage=round(share, 4)) for x, share in zip(found, shares, strict=True)], notes


def _name_links(sources: Sequence[Source], found: Sequence[Link], named: dict[str, str]) -> dict[str, str]:
    """Call a table between two others by both, where its own name is a mere verb: `Has_Pet` → student pet."""
    out = dict(named)
    for source in sources:
        ends = [named[x.to] for x in found if x.table == source.raw.name]
        both = " ".join(sorted(ends, key=lambda label: label.split()[-1] == source.noun.split()[-1]))
        if len(ends) == 2 and labels.is_phrase(source.noun.split()) and both not in out.values():
            out[source.raw.name] = both
    return out


def _stems(sources: Sequence[Source]) -> dict[tuple[str, str], list[str]]:
    return {(s.raw.name, column): labels.without_id(parts) for s in sources for column, parts in s.words.items()}


def _table(source: Source, found: Sequence[Link], named: dict[str, str]) -> Table:
    raw, noun, label = source.raw, source.noun, named[source.raw.name]
    around = [x for x in found if raw.name in (x.table, x.to)]
    out = [x for x in around if x.table == raw.name]
    columns = _columns(source, out, named)
    naming = display.naming(columns, source.words, noun, source.stats.rows, len(out))
    shown = display.display(naming)
    columns = tuple(
        structs.replace(c, role="name") if c.name in shown and c.role in {"text", "category"} else c for c in columns
    )
    sort = kinds.kind(columns, source.key, shown, noun, around, source.stats.rows)
    values = list(source.stats.columns[shown[0]].counts)[:500] if shown else []
    person = sort != "link" and display.is_person(naming, shown, values)
    return Table(
        name=raw.name,
        kind="entity" if person and sort == "lookup" else sort,
        columns=columns,
        key=source.key,
        display=() if sort == "link" else shown,
        label=label,
        plural=plural(label),
        person=person,
        rows=source.stats.rows,
        writable=raw.kind == "table",
        autokey=raw.autokey,
    )


def _marked(table: Table, kept: Bookkeeping) -> Table:
    """With the columns marked that the database keeps for itself: no role has a use for them."""
    columns = tuple(
        structs.replace(c, role="other", bookkeeping=kept.columns[table.name, c.name])
        if (table.name, c.name) in kept.columns and c.name not in (*table.key, *table.display)
        else c
        for c in table.columns
    )
    return structs.replace(table, columns=columns)


def _unbent(table: Table) -> Table:
    """Labels of another language are not put into an English plural."""
    columns = tuple(structs.replace(c, plural=c.label) for c in table.columns)
    return structs.replace(table, plural=table.label, columns=columns)


class Decided(Struct, frozen=True):
    """A column with what was decided about it."""

    facts: Facts
    nature: roles.Nature


def _columns(source: Source, out: Sequence[Link], named: dict[str, str]) -> tuple[Column, ...]:
    referring = {c: x for x in reversed(out) for c in x.columns}
    decided = {}
    for raw in source.raw.columns:
        place = _place(raw.name, source.key, referring)
        found = gather(raw, source.stats.columns[raw.name], source.words[raw.name], place)
        decided[raw.name] = Decided(found, roles.nature(found))
    wordings = _wordings(source, referring, named, decided)
    return tuple(_column(source, decided[name], wordings[name]) for name in decided)


def _column(source: Source, decided: Decided, wording: labels.Wording) -> Column:
    fact, nature = decided.facts, decided.nature
    raw, stats = fact.raw, fact.stats
    least, most = roles.extremes(fact, nature)
    keeps = affinity(raw.declared, source.raw.strict)
    return Column(
        table=source.raw.name,
        name=raw.name,
        role=nature.role,
        type=fact.type,
        strays=tuple(sorted(set(stats.types) - {fact.type})),
        label=wording.label,
        plural=plural(wording.label),
        format=nature.format,
        unit=wording.unit,
        nullable=not raw.notnull and not (source.raw.autokey and raw.name in source.key),
        generated=raw.generated,
        unique=stats.unique and not stats.nulls,
        distinct=stats.distinct,
        nulls=stats.nulls,
        least=json_value(least),
        most=json_value(most),
        values=examples(stats, nature.role),
        closed=roles.closed(fact, nature),
        sorts=roles.sorts(fact, nature),
        affinity="" if keeps == fact.type else keeps,
        numbered=source.raw.autokey and raw.name in source.key,
    )


def _place(column: str, key: tuple[str, ...], referring: dict[str, Link]) -> str:
    if key == (column,):
        return "key"
    if column in referring:
        return "reference"
    return "part" if column in key else ""


def _wordings(
    source: Source, referring: dict[str, Link], named: dict[str, str], decided: dict[str, Decided]
) -> dict[str, labels.Wording]:
    wishes: dict[str, tuple[str, str, str]] = {}
    for name, parts in source.words.items():
        if source.key == (name,):
            label = labels.key_label(parts, source.noun)
            wishes[name] = (label, label, "")
        elif name in referring:
            link = referring[name]
            short = link.role if len(link.columns) == 1 and link.role else _reference(parts, link, named)
            stem = [named[link.to] if labels.is_code_name(w) else w for w in labels.without_id(parts)]
            wishes[name] = (short, " ".join(stem) or named[link.to], "")
        else:
            wishes[name] = _plain(parts, source, decided[name])
    return labels.unique_labels(wishes, source.noun)


_WHEN = frozenset({"at", "on", "when"})
"""Names of moments that are no nouns."""


def _plain(parts: list[str], source: Source, decided: Decided) -> tuple[str, str, str]:
    """A plain column's wishes for a label. "Written by" is an author; a year says that it is one."""
    fact, nature = decided.facts, decided.nature
    named = words().map("link_roles").get(" ".join(parts).lower()) if nature.role in {"text", "category"} else None
    numeric = bool(fact.numbers) and nature.role in {"measure", "other"}
    if nature.role in {"category", "status"}:
        parts = labels.as_told(parts, source.noun.split())
    short, long, unit = labels.plain_label(named.split() if named else parts, source.noun.split(), numeric)
    if nature.format == "year":
        short, long = (w if labels.says_year(w) else labels.with_year(w) for w in (short, long))
    if nature.role == "date" and short.lower() in _WHEN:
        short, long = "date", "date and time"
    if short == "title" and source.person and fact.stats.longest > COURTESY:
        short = long = "job title"
    return short, long, unit


def _reference(parts: list[str], link: Link, named: dict[str, str]) -> str:
    stem = labels.without_id(parts)
    awkward = all(labels.is_code_name(w) for w in stem) or any(w.lower() in words()["prepositions"] for w in stem)
    return named[link.to] if awkward else singular(" ".join(stem))


def _latest(sources: Sequence[Source], tables: Sequence[Table]) -> str:
    dated = [
        (s, c)
        for s, t in zip(sources, tables, strict=True)
        for c in t.columns
        if c.role == "date" or c.format.startswith("epoch")
    ]
    return latest((c.format, s.words[c.name], [*s.stats.columns[c.name].counts, c.most]) for s, c in dated)
