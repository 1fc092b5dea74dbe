"""Values known only at run time: `"$2.rows[0].order_id"` is the value at that path of the result of step 2.

Steps count from 1. A path is made of `.field`, `["any field"]` and `[index]`; the same paths, without the step, say where
in a result an argument came from (`Origin.path`). A text that really begins with "$" is written with two: "$$5 off".
Placeholders stand for whole values, also inside lists and objects, never for a part of a text.
"""

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache

from duologue.errors import StageError
from duologue.kept import Kept
from duologue.types import Json

__all__ = [
    "as_compared", "escape", "find_path", "held_in", "leaves", "parse", "placeholder", "references", "resolve", "value_at",
    "values_at",
]  # fmt: skip

_PLACEHOLDER = re.compile(r"\$(\d+)(?=[.\[]|\Z)(.*)\Z", re.DOTALL)
_PART = re.compile(r'\.?([^.\[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')
_PLAIN_FIELD = re.compile(r"[^\W\d]\w*\Z")


def placeholder(step: int, path: str) -> str:
    """The argument that stands for `path` of the result of `step`."""
    return f"${step}{path if path.startswith('[') or not path else '.' + path}"


def escape(value: Json) -> Json:
    """The same value with texts that begin with "$" written so that they are no placeholders."""
    if isinstance(value, str):
        return "$" + value if value.startswith("$") else value
    if isinstance(value, list):
        return [escape(v) for v in value]
    if isinstance(value, dict):
        return {k: escape(v) for k, v in value.items()}
    return value


def parse(text: Json) -> tuple[int, str] | None:
    """The step and path of a placeholder; None for any other value."""
    if not isinstance(text, str) or not text.startswith("$") or text.startswith("$$"):
        return None
    found = _PLACEHOLDER.match(text)
    return (int(found[1]), found[2].removeprefix(".")) if found else None


def references(arguments: Json) -> set[int]:
    """The steps whose results the arguments need."""
    found: set[int] = set()
    _refer(arguments, found)
    return found


def _refer(value: Json, found: set[int]) -> None:
    if isinstance(value, str):
        if value.startswith("$") and (parsed := parse(value)) is not None:
            found.add(parsed[0])
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            _refer(part, found)


def resolve(arguments: Json, results: Mapping[int, Json]) -> Json:
    """Put values in the place of placeholders. `results` holds what each step (from 1) returned.

    Raises `StageError` ("plan", "placeholder") naming the placeholder whose step has no result or whose path leads nowhere.
    """
    if isinstance(arguments, str):
        if not arguments.startswith("$"):
            return arguments
        found = parse(arguments)
        if found is None:
            return arguments[1:] if arguments.startswith("$$") else arguments
        step, path = found
        if step not in results:
            raise StageError("plan", "placeholder", f"{arguments}: step {step} has no result")
        try:
            return value_at(results[step], path)
        except LookupError as problem:
            raise StageError("plan", "placeholder", f"{arguments}: {problem}") from problem
    if isinstance(arguments, dict):
        return {k: resolve(v, results) for k, v in arguments.items()}
    if isinstance(arguments, list):
        return [resolve(v, results) for v in arguments]
    return arguments


def _parts(path: str) -> Iterator[str | int]:
    at = 0
    while at < len(path):
        found = _PART.match(path, at)
        if found is None:
            raise LookupError(f"{path!r} is no path")
        at = found.end()
        yield found[1] if found[1] is not None else int(found[2]) if found[2] is not None else json.loads(found[3])


def value_at(result: Json, path: str) -> Json:
    """The value at a path; the whole result for the empty path. Raises `LookupError` saying where the way ends."""
    for part in _parts(path):
        if isinstance(part, int) and isinstance(result, list):
            if part >= len(result):
                raise LookupError(f"no item {part} at {path!r}, only {len(result)}")
            result = result[part]
        elif isinstance(part, str) and isinstance(result, dict):
            if part not in result:
                raise LookupError(f"no field {part!r} at {path!r}")
            result = result[part]
        else:
            raise LookupError(f"{path!r} leads into a plain value at {part!r}")
    return result


def values_at(result: Json, path: str) -> Iterator[Json]:
    """The values at a path, the one it names first, then those with other places in the lists on the way; none where it leads
    nowhere."""
    try:
        parts = list(_parts(path))
    except LookupError:
        return
    yield from _values_along(result, parts)


def _values_along(result: Json, parts: list[str | int]) -> Iterator[Json]:
    if not parts:
        yield result
    elif isinstance(parts[0], int) and isinstance(result, list):
        named = parts[0]
        for number in sorted(range(len(result)), key=lambda n: n != named):
            yield from _values_along(result[number], parts[1:])
    elif isinstance(parts[0], str) and isinstance(result, dict) and parts[0] in result:
        yield from _values_along(result[parts[0]], parts[1:])


def leaves(result: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every plain value of a result with its path, in order."""
    found: list[tuple[str, Json]] = []
    _gather(result, path, found)
    return iter(found)


def _gather(value: Json, path: str, found: list[tuple[str, Json]]) -> None:
    """`leaves` of a value, into a list: a generator in a generator would take twice as long."""
    if isinstance(value, dict):
        for key, part in value.items():
            first, further = _steps(key)
            _gather(part, path + further if path else first, found)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _gather(part, f"{path}[{index}]", found)
    else:
        found.append((path, value))


@lru_cache(maxsize=4_096)
def _steps(key: str) -> tuple[str, str]:
    """How a path goes to a field: at its beginning, and further on."""
    return (key, f".{key}") if _PLAIN_FIELD.match(key) else (f"[{json.dumps(key)}]",) * 2


def as_compared(value: Json) -> Hashable:
    """What is equal for plain values that count as the same: a number and its text; a yes or no only itself."""
    if value is None or isinstance(value, bool):
        return (value,)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


held_in: Kept[Json, frozenset[Hashable]] = Kept(
    lambda result: frozenset([as_compared(value) for _, value in leaves(result)]), 1_024
)
"""Every plain value of a result, as it is compared."""


def find_path(result: Json, value: Json, field: str = "") -> str | None:
    """The path of the first plain value equal to `value` (1 equals 1.0, not True), preferring fields named `field`."""
    first: str | None = None
    for path, leaf in leaves(result):
        if leaf == value and isinstance(leaf, bool) == isinstance(value, bool):
            if not field or path.endswith(field):
                return path
            first = path if first is None else first
    return first
