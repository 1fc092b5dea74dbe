"""The latest date the data holds: the "today" near which conversations take place.

Dates of what happened count first; dates of what is planned (due, expiry) next, then dates of birth and death, and
years alone last. Dates beyond `HORIZON` are stand-ins for "never" and don't count.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from duologue.catalog import formats
from duologue.catalog.words import words

HORIZON = "2036"
PLANNED, BIRTH, YEAR = 1, 2, 3


def latest(dates: Iterable[tuple[str, list[str], Iterable[object]]]) -> str:
    """The latest date as ISO text. `dates`: format, words of the name and values of each date column."""
    best: dict[int, str] = {}
    for format, said, values in dates:
        found = max((d for d in (_iso(format, v) for v in values) if d and "1000" < d < HORIZON), default="")
        rank = YEAR if format == "year" else _rank(said)
        if found > best.get(rank, ""):
            best[rank] = found
    return next((best[rank] for rank in sorted(best)), "")


def _rank(said: list[str]) -> int:
    lower = {w.lower() for w in said}
    if lower & words()["birth"]:
        return BIRTH
    return PLANNED if lower & words()["planned"] else 0


def _iso(format: str, value: object) -> str:
    if format in {"date", "datetime"}:
        return value[:19] if isinstance(value, str) and value[:4].isdecimal() else ""
    if format in {"epoch", "epoch_ms"} and isinstance(value, (int, float)):
        seconds = value / (1000 if format == "epoch_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    if format == "month":
        return f"{value}-28" if isinstance(value, str) else ""
    if format == "year":
        return f"{int(float(value))}-12-31" if formats.is_year(value) and isinstance(value, (int, float, str)) else ""
    if not format:
        return _any(value)
    if not format.startswith("date:") or not any(y in format for y in ("%Y", "%y")):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    moment = formats.parse_date(text.strip(), format[5:])
    if moment is None:
        return ""
    return moment.isoformat(sep=" ") if "%H" in format or "%I" in format else moment.date().isoformat()


def _any(value: object) -> str:
    """One date of a column that writes its dates in several ways; months and days alone don't count."""
    pattern = formats.date_pattern([value.strip()]) if isinstance(value, str) and value.strip() else ""
    return _iso(pattern, value) if "%d" in pattern else ""
