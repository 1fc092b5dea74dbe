"""A task enters only with a proof, obtained by running it.

The gold plan is executed in the state the earlier tasks leave, and must pass every machine check; doing nothing must fail, and the
plan's writes must change something; so must every mutation fail, and every harmless variation pass (`proving/`). What differs
between two runs at different times depends on the clock and is not compared later.

`prove` decides whether a task is kept; `examine` says all that was found, for those who look at proofs.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.checks import PROOF, CaseCheck
from duologue.checks.attribution import attribution
from duologue.checks.case import Case
from duologue.checks.grounding import grounding
from duologue.environment import Image, SqliteSession, net_changes
from duologue.errors import StageError
from duologue.ids import derive_seed
from duologue.language.apart import APART
from duologue.language.values import is_blank
from duologue.plans.placeholders import references, resolve
from duologue.tasks.proving import Ground, Run, Scene, Spoiled, kind_of, mutations, variations
from duologue.tasks.proving.kinds import UNHEARD
from duologue.tasks.proving.scene import Retold, bound_arguments, gold_calls
from duologue.tasks.recall import Recall, asks_the_time
from duologue.types import ClockSpec, Environment, Fact, Json, Need, PlanStep, Proof, RowChange, Task, ToolCall, Verdict

__all__ = ["AT_START", "Examined", "Prover", "bound_arguments", "gold_calls"]


AT_START = ("doing nothing satisfies it", "what it asks for is so from the start")
"""The reasons that say a task is satisfied before anything is done."""
ROWS_FIRST = tuple(sorted(PROOF, key=lambda check: check.__name__ != "state"))
"""What spoils rows is put before `state` first: it is the one to see it."""
SOURCED: tuple[CaseCheck, ...] = (grounding, attribution)
"""They ask where a value that is told comes from, and of what."""
TOLD = tuple(check for check in PROOF if check.__name__ not in ("calls", "state", "kept"))
"""The gold run passes the others whatever is said."""


class Examined(Struct, frozen=True):
    """What running a task showed: the task with its proof, whatever the proof says; None where there is none, for `reason`."""

    task: Task | None
    reason: str = ""
    """Why the task is not kept; empty where it is."""
    untried: Mapping[tuple[str, str], int] = {}
    """(kind of mutation, the rule by which one was not made) → how many."""


class Prover:
    """Proves tasks of one environment."""

    def __init__(self, environment: Environment, image: Image, catalog: Catalog, recall: Recall) -> None:
        self.environment, self.image, self.recall = environment, image, recall
        self.ground = Ground(environment, image, catalog, recall)
        self.tools = self.ground.tools
        self.known = bool(catalog.now)
        """It is known what moment it is in the data."""

    def session_after(self, earlier: Sequence[Task], clock: ClockSpec) -> SqliteSession:
        """A session in the state that the plans of proven tasks leave."""
        return self.ground.session_after(earlier, clock)

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> Examined:
        """The task with its proof, target and hidden facts; or no task and the reason."""
        found = self.examine(task, earlier, clock, wholly=False)
        return Examined(None, found.reason) if found.reason else found

    def examine(
        self, task: Task, earlier: Sequence[Task], clock: ClockSpec, wholly: bool = True, extra: bool = False
    ) -> Examined:
        """All that can be said of a task; unless `wholly`, up to the first thing that speaks against it. `extra`: with mutations that decide
        nothing, which a run's proofs leave out."""
        gold = self._standing(task, earlier, clock)
        if isinstance(gold, str):
            return Examined(None, gold)
        proven, run = gold
        scene = Scene(self.ground, proven, run, earlier, clock)
        scene.extra = extra
        try:
            return self._tried(scene, wholly)
        finally:
            scene.close()

    def _standing(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> tuple[Task, Run] | str:
        """The task with target and hidden facts, and its gold run; or why the plan does not hold."""
        first = self._gold(task, earlier, clock)
        if first is None:
            return "the gold plan fails"
        run, plan = first
        writes = any(self.ground.writes(c) for c, _ in run)
        later = replace(clock, seed=derive_seed(clock.seed, "again"), start=_later(clock.start, self.known))
        again = writes or self._asks_the_time(task) or _writes_clocks(earlier)
        second = self._gold(task, earlier, later) if again else first
        if second is None:
            return "the gold plan depends on the moment"
        if writes and len(_changes(run)) != len(_changes(second[0])):
            return "the gold plan depends on the moment"
        target = _steady(_changes(run), _changes(second[0])) if writes else ()
        proven = replace(task, plan=plan, target=target, hidden=_hidden(task, plan))
        if not all(self._told_is_true(proven, r) for r in ((run,) if second is first else (run, second[0]))):
            return "what is to be told is not what comes back, or depends on the moment"
        if any(self.ground.writes(c) and not o.changes for c, o in run) or (
            writes and not target and task.shape != "undo"
        ):
            return AT_START[1]
        return proven, run

    def _tried(self, scene: Scene, wholly: bool) -> Examined:
        """The gold run, doing nothing, every mutation and every variation, each before the checks."""
        task = scene.task
        failed = _failing(scene.gold)
        if failed is not None:
            return Examined(None, f"the gold plan fails the {failed.check} check")
        if _failing(scene.staged((), ())) is None:
            return Examined(None, AT_START[0])
        reason = ""
        killed: dict[str, str] = {}
        traced = cache(lambda: _failing(scene.gold, SOURCED) is None)
        for spoiled in mutations(scene):
            verdict = _heard(scene, spoiled, traced)
            if spoiled.singly and verdict is None:
                scene.left[spoiled.name] = UNHEARD
                continue
            killed[spoiled.name] = verdict.check if verdict else ""
            if verdict is None:
                reason = reason or f"a spoiled plan passes: {kind_of(spoiled.name)}"
                if not wholly:
                    return Examined(None, reason)
        if not killed:
            reason = "a spoiled plan passes: none could be made"
        spared: dict[str, str] = {}
        for varied in variations(scene):
            case = scene.case(varied)
            verdict = _failing(case, TOLD if isinstance(case, Retold) else PROOF)
            spared[varied.name] = verdict.check if verdict else ""
            if verdict is not None:
                reason = reason or f"a harmless variation fails: {kind_of(varied.name)}"
        untried = Counter((kind_of(name), why) for name, why in scene.left.items())
        return Examined(
            replace(task, proof=Proof(gold=True, noop=True, mutations=killed, spared=spared)), reason, untried
        )

    def _asks_the_time(self, task: Task) -> bool:
        """A tool of the plan looks at the clock."""
        return any(asks_the_time(self.tools[step.tool]) for step in task.plan)

    # ── running plans ────────────────────────────────────────────────────────────────────────────────────────────────

    def _gold(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> tuple[Run, tuple[PlanStep, ...]] | None:
        session = self.session_after(earlier, clock)
        try:
            return self._run(task.plan, session)
        finally:
            session.close()

    def _run(self, plan: Sequence[PlanStep], session: SqliteSession) -> tuple[Run, tuple[PlanStep, ...]] | None:
        results: dict[int, Json] = {}
        run, bound = [], []
        for number, step in enumerate(plan, 1):
            try:
                arguments = resolve(step.arguments, results)
            except StageError:
                return None
            outcome = self.recall.execute(session, step.tool, arguments, step.own)
            if outcome.failed:
                return None
            results[number] = outcome.result
            run.append((ToolCall(f"gold_{number}", step.tool, arguments, step.own), outcome))
            bound.append(replace(step, bound={k: arguments[k] for k, v in step.arguments.items() if references(v)}))
        return tuple(run), tuple(bound)

    def _told_is_true(self, task: Task, run: Run) -> bool:
        """Every value to be told stands in the result of its step (a count: of its rows)."""
        for subtask in task.subtasks:
            for item in subtask.tell:
                if not 0 < item.step <= len(run):
                    return False
                unseen = item.slot == ":count" or is_blank(item.value) or _is_sum(subtask.need, item.slot)
                if not unseen and not _holds(run[item.step - 1][1].result, item.value):
                    return False
        return True


def _is_sum(need: Need | None, slot: str) -> bool:
    """It is worked out of the rows that are meant, and stands in no result."""
    if slot.endswith(APART):
        return need is not None and need.apart
    worked_out = (need.among, need.against) if need is not None else ()
    return any(x is not None and slot == f"{x.slot}:sum" for x in worked_out)


def _heard(scene: Scene, spoiled: Spoiled, traced: Callable[[], bool]) -> Verdict | None:
    """The check that objects to a mutation; of a value told wrong alone, one that did not object to what is right (`traced`)."""
    case = scene.case(spoiled)
    if spoiled.singly:
        return _failing(case, SOURCED) if traced() else None
    return _failing(case, TOLD if isinstance(case, Retold) else ROWS_FIRST if spoiled.rows else PROOF)


def _failing(case: Case, checks: Sequence[CaseCheck] = PROOF) -> Verdict | None:
    """The first check the case does not pass."""
    return next((v for v in (check(case) for check in checks) if v.passed is not True), None)


def _writes_clocks(tasks: Sequence[Task]) -> bool:
    """A task leaves a value that depends on the moment, which a later one may come upon."""
    values = (v for t in tasks for c in t.target for v in (c.after or {}).values())
    return any(isinstance(v, dict) and "$any" in v for v in values)


def _later(start: str, known: bool = False) -> str:
    """The same moment a year and some hours later: far enough for every clock value to differ. Where the moment is `known`, what is
    planned for the days after it is over by then: an hour later, which is more than a conversation takes."""
    away = (
        datetime.timedelta(hours=1, minutes=7, seconds=11)
        if known
        else datetime.timedelta(days=397, hours=3, minutes=7, seconds=11)
    )
    return (datetime.datetime.fromisoformat(start) + away).strftime("%Y-%m-%dT%H:%M:%S")


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
