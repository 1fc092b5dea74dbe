"""The rows of the built-in operations desk, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is ten in the morning of 16 October 2025, a Thursday. Teams run services, and carry
the pager day by day, from nine to nine. Alerts went off; most came to nothing (those are kept for a month), some grew into incidents (three months), which were
assigned, escalated, published, resolved and written up; changes were made in windows by night. Some incidents and alerts are open now.
Shifts, windows, changes and due dates lie ahead; all else has happened. Between nine and nine nobody's shift ends, so that nothing
happens behind the back of a conversation.

`stories.toml` has what is wanted for certain: what is open now, and rows on the edges of the rules. Each part draws from a generator of its own.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.operations.after import blame, hand_over, learn
from duologue.domains.operations.books import Books
from duologue.domains.operations.crew import hire, plan_rota
from duologue.domains.operations.estate import build, change, open_windows
from duologue.domains.operations.incidents import watch


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    hire(books)
    plan_rota(books)
    build(books)
    open_windows(books)
    change(books)
    watch(books)
    blame(books)
    learn(books)
    hand_over(books)
    yield from books
