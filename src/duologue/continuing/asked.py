"""What a run of continuations is asked to be, checked, and what of it must be the same to go on with one."""

from pathlib import Path

from duologue.continuing.offers import Changes
from duologue.continuing.places import LAST, place
from duologue.errors import UserError
from duologue.ids import digest
from duologue.onward import Onward
from duologue.store import Store
from duologue.types import Json

MOST = 20
"""New tasks of one conversation."""


class Asked(Onward, frozen=True, kw_only=True):
    """The arguments of `duologue continue`. Raises `UserError` where one is not valid."""

    databases: tuple[Path, ...] = ()
    """Of a file: what its calls are made in."""
    env: Path | None = None
    """Of a file: what its tools do."""
    differing: bool = False
    """Go on, too, where calls give something else than is recorded."""
    at: str = LAST
    tasks: int = 1
    """New goals of each."""
    goals: tuple[str, ...] = ()
    """The new goals in words, which a model makes tasks of; then `tasks` says nothing."""
    changes: Changes = Changes()
    """Tools that come or go where a conversation is taken up."""

    def __post_init__(self) -> None:
        super().__post_init__()
        place(self.at)
        if not 1 <= self.tasks <= MOST:
            raise UserError(f"--tasks {self.tasks} is out of range.", f"Give a number from 1 to {MOST}.")
        if len(self.goals) > MOST:
            raise UserError(f"{len(self.goals)} times --goal is too often.", f"Give {MOST} at most.")
        if any(not goal.strip() for goal in self.goals):
            raise UserError("A --goal is empty.", "Say in a sentence what the user is to have in the end.")
        if self.goals and not self.models.roles.models("tasks"):
            raise UserError(
                "A --goal in words needs a model that makes a task of it.",
                "Name one: --model NAME, or --role tasks=NAME.",
            )
        if self.env is not None and not self.databases:
            raise UserError(
                "--env says what tools do, and there is no database to do it in.", "Name it too: --db FILE."
            )

    def open_store(self, config: dict[str, Json], names: list[str]) -> Store:
        """The store of the continuations of these conversations: a new one, or the one to go on with; `config` is that of the run they are
        from. Raises `UserError`."""
        how: dict[str, Json] = {"conversations": digest(names), "at": self.at, "tasks": self.tasks, "limit": self.limit}
        if self.goals:
            how["goals"] = list(self.goals)
        if self.differing:
            how["differing"] = True
        if self.changes:
            how["tools"], how["without"] = self.changes.mark, list(self.changes.without)
        return self.store_of(config, len(names), {"continued": how})
