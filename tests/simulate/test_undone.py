"""A recap tells no change as standing that a later one of the same conversation reversed or replaced."""

import pytest
from msgspec.structs import replace

from duologue.simulate.replies.undone import Deed, replaced
from duologue.types import Json

Place = tuple[str, tuple[str, ...]]
LESSON, PUPIL, TUTOR = ("lessons", ("7",)), ("pupils", ("1",)), ("tutors", ("3",))
OTHER = ("tutors", ("4",))


def booked(**columns: Json) -> Deed:
    told: dict[Place, dict[str, Json]] = {LESSON: columns or {"status": "booked", "starts": "2 May"}}
    return Deed("act", "lessons", (PUPIL,), told=told, shown={LESSON: {**told[LESSON], "fee": 20}})


def done_to(row: tuple[str, tuple[str, ...]], **columns: object) -> Deed:
    return Deed("act", row[0], (row,), told={row: columns}, shown={row: columns})


def put(**wrote: object) -> Deed:
    return Deed("set", "lessons", (LESSON,), wrote)


def tied(family: str, tutor: tuple[str, tuple[str, ...]] = TUTOR) -> Deed:
    return Deed(family, "teaches", (PUPIL, tutor))


def given(tutor: tuple[str, tuple[str, ...]]) -> Deed:
    return Deed("set", "pupils", (PUPIL, tutor), assigned=True)


ENTERED = Deed("create", "lessons", (PUPIL,), {"starts": "2 May"}, shown={LESSON: {"starts": "2 May"}})
COURSE = ("courses", ("5",))
OF_COURSE = Deed("act", "lessons", (LESSON,), told={LESSON: {"room": "A"}}, belongs=frozenset({COURSE}))
ENDED = Deed("act", "courses", (COURSE,), ends=True)
OFF = Deed("act", "lessons", (LESSON,), ends=True)
REMOVED = Deed("remove", "lessons", (LESSON,))
TABLE = [
    ("booked, then cancelled", booked(), done_to(LESSON, status="cancelled"), True),
    ("booked, then moved", booked(), done_to(LESSON, status="booked", starts="9 May"), True),
    ("booked, then another one cancelled", booked(), done_to(("lessons", ("8",)), status="cancelled"), False),
    ("booked, then something beside it is written", booked(), done_to(LESSON, status="booked", fee=30), False),
    ("booked, then deleted", booked(), REMOVED, True),
    ("moved, then moved again", done_to(LESSON, starts="9 May"), done_to(LESSON, starts="16 May"), True),
    ("set, then set otherwise", put(room="A"), put(room="B"), True),
    ("set, then set to the same", put(room="A"), put(room="A"), False),
    ("set, then another column is", put(room="A"), put(starts="9 May"), False),
    ("two set, one of them again", put(room="A", starts="2 May"), put(room="B"), False),
    ("set, then a deed leaves it otherwise", put(status="held"), done_to(LESSON, status="cancelled"), True),
    ("something is added to it, then it is called off", done_to(LESSON, fee=30), OFF, True),
    ("something is added to another, then it is called off", done_to(("lessons", ("8",))), OFF, False),
    ("something is added to it, then what it belongs to is called off", OF_COURSE, ENDED, True),
    (
        "something is added to it, then what it belongs to is deleted",
        OF_COURSE,
        Deed("remove", "courses", (COURSE,)),
        True,
    ),
    ("something is added to it, then what it belongs to is changed", OF_COURSE, done_to(COURSE, room="B"), False),
    ("called off, then what it belongs to is", replace(OF_COURSE, ends=True), ENDED, False),
    ("something is added to it, then something else is called off", OF_COURSE, replace(ENDED, rows=(OTHER,)), False),
    ("set, then deleted", put(room="A"), REMOVED, True),
    ("entered, then deleted", ENTERED, REMOVED, True),
    ("entered, then written to", ENTERED, put(starts="9 May"), False),
    ("deleted, then another entered", REMOVED, ENTERED, False),
    ("linked, then unlinked", tied("link"), tied("unlink"), True),
    ("linked, then another unlinked", tied("link"), tied("unlink", OTHER), False),
    ("unlinked, then linked again", tied("unlink"), tied("link"), True),
    ("given to one, then to another", given(TUTOR), given(OTHER), True),
    ("given to one, then to the same", given(TUTOR), given(TUTOR), False),
    ("given to one, then something else is written", given(TUTOR), Deed("set", "pupils", (PUPIL,), {"form": 9}), False),
]


@pytest.mark.parametrize(("deed", "later", "gone"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_was_reversed_or_replaced_is_over(deed: Deed, later: Deed, gone: bool) -> None:
    assert replaced(deed, later) is gone
