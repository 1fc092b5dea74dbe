"""Runs that are made of another one, or of a file: what is asked of all of them, and how they end.

`branch` and `continue` only read what they are made from, and lie in a run folder of their own. A source that somebody is writing to is
refused: what is made of it is numbered by what it holds, and the same command again must find the same.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from duologue.config import check_workers
from duologue.errors import UserError
from duologue.halt import Halt
from duologue.protocols import ChatModel
from duologue.running import Watch
from duologue.score import Progress
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.types import Json

E = TypeVar("E", bound="Ended")
_OWN = ("n", "seed", "roles", "prompts", "parent", "branches", "continued")
"""What a run says of itself alone; the rest of a source's arguments holds for what is made of it too."""


class Onward(Struct, frozen=True, kw_only=True):
    """What is asked of any such run. Raises `UserError` where it is not valid."""

    source: Path
    """The run folder whose accepted conversations are taken up, or a file of conversations."""
    out: Path
    limit: int | None = None
    """Conversations, from the first; None = all."""
    seed: int = 0
    workers: int = 1
    """Processes that make them. The result is the same with any number."""
    models: ModelSettings = ModelSettings()

    def __post_init__(self) -> None:
        check_workers(self.workers)
        if self.limit is not None and self.limit < 1:
            raise UserError(f"--limit {self.limit} leaves nothing.", "Give a number from 1 on.")
        source, out = self.source.resolve(), self.out.resolve()
        if source in (out, *out.parents):
            kind = "file" if self.source.is_file() else "run"
            where = f"is the {kind} itself" if out == source else f"lies inside the {kind}"
            raise UserError(
                f"-o {str(self.out)!r} {where}, which is only read.", "Name another folder (-o), outside it."
            )

    def store_of(self, parent: dict[str, Json], n: int, how: dict[str, Json]) -> Store:
        """The store of a run of `n` items: a new one, or the one to go on with. `parent`: the arguments of what it is made from; `how`: its
        own. Raises `UserError`."""
        kept = {name: value for name, value in parent.items() if name not in _OWN}
        played, prompts = self.models.identity(), self.models.prompts_mark
        more = {"roles": played, "prompts": prompts}
        own: dict[str, Json] = {"n": n, "seed": self.seed, "parent": parent, **how}
        return Store.begun(self.out, kept | own | {name: value for name, value in more.items() if value})


def open_source(folder: Path) -> Store:
    """A run that something is made of, for reading. Raises `UserError`, also where somebody is writing to it."""
    store = Store.open(folder, readonly=True)
    if store.is_written:
        store.close()
        raise UserError(
            f"{str(folder)!r} is still being made by another duologue.",
            "Wait for it to end, or stop it (Ctrl-C loses nothing).",
        )
    return store


def nothing_accepted(source: Path) -> UserError:
    """What is said of a source that holds nothing to take up."""
    if source.is_file():
        return UserError(f"{str(source)!r} holds no conversation.", "Name a run folder, or a file of conversations.")
    return UserError(
        f"{str(source)!r} holds no accepted conversation.", f"`duologue stats {source}` says what became of its items."
    )


class Plan(Struct, frozen=True):
    """What a run is about to make, told before it starts."""

    items: int
    missing: int
    """Items that are not made yet."""
    conversations: int
    """Those that it is made from."""
    places: int = 0
    """Where these are forked."""
    turns: int = 0
    """About how many turns models will be asked for: as many as these conversations have there."""


class Ended(Struct, frozen=True, kw_only=True):
    """How such a run ended. `stopped`: which limit of the person's it reached."""

    conversations: int
    """Those that it is made from."""
    accepted: int
    rejected: int
    """By a check, or given up."""
    stopped: str = ""
    interrupted: bool = False
    """The person asked it to stop, and something is unfinished."""

    @property
    def unfinished(self) -> int:
        """Items that are not made yet."""
        raise NotImplementedError


class Onlooker(Watch):
    """Who watches such a run; told what will be made, too, before anything is."""

    def __init__(
        self,
        progress: Callable[[Progress], None],
        players: Mapping[str, ChatModel] | None = None,
        halt: Halt | None = None,
        plan: Callable[[Plan], None] | None = None,
    ) -> None:
        super().__init__(progress, players, halt)
        self.plan = plan if plan is not None else lambda _: None

    def ended(self, found: E) -> E:
        """That end of the run, with what stopped it."""
        score = self.score
        return replace(found, stopped=score.stopped, interrupted=score.interrupted and found.unfinished > 0)


class Trade:
    """What is the same for the hands of all these runs; see `workers.hand.Trade`."""

    waits = False
    """What is drawn is compared before it is played, or costs nothing but time."""

    def __init__(self, asked: Onward) -> None:
        self.asked, self.models, self.folder = asked, asked.models, asked.out
