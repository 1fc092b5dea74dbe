"""The moment a scenario takes place: when the source says it is, else near the latest dates of its data, in working hours."""

import datetime

from duologue.catalog.model import Catalog
from duologue.ids import derive_seed, rng
from duologue.types import ClockSpec, Json

TO_THE_MINUTE = 16
"""Characters of a moment that say it to the minute."""
_WITHOUT_DATES = datetime.datetime(2025, 1, 6, 9, 0)


def scenario_clock(catalog: Catalog, seed: int) -> ClockSpec:
    """A clock that starts within the hour after the moment the data is of. Where that is not known: up to three weeks after the
    latest date it holds; without dates, some time in 2025."""
    dice = rng(seed, "clock")
    if catalog.now:
        start = datetime.datetime.fromisoformat(catalog.now) + datetime.timedelta(seconds=dice.randint(0, 3599))
        return ClockSpec(start.strftime("%Y-%m-%dT%H:%M:%S"), derive_seed(seed, "ticks"))
    if catalog.latest:
        day = datetime.datetime.fromisoformat(catalog.latest).replace(
            tzinfo=None, hour=0, minute=0, second=0, microsecond=0
        )
        start = day + datetime.timedelta(days=dice.randint(1, 20))
    else:
        start = _WITHOUT_DATES.replace(hour=0) + datetime.timedelta(days=dice.randint(0, 330))
    while start.weekday() > 4:
        start += datetime.timedelta(days=1)
    start += datetime.timedelta(hours=dice.randint(8, 17), minutes=dice.randint(0, 59), seconds=dice.randint(0, 59))
    return ClockSpec(start.strftime("%Y-%m-%dT%H:%M:%S"), derive_seed(seed, "ticks"))


def is_since(value: Json, now: str) -> bool:
    """A date or time from `now` on."""
    text = value.replace("T", " ")[:TO_THE_MINUTE] if isinstance(value, str) else ""
    return text[:4].isdigit() and "-" in text[4:5] and text >= now[: len(text)]
