"""What people call a row by: the column, or the columns together, that hold its name; and whether rows are people.

Names people give (name, title, first and last name) come first, then the company, then a column called like the table
itself ("course" of a course), then the description of a small lookup table, and a readable code only where there is
nothing else. An order has no name, and gets none.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from duologue.catalog import formats
from duologue.catalog.labels import is_id, strip_table
from duologue.catalog.model import Column
from duologue.catalog.nouns import singular_word
from duologue.catalog.words import words

_FIRST = {("first", "name"), ("given", "name"), ("forename",), ("vorname",), ("prénom",), ("prenom",), ("voornaam",)}
_LAST = {
    *(
        ("last", "name"),
        ("family", "name"),
        ("surname",),
        ("nachname",),
        ("familienname",),
        ("apellido",),
        ("apellidos",),
    ),
    *(("cognome",), ("achternaam",)),
}
_NAMES = (
    "full name",
    "name",
    "display name",
    "title",
    "label",
    "caption",
    "headline",
    "subject",
    "company name",
    "company",
    "username",
    "nickname",
    "login",
    *("bezeichnung", "titel", "titre", "nom", "nome", "nombre", "naam", "namn", "navn", "氏名", "姓名", "名前", "名称"),
)


_NAMING = {"model", "subject", "topic", "theme", "brand", "make", "species", "breed", "role", "position"}
"""Words for a category that may also name a thing."""
_MARKED = 0.1
"""From this share of names with a mark of a firm on, all of them are firms', unless people's stand beside them."""
_NAMED = 0.2
"""From this share of names on that begin with a given name, they are people's."""


class Naming(Struct, frozen=True):
    """What the choice of a name looks at."""

    columns: Sequence[Column]
    said: dict[str, tuple[str, ...]]
    """Column → the words of its name, lower case, without the table's own."""
    table: tuple[str, ...]
    """The words of the table's label."""
    rows: int
    links_out: int

    def telling(self, column: Column, share: float) -> bool:
        """Whether a column is near enough to unique, and seldom missing."""
        filled = self.rows - column.nulls
        return column.distinct >= share * filled > 0 and column.nulls <= 0.3 * self.rows

    def elsewhere(self, column: Column) -> bool:
        """Whether a column holds moments in no fixed writing, or the person behind a row that is no person."""
        if set(self.said[column.name]) & (words()["date"] | words()["planned"]):
            return True
        people = formats.personal([v for v in column.values if isinstance(v, str)], False)
        return people and not set(self.table) & words()["person"]


def naming(columns: Sequence[Column], spelled: dict[str, list[str]], label: str, rows: int, links_out: int) -> Naming:
    """Gather what the choice looks at."""
    table = tuple(label.split())
    said = {c.name: tuple(w.lower() for w in strip_table(spelled[c.name], list(table))) for c in columns}
    return Naming(columns, said, table, rows, links_out)


def display(n: Naming) -> tuple[str, ...]:
    """The columns that together name a row; empty where rows have no name."""
    usable = [c for c in n.columns if c.type == "TEXT" and c.role in {"text", "category", "key", "reference", "status"}]
    usable = [c for c in usable if c.distinct and c.format not in {"json", "email", "url"}]
    first = next((c.name for c in usable if n.said[c.name] in _FIRST), "")
    last = next((c.name for c in usable if n.said[c.name] in _LAST), "")
    if first and last:
        return (first, last)
    for wish in _NAMES:
        for c in usable:
            if " ".join(n.said[c.name]) == wish and n.telling(c, 0.3):
                return (c.name,)
    for choose in (_like_table, _other_name, _description, _only_text, _readable_key):
        found = choose(n, usable)
        if found:
            return (found,)
    return ()


def _like_table(n: Naming, usable: list[Column]) -> str:
    """A column called like the table, or like the end of its name: "make" of a car make."""
    own = [singular_word(w.lower()) for w in n.table]
    for c in usable:
        said = [singular_word(w) for w in n.said[c.name]]
        if not said or c.role == "reference" or is_id(said[-1]):
            continue
        misspelt = len(said) == 1 and len(said[0]) > 6 and c.unique and _nearly(said[0], own[-1])
        if (own[-len(said) :] == said or misspelt) and n.telling(c, 0.7):
            return c.name
    return ""


def _nearly(said: str, own: str) -> bool:
    """Two long words that differ in a letter or two: "appelation" of an appellation."""
    return SequenceMatcher(None, said, own).ratio() > 0.9


def _other_name(n: Naming, usable: list[Column]) -> str:
    """A name with a word before it ("series name"), where it can't be the name of something else."""
    if n.links_out > 1:
        return ""
    for c in usable:
        said = n.said[c.name]
        other = set(said[:-1]) & (
            words()["person_column"] | words()["person"] | {"ship", "contact", "file", "emergency"}
        )
        if other <= words()["clients"] and n.table[-1].lower() in words()["clients"]:
            other = set()  # what a member is called where members are customers
        if said and said[-1] in {"name", "title"} and not other and c.role == "text" and n.telling(c, 0.9):
            return c.name
    return ""


def _description(n: Naming, usable: list[Column]) -> str:
    """The description of a small table of few columns, or of things one has by the piece, where it is as short as a name."""
    described = [c for c in usable if n.said[c.name][-1:] == ("description",) and n.telling(c, 0.9)]
    small = n.rows <= 200 and len(n.columns) <= 4
    pieces = n.table[-1].lower() in words()["pieces"]
    found = [c for c in described if small or (pieces and all(_like_a_name(v) for v in c.values))]
    return found[0].name if found and n.links_out <= 1 else ""


def _like_a_name(value: object) -> bool:
    """Whether a description is no longer than what a thing may be called."""
    return isinstance(value, str) and len(value) <= 40 and len(value.split()) <= 6 and ". " not in value


def _only_text(n: Naming, usable: list[Column]) -> str:
    """The only short text that tells rows apart, and is not about something or somebody else."""
    texts = [c for c in usable if c.role == "text" and c.format == "" and not n.elsewhere(c)]
    short = [c for c in texts if c.values and all(isinstance(v, str) and len(v) <= 60 for v in c.values)]
    alone = len(n.columns) <= 2
    enough = 0.7 if len(n.columns) <= 4 else 0.95
    found = [c for c in short if n.telling(c, enough) and (alone or not _about_something(n.said[c.name]))]
    return found[0].name if len(found) == 1 and len(short) <= 2 and n.rows >= 3 else ""


def _about_something(said: tuple[str, ...]) -> bool:
    """Whether a column describes a row, or names something else, rather than the row."""
    other = words()["text"] | words()["open"] | (words()["category"] - _NAMING)
    return bool(set(said) & (other - {"model"}))


def _readable_key(n: Naming, usable: list[Column]) -> str:
    """A key that reads like a word: letters, and not one long number."""
    for c in usable:
        seen = [v for v in (*c.values, c.least, c.most) if isinstance(v, str) and v]
        letters = all(sum(ch.isalpha() for ch in v) >= 0.5 * len(v) and len(v) >= 2 and _readable(v) for v in seen)
        if seen and letters and c.role == "key" and n.telling(c, 0.99):
            return c.name
    return ""


def _readable(value: str) -> bool:
    """Whether a key could be read out: no address, and no long mixture of letters and digits."""
    mixed = len(value) > 12 and " " not in value and any(ch.isdigit() for ch in value)
    return "@" not in value and not mixed


def is_person(n: Naming, shown: tuple[str, ...], names: Sequence[object]) -> bool:
    """Whether a table's rows are people. `names`: values of its first display column."""
    own = [singular_word(w.lower()) for w in n.table]
    happens = bool(own) and own[-1] in words()["event"] and own[-1] not in words()["person"]
    if len(shown) == 2:
        return not happens
    if shown and set(n.said[shown[0]]) & words()["organisation"]:
        return False
    if own and own[-1] in words()["person"]:
        return not _are_companies(names)
    if not shown or (own and own[-1] in words()["organisation"] | words()["event"]):
        return False
    said = {w for parts in n.said.values() for w in parts}
    if said & {"breed", "species"} or set(own) & words()["animal"]:
        return False
    lived = len(said & {"age", "gender", "sex", "birth", "born", "nationality", "salary", "occupation"})
    return (lived >= 2 and "name" in said) or (lived >= 1 and _given(names) >= 0.15) or _given(names) >= 0.5


def _are_companies(names: Sequence[object]) -> bool:
    """Whether names are those of firms ("Gift Depot Inc."), as far as some of them say so."""
    said = [{w.strip(".,()") for w in str(v).lower().split()} for v in names if isinstance(v, str)]
    marked = sum(bool(s & words()["company_marks"]) for s in said)
    return marked >= max(2, _MARKED * len(said)) and _given(names) < _NAMED


def _given(names: Sequence[object]) -> float:
    """Share of names that begin with a common given name."""
    texts = [str(v).split()[0].lower() for v in names if isinstance(v, str) and v.split()]
    return sum(t in words()["given_names"] for t in texts) / len(texts) if len(texts) >= 3 else 0.0
