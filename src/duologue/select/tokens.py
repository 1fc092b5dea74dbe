"""How many tokens a text has: estimated, or counted with a vocabulary that the person names.

The estimate knows no vocabulary. It cuts a text as byte-pair tokenizers do (runs of letters, of digits, of marks) and counts for each
run what such vocabularies make of one: a common word is one token and a long one several, marks stick together and to words, digits
stand between the vocabularies that take them one by one and those that take three, and scripts that they were little trained on
cost more for a letter. docs/selection.md has its error on conversations.

A tiktoken vocabulary (a line for each token: base64, rank) is counted exactly as far as the pieces go: the file does not say how text
is cut before pairs are merged, so it is cut as cl100k does, with digits by threes where the vocabulary has tokens for three.
A Hugging Face tokenizer.json holds all of it and is left to its own library.
"""

import base64
import binascii
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

from duologue.errors import UserError

Count = Callable[[str], int]
"""Counts the tokens of a text."""

_RUNS: Final = re.compile(r"([a-zA-Z]+)|(\d+)|([^\W\d_]+)|([^\w\s]+|_+)")
_LETTERS, _DIGITS, _OTHER = 1, 2, 3
_USUAL: Final = 7
"""Letters of a word that is mostly one token."""
_EAST_ASIA: Final = "\u3040"
"""From here on a letter is a syllable or a word."""


def estimate(text: str) -> int:
    """Tokens of a text, without a vocabulary."""
    total = 0.0
    for run in _RUNS.finditer(text):
        kind, length = run.lastindex, run.end() - run.start()
        if kind == _LETTERS:
            total += 1.1 + max(0, length - _USUAL) * 0.5
        elif kind == _DIGITS:
            total += length * 0.8
        elif kind == _OTHER:
            total += length * (0.75 if run[0] >= _EAST_ASIA else 0.4)
        else:
            total += 0.6 + max(0, length - 4) * 0.2
    return round(total)


def counter(path: Path | None) -> Count:
    """What counts tokens: the estimate, or the vocabulary in `path`.

    Raises `UserError` where it can't be read, is neither kind, or needs a library that isn't there.
    """
    if path is None:
        return estimate
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"Cannot read {str(path)!r}: {error.strerror}.", _KINDS) from error
    if data.lstrip()[:1] == b"{":
        return _tokenizer_json(path, data)
    return Vocabulary(_ranks(path, data)).count


_KINDS: Final = "Name a tiktoken vocabulary (NAME.tiktoken) or a Hugging Face tokenizer.json, or leave --tokenizer out."


def _tokenizer_json(path: Path, data: bytes) -> Count:
    try:
        from tokenizers import Tokenizer  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise UserError(
            f"{str(path)!r} needs the library that reads such files.",
            "Install it: pip install tokenizers. Or name a tiktoken vocabulary, or leave --tokenizer out.",
        ) from error
    try:
        tokenizer = Tokenizer.from_str(data.decode("utf-8"))
    except Exception as error:  # the library raises nothing narrower for a bad file
        raise UserError(f"{str(path)!r} is not a tokenizer.json: {error}", _KINDS) from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _ranks(path: Path, data: bytes) -> dict[bytes, int]:
    ranks = {}
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            token, rank = line.split()
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except (ValueError, binascii.Error) as error:
            raise UserError(f"{str(path)!r}, line {number}, is not a token and its rank.", _KINDS) from error
    missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if missing:
        raise UserError(f"{str(path)!r} has no token for {len(missing)} of the 256 bytes.", _KINDS)
    return ranks


_CUT: Final = r"'(?:[sdmtSDMT]|ll|LL|ve|VE|re|RE)|(?:[^\r\n\w]|_)?[^\W\d_]+|\d{1,%d}|[ ]?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


class Vocabulary:
    """Counts by merging pairs of bytes, the one of lowest rank first."""

    def __init__(self, ranks: dict[bytes, int]) -> None:
        self.ranks = ranks
        self.cut = re.compile(_CUT % (3 if b"123" in ranks else 1))
        self.known: dict[str, int] = {}
        """Tokens of pieces met before: text is mostly the same words."""

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return sum(self._piece(piece) for piece in self.cut.findall(text))

    def _piece(self, piece: str) -> int:
        if piece not in self.known:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            data = piece.encode("utf-8", "surrogatepass")
            self.known[piece] = sum(self._merged(data[i : i + _LONGEST]) for i in range(0, len(data), _LONGEST))
        return self.known[piece]

    def _merged(self, data: bytes) -> int:
        if data in self.ranks:
            return 1
        parts = [data[i : i + 1] for i in range(len(data))]
        while len(parts) > 1:
            ranks = [self.ranks.get(a + b, _NEVER) for a, b in pairwise(parts)]
            lowest = min(ranks)
            if lowest == _NEVER:
                break
            at = ranks.index(lowest)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return len(parts)


_NEVER: Final = 1 << 62
_REMEMBERED: Final = 200_000
_LONGEST: Final = 128
"""Bytes of a piece that are merged together: a run of a million dashes must not take a million rounds."""
