"""A live session: one private, mutable copy of an environment, and every call of a tool an outcome.

State is the image plus the calls that were made. A session can be closed at any time and opened again from the calls on its
path: those that write are executed again at their own instants, those that read only move the clock, and the copy is exactly
what it was, rows in the same places. That is resume, branch, rewind and replay.

`execute` is the whole of it; `call` is the same for those who await.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from duologue.environment.clock import Clock, clock_of
from duologue.environment.copies import Copy, Judged, Made, Moment, NearLimitError, pool_of
from duologue.environment.limits import DEFAULT_LIMITS, Limits
from duologue.environment.programs import Program, Step, compile_shifts, compile_tool, styled
from duologue.environment.results import Result, fitted
from duologue.environment.schema import schema_of
from duologue.environment.sqlite import Image
from duologue.errors import ToolError, UserError
from duologue.ids import canonical, digest, from_json
from duologue.protocols import Outcome, StateToken
from duologue.types import ClockSpec, Environment, Json, RowChange, ToolCall

Arguments = dict[str, Json]
_DONE: Final[Result] = {"ok": True}


class Sandbox:
    """An environment made ready: every tool judged and compiled once."""

    def __init__(self, image: Image, environment: Environment, limits: Limits = DEFAULT_LIMITS) -> None:
        """Raises `UserError` where the image is not the environment's, a tool is not valid, or the guard refuses it."""
        if environment.image != image.hash:
            raise UserError(
                f"environment {environment.name!r} was made from database {environment.image}, this one is {image.hash}",
                "Give the database that the environment was made from.",
            )
        self.image, self.environment, self.limits = image, environment, limits
        schema = schema_of(image)
        self._style = environment.toolset.dialect.errors
        self._types: dict[str, str] = {}
        self._shifts: dict[str, dict[str, tuple[Step, ...]]] = {}
        self.programs: dict[str, Program] = {}
        self.own: dict[str, Program] = {}
        """Of the user's own tools."""
        for programs, tools in ((self.programs, environment.toolset.tools), (self.own, environment.toolset.own)):
            for tool in tools:
                if tool.name in self.programs or tool.name in self.own:
                    raise UserError(f"two tools are called {tool.name!r}", "Give each its own name.")
                programs[tool.name] = compile_tool(schema, environment, tool, limits)
        self.pool = pool_of(schema, limits)

    def shifts(self, name: str) -> dict[str, tuple[Step, ...]]:
        """Rule → its guards for a tool with their bounds moved a little."""
        if name not in self._shifts:
            tool = next(t for t in self.environment.toolset.tools if t.name == name)
            rules = self.environment.policy.rules
            self._shifts[name] = compile_shifts(schema_of(self.image), rules, tool, self.programs[name])
        return self._shifts[name]

    def error(self, failure: ToolError) -> Result:
        """The failure as the result a dialogue shows, in the environment's dialect."""
        kind = self._types.get(failure.type)
        if kind is None:
            kind = self._types[failure.type] = styled(failure.type, self._style)
        return {"error": {"type": kind, "message": failure.message, **failure.data}}


class _Write(NamedTuple):
    """A write call that succeeded: enough to make it again."""

    program: Program
    values: dict[str, Any]
    when: Moment


class SqliteSession:
    """One live copy of an environment. Not for two threads at once."""

    def __init__(self, sandbox: Sandbox, spec: ClockSpec) -> None:
        """At the start: no call made."""
        self._sandbox, self._spec = sandbox, spec
        self._clock: Clock = clock_of(spec)
        self._ticks = 0
        self._hash = _at_start(sandbox.environment.id, sandbox.image.hash, spec)
        self._writes: list[_Write] = []
        self._changed: frozenset[str] = frozenset()
        """Tables that calls so far may have changed."""
        self._copy: Copy | None = sandbox.pool.take()

    @property
    def state(self) -> StateToken:
        """The state it is in now: how many calls were made, and a hash over those that write."""
        return f"{self._ticks}.{self._hash}"

    @property
    def now(self) -> str:
        """What its clock shows (ISO, UTC, to the second)."""
        return self._clock.at(self._ticks)

    async def call(self, name: str, arguments: Arguments, own: bool = False) -> Outcome:
        """Execute a tool; see `execute`."""
        return self.execute(name, arguments, own)

    def is_as_before(self, name: str) -> bool:
        """Whether no call has changed anything that this tool may read, so that it sees what the image holds."""
        program = self._sandbox.programs.get(name) or self._sandbox.own.get(name)
        return program is not None and not (self._changed and program.grant.may_see(self._changed))

    def execute(self, name: str, arguments: Arguments, own: bool = False) -> Outcome:
        """Execute a tool: of the assistant's, or one that is the user's `own`. Whatever the caller does wrong comes back in the outcome."""
        changes: tuple[RowChange, ...] = ()
        try:
            result, changes = self._make(name, arguments, own)
            failed = False
        except ToolError as failure:
            result, failed = self._sandbox.error(failure), True
        text = fitted(result, self._sandbox.limits)
        return Outcome(from_json(text), text, changes, f"{self._ticks}.{self._hash}", failed)

    def refuses(self, name: str, arguments: Arguments) -> bool:
        """Whether a call would fail now: tried on a copy, which is let go."""
        with self.fork() as copy:
            return copy.execute(name, arguments).failed

    def around(self, name: str, arguments: Arguments, look: tuple[str, Arguments]) -> tuple[Result, Result] | None:
        """What a read (`look`: its name and arguments) would give before and after a call made now; None where one of them would fail.
        Tried on a copy, which is let go."""
        with self.fork() as copy:
            made = [copy.execute(*look), copy.execute(name, arguments), copy.execute(*look)]
        return None if any(m.failed for m in made) else (made[0].result, made[2].result)

    @property
    def guarded(self) -> frozenset[str]:
        """Ids of the rules with a guard."""
        return frozenset(rule.id for rule in self._sandbox.environment.policy.rules if rule.sql)

    def judged(self, name: str, arguments: Arguments, near: Collection[str] = ()) -> list[Judged] | None:
        """What each rule with a guard would say to a call made now, all of them asked, and nothing done; None where something else stops it.
        `near`: of these rules say also whether the call stands on their bounds."""
        copy, program = self._live(), self._sandbox.programs.get(name)
        if program is None:
            return None
        try:
            values = program.parameters.bind(arguments)
        except ToolError:
            return None
        when = (self._ticks + 1, self._clock.julian_ms(self._ticks + 1))
        shifts = {r: s for r, s in self._sandbox.shifts(name).items() if r in near} if near else {}
        try:
            return copy.judge(program, values.copy(), when, shifts)
        finally:
            if copy.lost:
                self._again()

    def earlier(self, name: str, arguments: Arguments) -> tuple[Result, str] | None:
        """What a call gave right before the last change, and when that was (as `now`); None where nothing was changed yet, or where it
        failed then."""
        if not self._writes:
            return None
        tick = self._writes[-1].when[0] - 1
        with SqliteSession(self._sandbox, self._spec) as copy:
            copy._writes, copy._ticks = self._writes[:-1], tick
            copy._again()
            outcome = copy.execute(name, arguments)
        return (
            None if outcome.failed or not isinstance(outcome.result, dict) else (outcome.result, self._clock.at(tick))
        )

    def replay(self, calls: Iterable[ToolCall]) -> None:
        """Make calls that were made before, without their outcomes."""
        for call in calls:
            program = (self._sandbox.own if call.own else self._sandbox.programs).get(call.name)
            if program is None or not program.writes:
                self._ticks += 1
                continue
            try:
                self._make(call.name, call.arguments, call.own)
            except ToolError:
                continue  # as it did the first time

    def fork(self) -> "SqliteSession":
        """A second, independent session in the same state."""
        twin = SqliteSession(self._sandbox, self._spec)
        twin._ticks, twin._hash, twin._writes = self._ticks, self._hash, list(self._writes)
        twin._changed = self._changed
        twin._again()
        return twin

    def close(self) -> None:
        """Let its copy go; closing twice does nothing."""
        if self._copy is not None:
            self._sandbox.pool.give_back(self._copy)
            self._copy = None

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What a table holds, in the order it comes: for tests and for looking."""
        return self._live().rows(table)

    def __enter__(self) -> "SqliteSession":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # ── Making calls ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _live(self) -> Copy:
        if self._copy is None:
            raise RuntimeError("the session is closed; open it again from the calls on its path")
        return self._copy

    def _make(self, name: Any, arguments: Any, own: bool = False) -> tuple[Result, tuple[RowChange, ...]]:
        copy = self._live()
        self._ticks += 1
        programs = self._sandbox.own if own else self._sandbox.programs
        program = programs.get(name) if isinstance(name, str) else None
        if program is None:
            raise _unknown(name, programs)
        if program.writes:
            self._hash = _chained(self._hash, self._ticks, name, arguments)
        values = program.parameters.bind(arguments)
        when = (self._ticks, self._clock.julian_ms(self._ticks))
        if not program.writes:
            return _run(copy, program, values, when)
        try:
            result, changes = _run(copy, program, values.copy(), when)
        finally:
            if copy.lost:
                self._again()
        self._writes.append(_Write(program, values, when))
        if changes:
            self._changed |= program.changes
        return result or _DONE, changes

    def _again(self) -> None:
        """Bring a pristine copy to where this session is, by making its write calls again."""
        copy = self._live()
        if copy.lost:
            copy.begin()
        for write in self._writes:
            _run(copy, write.program, write.values.copy(), write.when)


def _run(copy: Copy, program: Program, values: dict[str, Any], when: Moment) -> Made:
    """Run a call on cached statements; where its cost is near the budget, again on fresh ones, whose verdict counts."""
    before = values.copy() if program.bound else values
    try:
        return copy.run(program, values, when)
    except NearLimitError:
        return copy.run(program, before, when, fresh=True)


def _unknown(name: object, known: Iterable[str]) -> ToolError:
    names = ", ".join(sorted(known)) or "none"
    return ToolError("unknown_tool", f"There is no tool {str(name)[:100]!r}. The tools are: {names}.")


@lru_cache(maxsize=64)
def _at_start(environment: str, image: str, spec: ClockSpec) -> str:
    """The hash of a state in which nothing was written; one conversation is opened many times while it is made."""
    return digest([environment, image, spec])


def _chained(before: str, tick: int, name: str, arguments: Any) -> str:
    try:
        text = canonical(arguments)
    except (ValueError, TypeError, OverflowError, RecursionError):
        text = b"?"  # not JSON: the call fails and changes nothing
    return digest(b"%s %d %s " % (before.encode(), tick, name.encode()) + text)


# ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

_KEPT: Final = 32
_sandboxes: "OrderedDict[tuple[str, str], Sandbox]" = OrderedDict()


def sandbox_of(image: Image, environment: Environment) -> Sandbox:
    """The environment made ready; the last few are kept, so that opening many sessions judges each tool once. Raises
    `UserError` as `Sandbox` does."""
    name = (image.hash, environment.id)
    found = _sandboxes.pop(name, None)
    if found is None or (found.environment is not environment and found.environment != environment):
        found = Sandbox(image, environment)
    _sandboxes[name] = found
    while len(_sandboxes) > _KEPT:
        _sandboxes.popitem(last=False)
    return found


def first_state(image: Image, environment: Environment, clock: ClockSpec) -> StateToken:
    """The state of a session in which nothing was called yet. Raises `UserError` as `Sandbox` does."""
    sandbox = sandbox_of(image, environment)
    return f"0.{_at_start(sandbox.environment.id, sandbox.image.hash, clock)}"


def open_session(
    image: Image, environment: Environment, clock: ClockSpec, calls: Iterable[ToolCall] = ()
) -> SqliteSession:
    """Open a session at the state behind `calls`: every call on the path that leads there, reads included, in order. Raises
    `UserError` as `Sandbox` does."""
    session = SqliteSession(sandbox_of(image, environment), clock)
    session.replay(calls)
    return session
