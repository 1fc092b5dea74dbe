"""A process that makes parts of a run, started by the foreman with a socket:

    python -m MODULE FILE-DESCRIPTOR

The module says what trade the hand follows (`generating`, and those of the other runs of conversations); it calls `serve`. The process ends
when the socket does.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from duologue.casting import Cast, assembled, loop_for
from duologue.errors import LimitReachedError, UserError
from duologue.halt import Halt, HaltedError
from duologue.line import Order
from duologue.models.budget import OpenLedger
from duologue.rounds import Making
from duologue.settings import ModelSettings
from duologue.store import Store, Tally
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
)

__all__ = ["Post", "Trade", "serve"]

HEAR = 4
"""Rounds of the event loop before a part is begun, so that what has arrived is heard: what others use, that the person wants to stop."""


class Post:
    """What a hand works with: the cast, the run's file (to read), where items end, and the line that they draw in."""

    def __init__(self, cast: Cast, store: Store, tally: Tally, order: Order) -> None:
        self.cast, self.store, self.tally, self.order = cast, store, tally, order


class Trade(Protocol):
    """What a run is, and how its parts are made."""

    @property
    def models(self) -> ModelSettings:
        """Who plays what."""

    @property
    def folder(self) -> Path:
        """The run folder."""

    @property
    def waits(self) -> bool:
        """Drawing is too dear to be done again, so each item waits for its turn."""

    def making(self, post: Post) -> Making:
        """The maker, at its post. Raises `UserError` where it can't work."""


def serve(trade_of: Callable[[bytes], Trade]) -> None:
    """Work until the foreman has gone. `trade_of`: reads what it has packed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # it is the foreman who is told to stop, though all may be
        signal.signal(number, signal.SIG_IGN)
    end = socket.socket(fileno=int(sys.argv[1]))
    job, end = _job(end)
    trade = trade_of(job.config)
    with asyncio.Runner(loop_factory=loop_for(trade.models.roles)) as runner:
        runner.run(_work(end, trade, job))


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


async def _work(end: socket.socket, trade: Trade, job: Job) -> None:
    channel: Channel[ToHand] = await Channel.over(end, ToHand)
    try:
        with Store.open(trade.folder, readonly=True) as store:
            await _Hand(channel, store, trade, job).work()
    except UserError as error:
        channel.send(Failed(error.message, error.fix))
        await channel.flushed()
    finally:
        channel.close()


class _Hand:
    def __init__(self, channel: Channel[ToHand], store: Store, trade: Trade, job: Job) -> None:
        self.channel, self.store, self.trade, self.job = channel, store, trade, job
        self.desk, self.halt = Desk(channel), Halt()
        self.book = AwayBook(self.desk, store)

    async def work(self) -> None:
        """Make what is dealt until nothing more comes."""
        models = self.trade.models
        funds = AwayFunds(self.desk, models.limits, self.job.seconds)
        async with assembled(models, self.book, OpenLedger(), halt=self.halt, funds=funds) as cast:
            order = AwayOrder(self.channel, self.store, waits=self.trade.waits)
            making = self.trade.making(Post(cast, self.store, AwayTally(self.channel, self.store), order))
            self.channel.send(Ready())
            await self._listen(making, order)

    async def _listen(self, making: Making, order: AwayOrder) -> None:
        async with asyncio.TaskGroup() as group:
            while (message := await self.channel.receive()) is not None:
                match message:
                    case Make(item=number, again=again):
                        if again:
                            self.book.look_everywhere()
                        group.create_task(self._make(making, number))
                    case Told(names=names):
                        order.learn(names)
                    case Settled() | Dropped():
                        order.told(message)
                    case Granted() | Refused():
                        self.desk.answered(message)
                    case Stop():
                        self.halt.ask()
            raise SystemExit(0)  # nobody is there to take what is under way

    async def _make(self, making: Making, number: int) -> None:
        left: Left | None = None
        try:
            for _ in range(HEAR):
                await asyncio.sleep(0)
            self.halt.check()
            if not await making.make(number):
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
