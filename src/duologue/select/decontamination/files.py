"""Files that benchmarks come as, read into documents: a place and a value.

The form is found by trying, never by the file's name: JSON (one value) · JSON lines · TOML · CSV or TSV with a header · text.
A *document* is what a person would look up: a line of JSON lines, an element of a JSON list, a row of CSV, a passage of
text. JSON lines are told apart from text by their first line, so that one broken line later is a counted note and not
a reason to read the file as prose.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from duologue.errors import UserError
from duologue.ids import is_deep

LARGEST = 256 * 2**20
"""Bytes of a file; a larger one is refused, since JSON takes several times its size in memory."""
_HEAD = 20
_BEGINS_AS_JSON = re.compile(r'\s*(\{\s*"|\[\s*[\[{"\d])')


class Document(Struct, frozen=True):
    """One value of a file. `place` is how a person finds it: `line 3`, `[17]`, `row 4`; empty for a file that is one object."""

    place: str
    value: Any


class Contents(Struct, frozen=True):
    """What a file held: its documents, and what in it could not be read."""

    form: str
    documents: tuple[Document, ...]
    notes: tuple[str, ...] = ()


def benchmark_files(paths: Sequence[Path]) -> list[tuple[Path, bool]]:
    """Every file that is meant, sorted within each folder, each once; with it, whether the person named it.

    Hidden files and folders inside a named folder are left out. Raises `UserError` for a path that is not there."""
    found: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and not any(part.startswith(".") for part in inner.relative_to(path).parts):
                    found.setdefault(inner, False)
        elif path.exists():
            found[path] = True
        else:
            raise UserError(f"There is no {str(path)!r}.", "Name a benchmark's file, or a folder of such files.")
    return list(found.items())


def read_contents(path: Path) -> Contents:
    """Read a file in whichever form it has. Raises `UserError` when it is too large, not text, or can't be opened."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UserError(
                f"{str(path)!r} is {size / 2**20:,.0f} MiB large; at most {LARGEST // 2**20} are read.",
                "Name a smaller file, such as its test split.",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{str(path)!r} can't be read: {error.strerror}.", "Check its permissions.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{str(path)!r} is not text in UTF-8.",
            "Benchmarks are read as JSON, JSON lines, TOML, CSV or plain text: convert it.",
        ) from error
    if "\0" in text:
        raise UserError(f"{str(path)!r} is not text: it holds zero bytes.", "Convert it to JSON lines or CSV.")
    return _parsed(text, path)


def _parsed(text: str, path: Path) -> Contents:
    value, error = _json(text)
    if not error:
        return _of_value("JSON", value)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip()[:1] in ("{", "[") and not _json(first)[1]:
        return _of_lines(lines)
    if not text.strip():
        return Contents("text", (), ("it is empty",))
    try:
        if table := tomllib.loads(text):  # a text of headings alone is comments to TOML
            return _of_value("TOML", table)
    except (tomllib.TOMLDecodeError, RecursionError):
        pass
    if _BEGINS_AS_JSON.match(text):  # as text, its keys and braces would be compared
        raise UserError(f"{str(path)!r} begins as JSON and is none: {error}.", "Mend the file, or leave it out.")
    return _of_table(text) or _of_text(lines)


def _json(text: str) -> tuple[Any, str]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, str(error) or "not JSON"
    return (None, "nested too deep") if is_deep(value) else (value, "")


def _of_value(form: str, value: Any) -> Contents:
    if isinstance(value, list):
        return Contents(form, tuple(Document(f"[{i}]", inner) for i, inner in enumerate(value)))
    return Contents(form, (Document("", value),))


def _of_lines(lines: Sequence[str]) -> Contents:
    documents, broken = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            value, error = _json(line)
            if error:
                broken.append(number)
            else:
                documents.append(Document(f"line {number}", value))
    notes = (f"{len(broken)} lines are not JSON, the first is line {broken[0]}",) if broken else ()
    return Contents("JSON lines", tuple(documents), notes)


def _of_table(text: str) -> Contents | None:
    """A table with a header, if the first rows all have its number of cells and the header reads as names."""
    head = "\n".join(text.splitlines()[:_HEAD])
    first = head.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        header = next(csv.reader(io.StringIO(first), delimiter=delimiter))
        names = [name.strip() for name in header]
        if (
            len(names) < 2
            or not all(re.fullmatch(r"\w[\w .-]{0,40}", name) for name in names)
            or len({*names}) < len(names)
        ):
            return None
        rows = list(csv.DictReader(io.StringIO(text, newline=""), fieldnames=names, delimiter=delimiter, strict=True))[
            1:
        ]
    except (csv.Error, StopIteration):
        return None
    if not rows or any(None in row or None in row.values() for row in rows[:_HEAD]):
        return None
    ragged = sum(None in row or None in row.values() for row in rows)
    whole = [(i, row) for i, row in enumerate(rows, 1) if None not in row and None not in row.values()]
    notes = (f"{ragged} rows have more or fewer cells than the header",) if ragged else ()
    return Contents("CSV", tuple(Document(f"row {i}", row) for i, row in whole), notes)


def _of_text(lines: Sequence[str]) -> Contents:
    return Contents("text", tuple(Document(f"line {number}", passage) for number, passage in _passages(lines)))


def _passages(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines, those that a break inside a sentence cut apart put together again."""
    start, gathered = 0, ""
    for number, line in enumerate([*lines, ""], 1):
        stripped = line.strip()
        if gathered and stripped[:1].islower() and gathered[-1] not in ".?!:;":
            gathered += " " + stripped
            continue
        if gathered:
            yield start, gathered
        start, gathered = number, stripped
