"""What a model that plays a part must not say: marks of its template, and blanks and control characters around what it does say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.language.marks import MARKS
from duologue.language.reading import fold
from duologue.simulate import slips
from duologue.simulate.slips import plumbing, quoted, sentences, tidy

TIDY = {
    "a line": ("Yes, please.", "Yes, please."),
    "blanks around it": ("  Yes, please. ", "Yes, please."),
    "lines": ("Yes, \n please. \n\n", "Yes,\n please."),
    "a control character": ("Yes,\x07 please.", "Yes, please."),
    "a blank of another kind": ("Yes,\u00a0please.", "Yes, please."),
    "nothing": (" \n ", ""),
}


@pytest.mark.parametrize(("text", "shown"), TIDY.values(), ids=TIDY)
def test_a_text_is_tidied(text: str, shown: str) -> None:
    assert tidy(text) == shown


MARKED = [
    "<|im_end|>", "</think>", "<Think>", "<tool_call>", "</note>", "[INST]", "[/inst]", "[TOOL_CALLS]", "to=functions.", "TO=functions.",
    "assistantanalysis", "AssistantFinal", "aſsistantfinal", "<</SYS>>", "<end_of_turn>", "<functioncall>", "<｜User｜>",
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKED)
@pytest.mark.parametrize("text", ["{}", "It is sent {} on Monday.", "Größer: {}"])
def test_a_mark_is_found_wherever_it_stands(mark: str, text: str) -> None:
    assert plumbing(text.format(mark)) == mark


WORDS = ["Is it sent?", "The assistant said so.", "a < b", "x = [1]", "", "Größer"]


@pytest.mark.parametrize("text", [*MARKED, *WORDS])
def test_what_is_searched_for_at_once_is_found_as_one_by_one(text: str) -> None:
    found: re.Match[str] | None = slips._TOKENS.search(text) or MARKS.search(text)
    assert plumbing(text) == (found[0] if found else "")


GUIDE = """# What to do, in the order in which it is to be done

Look things up before you tell them to anybody. Be kind. Never guess a number that nobody has given to you.

# How to write

- Say "what" is so, in one to four plain sentences.
Look things up before you tell them to anybody.

## Of dates and amounts, and how people write them down"""


LONGER = [
    "look things up before you tell them to anybody.",
    "never guess a number that nobody has given to you.",
    "of dates and amounts, and how people write them down",
    "say what is so, in one to four plain sentences.",
    "what to do, in the order in which it is to be done",
]
"""Each once, whatever section it stands in."""


def test_a_page_without_longer_sentences_has_nothing_to_be_repeated() -> None:
    assert sentences("") == sentences("\n\n# ") == sentences("# Tools\n\nAsk. Wait for what you are told.") == ()


SAID = (
    "",
    "Look things up.",
    "Well, look things up before you tell them to anybody. Please.",
    "Look things up before you tell  them to anybody.",
    'I say what is so, in one to four "plain" sentences. Never guess a number that nobody has given to you. Or do?',
    "They look things over before they tell them to anybody.",
    GUIDE,
)


@pytest.mark.parametrize("text", SAID)
def test_what_is_repeated_of_a_page_is_found_though_most_of_it_is_not_looked_at(text: str) -> None:
    assert quoted(text, sentences(GUIDE)) == [s for s in LONGER if s in fold(text)]


WORDS_OF_A_PAGE = st.lists(st.sampled_from(["a", "b.", "cat", "dog;", "eel!", "fox", '"gnu"', "\n", "\n\n", "\n\n# "]))


@given(WORDS_OF_A_PAGE, st.data())
def test_whatever_a_text_repeats_of_a_page_is_found(page: list[str], data: st.DataObject) -> None:
    text = " ".join(page)
    start = data.draw(st.integers(0, len(text)))
    said = data.draw(st.sampled_from(["", "x ", "fo"])) + text[start : data.draw(st.integers(start, len(text)))]
    parts = re.split(r"\n|(?<=[.!?;])\s+", text)
    longer = {plain for part in parts if (plain := fold(part.strip().lstrip("-#* "))).count(" ") >= 7}
    assert quoted(said, sentences(text)) == sorted(s for s in longer if s in fold(said))
