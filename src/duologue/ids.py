"""Names that follow from content, and randomness that follows from names.

Nothing in a run may depend on the clock, on memory addresses or on the order in which things happen to be made. So
everything that needs a name gets the hash of what it holds, and everything random gets a generator seeded from the run's
seed and the name of the thing it is for: item 17 draws the same numbers whether or not items 1 to 16 were made before it.
"""

import hashlib
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

_canonical = msgspec.json.Encoder(order="sorted")
_plain = msgspec.json.Encoder()
_decode = msgspec.json.Decoder().decode

DEEPEST = 64
"""Levels of a value from outside that are read; each of our own walks over values ends well before Python's recursion does."""


def canonical(value: Any) -> bytes:
    """Encode a value as JSON with sorted keys: equal values give equal bytes. Structs become objects."""
    return _canonical.encode(value)


def canonical_lines(values: Sequence[Any]) -> bytes:
    """Encode values as JSON lines, each `canonical`."""
    return _canonical.encode_lines(values)


def to_json(value: Any) -> str:
    """Encode a value as compact JSON text in the order its keys have (the form tool results take in a dialogue)."""
    return _plain.encode(value).decode()


@lru_cache(maxsize=1024)
def from_json(text: str) -> Any:
    """The value of JSON text, which nobody may change: for the same text the same object, as long as it is among the latest.

    A result is met when a task is drawn, proven, played and checked. What is worked out of one is kept by identity (`kept`), so all
    of them must meet the same object. Raises `msgspec.DecodeError`.
    """
    return _decode(text)


def is_deep(value: Any) -> bool:
    """Whether lists and objects are nested in a value more than `DEEPEST` deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
    return bool(level)


def _inside(value: dict[Any, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def digest(value: Any, length: int = 16) -> str:
    """Name a value by its content: the first `length` hexadecimal digits of BLAKE2b over its canonical JSON (or raw bytes)."""
    data = value if isinstance(value, bytes) else canonical(value)
    return hashlib.blake2b(data, digest_size=32).hexdigest()[:length]


def digest_text(parts: Iterable[str], length: int = 16) -> str:
    """The `digest` of a text that comes in parts, of which one at a time is held."""
    found = hashlib.blake2b(b'"', digest_size=32)
    for part in parts:
        found.update(canonical(part)[1:-1])
    found.update(b'"')
    return found.hexdigest()[:length]


def derive_seed(*parts: str | int) -> int:
    """A 64-bit seed for the thing named by `parts` (run seed first, then ever narrower names)."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def share_of(*parts: str | int) -> float:
    """A number from 0 up to 1 for the thing named by `parts`. For one throw: to seed a generator costs thirty times as much."""
    return (derive_seed(*parts) >> 11) * 2.0**-53


def rng(*parts: str | int) -> random.Random:
    """A generator of its own for the thing named by `parts`; see `derive_seed`."""
    return random.Random(derive_seed(*parts))
