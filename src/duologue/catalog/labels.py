"""Labels: what people call tables and columns, with units taken out of names.

A label is made of plain words, never empty, and unique within its table (a table's own label is unique in the schema).
A column's short label leaves out what its table says already ("customer name" of a customer is a "name"); where two
would clash, the long one is used.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from duologue.catalog.names import Speller
from duologue.catalog.nouns import head_index, is_participle, singular, singular_word
from duologue.catalog.words import words


class Wording(Struct, frozen=True):
    """A column's label and unit."""

    label: str
    unit: str = ""


def table_nouns(names: Sequence[str], speller: Speller) -> dict[str, str]:
    """What a row of each table is, in the singular; a view may share its noun with the table it shows."""
    shared = _shared_prefix([speller.words(n) for n in names])
    return {n: table_label(_without(speller.words(n), shared)) for n in names}


def table_labels(names: Sequence[str], speller: Speller) -> dict[str, str]:
    """A label in the singular for each table, no two alike: its noun, or more of its name where that is taken."""
    short = table_nouns(names, speller)
    out: dict[str, str] = {}
    plain = [n for n in names if short[n] == singular(" ".join(speller.words(n)))]
    taken: set[str] = set()
    for name in sorted(names, key=lambda n: n not in plain):
        long = singular(" ".join(speller.words(name))) or "table"
        out[name] = _free(taken, (short[name], long, " ".join(speller.words(name))), long)
    return out


def _shared_prefix(spelled: list[list[str]]) -> str:
    """The first word of most names, where it is a mere mark of the schema: `wp posts`, `wp users` …"""
    firsts = [parts[0] for parts in spelled if len(parts) > 1]
    common = max(dict.fromkeys(firsts), key=firsts.count, default="")
    alone = any(singular_word(parts[0]) == singular_word(common) for parts in spelled if len(parts) == 1)
    return common if len(spelled) >= 4 and firsts.count(common) >= 0.75 * len(spelled) and not alone else ""


def _without(parts: list[str], first: str) -> list[str]:
    return parts[1:] if first and len(parts) > 1 and parts[0] == first else parts


def _free(taken: set[str], wishes: Iterable[str], last: str) -> str:
    """The first wish not taken yet, else the last one with a number; takes it."""
    label = next((w for w in wishes if w and w not in taken), "")
    number = 2
    while not label:
        numbered = f"{last} {number}"
        label = "" if numbered in taken else numbered
        number += 1
    taken.add(label)
    return label


def _shortens(short: str, word: str) -> bool:
    """Whether a mark before a word is that word cut short: `rt_route`, `inv_invoice`."""
    if not 1 < len(short) < 4 or len(word) < len(short) + 2 or short[0] != word[0]:
        return False
    rest = iter(word)
    return all(letter in rest for letter in short)


def table_label(spelled: list[str]) -> str:
    """A table's name as people say it, in the singular: `cars_data` → car, `tbl_order_details` → order detail."""
    parts = _after_list_of(list(spelled))
    if len(parts) > 1 and _shortens(parts[0].lower(), parts[1].lower()) and parts[0].lower() not in words().known:
        parts.pop(0)
    if len(parts) > 1 and parts[0].isdigit() and len(parts[0]) < _OF_YEAR and len(parts[1]) > _OF_PLURAL:
        parts.pop(0)  # "2bells": of three of them nobody says "the 3 2 bells"
    noise = words()["table_noise"]
    while len(parts) > 1 and _noisy(parts[-1], noise):
        parts.pop()
    while len(parts) > 1 and _noisy(parts[0], noise - _NAMES_FIRST) and parts[1] not in words()["prepositions"]:
        parts.pop(0)
    if len(parts) > 1 and len(parts[-1]) < 4 and parts[-1].isdigit() and parts[-2] not in words()["prepositions"]:
        parts.pop()
    verb = words().map("table_verbs").get(parts[-1]) if parts else None
    if verb and len(parts) > 1:
        parts[-1:] = verb.split()
    return _countable(singular(" ".join(parts)) or "table")


def _countable(label: str) -> str:
    """What has no plural is counted by its entries: stock → stock entry, staff → staff member."""
    last = label.rpartition(" ")[2].lower()
    return f"{label} {'member' if last in words()['groups'] else 'entry'}" if last in words()["masses"] else label


_OF_YEAR, _OF_PLURAL = 4, 2
"""Figures that make a year, which is said ("the 2019 sales"), and letters that a figure takes with it ("3rd party", "3D model")."""
_NAMES_FIRST = {"data", "list", "map"}
"""Noise at the end of a table's name, but not at its beginning ("data plan")."""


def _noisy(word: str, noise: Iterable[str]) -> bool:
    return word.lower() in noise


def _after_list_of(parts: list[str]) -> list[str]:
    """`alphabetical list of products` → products."""
    for i in range(1, len(parts) - 1):
        if parts[i] == "of" and parts[i - 1] in {"list", "table"}:
            return parts[i + 1 :]
    return parts


def is_phrase(label: list[str]) -> bool:
    """Whether a table's label is a verb or a preposition at work rather than a noun: has pet, lives in, on call."""
    hanging = label[0] in words()["prepositions"] or label[-1] in words()["prepositions"]
    return hanging or label[0] in words()["link_noise"]


def take_unit(parts: list[str], numeric: bool) -> tuple[list[str], str]:
    """Take the unit off the end of a column's words: budget in billions → budget, "billion"."""
    units, alone = words().map("units"), words().map("unit_alone")
    last = parts[-1].lower() if parts else ""
    if not numeric or last not in units:
        return _bare_m(parts, numeric)
    if len(parts) == 1:
        return ([alone[last]], units[last]) if last in alone else (parts, units[last])
    if parts[-2] in {"per", "of", "by"} or parts[-2] == "number":
        return parts, ""
    rest = parts[:-1]
    if last in alone and all(w.lower() in words()["half"] for w in rest):
        return [*rest, alone[last]], units[last]
    if len(rest) == 1 and (rest[0].lower() in words()["qualifying"] or is_participle(rest[0])):
        return parts, ""
    return (rest[:-1] if rest[-1] == "in" and len(rest) > 1 else rest), units[last]


def _bare_m(parts: list[str], numeric: bool) -> tuple[list[str], str]:
    """A single letter at the end: a final "m" is metres of what has a length, millions of anything else; a "t" tonnes of a weight."""
    last = parts[-1].lower() if parts else ""
    if not numeric or len(parts) < 2:
        return parts, ""
    before = parts[-2].lower()
    if last == "m":
        return parts[:-1], "metres" if before in words()["lengths"] else "million"
    unit = words().map("letter_units").get(last)
    return (parts[:-1], unit) if unit and before in words()[f"letters_{last}"] else (parts, "")


def strip_table(parts: list[str], table: list[str]) -> list[str]:
    """Leave out the table's own name at the front: customer name (of a customer) → name."""
    own = [singular_word(w.lower()) for w in table[: head_index(table) + 1]]
    said = [singular_word(w.lower()) for w in parts]
    starts = [own[i:] for i in range(len(own))]
    if len(own) > 1 and own[-1] in {"member", "entry"} and own[-2] in words()["masses"]:
        starts += [own[i:-1] for i in range(len(own) - 1)]
    for tail in starts:
        rest = parts[len(tail) :]
        if said[: len(tail)] == tail and rest and not _dangling(rest):
            return rest
        if said[-len(tail) - 1 :] == ["of", *tail] and len(said) > len(tail) + 1:
            return parts[: -len(tail) - 1]
    if len(said) > len(own) and said[0] in {"date", "time"} and said[1:] == own:
        return parts[:1]
    return parts


def _dangling(rest: list[str]) -> bool:
    """Words that can't stand alone: a number, a preposition in front, an identifier."""
    alone = len(rest) == 1 and rest[0].lower() in {"number", "code"}
    return alone or rest[0].lower() in words()["prepositions"] or all(w.isdigit() for w in rest) or is_id(rest[-1])


def is_id(word: str) -> bool:
    """Whether a word only says that something identifies a row."""
    return singular_word(word).lower() in words()["generic_tail"]


def is_code_name(word: str) -> bool:
    """Whether a word is a name for a number rather than for a thing: "sku", "aid" for the ID of an aircraft, "wh"."""
    low = word.lower()
    if not low.isalpha() or low in words()["prepositions"]:
        return False
    return len(low) < 3 or low in words()["acronyms"] or (low.endswith("id") and len(low) < 5)


def without_id(parts: list[str]) -> list[str]:
    """A reference's words without the identifier: customer ID → customer, club ID 1 → club 1, _city_id → city."""
    rest = parts[1:] if len(parts) > 1 and parts[0].lower() in {"fk", "id"} else list(parts)
    number = [rest.pop()] if len(rest) > 1 and rest[-1].isdigit() else []
    while rest and is_id(rest[-1]):
        rest.pop()
    if len(rest) > 1 and rest[-1].lower() in {"code", "number"}:
        rest.pop()
    return rest + number if rest else []


def key_label(parts: list[str], table: str) -> str:
    """A key's label: its name, with the table's where it says nothing by itself: id → battle ID, code → country code."""
    if all(w.lower() in {"id", "key", "rowid", "index", "identifier", "uid", "guid", "uuid"} for w in parts):
        return f"{table} ID"
    if len(parts) == 1 and parts[0].lower() in words()["bare"] | {"code"}:
        return f"{table} {parts[0]}"
    if len(parts) == 2 and is_id(parts[1]):
        stem = parts[0].lower()
        last = table.split()[-1].lower()
        short = len(stem) >= 3 and stem != last and last.startswith(stem)
        return f"{table} ID" if short else f"{singular_word(parts[0])} {parts[1]}"
    return " ".join(parts)


def plain_label(parts: list[str], table: list[str], numeric: bool) -> tuple[str, str, str]:
    """Short label, long label and unit of a column that is neither key nor reference."""
    parts, unit = take_unit(parts, numeric)
    if len(parts) > 1 and parts[0].lower() in {"is", "if", "was", "flag"} and parts[1].lower() not in words()["places"]:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1].lower() in {"yn", "flag", "ind", "indicator"}:
        parts = parts[:-1]
    parts = [w for i, w in enumerate(parts) if not (w == "of" and is_participle(" ".join(parts[i + 1 : i + 2])))]
    parts = _age_first(parts)
    short = strip_table(parts, table)
    return " ".join(short), " ".join(parts), unit


def _age_first(parts: list[str]) -> list[str]:
    """An adjective behind its noun goes before it: GNP old → old GNP. Not behind what ages are counted in: years old."""
    ages = len(parts) > 1 and parts[-1].lower() in {"old", "new", "previous", "former"}
    return [parts[-1].lower(), *parts[:-1]] if ages and parts[-2].lower() not in _COUNTED else parts


_COUNTED = frozenset({"year", "years", "month", "months", "week", "weeks", "day", "days"})


def as_told(parts: list[str], table: list[str]) -> list[str]:
    """The words of a category without what only says how it is kept: "type code" → type, "rank description" → rank."""
    if len(parts) < 2 or parts[-1].lower() not in {"code", "description"}:
        return parts
    rest = strip_table(parts[:-1], table)
    return parts[:-1] if rest[-1].lower() in words()["coded"] else parts


def unique_labels(wishes: dict[str, tuple[str, str, str]], table: str) -> dict[str, Wording]:
    """Settle clashes. `wishes`: column → (short label, long label, unit)."""
    taken: set[str] = set()
    out: dict[str, Wording] = {}
    for name in sorted(wishes, key=lambda n: wishes[n][0] != wishes[n][1]):
        short, long, unit = wishes[name]
        fallback = long or f"{table} value"
        out[name] = Wording(_free(taken, (short, long, f"{table} {short}" if short else fallback), fallback), unit)
    return {name: out[name] for name in wishes}


def says_year(label: str) -> bool:
    """Whether a label says that it is a time."""
    return bool(set(label.lower().split()) & (words()["year"] | words()["date"]))


def with_year(label: str) -> str:
    """The label of a column of years: start from → start year, creation → creation year, released → year released."""
    parts = label.split()
    while len(parts) > 1 and parts[-1] in words()["prepositions"]:
        parts.pop()
    return " ".join(["year", *parts] if parts and is_participle(parts[-1]) else [*parts, "year"])
