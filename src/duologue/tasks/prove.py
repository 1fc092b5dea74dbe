"""A task enters only with a proof, obtained by running it.

The gold plan is executed in the state the earlier tasks leave, and must pass every machine check; doing nothing must fail;
and so must each spoiled plan: a step dropped, another row's key, another value written, a stray write, a wrong figure told.
What differs between two runs at different times depends on the clock and is not compared later.
"""

import datetime
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.checks.calls import calls
from duologue.checks.case import Case, columns_of
from duologue.checks.disclosure import disclosure
from duologue.checks.state import state
from duologue.environment import Image, SqliteSession, net_changes, open_session
from duologue.errors import StageError
from duologue.ids import derive_seed
from duologue.language.phrases import Phrases
from duologue.plans.placeholders import references, resolve
from duologue.plans.trace import staged
from duologue.protocols import Outcome
from duologue.tasks.recall import Recall, asks_the_time
from duologue.types import (
    ClockSpec,
    Disclosure,
    Environment,
    Fact,
    Json,
    PlanStep,
    Proof,
    RowChange,
    Task,
    ToolCall,
    Verdict,
)

Run = tuple[tuple[ToolCall, Outcome], ...]
CHECKS = (calls, state, disclosure)


class Spoiled(Struct, frozen=True):
    """A plan gone wrong: what was done, and what was told."""

    name: str
    run: Run
    said: tuple[str, ...]


class Prover:
    """Proves tasks of one environment."""

    def __init__(self, environment: Environment, image: Image, catalog: Catalog, recall: Recall) -> None:
        self.environment, self.image, self.recall = environment, image, recall
        self.phrases = Phrases(catalog)
        self.columns = columns_of(catalog)
        self.tools = {t.name: t for t in environment.toolset.tools}

    def session_after(self, earlier: Sequence[Task], clock: ClockSpec) -> SqliteSession:
        """A session in the state that the plans of proven tasks leave."""
        return open_session(self.image, self.environment, clock, [c for t in earlier for c in gold_calls(t)])

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> tuple[Task | None, str]:
        """The task with its proof, target and hidden facts; or None and the reason."""
        first = self._gold(task, earlier, clock)
        if first is None:
            return None, "the gold plan fails"
        run, plan = first
        writes = any(self.tools[c.name].effect == "write" for c, _ in run)
        later = replace(clock, seed=derive_seed(clock.seed, "again"), start=_later(clock.start))
        second = (
            self._gold(task, earlier, later)
            if writes or self._asks_the_time(task) or _writes_clocks(earlier)
            else first
        )
        if second is None:
            return None, "the gold plan depends on the moment"
        target = _steady(_changes(run), _changes(second[0])) if writes else ()
        proven = replace(task, plan=plan, target=target, hidden=_hidden(task, plan))
        if not self._told_is_true(proven, run) or not self._told_is_true(proven, second[0]):
            return None, "what is to be told is not what comes back, or depends on the moment"
        said = tuple(self._statement(d) for s in proven.subtasks for d in s.tell)
        failed = self._failing(proven, run, said)
        if failed is not None:
            return None, f"the gold plan fails the {failed.check} check"
        if self._failing(proven, (), ()) is None:
            return None, "doing nothing satisfies it"
        killed = {}
        for spoiled in self._spoilt(proven, run, said, earlier, clock):
            verdict = self._failing(proven, spoiled.run, spoiled.said)
            killed[spoiled.name] = verdict.check if verdict else ""
        if not killed or not all(killed.values()):
            survivor = next((n for n, c in killed.items() if not c), "none could be made")
            return None, f"a spoiled plan passes: {survivor.partition(' ')[0]}"
        return replace(proven, proof=Proof(gold=True, noop=True, mutations=killed)), ""

    def _failing(self, task: Task, run: Run, said: Sequence[str]) -> Verdict | None:
        """The first check the run does not pass."""
        case = Case(staged(run, said, self.environment.toolset), (task,), columns=self.columns)
        return next((v for v in (check(case) for check in CHECKS) if v.passed is not True), None)

    def _asks_the_time(self, task: Task) -> bool:
        """A tool of the plan looks at the clock."""
        return any(asks_the_time(self.tools[step.tool]) for step in task.plan)

    # ── running plans ────────────────────────────────────────────────────────────────────────────────────────────────

    def _gold(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> tuple[Run, tuple[PlanStep, ...]] | None:
        session = self.session_after(earlier, clock)
        try:
            return self._run(task.plan, session, not any(t.target for t in earlier))
        finally:
            session.close()

    def _run(
        self, plan: Sequence[PlanStep], session: SqliteSession, untouched: bool
    ) -> tuple[Run, tuple[PlanStep, ...]] | None:
        results: dict[int, Json] = {}
        run, bound = [], []
        for number, step in enumerate(plan, 1):
            try:
                arguments = resolve(step.arguments, results)
            except StageError:
                return None
            outcome = self.recall.execute(session, untouched, step.tool, arguments)
            if outcome.failed:
                return None
            untouched = untouched and not outcome.changes
            results[number] = outcome.result
            run.append((ToolCall(f"gold_{number}", step.tool, arguments), outcome))
            bound.append(replace(step, bound={k: arguments[k] for k, v in step.arguments.items() if references(v)}))
        return tuple(run), tuple(bound)

    def _again(self, made: Sequence[ToolCall], earlier: Sequence[Task], clock: ClockSpec) -> Run:
        session = self.session_after(earlier, clock)
        try:
            untouched, run = not any(t.target for t in earlier), []
            for call in made:
                outcome = self.recall.execute(session, untouched, call.name, call.arguments)
                untouched = untouched and not outcome.changes
                run.append((call, outcome))
            return tuple(run)
        finally:
            session.close()

    def _swapped(self, run: Run, n: int, other: ToolCall, earlier: Sequence[Task], clock: ClockSpec) -> Run:
        """The run with another call at `n`. Where nothing is written, the other results stay what they were."""
        made = [c for c, _ in run]
        if any(self.tools[c.name].effect == "write" for c in made):
            return self._again([*made[:n], other, *made[n + 1 :]], earlier, clock)
        return run[:n] + self._again([other], earlier, clock) + run[n + 1 :]

    def _told_is_true(self, task: Task, run: Run) -> bool:
        """Every value to be told stands in the result of its step (a count: of its rows)."""
        for subtask in task.subtasks:
            for item in subtask.tell:
                result = run[item.step - 1][1].result
                if item.slot == ":count":
                    continue
                if not _holds(result, item.value):
                    return False
        return True

    def _statement(self, item: Disclosure) -> str:
        return f"{self.phrases.label(item.slot)}: {self.phrases.value(item.slot, item.value)}."

    # ── spoiling them ────────────────────────────────────────────────────────────────────────────────────────────────

    def _spoilt(
        self, task: Task, run: Run, said: tuple[str, ...], earlier: Sequence[Task], clock: ClockSpec
    ) -> Iterator[Spoiled]:
        critical = [n for n, s in enumerate(task.plan) if s.weight == "critical"]
        writes = [n for n in critical if self.tools[task.plan[n].tool].effect == "write"]
        made = [c for c, _ in run]
        for n in dict.fromkeys((critical[0], critical[-1], *writes)):
            kept = made[:n] + made[n + 1 :]
            rerun = self._again(kept, earlier, clock) if n in writes else run[:n] + run[n + 1 :]
            if n not in writes and self._is_answered(task, rerun, said, n + 1):
                continue
            yield Spoiled(f"drop step {n + 1}", rerun, said)
        for n in critical:
            other = self._other_row(made[n])
            if other is None:
                continue
            rerun = self._swapped(run, n, other, earlier, clock)
            if n in writes or not self._is_answered(task, rerun, said, n + 1):
                yield Spoiled(f"neighbour in step {n + 1}", rerun, said)
                break
        for n in writes:
            other = self._other_value(made[n])
            if other is not None:
                yield Spoiled(
                    f"value in step {n + 1}", self._again([*made[:n], other, *made[n + 1 :]], earlier, clock), said
                )
                extra = self._other_row(made[n])
                outcome = self._again([*made, extra], earlier, clock) if extra else ()
                if outcome and outcome[-1][1].changes:
                    yield Spoiled("extra write", outcome, said)
                break
        if said:
            yield Spoiled("untold", run, said[:-1])

    def _is_answered(self, task: Task, run: Run, said: Sequence[str], step: int) -> bool:
        """Without its call, a read is still answered: other results hold all that it tells. To leave it out spoils nothing."""
        case = Case(staged(run, said, self.environment.toolset), (task,), columns=self.columns)
        return step in case.match(0).calls

    def _other_row(self, call: ToolCall) -> ToolCall | None:
        """The same call about a neighbouring row."""
        for name, slot in self.tools[call.name].inputs.items():
            value = call.arguments.get(name)
            if slot.use != "key" or value is None or isinstance(value, bool):
                continue
            if isinstance(value, int):
                return _with(call, name, value + 1)
            text = str(value)
            return _with(call, name, str(int(text) + 1) if text.isdigit() else text + "x")
        return None

    def _other_value(self, call: ToolCall) -> ToolCall | None:
        """The same write with another value."""
        tool = self.tools[call.name]
        for name, slot in tool.inputs.items():
            value = call.arguments.get(name)
            if slot.use != "value" or value is None or isinstance(value, bool):
                continue
            choices = tool.parameters.get("properties", {}).get(name, {}).get("enum")
            if choices:
                others = [c for c in choices if c != value]
                return _with(call, name, others[0]) if others else None
            return _with(call, name, value + 1 if isinstance(value, int | float) else f"{value} 2")
        return None


def _writes_clocks(tasks: Sequence[Task]) -> bool:
    """A task leaves a value that depends on the moment, which a later one may come upon."""
    values = (v for t in tasks for c in t.target for v in (c.after or {}).values())
    return any(isinstance(v, dict) and "$any" in v for v in values)


def gold_calls(task: Task) -> list[ToolCall]:
    """The calls of a proven task's plan, placeholders filled with what they stood for."""
    return [ToolCall(f"gold_{n}", s.tool, bound_arguments(s)) for n, s in enumerate(task.plan, 1)]


def bound_arguments(step: PlanStep) -> dict[str, Json]:
    """A proven step's arguments with their values."""
    out = resolve({k: v for k, v in step.arguments.items() if k not in step.bound}, {})
    return {k: step.bound.get(k, out.get(k)) for k in step.arguments}


def _later(start: str) -> str:
    """The same moment a year and some hours later: far enough for every clock value to differ."""
    moment = datetime.datetime.fromisoformat(start) + datetime.timedelta(days=397, hours=3, minutes=7, seconds=11)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _changes(run: Run) -> tuple[RowChange, ...]:
    return net_changes(c for _, outcome in run for c in outcome.changes)


def _steady(one: Sequence[RowChange], two: Sequence[RowChange]) -> tuple[RowChange, ...]:
    """The changes of the first run, with what the second did differently marked as the clock's."""
    if len(one) != len(two):
        return tuple(one)
    out = []
    for a, b in zip(one, two, strict=True):
        if a.after is not None and b.after is not None and (a.table, a.op) == (b.table, b.op):
            after = {k: v if b.after.get(k) == v else {"$any": "clock"} for k, v in a.after.items()}
            out.append(replace(a, after=after))
        else:
            out.append(a)
    return tuple(out)


def _hidden(task: Task, plan: Sequence[PlanStep]) -> tuple[Fact, ...]:
    """What must be found out: the values placeholders stood for and those to be told, unless the user knows them."""
    known = {str(f.value).casefold() for f in task.known}
    found = [Fact(f"{s.tool}.{k}", v) for s in plan for k, v in s.bound.items()]
    found += [Fact(d.slot, d.value) for s in task.subtasks for d in s.tell if d.slot != ":count"]
    return tuple(dict.fromkeys(f for f in found if str(f.value).casefold() not in known))


def _holds(result: Json, value: Json) -> bool:
    if isinstance(result, dict):
        names = [str(v) for v in result.values() if isinstance(v, str)]
        return any(_holds(v, value) for v in result.values()) or (
            isinstance(value, str) and " " in value and all(p in " ".join(names) for p in value.split(" "))
        )
    if isinstance(result, list):
        return any(_holds(v, value) for v in result)
    return bool(result == value)


def _with(call: ToolCall, name: str, value: Json) -> ToolCall:
    return replace(call, arguments={**call.arguments, name: value})
