"""Links between tables: declared foreign keys, and those that nobody declared.

An undeclared link needs three things: a name that resembles the other table or its key, the same type of value, and
values that are found there (95 % of the distinct ones; a 0 or "" that stands for "none" aside). Values alone never
make a link: small whole numbers are found everywhere.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import apsw
from msgspec import Struct

from duologue.catalog.introspect import RawTable, quote
from duologue.catalog.labels import is_code_name, is_id, without_id
from duologue.catalog.model import Link
from duologue.catalog.nouns import is_participle, singular, singular_word
from duologue.catalog.statistics import ColumnStats, TableStats
from duologue.catalog.words import words

INCLUSION = 0.95
LEAST_DISTINCT = 3
PAIR_ROWS = 200_000
PROBES = 400
ALIKE = 0.88
"""From here on two names are one, written differently."""


class Source(Struct, frozen=True):
    """A table as the link finder sees it."""

    raw: RawTable
    stats: TableStats
    noun: str
    """What a row is."""
    key: tuple[str, ...]
    person: bool
    words: dict[str, list[str]]
    """Column → the words of its name."""


def _plain(value: Any) -> Any:
    """A value as comparisons across columns see it: "7" and 7.0 are 7."""
    if isinstance(value, str):
        try:
            value = float(value) if value[:1] in "0123456789-" and value[:2] not in {"0", "00"} else value
        except ValueError:
            return value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def coverage(db: apsw.Connection, source: Source, target: Source, link: Link) -> float:
    """Share of non-NULL values (rows) found on the other side; 0 where there are none."""
    if len(link.columns) > 1:
        return _pair_coverage(db, source, target, link)
    ours, theirs = source.stats.columns[link.columns[0]], target.stats.columns[link.to_columns[0]]
    counts = _probes(ours, theirs)
    known = _known(db, target, link.to_columns[0], list(counts))
    total = sum(counts.values())
    return sum(n for v, n in counts.items() if _plain(v) in known) / total if total else 0.0


def _probes(ours: ColumnStats, theirs: ColumnStats) -> dict[Any, int]:
    """The values to look up on the other side: all, or a few hundred where each has to be looked up in the table."""
    items = list(ours.counts.items())
    if theirs.whole or len(items) <= PROBES:
        return dict(items)
    return dict(items[:: len(items) // PROBES])


def _known(db: apsw.Connection, target: Source, column: str, values: list[Any]) -> set[Any]:
    """Which of the values a table's column holds, as `_plain` values."""
    stats = target.stats.columns[column]
    if stats.whole:
        return {_plain(v) for v in stats.counts}
    name, marks = quote(column), ", ".join("?" * len(values))
    sql = f"SELECT DISTINCT {name} FROM {quote(target.raw.name)} WHERE {name} IN ({marks})"
    try:
        return {_plain(v) for (v,) in db.execute(sql, values)}
    except UnicodeDecodeError:
        return set()


def _pair_coverage(db: apsw.Connection, source: Source, target: Source, link: Link) -> float:
    if target.stats.rows > PAIR_ROWS:
        return 1.0  # not worth the reading: what is declared is taken to hold
    theirs = _tuples(db, target.raw.name, link.to_columns)
    ours = [t for t in _tuples(db, source.raw.name, link.columns) if None not in t]
    known = set(theirs)
    return sum(t in known for t in ours) / len(ours) if ours else 0.0


def _tuples(db: apsw.Connection, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    sql = f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)} LIMIT {PAIR_ROWS}"
    try:
        rows = db.execute(sql).fetchall()
    except UnicodeDecodeError:
        return []
    return [tuple(map(_plain, row)) for row in rows]


def infer(db: apsw.Connection, sources: Sequence[Source], declared: Sequence[Link]) -> list[Link]:
    """Links that nobody declared."""
    taken = {(link.table, c) for link in declared for c in link.columns if len(link.columns) == 1}
    found = []
    for source in sources:
        for name in source.words:
            if (source.raw.name, name) not in taken:
                link = _best(db, source, name, sources)
                found += [link] if link else []
    return found


def _best(db: apsw.Connection, source: Source, column: str, sources: Sequence[Source]) -> Link | None:
    """The link that a column's name speaks for most, among those its values allow."""
    tables = [t for t in sources if t.raw.kind == "table"]
    wishes = [(strength, to, t) for t in tables for strength, to in _resembles(source, column, t)]
    for _, to, target in sorted(wishes, key=lambda w: -w[0]):
        if _included(db, source.stats.columns[column], target, to) >= INCLUSION:
            return Link(source.raw.name, (column,), target.raw.name, (to,), declared=False)
    return None


def _resembles(source: Source, column: str, target: Source) -> list[tuple[int, str]]:
    """How much a column's name points at a table (4: it names the key), and the columns it would refer to."""
    key = target.key[0] if len(target.key) == 1 else ""
    if _counts(source.words[column]):
        return []
    same = source.raw.name == target.raw.name
    said = [w.lower() for w in source.words[column]]
    label = [singular_word(w.lower()) for w in target.noun.split()]
    beyond = set(label) < {singular_word(w.lower()) for w in source.noun.split()}
    if (same and column == key) or (source.key == (column,) and not beyond):
        return []
    if key and said == [w.lower() for w in target.words[key]] and not same and not _bare(said):
        return [(4, key)]
    stem = [singular_word(w) for w in without_id(said)]
    tail = len(stem) < len(said)
    if key and tail and stem[-len(label) :] == label:
        return [(3, key)]
    if key and tail and target.person and stem and stem[-1] in words()["self_roles"]:
        return [(2, key)]
    return [] if same or source.raw.kind != "table" else [(1, to) for to in _by_name(said, label, target)]


def _counts(parts: list[str]) -> bool:
    """Whether a name speaks of an amount ("max visits", "number of orders", "kids"): it refers to no row, whatever it holds."""
    lower = [w.lower() for w in parts] or [""]
    if is_id(lower[-1]) and len(lower) > 1 and lower[0] not in _AMOUNTS:
        return False
    return lower[0] in _AMOUNTS or lower[-1] in _AMOUNTS


_AMOUNTS = frozenset(
    {"max", "maximum", "min", "minimum", "num", "total", "avg", "average", "count", "sum", "qty", "quantity"}
)


def _by_name(said: list[str], label: list[str], target: Source) -> list[str]:
    """A column called like the table (`category`, `source airport`), or by its name (`product name`).

    It may hold the key, or the name.
    """
    bare = [singular_word(w) for w in said]
    if bare[-len(label) :] != label and bare != [*label, "name"]:
        return []
    found = list(target.key) if bare[-1] != "name" and len(target.key) == 1 else []
    for name, parts in target.words.items():
        own = [singular_word(w.lower()) for w in parts]
        stats = target.stats.columns[name]
        if own in (["name"], ["title"], label, [*label, "name"]) and stats.unique and not stats.nulls:
            found.append(name)
    return found


def _bare(parts: list[str]) -> bool:
    return len(parts) == 1 and (parts[0] in words()["bare"] or is_id(parts[0]))


def _included(db: apsw.Connection, ours: ColumnStats, target: Source, to: str) -> float:
    """Share of a column's different values that are found in a unique column; 0 where too few to tell."""
    theirs = target.stats.columns[to]
    declared = next(c.declared.upper() for c in target.raw.columns if c.name == to)
    if not theirs.unique or not ours.counts or not _comparable(ours, theirs, declared):
        return 0.0
    probes = _probes(ours, theirs)
    values = {_plain(v) for v in probes}
    known = _known(db, target, to, list(probes))
    values -= {v for v in (0, -1, "") if v not in known}
    enough = len(values) >= min(LEAST_DISTINCT, theirs.distinct) or (len(values) and ours.rows <= 10)
    if not enough:
        return 0.0
    return len(values & known) / len(values)


def _comparable(ours: ColumnStats, theirs: ColumnStats, declared: str) -> bool:
    """Whether values of two columns can be equal in SQL: same type, or a text of digits against a declared number."""
    numeric = {"INTEGER", "REAL"}
    if set(theirs.types) <= numeric and set(ours.types) == {"TEXT"}:
        return any(w in declared for w in ("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"))
    return bool(set(ours.types) & set(theirs.types)) or (set(ours.types) <= numeric and set(theirs.types) <= numeric)


def roles(links: Sequence[Link], stems: dict[tuple[str, str], list[str]], labels: dict[str, str]) -> list[Link]:
    """Say what the other row is, where the column says more than the table. `stems`: (table, column) → its words."""
    out = []
    for link in links:
        role = _role(link, stems, labels) if len(link.columns) == 1 else ""
        siblings = [x for x in links if x.table == link.table and x.to == link.to and x.columns != link.columns]
        if not role and siblings and len(link.columns) == 1:
            role = _apart(" ".join(stems[link.table, link.columns[0]]), link, siblings)
        out.append(Link(link.table, link.columns, link.to, link.to_columns, link.declared, link.coverage, role))
    return out


_ENDS = {"to": "destination", "from": "source"}
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth"}


def _role(link: Link, stems: dict[tuple[str, str], list[str]], labels: dict[str, str]) -> str:
    own_stem = stems[link.table, link.columns[0]]
    stem = [labels[link.to] if is_code_name(w) else w for w in own_stem]
    said = " ".join(stem).lower()
    mapped = words().map("link_roles").get(said)
    if mapped is not None:
        return mapped
    target = labels[link.to].lower()
    lower = [singular_word(w.lower()) for w in stem]
    if own_stem == stems[link.to, link.to_columns[0]]:
        own = [w for w in lower if w != "name"]  # a city stays a city, though the table it is found in is "geographic"
        alike = SequenceMatcher(None, said, target).ratio() > ALIKE
        return "" if alike or not own or set(own) & {singular_word(w) for w in target.split()} else " ".join(own)
    if not stem or SequenceMatcher(None, said, target).ratio() > ALIKE or lower == target.split()[-1:]:
        return ""
    if set(lower) <= set(target.split()) or _trailing(lower) or any(w in words()["prepositions"] for w in lower[1:]):
        return ""
    if len(stem) > 1 and stem[-1] in _ORDINALS:
        return " ".join([_ORDINALS[stem[-1]], *stem[:-1]])
    if len(stem) == 2 and lower[0] in _ENDS and lower[1:] == target.split()[-1:]:
        return f"{_ENDS[lower[0]]} {target}"
    return singular(f"{said} {labels[link.to]}" if len(stem) == 1 and is_participle(said) else " ".join(stem))


def _trailing(lower: list[str]) -> bool:
    return lower[-1] in words()["prepositions"]


def _apart(stem: str, link: Link, siblings: Sequence[Link]) -> str:
    return stem or " ".join(link.columns).lower()
