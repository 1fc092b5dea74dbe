"""Durations and sizes as people say them, and what the checks make of a right one and a wrong one."""

import pytest

from duologue.catalog.model import Catalog, Column, Table
from duologue.checks.grounding import unfounded
from duologue.checks.sources import Sources
from duologue.language.amounts import amounts_in, shortly
from duologue.language.apart import apart, difference
from duologue.language.phrases import Phrases
from duologue.language.reading import read
from duologue.language.values import tells

LENGTH = Column("song", "ms", "measure", type="INTEGER", label="duration", unit="milliseconds")
TALK = Column("song", "s", "measure", type="INTEGER", label="talk", unit="seconds")
SIZE = Column("song", "bytes", "measure", type="INTEGER", label="size", unit="bytes")
SONGS = Table("song", "entity", (LENGTH, TALK, SIZE), key=("ms",), label="song", plural="songs")
COLUMNS = {f"song.{c.name}": c for c in SONGS.columns}
PHRASES = Phrases(Catalog("radio", (SONGS,)))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (LENGTH, 2_864_000, "47:44"), (LENGTH, 282_671, "4:43"), (LENGTH, 59_499, "59,499 milliseconds"),
        (LENGTH, 238_278_582, "66:11:19"), (TALK, 2_864, "47:44"), (TALK, 45, "45 seconds"), (SIZE, 7_911_090, "7.9 MB"), (SIZE, 999_960, "1.0 MB"),
        (SIZE, 39_252_199_708, "39.3 GB"), (SIZE, 512, "512 bytes"), (LENGTH, -5_000_000, "-5,000,000 milliseconds"),
    ],
)  # fmt: skip
def test_an_amount_is_said_as_people_say_it_and_found_again(column: Column, value: int, said: str) -> None:
    text = f"It comes to {said}."
    assert PHRASES.short(f"song.{column.name}", value) == said
    assert tells(text, value, column)
    assert not tells(text, value * 2 + 120_000, column)


@pytest.mark.parametrize(
    ("text", "value", "column", "told"),
    [
        ("4:43", 282_671, LENGTH, True), ("4:42", 282_671, LENGTH, False), ("4:44", 282_671, LENGTH, False),
        ("47:44", 2_864, TALK, True), ("47:45", 2_864, TALK, False), ("at 4:43 pm", 283, TALK, False),
        ("7.91 MB", 7_911_090, SIZE, True), ("7.8 MB", 7_911_090, SIZE, False), ("7.9 GB", 7_911_090, SIZE, False),
        ("4:43", 283, SIZE, False),
    ],
)  # fmt: skip
def test_it_is_told_by_exactly_this_conversion(text: str, value: int, column: Column, told: bool) -> None:
    assert tells(f"The answer is {text}, for the song.", value, column) is told


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("It lasts 4:43 and has 7.9 MB.", []), ("It lasts 4:53.", ["4:53"]), ("It has 7.8 MB.", ["7.8 MB"]),
        ("The difference is 2:41: 4:43 for Jump, 2:02 for Leila.", []), ("They are 2:41 apart: 4:43 for Jump and 2:02 for Leila.", []), ("It begins at 16:45.", ["16:45"]),
        ("It lasts 282,671 milliseconds.", []),
    ],
)  # fmt: skip
def test_what_is_told_has_a_source_or_not(text: str, unknown: list[str]) -> None:
    known = Sources(COLUMNS)
    rows = [{"song": "Jump", "ms": 282_671, "bytes": 7_911_090}, {"song": "Leila", "ms": 122_000, "bytes": 7_000_000}]
    known.add_result({"rows": rows}, None)
    assert unfounded(read(text), known) == unknown


@pytest.mark.parametrize(
    ("one", "other", "key", "gap"),
    [
        (74_928_465, 71_844_745, "song.ms", "51:23"), (282_671, 100_000, "song.ms", "3:03"),
        (7_911_090, 6_599_424, "song.bytes", "1.3 MB"), (7_911_090, 39_252_199_708, "song.bytes", ""), (282_671, 282_600, "song.ms", ""),
    ],
)  # fmt: skip
def test_a_difference_is_that_of_what_is_said(one: int, other: int, key: str, gap: str) -> None:
    assert apart(PHRASES, key, one, other) == gap


def test_units_that_nobody_keeps_find_nothing() -> None:
    assert amounts_in("4:43 and 7.9 MB", ()) == ()
    assert shortly(282_671, "minutes") == ""


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("2025-10-14", "2025-10-16", 2), ("2025-10-14 19:35:46", "2025-10-16 08:35:22", None), ("2025-10-14 08:00:00", "2025-10-16 09:35:00", 2),
        ("2025-10-01T23:59:00", "2025-10-02T00:01:00", None), ("2025-10-01 19:00:00", "2025-10-16 08:00:00", 15), ("2025-02-30", "2025-10-16", None),
    ],
)  # fmt: skip
def test_moments_are_days_apart_where_the_hours_come_to_days(one: str, other: str, days: int | None) -> None:
    assert difference(None, one, other) == days
