"""The checks, as far as they apply, for conversation files that anyone wrote.

What a file holds (`talks` reads it) is made ready to be judged (`sight`, `heard`) and asked what can be asked of it (a module for each few
checks); what is found is given with its place (`report`).

There is no task, no database and no catalog here, so the checks of `checks/` can't be asked as they are; their parts are: reading of
figures and days, what follows from a result, phrases for claims and failures. Precision goes before recall: what is called a fault is
what a reader of the conversation would call wrong.
"""

from duologue.audit.report import CHECKS, Audit, Tally
from duologue.audit.values import Finding
from duologue.talks.conversations import conversations
from duologue.talks.values import Talk, Unreadable

__all__ = ["CHECKS", "Audit", "Finding", "Talk", "Tally", "Unreadable", "conversations"]
