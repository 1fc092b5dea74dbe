"""What a run of continuations is asked to be, checked, and what of it must be the same to go on with one."""

from pathlib import Path

from msgspec import Struct

from duologue.config import check_workers
from duologue.continuing.offers import Changes
from duologue.continuing.places import LAST, place
from duologue.errors import UserError
from duologue.ids import digest
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.types import Json

MOST = 20
"""New tasks of one conversation."""


class Asked(Struct, frozen=True, kw_only=True):
    """The arguments of `duologue continue`. Raises `UserError` where one is not valid."""

    source: Path
    """The run folder whose accepted conversations go on, or a file of conversations."""
    databases: tuple[Path, ...] = ()
    """Of a file: what its calls are made in."""
    env: Path | None = None
    """Of a file: what its tools do."""
    differing: bool = False
    """Go on, too, where calls give something else than is recorded."""
    out: Path
    at: str = LAST
    tasks: int = 1
    """New goals of each."""
    goals: tuple[str, ...] = ()
    """The new goals in words, which a model makes tasks of; then `tasks` says nothing."""
    limit: int | None = None
    """Conversations, from the first; None = all."""
    seed: int = 0
    changes: Changes = Changes()
    """Tools that come or go where a conversation is taken up."""
    workers: int = 1
    """Processes that make them. The result is the same with any number."""
    models: ModelSettings = ModelSettings()

    def __post_init__(self) -> None:
        check_workers(self.workers)
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
        if self.limit is not None and self.limit < 1:
            raise UserError(f"--limit {self.limit} leaves nothing.", "Give a number from 1 on.")
        if self.out.resolve() == self.source.resolve():
            raise UserError("The conversations would go into the run they go on from.", "Name another folder (-o).")

    @property
    def together(self) -> int:
        """Conversations under way at once: one where nobody is waited for."""
        return 1 if self.models.roles.scripted else self.models.together

    def open_store(self, config: dict[str, Json], names: list[str]) -> Store:
        """The store of the continuations of these conversations: a new one, or the one to go on with; `config` is that of the run they are
        from. Raises `UserError`."""
        mine = ("n", "seed", "roles", "prompts", "parent", "branches", "continued")
        kept = {name: value for name, value in config.items() if name not in mine}
        played, prompts = self.models.identity(), self.models.prompts_mark
        more = {"roles": played, "prompts": prompts}
        how: dict[str, Json] = {"conversations": digest(names), "at": self.at, "tasks": self.tasks, "limit": self.limit}
        if self.goals:
            how["goals"] = list(self.goals)
        if self.differing:
            how["differing"] = True
        if self.changes:
            how["tools"], how["without"] = self.changes.mark, list(self.changes.without)
        own: dict[str, Json] = {"n": len(names), "seed": self.seed, "parent": config, "continued": how}
        return Store.begun(self.out, kept | own | {name: value for name, value in more.items() if value})
