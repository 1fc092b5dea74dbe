"""Values are said as people write them, and what was said is found again."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duologue.catalog.model import Column
from duologue.language.reading import read
from duologue.language.values import clean, say, tells
from duologue.types import Json

DATABASES = Path(__file__).parents[2].parent / "shared" / "data" / "databases"


def column(role: str = "measure", **more: Json) -> Column:
    return Column(table="t", name="c", role=role, **more)  # type: ignore[arg-type]


USD = column(format="money", unit="USD", type="REAL")
SHARE = column(format="percent", type="REAL", least=0.0, most=0.95)
PERCENT = column(format="percent", type="REAL", most=80.0)
KEY = column("key", type="INTEGER")
YEAR = column("date", format="year", type="INTEGER")
FLAG = column("flag", values=(0, 1))
DATE = column("date", format="date")
ODD_DATE = column("date", format="date:%d/%m/%Y")
KILOS = column(unit="kg")
MILLIONS = column(unit="million")


@pytest.mark.parametrize(
    ("value", "of", "style", "text"),
    [
        (1234567, column(), 0, "1,234,567"),
        (1234, column(), 0, "1,234"),
        (1234, None, 0, "1234"),
        (12.5, None, 0, "12.5"),
        (12.0, None, 0, "12"),
        (0.1 + 0.2, None, 0, "0.3"),
        (10 / 3, column(), 0, "3.33"),
        (0.000123456789, column(), 0, "0.000123"),
        (-1234.5, USD, 0, "-$1,234.50"),
        (10, USD, 0, "$10.00"),
        (10, column(format="money", type="INTEGER"), 0, "10"),
        (54.9, column(format="money", type="REAL", unit="GBP"), 0, "£54.90"),
        (54.9, column(format="money", type="REAL", unit="SEK"), 0, "54.90 SEK"),
        (54.9, column(format="money", type="REAL"), 0, "54.90"),
        (0.4523, SHARE, 0, "45.23%"),
        (45, PERCENT, 0, "45%"),
        (72.5, KILOS, 0, "72.5 kg"),
        (40211, KEY, 0, "40211"),
        (2024, YEAR, 0, "2024"),
        (1, FLAG, 0, "yes"),
        (0, FLAG, 0, "no"),
        ("Y", FLAG, 0, "yes"),
        (True, None, 0, "yes"),
        ("F", column("flag", values=("M", "F")), 0, "F"),
        ("2024-05-03", DATE, 0, "3 May 2024"),
        ("2024-05-03", DATE, 1, "May 3, 2024"),
        ("2024-05-03 00:00:00.000", None, 2, "3 May 2024"),
        ("2024-08-03T14:30:00Z", None, 2, "3 Aug 2024 at 14:30"),
        ("2024-08-03", None, 3, "2024-08-03"),
        ("03/05/2024", ODD_DATE, 0, "3 May 2024"),
        ("2024-06", column("date", format="month"), 0, "June 2024"),
        ("2024-06", None, 0, "2024-06"),
        ("0000-00-00", DATE, 0, "0000-00-00"),
        ("2024-02-30", None, 0, "2024-02-30"),
        ("W1234567", None, 0, "W1234567"),
        ("  two\nlines\t here ", None, 0, "two lines here"),
        ("\x1b[31mred\x1b[0m \x07bell\u202e", None, 0, "red bell"),
        (None, None, 0, "none on record"),
        ("", None, 0, "blank"),
        (["a", 2], None, 0, "a, 2"),
        ("12500", column(type="TEXT"), 0, "12,500"),
        ("12500", None, 0, "12500"),
    ],
)
def test_values_are_said_as_people_write_them(value: Json, of: Column | None, style: int, text: str) -> None:
    assert say(value, of, style) == text


@pytest.mark.parametrize(
    ("text", "value", "of", "told"),
    [
        ("It costs 1,234.50 in all.", 1234.5, USD, True),
        ("It costs $1234.5 in all.", 1234.5, USD, True),
        ("It costs about 1.2k in all.", 1234.5, USD, False),
        ("It costs 1,234 in all.", 1234.5, USD, False),
        ("an average of 3.33", 10 / 3, None, True),
        ("an average of 3.333", 10 / 3, None, True),
        ("an average of 3.3", 10 / 3, None, False),
        ("an average of 3.34", 10 / 3, None, False),
        ("some 1.2 million people", 1.2, MILLIONS, True),
        ("some 1.2 million people", 1_200_000, None, True),
        ("some 1.2 million people", 1_234_000, None, False),
        ("3 million people", 3, None, False),
        ("There are 14 rows", 14, None, True),
        ("There are 141 rows", 14, None, False),
        ("There are fourteen-ish, three in Leeds", 3, None, True),
        ("It is the 2nd one", 2, None, False),
        ("It is the second one", 2, None, False),
        ("code AB-1234", 1234, None, False),
        ("order #40211.", 40211, KEY, True),
        ("order 40211's lines", 40211, KEY, True),
        ("that is 45% of them", 0.45, SHARE, True),
        ("that is 45% of them", 0.45, None, True),
        ("that is 45 percent of them", 45, PERCENT, True),
        ("that is 45% of them", 0.46, SHARE, False),
        ("between 10 and 20 °C, or 5-degree steps", 5, None, True),
        ("a loss of −5", -5, None, True),
        ("a loss of -5", 5, None, False),
        ("a 1.7l kettle", 1.7, None, True),
        ("on May 3rd, 2024", "2024-05-03", None, True),
        ("on the 3rd of May", "2024-05-03", None, True),
        ("on 3 May 2023", "2024-05-03", None, False),
        ("on 2024-05-03 at 14:30", "2024-05-03 14:30:10", None, True),
        ("on 2024-05-03 at 15:30", "2024-05-03 14:30:10", None, False),
        ("on 3 May", "2024-05-04", None, False),
        ("on 3 May 2024", "03/05/2024", None, True),
        ("on 3 May 2024", "03/05/2024", ODD_DATE, True),
        ("on 5 March 2024", "03/05/2024", ODD_DATE, False),
        ("in June 2024", "2024-06", column("date", format="month"), True),
        ("in July 2024", "2024-06", column("date", format="month"), False),
        ("Mr. O’Brien’s order", "O'Brien", None, True),
        ("the  “White\nKettle”", "white kettle", None, True),
        ("the whitest kettle", "white", None, False),
        ("Ann Smithson", "Ann Smith", None, False),
        ("yes, it is in stock", 1, FLAG, True),
        ("no, it isn't", 1, FLAG, False),
        ("none on record", None, None, False),
        ("blank", "", None, False),
        ("It's 12,345 all told", "12345", None, True),
        ("It's 0012345", "12345", None, False),
        ("Sizes are 7, 8 and 9", [7, 8, 9], None, True),
        ("Sizes are 7, 8", [7, 8, 9], None, False),
        ("1.234,50 €", 1234.5, None, True),
        ("C:\\path\\x1", "C:\\path\\x1", None, True),
    ],
)
def test_what_a_text_tells(text: str, value: Json, of: Column | None, told: bool) -> None:
    assert tells(text, value, of) is told


def told_as_said(value: Json, of: Column | None, style: int) -> bool:
    return tells(f"As far as I can see: {say(value, of, style)} (on record).", value, of)


STYLES = st.integers(0, 7)
NUMBERS = st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, st.sampled_from([None, USD, SHARE, PERCENT, KEY, KILOS, MILLIONS, column()]), STYLES)
def test_every_number_said_is_told(value: float, of: Column | None, style: int) -> None:
    assert told_as_said(value, of, style)
    assert say(value, of, style) == say(value, of, style)


@given(st.integers(-(10**15), 10**15), st.sampled_from([None, KEY, KILOS, column()]), st.integers(1, 10**6))
def test_no_neighbouring_number_is_told(value: int, of: Column | None, step: int) -> None:
    assert not tells(f"It is {say(value, of)} now.", value + step, of)


@given(st.dates(date(1, 1, 1)), st.sampled_from([None, DATE]), STYLES, st.integers(1, 400))
def test_every_date_said_is_told_and_no_other_day(day: date, of: Column | None, style: int, days: int) -> None:
    value = day.isoformat()
    assert told_as_said(value, of, style)
    assume(day.toordinal() + days <= date.max.toordinal())
    assert not tells(f"It was on {say(value, of, style)}.", (day + timedelta(days)).isoformat(), of)


@given(st.text(), st.sampled_from([None, column("name"), column("text"), column("category"), FLAG, DATE, USD]), STYLES)
def test_every_text_said_is_told(value: str, of: Column | None, style: int) -> None:
    if clean(value):
        assert told_as_said(value, of, style)


@given(st.text())
def test_what_is_said_steers_no_terminal(value: str) -> None:
    said = say(value)
    assert all(c.isprintable() or c == "\xa0" or c.isspace() for c in said) or not said.isascii()
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in said)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert all(0 <= n.start < n.end <= len(text) for n in reading.numbers)


def stored_values() -> Iterator[tuple[str, Json]]:
    for path in sorted(DATABASES.glob("*.sqlite")):
        db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            quoted = '"' + table.replace('"', '""') + '"'
            for row in db.execute(f"SELECT * FROM {quoted} LIMIT 150"):
                yield from ((f"{path.stem}.{table}", v) for v in row if not isinstance(v, bytes))
        db.close()


@pytest.mark.skipif(not DATABASES.is_dir(), reason="the shared databases are not here")
def test_every_stored_value_said_is_told() -> None:
    seen = set()
    for where, value in stored_values():
        if (type(value), value) in seen or not clean(str(value if value is not None else "")):
            continue
        seen.add((type(value), value))
        for of in (None, column()) if isinstance(value, int | float) else (None, column("text")):
            assert told_as_said(value, of, len(seen)), (where, value)
        if isinstance(value, int) and not isinstance(value, bool):
            assert not tells(f"It is {say(value)}.", value + 1), (where, value)
    assert seen
