"""The catalog, asked the questions that families ask: what a column stands for, how to reach a row's name, what to show.

Everything here follows from the catalog alone and is worked out once per database.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from msgspec.structs import replace

from duologue.catalog.model import Catalog, Column, Link
from duologue.tools.drafts import Col, Compare, Concept, Condition, Display, Field, Moment, Source, Term
from duologue.types import Slot

LONG = 80
"""Texts longer than this are shown in records, not in lists."""
WIDE = 40
"""Columns of a record that are shown at most."""


@lru_cache(maxsize=1)
def words() -> dict[str, frozenset[str]]:
    """Word lists by purpose; see `words.yaml`."""
    raw = yaml.safe_load(files("duologue.tools").joinpath("words.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(map(str, listed)) for name, listed in raw.items()}


def spoken(label: str) -> set[str]:
    """The words of a label, lower case, each also without a plural s."""
    out = {w.strip("()%.,#") for w in label.lower().replace("_", " ").split()}
    return out | {w[:-1] for w in out if w.endswith("s")}


class Ground:
    """A catalog with its links sorted by table and its columns' meanings resolved."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = {t.name: t for t in catalog.tables}
        self.columns = {(t.name, c.name): c for t in catalog.tables for c in t.columns}
        usable = [li for li in catalog.links if li.table in self.tables and li.to in self.tables]
        self.links_from = {t: tuple(li for li in usable if li.table == t) for t in self.tables}
        self.links_to = {t: tuple(li for li in usable if li.to == t) for t in self.tables}
        self._by_column = {(li.table, li.columns[0]): li for li in reversed(usable) if len(li.columns) == 1}

    # ── columns ──

    def shown(self, c: Column) -> bool:
        """Whether a tool may show the column: no blobs, no nested data, no secrets, nothing the database
        keeps for itself."""
        return (
            c.type != "BLOB"
            and not c.bookkeeping
            and c.format != "json"
            and not spoken(c.label or c.name) & words()["secret"]
        )

    def long(self, c: Column) -> bool:
        """Whether its texts are too long for a list."""
        return c.type == "TEXT" and (
            (c.role == "text" and not c.values) or any(isinstance(v, str) and len(v) > LONG for v in c.values)
        )

    def label(self, table: str, column: str) -> str:
        """What a person calls the column."""
        c = self.columns[table, column]
        return c.label or c.name.replace("_", " ").lower()

    def short_label(self, table: str, column: str) -> str:
        """The column's label without the table's own name: "customer id" of a customer is the id."""
        nouns = self.tables[table].label.lower().split()
        said = " ".join(w for w in self.label(table, column).split() if w.lower() not in nouns)
        return "id" if said.lower() in ("", "id", "pk", "key") else said

    def additive(self, c: Column) -> bool:
        """Whether summing the column means something."""
        if not self.averages(c) or spoken(c.label or c.name) & words()["intensive"]:
            return False
        return c.format == "money" or bool(spoken(c.label or c.name) & words()["additive"])

    def averages(self, c: Column) -> bool:
        """Whether its mean means something."""
        return (
            c.role == "measure"
            and c.sorts
            and c.type in ("INTEGER", "REAL")
            and c.format not in ("year", "month", "code", "postcode", "phone")
            and not spoken(c.label or c.name) & words()["labels"]
            and c.distinct > 1
        )

    def yes(self, c: Column) -> Any:
        """The value that means yes, of a column with two values; None where neither does."""
        if 2 <= c.distinct + (c.nulls > 0) <= 3 and len(c.values) <= 2:
            for v in c.values:
                if str(v).strip().lower() in words()["affirmative"]:
                    return v
        return None

    def digits(self, c: Column) -> int | None:
        """How far a sum or mean of it is rounded."""
        top = max(abs(v) for v in (c.least or 0, c.most or 0) if isinstance(v, int | float))
        return 4 if 0 < top <= 1 else 2

    def jtype(self, c: Column) -> str:
        """Its values' JSON type."""
        return {"INTEGER": "integer", "REAL": "number"}.get(c.type, "string")

    def strays(self, c: Column) -> tuple[str, ...]:
        """JSON types of the values that do not keep to the column's own; a whole number is a number."""
        names = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
        found = {names[s] for s in c.strays if s in names}
        return tuple(sorted(found - {self.jtype(c)} - ({"integer"} if self.jtype(c) == "number" else set())))

    # ── links ──

    def link_of(self, table: str, column: str) -> Link | None:
        """The single-column link that leaves from the column and lands on the other table's sole key."""
        link = self._by_column.get((table, column))
        return link if link and self.tables[link.to].key == link.to_columns else None

    def several(self, link: Link) -> bool:
        """Whether the table has more than one way to that other table, or refers to itself."""
        return link.to == link.table or sum(li.to == link.to for li in self.links_from[link.table]) > 1

    def names_parent(self, link: Link) -> bool:
        """Whether the column can go by the other table's name: one way there, and no role of its own."""
        return not self.several(link) and not link.role

    def resolved(self, table: str, column: str) -> Link | None:
        """The link a value of the column is understood through: none for the sole key of a table whose rows have names."""
        t = self.tables[table]
        if t.key == (column,) and t.display:
            return None
        return self.link_of(table, column)

    def role_label(self, link: Link) -> str:
        """What the other row is to this one: the other table's label, or the role that the column gives it."""
        to = self.tables[link.to]
        return to.label if self.names_parent(link) else link.role or self.label(link.table, link.columns[0])

    def via(self, link: Link) -> str:
        """The link's columns where they are needed to tell it from others."""
        return ",".join(link.columns) if self.several(link) else ""

    # ── slots and concepts ──

    def concept(self, table: str, column: str) -> Concept:
        """Under which concept a column is shown: that of the key it refers to, or of the name it is."""
        link = self.resolved(table, column)
        if link and self.names_parent(link):
            return (link.to, link.to_columns[0], "")
        if self.tables[table].display == (column,) and self.tables[table].key != (column,):
            return (table, "@name", "")
        return (table, column, "")

    def slot(self, table: str, column: str, use: str = "") -> Slot:
        """What a value of the column stands for. A reference stands for the key it refers to; one of several references to
        the same table stands for itself, because a result would otherwise hold two values of one slot."""
        link = self.resolved(table, column)
        if link and not self.several(link):
            return Slot(link.to, link.to_columns[0], use)
        if self.tables[table].display == (column,) and self.tables[table].key != (column,) and use in ("", "match"):
            return Slot(table, "@name", use)
        return Slot(table, column, use)

    # ── fields ──

    def field(self, table: str, column: str, alias: str = "t", left: bool = False) -> Field:
        """A column as a result field."""
        c = self.columns[table, column]
        link, is_key = self.resolved(table, column), column in self.tables[table].key
        about = short = self.label(table, column)
        if link and self.names_parent(link):
            about = f"{self.short_label(link.to, link.to_columns[0])} of the {self.tables[link.to].label}"
            short = self.tables[link.to].label
        elif c.unit and c.unit.lower() not in about.lower():
            about = f"{about} ({c.unit})"
        since = {"epoch": 1, "epoch_ms": 1000}.get(c.format) if c.role == "other" else None
        return Field(
            Moment(Col(alias, column), since) if since else Col(alias, column),
            self.concept(table, column),
            self.slot(table, column),
            "string" if since else self.jtype(c),
            left or (c.nulls > 0) or (c.nullable and not is_key),
            about,
            short,
            integer_key=(is_key or link is not None) and c.type == "INTEGER",
            strays=self.strays(c),
        )

    def name_term(self, table: str, alias: str = "t") -> Display:
        """What people call a row of the table, as a term."""
        t = self.tables[table]
        return Display(alias, t.display, any(self.columns[table, d].nullable for d in t.display))

    def name_field(self, table: str, alias: str = "t", left: bool = False) -> Field:
        """What people call a row of the table, as a field."""
        t = self.tables[table]
        if len(t.display) == 1:
            f = self.field(table, t.display[0], alias, left)
            short = "name" if f.short.lower() == t.label.lower() else f.short
            return replace(
                f,
                concept=(table, "@name", ""),
                slot=Slot(table, "@name"),
                about=f"{short} of the {t.label}",
                short=short,
            )
        nullable = left or any(self.columns[table, d].nullable for d in t.display)
        return Field(
            self.name_term(table, alias),
            (table, "@name", ""),
            Slot(table, "@name"),
            "string",
            nullable,
            f"name of the {t.label}",
            "name",
        )

    def referred(self, link: Link, alias: str, left: bool) -> Field | None:
        """The name of the row that a link leads to; None where it has none, or none beside its key."""
        to = self.tables[link.to]
        if not to.display or to.display == to.key:
            return None
        f = self.name_field(link.to, alias, left)
        if self.names_parent(link):
            return replace(f, short=to.label)
        column = link.columns[0]
        role = link.role or self.label(link.table, column)
        slot = Slot(link.table, column, "name") if self.several(link) else f.slot
        return Field(f.term, (link.table, column, "name"), slot, f.type, f.nullable, f"name of the {role}", role)

    def join(self, link: Link, alias: str, of: str = "t") -> Source:
        """The other table of a link, joined; rows stay where the link is broken or empty."""
        nullable = any(self.columns[link.table, c].nullable or self.columns[link.table, c].nulls for c in link.columns)
        on = tuple((there, of, here) for here, there in zip(link.columns, link.to_columns, strict=True))
        return Source(link.to, alias, on, left=nullable or link.coverage < 1.0)

    def key_order(self, table: str, alias: str = "t") -> tuple[tuple[Term, bool], ...]:
        """What makes an order of rows complete: the key, else the rowid, else every column."""
        t = self.tables[table]
        if t.key:
            return tuple((Col(alias, k), False) for k in t.key)
        if t.writable:
            return ((Col(alias, "rowid"), False),)
        return tuple((Col(alias, c.name), False) for c in t.columns if self.shown(c))

    def by_key(self, table: str, args: tuple[Term, ...], alias: str = "t") -> tuple[Condition, ...]:
        """The condition that a row has a key."""
        return tuple(Compare("=", Col(alias, k), a) for k, a in zip(self.tables[table].key, args, strict=True))

    # ── tables ──

    def pair(self, table: str) -> tuple[Link, Link] | None:
        """The two links of a link table; None for any other table."""
        links = [
            li for li in self.links_from[table] if self.tables[li.to].key == li.to_columns and len(li.columns) == 1
        ]
        columns = {li.columns for li in links}
        if self.tables[table].kind != "link" or len(links) != 2 or len(columns) != 2:
            return None
        return links[0], links[1]

    def telling(self, table: str, most: int, names: bool = True) -> tuple[Column, ...]:
        """The columns by which people tell rows apart, most telling first: no keys, no references, no long texts."""
        rank = {
            "category": 0,
            "date": 1,
            "status": 2,
            "measure": 3,
            "contact": 4,
            "flag": 5,
            "other": 6,
            "text": 7,
            "name": 1,
        }
        t = self.tables[table]
        good = [
            c
            for c in t.columns
            if c.role in rank
            and c.name not in t.key
            and c.name not in t.display
            and self.shown(c)
            and not self.long(c)
            and (c.distinct > 1 or t.rows < 3)
            and c.nulls * 2 <= t.rows
            and self.link_of(table, c.name) is None
            and (names or c.role != "name")
        ]
        good.sort(key=lambda c: rank[c.role])
        return tuple(good[:most])
