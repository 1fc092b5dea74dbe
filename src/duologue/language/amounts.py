"""Durations and sizes as people say them: 282,671 milliseconds are "4:43", 7,911,090 bytes "7.9 MB".

What is said is less exact than what is stored, so it is for telling, never for a value that is to be set or looked for. `amounts_in` finds
such amounts again, in the unit of the column and as exact as they were said; which units there are the catalog says. A clock time behind
which half a day is named ("4:30 pm") is none.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from duologue.language.reading import Number
from duologue.types import Json

__all__ = ["amounts_in", "is_amount", "shortly"]

_SECONDS = {"milliseconds": 1000, "millisecond": 1000, "ms": 1000, "seconds": 1, "second": 1, "s": 1, "sec": 1}
"""Units of a duration → how many are a second."""
_BYTES = frozenset(["bytes", "byte"])
_SIZES = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_LEAST = 10_000
"""Bytes below it are said as they are."""
_CLOCK = re.compile(r"(?<![\w:.,/-])(?:(\d{1,6}):(?=\d\d:))?(\d{1,2}):([0-5]\d)(?!\w|:\d|\.\d|\s?[ap]\.?m\b)")
_SIZE = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.(\d+))?) ?([KMGT]B)\b")


def is_amount(unit: str) -> bool:
    """Whether amounts of this unit are said in another way than they are kept."""
    return unit in _SECONDS or unit in _BYTES


def shortly(value: Json, unit: str) -> str:
    """An amount as people say it; empty where it is said as it is kept: below a minute, below some thousand bytes, below nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return ""
    if unit in _SECONDS:
        return _clock(int(value / _SECONDS[unit] + 0.5))
    if unit not in _BYTES or value < _LEAST:
        return ""
    name = next((n for n, size in reversed(_SIZES.items()) if round(value / size, 1) >= 1), "")
    return f"{value / _SIZES[name]:,.1f} {name}"


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}" if minutes else ""
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


@lru_cache(maxsize=4_096)
def _said(text: str) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    """The durations (in seconds) and the sizes (in bytes) of a text. Decimals below nought say how far a figure is rounded."""
    clocks = [
        Number(int(m[1] or 0) * 3600 + int(m[2]) * 60 + int(m[3]), 0, m.start(), m.end(), m[0])
        for m in _CLOCK.finditer(text)
    ]
    sizes = []
    for m in _SIZE.finditer(text):
        scale, decimals = _SIZES[m[3]], len(m[2] or "")
        exact = len(f"{scale:.0f}") - 1 - decimals
        sizes.append(Number(round(float(m[1].replace(",", "")) * scale), -exact, m.start(), m.end(), m[0]))
    return tuple(clocks), tuple(sizes)


def amounts_in(text: str, units: Collection[str]) -> tuple[Number, ...]:
    """The amounts of a text in the units that there are: a figure that is good to the thousand has -3 decimals."""
    if not units or not (":" in text or "B" in text):
        return ()
    clocks, sizes = _said(text)
    out = []
    for per in sorted({_SECONDS[u] for u in units if u in _SECONDS}):
        exact = len(str(per)) - 1
        out += [Number(n.value * per, -exact, n.start, n.end, n.text) for n in clocks]
    return (*out, *(sizes if any(u in _BYTES for u in units) else ()))
