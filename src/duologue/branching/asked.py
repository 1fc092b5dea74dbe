"""What a run of branches is asked to be, checked, and what of it must be the same to go on with one."""

from duologue.branching.places import DIFFER, FAULT, Places, places
from duologue.errors import UserError
from duologue.ids import digest
from duologue.onward import Onward
from duologue.store import Store
from duologue.types import Json

MOST = 1000
"""Branches at one place."""


class Asked(Onward, frozen=True, kw_only=True):
    """The arguments of `duologue branch`. Raises `UserError` where one is not valid."""

    at: str = "every-decision"
    n: int = 2
    """Branches at each place."""
    differ: str = "both"
    mistakes: float = 0.0
    """Share of the branches at an assistant's turn, but for the first of several, in which it makes a mistake on purpose."""

    def __post_init__(self) -> None:
        super().__post_init__()
        places(self.at)
        if not 1 <= self.n <= MOST:
            raise UserError(f"--n {self.n} is out of range.", f"Give a number from 1 to {MOST:,}.")
        if self.differ not in DIFFER:
            raise UserError(f"--differ {self.differ!r} is nobody here.", f"Choose one of: {', '.join(DIFFER)}.")
        if not 0 <= self.mistakes <= 1:
            raise UserError(f"--mistakes {self.mistakes:g} is no share.", "Give a number from 0 to 1.")
        if self.mistakes and self.differ in ("user", FAULT):
            who = "the user" if self.differ == "user" else "what becomes of a call"
            raise UserError(f"--mistakes are the assistant's, and only {who} differs here.", "Give --differ agent.")

    @property
    def places(self) -> Places:
        """Where to fork."""
        return places(self.at)

    def open_store(self, parent: Store, n: int, conversations: list[str]) -> Store:
        """The store of the `n` branches of these conversations: a new one, or the one to go on with. Raises `UserError`."""
        branches: dict[str, Json] = {"conversations": digest(conversations), "at": self.at, "n": self.n,
                                     "differ": self.differ, "limit": self.limit, "mistakes": self.mistakes}  # fmt: skip
        return self.store_of(parent.config(), n, {"branches": branches})

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
