"""Reading the files of a domain; whatever is wrong with one is said with its path."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from duologue.errors import UserError

T = TypeVar("T")
Row = dict[str, Any]


def read_text(path: Path) -> str:
    """A text file. Raises `UserError` where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})", "Save it as UTF-8.") from None


def decoded(path: Path, type: type[T]) -> T:
    """A TOML file as a struct. Raises `UserError` where it is not valid."""
    try:
        return msgspec.toml.decode(read_text(path), type=type)
    except msgspec.MsgspecError as error:
        raise UserError(f"{path}: {error}", "Mend the file.") from None


def load_yaml(path: Path, type: type[T]) -> T:
    """A YAML file as a struct. Raises `UserError` where it is not valid."""
    try:
        tree = yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return msgspec.convert(tree or {}, type)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UserError(f"{path}: {' '.join(str(error).split())}", "Mend the file.") from None


def load_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """What `rows()` of a data script gives. Raises `UserError` where there is no such function, or it gives something else;
    an error inside the script is a bug and keeps its traceback."""
    spec = importlib.util.spec_from_file_location(f"duologue_domain_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UserError(f"{path}: line {error.lineno}: {error.msg}", "Mend the script.") from None
    rows = getattr(module, "rows", None)
    if not callable(rows):
        raise UserError(f"{path}: it has no function rows()", "Define rows(), giving (table, row) pairs.")
    for pair in rows():
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], dict)):
            raise UserError(f"{path}: rows() gives {pair!r}", "Give pairs of a table's name and a row as a dict.")
        yield pair
