"""From slots, mentions and needs to pieces of speech, with the catalog's labels.

This is the vocabulary both speakers and the goal share: what a column, a row, a filter, a change is called. It knows no
dialogue: which row "that order" is has been settled before anything is worded.
"""

from collections.abc import Iterable, Sequence
from copy import copy

from duologue.catalog.model import Catalog, Column, Table
from duologue.catalog.nouns import plural
from duologue.language.amounts import shortly
from duologue.language.days import DAY_IN_YEAR, without_year
from duologue.language.extremes import date_noun, flag_noun, is_adjective, is_many
from duologue.language.grammar import article, listed
from duologue.language.naming import column_label, computed, goes_alone, quoted, stands_alone
from duologue.language.picked import extreme, of_those, pick_row
from duologue.language.values import is_blank, moment, say
from duologue.language.verbs import is_to_another
from duologue.types import Json, Meaning, Mention, Need, Pick, Slot

_COMPUTED = {
    "sum": "total {}",
    "avg": "average {}",
    "min": "lowest {}",
    "max": "highest {}",
    "apart": "difference in {}",
}
_MONTH = Column(table="", name="", role="date", format="month")
"""What a period of a month is said as: "March 1998"."""
MANY = frozenset({"search", "top", "total", "count", "ratio", "missing"})
"""Families that are about many rows; the rows they mention narrow the question."""


class Phrases:
    """Words for one catalog, in one style (a number that fixes the choice among equivalent writings)."""

    def __init__(self, catalog: Catalog, style: int = 0, month: str = "") -> None:
        """`month`: the current one ("2024-05"), near which days go without their year where they are told (`brief`)."""
        self.catalog, self.style, self.month = catalog, style, month
        self._labels: dict[tuple[str, str], str] = {}
        self._last: frozenset[str] | None = None
        self._nouns: dict[tuple[str, str], str] = {}
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

    def called(self, meaning: Meaning) -> tuple[str, str]:
        """What rows that answer are called: their table's label; of a table tied to itself by another one what they are to the row that is
        asked about: "friend", "follower". Empty where that has no name: nobody calls one highschooler the student of another."""
        if meaning.family != "related" or not meaning.other or meaning.table != meaning.parent:
            return self.table(meaning.table)
        places = {c.name: n for n, c in enumerate(self.catalog.table(meaning.other).columns)}
        links = [x for x in self.catalog.links if (x.table, x.to) == (meaning.other, meaning.table)]
        links.sort(key=lambda x: places[x.columns[0]])
        role = next((x.role for x in links if ",".join(x.columns) != meaning.via), "")
        if len(links) != 2 or not role:
            return self.table(meaning.table)
        forth = ",".join(links[0].columns) == meaning.via
        named = is_to_another(role) and role.lower() != self.table(meaning.table)[0].lower()
        return (role, plural(role)) if forth or named else ("", "")

    def is_person(self, name: str) -> bool:
        """A table's rows are people."""
        return name in self._tables and self._tables[name].person

    def value(self, key: str, value: Json) -> str:
        """A value as it is said. Shares are said out of a hundred only where they are kept so."""
        slot, _, column = self.slot(key)
        if slot.use == "apart" and not (column is not None and column.role == "measure"):
            column = None  # of dates: how many days
        return say(value, _MONTH if slot.use == "month" else column, self.style)

    def short(self, key: str, value: Json) -> str:
        """A value as it is told: a duration as on a clock, a size in megabytes. Less exact than it is kept."""
        column = self.slot(key)[2]
        return (shortly(value, column.unit) if column is not None and column.unit else "") or self.value(key, value)

    def brief(self, key: str, value: Json) -> str:
        """A value as it is told of a row: a day of the current year, some months away at most, without the year."""
        text = self.short(key, value)
        column = self.slot(key)[2]
        if not self.month or column is None or column.role != "date" or self.slot(key)[0].use:
            return text
        found = moment(value, column)
        return without_year(text, found[0], self.month) if found is not None else text

    def at_length(self, told: Iterable[tuple[str, Json]]) -> "Phrases":
        """The same words; with the year of every day where one of the values told together is of another year than the current one."""
        if not self.month or not any(DAY_IN_YEAR.search(self.brief(key, value)) for key, value in told):
            return self
        out = copy(self)
        out.month = ""
        return out

    def label(self, key: str, subject: str = "") -> str:
        """What a slot is called. `subject` is the table spoken of: what belongs to another one says so."""
        if (key, subject) not in self._labels:
            self._labels[key, subject] = self._label(key, subject)
        return self._labels[key, subject]

    def _label(self, key: str, subject: str) -> str:
        slot, table, column = self.slot(key)
        if table is None:
            return slot.use or "value"
        if slot.use == "count":
            return f"number of {table.plural}"
        if slot.use == "share":
            return "share"
        if slot.column == "@name":
            return "name" if table.name == subject else self.joined(table, subject)
        if slot.use in ("month", "year", "day"):
            return slot.use
        base = column_label(column, table) if column else table.label
        if slot.use in _COMPUTED:
            return computed(_COMPUTED[slot.use], base)
        own = table.name == subject or not subject or bool(set(base.split()) & set(table.label.split()))
        plain = own or (column is not None and goes_alone(self.catalog, column, subject))
        return base if plain else f"{self.joined(table, subject)} {base}"

    def joined(self, table: Table, subject: str) -> str:
        """What a row is to the row that refers to it, where only one column does and its name says more than the table: the
        employee of a department is its manager."""
        links = [x for x in self.catalog.links if x.table == subject and x.to == table.name]
        return links[0].role if len(links) == 1 and links[0].role else table.label

    def noun(self, key: str, subject: str = "") -> str:
        """A slot's label as a noun: a yes-or-no column is a status or a flag, "created at" the creation date."""
        if (key, subject) not in self._nouns:
            self._nouns[key, subject] = self._noun(key, subject)
        return self._nouns[key, subject]

    def _noun(self, key: str, subject: str) -> str:
        slot, _, column = self.slot(key)
        label = self.label(key, subject)
        if column is None or slot.use:
            return label
        if column.role == "date":
            return date_noun(label)
        return flag_noun(label) if column.role == "flag" else label

    def is_labelled(self, text: str) -> bool:
        """The text ends like the name of a column, so that a figure behind it would seem to be that column's."""
        if self._last is None:
            self._last = frozenset(c.label.split(" ")[-1].lower() for t in self.catalog.tables for c in t.columns)
        return text.split(" ")[-1].lower() in self._last

    def indefinite(self, key: str, subject: str = "") -> str:
        """A slot's label with "a" or "an"; without where it can't be counted or is a plural."""
        label, column = self.noun(key, subject), self.slot(key)[2]
        uncounted = column is not None and column.plural == label
        return label if uncounted or is_many(label) else article(label)

    def are(self, keys: list[str], subject: str = "") -> str:
        """ "is" or "are" for the slots together."""
        return "are" if len(keys) > 1 or any(is_many(self.noun(k, subject)) for k in keys) else "is"

    def role(self, table: str, parent: str, via: str = "") -> str:
        """What a row of `parent` is to the rows of `table` that refer to it, where the tables alone leave that open: "manager"."""
        links = [x for x in self.catalog.links if x.table == table and x.to == parent and x.role]
        found = [x for x in links if ",".join(x.columns) == via] or links
        return found[0].role if found and found[0].role not in (self.table(parent)[0], "parent") else ""

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def row(self, mention: Mention, bare: bool = False) -> str:
        """A row as it is spoken of. `bare` leaves out what kind of thing it is where the name says enough."""
        label, _ = self.table(mention.table)
        table = self._tables.get(mention.table)
        if mention.each:
            rest = f" except {self.pick(mention.pick)}" if mention.pick is not None else ""
            return f"all of those {self.table(mention.table)[1]}{rest}"
        if mention.pick is not None:
            return of_those(self, mention.pick, label)
        if "@name" in mention.by:
            person = table is not None and table.person
            name = say(mention.by["@name"], None, self.style)
            name = name if person else quoted(name)
            says = name.lower().endswith(f" {label.lower()}")  # "Willow Grande Museum" need not be called a museum
            alone = stands_alone(label, name)
            return name if bare or person or says or alone else f"the {label} {name}"
        if "@part" in mention.by:
            part = say(mention.by["@part"], None, self.style)
            return part if bare or self.is_person(mention.table) else f"the {part} {label}"
        if len(mention.by) == 1:
            column, value = next(iter(mention.by.items()))
            return f"{label} {self.value(f'{mention.table}.{column}', value)}"
        if mention.by:
            parts = [f"{mention.table}.{k}" for k in mention.by]
            told = [
                f"{self.label(k, mention.table)} {self.value(k, v)}"
                for k, v in zip(parts, mention.by.values(), strict=True)
            ]
            return f"the {label} with {listed(told)}"
        return f"that {label}"

    def rows(self, mentions: Sequence[Mention]) -> str:
        """Several rows of one table together: "orders 12, 15 and 19", "the wines Barolo and Gavi", "Ida Irwin and Boris Lund"."""
        first, many = mentions[0], self.table(mentions[0].table)[1]
        alike = len(mentions) > 1 and len(first.by) == 1 and all(m.by.keys() == first.by.keys() for m in mentions)
        if not alike or self.is_person(first.table):
            return listed([self.row(m) for m in mentions])
        column = next(iter(first.by))
        if column == "@name":
            return f"the {many} {listed([self.row(m, bare=True) for m in mentions])}"
        return f"{many} {listed([self.value(f'{m.table}.{column}', m.by[column]) for m in mentions])}"

    def pick(self, pick: Pick, noun: str = "one") -> str:
        """ "the order with the highest total", "the cheapest product", "the latest invoice", "the second one", "the cheaper one"."""
        return pick_row(self, pick, noun)

    def extreme(self, pick: Pick) -> str:
        """What the row picked has: "highest total", "longest duration", "most tracks", "latest hire date"."""
        return extreme(self, pick)

    # ── parts of a need ──────────────────────────────────────────────────────────────────────────────────────────────

    def columns(self, need: Need, the: str = "the ") -> str:
        """The wanted columns of a need, as a list: "the phone number and the city"."""
        subject = need.meaning.table
        return listed([f"{the}{n}" for n in dict.fromkeys(self.noun(k, subject) for k in self.asked(need))])

    def asked(self, need: Need) -> list[str]:
        """The slots asked for: of a list, not those that only say which row it is."""
        many = need.meaning.family not in ("get", "find")
        return [k for k in need.wanted if not (many and self._names(k, need.meaning.table))]

    def _names(self, key: str, subject: str) -> bool:
        """The slot only says which row it is."""
        slot, _, column = self.slot(key)
        return slot.table == subject and (slot.column == "@name" or (column is not None and column.role == "key"))

    def said(self, need: Need, use: str) -> dict[str, Json]:
        """The values of a need given for one use: slot key without the use → value."""
        return {k[: -len(use) - 1]: v for k, v in need.values.items() if k.endswith(":" + use)}

    def filters(self, need: Need) -> str:
        """The filters of a need as words to follow a noun, in their plain form: "with genre Rock and a price of at least 20"."""
        subject = need.meaning.table
        parts = [self._equal(key, value, subject) for key, value in self.said(need, "equals").items()]
        for key, value in self.said(need, "match").items():
            parts.append(f'with "{self.value(key, value)}" in the {self.label(key, subject)}')
        bounds: dict[str, list[Json]] = {}
        for key, value in self.said(need, "from").items():
            bounds[key] = [value, None]
        for key, value in self.said(need, "to").items():
            bounds.setdefault(key, [None, None])[1] = value
        parts += [self._bound(k, low, high, subject) for k, (low, high) in bounds.items()]
        if need.meaning.family in MANY:
            parts += [_belongs(self.row(m, bare=True), self.table(m.table)[0]) for m in need.mentions if m.by]
        return " and ".join(
            [*parts[:1], *(p.removeprefix("with ") if p.startswith("with a") else p for p in parts[1:])]
        )

    def _equal(self, key: str, value: Json, subject: str) -> str:
        slot, table, column = self.slot(key)
        text = self.value(key, value)
        if slot.column == "@name" and table is not None:
            return _belongs(quoted(text), table.label) if table.name != subject else f"named {quoted(text)}"
        noun = self.noun(key, subject)
        set_to = "set to " if column is not None and column.role == "flag" else ""
        return f"with {'the ' if set_to else ''}{noun} {set_to}{text}"

    def _bound(self, key: str, low: Json, high: Json, subject: str) -> str:
        _, _, column = self.slot(key)
        dated = column is not None and column.role == "date"
        first, last = (self.value(key, v) if v is not None else "" for v in (low, high))
        if first and last:
            words = f"between {first} and {last}"
        elif first:
            words = f"of {first} or later" if dated else f"of at least {first}"
        else:
            words = f"of {last} or earlier" if dated else f"of at most {last}"
        return f"with {self.indefinite(key, subject)} {words}"

    def changes(self, need: Need, before: dict[str, Json] | None = None) -> str:
        """What a write sets: "the phone number to 555-0101", with `before` (slot → value) "the price from 3.99 to 4.99"."""
        out = []
        for key, value in self.said(need, "value").items():
            old = (before or {}).get(key)
            came = f"from {self.value(key, old)} " if old is not None and not is_blank(old) else ""
            out.append(f"the {self.noun(key, need.meaning.table)} {came}to {self.value(key, value)}")
        return listed(out)

    def stands(self, need: Need, verb: str = "") -> str:
        """What a write leads to: "the phone number is 555-0101", with a verb "the phone number should be 555-0101"; a yes or no is set."""
        subject = need.meaning.table
        out = []
        for key, value in self.said(need, "value").items():
            column = self.slot(key)[2]
            flag = column is not None and column.role == "flag"
            are = verb or self.are([key], subject) + (" set to" if flag else "")
            out.append(f"the {self.noun(key, subject)} {are} {self.value(key, value)}")
        return listed(out)

    def flagged(self, key: str) -> str:
        """What sets apart the rows for which a yes-or-no column says yes: "that are discontinued"; empty for others."""
        column = self.slot(key)[2]
        if column is None or column.role != "flag":
            return ""
        return f"that are {column.label}" if is_adjective(column.label) else f"with the {flag_noun(column.label)} set"

    def details(self, need: Need) -> str:
        """What a new row holds: "total 20.00 and city Porto"."""
        given = self.said(need, "value")
        return listed([f"{self.noun(k, need.meaning.table)} {self.value(k, v)}" for k, v in given.items()])

    def group(self, need: Need) -> str:
        """What an answer is split or counted by: "country", "month of the hire date"."""
        key = _split_by(need)
        return self._part_played(need) or (self.by(key, need.meaning.table) if key else "")

    def _part_played(self, need: Need) -> str:
        """What the rows of its own table are to those counted, where an answer is split by them: "manager"."""
        slot = self.slot(need.meaning.group)[0]
        own = need.meaning.group and slot.table == need.meaning.table and slot.column == "@name"
        return self.role(slot.table, slot.table, need.meaning.via) if own else ""

    def by(self, key: str, subject: str) -> str:
        """What a slot splits rows by. A period says of which date, unless it is the first one an event has."""
        slot, table, _ = self.slot(key)
        if table is None:
            return key
        if slot.use in ("month", "year", "day"):
            dates = [c for c in table.columns if c.role == "date"]
            date = next((c for c in table.columns if c.name == slot.column), None)
            if date is not None and (table.kind != "event" or date is not dates[0]):
                return f"{slot.use} of the {date_noun(date.label)}"
        return self.noun(key, subject)

    def groups(self, need: Need) -> str:
        """The same in the plural: "countries", "months of the hire date"."""
        key = _split_by(need)
        slot, table, column = self.slot(key)
        if not key or table is None:
            return ""
        if slot.use in ("month", "year", "day"):
            return self.group(need).replace(slot.use, slot.use + "s", 1)
        if slot.column == "@name":
            return plural(self._part_played(need)) or table.plural
        return column.plural if column is not None else ""


def _belongs(name: str, label: str) -> str:
    return f"with {name} as the {label}"


def _split_by(need: Need) -> str:
    meaning = need.meaning
    if meaning.family == "count" and meaning.column:
        return f"{meaning.table}.{meaning.column}"
    return meaning.group
