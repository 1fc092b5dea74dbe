"""Toolsets over the shared databases: every set opens, every tool runs, results keep their promises, and no two teams sound alike."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest

from duologue.catalog import Catalog, read_catalog
from duologue.environment import Image, Sandbox, SqliteSession, import_sqlite
from duologue.ids import rng, to_json
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.tools.confront import arguments_for
from duologue.tools.naming import ascii_words
from duologue.tools.select import sayable, within_reach
from duologue.types import ClockSpec, Tool, Toolset

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "databases"
NAMES = sorted(p.stem for p in FOLDER.glob("*.sqlite")) if FOLDER.exists() else []
VARIANTS = range(3)
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")
pytestmark = pytest.mark.skipif(not NAMES, reason="the shared databases are not here")


@cache
def derived(name: str) -> tuple[Image, Catalog, DerivedTools, tuple[Toolset, ...]]:
    image = import_sqlite(FOLDER / f"{name}.sqlite")
    catalog = read_catalog(image.connect(), name)
    tools = DerivedTools(catalog, image, 1)
    return image, catalog, tools, tuple(tools.toolset(v) for v in VARIANTS)


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_runs_and_keeps_its_promises(name: str) -> None:
    image, catalog, made, sets = derived(name)
    for toolset in sets:
        environment = environment_for(name, image.hash, toolset, default_policy(catalog, rng(1)))
        sandbox = Sandbox(image, environment)
        for tool in toolset.tools:
            returns = jsonschema_rs.Draft202012Validator(tool.returns)
            with SqliteSession(sandbox, ClockSpec("2024-01-01T00:00:00", 1)) as live:
                for n, everything in ((0, False), (1, False), (1, True)):
                    arguments = arguments_for(tool, made.samples, n, everything)
                    if arguments is None:
                        continue
                    outcome = live.execute(tool.name, arguments)
                    if not outcome.failed:
                        returns.validate(outcome.result)
                        assert set(_paths(outcome.result)) <= {*tool.outputs, "truncated", "note"}
                    assert bool(outcome.changes) is (tool.effect == "write" and not outcome.failed)


def _paths(result: dict[str, object], prefix: str = "") -> list[str]:
    out = []
    for key, value in result.items():
        if isinstance(value, list):
            out += [p for row in value for p in _paths(row, f"{key}[].")]
        else:
            out.append(prefix + key)
    return out


@pytest.mark.parametrize("name", NAMES)
def test_sets_are_coherent(name: str) -> None:
    _, _, made, sets = derived(name)
    for toolset in sets:
        tools = toolset.tools
        assert 4 <= len(tools) <= 20
        assert len({t.meaning.family for t in tools if t.meaning}) >= 3
        assert within_reach(tools, sayable(made.ground)) == tools
        assert sum(t.effect == "write" for t in tools) <= 5
        assert len({t.name.lower() for t in tools}) == len(tools)
        assert len({repr(t.meaning) for t in tools}) == len(tools)
        for tool in tools:
            _well_formed(tool, toolset)


def _well_formed(tool: Tool, toolset: Toolset) -> None:
    assert NAME.fullmatch(tool.name)
    assert tool.parameters["additionalProperties"] is False
    assert tool.parameters["properties"].keys() == tool.inputs.keys()
    for name, schema in tool.parameters["properties"].items():
        assert NAME.fullmatch(name)
        assert schema["type"] in ("string", "integer", "number", "boolean")
        assert schema["description"]
    assert tool.description.endswith((".", "?"))
    assert "{" not in tool.description
    assert "  " not in tool.description
    assert bool(tool.writes) is (tool.effect == "write")
    for path, slot in tool.outputs.items():
        field = path.split(".")[-1]
        assert slot.use in ("total", "limit", "offset") or toolset.vocabulary[field] == slot


@pytest.mark.parametrize("name", NAMES[:6])
def test_one_seed_gives_one_set(name: str) -> None:
    image, catalog, _, sets = derived(name)
    again = DerivedTools(catalog, image, 1)
    assert to_json(again.toolset(1)) == to_json(sets[1])
    assert len({s.id for s in sets}) == len(sets)
    assert DerivedTools(catalog, image, 2).toolset(1).id != sets[1].id


def _signature(tool: Tool, nouns: frozenset[str]) -> str:
    words = ["N" if w in nouns or w.rstrip("s") in nouns else w for w in ascii_words(tool.name)]
    name = re.sub(r"N( N)+", "N", " ".join(words))
    required = tool.parameters["required"]
    asks = ",".join(f"{s.use}{'' if n in required else '?'}" for n, s in tool.inputs.items())
    gives = ",".join(
        sorted(
            {
                re.sub(r"[a-zA-Z_0-9]+\[]", "list", p).rsplit(".", 1)[0] + s.use
                for p, s in tool.outputs.items()
                if "." in p
            }
        )
    )
    return f"{name}({asks}) -> {gives or 'record'}"


def test_signatures_are_many_and_none_is_common() -> None:
    seen: Counter[str] = Counter()
    joined = total = 0
    for name in NAMES:
        _, catalog, _, sets = derived(name)
        nouns = frozenset(
            w
            for t in catalog.tables
            for text in (t.name, t.label, t.plural, *(x for c in t.columns for x in (c.name, c.label, c.plural)))
            for w in (*ascii_words(text), *(w.rstrip("s") for w in ascii_words(text)))
        )
        for tool in sets[0].tools:
            seen[_signature(tool, nouns)] += 1
            total += 1
            joined += len({*tool.reads, *tool.writes}) > 1 or len(tool.run) > 1
    assert len(seen) >= 100
    assert seen.most_common(1)[0][1] <= 0.05 * total, seen.most_common(3)
    assert joined >= 0.4 * total
