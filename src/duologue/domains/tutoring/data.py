"""The rows of the built-in tuition centre, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is a Tuesday morning in the fifth week of the autumn term: last
summer's classes are finished and marked, this autumn's began week by week or begin soon, and each has been held as often as the
calendar says. Tutors give one-to-one lessons in fixed hours, which regulars have week by week and pay from packages of credits;
the hours of the next weeks that nobody has are open. Nothing happens between ten and noon today, so that nothing happens behind
the back of a conversation. `stories.toml` has what is wanted for certain, so that each rule can be met on both sides.

Each part draws from a generator of its own, so that changing one part leaves the others as they are.
"""

from collections.abc import Iterator

from duologue.domains.making import Row
from duologue.domains.tutoring.books import Books
from duologue.domains.tutoring.classes import Timetable
from duologue.domains.tutoring.desk import desk_work
from duologue.domains.tutoring.lessons import Diary
from duologue.domains.tutoring.people import register
from duologue.domains.tutoring.work import mark_work


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    books = Books()
    register(books)
    Timetable(books).fill()
    mark_work(books)
    Diary(books).fill()
    desk_work(books)
    yield from books.ledger
