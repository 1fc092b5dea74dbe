"""The cast of a run leaves the process as it found it."""

import asyncio
import gc
from pathlib import Path

from duologue.casting import assembled
from duologue.models.budget import OpenLedger
from duologue.models.endpoint import Endpoint
from duologue.models.recording import FileBook
from duologue.roles import Roles
from duologue.settings import ModelSettings


def test_the_collector_looks_seldom_only_while_models_play(tmp_path: Path) -> None:
    async def during(settings: ModelSettings) -> tuple[int, int, int]:
        async with assembled(settings, FileBook(tmp_path / "answers.jsonl"), OpenLedger()):
            return gc.get_threshold()

    before = gc.get_threshold()
    playing = ModelSettings(roles=Roles({"agent": ("m",)}), endpoints={"m": Endpoint(("http://localhost:8000",), "m")})
    assert asyncio.run(during(playing))[0] > before[0]
    assert gc.get_threshold() == before
    assert asyncio.run(during(ModelSettings())) == before
