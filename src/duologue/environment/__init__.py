"""State: an SQLite image, private copies of it, and tools that really run on them.

Read in this order: `sqlite` and `pages` (a file becomes an image, an image private copies), `clock`, `limits` and `standins`
(what makes execution repeatable), `schema` and `guard` (what a tool may do), `arguments`, `programs` and `results` (a tool made
ready to run), `changes` (what a call did), `copies` and `session` (live copies, and calls that become outcomes).
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
