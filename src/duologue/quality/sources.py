"""Where conversations come from: the accepted ones of a run folder, and whatever a file holds.

A folder is a run; anything else is read as a file of conversations, ours or another's.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from duologue.catalog.model import Catalog
from duologue.errors import UserError
from duologue.quality.report import Source
from duologue.quality.spoken import Spoken, labels_of, of_dialogue, of_talk
from duologue.store import Store
from duologue.talks import Talk, conversations

__all__ = ["source_of"]


def source_of(path: Path) -> Source:
    """What lies there, ready to be read. Raises `UserError` while reading where it is neither a run nor a file of conversations."""
    if path.is_dir():
        return Source(str(path), lambda: _run(path))
    return Source(str(path), lambda: _file(path))


def _run(folder: Path) -> Iterator[Spoken | None]:
    with Store.open(folder, readonly=True) as store:
        labels: dict[str, frozenset[str]] = {}
        found = False
        for stored in store.dialogues():
            name = stored.dialogue.environment
            if name not in labels:
                labels[name] = _labels(store, name)
            found = True
            yield of_dialogue(stored.dialogue, labels[name])
        if not found:
            raise UserError(
                f"{str(folder)!r} holds no accepted conversation.", "Run `duologue generate` with this folder first."
            )


def _labels(store: Store, environment: str) -> frozenset[str]:
    catalog = store.catalog(environment)
    labels = labels_of(msgspec.json.decode(catalog, type=Catalog)) if catalog is not None else frozenset()
    slots = store.environment(environment).toolset.vocabulary
    return labels | {text for slot in slots.values() for text in (slot.table, slot.column.removeprefix("@")) if text}


def _file(path: Path) -> Iterator[Spoken | None]:
    found, first = False, ""
    for row in conversations(path):
        if isinstance(row, Talk):
            found = True
            yield of_talk(row)
        else:
            first = first or f"line {row.place.line}: {row.what}"
            yield None
    if not found:
        raise UserError(
            f"{str(path)!r} holds no conversation that can be read{': ' + first if first else ''}.",
            "Name a run folder, or a file whose rows have `messages` (OpenAI), `conversations` (ShareGPT) or `input` items (Responses).",
        )
