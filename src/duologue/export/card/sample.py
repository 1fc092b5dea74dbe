"""One conversation of a dataset, shortened for reading."""

from collections.abc import Iterator, Sequence

from duologue.export.card.values import Example
from duologue.ids import to_json
from duologue.store import StoredDialogue
from duologue.types import Json, RowChange, Turn

TEXT, RESULT, VALUE = 280, 120, 40
"""Characters of a text, a result and a value that are shown."""
OPENING, BEFORE, AFTER, ENDING = 10, 6, 2, 2
"""Messages that are shown: of the opening, before and after the first that changes something, of the end."""
CALL, BACK, CHANGED, SKIPPED = "→", "←", "✎", "…"


def example_of(stored: StoredDialogue) -> Example:
    """The conversation's opening, the place where it first changes something, and its end, each message cut to a line."""
    turns = [turn for turn in stored.dialogue.path() if turn.message.role != "system"]
    lines: list[tuple[str, str]] = []
    last = -1
    for at in _shown(turns):
        if at > last + 1:
            lines.append((SKIPPED, f"({at - last - 1} more messages)"))
        lines += _lines(turns[at])
        last = at
    return Example(stored.dialogue.id, tuple(lines))


def _shown(turns: Sequence[Turn]) -> list[int]:
    """Indices of the messages that are shown; a gap of one is none."""
    change = next((at for at, turn in enumerate(turns) if turn.changes), 0)
    ranges = (range(OPENING), range(change - BEFORE, change + AFTER + 1), range(len(turns) - ENDING, len(turns)))
    shown = {at for part in ranges for at in part if 0 <= at < len(turns)}
    shown |= {at + 1 for at in shown if at + 2 in shown}
    return sorted(shown)


def _lines(turn: Turn) -> Iterator[tuple[str, str]]:
    message = turn.message
    if message.role == "tool":
        yield BACK, _cut(message.content, RESULT)
        yield from ((CHANGED, _change(change)) for change in turn.changes)
        return
    if message.content:
        yield message.role, _cut(message.content, TEXT)
    for call in message.tool_calls:
        given = ", ".join(f"{name}={_value(value)}" for name, value in call.arguments.items())
        yield CALL, _cut(f"{call.name}({given})", TEXT)


def _change(change: RowChange) -> str:
    before, after = change.before or {}, change.after or {}
    if change.op == "update":
        moved = ", ".join(f"{name} {_value(before.get(name))}→{_value(value)}" for name, value in after.items())
        return _cut(f"{change.table}: {moved} ({_row(change.key)})", TEXT)
    sign, row = ("+", after) if change.op == "insert" else ("−", before)
    return _cut(f"{change.table} {sign} {_row(row)}", TEXT)


def _row(row: dict[str, Json]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in row.items())


def _value(value: Json) -> str:
    return _cut(to_json(value), VALUE)


def _cut(text: str, limit: int) -> str:
    line = text.replace("\n", " ⏎ ")
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
