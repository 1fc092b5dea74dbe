"""A tool that a model wrote, put on trial: judged by the guard, run on real rows, and only then believed.

The arguments are those the model gave as examples and those that rows of the data give (`confront`). A tool must bring something
back for at least one of them; one that writes must change a row, and not many. Asked for a row that is not there, it must say so:
an empty record would break its own promise, and a change that hits nothing would be reported as done.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from duologue.environment import Image, Sandbox, SqliteSession
from duologue.environment.failures import BUDGET
from duologue.errors import UserError
from duologue.ids import to_json
from duologue.protocols import Outcome
from duologue.tools.confront import BROKEN, Samples, arguments_for
from duologue.tools.ground import Ground
from duologue.tools.returns import widened
from duologue.tools.written.answers import MOST_EXAMPLES, RefusedError, ToolAnswer, check_messages, check_name, drafted
from duologue.tools.written.facts import Library, Told, ordered
from duologue.tools.written.promises import loosened, returns_of
from duologue.tools.written.slots import Reading
from duologue.types import ClockSpec, Dialect, Environment, Json, Tool, Toolset

MOST_CHANGED = 25
"""Rows that one call of a sensible tool changes."""
_SHOWN = 300
_NEW_KEY = 987_654
_ABSENT: dict[Json, Json] = {"integer": -987_654_321, "number": -987_654_321, "string": "no-such-key-0"}
Arguments = dict[str, Json]


class Trial:
    """Tries tools over one database. `tables` are those they may touch; `start` is when they are tried."""

    def __init__(self, ground: Ground, image: Image, tables: tuple[str, ...], start: str) -> None:
        self.ground, self.image = ground, image
        self.reading = Reading(ground)
        self.library = Library(ground, image, tables)
        self.samples = Samples(ground, image)
        self.clock = ClockSpec(start, 0)

    def tool(self, answer: ToolAnswer) -> Tool:
        """The tool that the answer describes, proven. Raises `RefusedError`."""
        tool = drafted(answer)
        told = tuple(self.library.read(s, i) for i, s in enumerate(tool.run, 1))
        reads, writes = self.library.touched(told)
        tool = replace(tool, reads=reads, writes=writes if tool.effect == "write" else ())
        sandbox = self._sandbox(tool)
        if not reads:
            raise RefusedError(
                "trivial", "The tool touches no table. A tool looks something up in the data, or changes it."
            )
        told = self.library.traced(told)
        self._check_form(tool, told)
        run = tuple(
            replace(s, sql=ordered(t, i, self.reading.by_key(t))) if s.kind == "return" else s
            for i, (s, t) in enumerate(zip(tool.run, told, strict=True), 1)
        )
        inputs = self.reading.inputs(told, tool.parameters)
        tool = replace(
            tool,
            run=run,
            returns=returns_of(self.ground, told),
            inputs=inputs,
            outputs=self.reading.outputs(told, inputs),
        )
        sandbox = self._sandbox(tool) if run != sandbox.environment.toolset.tools[0].run else sandbox
        self._check_enums(tool)
        return self._run(tool, sandbox, answer.examples[:MOST_EXAMPLES])

    def _sandbox(self, tool: Tool) -> Sandbox:
        toolset = Toolset("trial", (tool,), Dialect(errors="snake"))
        try:
            return Sandbox(self.image, Environment("trial", "trial", self.image.hash, toolset))
        except UserError as error:
            raise RefusedError("refused", f"The tool is refused: {error.message}. {error.fix}") from None

    # ── Form ──

    def _check_form(self, tool: Tool, told: tuple[Told, ...]) -> None:
        kinds = [s.kind for s in tool.run]
        if tool.effect == "write" and "write" not in kinds:
            raise RefusedError(
                "malformed", "The tool's effect is `write`, but no statement of the kind `write` is in it."
            )
        if tool.effect == "read" and "return" not in kinds:
            raise RefusedError("malformed", "The tool returns nothing: add a `return`.")
        names = frozenset(tool.parameters["properties"])
        used = {p for t in told for p in t.facts.parameters if p}
        if names - used:
            unused = sorted(names - used)[0]
            raise RefusedError(
                "malformed", f"No statement uses the parameter {unused!r}. Use it as :{unused}, or drop it."
            )
        bound = {c for t in told if t.statement.kind == "bind" for c in t.facts.columns}
        if bound & names:
            raise RefusedError(
                "malformed", f"A `bind` gives {sorted(bound & names)[0]!r}, which is a parameter's name."
            )
        check_messages(tool, names | bound)
        self._check_places(told)
        for number, t in enumerate(told, 1):
            if t.statement.kind == "return":
                self._check_columns(t, number)

    def _check_places(self, told: tuple[Told, ...]) -> None:
        """No two statements fill the same field."""
        places: list[str] = []
        for t in told:
            if t.statement.kind == "return":
                places += [t.statement.into] if t.statement.into else t.facts.columns
        twice = next((p for p in places if places.count(p) > 1), None)
        if twice:
            raise RefusedError(
                "malformed", f"The field {twice!r} of the result is filled twice. Give each its own name."
            )

    def _check_columns(self, t: Told, number: int) -> None:
        columns = t.facts.columns
        for i, column in enumerate(columns):
            if not column.isidentifier():
                raise RefusedError(
                    "malformed", f"Statement {number} (return): its column {i + 1} has no name; write `… AS name`."
                )
            check_name(column, "field")
            origin = t.origins[i] if i < len(t.origins) else None
            if origin is not None and not self.ground.shown(self.ground.columns[origin]):
                raise RefusedError("refused", f"Statement {number} (return): {'.'.join(origin)} must not be shown.")
        if len(set(columns)) < len(columns):
            twice = next(c for c in columns if columns.count(c) > 1)
            raise RefusedError("malformed", f"Statement {number} (return): two columns are called {twice!r}.")

    def _check_enums(self, tool: Tool) -> None:
        """A closed set must be the one that the data has."""
        for name, slot in tool.inputs.items():
            column = self.ground.columns.get((slot.table, slot.column))
            values = tool.parameters["properties"][name].get("enum")
            if column is None or not column.closed or values is None or slot.use not in ("equals", "value"):
                continue
            unknown = [v for v in values if v not in column.values]
            if unknown:
                known = to_json(list(column.values))[:_SHOWN]
                raise RefusedError(
                    "malformed",
                    f"Parameter {name!r}: {unknown[0]!r} does not occur in {slot.table}.{slot.column}: {known}",
                )

    # ── Running ──

    def _run(self, tool: Tool, sandbox: Sandbox, examples: list[Arguments]) -> Tool:
        schema = tool.returns
        worked: list[Arguments] = []
        seen: list[str] = []
        for arguments in self._calls(tool, examples):
            outcome = self._call(sandbox, tool, arguments)
            seen.append(f"{_clip(to_json(arguments))} gave {_clip(outcome.text)}")
            if outcome.failed:
                _check_failure(outcome, arguments)
                continue
            _check_whole(tool, outcome, arguments)
            schema = widened(schema, outcome.result)
            if tool.effect == "write":
                _check_changes(outcome, arguments)
                telling = bool(outcome.changes)
            else:
                telling = tells_something(outcome.result)
            if telling:
                worked.append(arguments)
        if not worked:
            what = "change anything" if tool.effect == "write" else "bring anything back"
            tried = "; ".join(seen[:3]) or "it has no `examples`, and none could be made up from the data"
            raise RefusedError(
                "empty",
                f"No call of it did {what}: {tried}. Mend the SQL, or give `examples` with values of the rows shown.",
            )
        self._check_absent(tool, sandbox, worked[0])
        return replace(tool, returns=loosened(schema))

    def _calls(self, tool: Tool, examples: list[Arguments]) -> Iterator[Arguments]:
        made: list[Arguments] = []
        sampled = [
            arguments_for(tool, self.samples, n, everything)
            for n, everything in ((0, False), (1, False), (2, False), (0, True))
        ]
        if tool.effect == "write" and sampled[0] is not None:
            sampled.append(self._fresh(tool, sampled[0]))
        for arguments in (*examples, *sampled):
            if arguments is not None and arguments not in made:
                made.append(arguments)
                yield arguments

    def _fresh(self, tool: Tool, arguments: Arguments) -> Arguments:
        """The arguments with new names and numbers to be written, where those of the rows are taken."""
        out = dict(arguments)
        for name, slot in tool.inputs.items():
            column = self.ground.columns.get((slot.table, slot.column))
            said = tool.parameters["properties"][name]
            if slot.use != "value" or name not in out or column is None or "enum" in said or column.role == "date":
                continue
            if isinstance(out[name], str):
                out[name] = f"{out[name]} 2"
            elif column.name in self.ground.tables[slot.table].key:
                out[name] = _NEW_KEY
        return out

    def _call(self, sandbox: Sandbox, tool: Tool, arguments: Arguments) -> Outcome:
        """One call in a session of its own, thrown away afterwards."""
        with SqliteSession(sandbox, self.clock) as session:
            return session.execute(tool.name, arguments)

    def _check_absent(self, tool: Tool, sandbox: Sandbox, worked: Arguments) -> None:
        """Asked for a row that is not there, the tool must say so, unless what it gives is a list."""
        for name, slot in tool.inputs.items():
            absent = _ABSENT.get(tool.parameters["properties"][name].get("type"))
            if slot.use not in ("key", "equals", "match") or name not in worked or absent is None:
                continue
            if tool.effect == "read" and name not in tool.parameters["required"]:
                continue
            arguments = {**worked, name: absent}
            outcome = self._call(sandbox, tool, arguments)
            if outcome.failed:
                continue
            _check_whole(tool, outcome, arguments)
            lists = tool.effect == "read" and any(isinstance(v, list) for v in outcome.result.values())
            if slot.use == "key" and not lists:
                raise _unrefused(outcome, arguments)


def _check_whole(tool: Tool, outcome: Outcome, arguments: Arguments) -> None:
    """A record that is not there would come back as nothing at all."""
    if not set(tool.returns["required"]) <= outcome.result.keys() and "truncated" not in outcome.result:
        raise _unrefused(outcome, arguments)


def _unrefused(outcome: Outcome, arguments: Arguments) -> RefusedError:
    return RefusedError(
        "no refusal",
        f"Called with {_clip(to_json(arguments))} it answers {_clip(outcome.text)}, although no such row is there. "
        "Put a `require` with a `problem` in front that the row exists.",
    )


def _check_failure(outcome: Outcome, arguments: Arguments) -> None:
    """A refusal is an answer; a statement that fails is not."""
    kind = outcome.result["error"]["type"]
    if kind in BROKEN:
        said = f"Called with {_clip(to_json(arguments))} it fails: {_clip(outcome.result['error']['message'])}"
        raise RefusedError("too expensive" if kind == BUDGET else "fails", said)


def _check_changes(outcome: Outcome, arguments: Arguments) -> None:
    if len(outcome.changes) > MOST_CHANGED:
        raise RefusedError(
            "too sweeping",
            f"Called with {_clip(to_json(arguments))} it changes {len(outcome.changes)} rows; "
            f"a request concerns a few ({MOST_CHANGED} at most). Address them by a key.",
        )


def tells_something(value: Any) -> bool:
    """Whether a result holds anything but NULL, zero and empty lists."""
    if isinstance(value, dict):
        return any(tells_something(v) for v in value.values())
    if isinstance(value, list):
        return any(tells_something(v) for v in value)
    return value is not None and value != "" and value != 0


def _clip(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
