"""A private copy of the image on which programs run.

The whole life of a copy is one outer transaction: each call works in a savepoint inside it, and rolling the outer one back
gives the pristine image again, in microseconds, with every prepared statement kept. That is what makes sessions cheap to
open. What a rollback does not restore is reset by hand (the last row number) or kept from statements (`changes()`).

A few errors end the outer transaction itself: a budget that runs out in the middle of a write, ON CONFLICT ROLLBACK,
RAISE(ROLLBACK). The copy is then pristine and says so (`Copy.lost`); the session executes its past again.

The budget counts VM steps. SQLite keeps the count of a cached statement over its executions, so where a look at the budget
falls depends on the past. Near the limit, where that could decide, the call runs again on statements prepared afresh, whose
count is exact: the verdict is the same in every replay.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from time import perf_counter, thread_time
from typing import Any, Final

import apsw
from msgspec import Struct

from duologue.environment.changes import HookRecorder, Recorder, SessionRecorder
from duologue.environment.clock import instant
from duologue.environment.failures import broken_foreign_key, too_many_changes, tool_error, used_up
from duologue.environment.guard import Grant
from duologue.environment.limits import STEPS_PER_LOOK, Limits, set_limits
from duologue.environment.programs import Program, Step, problem_error
from duologue.environment.results import Result, add, mark_cut
from duologue.environment.schema import LAST_ROW, Schema, open_copy
from duologue.environment.sqlite import quote
from duologue.environment.standins import Chance, take_utc_for_local
from duologue.errors import ToolError
from duologue.types import Problem, RowChange

_SAVEPOINT: Final = "duologue_call"
_SAVE: Final = f"SAVEPOINT {_SAVEPOINT}"
_RELEASE: Final = f"RELEASE {_SAVEPOINT}"
_UNDO: Final = f"ROLLBACK TO {_SAVEPOINT}"
_CACHED_STATEMENTS: Final = 512
_IDLE_BYTES: Final = 256 << 20
_MOST_IDLE: Final = 64
_NO_PROBLEM: Final = Problem("precondition_failed", "The conditions for this request are not met.")


Moment = tuple[int, int]
"""The number of the call, and the instant it happens at (as SQLite counts)."""
Made = tuple[Result, tuple[RowChange, ...]]


class Judged(Struct, frozen=True):
    """What a rule with a guard says to a call."""

    rule: str
    holds: bool
    near: bool
    """Moved a little, its bounds would say otherwise."""


class NearLimitError(Exception):
    """The call ran through, but its cost is too near its budget to tell on cached statements. Its effects are undone."""


class Copy:
    """A private copy of an image. One session uses it at a time."""

    def __init__(self, schema: Schema, limits: Limits) -> None:
        connection = open_copy(schema.image, "calls", _CACHED_STATEMENTS)
        set_limits(connection, schema.value_bytes)
        self._connection = connection
        self._cursor = connection.cursor()
        self._limits = limits
        self._grant: Grant | None = None
        self._looks = 0
        self._stop_at = 0
        self._wall = self._net = 0.0
        self._saved = False
        self._touched = False
        """A call of this life wrote, or tried to."""
        self._chance = Chance(connection)
        if schema.zoned:
            take_utc_for_local(connection)
        recorder = SessionRecorder if schema.has_virtual_columns else HookRecorder
        self._recorder: Recorder = recorder(connection, schema.shapes, limits.changes)
        connection.authorizer = self._authorize
        connection.set_progress_handler(self._look, STEPS_PER_LOOK)

    # ── Its life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Start a life: the pristine image."""
        self._grant, self._touched = None, False
        if not self._connection.in_transaction:
            self._cursor.execute("BEGIN")

    def reset(self) -> None:
        """End it: the pristine image again. A life in which nothing was written leaves it as it was, for the next one to go on with."""
        self._grant = None
        self._recorder.drop()
        if self._touched and self._connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    @property
    def lost(self) -> bool:
        """An error ended the life: everything since `begin` is undone."""
        return not self._connection.in_transaction

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What a table holds, in the order it comes. For tests."""
        self._grant = None
        return self._connection.execute(f"SELECT * FROM {quote(table)}").fetchall()

    # ── Running a program ───────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, program: Program, values: dict[str, Any], when: Moment, *, fresh: bool = False) -> Made:
        """Run a program at a moment: its result and what it changed. `values` is used up. Raises `ToolError` where it fails,
        with nothing changed, and `NearLimitError` where it must be run again (`fresh`)."""
        before_limit = self._begin(program, values, when, fresh)
        try:
            result = self._steps(program, values, cached=not fresh)
            if not fresh and self._looks > before_limit:
                raise NearLimitError
            return result, self._keep(program) if self._saved else ()
        except (apsw.Error, UnicodeError, ToolError, NearLimitError) as error:
            self._undo()
            if isinstance(error, ToolError | NearLimitError):
                raise
            raise tool_error(error, program.foreign_keys) from None

    def judge(
        self, program: Program, values: dict[str, Any], when: Moment, shifts: Mapping[str, Sequence[Step]] = {}
    ) -> list[Judged] | None:
        """What each rule with a guard says to a call, all of them asked, and nothing done; None where something else stops it. `shifts`: rule → its
        guards with their bounds moved."""
        self._begin(program, values, when, fresh=False)
        found: list[Judged] = []
        last = max((n for n, step in enumerate(program.steps) if step.rule), default=-1)
        try:
            for step in program.steps[: last + 1]:
                if step.kind == "write":
                    if any(not j.holds for j in found):
                        break
                    self._write(step, values, cached=True)
                elif step.rule:
                    holds = self._holds(step, values)
                    near = any(self._holds(s, values) != holds for s in shifts.get(step.rule, ()))
                    found.append(Judged(step.rule, holds, near))
                elif step.kind == "bind":
                    _bind(step, self._cursor.execute(step.sql, step.bind(values)).fetchone(), values)
                elif step.kind == "require" and not self._holds(step, values):
                    return None
        except (apsw.Error, UnicodeError, ToolError):
            return None
        finally:
            self._undo()
        return found

    def _begin(self, program: Program, values: dict[str, Any], when: Moment, fresh: bool) -> int:
        """Make ready for a call. Returns the looks at the budget from which on it is too near its limit."""
        instant.value = when[1]
        self._chance.begin(when)
        budget = self._limits.steps // STEPS_PER_LOOK
        margin = budget // 10 + len(program.steps) + 4
        self._grant, self._saved, self._looks = program.grant, False, 0
        self._stop_at = budget if fresh else budget + margin
        self._connection.set_last_insert_rowid(0)
        if program.bound:
            values.update(program.bound)
        return budget - margin

    def _holds(self, step: Step, values: dict[str, Any]) -> bool:
        return _is_true(self._cursor.execute(step.sql, step.bind(values)).fetchone())

    def _refusal(self, program: Program, step: Step, values: dict[str, Any]) -> ToolError:
        """What a condition that does not hold says; of a rule, with what the others before the same write say."""
        also: list[Problem] = []
        later = program.steps[program.steps.index(step) + 1 :] if step.rule else ()
        for other in takewhile(lambda s: s.rule, later):
            if other.problem is not None and not self._holds(other, values):
                also.append(other.problem)
        return problem_error(step.problem or _NO_PROBLEM, values, also)

    def _steps(self, program: Program, values: dict[str, Any], *, cached: bool) -> Result:
        result: Result = {}
        whole = True
        execute = self._cursor.execute
        for step in program.steps:
            kind = step.kind
            if kind == "write":
                self._write(step, values, cached)
                continue
            found = execute(step.sql, step.bind(values), can_cache=cached)
            if kind == "return":
                whole &= add(result, step.into, step.shape, step.columns, found, self._limits.rows)
            elif kind == "bind":
                _bind(step, found.fetchone(), values)
            elif not _is_true(found.fetchone()):
                raise self._refusal(program, step, values)
        if not whole:
            mark_cut(result)
        return result

    def _write(self, step: Step, values: Mapping[str, Any], cached: bool) -> None:
        if not self._saved:
            self._cursor.execute(_SAVE)
            self._saved = self._touched = True
            self._recorder.begin()
        before = self._connection.total_changes() if step.problem else 0
        self._cursor.execute(step.sql, step.bind(values), can_cache=cached)
        if step.columns:
            self._cursor.fetchall()
        if step.problem and self._connection.total_changes() == before:
            raise problem_error(step.problem, values)
        if self._recorder.overflow:
            raise too_many_changes(self._limits.changes)

    def _keep(self, program: Program) -> tuple[RowChange, ...]:
        """End the call as a transaction of its own would: deferred foreign keys must hold by now."""
        if self._connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0]:
            raise broken_foreign_key(program.foreign_keys)
        self._grant = None
        changes = self._recorder.take()
        for change in changes:
            if change.op == "insert" and LAST_ROW in change.key.values():
                raise used_up()
        self._cursor.execute(_RELEASE)
        return changes

    def _undo(self) -> None:
        self._grant = None
        self._recorder.drop()
        if self._saved and self._connection.in_transaction:
            self._cursor.execute(_UNDO)
            self._cursor.execute(_RELEASE)

    # ── What SQLite asks ────────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> bool:
        self._looks += 1
        if self._looks == 1:
            self._wall, self._net = perf_counter() + self._limits.seconds, thread_time() + self._limits.seconds
        return self._looks > self._stop_at or (perf_counter() > self._wall and thread_time() > self._net)

    def _authorize(
        self, code: int, first: str | None, second: str | None, database: str | None, context: str | None
    ) -> int:
        grant = self._grant
        if grant is None or (code == apsw.SQLITE_SAVEPOINT and second == _SAVEPOINT):
            return apsw.SQLITE_OK
        return grant.authorize(code, first, second, database, context)


class Pool:
    """Copies of one image that wait for their next life. All environments over the image share them."""

    def __init__(self, schema: Schema, limits: Limits) -> None:
        self._schema, self._limits = schema, limits
        self._idle: list[Copy] = []
        self._most = max(1, min(_MOST_IDLE, _IDLE_BYTES // schema.image.size))

    def take(self) -> Copy:
        """A pristine copy."""
        copy = self._idle.pop() if self._idle else Copy(self._schema, self._limits)
        copy.begin()
        return copy

    def give_back(self, copy: Copy) -> None:
        """A copy that is no longer needed."""
        copy.reset()
        if len(self._idle) < self._most:
            self._idle.append(copy)


@lru_cache(maxsize=8)
def pool_of(schema: Schema, limits: Limits) -> Pool:
    """The pool of an image under these limits; the last few are kept."""
    return Pool(schema, limits)


def _is_true(row: tuple[Any, ...] | None) -> bool:
    return row is not None and row[0] is not None and row[0] != 0


def _bind(step: Step, row: tuple[Any, ...] | None, values: dict[str, Any]) -> None:
    if row is None:
        if step.problem:
            raise problem_error(step.problem, values)
        row = (None,) * len(step.columns)
    values.update(zip(step.columns, row, strict=False))
