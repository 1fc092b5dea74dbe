"""The values a catalog shows of a column: all that matter of a category, a handful of anything else."""

import math
from typing import Any

from duologue.catalog.statistics import COMMON, ColumnStats
from duologue.types import Json

HANDFUL = 5
LONGEST = 100
_REPLACED = "�"


def json_value(value: Any) -> Json:
    """A value as JSON can hold it; `None` for bytes, infinities, mended or very long text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if len(value) <= LONGEST and _REPLACED not in value else None
    return value if isinstance(value, int) else None


def examples(stats: ColumnStats, role: str) -> tuple[Json, ...]:
    """Values of a category, status or flag, commonest first; of other columns a few, evenly spaced."""
    shown = [v for v in stats.counts if json_value(v) is not None and v != ""]
    if role in {"category", "status", "flag"}:
        return tuple(shown[:COMMON])
    step = max(1, len(shown) // HANDFUL)
    return tuple(shown[::step][:HANDFUL])
