"""The rows of the built-in service desk, made up from word lists and a fixed seed.

`rows()` gives every row in an order that foreign keys allow. It is half past ten on Tuesday, 7 October 2025: people have joined over
the years, are in groups and have programs, asked for more and mostly got it, use devices that age, and call the desk when something
fails; a third of the computers on their desks have something wrong right now. Nothing lies after that moment but days on which
something runs out or is due. `stories.toml` has what is wanted for certain, on the edges of the rules.

Each part draws from a generator of its own, so that changing one part leaves the others as they are.
"""

from collections.abc import Iterator

from duologue.domains.helpdesk.access import grant
from duologue.domains.helpdesk.calls import take_calls
from duologue.domains.helpdesk.desk import Desk
from duologue.domains.helpdesk.equipment import equip
from duologue.domains.helpdesk.people import hire
from duologue.domains.making import Row


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its table, parents first."""
    desk = Desk()
    hire(desk)
    grant(desk)
    equip(desk)
    take_calls(desk)
    yield from desk
