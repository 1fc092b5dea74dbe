"""Units and currencies beside a figure: whether "45 g" can tell of 45 kg.

It can't, and "45,000 g" can. A unit that nobody knows, or none at all, speaks against nothing.
"""

import re

__all__ = ["factor", "has_kin"]

_SCALES: dict[str, dict[str, float]] = {
    "mass": {"mg": 1e-3, "g": 1, "gram": 1, "gramme": 1, "kg": 1e3, "kilo": 1e3, "kilogram": 1e3, "t": 1e6, "tonne": 1e6, "oz": 28.349523125, "ounce": 28.349523125, "lb": 453.59237, "pound": 453.59237},
    "length": {"mm": 1e-3, "millimetre": 1e-3, "millimeter": 1e-3, "cm": 1e-2, "centimetre": 1e-2, "centimeter": 1e-2, "m": 1, "metre": 1, "meter": 1, "km": 1e3, "kilometre": 1e3, "kilometer": 1e3, "inch": 0.0254, "inches": 0.0254, "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "yard": 0.9144, "mi": 1609.344, "mile": 1609.344},
    "volume": {"ml": 1e-3, "cl": 1e-2, "dl": 1e-1, "l": 1, "litre": 1, "liter": 1, "gal": 3.785411784, "gallon": 3.785411784},
    "time": {"ms": 1e-3, "millisecond": 1e-3, "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "day": 86400, "week": 604800},
    "data": {"byte": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
}  # fmt: skip
_OF = {name: (kind, size) for kind, sizes in _SCALES.items() for name, size in sizes.items()}
_MONEY = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "¥": "JPY", "jpy": "JPY",
    "yen": "JPY", "chf": "CHF", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "₹": "INR", "inr": "INR", "rupee": "INR", "cad": "CAD", "aud": "AUD",
}  # fmt: skip
_NAMES = frozenset((*_OF, *_MONEY))
_UNSURE = frozenset(["pound", "pounds", "second", "foot", "min"])
"""Words that mean other things as well, as do single letters."""
_AFTER = re.compile(r"[ -]?([A-Za-z]{1,12}|[$£€¥₹])(?![\w/])")
_BEFORE = re.compile(r"(US\$|[$£€¥₹]|\b[A-Z]{3}) ?\Z")


def has_kin(unit: str) -> bool:
    """Whether a unit has others of its kind, so that `factor` may be another than 1."""
    return _singular(unit.lower()) in _NAMES


def factor(text: str, start: int, end: int, unit: str) -> float:
    """By what to multiply the figure at [start, end) to have it in a column's unit; 0 where the unit beside it is of another kind."""
    unit = _singular(unit.lower())
    if unit in _MONEY:
        return 1.0 if _money(text, start, end) in ("", _MONEY[unit]) else 0.0
    if unit not in _OF:
        return 1.0
    found = _AFTER.match(text, _digits_end(text, start, end))
    said = _OF.get(_singular(found[1].lower())) if found is not None else None
    if said is None or found is None:
        return 1.0
    kind, size = _OF[unit]
    if said[0] == kind:
        return said[1] / size
    return 1.0 if len(found[1]) < 3 or found[1].lower() in _UNSURE else 0.0


def _digits_end(text: str, start: int, end: int) -> int:
    """Where the figure proper ends: units may be glued to it."""
    while end > start and not text[end - 1].isdigit():
        end -= 1
    return end


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and word[:-1] in _NAMES else word


def _money(text: str, start: int, end: int) -> str:
    """The currency beside a figure; empty where there is none."""
    sign = text[start] if text[start : start + 1] in tuple("$£€¥₹") else ""
    before = _BEFORE.search(text, max(0, start - 5), start)
    after = _AFTER.match(text, _digits_end(text, start, end))
    for word in (sign, before[1] if before else "", after[1] if after else ""):
        code = _MONEY.get(_singular(word.lower())) if word else None
        if code:
            return code
    return ""
