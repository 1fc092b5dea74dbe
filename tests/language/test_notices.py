"""What systems write is told as a person says it; names that are written small stay so."""

import pytest

from duologue.catalog.model import Column
from duologue.language.grammar import capital
from duologue.language.notices import passed_on
from duologue.language.phrases import Phrases
from duologue.language.values import tells
from duologue.language.written import as_written, is_small_name
from duologue.testing import tiny_environment

CATALOG = tiny_environment(seed=3).catalog


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("The freeze lasts until 2025-10-17 18:00:00.", "The freeze lasts until 17 October at 18:00."),
        ("Resolved at 2025-10-01 19:56, too long ago", "Resolved on 1 October at 19:56, too long ago."),
        (
            "It was patched on 2024-08-30, before 2025-10-01.",
            "It was patched on 30 August 2024, before 1 October 2025.",
        ),
        ("It ends on 2025-10-17 00:00:00.", "It ends on 17 October."),
        ("The limit is £1200.5 a month.", "The limit is £1,200.50 a month."),
        ("It costs £45, not £1,050.", "It costs £45, not £1,050."),
        ("orders-prod-2025-09-15 can't be restored", "orders-prod-2025-09-15 can't be restored."),
        ("There is no group 'until 2025-10-17'.", "There is no group 'until 2025-10-17'."),
        ("Version 2025.10.1 is out.", "Version 2025.10.1 is out."),
        ("mail-relay-2 is busy", "mail-relay-2 is busy."),
        ("nothing was found", "Nothing was found."),
        ("Ordered at 2025-10-17T18:00:00Z!", "Ordered on 17 October at 18:00!"),
    ],
)
def test_a_message_is_passed_on_in_words(message: str, said: str) -> None:
    assert passed_on(message, Phrases(CATALOG, 0, "2025-10")) == said


@pytest.mark.parametrize("style", range(4))
def test_what_is_passed_on_still_tells_the_values(style: int) -> None:
    said = passed_on("Until 2025-10-17 18:05:00 only £1200.5 is left.", Phrases(CATALOG, style, "2025-10"))
    assert tells(said, "2025-10-17 18:05:00")
    assert tells(said, 1200.5)
    assert not tells(said, "2025-10-18 18:05:00")


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("Mail-relay is busy.", {"mail-relay"}, "mail-relay is busy."),
        ("I see two. Jdoe has one.", {"jdoe"}, "I see two. jdoe has one."),
        ("Here they are:\n- Web-front\n- Stock", {"web-front"}, "Here they are:\n- web-front\n- Stock"),
        ("Mail-relays are busy.", {"mail-relay"}, "Mail-relays are busy."),
        ("Follow-ups are open.", {"mail-relay"}, "Follow-ups are open."),
        ("It is Mail-relay.", {"mail-relay"}, "It is Mail-relay."),  # within a sentence nobody touched it
        ('"Mail-relay" was refused.', {"mail-relay"}, '"mail-relay" was refused.'),
    ],
)
def test_names_keep_their_small_letter(text: str, names: set[str], said: str) -> None:
    assert as_written(text, names) == said


@pytest.mark.parametrize(
    ("value", "role", "names", "small"),
    [
        ("jdoe", "other", True, True),
        ("j.doe@example.org", "contact", False, True),
        ("health check", "name", True, False),
        ("web-front nightly backup", "name", True, True),
        ("web-front-01", "other", False, True),
        ("not-done", "status", False, False),
        ("pending", "status", False, False),
        ("out of stock since may-day", "text", False, False),
        ("Web-front", "name", True, False),
        (7, "measure", False, False),
    ],
)
def test_which_values_are_names_written_small(value: object, role: str, names: bool, small: bool) -> None:
    assert is_small_name(value, Column("t", "c", role), names) is small  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "jdoe@x.org wrote",
        "https://x.org is up",
        "srv01 is up",
        "web_front is up",
        "eBay sells",
        "mail.example.org is up",
    ],
)
def test_codes_and_addresses_get_no_capital(text: str) -> None:
    assert capital(text) == text


@pytest.mark.parametrize("text", ["two are left", "follow-ups are open", "e-mail was sent", "3 are left", "and so on"])
def test_words_do(text: str) -> None:
    assert capital(text) == text[0].upper() + text[1:]
