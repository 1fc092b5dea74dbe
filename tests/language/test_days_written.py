"""How a moment is written."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from duologue.language.days import clock, in_full


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_a_moment_is_written_as_python_writes_it(moment: datetime) -> None:
    assert in_full(moment) == f"{moment:%A, {moment.day} %B %Y, %H:%M}"
    assert clock(moment) == f"{moment:%H:%M}"
