"""What a person sees and can do while a run goes on.

A live line on stderr, only where that is a terminal: accepted, rejected, per second, time left. And an interrupt that loses nothing:
the first Ctrl-C lets what is under way end (an item between scripted speakers, tens of milliseconds; calls that models are
answering), a second one does not wait.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.halt import Halt
    from duologue.pipeline import Progress

EVERY = 0.1
"""Seconds between two drawings."""


def line_of(progress: "Progress", made: int, seconds: float) -> str:
    """The figures as text. `made` items were made by this process in `seconds`."""
    rate = made / seconds if seconds > 0 else 0.0
    left = (progress.total - progress.done) / rate if rate else 0.0
    return (
        f"{progress.accepted} accepted, {progress.rejected} rejected of {progress.total}"
        f" · {rate:.1f}/s · {int(left // 60)}:{int(left % 60):02d} left"
    )


@contextmanager
def live_line() -> Iterator[Callable[["Progress"], None]]:
    """A function to call with each `Progress`; it draws on a terminal and is silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    started = time.monotonic()
    drawn = 0.0
    made = 0
    with Live(Text("preparing …"), console=Console(stderr=True), auto_refresh=False, transient=True) as live:

        def draw(progress: "Progress") -> None:
            nonlocal drawn, made
            made += 1
            now = time.monotonic()
            if now - drawn >= EVERY or progress.done == progress.total:
                drawn = now
                live.update(Text(line_of(progress, made, now - started), no_wrap=True), refresh=True)

        live.refresh()
        yield draw


@contextmanager
def interruptible() -> Iterator["Halt"]:
    """A `Halt` that the first Ctrl-C (or SIGTERM) asks, once something is under way; before that, and with the second, it does not wait."""
    from duologue.cli import stopping
    from duologue.halt import Halt

    halt = Halt()
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield halt
        return

    def interrupted(number: int, frame: FrameType | None) -> None:
        if halt.asked or not halt.begun:
            stopping.stop(number)
        stopping.noted(number)
        halt.ask()

    before = {number: signal.signal(number, interrupted) for number in stopping.SIGNALS}
    try:
        yield halt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
