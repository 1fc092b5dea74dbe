"""A new date is passed in the form that schema and results show, and written in the one that the column stores."""

import random

import pytest

from duologue.plans.index import ToolIndex
from duologue.tasks.anchors import Anchors
from duologue.tasks.edits import Edits
from duologue.types import Meaning, Toolset
from tools.workbench import call, library, tool

FORMS = [("date", 10, "YYYY-MM-DD)"), ("stored", 19, "YYYY-MM-DD HH:MM:SS)")]
"""The dates of the dialect, how long a date is that is passed, and what the schema says of it."""


@pytest.mark.parametrize(("dates", "length", "said"), FORMS)
@pytest.mark.parametrize("seen", [10, 19])  # what is changed is known from a result, or from the database
def test_a_day_is_passed_as_it_is_shown(dates: str, length: int, said: str, seen: int) -> None:
    image, catalog, _ = library()
    column = catalog.table("loan").column("due_date")
    made = tool(Meaning("set", "loan", "due_date"), dates=dates)
    edits = Edits(Anchors(catalog, image), "2024-07-01T09:00:00", ToolIndex(Toolset("t", (made,)), catalog).days)
    stored = str(image.connect().execute("SELECT due_date FROM loan WHERE loan_id = 5").get)
    edit = edits.change(column, stored[:seen], random.Random(3))
    assert edit is not None
    dates_made = [
        edit.value,
        edits.fresh(column, random.Random(3)),
        edits.dates([column], random.Random(3))["due_date"],
    ]
    assert [len(str(d)) for d in dates_made] == [length] * 3
    outcome = call(made, loan__loan_id=5, loan__due_date__value=edit.value)
    assert outcome.result["due_date"] == edit.value
    assert outcome.changes[0].after == {"due_date": f"{edit.value}{' 00:00:00' if length == 10 else ''}"}
    given = next(n for n, s in made.inputs.items() if s.use == "value")
    assert made.parameters["properties"][given]["description"].endswith(said)


def test_a_moment_is_no_day() -> None:
    made = tool(Meaning("set", "loan", "due_date"), dates="date")
    refused = call(made, loan__loan_id=5, loan__due_date__value="2024-12-24 00:00:00")
    assert refused.result["error"]["type"] == "invalid_arguments"
