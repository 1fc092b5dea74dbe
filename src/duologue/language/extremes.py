"""Adjectives by what a column is called: the longest track, the cheapest product; the discontinued status, the newsletter flag.

The words are in `extremes.yaml`. Everything here is a look-up by a column's label and unit, so it works for any schema, and
falls back on "highest" and "lowest".
"""

from functools import cache

from duologue.catalog.nouns import is_participle, is_plural
from duologue.language.counted import head_of
from duologue.language.grammar import word_file

_DATES = {"latest": "latest", "earliest": "earliest"}
_AT = {"max": 0, "min": 1}


@cache
def _table(*path: str) -> dict[str, list[str]]:
    node: object = word_file("extremes")
    for name in path:
        node = node[name] if isinstance(node, dict) else {}
    return {str(k): [str(w) for w in v] for k, v in node.items()} if isinstance(node, dict) else {}


@cache
def _adjectives() -> frozenset[str]:
    return frozenset(str(word_file("extremes")["adjectives"]).split())


def measure_word(kind: str, label: str, unit: str = "") -> str:
    """The adjective for a figure at its most (`max`) or least (`min`); for dates `latest` and `earliest` stay as they are."""
    if kind in _DATES:
        return _DATES[kind]
    if kind not in _AT:
        return ""
    words = _table("measure", "word")
    found = next((words[w] for w in reversed(label.lower().split()) if w in words), None)
    return (found or _table("measure", "unit").get(unit.lower()) or ["highest", "lowest"])[_AT[kind]]


def row_word(kind: str, label: str) -> str:
    """The adjective for the thing whose figure is the most or least: "cheapest"; empty where there is none."""
    found = _table("row").get(label.lower())
    return found[_AT[kind]] if found and kind in _AT else ""


@cache
def flag_noun(label: str) -> str:
    """A yes-or-no column as a noun: "discontinued status", "newsletter flag"."""
    last = label.split(" ")[-1].lower()
    if last in ("flag", "status", "indicator", "setting"):
        return label
    return f"{label} {'status' if is_adjective(label) else 'flag'}"


@cache
def date_noun(label: str) -> str:
    """A column of dates as a noun: "created at" is the creation date, "born on" the birth date, "since" the start date."""
    bare = label[:-3] if label.lower().endswith((" at", " on")) else label
    *before, last = bare.split(" ")
    if before == ["date"]:
        before = []  # "date opened" is the opening date
    nouns = word_file("extremes")["dates"]
    found = nouns.get(last.lower()) if isinstance(nouns, dict) else None
    if found is not None and before == ["year"]:
        return f"{str(found).removesuffix(' date')} year"
    if found is not None:
        return " ".join([*before, str(found)])
    if bare == f"date {last}":
        return label
    return f"{bare} date" if bare != label or (not before and is_participle(last.lower())) else label


@cache
def is_adjective(label: str) -> bool:
    """The label of a yes-or-no column can follow "is": "discontinued", "default"."""
    last = label.split(" ")[-1].lower()
    return last in _adjectives() or is_participle(last)


@cache
def is_many(label: str) -> bool:
    """The label is a plural: "units in stock", "official ratings"."""
    parts = label.split()
    return bool(parts) and is_plural(parts[head_of(label)])


@cache
def is_counted(label: str) -> bool:
    """The label is a plural of what can be counted, so that a number goes before it: "35 units in stock", not "35 earnings"."""
    parts = label.split()
    if not is_many(label):
        return False
    return parts[head_of(label)].lower() not in str(word_file("extremes")["amounts"]).split()


@cache
def things(label: str) -> str:
    """What a label counts, in the plural: "wins" of "number of wins", "units in stock" of itself; empty where it counts nothing."""
    if label.lower().startswith("number of "):
        return label[len("number of ") :]
    return label if is_counted(label) else ""
