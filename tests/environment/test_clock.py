"""The clock moves with calls and with nothing else."""

from itertools import pairwise

import pytest

from duologue.environment import tick
from duologue.environment.clock import clock_of
from duologue.errors import UserError
from duologue.types import ClockSpec
from environment.kit import CLOCK, TEXT, image, opened, read, write


def test_it_starts_where_the_spec_says_and_moves_within_its_steps() -> None:
    spec = ClockSpec("2024-05-01T10:00:00", seed=3, least=20, most=90)
    seconds = [clock_of(spec).seconds(n) for n in range(200)]
    assert tick(spec, 0) == "2024-05-01T10:00:00"
    assert all(20 <= b - a <= 90 for a, b in pairwise(seconds))


def test_the_same_spec_gives_the_same_times_in_any_order_of_asking() -> None:
    asked_backwards = [tick(ClockSpec("2024-05-01T10:00:00", 5), n) for n in reversed(range(30))]
    assert asked_backwards[::-1] == [tick(ClockSpec("2024-05-01T10:00:00", 5), n) for n in range(30)]
    assert tick(ClockSpec("2024-05-01T10:00:00", 6), 9) != tick(ClockSpec("2024-05-01T10:00:00", 5), 9)


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("2024-05-01", "2024-05-01T00:00:00"),
        ("2024-05-01 10:11:12", "2024-05-01T10:11:12"),
        ("2024-05-01T10:11:12.9Z", "2024-05-01T10:11:12"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00"),
        ("1896-04-06T10:00:00", "1896-04-06T10:00:00"),
    ],
)
def test_a_start_is_read_as_utc(start: str, shown: str) -> None:
    assert tick(ClockSpec(start, 1), 0) == shown


@pytest.mark.parametrize(
    "spec", [ClockSpec("soon", 1), ClockSpec("2024-05-01", 1, 5, 4), ClockSpec("2024-05-01", 1, -1, 4)]
)
def test_a_wrong_spec_is_the_persons_to_mend(spec: ClockSpec) -> None:
    with pytest.raises(UserError):
        tick(spec, 1)


def test_sql_sees_only_the_frozen_time() -> None:
    query = (
        "SELECT datetime('now') a, CURRENT_TIMESTAMP b, date('now') c, strftime('%s', 'now') d, unixepoch() e, time() f"
    )
    session = opened(image(), read(query, ""))
    row = session.execute("read", {}).result["rows"][0]
    now = session.now.replace("T", " ")
    assert row["a"] == row["b"] == now == tick(CLOCK, 1).replace("T", " ")
    assert (row["c"], row["f"], int(row["d"])) == (now[:10], now[11:], row["e"])


def test_defaults_and_triggers_see_it_too_and_failing_calls_move_it() -> None:
    insert = write("INSERT INTO orders(customer_id, status) VALUES (1, :status)", "orders", status=TEXT)
    session = opened(image(), insert, read("SELECT 1", ""))
    assert session.execute("write", {"status": "lost"}).failed
    assert session.execute("no such tool", {}).failed
    changes = session.execute("write", {"status": "new"}).changes
    assert changes[0].after is not None
    assert changes[0].after["placed"] == tick(CLOCK, 3).replace("T", " ")


def test_two_sessions_keep_their_own_time() -> None:
    one, two = (opened(image(), read("SELECT datetime('now') t", "")) for _ in range(2))
    times = [one.execute("read", {}).text, one.execute("read", {}).text, two.execute("read", {}).text]
    assert times[0] == times[2] != times[1]
