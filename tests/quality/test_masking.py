"""What is masked, and what is left of a turn."""

import pytest

from duologue.quality.known import Known, Labels
from duologue.quality.masking import masked

NAMES = (
    "Dana Whitfield",
    "Iron Maiden",
    "out_for_delivery",
    "nigeria",
    "General Motors",
    "The One",
    "one",
    "Rua da Assunção 53",
    "A bright, dry white from the upper slopes of the valley",
    "O'Brien",
)
LABELS = ("customer", "unitPrice", "countries", "order_id", "car maker", "and", "details of order")
KNOWN = Known(NAMES, Labels(LABELS))


def skeleton(text: str) -> str:
    return masked(text, KNOWN).text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Find Dana Whitfield's city.", "find ⟨name⟩'s city"),
        ("find dana whitfield’s city", "find ⟨name⟩'s city"),
        ("Is Whitfield there?", "is ⟨name⟩ there"),
        ("It is out for delivery.", "it is ⟨name⟩"),
        ("And O’Brien paid.", "and ⟨name⟩ paid"),
        ("I live at Rua da Assunção 53.", "i live at ⟨name⟩"),
        ("A bright, dry white from the upper slopes, they say", "⟨name⟩ they say"),
        ("That one, please.", "that one please"),
        ("Show me The One.", "show me ⟨name⟩"),
    ],
)
def test_names_are_found_however_they_are_written(text: str, left: str) -> None:
    assert skeleton(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Which customers pay most?", "which ⟨label⟩ pay most"),
        ("The unit price, please.", "the ⟨label⟩ please"),
        ("The price of that country?", "the ⟨label⟩ of that ⟨label⟩"),
        ("You and me.", "you and me"),
        ("A customer or an order ID?", "a ⟨label⟩"),
    ],
)
def test_labels_are_found_one_and_many(text: str, left: str) -> None:
    assert skeleton(text) == left


@pytest.mark.parametrize(
    "value",
    [
        "3", "1,204.50", "$12", "£54.90", "EUR 1.204,50", "12.5 kg", "75%", "two", "twenty-one", "two thousand", "a dozen", "-4", "3.5k", "40 minutes",
    ],
)  # fmt: skip
def test_figures_are_numbers_in_any_writing(value: str) -> None:
    assert skeleton(f"It says {value} there.") == "it says ⟨number⟩ there"


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-03", "2024-05-03T14:30:00", "3 May 2024", "May 3rd, 2024", "3rd of May", "03/05/2024", "3.5.2024", "May 2024", "14:30", "4 pm", "4:30 p.m.",
        "3 May 2024 at 14:30", "Friday", "Friday, 3 May", "yesterday", "last month", "three days ago", "next Tuesday", "Q3 2024", "September",
    ],
)  # fmt: skip
def test_dates_and_times_are_dates_in_any_writing(value: str) -> None:
    assert skeleton(f"It came {value}, I think.") == "it came ⟨date⟩ i think"


@pytest.mark.parametrize(
    "text", ["May I ask you something?", "You may march on.", "Just a second.", "One moment, please.", "Not now."]
)
def test_words_that_could_be_values_stay_words(text: str) -> None:
    assert "⟨" not in skeleton(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to ana.reis@tagus.pt.", "write to ⟨link⟩"),
        ("Call +44 20 7946 0018 now.", "call ⟨link⟩ now"),
        ("See https://x.org/a?b=1 first.", "see ⟨link⟩ first"),
        ("Code AB-1234-X, please.", "code ⟨name⟩ please"),
        ("Ticket #5507 is done.", "ticket ⟨name⟩ is done"),
        ('Search for "blue kettle" instead.', "search for ⟨name⟩ instead"),
        ("They are from Lower Saxony now.", "they are from ⟨name⟩ now"),
        ("Hello, I'm calling about it.", "hello i'm calling about it"),
        ("OK, NOT that.", "ok not that"),
        ("The gift flag is no, for now.", "the gift flag is ⟨name⟩ for now"),
        ("From no to yes?", "from ⟨name⟩ to ⟨name⟩"),
        ("There is no gift.", "there is no gift"),
    ],
)
def test_what_shows_by_its_form(text: str, left: str) -> None:
    assert skeleton(text) == left


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("I see Iron Maiden.", "I see Iron Maiden, Nigeria and General Motors."),
        ("They are:\n- General Motors (#A12): yes, 5\n- Nigeria (#B7): no, 3", "They are:\n- Nigeria (#A1): no, 4"),
        ("They are:\n- General Motors: 5\n- Nigeria: 3", "They are:\n- Nigeria: 1"),
        ("There are 3 customers.", "There is 1 customer."),
        ("An order ID is missing.", "A customer is missing."),
        ("thanks", "Thanks!"),
        ("I see Dana Whitfield (12 May 2024, 14.50).", "I see Nigeria (3, General Motors)."),
    ],
)
def test_how_many_values_there_are_is_no_wording(one: str, two: str) -> None:
    assert skeleton(one) == skeleton(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("I see Nigeria.", "There is Nigeria."),
        ("The price is 4.", "The price was 4."),
        ("Which customers are there?", "Which customers?"),
        ("Yes.", "Yes, please."),
    ],
)
def test_other_words_are_other_wording(one: str, two: str) -> None:
    assert skeleton(one) != skeleton(two)


def test_a_turn_falls_into_sentences() -> None:
    turn = masked("Thanks. The price is 4.50, isn't it?\nShow Nigeria!", KNOWN)
    assert turn.sentences == ("thanks", "the ⟨label⟩ is ⟨number⟩ isn't it", "show ⟨name⟩")
    assert turn.asks == (False, True, False)
    assert masked("", KNOWN).sentences == masked("?! …", KNOWN).sentences == ()


def test_marks_of_ours_in_a_strangers_text_mean_nothing() -> None:
    assert skeleton("a \ue000 b \ue002 c") == "a b c"
