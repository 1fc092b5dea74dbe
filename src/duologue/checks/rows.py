"""What results showed, by field and by row: the ground on which `attribution` stands.

Rows and fields are read through the tools' `outputs`, so a value's column, and with it the name people call it by, is known.
Figures are numbers and days; everything else in a row may serve to name it.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.kept import Kept
from duologue.language.amounts import is_amount
from duologue.language.reading import DateSaid, Day, Number, Reading, fold
from duologue.language.values import clean, moment, same_figure, say
from duologue.plans.groups import Group, groups_of
from duologue.plans.trace import Executed
from duologue.types import Json, Tool

__all__ = ["NOBODY", "Claim", "Figure", "Listing", "Row", "Seen", "among"]

Figure = int | float | Day
Claim = Number | DateSaid
"""A figure in a text."""

_VAGUE = frozenset(
    [
        "number",
        "total",
        "count",
        "value",
        "amount",
        "name",
        "date",
        "id",
        "code",
        "year",
        "time",
        "status",
        "type",
        "rate",
        "order",
        "no",
        "key",
    ]
)
_ID = re.compile(r"\s*\b(?:id|no|number|key|code|nr|ref|reference)\Z")
_PARTS = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")


class Row(Struct, frozen=True):
    """A row of a result: the texts that may stand for it (`identity`: those that name it anywhere; `short`: names too short to
    be told from other words), and its figures by field."""

    names: tuple[str, ...]
    identity: tuple[str, ...]
    figures: dict[str, Figure]
    short: tuple[str, ...] = ()
    words: dict[str, str] = {}
    """What it is called to be, by the label of the field: a state, a kind, a yes or no, folded."""


NOBODY = Row((), (), {})
"""Stands for rows that share a name: figures beside it are not held against anyone."""


class Listing(Struct, frozen=True):
    """The rows of one list in the result at `turn`."""

    turn: int
    rows: tuple[Row, ...]


class Seen:
    """What was said and returned so far."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._fields = _fields(columns)
        self.labels, self.stock = self._fields.labels, self._fields.stock
        self.amounts = self._fields.amounts
        self.by_label: dict[str, set[Figure]] = {}
        """What was returned, or passed, for the columns of a name."""
        self.fresh: dict[int, dict[str, set[Figure]]] = {}
        """The same by turn of the result."""
        self.listings: list[Listing] = []
        self.by_name: dict[str, list[Row]] = {}
        """Every row, by what names it."""
        self.free: set[Figure] = set()
        """Figures that belong to no row: said by the user, lengths of lists, limits, counts."""
        self.heard: set[Figure] = set()
        """Figures the user said."""
        self.counted: set[Figure] = set()
        """Numbers of rows that were counted for each row of a list."""
        self.computed: set[Figure] = set()
        """Sums, averages and shares: they go by other names than their columns."""
        self._facts: dict[str, dict[str, set[Figure]]] = {}
        self._told: list[tuple[list[tuple[str, str]], tuple[Field, ...], dict[str, Figure]]] = []
        """Rows that are not in `facts` yet: the names of each with the table each is of, its fields and figures."""
        self.passed: set[Figure] = set()
        """Figures that were passed to calls."""
        self.keys: dict[str, set[str]] = {}
        """What rows are called ("loan") → their keys, as they were returned or passed."""
        self.results: list[Json] = []
        self.words: dict[int, dict[str, set[str]]] = {}
        """What was returned, or passed, in words, by turn of the result and label."""

    def hear(self, reading: Reading) -> None:
        """The user's own figures may be repeated of anything."""
        self.heard.update(n.value for n in reading.numbers)
        self.heard.update(day for d in reading.dates for day in d.days)
        self.free.update(self.heard)

    def add(self, call: Executed, tool: Tool) -> None:
        """A result, and the arguments that led to it."""
        inputs = self._fields.inputs(tool)
        for name, value in call.call.arguments.items():
            field = inputs.get(name)
            figure = _figure(value, field) if field is not None else None
            if field is not None and figure is not None:
                self._note(field, figure, call.turn)
                self.passed.add(figure)
            if field is not None:
                self._word(field, value, call.turn)
                self._key(field, value)
        self.results.append(call.result)
        lists = [v for v in call.result.values() if isinstance(v, list)]
        self.free.update(map(len, lists))
        if lists:  # beside a list stand figures about the list
            self.free.update(v for v in call.result.values() if isinstance(v, int))
        for group, fields in self._fields.outputs(tool):
            rows = tuple(self._row(fields, raw, call.turn) for raw in group.rows(call.result))
            single = len(rows) < 2
            (self.free if single else self.counted).update(
                row.figures[f.name] for row in rows for f in fields if f.counts and f.name in row.figures
            )
            for row in rows:
                for name in row.identity:
                    self.by_name.setdefault(name, []).append(row)
            if group.many and len(rows) > 1:
                self.listings.append(Listing(call.turn, rows))

    def _row(self, fields: tuple["Field", ...], raw: Mapping[str, Json], turn: int) -> Row:
        names: list[str] = []
        identity: list[str] = []
        owners: list[tuple[str, str]] = []
        short: list[str] = []
        figures: dict[str, Figure] = {}
        words: dict[str, str] = {}
        for field in fields:
            value = raw.get(field.name)
            if value is None:
                continue
            if field.nouns:
                self._key(field, value)
            if field.worded and (word := self._word(field, value, turn)):
                words[field.worded] = word
            figure = _figure(value, field)
            if figure is not None:
                figures[field.name] = figure
                self._note(field, figure, turn)
            if field.names_it or (figure is None and isinstance(value, str)):
                name, brief = _called(field, value)
                short += brief
                if name:
                    names.append(name)
                    if field.names_it:
                        identity.append(name)
                owners += [(n, field.table) for n in identity[len(owners) :]]
        if owners and figures:
            self._told.append((owners, fields, figures))
        return Row(tuple(names), tuple(identity), figures, tuple(short), words)

    def _word(self, field: "Field", value: Json, turn: int) -> str:
        """Remember what a field says in words; empty where it says nothing."""
        if not field.worded or isinstance(value, list | dict) or field.column is None:
            return ""
        word = fold(say(value, field.column))
        self.words.setdefault(turn, {}).setdefault(field.worded, set()).add(word)
        return word

    @property
    def facts(self) -> dict[str, dict[str, set[Figure]]]:
        """What a row is called → the figures of its own that were returned, by label. Asked for seldom, so worked out then."""
        for owners, fields, figures in self._told:
            for field in fields:
                if field.label and not field.computed and field.name in figures:
                    for called in (n for n, table in owners if table == field.table):
                        self._facts.setdefault(called, {}).setdefault(field.label, set()).add(figures[field.name])
        self._told.clear()
        return self._facts

    def _key(self, field: "Field", value: Json) -> None:
        """Remember which rows there are."""
        for noun in field.nouns if isinstance(value, str | int) else ():
            self.keys.setdefault(noun, set()).add(str(value))

    def _note(self, field: "Field", figure: Figure, turn: int) -> None:
        """Remember a figure under its column's name."""
        if field.computed:
            self.computed.add(figure)
        if field.label:
            self.by_label.setdefault(field.label, set()).add(figure)
            self.fresh.setdefault(turn, {}).setdefault(field.label, set()).add(figure)


class Field(Struct, frozen=True):
    """What there is to know of a field of a result, or of a parameter, before any value is seen."""

    name: str
    column: Column | None
    label: str
    """Its column's name, where that leaves no doubt; else empty."""
    names_it: bool
    """Its values name rows."""
    counts: bool
    """Its values are numbers of rows, or limits."""
    computed: bool
    """Its values are worked out from a column's."""
    worded: str = ""
    """Its column's name, where its values are words from a small stock."""
    table: str = ""
    nouns: tuple[str, ...] = ()
    """Of a key or a reference: what rows may be called by, from its own name and its column's."""
    noun: str = ""
    """Of a key: what its rows are called ("loan id" → "loan")."""


class _Fields:
    """The fields of tools' results and parameters, worked out once for each tool."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        labels = {c.label.lower() for c in columns.values() if c.role != "flag"}
        self.labels = frozenset(x for x in labels if len(x) > 3 and x not in _VAGUE)
        self.stock = _stock(columns.values())
        self.amounts = frozenset(c.unit for c in columns.values() if is_amount(c.unit))
        self.outputs: Kept[Tool, list[tuple[Group, tuple[Field, ...]]]] = Kept(self._outputs, 1024)
        self.inputs: Kept[Tool, dict[str, Field]] = Kept(self._inputs, 1024)

    def _outputs(self, tool: Tool) -> list[tuple[Group, tuple[Field, ...]]]:
        return [(g, tuple(self._field(name, key) for name, key in g.fields)) for g in groups_of(tool)]

    def _inputs(self, tool: Tool) -> dict[str, Field]:
        return {name: self._field(name, f"{slot.table}.{slot.column}") for name, slot in tool.inputs.items()}

    def _field(self, name: str, key: str) -> Field:
        exact = self.columns.get(key)
        column = exact or self.columns.get(key.rpartition(":")[0])
        label = column.label.lower() if column is not None else ""
        names_it = key.endswith(".@name") or (exact is not None and exact.role in ("name", "key"))
        table = key.partition(".")[0]
        counts = key.endswith((":count", ":total", "."))
        noun = _ID.sub("", label) if exact is not None and exact.role == "key" else ""
        called = (noun or label, _ID.sub("", _PARTS.sub(" ", name).lower()))
        names_rows = exact is not None and exact.role in ("key", "reference")
        nouns = tuple(dict.fromkeys(n for n in called if len(n) > 2)) if names_rows else ()
        known = label if label in self.labels else ""
        worded = label if exact is not None and label in self.stock else ""
        return Field(
            name, column, known, names_it, counts, exact is None and column is not None, worded, table, nouns, noun
        )


def _stock(columns: Iterable[Column]) -> dict[str, frozenset[str]]:
    """Labels of columns that hold words from a small stock → the words, folded."""
    out: dict[str, set[str]] = {}
    for c in columns:
        if c.role in ("status", "category", "flag") and len(c.label) > 2 and c.values and not c.bookkeeping:
            words = {fold(say(v, c)) for v in c.values if v is not None}
            if all(w and not w[0].isdigit() for w in words):
                out.setdefault(c.label.lower(), set()).update(words)
    return {label: frozenset(words) for label, words in out.items()}


_fields = Kept(_Fields)


def among(claim: Claim, figures: Collection[Figure] | Iterable[Figure]) -> bool:
    """Whether a figure in a text is one of these, as it is or rounded as it was said."""
    if isinstance(claim, Number):
        if isinstance(figures, set) and claim.value in figures:
            return True
        if isinstance(figures, set) and not (claim.decimals or claim.percent):
            return False
        return any(not isinstance(f, tuple) and same_figure(claim, f) for f in figures)
    dated = [f for f in figures if isinstance(f, tuple)]
    return bool(dated) and any(
        f[1:] == day[1:] and (day[0] in (0, f[0]) or f[0] == 0) for f in dated for day in claim.days
    )


def _called(field: Field, value: Json) -> tuple[str, list[str]]:
    """What a row is called by a value, and the value where it is too short to be told from other words."""
    name = (say(value, field.column) if field.worded else clean(str(value))).lower()
    if len(name) > 3 or (name.isdigit() and len(name) > 2):
        return name, []
    by_noun = field.names_it and name.isdigit() and field.noun  # "38" may count anything, "loan 38" is one row
    return f"{field.noun} {name}" if by_noun else "", [str(value)]


def _figure(value: Json, field: Field) -> Figure | None:
    if isinstance(value, str) and value:
        if value[0].isdigit() or (field.column is not None and field.column.role == "date"):
            when = moment(value, field.column)
            if when is not None:
                return when[0]
        elif value[0] != "-":
            return None  # as most texts
        if _NUMBER.match(value):
            return float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return None
