"""What is known about a schema: the values the catalog is made of.

Nothing here looks at a database; `introspect.py` and its neighbours do and fill these in.
"""

from typing import Literal

from msgspec import Struct, field

from duologue.types import Json

Role = Literal["key", "reference", "name", "category", "measure", "date", "status", "flag", "text", "contact", "other"]
Kind = Literal["entity", "event", "link", "lookup"]


class Column(Struct, frozen=True, omit_defaults=True):
    """One column, with what its name, its type and its values say about it."""

    table: str
    name: str
    role: Role
    type: str = "TEXT"
    """How its values behave: INTEGER · REAL · TEXT · BLOB (from the values, then the declared affinity)."""
    strays: tuple[str, ...] = ()
    """Types that occur beside `type`, as a text "n/a" among numbers does."""
    label: str = ""
    """What a person calls it: "unit price"."""
    plural: str = ""
    format: str = ""
    """email · phone · url · date · datetime · year · month · time · money · percent · code · json · postcode ·
    person · "" ; other date writings: "date:%d %B %Y" etc. (a strptime pattern that reads all values)."""
    unit: str = ""
    """What its numbers count or measure, when the name tells: "kg", "minutes", "USD", "million"."""
    nullable: bool = True
    generated: bool = False
    unique: bool = False
    distinct: int = 0
    nulls: int = 0
    least: Json = None
    most: Json = None
    values: tuple[Json, ...] = ()
    """Of a category, status or flag: its values, commonest first (at most 30). Else a few examples."""
    closed: bool = False
    """`values` is all there is, and few enough for an `enum`."""
    sorts: bool = False
    """Comparing stored values compares what they mean (numbers, ISO dates; not "1 June 2004", not numbers kept as text)."""
    affinity: str = ""
    """How SQLite converts what is stored in it (see `affinity.py`), where that isn't `type`."""
    numbered: bool = False
    """The database numbers its rows by it."""
    bookkeeping: str = ""
    """Why only the database has a use for it (see `bookkeeping.py`): never asked for, never told, and not graded."""


class Link(Struct, frozen=True, omit_defaults=True):
    """A foreign key: `columns` of `table` refer to `to_columns` of `to`."""

    table: str
    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    declared: bool = True
    coverage: float = 1.0
    """Share of the non-NULL values that are found on the other side."""
    role: str = ""
    """What the other row is to this one, when the column says more than the table: "support rep", "home city"."""


class Table(Struct, frozen=True, omit_defaults=True):
    """One table or view."""

    name: str
    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """Primary key, or a unique, never-NULL column that serves as one; empty = rows can't be addressed."""
    display: tuple[str, ...] = ()
    """Columns that together are what people call a row by ("first name", "last name"); empty = it has no name."""
    label: str = ""
    plural: str = ""
    person: bool = False
    """Its rows are people."""
    rows: int = 0
    writable: bool = True
    """False for views and virtual tables."""
    autokey: bool = False
    """Its key is assigned by the database."""

    def column(self, name: str) -> Column:
        """The column of that name. Raises `KeyError`."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(name)


class Catalog(Struct, frozen=True, omit_defaults=True):
    """A schema and what it means. Only tables with at least one readable row and column are in it."""

    name: str
    tables: tuple[Table, ...]
    links: tuple[Link, ...] = ()
    latest: str = ""
    """The latest past date the data holds (ISO), near which reference times are drawn; empty without dates."""
    notes: tuple[str, ...] = field(default=())
    """What was left out and why, for the person."""
    trails: tuple[Column, ...] = ()
    """The columns of tables that were left out since only triggers write them, as a record of changes elsewhere."""
    now: str = ""
    """The moment it is in the data (ISO), where the source says so: reference times follow it within the hour."""

    def table(self, name: str) -> Table:
        """The table of that name. Raises `KeyError`."""
        for t in self.tables:
            if t.name == name:
                return t
        raise KeyError(name)
