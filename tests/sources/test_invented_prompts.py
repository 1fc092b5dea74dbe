"""The examples in the prompts are what the prompts ask for: each is read by the types that will read the answers."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from duologue.environment.specifications import specification
from duologue.models.prompts import Prompts
from duologue.models.voice import schema_of
from duologue.simulate.simulator import Simulated
from duologue.sources.invented.complaints import complaints
from duologue.sources.invented.recipes import KINDS, RowsDesign, read
from duologue.sources.invented.rules import PolicyDesign, RuleDesign, establish
from duologue.sources.invented.schema import Design, Link, Shape, TableDesign, build
from duologue.tools.specified import ReturnsDesign, Spec, predict_returns
from simulate import ferry

VALUES: dict[str, dict[str, Any]] = {
    "domain_schema": {"tables": (5, 12), "rows": (200, 3000)},
    "domain_rows": {"title": "Kites", "about": "Kites.", "tables": ["CREATE TABLE kites (a)"], "today": "2025-01-01"},
    "domain_policy": {},
    "specs": {"questions": 24, "least": 6, "most": 24, "gaps": 10},
    "returns_spec": {"tools": ["{}"]},
    "simulator": {"tools": ["{}"], "rules": ["Be kind."]},
}


def text(name: str) -> str:
    return Prompts().render(name, **VALUES[name]).text


def objects(prompt: str) -> Iterator[Any]:
    """Every whole JSON object of a text that begins a line or follows a colon and a space."""
    decoder = json.JSONDecoder()
    for line in prompt.splitlines():
        at = line.find("{")
        while at >= 0:
            try:
                value, end = decoder.raw_decode(line, at)
                yield value
            except json.JSONDecodeError:
                end = at + 1
            at = line.find("{", end)


def with_keys(name: str, *keys: str) -> list[Any]:
    found = [o for o in objects(text(name)) if set(keys) <= set(o)]
    assert found, name
    return found


@pytest.mark.parametrize("name", VALUES)
def test_it_says_what_to_return_and_begins_with_what_never_changes(name: str) -> None:
    prompt = text(name)
    assert "one JSON object and nothing else" in prompt
    assert "xample" in prompt
    texts = {k: f"OTHER {v}" for k, v in VALUES[name].items() if isinstance(v, str)}
    changed = Prompts().render(name, **VALUES[name] | texts).text
    same = next((i for i, (a, b) in enumerate(zip(prompt, changed, strict=False)) if a != b), len(prompt))
    assert same > 0.9 * len(prompt)


def test_the_example_of_a_design() -> None:
    design = next(o for o in with_keys("domain_schema", "title", "tables") if "..." not in json.dumps(o))
    tables = [msgspec.convert(t, TableDesign) for t in design["tables"]]
    world, problems = build(Design(design["title"], tuple(tables), design["about"]))
    assert world is not None, problems


SLOTS = Shape(
    "slots", "", 10, ("slot_id", "flier_id", "starts_at", "minutes", "status", "flown_height_m"), ("slot_id",), "slot_id",
    (Link(("flier_id",), "fliers", ("flier_id",)),),
)  # fmt: skip


def test_the_example_of_recipes() -> None:
    example = max(with_keys("domain_rows", "columns"), key=lambda o: len(json.dumps(o)))
    recipe, problems = read(msgspec.convert(example, RowsDesign))
    assert problems == []
    assert complaints(recipe, SLOTS, {"slots": SLOTS, "fliers": SLOTS}) == []


def test_every_kind_of_recipe_is_explained() -> None:
    shown = {o["kind"]: o for o in objects(text("domain_rows")) if "kind" in o}
    assert "when" in text("domain_rows")
    for kind in set(KINDS) - {"pick", "text", "when"}:  # those three are shown with … in them
        _, problems = read(RowsDesign({"c": shown[kind]}))
        assert problems == [], kind


def test_the_example_of_a_rule() -> None:
    (rule,) = with_keys("domain_policy", "id", "limit", "text")[-1:]
    made = msgspec.convert(rule, RuleDesign)
    assert made.limit is not None
    tables = [
        TableDesign("fliers", 100, "CREATE TABLE fliers (flier_id INTEGER PRIMARY KEY)"),
        TableDesign("slots", 100, "CREATE TABLE slots (slot_id INTEGER PRIMARY KEY, flier_id INTEGER REFERENCES fliers, starts_at TEXT, status TEXT)"),
    ]  # fmt: skip
    world, problems = build(Design("Kites", tuple(tables), "A festival of kites."))
    assert world is not None, problems
    assert establish(world, PolicyDesign("You help.", (made,)))[1] == []


def test_the_examples_of_specifications() -> None:
    (tool,) = with_keys("specs", "name", "parameters", "description")[-1:]
    spec = msgspec.convert(tool, Spec)
    assert specification(spec.name, spec.description, spec.parameters).parameters["required"] == ["day"]
    (returns,) = with_keys("returns_spec", "effect", "returns", "things")[-1:]
    design = msgspec.convert(returns, ReturnsDesign)
    voice, model = ferry.voice(lambda r: returns, "returns")
    toolset = asyncio.run(predict_returns([specification(spec.name, spec.description, spec.parameters)], voice))
    assert len(model.requests) == 1
    assert "slots[].slot_id" in toolset.tools[0].outputs
    assert design.effect == "read"


def test_the_example_of_an_answer() -> None:
    answers = [msgspec.convert(o, Simulated) for o in with_keys("simulator", "result") if o["result"]]
    assert answers[-1].result is not None


@pytest.mark.parametrize("kind", [Design, RowsDesign, PolicyDesign, ReturnsDesign, Simulated])
def test_schemas_are_small(kind: Any) -> None:
    assert len(json.dumps(schema_of(kind))) < 5_000
