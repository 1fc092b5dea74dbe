"""What a model's call costs in CPU, against a bare aiohttp + msgspec call on the same server, as a ratio inside one run.

    python benchmarks/bench_model_calls.py

Bare encodes the whole request, posts it and decodes the answer into a struct, and does nothing else. Ours is `HttpModel.ask`:
messages encoded once, a place in the window, retries at hand, the answer checked. The server is another process
and answers at once; 64 calls are in flight. *growing*: conversations that gain two messages a turn, as agents and users send them;
*fresh*: every request is new. Aim: ≤ 3×.
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import aiohttp
import msgspec
import uvloop
from aiohttp import web
from msgspec import Struct

from duologue.models.endpoint import Endpoint
from duologue.models.http import HttpModel
from duologue.protocols import Request
from duologue.types import Message

IN_FLIGHT = 64
ROUNDS = 5
CALLS = 3_000
REPLY = (
    b'{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",'
    b'"content":"Your order 4711 was sent on Monday and should be with you tomorrow.","tool_calls":[]},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":900,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":800}}}'
)
WORDS = "The order was sent on Monday, and the parcel should be with you tomorrow before noon. "
Ask = Callable[[Request], Awaitable[object]]


class Said(Struct):
    """A message of an answer, as bare decodes it."""

    content: str


class Choice(Struct):
    """A choice of an answer, as bare decodes it."""

    message: Said


class Body(Struct):
    """An answer, as bare decodes it."""

    choices: list[Choice]


def serve(pipe: Connection) -> None:
    """A server that answers at once, in a process of its own."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=REPLY, content_type="application/json")

    async def main() -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    uvloop.run(main())


def talk(size: int, number: int) -> tuple[Message, ...]:
    """A conversation of about `size` bytes: a system message of a quarter, and messages of half a kilobyte."""
    system = Message(
        "system", content=(f"Conversation {number}. " + WORDS * (size // 4 // len(WORDS) + 1))[: size // 4]
    )
    turns = max(2, (size - size // 4) // 500)
    text = (WORDS * 6)[:440]
    return (system, *(Message("assistant" if i % 2 else "user", content=f"{number} {i} {text}") for i in range(turns)))


def requests(size: int, growing: bool, turn: int) -> list[list[Request]]:
    """What each of the calls in flight sends, one after the other."""
    out = []
    for lane in range(IN_FLIGHT):
        lanes: list[Request] = []
        for number in range(CALLS // IN_FLIGHT):
            whole = talk(size, turn * 10**6 + lane * 1000 + (0 if growing else number))
            lanes.append(Request("agent", whole, f"{lane if growing else lane * 1000 + number}.{turn}"))
        out.append(_grown(lanes) if growing else lanes)
    return out


def _grown(lane: list[Request]) -> list[Request]:
    """One conversation, from where it is ten messages short of its length, two messages longer each time; then the next."""
    whole, out = lane[0].messages, []
    for number in range(len(lane)):
        step, talk_number = number % 6, number // 6
        messages = whole[: max(2, len(whole) - 10 + 2 * step)]
        out.append(Request("agent", messages, f"{lane[0].scope}.{talk_number}"))
    return out


def bare(session: aiohttp.ClientSession, url: str) -> Ask:
    """The least that a call can be."""
    decoder = msgspec.json.Decoder(Body)
    encoder = msgspec.json.Encoder()

    async def ask(request: Request) -> object:
        listed = [{"role": m.role, "content": m.content} for m in request.messages]
        data = encoder.encode({"model": "m", "messages": listed, "max_tokens": 100})
        async with session.post(
            f"{url}/chat/completions", data=data, headers={"Content-Type": "application/json"}
        ) as response:
            return decoder.decode(await response.read()).choices[0].message.content

    return ask


async def cpu(ask: Ask, lanes: list[list[Request]]) -> float:
    """CPU seconds of one call."""

    async def run(lane: list[Request]) -> None:
        for request in lane:
            await ask(request)

    began = time.process_time()
    await asyncio.gather(*map(run, lanes))
    return (time.process_time() - began) / sum(map(len, lanes))


async def main(url: str) -> None:
    """Every shape, bare and ours in turn."""
    print(f"{'':24}{'bare ms':>9}{'ours ms':>9}{'ratio':>7}")
    for size in (2_000, 60_000):
        for growing in (False, True):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                plain, mine = [], []
                for turn in range(ROUNDS):
                    lanes = requests(size, growing, turn)
                    async with HttpModel(Endpoint((url,), name="m")) as model:
                        plain.append(await cpu(bare(session, url), lanes))
                        mine.append(await cpu(model.ask, lanes))
            a, b = statistics.median(plain), statistics.median(mine)
            name = f"{size // 1000} KB, {'growing' if growing else 'fresh'}"
            print(f"{name:24}{a * 1e3:9.3f}{b * 1e3:9.3f}{b / a:7.2f}")


if __name__ == "__main__":
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    uvloop.run(main(f"http://127.0.0.1:{here.recv()}/v1"))
    server.terminate()
