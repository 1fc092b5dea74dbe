"""A hand as the foreman sees it: a process, the socket to it, the items it has."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

from duologue.models.budget import Used
from duologue.workers.messages import Channel, Job, ToForeman

PATIENCE = 5.0
"""Seconds that a hand has for ending once the socket is closed."""


class Hand:
    """One hand; see `start`."""

    def __init__(self, process: "subprocess.Popen[bytes]", channel: Channel[ToForeman]) -> None:
        self.process, self.channel = process, channel
        self.ready = self.dismissed = False
        self.items: dict[int, str] = {}
        """Its items: given (not played yet) · played (waits for those before) · empty: it has drawn for good. Changed by `put` and `drop`
        alone."""
        self.unplayed = 0
        """How many of its items it has not played yet."""
        self.aside: dict[int, Used] = {}
        """What is set aside for its calls, by the number of its question."""
        self.told = 0
        """How much of what was used it has been told."""

    @classmethod
    async def start(cls, module: str, job: Job) -> "Hand":
        """A new process that takes up the job, by the trade of that module. It is in a group of its own, so that Ctrl-C does not reach it."""
        ours, theirs = socket.socketpair()
        paths = os.pathsep.join(path for path in sys.path if path)
        with theirs:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    module,
                    str(theirs.fileno()),
                ],  # -P: not from where one stands
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": paths},
                process_group=0,
            )
        channel: Channel[ToForeman] = await Channel.over(ours, ToForeman)
        channel.send(job)
        return cls(process, channel)

    def put(self, item: int, state: str) -> None:
        """How an item stands now."""
        self.drop(item)
        self.items[item] = state
        self.unplayed += state == "given"

    def drop(self, item: int) -> None:
        """An item is no more its concern."""
        self.unplayed -= self.items.pop(item, "") == "given"

    def dismiss(self) -> None:
        """Nothing more is for it to do."""
        self.dismissed = True
        self.channel.close()

    def kill(self) -> None:
        """End it, whatever it does."""
        self.channel.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    async def ended(self) -> str:
        """Wait until it has ended; how it did."""
        try:
            code = await asyncio.to_thread(self.process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self.process.wait()
        if code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"
