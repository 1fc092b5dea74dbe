"""Nothing that came from outside reaches a terminal as a control code."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.cli.progress import line_of
from duologue.cli.text import one_line, safe, styled, table, width, wrapped
from duologue.pipeline import Progress


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve, 漢字 ✎ →", "plain, naïve, 漢字 ✎ →"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\x9b31m", "a\\x9b31m"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("a\rb\x00\x7f", "a\\x0db\\x00\\x7f"),
        ("lone \ud800", "lone \\ud800"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("lines\nand\ttabs", "lines\nand\ttabs"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_nothing_unsafe_is_left(text: str) -> None:
    shown = one_line(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF") for c in shown)


def test_one_line_is_cut_after_escaping() -> None:
    assert one_line("a\nb") == "a\\nb"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"


def test_wrapping_keeps_lines_and_sets_them_in() -> None:
    lines = wrapped("first\n\n" + "word " * 60, 4).split("\n")
    assert lines[:2] == ["first", "    "]
    assert all(len(line) <= width() for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


def test_tables_line_up() -> None:
    assert table([("a", "1"), ("bbb", "22")], right=frozenset({1})) == "a     1\nbbb  22"


def test_no_colour_where_nobody_looks() -> None:
    assert styled("text", "bold") == "text"


@pytest.mark.parametrize(
    ("made", "seconds", "says"),
    [
        (10, 2.0, "30 accepted, 2 rejected of 100 · 5.0/s · 0:13 left"),
        (1, 60.0, "30 accepted, 2 rejected of 100 · 0.0/s · 68:00 left"),
        (0, 0.0, "30 accepted, 2 rejected of 100 · 0.0/s · 0:00 left"),
    ],
)
def test_progress(made: int, seconds: float, says: str) -> None:
    assert line_of(Progress(32, 100, 30, 2, 0.0), made, seconds) == says
