"""A spotter finds what its expression finds, and knows which words that takes."""

import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from duologue.language.spotting import Spotter, needed, openings

FRAME = r"(?<![\w'])(?:{})(?!\w)"
LISTS = tomllib.loads(files("duologue.checks").joinpath("words.toml").read_text(encoding="utf-8"))

TEXTS = (
    "",
    "Done: I've changed the city to Porto, and the order hasn't been cancelled.",
    "No. I can't say yes to that; it won't do.\nassistant: what can I do for you?",
    "Could you check again, please? I’d like a recap of 3 notes.",
    "Yes, please go ahead! 👍",
    "YES. GO AHEAD, ﬁne",
    "K, that's all I need. Iſ it ıs fine, İ agree",
    "kettles, nothing-new; e-mail me: I've just looked it up",
    "The once-only offer… isn't_it 'once' 2nd café naïve",
)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"\b(?:cat|horses?)\b", {"cat", "hors"}),
        (r"\bi(?:'ve| have) gone\b", {"gone"}),
        (r"\w+n't\b", {"t"}),
        (r"\bwarn\w*", {"warn"}),
        (r"\bset\w+ up\b", {"up"}),
        (r"\bno(?: more)?\b", {"no"}),
        (r"\byes,? please", {"yes"}),
        (r"^fine[.! ]*$", {"fine"}),
        (r"\b(?:exchang\w*|swap(?:ped)?)\b", {"exch", "swap"}),
        (r"\bset\w*", None),
        (r"at all", None),
        (r"\bcat\b|: ", {"cat", ":"}),
        (r"\bcat\b|\. ", None),
        (r".{1,3}", None),
        (r"\b(?:so )?", None),
    ],
)
def test_what_is_needed(expression: str, words: set[str] | None) -> None:
    """One word of each alternative, by its first letters; None where nothing can be told."""
    assert next(iter(needed(expression)), None) == words


def test_words_open_with_their_letters() -> None:
    """In lower case, also where a letter beyond ASCII counts as one within."""
    assert openings("Don't CHECK, K ıſ") == {"don", "t", "chec", "k", "is"}
    assert openings("__user_1__: yes") == {"user", "1", "yes", ":"}


GROUPS = [(f"{section} {group}", phrases) for section, groups in LISTS.items() for group, phrases in groups.items()]


@pytest.mark.parametrize(("name", "phrases"), GROUPS)
def test_finds_the_same(name: str, phrases: list[str]) -> None:
    """In texts of all kinds, in each of their sentences and from each of their words on."""
    spotter, plain = Spotter(phrases, FRAME), re.compile(FRAME.replace("{}", "|".join(phrases)), re.IGNORECASE)
    for text in TEXTS:
        for piece in (text, *text.split(". "), *(text[m.start() :] for m in re.finditer(r"\b\w", text))):
            found, wanted = spotter.search(piece), plain.search(piece)
            assert (found and found.span()) == (wanted and wanted.span()), (name, piece)
            assert spotter.is_in(piece) == (wanted is not None), (name, piece)


@pytest.mark.parametrize(("name", "phrases"), GROUPS)
def test_finds_what_fits_a_phrase(name: str, phrases: list[str]) -> None:
    """In texts made from each of its phrases, which have all that the phrase needs and little else."""
    spotter = Spotter(phrases, FRAME)

    @settings(
        max_examples=8,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of([st.from_regex(re.compile(FRAME.replace("{}", p), re.IGNORECASE)) for p in phrases]))
    def holds(text: str) -> None:
        found, wanted = spotter.search(text), spotter.pattern.search(text)
        assert (found and found.span()) == (wanted and wanted.span()), (name, text)
        assert spotter.is_in(text) == (wanted is not None), (name, text)
        fitting = spotter.fitting(text)
        every = [m.span() for m in fitting.finditer(text)] if fitting is not None else []
        assert every == [m.span() for m in spotter.pattern.finditer(text)], (name, text)

    holds()


def test_of_alternatives_with_groups_each_group_keeps_its_number() -> None:
    spotter = Spotter(["(one) horse", "(two) cows"], FRAME)
    found = spotter.search("There are two cows.")
    assert found is not None
    assert found[2] == "two"


def test_an_underscore_parts_words() -> None:
    spotter = Spotter([r"[*_]*(?:user|ai)[*_]*:"], FRAME)
    assert all(spotter.is_in(text) for text in ("user: yes", "__user__: yes", "_ai: yes", "**ai_**: yes"))
    assert not spotter.may_be_in("a useful aide: yes")
    assert not spotter.may_be_in("the user of an ai")


def test_a_text_needs_all_that_an_alternative_needs() -> None:
    """The word that is met least often is not enough."""
    spotter = Spotter([r"the letter has been (?:sent|posted)", "nobody came"], FRAME)
    assert not spotter.may_be_in("The letter has been read, and nobody wrote.")
    assert spotter.may_be_in("The letter has been posted.")
    assert spotter.may_be_in("Nobody knows who came.")
