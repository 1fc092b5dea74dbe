"""Tools meet the data: each is run on real arguments, its promises are widened to what came back, and what can't run goes.

Arguments come from rows of the image itself, so that look-ups hit and filters keep something. Every tool is called a few
times: with what it must have and with everything it takes. A refusal is an answer; a statement that fails is not.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from duologue.environment import Image, Sandbox, SqliteSession, quote
from duologue.environment.failures import BUDGET
from duologue.errors import UserError
from duologue.tools.ground import Ground
from duologue.tools.returns import widened
from duologue.types import ClockSpec, Dialect, Environment, Json, Slot, Tool, Toolset

SAMPLES = 3
"""Rows of each table that arguments are taken from."""
BROKEN = frozenset(("execution_failed", "too_large", BUDGET))
_DIALECT = Dialect(errors="snake")


class Samples:
    """A few rows of each table, read when first needed: the first, the last and one between."""

    def __init__(self, ground: Ground, image: Image) -> None:
        self.ground, self.image = ground, image
        self._rows: dict[str, tuple[dict[str, Any], ...]] = {}

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        """The sampled rows as dictionaries."""
        if table not in self._rows:
            t = self.ground.tables[table]
            shown = [c.name for c in t.columns if c.type != "BLOB"] or [c.name for c in t.columns]
            columns = ", ".join(map(quote, shown))
            at = sorted({0, t.rows // 2, max(0, t.rows - 1)})[:SAMPLES]
            connection = self.image.connect()
            try:
                found = [
                    dict(zip(shown, row, strict=True))
                    for offset in at
                    for row in connection.execute(f"SELECT {columns} FROM {quote(table)} LIMIT 1 OFFSET ?", (offset,))
                ]
            finally:
                connection.close()
            self._rows[table] = tuple(found)
        return self._rows[table]

    def nth(self, table: str, n: int) -> dict[str, Any]:
        """The n-th sampled row, counting round."""
        rows = self.rows(table)
        return rows[n % len(rows)] if rows else {}

    def value(self, slot: Slot, n: int) -> Json:
        """A value for a parameter, from the n-th sampled row that has one; None where no row has."""
        column = slot.column.split(":")[0]
        for i in range(SAMPLES):
            rows = self.rows(slot.table)
            row = rows[(n + i) % len(rows)] if rows else {}
            value = self._said(slot, row) if column == "@name" else row.get(column)
            if value is not None and value != "" and not isinstance(value, bytes):
                return value
        return None

    def _said(self, slot: Slot, row: dict[str, Any]) -> Json:
        parts = [str(row[d]) for d in self.ground.tables[slot.table].display if row.get(d) not in (None, "")]
        text = " ".join(parts)
        return text.split(" ")[0] if slot.use == "match" else text or None


def arguments_for(tool: Tool, samples: Samples, n: int, everything: bool) -> dict[str, Json] | None:
    """Real arguments for a tool; None where a required one can't be had."""
    out: dict[str, Json] = {}
    required = tool.parameters.get("required", ())
    own = _own_keys(tool, samples.ground)
    row = samples.nth(tool.meaning.table, n) if own and tool.meaning else {}
    for name, slot in tool.inputs.items():
        schema = tool.parameters["properties"][name]
        if slot.use in ("limit", "offset") or not (everything or name in required):
            continue
        value = samples.value(slot, n + (slot.use == "value"))
        if name in own:
            value = row.get(own[name])
        if schema.get("format") == "date" or (slot.use in ("from", "to") and isinstance(value, str)):
            value = str(value)[:10] if value is not None else None
        if "enum" in schema and value not in schema["enum"]:
            value = schema["enum"][n % len(schema["enum"])]
        if value is None:
            if name in required:
                return None
            continue
        out[name] = _typed(value, schema.get("type"))
    return out


def _own_keys(tool: Tool, ground: Ground) -> dict[str, str]:
    """Parameter → column of the tool's own table, where together they address one row of it."""
    m = tool.meaning
    if m is None or m.family not in ("get", "set", "remove", "unlink") or m.table not in ground.tables:
        return {}
    t, keys = ground.tables[m.table], [n for n, s in tool.inputs.items() if s.use == "key"]
    pair = ground.pair(m.table) if m.family == "unlink" else None
    columns = tuple(li.columns[0] for li in pair) if pair else t.key
    return dict(zip(keys, columns, strict=False))


def _typed(value: Json, kind: Json) -> Json:
    if kind == "string" and not isinstance(value, str):
        return str(value)
    if kind == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value


def confront(tools: tuple[Tool, ...], samples: Samples, start: str) -> tuple[Tool, ...]:
    """The tools that run, with returns schemas that hold what they gave."""
    sandbox = _sandbox(tools, samples.image)
    spec = ClockSpec(start, 0)
    out = []
    with SqliteSession(sandbox, spec) as reading:
        for tool in sandbox.environment.toolset.tools:
            if tool.effect == "read":
                tried = _tried(tool, reading, samples)
            else:
                with SqliteSession(sandbox, spec) as writing:
                    tried = _tried(tool, writing, samples)
            if tried is not None:
                out.append(tried)
    return tuple(out)


def _tried(tool: Tool, session: SqliteSession, samples: Samples) -> Tool | None:
    """The tool after a few calls; None where it can't run."""
    schema = tool.returns
    for arguments in _calls(tool, samples):
        outcome = session.execute(tool.name, arguments)
        if outcome.failed:
            if outcome.result["error"]["type"] in BROKEN:
                return None
            continue
        schema = widened(schema, outcome.result)
    return tool if schema is tool.returns else replace(tool, returns=schema)


def _calls(tool: Tool, samples: Samples) -> Iterator[dict[str, Json]]:
    made: list[dict[str, Json]] = []
    for n, everything in ((0, False), (1, False), (2, False), (0, True)):
        arguments = arguments_for(tool, samples, n, everything)
        if arguments is not None and arguments not in made:
            made.append(arguments)
            yield arguments


def _sandbox(tools: tuple[Tool, ...], image: Image) -> Sandbox:
    """The tools that the guard accepts, ready to run; judged one by one only where it refuses them together."""
    try:
        return Sandbox(image, _environment(tools, image))
    except UserError:
        return Sandbox(image, _environment(filter(lambda tool: _stands(tool, image), tools), image))


def _stands(tool: Tool, image: Image) -> bool:
    try:
        Sandbox(image, _environment((tool,), image))
    except UserError:
        return False
    return True


def _environment(tools: Iterable[Tool], image: Image) -> Environment:
    return Environment("trial", "trial", image.hash, Toolset("trial", tuple(tools), _DIALECT))
