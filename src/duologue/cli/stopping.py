"""Being told to stop: by Ctrl-C, or by SIGTERM, as a cluster sends before it takes a machine away. Both do the same, but for the exit code.

Signals are the process's, and so is what is known here: which of them came last.
"""

import signal
import threading
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_last = [signal.SIGINT]


def stop(number: int, frame: FrameType | None = None) -> None:
    """A handler that does not wait: raises `KeyboardInterrupt`."""
    noted(number)
    raise KeyboardInterrupt


def noted(number: int) -> None:
    """Remember that this signal came."""
    _last[0] = signal.Signals(number)


def anew() -> None:
    """Another command begins, and no signal has come to it yet."""
    _last[0] = signal.SIGINT


def code() -> int:
    """The exit code of one who stops by the signal that came last: 130 or 143, as shells have it."""
    return 128 + _last[0]


def listen() -> None:
    """From now on both signals interrupt. One that whoever started this process had it ignore (`nohup`, a shell's `&`) stays ignored."""
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, stop)


def ended() -> None:
    """It is over, and said: a further signal, while the process takes itself down, changes nothing."""
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
