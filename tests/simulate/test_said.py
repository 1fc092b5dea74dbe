"""An act carries only what its text says."""

import apsw
import pytest

from duologue.catalog import read_catalog
from duologue.catalog.marks import stands_for_nothing
from duologue.catalog.model import Column
from duologue.language.clauses import pieces
from duologue.language.extremes import date_noun
from duologue.language.forms import form_of
from duologue.language.naming import computed
from duologue.language.phrases import Phrases
from duologue.simulate.said import unsaid
from duologue.types import Act, Meaning, Mention, Need, Pick

SCHOOL = """
CREATE TABLE pupil (pupil_id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
CREATE TABLE course (course_id INTEGER PRIMARY KEY, title TEXT NOT NULL, fee REAL);
CREATE TABLE enrolment (pupil_id INTEGER REFERENCES pupil, course_id INTEGER REFERENCES course, state TEXT NOT NULL,
    PRIMARY KEY (pupil_id, course_id));
INSERT INTO pupil VALUES (1, 'Ida Penn', 'ida@example.org'), (2, 'Max Rowe', 'max@example.org'), (3, 'Lea Stone', 'lea@example.org');
INSERT INTO course VALUES (1, 'Rope Work', 20.5), (2, 'Open Water', 30.0), (3, 'Night Walk', 10.0);
INSERT INTO enrolment VALUES (1, 1, 'active'), (1, 2, 'waiting list'), (2, 1, 'active'), (3, 3, 'waiting list'), (2, 3, 'active');
"""


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    db = apsw.Connection(":memory:")
    db.execute(SCHOOL)
    return Phrases(read_catalog(db, "school"))


IDA, ROPE = Mention("pupil", {"@name": "Ida Penn"}), Mention("course", {"@name": "Rope Work"})
STATE = Need(Meaning("set", "enrolment", "state"), (IDA, ROPE))
SET = Need(STATE.meaning, STATE.mentions, {"enrolment.state:value": "waiting list"})
FEE = Need(Meaning("get", "course"), (Mention("course", pick=Pick("ordinal", value=2)),), wanted=("course.fee",))


def test_a_row_named_by_those_it_joins_is_changed_not_moved(phrases: Phrases) -> None:
    assert form_of(STATE) == "set_partial"
    assert pieces(phrases, STATE)["who"] == "Ida Penn's enrolment for Rope Work"


@pytest.mark.parametrize(
    ("text", "act", "missing"),
    [
        ("Look at the enrolments.", Act("request", STATE), "which pupil is meant"),
        ("Change Ida Penn's enrolment for Rope Work.", Act("request", STATE), "what is to be changed"),
        ("Change the state of Ida Penn's enrolment for Rope Work.", Act("request", STATE), ""),
        ("Ida Penn, Rope Work: the state should be active.", Act("request", SET), "enrolment.state:value = 'waiting list'"),
        ("Ida Penn, Rope Work: the state should be waiting list.", Act("request", SET), ""),
        ("What is the fee?", Act("request", FEE), "which course is meant"),
        ("What is the fee of the second course?", Act("request", FEE), ""),
        ("What about the fee there?", Act("follow up", Need(FEE.meaning, (Mention("course"),))), ""),
        ("Set it.", Act("inform", values={"enrolment.state:value": "active"}), "enrolment.state:value = 'active'"),
        ("It's active.", Act("inform", values={"enrolment.state:value": "active"}), ""),
    ],
)  # fmt: skip
def test_an_act_says_no_more_than_its_text(phrases: Phrases, text: str, act: Act, missing: str) -> None:
    assert unsaid(text, (act,), phrases) == missing


def _column(role: str, *values: str, type: str = "TEXT") -> Column:
    return Column("t", "c", role, type=type, values=values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "column", "nothing"),
    [
        ("NULL", _column("category", "Ghent", "NULL"), True),
        ("n/a", _column("text", "late"), True),
        ("-", _column("category", "kitchen", "-"), True),
        ("-", _column("category", "A", "B", "-"), False),
        ("NA", _column("category", "DE", "NA", "FR"), False),
        ("nan", _column("measure", type="REAL"), True),
        ("none", _column("text", "brings tools"), False),
        ("Null", _column("name", "Null", "Stone"), False),
        (None, _column("text", "late"), False),
    ],
)  # fmt: skip
def test_marks_that_stand_for_nothing(value: str | None, column: Column, nothing: bool) -> None:
    assert stands_for_nothing(value, column) is nothing


@pytest.mark.parametrize(
    ("label", "noun"),
    [("born on", "birth date"), ("created at", "creation date"), ("since", "start date"), ("ends", "end"), ("due date", "due date"), ("year awarded", "award year"), ("year released", "release year")],
)  # fmt: skip
def test_dates_are_called_by_nouns(label: str, noun: str) -> None:
    assert date_noun(label) == noun


def test_a_total_of_totals_is_said_once() -> None:
    assert (computed("total {}", "total spent"), computed("total {}", "price")) == (
        "combined total spent",
        "total price",
    )
