"""Results as they are shown to a model that reads about them: whole where they are small, else cut where it hurts least.

Long lists lose their tail and say how much, long texts their end. What is left is still JSON, on one line, so nothing in it can
pass for anything but data; `<` is written as an escape, so that it can't close the tag it stands in.
"""

from msgspec import Struct

from duologue.ids import to_json
from duologue.types import Json

__all__ = ["one_line", "shortened"]


class _Cut(Struct, frozen=True):
    entries: int
    characters: int


_CUTS = (_Cut(10, 400), _Cut(5, 160), _Cut(3, 80), _Cut(2, 40), _Cut(1, 20))


def one_line(value: Json) -> str:
    """A value as JSON on one line, without a `<`."""
    return to_json(value).replace("<", "\\u003c")


def shortened(value: Json, characters: int) -> str:
    """A value as JSON of about that many characters at most, saying what was left out."""
    text = one_line(value)
    for cut in _CUTS:
        if len(text) <= characters:
            return text
        text = one_line(_cut(value, cut))
    return text if len(text) <= characters else text[:characters] + "…"


def _cut(value: Json, cut: _Cut) -> Json:
    if isinstance(value, str):
        return value if len(value) <= cut.characters else value[: cut.characters] + "…"
    if isinstance(value, dict):
        return {k: _cut(v, cut) for k, v in value.items()}
    if isinstance(value, list | tuple):
        kept = [_cut(v, cut) for v in value[: cut.entries]]
        return [*kept, f"… {len(value) - cut.entries} more"] if len(value) > cut.entries else kept
    return value
