"""Reading the files of a domain; whatever is wrong with one is said with its path."""

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeGuard, TypeVar

import msgspec
import yaml

from duologue.errors import UserError
from duologue.sources.places import line_of_path

T = TypeVar("T")
Row = dict[str, Any]
_END = object()


def read_text(path: Path) -> str:
    """A text file. Raises `UserError` where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})", "Save it as UTF-8.") from None


def decoded(path: Path, type: type[T]) -> T:
    """A TOML file as a struct. Raises `UserError` where it is not valid."""
    text = read_text(path)
    try:
        return msgspec.toml.decode(text, type=type)
    except msgspec.MsgspecError as error:
        line = line_of_path(text, str(error))
        raise UserError(f"{path}: {f'line {line}: ' if line else ''}{error}", "Mend the file.") from None


def load_yaml(path: Path, type: type[T]) -> T:
    """A YAML file as a struct. Raises `UserError` where it is not valid."""
    try:
        tree = yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return msgspec.convert(tree or {}, type)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UserError(f"{path}: {' '.join(str(error).split())}", "Mend the file.") from None


def load_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """What `rows()` of a data script gives. Raises `UserError` where there is no such function, it gives something else, or
    anything goes wrong inside the script; its own error is the cause of that one."""
    spec = importlib.util.spec_from_file_location(f"duologue_domain_{path.parent.name}", path.absolute())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _own_errors(path):
        spec.loader.exec_module(module)
    rows = getattr(module, "rows", None)
    if not callable(rows):
        raise UserError(f"{path}: it has no function rows()", "Define rows(), giving (table, row) pairs.")
    with _own_errors(path):
        given = rows()
    if not isinstance(given, Iterable):
        raise UserError(f"{path}: rows() gives {given!r}", "Give (table, row) pairs, with yield or as a list.")
    pairs = iter(given)
    while True:
        with _own_errors(path):
            pair = next(pairs, _END)
        if pair is _END:
            return
        if not _is_row(pair):
            raise UserError(f"{path}: rows() gives {pair!r}", "Give pairs of a table's name and a row as a dict.")
        yield pair


def _is_row(pair: object) -> TypeGuard[tuple[str, Row]]:
    match pair:
        case (str(), dict(row)):
            return isinstance(pair, tuple) and all(isinstance(column, str) for column in row)
    return False


@contextmanager
def _own_errors(path: Path) -> Iterator[None]:
    """Whatever a script raises as a `UserError` with the script's line; a script that ends the program is in error too."""
    try:
        yield
    except (Exception, SystemExit) as error:
        here = str(path.absolute())  # as the loader calls it
        at = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == here]
        if isinstance(error, SyntaxError) and error.filename == here:
            at = [error.lineno]
        line = f" line {at[-1]}:" if at and at[-1] else ""
        words = error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}".removesuffix(": ")
        raise UserError(f"{path}:{line} {words}", "Mend the script.") from error
