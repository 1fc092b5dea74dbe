"""How a run is doing while it is made, and how it ended."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from duologue.errors import DiskFullError, LimitReachedError, UserError
from duologue.halt import HaltedError
from duologue.store import Store, megabytes


class Progress(Struct, frozen=True):
    """How far a run is. `started` is the monotonic time it began."""

    done: int
    total: int
    accepted: int
    rejected: int
    started: float


class Summary(Struct, frozen=True):
    """How a run ended. `note` says what the person should know, if anything; `stopped`, which limit of theirs it reached;
    `interrupted`, that they asked it to stop; `blames`, who the rejected items are lost to (see `checks.blame`) and how many."""

    items: int
    accepted: int
    rejected: int
    unfinished: int
    note: str = ""
    stopped: str = ""
    interrupted: bool = False
    blames: dict[str, int] = {}


class Score:
    """The items of a run that ended, and what stopped the others."""

    def __init__(self, n: int, finished: Mapping[int, str], progress: Callable[[Progress], None]) -> None:
        """`n`: all that were asked for. `finished`: item → outcome, of those that ended before. `progress` is told of each that ends."""
        outcomes = list(finished.values())
        self.n, self.accepted, self.rejected = n, outcomes.count("accepted"), outcomes.count("rejected")
        self.ran_out = False
        """No distinct task was left for an item."""
        self.note = ""
        """What else the person should know."""
        self.stopped: list[UserError | LimitReachedError] = []
        self._progress, self._started = progress, time.monotonic()

    @property
    def done(self) -> int:
        """Items that ended."""
        return self.accepted + self.rejected

    @property
    def over(self) -> bool:
        """No further item is to be begun."""
        return bool(self.stopped) or self.ran_out

    def ended(self, accepted: bool) -> None:
        """An item ended."""
        self.accepted += accepted
        self.rejected += not accepted
        self._progress(Progress(self.done, self.n, self.accepted, self.rejected, self._started))

    def _full(self, error: DiskFullError, store: Store) -> DiskFullError:
        """The error, with where the run stands and how much more room it takes."""
        size = store.size()
        stands = f"{self.done} of {self.n} items are stored"
        if self.done:
            more = size / self.done * (self.n - self.done)
            stands += f" in {megabytes(size)}, so that the others take about {megabytes(more)}"
        return DiskFullError(f"{error.message} {stands}.", error.fix)

    def summary(self, store: Store) -> Summary:
        """How the run ended. Raises the `UserError` that stopped it, where one did."""
        wrong = next((e for e in self.stopped if isinstance(e, UserError)), None)
        if isinstance(wrong, DiskFullError):
            raise self._full(wrong, store) from wrong
        if wrong is not None:
            raise wrong
        note = self.note
        if self.ran_out:
            note = f"Distinct tasks ran out after {self.done} of {self.n}: this database supports no more."
            store.note("ran_out", {"items": self.done, "of": self.n})
        limit = next((str(e) for e in self.stopped if not isinstance(e, HaltedError)), "")
        return Summary(
            items=self.done,
            accepted=self.accepted,
            rejected=self.rejected,
            unfinished=0 if self.ran_out else self.n - self.done,
            note=note,
            stopped=limit,
            interrupted=bool(self.stopped) and not limit,
            blames=store.blames(),
        )
