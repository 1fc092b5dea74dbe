"""The rows of the built-in sales desk, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is nine in the morning of 12 June 2025, a Thursday: the second quarter
has eighteen days to go, and its forecasts were locked the evening before. Two and a half years lie behind that: opportunities come
from campaigns and calls, pass through four stages, are quoted, put off, won or lost; what is won is booked as an order, and
customers order again. More is closed in the last weeks of a quarter, and less in August.

`stories.toml` has what is wanted for certain, on the edges of the rules. Each part draws from a generator of its own. What is sold
and what companies are called is in `catalogue.toml`, people's names in the word list that all domains share.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.sales.accounts import open_accounts
from duologue.domains.sales.books import Books
from duologue.domains.sales.deals import sell
from duologue.domains.sales.plans import hand_over, keep_quarters, plan
from duologue.domains.sales.repeats import order_again
from duologue.domains.sales.team import advertise, hire, list_products


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    hire(books)
    keep_quarters(books)
    list_products(books)
    advertise(books)
    open_accounts(books)
    sell(books)
    order_again(books)
    books.renumber("orders", "booked_on")
    books.renumber("stage_changes", "changed_at")
    books.renumber("activities", "held_on")
    plan(books)
    hand_over(books)
    yield from books
