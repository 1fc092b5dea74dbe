"""What the commands that run one stage alone have in common: the source they stand on."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from duologue.catalog import Catalog
    from duologue.pipeline import Workshop
    from duologue.sources import Source


class Ground(Struct, frozen=True):
    """A source and what its schema means."""

    source: "Source"
    catalog: "Catalog"

    def workshop(self, tools: Path, seed: int = 0) -> "Workshop":
        """The environment of a toolset file, ready to make tasks, to play and to check. Raises `UserError`."""
        from duologue.export import read_tools
        from duologue.pipeline import Workshop

        return Workshop(read_tools(tools, self.source.image.hash), self.source.image, self.catalog, seed)


def open_ground(database: Path | None, domain: str | None) -> Ground:
    """Read the database file or built-in domain that was named. Raises `UserError`."""
    from duologue.config import check_source
    from duologue.pipeline import catalog_of, open_source

    check_source(database, domain)
    source = open_source(database, domain)
    return Ground(source, catalog_of(source))
