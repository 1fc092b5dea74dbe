"""Finding a run where the person points."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.store import Store


def open_run(path: Path) -> "Store":
    """The store of a run folder (or the file in it), for reading. Raises `UserError`."""
    from duologue.store import FILE_NAME, Store

    return Store.open(path.parent if path.name == FILE_NAME and path.is_file() else path, readonly=True)
