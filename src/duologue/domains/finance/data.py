"""The rows of the built-in finance back office, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is ten in the morning of 8 October 2025, a Wednesday: September is
being closed, the next payment run goes out on Friday. Vendors send bills, for what was ordered or for a service; clerks enter them,
managers approve them within their limits, Friday's run pays what is due. Customers are sent invoices and pay them, mostly late and
sometimes a few pounds short; statement lines of the last days are still to be matched. Accountants draw up journals at each
month's end and others post them. Colleagues claim their expenses.

`stories.toml` has what is wanted for certain, on the edges of the rules. Each part draws from a generator of its own, so that
changing one part leaves the others as they are.
"""

from collections.abc import Iterator

from duologue.domains.finance.books import Books
from duologue.domains.finance.claims import claim
from duologue.domains.finance.journals import enter
from duologue.domains.finance.payables import owe
from duologue.domains.finance.people import set_up
from duologue.domains.finance.receivables import collect
from duologue.domains.making import Row


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    set_up(books)
    owe(books)
    collect(books)
    enter(books)
    claim(books)
    yield from books
