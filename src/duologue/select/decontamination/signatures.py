"""Tools that are the same whatever their descriptions say: by name and parameters together, or by parameters that are rare.

A *signature* holds no prose: the words of the name, and of the parameters their names, types, which are required, values of
enumerations and what is nested in what. Each feature weighs by its rarity among the benchmark's tools, a parameter's type and
whether it is required less than its name, since they follow from it. A benchmark can't tell what is everyday outside it (`order_id` may
stand in few of its tools), so verbs, names that any tool may have, single letters, and a thing's id, name or date weigh a
quarter.

Two shares come of it, and two weights: of the parameters alone, and of the parameters with the name where the name is the same.
`get_user(user_id)` is then all shared and weighs next to nothing, with its name or without.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import log
from typing import Any, Final

from msgspec import Struct

from duologue.select.decontamination.likeness import ANY_TOOLS, UNSEEN, VERBS, name_words, schema_type, split_name
from duologue.select.decontamination.shapes import BenchmarkTool

_FACTORS: Final = {"w": 1.0, "p": 1.0, "e": 1.0, "n": 0.5, "t": 0.5, "r": 0.25}
"""Words of the name, parameters, values, nesting, types, required."""
_EVERYDAY: Final = 0.25
_OF_A_THING: Final = frozenset(("id", "name", "date", "number", "type", "status", "code", "count", "email"))
_PLACES: Final = 2
"""Words up to which such a name is everyday: `order id`, but not `primary contact id`."""
_DEEPEST = 12
_MOST_FEATURES = 2_000


class Signed(Struct, frozen=True):
    """A benchmark's tool with a signature like ours. `weight` is that of the parameters shared; `named` says that the names
    are the same, and what the name weighs besides."""

    tool: BenchmarkTool
    share: float
    weight: float
    named: float | None
    shared: tuple[str, ...]
    """The heaviest features in common, readable."""


class SignatureIndex:
    """The tools of a benchmark by their signatures; those that differ in prose only are one."""

    def __init__(self, tools: Iterable[BenchmarkTool]) -> None:
        self._tools: list[tuple[BenchmarkTool, tuple[str, ...], frozenset[str]]] = []
        self._where: dict[str, list[int]] = {}
        self._named: dict[str, int] = {}
        seen: set[tuple[tuple[str, ...], frozenset[str]]] = set()
        for tool in tools:
            if tool.parameters is None:
                continue
            name, held = name_words(tool.name), signature(tool.parameters)
            if not held or (name, held) in seen:
                continue
            seen.add((name, held))
            for feature in sorted(held):
                self._where.setdefault(feature, []).append(len(self._tools))
            for word in sorted({*name}):
                self._named[word] = self._named.get(word, 0) + 1
            self._tools.append((tool, name, held))
        self._weights = [self._weight(held) for *_, held in self._tools]

    def like(self, name: str, parameters: Mapping[str, Any], least: float) -> Iterator[Signed]:
        """Tools whose parameters share at least `least`."""
        ours, words = signature(parameters), name_words(name)
        weight = self._weight(ours)
        shared: dict[int, list[str]] = {}
        for feature in sorted(ours):
            for number in self._where.get(feature, ()):
                shared.setdefault(number, []).append(feature)
        for number, both in shared.items():
            common = self._weight(both)
            share = 2 * common / (weight + self._weights[number])
            if share >= least:
                tool, theirs, _ = self._tools[number]
                heaviest = sorted(both, key=lambda feature: (-self._rarity(feature), feature))
                named = sum(map(self._name_rarity, sorted({*words}))) if words == theirs else None
                yield Signed(tool, share, common, named, tuple(map(_readable, heaviest[:6])))

    def _weight(self, held: Iterable[str]) -> float:
        return sum(map(self._rarity, sorted(held)))

    def _rarity(self, feature: str) -> float:
        kind, _, value = feature.partition(":")
        rarity = self._rare(len(self._where.get(feature, ()))) * _FACTORS[kind]
        return rarity * _EVERYDAY if kind in "ptr" and _is_everyday(value.partition("=")[0]) else rarity

    def _name_rarity(self, word: str) -> float:
        rarity = self._rare(self._named.get(word, 0)) * _FACTORS["w"]
        return rarity * _EVERYDAY if word in VERBS or word in ANY_TOOLS else rarity

    def _rare(self, times: int) -> float:
        return log((len(self._tools) + UNSEEN) / (times + 1))


def signature(parameters: Mapping[str, Any]) -> frozenset[str]:
    """The features of a schema without its prose."""
    found: dict[str, None] = {}
    _gather(parameters, "", found, 0)
    return frozenset(list(found)[:_MOST_FEATURES])


def _gather(schema: Any, under: str, found: dict[str, None], depth: int) -> None:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    for value in schema["enum"] if isinstance(schema.get("enum"), list) else ():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found[f"e:{str(value).casefold()[:80]}"] = None
    properties, required = schema.get("properties"), schema.get("required")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        spoken = " ".join(split_name(name)) or name
        found[f"p:{spoken}"] = None
        if isinstance(inner, dict):
            found[f"t:{spoken}={schema_type(inner)}"] = None
        if isinstance(required, list) and name in required:
            found[f"r:{spoken}"] = None
        if under:
            found[f"n:{under} > {spoken}"] = None
        _gather(inner, spoken, found, depth + 1)
    _gather(schema.get("items"), under, found, depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        for inner in schema[key] if isinstance(schema.get(key), list) else ():
            _gather(inner, under, found, depth + 1)


def _is_everyday(spoken: str) -> bool:
    parts = spoken.split()
    if not parts or len(spoken) == 1:
        return True
    return spoken in ANY_TOOLS or (len(parts) <= _PLACES and parts[-1] in _OF_A_THING)


def _readable(feature: str) -> str:
    kind, _, value = feature.partition(":")
    told = {"p": f"parameter {value}", "t": value.replace("=", ": "), "e": f"value {value}"}
    return told.get(kind, f"required {value}" if kind == "r" else value)
