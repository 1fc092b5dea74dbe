"""The rows of the built-in mobile network, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is half past ten in the morning of 16 October 2025. People join, take
one or more lines with a plan and a contract, use a part of their data, pay their bills by direct debit or late or not at all, lose
phones, ask for credits when the network fails, and ring the desk. Each line's phone lies in somebody's hand, and a third of those phones
have something wrong that only a look at them shows.

`stories.toml` has lines that are wanted for certain, on the edges of the rules. Each part draws from a generator of its own. What is sold and
the areas of the network are in `catalogue.toml`, names and towns in the word list that all domains share.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.telecom.books import Books
from duologue.domains.telecom.desk import work
from duologue.domains.telecom.handsets import hand_out
from duologue.domains.telecom.money import bill, measure
from duologue.domains.telecom.network import build
from duologue.domains.telecom.people import register


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    build(books)
    register(books)
    measure(books)
    bill(books)
    work(books)
    hand_out(books)
    yield from books
