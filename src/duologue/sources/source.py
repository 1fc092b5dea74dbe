"""What every source gives, and the plainest one: a file of the user's."""

import re
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from duologue.environment import Image, import_sqlite
from duologue.types import Policy, Tool


class Source(Struct, frozen=True):
    """A database image, and whatever else came with it."""

    name: str
    """What people call it."""
    image: Image
    tools: tuple[Tool, ...] = ()
    """Hand-written tools; they have their wording in them."""
    policy: Policy | None = None
    lexicon: dict[str, Any] = field(default_factory=dict)
    """Wording: `labels` for tables and columns (`table` or `table.column` → what people say), `called_by` (table → the columns
    by which people call its rows) and `wording` for tools."""
    today: str = ""
    """The day it is in the data (ISO), where that is known; else it is guessed from the latest dates."""
    now: str = ""
    """The moment it is in the data (ISO, UTC), where that is known to the minute: what is planned ahead and what has happened
    meet there, so conversations take place at that time and at no other."""
    own_tables: tuple[str, ...] = ()
    """The user's part of the state: tables that only their own tools touch."""
    own_tools: tuple[Tool, ...] = ()
    """The user's own tools."""


def from_sqlite(path: str | Path) -> Source:
    """An SQLite file, which is only read. Raises `UserError` where there is nothing to work with (see `import_sqlite`)."""
    return Source(presentable(Path(path).stem), import_sqlite(path))


def presentable(stem: str) -> str:
    """A file's stem as a name to be shown: "sales-2024_final" → "Sales 2024 final"."""
    words = re.sub(r"[\W_]+", " ", stem).strip()
    return words[:1].upper() + words[1:] if words else "Database"
