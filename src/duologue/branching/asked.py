"""What a run of branches is asked to be, checked, and what of it must be the same to go on with one."""

from pathlib import Path

from msgspec import Struct

from duologue.branching.places import DIFFER, Places, places
from duologue.config import check_workers
from duologue.errors import UserError
from duologue.ids import digest
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.types import Json

MOST = 1000
"""Branches at one place."""


class Asked(Struct, frozen=True, kw_only=True):
    """The arguments of `duologue branch`. Raises `UserError` where one is not valid."""

    run: Path
    """The run folder whose accepted conversations are branched."""
    out: Path
    at: str = "every-decision"
    n: int = 2
    """Branches at each place."""
    differ: str = "both"
    limit: int | None = None
    """Conversations, from the first; None = all."""
    seed: int = 0
    mistakes: float = 0.0
    """Share of the branches at an assistant's turn, but for the first of several, in which it makes a mistake on purpose."""
    workers: int = 1
    """Processes that make them. The result is the same with any number."""
    models: ModelSettings = ModelSettings()

    def __post_init__(self) -> None:
        check_workers(self.workers)
        places(self.at)
        if not 1 <= self.n <= MOST:
            raise UserError(f"--n {self.n} is out of range.", f"Give a number from 1 to {MOST:,}.")
        if self.differ not in DIFFER:
            raise UserError(f"--differ {self.differ!r} is nobody here.", f"Choose one of: {', '.join(DIFFER)}.")
        if self.limit is not None and self.limit < 1:
            raise UserError(f"--limit {self.limit} leaves nothing.", "Give a number from 1 on.")
        if not 0 <= self.mistakes <= 1:
            raise UserError(f"--mistakes {self.mistakes:g} is no share.", "Give a number from 0 to 1.")
        if self.mistakes and self.differ == "user":
            raise UserError("--mistakes are the assistant's, and only the user differs here.", "Give --differ agent.")
        if self.out.resolve() == self.run.resolve():
            raise UserError("The branches would go into the run they are made from.", "Name another folder (-o).")

    @property
    def together(self) -> int:
        """Places that are worked at at once: one where neither speaker is waited for."""
        speaking = any(self.models.roles.models(role) for role in ("user", "agent"))
        return self.models.together if speaking else 1

    @property
    def places(self) -> Places:
        """Where to fork."""
        return places(self.at)

    def open_store(self, parent: Store, n: int, conversations: list[str]) -> Store:
        """The store of the `n` branches of these conversations: a new one, or the one to go on with. Raises `UserError`."""
        return Store.begun(self.out, self._config(parent, n, conversations))

    def _config(self, parent: Store, n: int, conversations: list[str]) -> dict[str, Json]:
        """The parent run's, as far as it still holds, and how the branches come about."""
        old = parent.config()
        kept = {
            name: value
            for name, value in old.items()
            if name not in ("n", "seed", "roles", "prompts", "parent", "branches")
        }
        played, prompts = self.models.identity(), self.models.prompts_mark
        more = {"roles": played, "prompts": prompts}
        branches: dict[str, Json] = {"conversations": digest(conversations), "at": self.at, "n": self.n,
                                     "differ": self.differ, "limit": self.limit, "mistakes": self.mistakes}  # fmt: skip
        own: dict[str, Json] = {"n": n, "seed": self.seed, "parent": old, "branches": branches}
        return kept | own | {name: value for name, value in more.items() if value}

    def check_speakers(self, parent: Store) -> None:
        """Raise `UserError` where a scripted speaker would have to take up what a model began: it reads what its own kind left."""
        before = parent.config().get("roles", {})
        if self.mistakes and (before.get("agent") or before.get("user")):
            raise UserError(
                f"Models played {str(parent.folder)!r}, and --mistakes are made in conversations of the scripted pair.",
                "Leave it out: models make mistakes of their own.",
            )
        for role, needs in (("agent", ("user", "agent")), ("user", ("user",))):
            began = [who for who in needs if before.get(who)]
            if began and not self.models.roles.models(role):
                raise UserError(
                    f"A model played the {began[0]} of {str(parent.folder)!r}, and a scripted {role} can't take that up.",
                    "Name the models that are to go on: --model, or --config.",
                )
