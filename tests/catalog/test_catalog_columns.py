"""One column at a time: what its name and values say about it."""

import math
from collections.abc import Sequence

import apsw
import pytest

from duologue.catalog import Column, read_catalog

ROWS = 24


def column(name: str, values: Sequence[object], declared: str = "", rows: int = 0) -> Column:
    """The catalog's view of a column that holds these values, over and over up to `rows` rows."""
    db = apsw.Connection(":memory:")
    quoted = name.replace('"', '""')
    db.execute(f'CREATE TABLE thing (id INTEGER PRIMARY KEY, label TEXT, "{quoted}" {declared})')
    filled = [values[i % len(values)] for i in range(rows or len(values))]
    db.executemany("INSERT INTO thing VALUES (?, ?, ?)", [(i, f"thing {i}", v) for i, v in enumerate(filled, 1)])
    return read_catalog(db, "test").table("thing").column(name)


def spread(start: float, step: float, count: int = ROWS) -> list[float]:
    """`count` numbers at even distances."""
    return [start + step * i for i in range(count)]


DATES = [
    ("d", ["2024-01-05", "2023-12-31", "2024-02-29"], "date", True),
    ("d", ["2024-01-05 10:00:00", "2024-01-06 11:30:00"], "datetime", True),
    ("d", ["2024-01-05T10:00:00.5", "2024-01-06T11:30:00.1"], "datetime", True),
    ("d", ["2024-01-05T10:00:00Z", "2024-01-06T11:30:00Z"], "datetime", True),
    ("d", ["2024-01-05T10:00:00", "2024-01-06 11:30:00"], "datetime", False),
    ("d", ["2024-01", "2024-02", "2023-11"], "month", True),
    ("d", ["14 April 1205", "1 June 1206", "31 January 1206"], "date:%d %B %Y", False),
    ("d", ["May 26, 1986", "August 1, 1982", "April 17, 1987"], "date:%B %d, %Y", False),
    ("d", ["9 June", "10 June", "29 February"], "date:%d %B", False),
    ("d", ["06/21/1991", "12/01/1992", "01/30/1990"], "date:%m/%d/%Y", False),
    ("d", ["21/06/1991", "01/12/1992"], "date:%d/%m/%Y", False),
    ("d", ["21.06.1991", "1.12.1992"], "date:%d.%m.%Y", False),
    ("d", ["12-Mar-99", "1-Jan-01"], "date:%d-%b-%y", False),
    ("d", ["November14,2008", "December5,2008"], "date:%B%d,%Y", False),
    ("d", ["2024/01/05", "2023/12/31"], "date:%Y/%m/%d", True),
    ("d", ["6/21/1991 14:05", "12/1/1992 09:30"], "date:%m/%d/%Y %H:%M", False),
    ("d", ["06/21/1991 02:05 PM", "12/01/1992 09:30 AM"], "date:%m/%d/%Y %I:%M %p", False),
    ("order_date", [20240105, 20231231], "date:%Y%m%d", True),
    ("Year", [1970, 1971, 1982], "year", True),
    ("founded", ["1789", "1870", "1947"], "year", True),
    ("start_from", ["2009", "2003", "2011"], "year", True),
    ("Year_of_Founded", [2003.0, 2009.0, 1998.0], "year", True),
    ("indep_year", [1991, 1960, -1523, *range(1900, 1930)], "year", True),
    ("date", ["14 April 1205", "June 1205", "31 January 1206", "February 1208"], "", False),
]


@pytest.mark.parametrize(("name", "values", "format", "sorts"), DATES)
def test_dates_are_read_in_many_writings(name: str, values: list[object], format: str, sorts: bool) -> None:
    found = column(name, values)
    assert (found.role, found.format, found.sorts) == ("date", format, sorts)


ROLES = [
    # measures
    ("price", spread(1.5, 0.7), "measure", "money", "REAL", True),
    ("Population", [103000, 22720000, 8000], "measure", "", "INTEGER", True),
    ("rating", [4.5, 3.5, 5.0, 2.5], "measure", "", "REAL", True),
    ("MPG", ["18", "15.5", "null", "22"], "measure", "", "TEXT", False),
    ("Age", ["32", "29", "41"], "measure", "", "TEXT", False),
    ("cost", ["$1,200.50", "$3.20", "$88"], "measure", "money", "TEXT", False),
    ("share", ["22.7%", "28%", "29.4%"], "measure", "percent", "TEXT", False),
    ("cases", [275, 480, "NULL", 2700, 33], "measure", "", "INTEGER", False),
    ("Year_of_Work", [10, 11, 6, 20], "measure", "", "INTEGER", True),
    ("pages_per_minute", [30.0, 28.0, 4.0, 3.0], "measure", "", "REAL", True),
    ("reorder_level", [0, 25, 15, 30, 5] * 5, "measure", "", "INTEGER", True),
    ("temperature", [1.5, math.inf, -math.inf, 2.0], "measure", "", "REAL", True),
    # numbers that measure nothing
    ("latitude", [37.01, 37.3, -12.4], "other", "", "REAL", True),
    ("ranking", list(range(1, 16)), "other", "", "INTEGER", True),
    ("advisor", [1121, 7712, 7792, 8423], "other", "code", "INTEGER", True),
    ("production_code", [101.0, 102.0, 103.0], "other", "code", "REAL", True),
    ("account_number", [88123, 4410, 99120], "other", "code", "INTEGER", True),
    ("capital", [(i * 37) % 501 for i in range(200)], "other", "", "INTEGER", True),
    ("created_at", [1700000000 + i for i in range(9)], "other", "epoch", "INTEGER", True),
    ("last_seen", [1700000000 + 977 * i for i in range(9)], "other", "epoch", "INTEGER", True),
    ("installed", [1700000000000 + 97700 * i for i in range(9)], "other", "epoch_ms", "INTEGER", True),
    ("price", ["1.363,74", "364,15", "12,50", "2.000,00"], "measure", "money", "TEXT", False),
    ("issue_number", [1, 2, 3, 4, 5, 6, 7, 8, 9], "other", "code", "INTEGER", True),
    ("number", [1, 2, 3, 4, 5, 6, 7, 8, 9], "other", "code", "INTEGER", True),
    ("quality", [0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0], "category", "", "INTEGER", True),
    ("payment_terms_days", [14, 30, 60, 30, 14, 60, 30, 14, 30], "measure", "", "INTEGER", True),
    ("credits", [3, 4, 4, 3, 2, 6, 5, 8, 12], "measure", "", "INTEGER", True),
    ("adults", [1, 2, 3, 4, 1, 2, 6, 2, 1], "measure", "", "INTEGER", True),
    ("last_four", ["9212", "0034", "1187"], "text", "code", "TEXT", False),
    # contacts
    ("mail", ["a@b.org", "x.y@z.com"], "contact", "email", "TEXT", False),
    ("web", ["https://a.org/x", "http://b.org"], "contact", "url", "TEXT", False),
    ("fax", ["(503) 555-9831", "+44 20 7946 0000"], "contact", "phone", "TEXT", False),
    ("number", ["+1 (403) 262-3443", "+55 11 3033-5446"], "contact", "phone", "TEXT", False),
    ("phone", [5035559831, 5035559832], "contact", "phone", "INTEGER", True),
    ("ZipCode", [80279, 75277, 19036], "contact", "postcode", "INTEGER", True),
    ("postal_code", ["T5K 2N1", "05454-876"], "contact", "postcode", "TEXT", False),
    ("street_address", ["1 High Street", "9 Low Road"], "contact", "", "TEXT", False),
    # the rest
    ("ssn", ["123-45-6789", "987-65-4321"], "text", "code", "TEXT", False),
    ("payload", ['{"a": 1}', "[1, 2]"], "other", "json", "TEXT", False),
    ("token", ["9f86d081884c7d659a2feaa0c55ad015", "60303ae22b998861bce3b28f33eec1be"], "other", "code", "TEXT", False),
    ("picture", [b"\x00\x01", b"\x02"], "other", "", "BLOB", False),
    ("nothing", [None, None], "other", "", "TEXT", False),
    ("sku", ["AB-1001", "AB-1002", "ZX-0007"], "text", "code", "TEXT", False),
    ("director", ["Ben Jones", "Mary Ann Smith", "Peter O'Hara"], "text", "person", "TEXT", False),
    ("opening", ["09:30", "10:00", "18:45"], "other", "time", "TEXT", True),
    ("remarks", [f"It was a long day, number {i}." for i in range(9)], "text", "", "TEXT", False),
]


@pytest.mark.parametrize(("name", "values", "role", "format", "type", "sorts"), ROLES)
def test_roles_follow_from_names_and_values(
    name: str, values: list[object], role: str, format: str, type: str, sorts: bool
) -> None:
    found = column(name, values)
    assert (found.role, found.format, found.type, found.sorts) == (role, format, type, sorts)


GROUPS = [
    ("colour", ["red", "white", "rose"], "category", True),
    ("country", ["France", "Chile", "Peru"], "category", False),  # there are other countries
    ("state", ["CA", "NY", "TX"], "category", False),
    ("state", ["open", "closed", "pending"], "status", True),
    ("order_status", ["Pending", "Shipped", "Delivered"], "status", True),
    ("phase", ["draft", "signed off", "built"], "status", True),
    ("progress_code", ["active", "suspended"], "status", True),
    ("zone", [1, 2, 3], "category", True),
    ("is_open", [0, 1], "flag", True),
    ("active", ["T", "F"], "flag", True),
    ("vegetarian", ["yes", "no"], "flag", True),
    ("vegetarian", ["Y", "N", ""], "flag", False),
    ("on_earth", [0, 1], "flag", True),
    ("gender", ["M", "F"], "category", True),
    ("visits", [0, 1], "measure", False),
    ("grade", [0, 1, 2], "category", True),
    ("kind", ["one word " * 5, "two words " * 5], "category", False),  # too long for an enumeration
]


@pytest.mark.parametrize(("name", "values", "role", "closed"), GROUPS)
def test_repeating_values_make_categories(name: str, values: list[object], role: str, closed: bool) -> None:
    found = column(name, values, rows=ROWS)
    assert (found.role, found.closed) == (role, closed)


def test_values_of_a_category_come_commonest_first() -> None:
    assert column("colour", ["b", "a", "a", "c", "a", "b"], rows=ROWS).values == ("a", "b", "c")


def test_statistics_are_exact() -> None:
    found = column("weight_kg", [3, None, 1, 3, 2.5])
    assert (found.distinct, found.nulls, found.least, found.most, found.unique) == (3, 1, 1, 3, False)


def test_limits_of_numbers_kept_as_text_are_those_of_the_numbers() -> None:
    found = column("weight", ["9", "10", "100", "n/a"])
    assert (found.least, found.most) == ("9", "100")


def test_limits_hold_only_what_json_can() -> None:
    assert column("temperature", [math.inf, 1.5, -math.inf]).most == 1.5
    assert column("picture", [b"\x00"]).most is None


UNITS = [
    ("Budget_in_Billions", "budget", "billion"),
    ("weight_kg", "weight", "kg"),
    ("price_usd", "price", "USD"),
    ("area_km2", "area", "km²"),
    ("Official_ratings_(millions)", "official ratings", "million"),
    ("Milliseconds", "duration", "milliseconds"),
    ("Bytes", "size", "bytes"),
    ("price_per_gb", "price per GB", ""),
    ("Viewers_m", "viewers", "million"),
    ("height_m", "height", "metres"),
    ("quantity", "quantity", ""),
]


@pytest.mark.parametrize(("name", "label", "unit"), UNITS)
def test_units_are_taken_out_of_names(name: str, label: str, unit: str) -> None:
    found = column(name, spread(1.5, 0.7))
    assert (found.label, found.unit) == (label, unit)
