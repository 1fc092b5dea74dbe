"""What a run is asked to be: command-line flags become one frozen, checked value.

Everything after this point takes a `RunConfig` and never looks at flags. `identity` is the part that makes the run what it
is: a run folder remembers it, and only the same arguments go on with it.
"""

import re
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct, to_builtins
from msgspec.structs import force_setattr

from duologue.errors import UserError
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.sources import folder_marks, is_domain, named_domains, unknown_domain
from duologue.store import Store
from duologue.types import Json

Mode = Literal["user", "task"]
MODES: tuple[str, ...] = get_args(Mode)
DEFAULT_DOMAIN = "retail"
MOST_TOOLSETS = 1000
MOST_WORKERS = 256
MOST_ITEMS = 100_000_000


class RunConfig(Struct, frozen=True, kw_only=True):
    """The arguments of a run. Raises `UserError` where one is not valid."""

    source: Path | None = None
    """An SQLite file; None = the built-in `domain`."""
    domain: str | None = None
    """A built-in domain, several with commas, or `all`; None = `retail`, unless a file is given."""
    out: Path | None = None
    """The run folder; None = `runs/` and the source's name."""
    n: int = 100
    """Conversations asked for."""
    seed: int = 0
    mode: str = "user"
    """user: the user asks bit by bit · task: everything at once."""
    toolsets: int = 4
    """Different selections of tools, in dialects of their own, that the conversations are spread over."""
    seed_tools: Path | None = None
    """Tools without an implementation, instead of a database: a file in the OpenAI format or one like it."""
    simulated: bool = False
    """Tools without an implementation, designed for the domain, instead of a database."""
    workers: int = 1
    """Processes that make items. The result is the same with any number of them."""
    models: ModelSettings = ModelSettings()
    """Who plays which role, and within what limits."""

    def __post_init__(self) -> None:
        if self.seed_tools is not None and not self.simulated:
            force_setattr(self, "simulated", True)
        check_source(self.source, self.domain)
        if self.simulated and self.source is not None:
            raise UserError(f"{str(self.source)!r} is a database, whose tools really run.", "Leave out the simulation.")
        self._check_domain()
        if self.models.faults and self.simulated:
            raise UserError("Simulated tools meet no faults.", "Leave --faults out, or give a database.")
        if self.n < 1:
            raise UserError(f"-n {self.n}: there is nothing to make.", "Give a number from 1 on.")
        if self.n > MOST_ITEMS:
            raise UserError(f"-n {self.n} is out of range.", f"Give a number from 1 to {MOST_ITEMS:,}.")
        if self.mode not in MODES:
            raise UserError(f"Unknown mode {self.mode!r}.", f"Choose one of: {', '.join(MODES)}.")
        check_workers(self.workers)
        if not 1 <= self.toolsets <= MOST_TOOLSETS:
            raise UserError(f"--toolsets {self.toolsets} is out of range.", f"Give a number from 1 to {MOST_TOOLSETS}.")

    def _check_domain(self) -> None:
        """Raise `UserError` where a domain is named that is not built in, and nobody can invent it."""
        if self.invents and not self.roles.models("domain"):
            more = "A model can invent another: name one with --model."
            raise unknown_domain(_unknown(self.domain or ""), more)
        if self.invents and len(self._asked) > 1 and any(map(is_domain, self._asked)):
            raise UserError(
                f"{_unknown(self.domain or '')!r} is not a built-in domain, and others of {self.domain!r} are.",
                "Give built-in domains only, or one that a model is to invent.",
            )

    @property
    def source_name(self) -> str:
        """What the source is called: the file's name without its ending, or the domain."""
        if self.source is not None:
            return self.source.stem or self.source.name
        if self.seed_tools is not None:
            return self.domain or self.seed_tools.stem
        if "/" in (self.domain or "") and self.worlds:
            return ",".join(Path(world).resolve().name for world in self.worlds)
        return self.domain or DEFAULT_DOMAIN

    @property
    def folder(self) -> Path:
        """The run folder."""
        if self.out is not None:
            return self.out
        name = re.sub(r"[^\w.-]+", "-", self.source_name).strip("-.") if self._is_free else self.source_name
        return Path("runs") / (name or "run")

    def identity(self) -> dict[str, Json]:
        """What must be the same to go on with a run. No paths: a run may move together with its database."""
        plain = {
            "file": self.source.name if self.source is not None else None,
            "domain": None if self.source is not None else ",".join(map(_named, self.worlds)) or self.source_name,
            "n": self.n,
            "seed": self.seed,
            "mode": self.mode,
            "toolsets": self.toolsets,
        }
        played, prompts = self.models.identity(), self.models.prompts_mark
        seeds = self.seed_tools.name if self.seed_tools is not None else None
        several = len(self.roles.models("judge")) > 1
        judging = self.models.judging.rule if several and self.models.judging.rule != "majority" else ""
        more = {
            "roles": played,
            "prompts": prompts,
            "seed_tools": seeds,
            "simulated": self.simulated,
            "judging": judging,
            "behaviours": self.models.profile.rates,
            "faults": to_builtins(self.models.faults),
        }
        return plain | {name: value for name, value in more.items() if value} | _marks(self.worlds)

    @property
    def roles(self) -> Roles:
        """Who plays what."""
        return self.models.roles

    @property
    def together(self) -> int:
        """Conversations under way at once: one where nobody is waited for."""
        return 1 if self.roles.scripted else self.models.together

    @property
    def invents(self) -> bool:
        """The source is nothing but the name of a domain, or a list of tools."""
        return self.source is None and not self.worlds

    @property
    def worlds(self) -> tuple[str, ...]:
        """The built-in domains that the conversations are spread over; empty where the source is something else."""
        return () if self.source is not None or self.simulated else named_domains(self.domain or DEFAULT_DOMAIN)

    @property
    def _is_free(self) -> bool:
        """What the source is called may hold more than a file's name or a domain's."""
        return self.invents or len(self.worlds) > 1

    @property
    def _asked(self) -> list[str]:
        return [part.strip() for part in (self.domain or "").split(",")]

    def open_store(self, image: str) -> Store:
        """The store of this run over the database image with that hash: a new one, or the one to go on with, which may grow: items there
        stay as they are.

        Raises `UserError` when the folder can't be used or holds a run with other arguments or of another database.
        """
        return Store.begun(self.folder, {**self.identity(), "image": image}, grows="n")


def _named(world: str) -> str:
    """A domain as a run remembers it: a folder by its name alone, told from one that is built in."""
    return f"./{Path(world).resolve().name}" if "/" in world else world


def _marks(worlds: tuple[str, ...]) -> dict[str, str]:
    """What a run remembers of folders beside their images: each file by its name and digest, so that the one that changed is named."""
    found: dict[str, list[str]] = {}
    for world in worlds:
        for name, mark in (folder_marks(Path(world)) if "/" in world else {}).items():
            found.setdefault(f"{_named(world)}/{name}", []).append(mark)
    return {name: " ".join(marks) for name, marks in found.items()}


def _unknown(domain: str) -> str:
    """The first part of what was named that is not built in."""
    return next((part.strip() for part in domain.split(",") if not is_domain(part.strip())), domain)


def check_workers(workers: int) -> None:
    """Raise `UserError` where so many processes are too few or too many."""
    if not 1 <= workers <= MOST_WORKERS:
        raise UserError(f"--workers {workers} is out of range.", f"Give a number from 1 to {MOST_WORKERS}.")


def check_source(source: Path | None, domain: str | None) -> None:
    """Raise `UserError` where both a file and a domain are named, or a domain without a name."""
    if domain is not None and not all(part.strip() for part in domain.split(",")):
        raise UserError(
            f"--domain {domain!r}: there is a name missing.",
            "Name a domain that `duologue domains` lists, several with commas, or leave it out.",
        )
    if source is not None and domain:
        raise UserError(f"Both {str(source)!r} and --domain {domain!r} are given.", "Give one of them.")
