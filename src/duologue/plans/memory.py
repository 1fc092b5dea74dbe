"""What has been seen so far: every row a result showed, who it is about, and what "the second one" points at.

The scripted agent fills a memory while it talks; the task sampler fills one while it walks through the data. Both then resolve
a `Mention` by the same rules, so that what a task says symbolically ("the dearest of them") means the same row to both,
without either looking at the other. A memory can be taken back to an earlier moment (`mark`, `back_to`), which is how the
sampler forgets a way it did not go.

Only results and plain values go in. A memory never asks the database anything.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field

from duologue.catalog.model import Catalog, Table
from duologue.ids import from_json
from duologue.plans.among import narrowed
from duologue.plans.index import ToolIndex
from duologue.plans.renamed import as_meant
from duologue.plans.rows import Listing, Row, RowKey, matches, pick_row, plain
from duologue.types import Json, Mention, Need, Pick, Tool

LATER = 1 << 30
"""The number of a need after all others."""
_LONG_AGO = -4.0
"""When what was overheard was talked about: before all needs, and too long ago to say "that one"."""
_OVERHEARD = 1 << 20
"""More results than are overheard in one conversation."""


class Known(Struct):
    """A row of the database, pieced together from all results that showed a part of it."""

    table: str
    key: RowKey
    values: dict[str, Json] = field(default_factory=dict)
    """Column or `@name` → value."""
    sources: dict[str, Row] = field(default_factory=dict)
    """Column → the row of the latest result that showed it."""

    def source(self, column: str) -> int:
        """Number of the result that showed a column last; -1 where none did."""
        row = self.sources.get(column)
        return row.source if row is not None else -1

    def path(self, column: str) -> str:
        """Where a column that was shown stands in that result."""
        return self.sources[column].path(f"{self.table}.{column}")


class Moment(Struct, frozen=True):
    """A state of a memory to come back to: how much there was of what only grows, and the rest as it was."""

    listings: int
    journal: int
    focus: dict[str, tuple[tuple[float, RowKey], ...]]
    told: dict[str, tuple[Json, ...]]
    heard: int


class Memory:
    """Rows seen, in order, and the row each table's talk is about."""

    def __init__(self, catalog: Catalog, index: ToolIndex) -> None:
        self.catalog, self.index = catalog, index
        self.listings: list[Listing] = []
        self.known: dict[str, dict[RowKey, Known]] = {}
        self._focus: dict[str, tuple[tuple[float, RowKey], ...]] = {}
        """Table → the rows talked about, each with the need it was talked about from."""
        self.told: dict[str, tuple[Json, ...]] = {}
        """Table → names that were said aloud, in order; a table's name with `#` → numbers of its rows."""
        self.heard: list[tuple[str, RowKey, str, str]] = []
        """(table, key, column, value) of what was told of a row, or written to it."""
        self._journal: list[tuple[Known, tuple[dict[str, Json], dict[str, Row]] | None]] = []
        """What was known of a row, and from where, before more was learnt of it, in order; None: the row was new."""

    def absorb(self, tool: Tool, arguments: Mapping[str, Json], result: Json, source: int, need: int) -> list[Listing]:
        """Take in the result of a call. Errors and results without annotation teach nothing. Returns the listings it added."""
        added = self.index.reader.listings(tool, arguments, result, source, need)
        self.listings.extend(added)
        for listing in added:
            for row in listing.rows:
                self._know(row)
        return added

    def overhear(self, tool: Tool | None, arguments: Mapping[str, Json], text: str, source: int) -> None:
        """Take in the result of a call that nobody here asked for. What it shows is known; where it is one row, the talk was about that, before all
        needs and later than about what came before it."""
        try:
            added = self.absorb(tool, arguments, as_meant(tool, from_json(text)), source, -1) if tool else []
        except msgspec.DecodeError:
            return
        for listing in (x for x in added if len(x.rows) == 1):
            key = self.key_of(listing.meaning.table, listing.rows[0])
            if key is not None:
                self.focus_on(listing.meaning.table, key, _LONG_AGO + (source + 1) / _OVERHEARD)

    def put_together(self, need: Need, rows: Sequence[Row], number: int) -> Listing:
        """Rows of several results that were told together, as the list they make."""
        source = max(row.source for row in rows)
        listing = Listing(source, number, need.meaning, tuple(rows), many=True, total=len(rows))
        self.listings.append(listing)
        return listing

    def narrow(self, need: Need, listing: Listing) -> Listing:
        """The list that answers a need, with only the rows that it means; from now on that is what was listed."""
        if need.among is None or listing.of:
            return listing
        at = next(i for i in reversed(range(len(self.listings))) if self.listings[i] is listing)
        self.listings[at] = narrowed(need.among, listing)
        return self.listings[at]

    def _know(self, row: Row) -> None:
        for table, (key, columns) in row.shown.items():
            rows = self.known.setdefault(table, {})
            known = rows.get(key)
            sources = dict.fromkeys(columns, row)
            if known is None:
                known = rows[key] = Known(table, key, columns, sources)
                self._journal.append((known, None))
            else:  # made anew rather than changed, so that the way back is what was there
                self._journal.append((known, (known.values, known.sources)))
                known.values, known.sources = {**known.values, **columns}, {**known.sources, **sources}

    def mark(self) -> Moment:
        """The memory as it is now."""
        return Moment(len(self.listings), len(self._journal), self._focus, self.told, len(self.heard))

    def back_to(self, moment: Moment) -> None:
        """Forget what came after the moment."""
        del self.listings[moment.listings :], self.heard[moment.heard :]
        while len(self._journal) > moment.journal:
            known, before = self._journal.pop()
            if before is None:
                del self.known[known.table][known.key]
            else:
                known.values, known.sources = before
        self._focus, self.told = moment.focus, moment.told

    def key_of(self, table: str, row: Row) -> RowKey | None:
        """The key of the row of `table` that this result row shows, if it shows one."""
        shown = row.shown.get(table)
        return shown[0] if shown is not None else None

    def candidates(self, mention: Mention, before: int) -> list[Known]:
        """The known rows a mention may mean, judged by what was seen for needs numbered below `before`. Of namesakes, the one that the
        talk has been about is meant, where it has been about one of them."""
        table = mention.table
        rows = self.known.get(table, {})
        if mention.each:
            return self._each(mention, before)
        if mention.pick is not None:
            row = self.pick(mention.pick, table, before)
            key = self.key_of(table, row) if row else None
            return [rows[key]] if key is not None and key in rows else []
        if not mention.by:
            focus = self.in_focus(table, before)
            return [focus] if focus is not None else []
        found = [k for k in rows.values() if matches(k.values, mention.by)]
        spoken_of = [k for k in found if self.was_talked_about(k, before)] if len(found) > 1 else []
        return spoken_of if len(spoken_of) == 1 else found

    def _each(self, mention: Mention, before: int) -> list[Known]:
        """All rows of the latest list, but for the one picked; none where it is not clear which that is."""
        listing = self.latest(mention.table, before)
        keys = [self.key_of(mention.table, row) for row in listing.rows] if listing is not None else []
        if mention.pick is not None:
            left = self.pick(mention.pick, mention.table, before)
            if left is None:
                return []
            keys = [k for k in keys if k != self.key_of(mention.table, left)]
        rows = self.known.get(mention.table, {})
        return [rows[k] for k in dict.fromkeys(keys) if k in rows]

    def pick(self, pick: Pick, table: str, before: int) -> Row | None:
        """The row picked from the latest list of rows of `table`; None where it is not clear which."""
        listing = self.latest(table, before)
        return pick_row(listing.rows, pick) if listing is not None else None

    def latest(self, table: str, before: int) -> Listing | None:
        """The latest list (two rows or more) that answered a need and shows rows of `table`. Look-ups don't count."""
        found: Listing | None = None
        for listing in reversed(self.listings):
            if 0 <= listing.need < before and len(listing.rows) > 1 and self.key_of(table, listing.rows[0]) is not None:
                found = listing if found is None or listing.need > found.need else found
        return found

    def in_focus(self, table: str, before: int) -> Known | None:
        """The row of the table that the talk was about when need `before` came up, whatever was found out since."""
        _, key = self._focused(table, before)
        return self.known.get(table, {}).get(key) if key is not None else None

    def _focused(self, table: str, before: int) -> tuple[float, RowKey | None]:
        """Since when, and which row; no row where two were spoken of at once."""
        since, found = _LONG_AGO, None
        for when, key in self._focus.get(table, ()):
            if since < when < before:
                since, found = when, key
            elif when == since and key != found:
                found = None
        return since, found

    def recent(self, before: int) -> list[Known]:
        """The rows the talk was about before a need, one of each table, the latest first."""
        since = [(*self._focused(table, before), table) for table in sorted(self._focus)]
        ordered = sorted(((-when, table, key) for when, key, table in since if key is not None), key=lambda x: x[:2])
        return [self.known[table][key] for _, table, key in ordered if key in self.known.get(table, {})]

    def still_pointed_at(self, table: str, now: int) -> bool:
        """ "That order" is clear: it was talked about just now, and no list of orders came up since."""
        since, key = self._focused(table, now)
        if key is None:
            return False
        listing = self.latest(table, now)
        return since >= now - 2 and (listing is None or since > listing.need)

    def focus_on(self, table: str, key: RowKey, when: float) -> None:
        """The talk is about this row of the table from need `when` on."""
        self._focus = {**self._focus, table: (*self._focus.get(table, ()), (when, key))}

    def focus_by_key(self, mention: Mention, when: float) -> None:
        """A row that nobody has seen yet, spoken of by its whole key, is what the talk is about all the same."""
        columns = self.catalog.table(mention.table).key
        if columns and all(c in mention.by for c in columns):
            self.focus_on(mention.table, tuple(plain(mention.by[c]) for c in columns), when)

    def was_talked_about(self, row: Known, before: float = LATER) -> bool:
        """The talk was about this row at some time before that need."""
        return any(key == row.key for when, key in self._focus.get(row.table, ()) if when < before)

    def tell(self, table: str, name: Json) -> None:
        """A row's name (or, for `table#`, its number) was said aloud."""
        names = self.told.get(table, ())
        if name is not None and name not in names:
            self.told = {**self.told, table: (*names, name)}

    def hear(self, row: Row, slots: Iterable[str]) -> None:
        """These values of a result row were told, or have just been written."""
        for entity in row.shape.entities:
            key = self.key_of(entity.table, row)
            if key is not None:
                told = [(c, row.values[s]) for c, s in entity.columns if s in slots and s in row.values]
                self.heard += [(entity.table, key, column, str(value)) for column, value in told]

    def hear_of(self, known: Known, columns: Iterable[str]) -> None:
        """These values of a row were said when it was told from others of its name."""
        self.heard += [(known.table, known.key, column, str(known.values[column])) for column in columns]

    def was_heard(self, row: Row, slot: str) -> bool:
        """The user has been told this value of this row before, and it is still that."""
        for entity in row.shape.entities:
            key = self.key_of(entity.table, row)
            column = next((c for c, s in entity.columns if s == slot), None)
            if key is not None and column is not None:
                return (entity.table, key, column, str(row.values.get(slot))) in self.heard
        return False

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
