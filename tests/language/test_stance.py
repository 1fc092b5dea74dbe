"""To tell a value is more than to mention it: what is denied, bounded, asked or left open is not told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.catalog.model import Column, Role
from duologue.language.saying import say
from duologue.language.stance import states
from duologue.language.values import tells

DAY = "2024-05-03"
ANN = "Ann Lee"


def column(label: str, role: Role = "measure") -> Column:
    return Column("things", label.replace(" ", "_"), role, label=label)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # denied
        ("Fee not 42.00.", 42),
        ("It isn't 42, it is 43.", 42),
        ("It isn’t 42.", 42),
        ("It doesn't cost 42.", 42),
        ("The fee is not: 42", 42),
        ("It's neither 41 nor 42.", 42),
        ("That is not the total of 42.", 42),
        ("The count is not 0.", 0),
        ("It was not placed on 3 May 2024.", DAY),
        ("It is not true that the fee is 42.", 42),
        ("The status is NOT open.", "open"),
        ("It is not open.", "open"),
        ("Not Rock.", "Rock"),
        ("The genre is anything but Rock.", "Rock"),
        ("I think not Rock, though I'm unsure.", "Rock"),
        ("The owner is not Ann Lee.", ANN),
        ("The status is no longer open.", "open"),
        ("It's closed instead of open.", "open"),
        ("Phone: certainly not 555-0101.", "555-0101"),
        # bounded
        ("It is less than 42.", 42),
        ("There are more than 42.", 42),
        ("There are up to 42.", 42),
        ("There are at least 42.", 42),
        ("There are no more than 42 copies.", 42),
        ("It's between 40 and 42.", 42),
        ("It's 42 or more.", 42),
        ("There are 42 at most.", 42),
        ("It is over 42.", 42),
        ("It was placed before 3 May 2024.", DAY),
        ("There are more than three.", 3),
        # asked
        ("Is it 42?", 42),
        ("The fee is 42, isn't it?", 42),
        ("So the fee is 42?", 42),
        ("Hello! Was it placed on 3 May 2024?", DAY),
        # left open
        ("I can't tell you whether it is 42.", 42),
        ("I couldn't find whether it is 42.", 42),
        ("I don't think it is 42.", 42),
        ("I can't confirm that it is Ann Lee.", ANN),
        ("If it were 42, I'd say so.", 42),
        ("It might be 42.", 42),
        # taken back
        ("The fee is 42 - sorry, 43.", 42),
        ("The fee is 42. Sorry, it's 43.", 42),
        ("The fee is 42. Correction: 43.", 42),
        ("The status is open, or rather closed.", "open"),
        ("It was 42, now it is 43.", 42),
        ("The status was open, but is now closed.", "open"),
    ],
)
def test_mentioned_and_not_told(text: str, value: object) -> None:
    assert tells(text, value)
    assert not states(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The fee isn't 43, it is 42.", 42),
        ("It isn't 41 but 42.", 42),
        ("No, it is 42.", 42),
        ("The total is 42, not 40.", 42),
        ("It's 41 - sorry, 42.", 42),
        ("You said 40, but it's 42.", 42),
        ("It is Ann Lee, not Dana Whitfield.", ANN),
        ("It isn't overdue: it is due on 3 May 2024.", DAY),
        ("It isn't overdue and is due on 3 May 2024.", DAY),
        ("It isn't due until 3 May 2024.", DAY),
        ("It is due no later than 3 May 2024.", DAY),
        ("The order was placed on 3 May 2024 and is now delivered.", DAY),
        ("Not only 42 copies, but 3 reviews.", 42),
        ("There are no less than 42 loans.", 42),
        ("No doubt it's 42.", 42),
        ("There is no note, and it costs 42.", 42),
        ("The one not paid costs 42.", 42),
        ("The order isn't shipped yet; the total is 42.", 42),
        ("I haven't changed the fee of 42.", 42),
        ("I can't change that, but the fee is 42.", 42),
        ("I don't see a delivery yet. It costs 42.", 42),
        ("I couldn't cancel order 42.", 42),
        ("I couldn't find any customers other than Ann Lee.", ANN),
        ("That's 3 more than the 42 we have.", 42),
        ("Shall I change it from 42 to 43?", 42),
        ("Would you like the details of order 42?", 42),
        ("It's 42; shall I go on?", 42),
        ("The fee is 42. Is that right?", 42),
        ("Which one is it, the one from 3 May 2024?", DAY),
        ("If you want, it's 42.", 42),
        ("If you need it, the number is 42.", 42),
        ("Sorry, but that can't be cancelled: it is 42.", 42),
        ("It was 42.", 42),
        ("Order no 42.", 42),
        # the value's own words, and those of other titles
        ("Status: Not started", "Not started"),
        ("The album is Nothing But Trouble.", "Nothing But Trouble"),
        ("If You Want Blood by AC/DC", "AC/DC"),
        ("- Is It Any Good? (42)", 42),
        ("- Travel Scanner 100: maximum page size A4", "Travel Scanner 100"),
        ("- Travel Scanner 100: at most 4 pages", "Travel Scanner 100"),
        ("- No Woman, No Cry: 42", 42),
    ],
)
def test_told_whatever_stands_around(text: str, value: object) -> None:
    assert states(text, value)


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("She isn't signed up for the newsletter.", 0, "newsletter"),
        ("Newsletter: no", 0, "newsletter"),
        ("Newsletter: yes, not no", 1, "newsletter"),
    ],
)
def test_a_flag_is_told_by_its_sentence(text: str, value: object, label: str) -> None:
    assert states(text, value, column(label, "flag"))


@pytest.mark.parametrize(("said", "value"), [("The newsletter is not yes.", 1), ("Newsletter: not no", 0)])
def test_a_flag_is_not_told_by_what_denies_its_word(said: str, value: int) -> None:
    assert not states(said, value, column("newsletter", "flag"))


def test_a_question_tells_no_flag() -> None:
    assert not states("Is it the case that the answer is yes?", True)


def test_a_field_that_is_a_bound_is_told_by_one() -> None:
    assert states("It takes up to 12 passengers.", 12, column("capacity"))
    assert not states("It takes up to 12 passengers.", 12, column("passengers"))


def test_what_was_is_told_after_a_change() -> None:
    assert states("It was 42, now it is 43.", 42, changed=True)
    assert states("It was 42, now it is 43.", 43)


NAMES = (
    st.text(st.characters(categories=("Ll", "Lu")), min_size=2, max_size=9)
    .filter(str.isascii)
    .map(lambda w: w.title() + "ova")
)
"""Names, and none of the words that make "not" mean something else ("not least")."""
VALUES = st.one_of(st.integers(2, 99_999), st.dates().map(str).filter(lambda d: d > "1000"), NAMES)


@given(VALUES, st.integers(0, 3))
def test_a_plain_statement_tells_and_a_plain_denial_does_not(value: object, style: int) -> None:
    said = say(value, None, style)
    assert states(f"Answer: {said}.", value) == tells(f"Answer: {said}.", value)
    assert not states(f"Answer: certainly not {said}.", value)
    assert not states(f"I can't say whether it is {said}.", value)


@pytest.mark.parametrize(
    "unit", ["not ", "isn't 5 ", "is it 5? ", "if it were ", "5 or more ", "sorry, 5 ", "was 5, now ", "more than 5 "]
)
def test_long_texts_are_read_in_time(unit: str) -> None:
    assert states(unit * (20_000 // len(unit)) + ". The answer is 42.", 42) in (True, False)
