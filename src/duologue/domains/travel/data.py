"""The rows of the built-in airline, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is nine in the morning of 21 May 2025: flights of the next two months
are on sale, those of the last two are remembered where one of the desk's customers was on board. People register, book one
or two flights, sometimes a hotel with them, add bags and choose seats, call off a trip, check in the day before, and fly; some flights
came late. Between nine and eleven today nothing departs or lands, so that nothing happens behind the back of a conversation.

`stories.toml` has bookings that are wanted for certain, on the edges of the rules. Each part draws from a generator of its own. Where the
airline flies and where people stay is in `network.toml`, names and towns in the word list that all domains share.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.travel.after import hand_over, make_good
from duologue.domains.travel.books import Books
from duologue.domains.travel.network import accommodate, columns, disrupt, fly
from duologue.domains.travel.people import register
from duologue.domains.travel.trips import travel


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    fly(books)
    accommodate(books)
    register(books)
    travel(books)
    books.renumber("payments", "made_at")
    books.renumber("flights", "scheduled_departure", "fares", "tickets")
    disrupt(books)
    make_good(books)
    hand_over(books)
    for table, row in books:
        yield table, columns(row) if table == "flights" else row
