"""A real server: a model that knows three conversations by heart plays the assistant through the whole pipeline.

Run by `make test-server`, which makes an environment of its own for torch and transformers (`DUOLOGUE_SERVER` is its folder). The model is
tiny and new; the protocol is not ours: a chat template, tool calls that a server found in generated text, token counts, refusals of what
it does not know (`response_format`).
"""

import asyncio
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.casting import Cast
from duologue.config import RunConfig
from duologue.export.rows import messages_of, openai
from duologue.ground import catalog_of, make_tools, open_source
from duologue.ids import to_json
from duologue.items import Items
from duologue.models.endpoint import Endpoint
from duologue.pipeline import generate
from duologue.protocols import Speaker, Utterance, View
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.simulate.agent import ScriptedAgent
from duologue.store import Store, stats
from duologue.testing import ScriptedModel, tiny_image
from duologue.types import Act, Dialogue, Environment, Fork, Scenario
from duologue.verify import verify_dialogue
from duologue.workshop import Workshop

SERVER = Path(os.environ.get("DUOLOGUE_SERVER", "nowhere"))
N, SEED = 3, 5
MODE = "task"
"""Everything asked at once: short conversations, which a processor can learn in minutes."""
UP = 180.0
"""Seconds a server may take to come up."""

pytestmark = [pytest.mark.server, pytest.mark.skipif(not SERVER.is_dir(), reason="needs `make test-server`")]


class Mute:
    """A speaker known by its words alone, as a model is."""

    def __init__(self, inner: Speaker) -> None:
        self.inner = inner
        self.meant: dict[int, tuple[Act, ...]] = {}

    async def reply(self, view: View) -> Utterance:
        from msgspec.structs import replace

        turns = tuple(
            replace(t, acts=self.meant[n], maker="scripted") if n in self.meant else t for n, t in enumerate(view.turns)
        )
        said = await self.inner.reply(View(turns, view.task))
        self.meant[len(view.turns)] = said.acts
        return Utterance(said.message, maker="teacher")


class School(Workshop):
    """Conversations for the model to learn: those it will have, with a scripted assistant in its place."""

    def _agent(self, scenario: Scenario, scope: str, fork: Fork | None = None) -> Speaker:
        return Mute(ScriptedAgent(self.catalog, self.index, self.environment, scenario))


def row_of(dialogue: Dialogue, environment: Environment) -> str:
    """A conversation as the server will be sent it."""
    tools = [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in environment.toolset.tools
    ]
    return to_json({"messages": messages_of(dialogue, openai), "tools": tools})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    (folder / "library.sqlite").write_bytes(tiny_image().data)
    (folder / "prompts").mkdir()
    (folder / "prompts" / "agent.md").write_text("{{ job }}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pupil(place: Path) -> Path:
    """The trained model's folder."""
    source = open_source(place / "library.sqlite", None)
    catalog = catalog_of(source)
    environment = make_tools(source, catalog, SEED, range(1))[0]
    nobody = Cast(Roles({"agent": ("x",)}), {"x": ScriptedModel(lambda request: "not asked")})
    with Store.create(place / "lessons", {}) as store:
        store.put_environment(environment, source.image.data)
        items = Items.here([School(environment, source.image, catalog, SEED, nobody)], store, MODE)

        async def taught() -> None:
            for number in items.missing(N):
                await items.make(number)

        asyncio.run(taught())
        lessons = [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]
    assert len(lessons) == N
    rows = place / "lessons.jsonl"
    rows.write_text("".join(row_of(d, environment) + "\n" for d in lessons), encoding="utf-8")
    if (known := os.environ.get("DUOLOGUE_PUPIL")) is not None:
        return Path(known)  # trained before: for work on this test
    train = Path(__file__).with_name("train.py")
    subprocess.run([SERVER / "bin" / "python", train, rows, place / "model"], check=True)
    return place / "model"


@pytest.fixture(scope="module")
def url(pupil: Path) -> Iterator[str]:
    """The address of a server that serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [SERVER / "bin" / "transformers", "serve", pupil, "--device", "cpu", "--port", str(port)]
    hub = pupil / "hub"
    hub.mkdir(exist_ok=True)  # the server lists what was downloaded, and stumbles where that folder is not there
    with (pupil / "server.log").open("wb") as log:
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HF_HUB_CACHE": str(hub), "HF_HUB_OFFLINE": "1"},
        )
    address = f"http://127.0.0.1:{port}/v1"
    try:
        wait_for(f"{address}/models", process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + UP
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.5)
            continue
        return
    raise AssertionError("the server did not come up")


def test_a_served_model_plays_the_assistant(
    place: Path, pupil: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ModelSettings(
        roles=Roles({"agent": ("pupil",)}),
        endpoints={"pupil": Endpoint(urls=(url,), name=str(pupil), max_tokens=400, timeout=120.0)},
        prompts=place / "prompts",
        together=2,
    )
    config = RunConfig(
        source=place / "library.sqlite", out=place / "run", n=N, seed=SEED, mode=MODE, toolsets=1, models=settings
    )
    started = time.monotonic()
    summary = generate(config, lambda progress: None)
    seconds = time.monotonic() - started
    assert summary.items == N
    with Store.open(place / "run", readonly=True) as store:
        found = stats(store)
        kept = [d for ok in (True, False) for d in store.dialogues(ok)]
        environment = store.environments()[0]
        image = open_source(place / "library.sqlite", None).image
        replays = [verify_dialogue(d.dialogue, environment, image)[0] for d in kept]
    with capsys.disabled():
        tokens = found["models"]
        print(f"\n{summary.accepted} of {N} accepted in {seconds:.0f} s; {json.dumps(tokens)}")
        print(json.dumps(found["funnel"]))
    assert all(r.passed for r in replays), "what the model called was really executed"
    calls = [
        c for d in kept for t in d.dialogue.turns if t.maker not in ("scripted", "tool") for c in t.message.tool_calls
    ]
    assert len(calls) >= N, "tool calls come out of the generated text"
    assert summary.accepted >= 1, "what was learned by heart is played right"
