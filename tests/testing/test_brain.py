"""The brain plays known scenarios truthfully: what it plays through the real speakers passes every check."""

import asyncio
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.checks import combine
from duologue.export.stage_files import write_scenarios, write_tools
from duologue.ids import rng
from duologue.pipeline import catalog_of, open_source
from duologue.protocols import Request
from duologue.roles import Roles
from duologue.testing import ScenarioBrain, Shelf, body_of, tiny_environment
from duologue.testing.roles import role_of
from duologue.testing.shelves import playing, shelf_from, shelf_of
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.types import Message
from duologue.workshop import Workshop

N = 8


@cache
def shelf(world: str, mode: str) -> Shelf:
    if world == "library":
        tiny = tiny_environment(3)
        return shelf_of(tiny.environment, tiny.image, tiny.catalog, N, 3, mode)
    source = open_source(None, world)
    catalog = catalog_of(source)
    toolset = DerivedTools(catalog, source.image, 1, source.tools, source.policy).toolset(0)
    policy = source.policy or default_policy(catalog, rng(1, "policy", 0))
    return shelf_of(environment_for(world, source.image.hash, toolset, policy), source.image, catalog, N, 1, mode)


@pytest.mark.parametrize(("world", "mode"), [("library", "user"), ("library", "task"), ("retail", "user")])
def test_what_it_plays_is_accepted(world: str, mode: str) -> None:
    known = shelf(world, mode)
    model = playing(ScenarioBrain([known]))
    cast = Cast(Roles({"user": ("m",), "agent": ("m",)}), {"m": model})
    shop = Workshop(known.environment, known.image, known.catalog, 1, cast)

    async def go() -> list[tuple[str, ...]]:
        dialogues = await asyncio.gather(*(shop.play(s, str(n)) for n, s in enumerate(known.scenarios)))
        return [combine(shop.check(d)).reasons for d in dialogues]

    assert asyncio.run(go()) == [()] * N
    assert {role_of(body_of(r)) for r in model.requests} == {"user", "agent"}


def test_a_conversation_taken_up_anywhere_gets_the_same_answers() -> None:
    known = shelf("library", "user")
    model = playing(ScenarioBrain([known]))
    cast = Cast(Roles({"user": ("m",), "agent": ("m",)}), {"m": model})
    shop = Workshop(known.environment, known.image, known.catalog, 1, cast)
    asyncio.run(shop.play(known.scenarios[0], "0"))
    first = [ScenarioBrain([known])(body_of(r)) for r in model.requests]
    backwards = ScenarioBrain([known])
    again = [backwards(body_of(r)) for r in reversed(model.requests)]
    assert first == again[::-1]
    assert all(first)


def test_what_it_does_not_know_it_says_so() -> None:
    known = shelf("library", "user")
    brain = ScenarioBrain([known])
    talk = [Message("system", "Be kind."), Message("user", "How tall is the tower?")]
    asked = Request("agent", tuple(talk), tools=known.environment.toolset.tools)
    assert "could not find" in str(brain(body_of(asked)))


def test_a_shelf_can_be_read_from_the_files_of_the_stages(tmp_path: Path) -> None:
    known = shelf("library", "user")
    database, tools, tasks = tmp_path / "library.db", tmp_path / "tools.json", tmp_path / "tasks.jsonl"
    database.write_bytes(known.image.data)
    write_tools(replace(known.environment, image=""), tools)  # the database given is meant
    write_scenarios(known.scenarios, tasks, known.environment.id)
    read = shelf_from(database, tools, tasks)
    assert read.environment.toolset == known.environment.toolset
    assert read.scenarios == known.scenarios
