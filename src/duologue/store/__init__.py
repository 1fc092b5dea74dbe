"""One SQLite file per run: what was asked for, what it was made from, what became of each item."""

from duologue.store.calls import Calls, export_calls
from duologue.store.files import FILE_NAME, explained, megabytes
from duologue.store.funnel import funnel, lost
from duologue.store.records import Measures, StoredDialogue, measure, writing_tools
from duologue.store.stats import stats
from duologue.store.store import Store
from duologue.store.tally import CANDIDATES, Ended, Tally

__all__ = [
    "CANDIDATES",
    "FILE_NAME",
    "Calls",
    "Ended",
    "Measures",
    "Store",
    "StoredDialogue",
    "Tally",
    "explained",
    "export_calls",
    "funnel",
    "lost",
    "measure",
    "megabytes",
    "stats",
    "writing_tools",
]
