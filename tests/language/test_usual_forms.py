"""A value is found in every usual form in which people say it, and its near neighbours are not."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duologue.catalog.model import Column
from duologue.language.reading import MONTHS, read
from duologue.language.values import tells
from duologue.types import Json


def column(role: str = "measure", type: str = "REAL", **more: Json) -> Column:
    return Column("t", "c", role, type, **more)  # type: ignore[arg-type]


MONEY = column(format="money")
EUR = column(format="money", unit="EUR")
SHARE = column(format="percent", least=0.0, most=1.0)
PERCENT = column(format="percent", least=0, most=100)
COUNT = column(type="INTEGER", label="pieces")
RANK = column("other", "INTEGER", label="finishing position")
KILOS = column(unit="kg")
DATE = column("date", "TEXT", format="date")
MOMENT = column("date", "TEXT", format="datetime")
TIME = column("other", "TEXT", format="time")
NAME = column("name", "TEXT", format="person", label="name")
FLAG = column("flag", "INTEGER", label="newsletter")

FORMS = [
    # value, of, texts that tell it, texts that come near
    (
        1234.5,
        MONEY,
        ["1,234.50", "1,234.5", "1234.50", "1 234,50 €", "1.234,50 €", "1234,50 EUR", "EUR 1,234.50", "USD1,234.50", "1'234.50 CHF",
         "1\u202f234,50", "$ 1,234.50", "1,234 euros and 50 cents", "6 of 2.500,75 € and 1.234,50 €"],
        ["1,234.51", "1,243.50", "1 234,51 €", "1.234,05 €", "about 1.2k", "1.2k", "12,345.0", "1,234 euros and 5 cents", "-1,234.50"],
    ),
    (1234, COUNT, ["1,234", "1 234", "1.234 pieces for 2.500,75 €", "1\u00a0234", "one thousand two hundred and thirty-four"],
     ["1,243", "1 243", "1.234", "1.235 pieces for 2.500,75 €", "one thousand two hundred and thirty-five", "about 1,200"]),
    (1234.5, EUR, ["€1,234.50", "1,234.50", "1,234.50 euros"], ["$1,234.50", "1,234.50 dollars", "GBP 1,234.50"]),
    (-1234.5, MONEY, ["-1,234.50", "(1,234.50)", "(€1,234.50)", "-€1,234.50", "€-1,234.50", "minus 1,234.50", "− 1,234.50", "a loss of 1,234.50",
     "1,234.50 in the red", "-1.234,50 €"], ["1,234.50", "(1,234.51)", "minus 1,234.05", "a gain of 1,234.50"]),
    (-5, COUNT, ["minus 5", "5 below zero", "down by 5"], ["5", "option (5)", "5 items"]),
    (0.127, SHARE, ["12.7%", "12.7 %", "12.7 percent", "12.7 per cent", "12,7 %", "0.127"], ["12.8%", "13%", "1.27%", "127%", "12,8 %", "0.128"]),
    (12.7, PERCENT, ["12.7%", "12.7 percent", "12.7"], ["12.8%", "0.127", "13%"]),
    (21, COUNT, ["21", "twenty-one", "Twenty one pieces"], ["twelve", "twenty", "thirty-one", "twenty-two"]),
    (105, COUNT, ["one hundred and five", "a hundred and five", "one hundred five"], ["one hundred", "a hundred", "one hundred and fifteen"]),
    (2300, COUNT, ["two thousand three hundred", "2.3 thousand", "2.3k"], ["two thousand", "three thousand two hundred", "2.4k"]),
    (12, COUNT, ["a dozen", "twelve"], ["two dozen", "half a dozen"]),
    (2, COUNT, ["twice", "two"], ["once", "thrice", "2nd", "the second one"]),
    (0, COUNT, ["zero", "0"], ["10", "one"]),
    (3, RANK, ["3rd", "in third place", "three"], ["4th", "in thirteenth place", "13th"]),
    (45, KILOS, ["45 kg", "45kg", "45 kilos", "45 kilograms", "45", "45,000 g"], ["45 g", "45 lbs", "45 litres", "4,500 g"]),
    (
        "2024-05-03",
        DATE,
        ["3 May 2024", "May 3rd, 2024", "03.05.2024", "3.5.24", "05/03/24", "3-May-24", "Friday the 3rd of May", "the third of May 2024", "May the 3rd",
         "20240503", "2024/05/03", "3. May 2024", "3 May '24", "3/5", "5/3", "May third"],
        ["4 May 2024", "3 June 2024", "3 May 2023", "May 2024", "3/6", "3.5.23", "the thirteenth of May", "20240504", "May the 13th"],
    ),
    ("2024-05-03 14:30:45", MOMENT, ["3 May 2024 at 2:30 pm", "14:30 on 3 May", "3 May 2024, 14:30:45", "3 May 2024"],
     ["14:31 on Friday, 3 May", "3 May at 14:31", "3 May 2024 at 2:30 am"]),
    ("14:30:00", TIME, ["14:30", "2:30 pm", "2.30pm", "2:30 p.m.", "14h30", "14:30:00"], ["14:31", "2:30", "2:30 am", "14.30", "14:30:15"]),
    ("09:00", TIME, ["9 am", "9am", "9:00", "09:00"], ["9 pm", "9:30", "9 items"]),
    ("12:00", TIME, ["noon", "12:00", "12 pm"], ["midnight", "12 am"]),
    (
        "Dana Whitfield",
        NAME,
        ["Ms. Dana Whitfield", "Whitfield, Dana", "Dana M. Whitfield", "Dana Whitfield's", "first name: Dana, last name: Whitfield"],
        ["Whitfield", "Ms. Whitfield", "D. Whitfield", "Dana Smith and Rita Whitfield", "Whitfield, Diana", "Dana Whitfeld"],
    ),
    ("Dr. Dana Whitfield", NAME, ["Dana Whitfield", "Whitfield, Dana"], ["Dr. Whitfield", "Dr. Dana"]),
    ("José Núñez", NAME, ["José Núñez", "Jose Nunez", "Núñez, José"], ["Jose Nunes", "José"]),
    (1, FLAG, ["yes", "true", "Newsletter: on", "Newsletter: ✓", "is subscribed to the newsletter", "No trouble: they are on the newsletter"], ["no", "false", "Newsletter: ✗", "the newsletter is off"]),
    (0, FLAG, ["no", "false", "Newsletter: ✗", "isn't subscribed to the newsletter"], ["yes", "true", "Newsletter: ✓", "No problem: they are on the newsletter"]),
]  # fmt: skip
TELLING = [(value, of, text) for value, of, texts, _ in FORMS for text in texts]
MISSING = [(value, of, text) for value, of, _, texts in FORMS for text in texts]


@pytest.mark.parametrize(("value", "of", "text"), TELLING)
def test_a_usual_form_tells(value: Json, of: Column, text: str) -> None:
    assert tells(text, value, of)
    assert tells(f"As far as I can see, {text} is what the records hold.", value, of) or of is FLAG


@pytest.mark.parametrize(("value", "of", "text"), MISSING)
def test_what_only_comes_near_does_not_tell(value: Json, of: Column, text: str) -> None:
    assert not tells(text, value, of)


# ── Random values ────────────────────────────────────────────────────────────────────────────────────────────────────────


def spaced(digits: str, by: str) -> str:
    """Groups of three set apart."""
    head = len(digits) % 3
    parts = ([digits[:head]] if head else []) + [digits[i : i + 3] for i in range(head, len(digits), 3)]
    return by.join(parts)


def amounts(cents: int) -> list[str]:
    """An amount in every usual form."""
    whole, rest = str(cents // 100), f"{cents % 100:02}"
    return [
        f"{spaced(whole, ',')}.{rest}",
        f"${spaced(whole, ',')}.{rest}",
        f"{spaced(whole, ',')}.{rest} USD",
        f"{spaced(whole, '.')},{rest} €",
        f"{spaced(whole, ' ')},{rest} €",
        f"{spaced(whole, chr(0x202F))},{rest} kr",
        f"{whole}.{rest}",
        f"EUR {whole},{rest}",
    ]


@given(st.integers(100, 10**9), st.integers(0, 7), st.integers(0, 8), st.integers(1, 9))
def test_an_amount_is_found_in_any_form_and_one_with_a_wrong_digit_is_not(
    cents: int, form: int, at: int, more: int
) -> None:
    assert tells(f"It comes to {amounts(cents)[form]} in all.", cents / 100, MONEY)
    digits = list(str(cents))
    at %= len(digits)
    digits[at] = str((int(digits[at]) + more) % 10)
    other = int("".join(digits))
    assume(other >= 100)
    assert not tells(f"It comes to {amounts(other)[form]} in all.", cents / 100, MONEY)


def days(day: date) -> list[str]:
    """A day in every usual form."""
    name = MONTHS[day.month - 1].capitalize()
    end = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    return [
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}{end}, {day.year}",
        f"the {day.day}{end} of {name[:3]}. {day.year}",
        f"{day:%d.%m.%Y}",
        f"{day:%m/%d/%Y}",
        f"{day:%Y-%m-%d}",
        f"{day:%d-}{name[:3]}{day:-%y}",
        f"{day:%A}, {day.day} {name}",
        f"{name} the {day.day}{end}",
    ]


@given(st.dates(date(1971, 1, 1), date(2068, 12, 31)), st.integers(0, 8), st.integers(1, 27))
def test_a_day_is_found_in_any_form_and_another_day_is_not(day: date, form: int, away: int) -> None:
    assert tells(f"It was on {days(day)[form]}.", day.isoformat(), DATE)
    other = day + timedelta(days=away)
    assume(form not in (3, 4) or (other.day, other.month) != (day.month, day.day))
    assert not tells(f"It was on {days(other)[form]}.", day.isoformat(), DATE)


ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(n: int) -> str:
    ones, tens = ONES.split(), TENS.split()
    if n < 20:
        return ones[n - 1]
    if n < 100:
        return tens[n // 10 - 2] + (f"-{ones[n % 10 - 1]}" if n % 10 else "")
    if n < 1000:
        return f"{ones[n // 100 - 1]} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")
    return f"{in_words(n // 1000)} thousand" + (f" {in_words(n % 1000)}" if n % 1000 else "")


@given(st.integers(1, 999_999), st.integers(1, 999))
def test_a_number_in_words_is_the_number(n: int, more: int) -> None:
    said = in_words(n)
    assert tells(f"There are {said} of them.", n, COUNT)
    assert not tells(f"There are {said} of them.", n + more, COUNT)
    assert len(read(f"There are {said} of them.").numbers) == 1
