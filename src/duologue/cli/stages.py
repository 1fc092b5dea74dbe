"""What the commands that run one stage alone have in common: the source they stand on, and the models they ask.

There is no run folder to keep a model's answers in, so they are kept beside the file that is written: the same command again asks for
none of them a second time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from duologue.casting import Cast
    from duologue.catalog import Catalog
    from duologue.settings import ModelSettings
    from duologue.simulate.profile import Profile
    from duologue.sources import Source
    from duologue.workshop import Workshop

T = TypeVar("T")
ANSWERS = ".answers.jsonl"


class Ground(Struct, frozen=True):
    """A source and what its schema means."""

    source: "Source"
    catalog: "Catalog"

    def workshop(
        self, tools: Path, seed: int = 0, cast: "Cast | None" = None, profile: "Profile | None" = None
    ) -> "Workshop":
        """The environment of a toolset file, ready to make tasks, to play and to check. Raises `UserError`."""
        from duologue.casting import Cast
        from duologue.export import read_tools
        from duologue.simulate.profile import DEFAULT
        from duologue.workshop import Workshop

        environment = read_tools(tools, self.source.image.hash)
        return Workshop(environment, self.source.image, self.catalog, seed, cast or Cast(), profile or DEFAULT)


def open_ground(database: Path | None, domain: str | None) -> Ground:
    """Read the database file or built-in domain that was named. Raises `UserError`."""
    from duologue.config import check_source
    from duologue.ground import catalog_of, open_source

    check_source(database, domain)
    source = open_source(database, domain)
    return Ground(source, catalog_of(source))


def settings_for(
    model: str | None, urls: list[str] | None, roles: list[str] | None, config: Path | None, **more: Any
) -> "ModelSettings":
    """Who plays what, for one stage; `more` of `Flags`, by its names. Raises `UserError`."""
    from duologue.settings import Flags, model_settings

    return model_settings(Flags(model=model, urls=tuple(urls or ()), roles=tuple(roles or ()), file=config, **more))


def with_cast(settings: "ModelSettings", out: Path, work: "Callable[[Cast], Awaitable[T]]") -> T:
    """Do a stage's work with its models. What they answer is kept beside the file to be written."""
    from duologue.casting import assembled
    from duologue.models.budget import OpenLedger
    from duologue.models.recording import FileBook

    async def done() -> T:
        book = FileBook(out.with_name(out.name + ANSWERS))
        async with assembled(settings, book, OpenLedger()) as cast:
            return await work(cast)

    return asyncio.run(done())
