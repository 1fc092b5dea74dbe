"""What a run's file holds, decoded: whatever is not what was written is damage, and a `UserError` that says of what."""

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from duologue.store.files import damaged
from duologue.store.records import StoredDialogue
from duologue.types import Dialogue, Environment, Json, Turn, Verdict

T = TypeVar("T")
_dialogue = msgspec.json.Decoder(Dialogue).decode
_turns = msgspec.json.Decoder(list[Turn]).decode
_verdicts = msgspec.json.Decoder(tuple[Verdict, ...]).decode
_environment = msgspec.json.Decoder(Environment).decode


def decoded(folder: Path, what: str, decode: Callable[[Any], T], value: Any) -> T:
    """A value of the file in a run's folder. Raises `UserError`, naming `what` it is, where it is not what was written."""
    try:
        return decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, zlib.error, TypeError) as error:  # of another type: TypeError
        raise damaged(folder, f"{what} can't be read ({error}).") from error


def named(folder: Path, table: str, rows: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """The values of a table of names and values."""
    return {name: decoded(folder, f"{name!r} in its {table}", msgspec.json.decode, value) for name, value in rows}


def image_of(folder: Path, name: str, pieces: Iterable[tuple[bytes]]) -> bytes:
    """An image, made of its compressed pieces."""
    return b"".join(decoded(folder, f"the database {name}", zlib.decompress, data) for (data,) in pieces)


def environment_of(folder: Path, name: str, body: bytes) -> Environment:
    """An environment."""
    return decoded(folder, f"the environment {name}", _environment, body)


def readable_catalog(folder: Path, name: str, body: bytes) -> bytes:
    """The catalog of an environment as it is, once it is known that it can be read."""
    from duologue.catalog.model import Catalog  # its package is more than most who read a run need

    decoded(folder, f"the catalog of the environment {name}", msgspec.json.Decoder(Catalog).decode, body)
    return body


def conversation_of(folder: Path, item: int, body: bytes, verdicts: bytes, drawn_again: int = 0) -> StoredDialogue:
    """The conversation of an item, with its verdicts."""
    what = f"the conversation of item {item}"
    dialogue = decoded(folder, what, _dialogue, body)
    return StoredDialogue(item, dialogue, decoded(folder, what, _verdicts, verdicts), drawn_again)


def turns_of(folder: Path, item: int, bodies: Iterable[tuple[bytes]]) -> tuple[Turn, ...]:
    """Turns of an item that has not ended, from lists of them."""
    return tuple(turn for (body,) in bodies for turn in decoded(folder, f"a turn of item {item}", _turns, body))
