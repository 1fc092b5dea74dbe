"""Tool lists that others published, in whatever form, become tools without implementation."""

import json
from pathlib import Path
from typing import Any

import pytest

from duologue.environment.specifications import specification, tidy
from duologue.errors import UserError
from duologue.sources.seed_tools import SeedTools, read_seed_tools

SEEDS = Path(__file__).parents[2].parent / "shared" / "data" / "seed_tools"

PLAIN = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
OPENAI = {
    "type": "function",
    "function": {"name": "get_tide", "description": "The tide of a day.", "parameters": PLAIN},
}
BARE = {"name": "get_moon", "description": "The moon of a day.", "parameters": PLAIN}
BFCL = {
    "name": "tides.mean", "description": "A mean.", "parameters": {"type": "dict", "properties": {"days": {"type": "array", "items": {"type": "float"}}}, "required": ["days"]},
    "response": {"type": "dict", "properties": {"mean": {"type": "float"}}},
}  # fmt: skip
MCP = {"name": "move-buoy", "description": "Moves it.", "inputSchema": PLAIN, "annotations": {"readOnlyHint": False}}


def read(tmp_path: Path, content: Any, name: str = "harbour_tools.json") -> tuple[SeedTools, ...]:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_seed_tools(file)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ([OPENAI, BARE, BFCL, MCP], ["get_tide", "get_moon", "tides_mean", "move-buoy"]),
        ({"tools": [OPENAI]}, ["get_tide"]),
        ({"question": "?", "function": [BARE]}, ["get_moon"]),
        ({"responses_create_params": {"tools": [{"type": "function", **BARE}]}}, ["get_moon"]),
        ("\n".join(map(json.dumps, (OPENAI, BARE))), ["get_tide", "get_moon"]),
        ([BARE, BARE], ["get_moon"]),
        ([{"name": "ring_bell", "doc": "Rings it.", "params": None}], ["ring_bell"]),
    ],
)
def test_forms(tmp_path: Path, content: Any, names: list[str]) -> None:
    (found,) = read(tmp_path, content)
    assert (found.name, [t.name for t in found.tools], found.dropped) == ("Harbour tools", names, ())
    assert all(t.run == () for t in found.tools)


def test_what_is_known_of_results_and_effects_is_kept(tmp_path: Path) -> None:
    (found,) = read(tmp_path, [BFCL, MCP])
    mean, move = found.tools
    assert mean.returns["properties"] == {"mean": {"type": "number"}}
    assert mean.parameters["properties"]["days"] == {"type": "array", "items": {"type": "number"}}
    assert (mean.effect, move.effect, move.returns) == ("read", "write", {})


def test_sets(tmp_path: Path) -> None:
    rows = [{**BARE, "server": "Sky"}, {**BARE, "server": "Sea"}, {"domain_name": "docks", "tools": [BARE]}]
    assert [s.name for s in read(tmp_path, rows)] == ["Sky", "Sea", "Docks"]


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ({**BARE, "name": "?"}, "it has no name"),
        ({**BARE, "description": " "}, "it has no description"),
        ({**BARE, "parameters": {"type": "string"}}, "does not describe an object"),
        ({**BARE, "parameters": {"type": "object", "properties": {"a": {"type": "business"}}}}, "there is no type 'business'"),
        ({**BARE, "parameters": {"type": "object", "properties": {"a": {"$ref": "#/$defs/no"}}}}, "which is not in it"),
        ({**BARE, "parameters": {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}}, "not valid"),
        ({**BARE, "parameters": {"type": "object", "properties": {"a": "text"}}}, "'text' is no schema"),
        ({**BARE, "parameters": {"type": "object", "properties": {"a": {"description": "x" * 17_000}}}}, "longer than"),
        ({**OPENAI["function"], "description": "Another."}, "has this name"),  # type: ignore[dict-item]
    ],
)  # fmt: skip
def test_what_is_of_no_use_is_left_out_with_the_reason(tmp_path: Path, tool: dict[str, Any], reason: str) -> None:
    (found,) = read(tmp_path, [OPENAI, tool])
    assert [t.name for t in found.tools] == ["get_tide"]
    assert reason in found.dropped[0].reason


@pytest.mark.parametrize(
    ("schema", "tidied"),
    [
        ({"type": "str", "title": "Day", "x-python-type": "Day"}, {"type": "string"}),
        ({"type": ["String", "None"]}, {"type": ["string", "null"]}),
        ({"type": "integer", "nullable": True, "default": None}, {"type": "integer null"}),
        ({"type": "any", "description": "?"}, {"description": "?"}),
        ({"type": "list"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": [{"type": "int"}]}, {"type": "array", "items": {"type": "integer"}}),
        ({"anyOf": [{"type": "int"}, {"type": "null"}], "default": 3}, {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3}),
        ({"$ref": "#/$defs/Day", "$defs": {"Day": {"type": "str"}}}, {"type": "string"}),
        ({"type": "dict", "properties": {"type": {"type": "str", "required": True}}, "required": ["gone"]},
         {"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"], "additionalProperties": False}),
        ({"type": "object", "properties": {"a": {"type": "str", "optional": True}}, "required": ["a"], "additionalProperties": True},
         {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": True}),
        ({"type": "object", "additionalProperties": {"type": "float"}},
         {"type": "object", "properties": {}, "required": [], "additionalProperties": {"type": "number"}}),
    ],
)  # fmt: skip
def test_tidy(schema: dict[str, Any], tidied: dict[str, Any]) -> None:
    if tidied.get("type") == "integer null":
        tidied = {"type": ["integer", "null"]}
    assert tidy(schema) == tidied


def test_a_schema_that_refers_to_itself_is_refused() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    with pytest.raises(ValueError, match="levels deep"):
        tidy({"$ref": "#/$defs/Node", "$defs": {"Node": node}})


def test_a_long_description_is_cut() -> None:
    assert len(specification("get_tide", "x " * 5_000, None).description) == 2_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no", "neither JSON"),
        ("[]", "holds no tool"),
        ([{**BARE, "name": ""}], "it has no name"),
        ({"a": 1}, "no tool"),
        ("null", "holds no tool"),
        ("[" * 100_000, "nested more than 64 deep"),
        ("[" * 900 + "]" * 900, "nested more than 64 deep"),
        ("{}\n" + "[" * 5_000 + "]" * 5_000, "nested more than 64 deep"),
    ],
)
def test_bad_files(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(tmp_path, content)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        read_seed_tools(tmp_path / "nothing.json")


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed tools are not here")
@pytest.mark.parametrize(
    ("place", "sets", "tools"),
    [
        ("toucan", 100, 700),
        ("bfcl/multi_turn_func_doc", 10, 150),
        ("tau2/retail/tools.json", 1, 10),
        ("nemo_gym", 3, 80),
    ],
)
def test_published_lists(place: str, sets: int, tools: int) -> None:
    found = read_seed_tools(SEEDS / place)
    assert len(found) >= sets
    assert sum(len(s.tools) for s in found) >= tools
    assert all(d.reason for s in found for d in s.dropped)
