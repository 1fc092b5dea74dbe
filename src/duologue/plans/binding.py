"""From a need and the rows it is about to the arguments of a call, each with where it came from."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from duologue.kept import Kept
from duologue.plans.memory import Known
from duologue.types import Json, Mention, Need, Slot, Tool


class Bound(Struct, frozen=True):
    """One argument: its value, and the known row and column it was read from (None where it was said)."""

    value: Json
    row: Known | None = None
    column: str = ""


class Missing(Struct, frozen=True):
    """A parameter that nothing said so far can fill."""

    parameter: str
    slot: Slot


def mention_slots(inputs: Mapping[str, Slot]) -> tuple[tuple[str, Slot, int], ...]:
    """The parameters that need a row: name, slot, and which mention of that table (0 = the first) it takes.

    Parameters of one composite key share a mention; two parameters for the same key column take two.
    """
    return _mention_slots(inputs)


def _find_mention_slots(inputs: Mapping[str, Slot]) -> tuple[tuple[str, Slot, int], ...]:
    seen: dict[tuple[str, str], int] = {}
    out = []
    for name, slot in inputs.items():
        if slot.use == "key":
            nth = seen.get((slot.table, slot.column), 0)
            seen[slot.table, slot.column] = nth + 1
            out.append((name, slot, nth))
    return tuple(out)


_mention_slots: Kept[Mapping[str, Slot], tuple[tuple[str, Slot, int], ...]] = Kept(_find_mention_slots, 1_024)


def bind(
    tool: Tool, inputs: Mapping[str, Slot], need: Need, rows: Sequence[Known | None]
) -> tuple[dict[str, Bound], list[Missing]]:
    """The arguments of `tool` that serve `need`; `inputs` are those of the index, `rows[i]` is what `need.mentions[i]` resolved to.

    Optional parameters nobody spoke of are left out. What is required and unknown is listed as missing.
    """
    bound: dict[str, Bound] = {}
    required = set(tool.parameters.get("required", ()))
    missing: list[Missing] = []
    keyed = {name: (slot, nth) for name, slot, nth in mention_slots(inputs)}
    for name, slot in inputs.items():
        if name in keyed:
            value = _from_row(slot, _nth(need.mentions, rows, slot.table, keyed[name][1]))
        else:
            value = _said(slot, need)
            if value is None and (slot.use == "equals" or (slot.use == "match" and need.meaning.family == "find")):
                value = _from_row(slot, _nth(need.mentions, rows, slot.table, 0))
        if value is not None:
            bound[name] = Bound(_coerce(tool, name, value.value), value.row, value.column)
        elif name in required:
            missing.append(Missing(name, slot))
    return bound, missing


def _nth(
    mentions: Sequence[Mention], rows: Sequence[Known | None], table: str, nth: int
) -> tuple[Mention, Known | None] | None:
    fits = [(m, r) for m, r in zip(mentions, rows, strict=True) if m.table == table]
    return fits[nth] if nth < len(fits) else None


def _from_row(slot: Slot, found: tuple[Mention, Known | None] | None) -> Bound | None:
    if found is None:
        return None
    mention, row = found
    if row is not None and row.values.get(slot.column) is not None:
        return Bound(row.values[slot.column], row, slot.column)
    if slot.column in mention.by:
        return Bound(mention.by[slot.column])
    return None


def _said(slot: Slot, need: Need) -> Bound | None:
    value = need.values.get(f"{slot.table}.{slot.column}:{slot.use}")
    return None if value is None else Bound(value)


def _coerce(tool: Tool, parameter: str, value: Json) -> Json:
    """The value in the type the parameter declares, where nothing is lost by it."""
    declared = tool.parameters.get("properties", {}).get(parameter, {}).get("type")
    types = declared if isinstance(declared, list) else [declared]
    if "string" in types and isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    if "integer" in types and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if "integer" in types and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def bound_values(bound: dict[str, Bound], tool: Tool) -> dict[str, Json]:
    """What a write would set. A write that takes no values (a removal, a link), or none without a default, counts as having them."""
    values = {k: b.value for k, b in bound.items() if tool.inputs[k].use != "key"}
    properties = tool.parameters.get("properties", {})
    takes = [k for k, s in tool.inputs.items() if s.use == "value" and "default" not in properties.get(k, {})]
    keys = [k for k in bound if tool.inputs[k].use == "key"]
    return values or ({k: bound[k].value for k in keys} if not takes or len(keys) > 1 else {})
