"""Tools that are the same under another name.

A tool's schema is a bag of features: the name of each parameter (as words, so `orderId` is `order_id`), the name with its type, each
value of an enumeration, and word pairs of the descriptions. The tool's own name is not among them. Each feature weighs by
how rare it is among the benchmark's tools (the logarithm of the inverse frequency), and names that any tool may have (`id`,
`limit`, `query`) weigh a quarter. Two numbers come of it: the *share*, twice what is shared over what both weigh together, and its
*weight*, which says whether what is shared could be chance: a schema of one `id` string is all shared and weighs nothing.

Names are compared apart from that: as words without order, verbs that mean the same made one (`getOrder` is `order_fetch`).
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log
from typing import Any

from msgspec import Struct

from duologue.select.decontamination.shapes import BenchmarkTool
from duologue.select.decontamination.words import skeleton

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_VERBS = (
    "get fetch read retrieve view show lookup look load obtain open describe",
    "find search query list filter select browse",
    "create add new insert make register book place open",
    "update set change modify edit put correct revise alter",
    "delete remove drop erase clear discard",
    "cancel abort revoke",
    "send post submit",
    "calculate compute calc determine figure",
    "count tally number",
)
_VERB = {verb: group.split()[0] for group in reversed(_VERBS) for verb in group.split()}
VERBS = frozenset(_VERB.values())
"""As which a verb stands in the words of a name."""
_ANY = (
    "id name key query limit offset page size count number type value date text title description status start end from to sort order by"
    " filter user keyword max min format unit language mode content data url path message email"
)
ANY_TOOLS = frozenset((*_ANY.split(), "start date", "end date", "user id", "page size", "sort by", "order by"))
UNSEEN = 200
"""Tools that are thought beside the benchmark's: in one of three tools, a feature that stands in one is still rare."""
_LITTLE = 0.25
_TYPES = {
    "dict": "object",
    "float": "number",
    "integer": "number",
    "int": "number",
    "tuple": "array",
    "list": "array",
    "str": "string",
    "bool": "boolean",
}
_DEEPEST = 12
_MOST_FEATURES = 2_000


class Likeness(Struct, frozen=True):
    """A benchmark's tool that is like one of ours. `weight` is that of what they share."""

    tool: BenchmarkTool
    share: float
    weight: float
    shared: tuple[str, ...]
    """The heaviest features in common, readable."""


class ToolIndex:
    """The tools of a benchmark, each once, to be found by name and by schema."""

    def __init__(self, tools: Iterable[BenchmarkTool]) -> None:
        self._by_name: dict[tuple[str, ...], BenchmarkTool] = {}
        self._tools: list[tuple[BenchmarkTool, frozenset[str]]] = []
        self._where: dict[str, list[int]] = {}
        kinds: set[frozenset[str]] = set()
        for tool in tools:
            self._by_name.setdefault(name_words(tool.name), tool)
            if tool.parameters is None:
                continue
            held = features(tool.description, tool.parameters)
            if held in kinds:
                continue
            kinds.add(held)
            for feature in sorted(held):
                self._where.setdefault(feature, []).append(len(self._tools))
            self._tools.append((tool, held))
        self._weights = [self._weight(held) for _, held in self._tools]

    def __len__(self) -> int:
        return len(self._tools)

    def named(self, name: str) -> BenchmarkTool | None:
        """A tool whose name has the same words."""
        return self._by_name.get(name_words(name))

    def like(self, description: str, parameters: Mapping[str, Any], least: float) -> list[Likeness]:
        """Tools whose schemas share at least `least`, the likest first."""
        ours = features(description, parameters)
        weight = self._weight(ours)
        shared: dict[int, list[str]] = {}
        for feature in sorted(ours):
            for number in self._where.get(feature, ()):
                shared.setdefault(number, []).append(feature)
        found = []
        for number, both in shared.items():
            common = self._weight(both)
            share = 2 * common / (weight + self._weights[number])
            if share >= least:
                heaviest = sorted(both, key=lambda feature: (-self._rarity(feature), feature))
                found.append(Likeness(self._tools[number][0], share, common, tuple(map(readable, heaviest[:6]))))
        return sorted(found, key=lambda likeness: -likeness.share)

    def _weight(self, held: Iterable[str]) -> float:
        return sum(map(self._rarity, sorted(held)))

    def _rarity(self, feature: str) -> float:
        rarity = log((len(self._tools) + UNSEEN) / (len(self._where.get(feature, ())) + 1))
        kind, _, value = feature.partition(":")
        return rarity * _LITTLE if kind in "pt" and value.partition("=")[0] in ANY_TOOLS else rarity


def name_words(name: str) -> tuple[str, ...]:
    """A tool's name as sorted words: case, separators, order, plural and the choice among verbs of one meaning are gone."""
    return tuple(sorted(_VERB.get(word, word) for word in split_name(name)))


def features(description: str, parameters: Mapping[str, Any]) -> frozenset[str]:
    """The features of a tool's schema, without its name: `p:` a parameter, `t:` with its type, `e:` a value, `d:` words."""
    found: dict[str, None] = {}
    _describe(description, found)
    _gather(parameters, found, 0)
    return frozenset(list(found)[:_MOST_FEATURES])


def readable(feature: str) -> str:
    """A feature as shown to a person."""
    kind, _, value = feature.partition(":")
    return {"p": f"parameter {value}", "t": value.replace("=", ": "), "e": f"value {value}", "d": f"“{value}”"}[kind]


def _gather(schema: Any, found: dict[str, None], depth: int) -> None:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    for value in schema["enum"] if isinstance(schema.get("enum"), list) else ():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found[f"e:{str(value).casefold()[:80]}"] = None
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        spoken = " ".join(split_name(name)) or name
        found[f"p:{spoken}"] = None
        if isinstance(inner, dict):
            found[f"t:{spoken}={schema_type(inner)}"] = None
            if isinstance(inner.get("description"), str):
                _describe(inner["description"], found)
        _gather(inner, found, depth + 1)
    _gather(schema.get("items"), found, depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        for inner in schema[key] if isinstance(schema.get(key), list) else ():
            _gather(inner, found, depth + 1)


def _describe(text: str, found: dict[str, None]) -> None:
    bones = skeleton(text)
    for one, other in pairwise(bones):
        found[f"d:{one} {other}"] = None
    if len(bones) == 1:
        found[f"d:{bones[0]}"] = None


def schema_type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "any")
    either = schema.get("anyOf")
    kinds = [inner.get("type") for inner in either if isinstance(inner, dict)] if isinstance(either, list) else []
    kind = kind or next((k for k in kinds if k != "null"), "any")
    return _TYPES.get(str(kind).casefold(), str(kind).casefold())


def split_name(name: str) -> list[str]:
    parts = [part.casefold() for part in _PARTS.findall(name)]
    return [p[:-1] if len(p) > 3 and p.endswith("s") and not p.endswith(("ss", "us", "is")) else p for p in parts]
