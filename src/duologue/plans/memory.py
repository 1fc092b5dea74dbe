"""What has been seen so far: every row a result showed, who it is about, and what "the second one" points at.

The scripted agent fills a memory while it talks; the task sampler fills one while it walks through the data. Both then resolve
a `Mention` by the same rules, so that what a task says symbolically ("the dearest of them") means the same row to both,
without either looking at the other.

Only results and plain values go in. A memory never asks the database anything.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from duologue.catalog.model import Catalog, Table
from duologue.plans.index import Group, ToolIndex, reference_parts
from duologue.types import Json, Meaning, Mention, Need, Pick, Tool

RowKey = tuple[Json, ...]


class Row(Struct, frozen=True):
    """One row of a result: slot key → value, and where each stood."""

    values: dict[str, Json]
    source: int
    """Number of the result it came from (a turn, or a plan step)."""
    paths: dict[str, str]
    """Slot key → path in that result."""


class Listing(Struct, frozen=True):
    """The rows one call brought."""

    source: int
    need: int
    """Number of the need it answers; -1 for a look-up, which nobody but the caller looked at."""
    meaning: Meaning
    rows: tuple[Row, ...]
    many: bool
    total: int
    """Rows there are in all, as far as the result says; else the rows it shows."""


class Known(Struct):
    """A row of the database, pieced together from all results that showed a part of it."""

    table: str
    key: RowKey
    values: dict[str, Json] = field(default_factory=dict)
    """Column or `@name` → value."""
    sources: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Column → (source, path) of the latest result that showed it."""


class Memory:
    """Rows seen, in order, and the row each table's talk is about."""

    def __init__(self, catalog: Catalog, index: ToolIndex) -> None:
        self.catalog, self.index = catalog, index
        self.listings: list[Listing] = []
        self.known: dict[str, dict[RowKey, Known]] = {}
        self.focus: dict[str, RowKey] = {}
        self._focused: dict[str, float] = {}
        self.told: dict[str, list[str]] = {}
        """Table → names that were said aloud, in order."""
        self._keys = {t.name: tuple(f"{t.name}.{c}" for c in t.key) for t in catalog.tables if t.key}
        self._parts = {t.name: reference_parts(t, catalog) for t in catalog.tables if len(t.key) > 1}
        self._names = {t.name: tuple(f"{t.name}.{c}" for c in t.display) for t in catalog.tables if t.display}

    def absorb(self, tool: Tool, result: Json, source: int, need: int) -> list[Listing]:
        """Take in a result. Errors and results without annotation teach nothing. Returns the listings it added."""
        if not isinstance(result, dict) or "error" in result or tool.meaning is None:
            return []
        added = []
        for group in self.index.groups[tool.name]:
            about = tool.meaning.table
            rows = tuple(self._row(group, i, raw, (source, about)) for i, raw in enumerate(group.rows(result)))
            if not group.prefix and all(":" in k for _, k in group.fields) and tool.meaning.family in _LISTS:
                continue  # nothing but counters of the list beside it
            listing = Listing(source, need, tool.meaning, rows, group.many, _total(group, result, rows))
            added.append(listing)
        self.listings.extend(added)
        for listing in added:
            self._know(listing)
        return added

    def _row(self, group: Group, index: int, raw: Mapping[str, Json], of: tuple[int, str]) -> Row:
        source, about = of
        values, paths = {}, {}
        for name, slot in group.fields:
            if name in raw:
                values[slot] = raw[name]
                paths[slot] = group.path(index, name)
        for part, column in self._parts.get(about, {}).items():
            there, here = f"{part.table}.{part.column}", f"{about}.{column}"
            if here not in values and there in values:
                values[here], paths[here] = values[there], paths[there]
        for table, parts in self._names.items():
            name = f"{table}.@name"
            if name not in values and all(values.get(p) is not None for p in parts):
                values[name] = " ".join(str(values[p]) for p in parts)
                paths[name] = paths[parts[0]]
        return Row(values, source, paths)

    def _know(self, listing: Listing) -> None:
        for row in listing.rows:
            for table, slots in self._keys.items():
                if not all(row.values.get(s) is not None for s in slots):
                    continue
                key = tuple(_plain(row.values[s]) for s in slots)
                known = self.known.setdefault(table, {}).setdefault(key, Known(table, key))
                prefix = table + "."
                for slot, value in row.values.items():
                    if slot.startswith(prefix) and ":" not in slot:
                        known.values[slot[len(prefix) :]] = value
                        known.sources[slot[len(prefix) :]] = (row.source, row.paths[slot])

    def key_of(self, table: str, row: Row) -> RowKey | None:
        """The key of the row of `table` that this result row shows, if it shows one."""
        slots = self._keys.get(table)
        if slots is None or any(row.values.get(s) is None for s in slots):
            return None
        return tuple(_plain(row.values[s]) for s in slots)

    def candidates(self, mention: Mention, before: int) -> list[Known]:
        """The known rows a mention may mean, judged by what was seen for needs numbered below `before`."""
        table = mention.table
        rows = self.known.get(table, {})
        if mention.pick is not None:
            row = self.pick(mention.pick, table, before)
            key = self.key_of(table, row) if row else None
            return [rows[key]] if key is not None and key in rows else []
        if not mention.by:
            focus = self.focus.get(table)
            return [rows[focus]] if focus in rows else []
        return [k for k in rows.values() if matches(k.values, mention.by)]

    def pick(self, pick: Pick, table: str, before: int) -> Row | None:
        """The row picked from the latest list of rows of `table`; None where it is not clear which."""
        listing = self.latest(table, before)
        return pick_row(listing.rows, pick) if listing is not None else None

    def latest(self, table: str, before: int) -> Listing | None:
        """The latest list (two rows or more) that answered a need and shows rows of `table`. Look-ups don't count."""
        for listing in reversed(self.listings):
            if 0 <= listing.need < before and len(listing.rows) > 1 and self.key_of(table, listing.rows[0]) is not None:
                return listing
        return None

    def focus_on(self, table: str, key: RowKey, when: float) -> None:
        """The talk is about this row of the table since need `when`; what was said before that does not count any more."""
        if when >= self._focused.get(table, -1.0):
            self.focus[table], self._focused[table] = key, when

    def focused(self) -> dict[str, tuple[RowKey, float]]:
        """What the talk is about, per table, and since which need; `refocus` takes it back."""
        return {t: (k, self._focused[t]) for t, k in self.focus.items()}

    def refocus(self, state: Mapping[str, tuple[RowKey, float]]) -> None:
        """Go back to what the talk was about."""
        self.focus = {t: k for t, (k, _) in state.items()}
        self._focused = {t: w for t, (_, w) in state.items()}

    def tell(self, table: str, name: Json) -> None:
        """A row's name was said aloud."""
        names = self.told.setdefault(table, [])
        if isinstance(name, str) and name not in names:
            names.append(name)

    def attend(self, need: Need, listing: Listing) -> None:
        """The answer to a need puts its row in focus, where it is one."""
        rows = listing.rows
        row = pick_row(rows, need.pick) if need.pick is not None else rows[0] if len(rows) == 1 else None
        if row is None:
            return
        for table in (need.meaning.table, need.meaning.group.partition(".")[0]):
            key = self.key_of(table, row) if table else None
            if key is not None:
                self.focus_on(table, key, listing.need + 0.5)


def telling_apart(table: Table, rows: Sequence[Known], most: int = 2) -> list[str]:
    """Columns by which people could tell rows of one name apart: not their keys, unless nothing else differs."""
    out = [
        c.name
        for c in table.columns
        if c.role not in ("reference", "other", "text", "key")
        and c.name not in table.display
        and all(r.values.get(c.name) is not None for r in rows)
        and len({str(r.values[c.name]) for r in rows}) == len(rows)
    ]
    return out[:most] or [c for c in table.key if len({str(r.values.get(c)) for r in rows}) > 1][:1]


_LISTS = frozenset({"find", "search", "related", "top", "total", "count", "ratio", "missing"})


def _total(group: Group, result: Mapping[str, Json], rows: tuple[Row, ...]) -> int:
    if group.many:
        for name in ("total", "count", "total_count", "totalCount"):
            if isinstance(result.get(name), int):
                return int(result[name])
    return len(rows)


def _plain(value: Json) -> Json:
    """A key as it is compared: the number 5, 5.0 and the text "5" are one key."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def same(a: Json, b: Json) -> bool:
    """Equal as people compare: text without regard to case and outer spaces, numbers by value, "5" like 5."""
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    return bool(a == b) or str(_plain(a)) == str(_plain(b))


def matches(values: Mapping[str, Json], by: Mapping[str, Json]) -> bool:
    """All that is said (`by`) is known of the row and true of it. A date said as a day covers its times."""
    for column, said in by.items():
        value = values.get(column)
        if value is None:
            return False
        if not same(value, said) and not (_is_day(said) and str(value).startswith(str(said))):
            return False
    return True


def _is_day(value: Json) -> bool:
    return isinstance(value, str) and len(value) == 10 and value[4:5] == "-" and value[7:8] == "-"


def pick_row(rows: Iterable[Row], pick: Pick) -> Row | None:
    """The row a pick means, None unless exactly one fits. Extremes need numbers or ISO dates and no tie."""
    all_rows = list(rows)
    if pick.kind == "only":
        return all_rows[0] if len(all_rows) == 1 else None
    if pick.kind == "ordinal":
        n = int(pick.value)
        return all_rows[n - 1 if n > 0 else n] if 0 < abs(n) <= len(all_rows) else None
    slot = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
    if pick.kind == "where":
        fits = [r for r in all_rows if r.values.get(slot) is not None and same(r.values[slot], pick.value)]
        return fits[0] if len(fits) == 1 else None
    valued = [r for r in all_rows if isinstance(r.values.get(slot), int | float | str)]
    if len(valued) != len(all_rows) or len({isinstance(r.values[slot], str) for r in valued}) != 1:
        return None
    ordered = sorted(valued, key=lambda r: r.values[slot], reverse=pick.kind in ("max", "latest"))
    if len(ordered) > 1 and ordered[0].values[slot] == ordered[1].values[slot]:
        return None
    return ordered[0]
