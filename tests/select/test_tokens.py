"""Counting tokens: estimated, and with a vocabulary."""

import base64
import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.errors import UserError
from duologue.select.tokens import counter, estimate

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "tokenizers"


def vocabulary(path: Path, *tokens: str) -> Path:
    """All bytes, then the tokens given, in the tiktoken form."""
    every = [bytes([n]) for n in range(256)] + [token.encode() for token in tokens]
    path.write_text("".join(f"{base64.b64encode(t).decode()} {rank}\n" for rank, t in enumerate(every)))
    return path


COUNTS = {
    # text → tokens with the merges: th, the, in, an, and, "123"
    "the": 1,
    "then": 2,
    "and the": 3,  # and · space · the
    "123": 1,
    "1234": 2,
    "andan": 2,
    "": 0,
    "é": 2,
    "  ": 2,
    "a\n\nb": 4,
}


@pytest.mark.parametrize("text", COUNTS)
def test_a_vocabulary(text: str, tmp_path: Path) -> None:
    count = counter(vocabulary(tmp_path / "v.tiktoken", "th", "the", "in", "an", "and", "12", "123"))
    assert count(text) == COUNTS[text]


def test_digits_one_by_one_where_the_vocabulary_has_no_others(tmp_path: Path) -> None:
    assert counter(vocabulary(tmp_path / "v.tiktoken", "12"))("1212") == 4


def test_a_very_long_word_is_counted_in_no_time(tmp_path: Path) -> None:
    assert counter(vocabulary(tmp_path / "v.tiktoken", "aa", "aaaa"))("a" * 40_000) == pytest.approx(10_000, abs=200)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hello\n", "line 1, is not a token"),
        (b"IQ== 0\n", "no token for 255 of the 256 bytes"),
        (b"IQ== 0\nIg== x\n", "line 2, is not a token"),
        (b"\x00\xff", "is not a token"),
        (b"", "no token for 256"),
    ],
)
def test_what_is_no_vocabulary(data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(UserError, match=says):
        counter(tmp_path / "v")
    with pytest.raises(UserError, match="Cannot read"):
        counter(tmp_path / "nowhere")


def test_a_tokenizer_json(tmp_path: Path) -> None:
    words = {"type": "WordLevel", "vocab": {"[UNK]": 0, "hello": 1, "there": 2}, "unk_token": "[UNK]"}
    body = {"version": "1.0", "model": words, "pre_tokenizer": {"type": "Whitespace"}, "added_tokens": []}
    (tmp_path / "tokenizer.json").write_text(json.dumps(body))
    if importlib.util.find_spec("tokenizers") is None:
        with pytest.raises(UserError, match="pip install tokenizers"):
            counter(tmp_path / "tokenizer.json")
        return
    assert counter(tmp_path / "tokenizer.json")("hello there, you") == 4
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match=r"is not a tokenizer\.json"):
        counter(tmp_path / "tokenizer.json")


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text())
def test_the_estimate_grows_with_the_text(one: str, two: str) -> None:
    assert 0 <= estimate(one) <= len(one.encode("utf-8", "surrogatepass")) * 1.1 + 1
    assert estimate(one + "\n" + two) >= max(estimate(one), estimate(two)) - 1


TALK = (
    "Hi there, could you tell me which orders Hassan Chaudhry placed in June? I need the totals as well.",
    "There are 2 orders: order 40753 (14 June 2025, total £119.70) and order 40660 (8 June 2025, total £91.70).",
    '{"rows":[{"order_id":40753,"order_status":"processing","total_gbp":119.7},{"order_id":40660,"order_status":"shipped"}]}',
    '{"type":"function","function":{"name":"list_orders","description":"Lists the orders of a customer, newest first.",'
    '"parameters":{"type":"object","properties":{"customer_id":{"type":"integer"}},"required":["customer_id"]}}}',
)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no vocabularies here")
@pytest.mark.parametrize("name", ["qwen", "o200k_base"])
def test_the_estimate_is_near(name: str) -> None:
    count = counter(SHARED / f"{name}.tiktoken")
    real = sum(count(text) for text in TALK)
    assert sum(estimate(text) for text in TALK) == pytest.approx(real, rel=0.15)
