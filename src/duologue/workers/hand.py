"""A process that makes items of a run, started by the foreman with a socket:

    python -m duologue.workers.hand FILE-DESCRIPTOR

It ends when the socket does. What it is made of stands in the run's file, so that tools that a model wrote are not written again.
"""

import asyncio
import signal
import socket
import sys
from typing import Any

import msgspec

from duologue.casting import Cast, assembled, loop_for
from duologue.catalog import Catalog
from duologue.config import RunConfig
from duologue.environment import Image
from duologue.errors import LimitReachedError, UserError
from duologue.halt import Halt, HaltedError
from duologue.items import Items
from duologue.models.budget import OpenLedger
from duologue.store import Store, writing_tools
from duologue.workers.away import AwayBook, AwayFunds, AwayOrder, AwayTally, Desk
from duologue.workers.messages import (
    Channel,
    Dropped,
    Failed,
    Granted,
    Job,
    Left,
    Make,
    Ready,
    Refused,
    Settled,
    Stop,
    ToHand,
    Told,
    unpacked,
)
from duologue.workshop import Workshop

HEAR = 4
"""Rounds of the event loop before an item is begun, so that what has arrived is heard: what others use, that the person wants to stop."""
_catalog = msgspec.json.Decoder(Catalog).decode


def main() -> None:
    """Work until the foreman has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = socket.socket(fileno=int(sys.argv[1]))
    job, end = _job(end)
    config = unpacked(job.config)
    with asyncio.Runner(loop_factory=loop_for(config.roles)) as runner:
        runner.run(_work(end, config, job))


def _job(end: socket.socket) -> tuple[Job, socket.socket]:
    """The first message, which says what loop to run; the socket goes on behind it."""
    with end.makefile("rb", buffering=0) as file:
        size = int.from_bytes(_exactly(file, 4), "big")
        return msgspec.msgpack.decode(_exactly(file, size), type=Job), end


def _exactly(file: Any, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = file.read(size - len(data))
        if not more:
            sys.exit(0)  # the foreman has gone
        data += more
    return data


async def _work(end: socket.socket, config: RunConfig, job: Job) -> None:
    channel: Channel[ToHand] = await Channel.over(end, ToHand)
    try:
        with Store.open(config.folder, readonly=True) as store:
            await _Hand(channel, store, config, job).work()
    except UserError as error:
        channel.send(Failed(error.message, error.fix))
        await channel.flushed()
    finally:
        channel.close()


class _Hand:
    def __init__(self, channel: Channel[ToHand], store: Store, config: RunConfig, job: Job) -> None:
        self.channel, self.store, self.config, self.job = channel, store, config, job
        self.desk, self.halt = Desk(channel), Halt()

    async def work(self) -> None:
        """Make what is dealt until nothing more comes."""
        models = self.config.models
        funds = AwayFunds(self.desk, models.limits, self.job.seconds)
        async with assembled(
            models, AwayBook(self.desk, self.store), OpenLedger(), halt=self.halt, funds=funds
        ) as cast:
            shops = self._shops(cast)
            order = AwayOrder(self.channel, self.store, waits=_waits(cast))
            writing = {shop.environment.id: writing_tools(shop.environment) for shop in shops}
            items = Items(shops, AwayTally(self.channel, self.store, writing), self.config.mode, {}, order)
            self.channel.send(Ready())
            await self._listen(items, order)

    def _shops(self, cast: Cast) -> list[Workshop]:
        images: dict[str, Image] = {}
        shops = []
        for name in self.job.environments:
            environment, catalog = self.store.environment(name), self.store.catalog(name)
            if environment.image and environment.image not in images:
                images[environment.image] = Image.of(self.store.image(environment.image))
            parts = images.get(environment.image), _catalog(catalog or b"{}")
            shop = Workshop(environment, *parts, self.config.seed, cast, self.config.models.profile)
            shops.append(shop.meeting(self.config.models.faults) if environment.image else shop)
        return shops

    async def _listen(self, items: Items, order: AwayOrder) -> None:
        async with asyncio.TaskGroup() as making:
            while (message := await self.channel.receive()) is not None:
                match message:
                    case Make(item=number):
                        making.create_task(self._make(items, number))
                    case Told(names=names):
                        order.learn(names)
                    case Settled() | Dropped():
                        order.told(message)
                    case Granted() | Refused():
                        self.desk.answered(message)
                    case Stop():
                        self.halt.ask()
            raise SystemExit(0)  # nobody is there to take what is under way

    async def _make(self, items: Items, number: int) -> None:
        left: Left | None = None
        try:
            for _ in range(HEAR):
                await asyncio.sleep(0)
            self.halt.check()
            if not await items.make(number):
                left = Left(number, "ran out")
        except HaltedError:
            left = Left(number, "halt")
        except LimitReachedError as limit:
            left = Left(number, "limit", limit.message)
        except UserError as error:
            left = Left(number, "person", error.message, error.fix)
        if left is not None:
            self.channel.send(left)
        await self.channel.flushed()


def _waits(cast: Cast) -> bool:
    """Whether models are asked of what an item has drawn before it is known to stand: then it is drawn only once."""
    roles = cast.roles
    return bool(roles.models("judge")) and not any(roles.models(role) for role in ("tasks", "user", "agent"))


if __name__ == "__main__":
    main()
