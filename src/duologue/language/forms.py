"""Which lines of a grammar a need is worded by."""

from duologue.language.weighed import compares
from duologue.types import Need

__all__ = ["form_of", "is_assigned", "is_special"]


def form_of(need: Need) -> str:
    """Which lines of a grammar a need is worded by: its family, and what sets it apart within it."""
    family = need.meaning.family
    if need.against is not None:
        return f"held_{need.against.how}"
    if need.among is not None:
        return f"{family}_{need.among.kind}"
    if is_special(need):
        base = "assign" if is_assigned(need) else family
        return f"{base}_{'if' if need.when is not None else need.amends or 'each'}"
    if family == "set" and not any(k.endswith(":value") for k in need.values):
        return "assign" if is_assigned(need) else "set_partial"
    if family == "top" and need.meaning.group:
        return "ranking"
    if compares(need) or (
        need.pick is not None and family in ("related", "search", "total", "count", "ratio", "missing")
    ):
        return f"{family}_best"
    return family


def is_special(need: Need) -> bool:
    """It is more than a plain wish about one row: it hangs on a condition or on what was done before, or is about several rows."""
    return need.when is not None or bool(need.amends) or any(m.each for m in need.mentions)


def is_assigned(need: Need) -> bool:
    """A row comes to refer to another one. A row that is named by those it joins mentions these alone."""
    return len(need.mentions) > 1 and any(m.table == need.meaning.table for m in need.mentions)
