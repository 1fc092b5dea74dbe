"""What is found in the text of a model that was asked for a JSON object."""

import pytest
from msgspec import Struct

from duologue.models.voice import read_json


class Note(Struct, forbid_unknown_fields=True):
    """What is asked for."""

    title: str
    lines: list[str] = []


class Loose(Struct):
    """All of it may be left out."""

    title: str = ""
    inner: dict[str, str] = {}


FOUND = {
    "bare": ('{"title": "a"}', "a"),
    "fenced": ('```json\n{"title": "a"}\n```', "a"),
    "fence of no language": ('```\n{"title": "a"}\n```', "a"),
    "words around": ('Here it is: {"title": "a"} Hope it helps.', "a"),
    "a fence in a string": ('```json\n{"title": "a", "lines": ["```sql", "SELECT 1", "```"]}\n```', "a"),
    "braces in a string": ('{"title": "a}{"}', "a}{"),
    "quotes in a string": ('{"title": "say \\"}\\" twice"}', 'say "}" twice'),
    "a brace in the words": ('Use {x} like so: {"title": "a"}', "a"),
    "an open brace in the words": ('A set { of things, then {"title": "a"}', "a"),
    "a quote in the words": ('He said "no: {"title": "a"}', "a"),
    "a draft and the answer": ('{"title": "draft"}\nBetter:\n{"title": "a"}', "a"),
    "the answer and an empty one": ('{"title": "a"} {}', "a"),
    "the answer and another thing": ('{"title": "a"}\nBecause {"reason": 1}', "a"),
    "thoughts before": ('<think>maybe {"title": "no"}?</think>{"title": "a"}', "a"),
    "thoughts without their beginning": ('maybe {"title": "no"}?</think>\n{"title": "a"}', "a"),
    "a tag in a string": ('{"title": "</think>"}', "</think>"),
    "lines in between": ('{\n  "title":\n  "a"\n}\n', "a"),
}


@pytest.mark.parametrize(("text", "title"), FOUND.values(), ids=FOUND)
def test_an_object_is_found(text: str, title: str) -> None:
    value, wrong = read_json(text, Note)
    assert value is not None
    assert (value.title, wrong) == (title, "")


WRONG = {
    "nothing": ("", "holds no JSON object"),
    "words": ("I can't do that.", "holds no JSON object"),
    "a list": ('["a"]', "holds no JSON object"),
    "only thoughts": ('<think>{"title": "a"}', "holds no JSON object"),
    "another form": ('{"name": "a"}', "form asked for"),
    "cut short": ('{"title": "a", "lines": ["b", "c"', "not valid JSON"),
    "a comma too many": ('{"title": "a",}', "not valid JSON"),
    "words in braces": ("it is {unknown}", "not valid JSON"),
    "braces without end": ("{" * 5000, "holds no JSON object"),
    "single quotes": ("{'title': 'a'}", "not valid JSON"),
    "deeper than others can bear": ('{"title": "a", "lines": ' + "[" * 70 + "]" * 70 + "}", "more than 64 deep"),
    "several, none right": ('{"x": 1} {"title": 5, "lines": []}', "$.title"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    value, wrong = read_json(text, Note)
    assert value is None
    assert words in wrong


def test_a_part_never_stands_for_the_whole() -> None:
    assert read_json('{"title": "a", "inner": {"b": "c"}, "more": {"title": "x"}', Loose)[0] is None


def test_an_empty_object_counts_where_there_is_no_other() -> None:
    assert read_json("{}", Loose) == (Loose(), "")
