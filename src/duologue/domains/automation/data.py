"""The rows of the built-in automation desk, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. The company is told as it stands and as it came about: teams and
their services, a group of hosts for each of them in production and in staging, releases on their way from one to the other,
playbooks that people and schedules run (in production a dry run comes first, and what is risky waits for an approval),
certificates, credentials by reference only, and backups. Nothing lies after `NOW` but what is planned: freezes, schedules, and
days on which something runs out. `stories.toml` has what is wanted for certain, on both sides of each rule's edge.

Each part draws from a generator of its own, so that changing one part leaves the others as they are.
"""

from collections.abc import Iterator

from duologue.domains.automation.books import Books
from duologue.domains.automation.estate import build
from duologue.domains.automation.keeping import keep
from duologue.domains.automation.shipping import ship
from duologue.domains.automation.work import work
from duologue.domains.making import Row


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    build(books)
    ship(books)
    work(books)
    keep(books)
    yield from books
