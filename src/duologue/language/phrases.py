"""From slots, mentions and needs to pieces of speech, with the catalog's labels.

This is the vocabulary both speakers and the goal share: what a column, a row, a filter, a change is called. It knows no
dialogue: which row "that order" is has been settled before anything is worded.
"""

from collections.abc import Container

from duologue.catalog.model import Catalog, Column, Table
from duologue.language.grammar import article, listed
from duologue.language.values import say
from duologue.types import Json, Mention, Need, Pick, Slot

_COMPUTED = {"sum": "total {}", "avg": "average {}", "min": "lowest {}", "max": "highest {}"}
_FROM_WORDS = {"date": "since", "measure": "at least"}


MANY = frozenset({"search", "top", "total", "count", "ratio", "missing"})
"""Families that are about many rows; the rows they mention narrow the question."""


class Phrases:
    """Words for one catalog, in one style (a number that fixes the choice among equivalent writings)."""

    def __init__(self, catalog: Catalog, style: int = 0) -> None:
        self.catalog, self.style = catalog, style
        self._slots: dict[str, tuple[Slot, Table | None, Column | None]] = {}
        self._tables = {t.name: t for t in catalog.tables}

    # ── looking things up ────────────────────────────────────────────────────────────────────────────────────────────

    def slot(self, key: str) -> tuple[Slot, Table | None, Column | None]:
        """What `table.column[:use]` is about."""
        if key not in self._slots:
            self._slots[key] = self._parse(key)
        return self._slots[key]

    def _parse(self, key: str) -> tuple[Slot, Table | None, Column | None]:
        for table in sorted(self.catalog.tables, key=lambda t: -len(t.name)):
            if not key.startswith(table.name + "."):
                continue
            rest = key[len(table.name) + 1 :]
            columns = {c.name: c for c in table.columns}
            if rest in columns or rest in ("@name", ""):
                return Slot(table.name, rest), table, columns.get(rest)
            name, _, use = rest.rpartition(":")
            return Slot(table.name, name, use), table, columns.get(name)
        return Slot("", "", key.rpartition(":")[2]), None, None

    def table(self, name: str) -> tuple[str, str]:
        """A table's label, singular and plural; a table the catalog doesn't know is spoken of as a record."""
        table = self._tables.get(name)
        return (table.label, table.plural) if table else ("record", "records")

    def value(self, key: str, value: Json) -> str:
        """A value as it is said. Shares are said out of a hundred only where they are kept so."""
        return say(value, self.slot(key)[2], self.style)

    def label(self, key: str, subject: str = "") -> str:
        """What a slot is called. `subject` is the table spoken of: what belongs to another one says so."""
        slot, table, column = self.slot(key)
        if table is None:
            return slot.use or "value"
        if slot.use == "count":
            return f"number of {table.plural}"
        if slot.use == "share":
            return "share"
        if slot.column == "@name":
            return "name" if table.name == subject else table.label
        if slot.use in ("month", "year", "day"):
            return slot.use
        base = column.label if column else table.label
        if slot.use in _COMPUTED:
            return _COMPUTED[slot.use].format(base)
        own = table.name == subject or not subject or set(base.split()) & set(table.label.split())
        return base if own else f"{table.label} {base}"

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def row(self, mention: Mention, bare: bool = False) -> str:
        """A row as it is spoken of. `bare` leaves out what kind of thing it is where the name says enough."""
        label, _ = self.table(mention.table)
        table = self._tables.get(mention.table)
        if mention.pick is not None:
            return self.pick(mention.pick, label)
        if "@name" in mention.by:
            name = say(mention.by["@name"], None, self.style)
            return name if bare or (table is not None and table.person) else f"the {label} {name}"
        if mention.by:
            return f"{label} {' / '.join(say(v, self._column(mention.table, k), self.style) for k, v in mention.by.items())}"
        return f"that {label}"

    def _column(self, table: str, name: str) -> Column | None:
        found = self._tables.get(table)
        return next((c for c in found.columns if c.name == name), None) if found else None

    def pick(self, pick: Pick, noun: str = "one") -> str:
        """ "the order with the highest total", "the latest invoice", "the second one"."""
        key = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
        if pick.kind == "ordinal":
            return f"the {ordinal(int(pick.value))} {noun}"
        if pick.kind == "where":
            return (
                f"the {noun} {self.value(key, pick.value)}"
                if pick.column == "@name"
                else (f"the {noun} with {self.label(key, pick.table)} {self.value(key, pick.value)}")
            )
        if pick.kind == "only":
            return f"the {noun}"
        if pick.kind in ("latest", "earliest") and self._is_the_date(key):
            return f"the {pick.kind} {noun}"
        words = {"max": "highest", "min": "lowest", "latest": "latest", "earliest": "earliest"}
        return f"the {noun} with the {words[pick.kind]} {self.label(key, pick.table)}"

    def extreme(self, pick: Pick) -> str:
        """What the row picked has: "highest total", "latest date"."""
        key = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
        words = {"max": "highest", "min": "lowest", "latest": "latest", "earliest": "earliest"}
        return f"{words[pick.kind]} {self.label(key, pick.table)}" if pick.kind in words else ""

    def _is_the_date(self, key: str) -> bool:
        """The first date of its table: the one people mean when they name none."""
        _, table, column = self.slot(key)
        return table is not None and column == next((c for c in table.columns if c.role == "date"), None)

    # ── parts of a need ──────────────────────────────────────────────────────────────────────────────────────────────

    def columns(self, need: Need) -> str:
        """The wanted columns of a need, as a list: "the phone number and the city"."""
        subject = need.meaning.table
        many = need.meaning.family not in ("get", "find")
        names = list(
            dict.fromkeys(self.label(k, subject) for k in need.wanted if not (many and self._names(k, subject)))
        )
        return listed([f"the {n}" for n in names])

    def _names(self, key: str, subject: str) -> bool:
        """The slot only says which row it is."""
        slot, _, column = self.slot(key)
        return slot.table == subject and (slot.column == "@name" or (column is not None and column.role == "key"))

    def said(self, need: Need, use: str) -> dict[str, Json]:
        """The values of a need given for one use: slot key without the use → value."""
        return {k[: -len(use) - 1]: v for k, v in need.values.items() if k.endswith(":" + use)}

    def filters(self, need: Need) -> str:
        """The filters of a need as words to follow a noun: "with genre Rock and price of at least 20"."""
        parts: list[str] = []
        bounds: dict[str, list[Json]] = {}
        for key, value in self.said(need, "from").items():
            bounds[key] = [value, None]
        for key, value in self.said(need, "to").items():
            bounds.setdefault(key, [None, None])[1] = value
        for use in ("equals", "match"):
            given = self.said(need, use)
            matched = given if use == "match" else ()
            parts.extend(self._filter(k, v, need.meaning.table, matched) for k, v in given.items())
        parts.extend(self._bound(k, low, high, need.meaning.table) for k, (low, high) in bounds.items())
        if need.meaning.family in MANY:
            parts.extend(
                f"with {self.row(m, bare=True)} as the {self.table(m.table)[0]}" for m in need.mentions if m.by
            )
        return " and ".join(parts)

    def _filter(self, key: str, value: Json, subject: str, matched: Container[str] = ()) -> str:
        slot, table, column = self.slot(key)
        text = self.value(key, value)
        if key in matched:
            return f'with "{text}" in the {self.label(key, subject)}'
        if slot.column == "@name" and table is not None:
            return f"with {text} as the {table.label}" if table.name != subject else f"named {text}"
        if column is not None and column.role == "flag":
            return f"where {self.label(key, subject)} is {text}"
        return f"with {self.label(key, subject)} {text}"

    def _bound(self, key: str, low: Json, high: Json, subject: str) -> str:
        _, _, column = self.slot(key)
        label = self.label(key, subject)
        dated = column is not None and column.role == "date"
        if low is not None and high is not None:
            words = f"from {self.value(key, low)} to {self.value(key, high)}"
        elif low is not None:
            words = f"{'of' if dated else 'of at least'} {self.value(key, low)}{' or later' if dated else ''}"
        else:
            words = f"{'up to' if dated else 'of at most'} {self.value(key, high)}"
        return f"with {article(label)} {words}"

    def changes(self, need: Need) -> str:
        """What a write sets: "the phone number to 555-0101 and the city to Porto"."""
        given = self.said(need, "value")
        return listed([f"the {self.label(k, need.meaning.table)} to {self.value(k, v)}" for k, v in given.items()])

    def details(self, need: Need) -> str:
        """What a new row holds: "total 20.00 and city Porto"."""
        given = self.said(need, "value")
        return listed([f"{self.label(k, need.meaning.table)} {self.value(k, v)}" for k, v in given.items()])

    def group(self, need: Need) -> str:
        """What an answer is split by: "country", "month of the invoice date"."""
        key = need.meaning.group
        if not key:
            return ""
        return self.label(key, need.meaning.table) if self.slot(key)[1] else key


def ordinal(n: int) -> str:
    """ "first", "second", … "last" for -1."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if n == -1:
        return "last"
    return words[n - 1] if 0 < n <= len(words) else f"{n}th"
