"""What a column is for: its role, its format, and whether its stored values sort as they mean.

The rules stand in one tuple, in order; the first that answers decides. Each looks at the same facts: the values (what is
stored), the words of the name, the declared type, and the column's place in keys and links. Values outrank names: a
column called "date" that holds places is no date.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from duologue.catalog import formats
from duologue.catalog.facts import Facts
from duologue.catalog.model import Role
from duologue.catalog.nouns import is_participle
from duologue.catalog.words import words

CLOSED_VALUES = 12
CLOSED_LENGTH = 30
MOST_GROUPS = 200
"""More values than this make no category, however often they repeat."""
_PAIRS = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"0", "1"}, {"on", "off"})


class Nature(Struct, frozen=True):
    """What the rules found."""

    role: Role
    format: str = ""


# ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _empty(f: Facts) -> Nature | None:
    return Nature("other") if not f.stats.filled or f.type == "BLOB" or not (f.texts or f.numbers) else None


def _opaque(f: Facts) -> Nature | None:
    """JSON, digests, places on the globe, pictures, moments counted in seconds."""
    if f.format == "json":
        return Nature("other", "json")
    if f.texts and not f.numbers and formats.is_hash(f.texts):
        return Nature("other", "code")
    if f.numbers and f.says("geo"):
        return Nature("other")
    if f.numbers and _moments(f):
        return Nature("other", formats.epoch(f.numbers) if f.stored else "")
    pictures = {"photo", "image", "picture", "path", "avatar", "thumbnail", "logo", "icon", "file"}
    return Nature("other", f.format) if f.texts and pictures & set(f.said) and not f.numbers else None


def _moments(f: Facts) -> bool:
    """Seconds or milliseconds since 1970: the name speaks of a moment ("expires at", "last seen", "ts")."""
    if f.says("date") and not f.says("measure") and min(f.numbers) > 3e8:
        return not _day_numbers(f)
    moment = (
        f.said[-1:] in {("at",), ("on",), ("time",)} or any(map(is_participle, f.said)) or f.says("date", "era", "seen")
    )
    wide = bool(formats.epoch(f.numbers)) and f.stats.distinct >= 3
    return f.stored and wide and moment and not f.says("money", "count", "code", "phone")


def _flag(f: Facts) -> Nature | None:
    if f.stats.distinct > 8:
        return None
    seen = {_lower(v) for v in f.stats.counts} - words()["null_marks"] - {""}
    if not seen or len(seen) > 2 or not any(seen <= pair for pair in _PAIRS):
        return None
    if (f.said[0] if f.said else "") in words()["flag_prefix"]:
        return Nature("flag")
    named = "BOOL" in f.raw.declared.upper() or f.says("flag") or any(map(is_participle, f.said[-1:]))
    if (len(seen) == 2 and not seen <= {"0", "1"}) or seen <= {"yes", "no", "true", "false"}:
        return Nature("flag")
    counted = f.says("measure", "money", "count", "ordinal", "year", "id", "code") or f.plural
    if named and not (counted and "BOOL" not in f.raw.declared.upper()):
        return Nature("flag")
    plain = not counted and not f.heads("category") and not f.head.endswith(_QUALITIES)
    return Nature("flag") if len(seen) == 2 and f.stats.filled >= 8 and plain else None


_QUALITIES = ("ity", "ness", "ment", "tion", "sion", "ance", "ence", "ship")
"""Endings of nouns that have degrees: a "quality" of 0 or 1 is no yes or no."""


def _lower(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def _date(f: Facts) -> Nature | None:
    if f.format in {"date", "datetime", "month"} or f.format.startswith("date:"):
        short = f.format == "date:%Y%m%d" and not f.says("date")
        return None if short else Nature("date", f.format)
    if f.format == "time":
        return Nature("other", "time")
    if _years(f):
        return Nature("date", "year")
    if f.numbers and f.says("date") and _day_numbers(f):
        return Nature("date", "date:%Y%m%d")
    if f.texts and not f.numbers and f.says("date") and formats.some_dates(f.texts):
        return Nature("date")
    return None


def _years(f: Facts) -> bool:
    values = [*f.texts, *(v for v in f.stats.counts if isinstance(v, (int, float)))]
    if not f.numbers or not values:
        return False
    fit = sum(map(formats.is_year, values)) / len(values)
    if f.says("year") and f.stored and fit >= 0.9 and min(f.numbers) >= -5000 and max(f.numbers) <= 2100:
        return True  # a country may be founded before our era
    if fit < 1:
        return False
    if f.says("year"):
        return True
    if f.says("id", "code", "measure", "money", "count", "ordinal"):
        return False
    likely = all(1500 <= n <= 2035 for n in f.numbers)
    return likely and (f.says("era") or (not f.stored and len(values) >= 3 and f.says("date")))


def _day_numbers(f: Facts) -> bool:
    return all(18000101 <= n <= 21001231 and n == n // 1 for n in f.numbers) and all(
        formats.parse_date(str(int(n)), "%Y%m%d") for n in f.numbers[:50]
    )


def _contact(f: Facts) -> Nature | None:
    if f.format in {"email", "url"}:
        return Nature("contact", f.format)
    if f.says("postcode"):
        return Nature("contact", "postcode")
    if f.says("phone") and not f.says("name") and formats.is_phone(f.texts or [str(int(n)) for n in f.numbers], True):
        return Nature("contact", "phone")
    if not f.texts or f.numbers:
        return None
    if formats.is_phone(f.texts, f.says("phone")):
        return Nature("contact", "phone")
    said = set(f.said)
    if f.heads("email") or said & {"homepage", "website"} or said >= {"home", "page"}:
        return Nature("contact")
    if f.heads("address") and not said & {"ip", "mac"}:
        return Nature("contact")
    return None


def _number(f: Facts) -> Nature | None:
    """Columns of numbers: codes and ranks, numbered categories, and what is left: measures."""
    if not f.numbers:
        return None
    if _numbered_code(f):
        return Nature("other" if f.stored else "text", "code")
    if _ranked(f):
        return Nature("category" if _groups(f, 3) else "other")
    whole = all(n == n // 1 for n in f.numbers if abs(n) < 1e15)
    if whole and f.heads("category") and not f.plural and not f.says("money", "count", "measure"):
        return Nature("category" if _groups(f, 1.5) else "other")
    if whole and not _measured(f):
        if f.said and not f.plural and f.heads("person_column", "person", "self_roles"):
            return Nature("other", "code")
        small = f.stats.distinct <= 5 and max(f.numbers) <= 20
        if small and not f.plural and _groups(f, 3):
            return Nature("category")
        if _scattered(f):
            return Nature("other")
    return Nature("measure", _amount(f))


def _ranked(f: Facts) -> bool:
    """Places in an order: ranks, and grades as long as they are few ("reorder level" counts things)."""
    if f.plural or f.says("money"):
        return False
    if f.heads("ordinal"):
        return True
    few = all(n == n // 1 and 0 <= n <= 60 for n in f.numbers)
    counted = any(w in words()["measure"] or w in words()["count"] for w in f.said if w != f.head)
    return few and f.heads("graded") and not counted


def _measured(f: Facts) -> bool:
    declared = f.raw.declared.upper()
    exact = any(w in declared for w in ("DEC", "FLOA", "DOUB", "REAL", "MONEY"))
    return exact or f.says("measure", "money", "count", "percent")


def _numbered_code(f: Facts) -> bool:
    if f.heads("code", "phone") or (f.head in words()["generic_tail"] and not f.plural):
        return True
    if f.said[-1:] in {("number",), ("no",), ("nbr",)} and (len(f.said) > 1 or f.repeats <= 1.2):
        return True
    if not f.texts or _measured(f) or f.format in {"percent", "money"} or f.heads("ordinal"):
        return False
    texts = [t.strip() for t in f.texts]
    padded = any(t.startswith("0") and len(t) > 1 and t.isdecimal() for t in texts)
    even = len({len(t) for t in texts}) == 1 and len(texts[0]) >= 3 and texts[0].isdecimal()
    return padded or even or max(map(len, texts)) > 12


def _scattered(f: Facts) -> bool:
    """Whole numbers that never meet although there is little room: they name things, they don't measure them.

    Among n amounts drawn from r possible ones, n(n-1)/2r pairs are expected to be equal. Where three are expected and
    none occurs, or the numbers simply run through, they are identifiers.
    """
    n, room = len(f.numbers), max(f.numbers) - min(f.numbers) + 1
    if f.stats.distinct < f.stats.filled or n < 5:
        return False
    return n * (n - 1) / (2 * room) >= 3 or room <= 1.2 * n


def _amount(f: Facts) -> str:
    if f.format in {"money", "percent"}:
        return f.format
    if f.says("percent"):
        return "percent"
    if f.says("count") and f.head not in {"total", "sum"} and not f.says("money"):
        return ""
    fraction = any(n != n // 1 for n in f.numbers if abs(n) < 1e15)
    if f.heads("no_money") or (f.said and f.said[-1] in words()["no_money"]):
        return ""
    if f.says("money") and not (f.plural and f.head == "credit"):
        return "money"
    return "money" if f.says("maybe_money") and fraction else ""


def _status(f: Facts) -> Nature | None:
    if not 2 <= f.stats.distinct <= 20 or f.stats.longest > 40 or not f.texts or f.numbers:
        return None
    known = sum(_life(t) for t in f.texts) / len(f.texts)
    if f.heads("status") and f.head not in {"state", "condition", "disposition"} and f.repeats >= 1.2:
        return Nature("status")
    if (f.says("status") and known >= 0.34) or (known >= 0.6 and f.stats.distinct >= 2 and f.repeats >= 1.5):
        return Nature("status")
    return None


def _life(text: str) -> bool:
    lower = text.lower()
    pieces = "".join(c if c.isalnum() else " " for c in lower).split()
    return bool(pieces) and (pieces[0] in words()["status_values"] or "".join(pieces) in words()["status_values"])


def _category(f: Facts) -> Nature | None:
    if f.stats.longest > 80 or not f.texts or f.stats.distinct < 2:
        return None
    if f.says("measure", "count") and not f.heads("category") and any(c.isdigit() for t in f.texts for c in t):
        return None  # amounts in writing: "50/60"
    if {"first", "last", "middle", "full", "given", "family"} & set(f.said) and "name" in f.said:
        return None
    if f.head in words()["generic_tail"]:
        return Nature("category") if f.stats.distinct <= CLOSED_VALUES and _groups(f, 4) else None
    if f.heads("text", "name", "code"):
        return Nature("category") if f.stats.distinct <= 30 and _groups(f, 4) else None
    if f.heads("category"):
        tiny = f.stats.filled <= 30 and f.stats.distinct <= 0.7 * f.stats.filled
        few = f.stats.distinct <= MOST_GROUPS and _groups(f, 1.5)
        return Nature("category") if tiny or few else None
    return Nature("category") if f.stats.distinct <= 60 and f.stats.longest <= 60 and _groups(f, 3) else None


def _groups(f: Facts, times: float) -> bool:
    """Values repeat often enough to group rows by; tables of a few rows need a little less."""
    if f.stats.filled < 12:
        return 1 < f.stats.distinct <= max(2, f.stats.filled // 2) and f.repeats >= min(times, 2)
    return f.repeats >= times and f.stats.filled > 2


def _text(f: Facts) -> Nature | None:
    place = f.heads("category", "open") and not any(c.isdigit() for t in f.texts for c in t)
    if f.heads("code", "id") or (formats.is_code(f.texts) and not place):
        return Nature("text", "code")
    role = words().map("link_roles").get(" ".join(f.said), "")
    named = f.heads("person_column") or (f.head == "name" and f.says("person_column"))
    sure = named or role in words()["person_column"]
    person = (sure or "name" in f.said) and formats.personal(f.texts, sure)
    return Nature("text", "person" if person else f.format)


RULES: tuple[Callable[[Facts], Nature | None], ...] = (
    *(_empty, _opaque, _flag, _date, _contact, _number, _status, _category, _text),
)


def nature(f: Facts) -> Nature:
    """A column's role and format."""
    found = next(n for n in (rule(f) for rule in RULES) if n is not None)
    if f.place in {"key", "reference"}:
        return Nature("key" if f.place == "key" else "reference", found.format if found.role == "text" else "")
    named = f.head in words()["generic_tail"] or bool(f.numbers) or found.role not in {"text", "category", "status"}
    if f.place == "part" and named and found.role != "date":
        return Nature("key", found.format)
    return found


def sorts(f: Facts, found: Nature) -> bool:
    """Whether `ORDER BY` means the right order for all non-NULL values."""
    if f.stored:
        return True
    if not f.texts or set(f.stats.types) != {"TEXT"} or len(f.texts) < len(f.stats.counts):
        return False
    return formats.date_sorts(found.format, f.texts)


def extremes(f: Facts, found: Nature) -> tuple[Any, Any]:
    """The least and the most value by what they mean, as they are stored."""
    read: Callable[[str], Any] | None = None
    if f.type == "TEXT" and found.role == "measure":
        read = formats.number
    elif f.texts and found.format.startswith("date:") and found.format[5:] not in formats.SORTED_DATES:
        read = partial(formats.parse_date, pattern=found.format[5:])
    if read is None:
        return f.stats.least, f.stats.most
    known = [(value, t) for t in f.texts if (value := read(t.strip())) is not None]
    return (min(known)[1], max(known)[1]) if known else (f.stats.least, f.stats.most)


def closed(f: Facts, found: Nature) -> bool:
    """Whether the values seen are a small closed vocabulary."""
    if found.role not in {"category", "status", "flag"} or not f.stats.whole:
        return False
    if any(isinstance(v, str) and not v.strip() for v in f.stats.counts) or f.stats.longest > CLOSED_LENGTH:
        return False
    if found.role == "flag":
        return f.stats.distinct == 2
    few = f.stats.distinct <= CLOSED_VALUES and f.repeats >= (2 if found.role == "status" else 3)
    return few and f.stats.distinct > 1 and (found.role == "status" or not f.says("open"))
