"""The cast of a run leaves the process as it found it, and asks nothing again for another name of the same model."""

import asyncio
import gc
from pathlib import Path

import pytest

from duologue.casting import assembled
from duologue.models.budget import OpenLedger
from duologue.models.endpoint import Endpoint
from duologue.models.recording import FileBook
from duologue.protocols import Request
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.testing import FakeServer, Manner
from duologue.types import Message


def test_the_collector_looks_seldom_only_while_conversations_are_made(tmp_path: Path) -> None:
    async def during(settings: ModelSettings) -> tuple[int, int, int]:
        async with assembled(settings, FileBook(tmp_path / "answers.jsonl"), OpenLedger()):
            return gc.get_threshold()

    before = gc.get_threshold()
    playing = ModelSettings(roles=Roles({"agent": ("m",)}), endpoints={"m": Endpoint(("http://localhost:8000",), "m")})
    for settings in (playing, ModelSettings()):
        assert asyncio.run(during(settings))[0] > before[0]
        assert gc.get_threshold() == before


TWICE = {
    "the same": ({"m": "fake"}, {"m": "fake"}, 1),
    "under another alias": ({"m": "fake"}, {"other": "fake"}, 1),
    "another model": ({"m": "fake"}, {"m": "faker"}, 2),
    "two of one id": ({"a": "fake", "b": "fake"}, {"a": "fake", "b": "fake"}, 2),
    "two ids under other aliases": ({"a": "fake", "b": "faker"}, {"c": "fake", "d": "faker"}, 2),
    "two of one id, one that is called so": ({"a": "fake", "fake": "fake"}, {"a": "fake", "fake": "fake"}, 2),
}


@pytest.mark.parametrize(("first", "then", "calls"), TWICE.values(), ids=TWICE)
def test_answers_are_kept_under_the_models_id(
    tmp_path: Path, first: dict[str, str], then: dict[str, str], calls: int
) -> None:
    """`first` and `then`: alias → id of the judges of a run, and of the same run when it goes on."""

    async def judged(server: FakeServer, models: dict[str, str]) -> None:
        settings = ModelSettings(
            Roles({"judge": tuple(models)}), {alias: Endpoint((server.url,), name=id) for alias, id in models.items()}
        )
        async with assembled(settings, FileBook(tmp_path / "answers.jsonl"), OpenLedger()) as cast:
            for voice in cast.voices("judge"):
                await voice.model.ask(Request("judge", (Message("user", "Well?"),), "1.0"))

    async def run() -> int:
        async with FakeServer(lambda body: "Yes.", Manner(models=("fake", "faker"))) as server:
            await judged(server, first)
            await judged(server, then)
            return server.calls

    assert asyncio.run(run()) == calls
