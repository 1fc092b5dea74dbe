"""The rows of the built-in shop, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. The shop is told as it happened: people register, shelves are
filled, orders come in along the seasons (more of them as the shop grows), each order runs through payment, label, packing,
courier and door at plausible hours, and some goods come back. Whatever would lie after `NOW` has not happened yet, which
is how the open orders, the parcels under way and the refunds still pending come about. `stories.toml` has a few orders that
are wanted for certain: two customers of one name, a parcel just delivered, a label just printed.

Money is counted in pence until it is written. Each part draws from a generator of its own, so that changing one part leaves
the others as they are. Word lists, the catalogue and the stories are read from the files beside this one,
names and streets from those that all domains share.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.retail.books import Books
from duologue.domains.retail.goods import fill_shelves
from duologue.domains.retail.orders import Trade
from duologue.domains.retail.people import register


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    register(books)
    fill_shelves(books)
    Trade(books).run()
    books.number()
    yield from books
