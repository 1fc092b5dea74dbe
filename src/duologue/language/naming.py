"""What single things are called: a column beside the others of its table, a figure worked out of one, a name, a place in a row."""

from functools import cache

from duologue.catalog.model import Catalog, Column, Table
from duologue.catalog.nouns import is_participle
from duologue.language.grammar import word_file

__all__ = [
    "column_label",
    "computed",
    "goes_alone",
    "goes_by_name",
    "is_a_word_for",
    "ordinal",
    "quoted",
    "stands_alone",
]

_ABBREVIATED = frozenset(["inc.", "ltd.", "co.", "corp.", "cie.", "jr.", "sr.", "bros.", "llc.", "llp.", "plc."])
"""Short forms that end names."""


@cache
def goes_by_name(label: str) -> bool:
    """What is called so is spoken of by its name alone: a country, a supplier."""
    return label.rpartition(" ")[2].lower() in str(word_file("names")["by_name"]).split()


@cache
def is_a_word_for(label: str) -> bool:
    """What is called so goes by a word for people ("President"), and is never named by that alone."""
    return label.rpartition(" ")[2].lower() in str(word_file("names")["a_word_for"]).split()


def stands_alone(label: str, name: str) -> bool:
    """Whether people say a name without what kind of thing it is: of what goes by its name, and a name of several words that begins like one
    ("Paso Robles", "Small Print"). One word may be anything ("Rust"), and a job or a type is a word of the language."""
    if not name[:1].isupper():
        return False
    last = label.rpartition(" ")[2].lower()
    return goes_by_name(label) or (" " in name and last not in str(word_file("names")["with_kind"]).split())


def column_label(column: Column, table: Table) -> str:
    """What a column is called; of numbered ones ("address 1", "address 2") the first goes without its number, the others by their place."""
    stem, _, number = column.label.rpartition(" ")
    if not (stem and number in ("1", "2", "3", "4")):
        return column.label
    labels = {c.label for c in table.columns}
    if stem in labels or {f"{stem} 1", f"{stem} 2"} - labels:
        return column.label
    line = f"{stem} line" if stem.split(" ")[-1] == "address" else stem
    return stem if number == "1" else f"{ordinal(int(number))} {line}"


def goes_alone(catalog: Catalog, column: Column, subject: str) -> bool:
    """A column of a row joined to `subject` that needs no owner: where an order goes is its city, when its shipment left its shipped date. Not
    where the row itself, or another one joined to it, has what is called so."""
    if not _says_enough(column):
        return False
    joined = [x.to for x in catalog.links if x.table == subject]
    tables = [t for t in catalog.tables if t.name == subject or t.name in joined]
    alike = [c for t in tables for c in t.columns if _heading(c) == _heading(column)]
    return joined.count(column.table) <= 1 and all((c.table, c.name) == (column.table, column.name) for c in alike)


def _heading(column: Column) -> str:
    return column.label if column.role == "date" else column.label.split(" ")[-1]


def _says_enough(column: Column) -> bool:
    """What it is called says what it is of anything: a place, a way to reach somebody, when something was done."""
    if column.role == "contact" or column.format in ("postcode", "phone", "email"):
        return True
    parts = column.label.lower().split(" ")
    done = column.role == "date" and any(is_participle(w) for w in parts)
    return done or parts[-1] in str(word_file("names")["whereabouts"]).split()


def computed(form: str, label: str) -> str:
    """A figure worked out of a column: "total price", of a column of totals "combined total"."""
    if form.startswith("total ") and "total" in label.lower().split():
        return f"combined {label}"
    return form.format(label)


def quoted(name: str) -> str:
    """A name in quotation marks where the sentence around it would run into it: one that ends in a full stop or a question. "Gift Depot Inc."
    and "J. Hall Jr." are seen to be names."""
    short = name.split(" ")[-1].lower() in _ABBREVIATED
    return name if short or name[-1:] not in (".", "?", "!") or '"' in name else f'"{name}"'


def ordinal(n: int) -> str:
    """ "first", "second", … "last" for -1."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if n == -1:
        return "last"
    return words[n - 1] if 0 < n <= len(words) else f"{n}th"
