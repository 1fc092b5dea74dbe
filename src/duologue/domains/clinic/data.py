"""The rows of the built-in clinic, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. The clinic is told as it happened: people register, the rota gives
slots week by week, patients come (some by referral, some with an insurer's authorisation), most attend, some miss or cancel,
those who pay for themselves get invoices, and what is long-standing is prescribed again and again. The diary goes on for eight
weeks after `NOW`, the fuller the nearer; nothing else lies after `NOW` but what is planned or runs out then. `stories.toml` has
what is wanted for certain: namesakes, birthdays, and papers that run out day by day, so that each rule can be met on both sides.

Each part draws from a generator of its own, so that changing one part leaves the others as they are.
"""

from collections.abc import Iterator

from duologue.domains.clinic.appointments import Diary
from duologue.domains.clinic.desk import desk_work
from duologue.domains.clinic.files import Files
from duologue.domains.clinic.medicines import prescribe
from duologue.domains.clinic.money import bill
from duologue.domains.clinic.people import register
from duologue.domains.making import Row


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    files = Files()
    register(files)
    Diary(files).fill()
    bill(files)
    prescribe(files)
    desk_work(files)
    yield from files.ledger
