"""State: an SQLite image, private copies of it, and tools that really run on them.

Read in this order: `sqlite` (a file becomes an image), `clock` and `limits` (what makes execution repeatable), `guard` (what a
tool may do), `programs` (a tool made ready to run), `changes` (what a call did), `session` (a live copy).
"""

from duologue.environment.changes import net_changes
from duologue.environment.clock import tick
from duologue.environment.limits import Limits
from duologue.environment.session import Sandbox, SqliteSession, open_session
from duologue.environment.sqlite import Image, import_sqlite, quote

__all__ = [
    "Image",
    "Limits",
    "Sandbox",
    "SqliteSession",
    "import_sqlite",
    "net_changes",
    "open_session",
    "quote",
    "tick",
]
