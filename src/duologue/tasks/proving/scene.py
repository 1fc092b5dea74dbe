"""One task on stage: what its plan did and told, and the means to do it otherwise.

A read changes nothing but the clock, so another read in its place leaves the rest of the run as it was; only from a write on is
anything executed again, in a session opened at that point. What is read of the untouched image is remembered (`recall`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.checks.case import Case, columns_of
from duologue.environment import Image, SqliteSession, open_session
from duologue.language.values import is_blank
from duologue.language.vocabulary import phrases_of
from duologue.plans.match import Match, match_plan
from duologue.plans.placeholders import leaves, resolve
from duologue.plans.trace import Said, staged
from duologue.protocols import Outcome
from duologue.tasks.proving.kinds import FEW, INSIDE, SAME, spread
from duologue.tasks.proving.others import Rows
from duologue.tasks.proving.told import Told, alone
from duologue.tasks.recall import Recall
from duologue.types import (
    ClockSpec,
    Disclosure,
    Environment,
    Json,
    Message,
    PlanStep,
    Subtask,
    Task,
    Tool,
    ToolCall,
    Turn,
)  # fmt: skip

T = TypeVar("T")
Run = tuple[tuple[ToolCall, Outcome], ...]


class Spoiled(Struct, frozen=True):
    """A plan gone wrong, or varied: what was done, and what was told."""

    name: str
    run: Run
    said: tuple[str, ...]
    rows: bool = False
    """It spoils what is written: `state` is to see it."""
    about: tuple[Disclosure, ...] = ()
    """Of a telling: the values that must be missed; empty = any."""
    singly: bool = False
    """A value told wrong that another statement still says: only a check that asks where each value comes from can hear it."""


class Retold(Case):
    """The gold run, told otherwise. Each of its steps has its call, whatever is said; only the words are judged again."""

    def __init__(self, gold: Case, said: Sequence[str], about: tuple[Disclosure, ...]) -> None:
        turns = gold.trace.turns[: len(gold.trace.turns) - bool(gold.trace.assistant)]
        texts: tuple[Said, ...] = ()
        if said:
            turns = (*turns, Turn(Message("assistant", content="\n".join(said)), state=turns[-1].state))
            texts = (Said(len(turns) - 1, turns[-1].message.content, 0),)
        tasks = gold.tasks
        if about:
            tasks = (replace(tasks[0], subtasks=(Subtask("", tell=about),)),)
        super().__init__(replace(gold.trace, turns=turns, assistant=texts), tasks, columns=gold.columns)
        self._gold, self.tellings, self.briefly = gold, gold.tellings, True

    def match(self, task: int) -> Match:
        """As the gold run matches."""
        return self._gold.match(task)

    @cached_property
    def numbered_names(self) -> tuple[str, ...]:
        """As the gold run's results have them."""
        return self._gold.numbered_names


class Ground:
    """What all tasks of one environment stand on."""

    def __init__(self, environment: Environment, image: Image, catalog: Catalog, recall: Recall) -> None:
        self.environment, self.image, self.catalog, self.recall = environment, image, catalog, recall
        self.phrases = phrases_of(catalog)
        self.columns = columns_of(catalog)
        toolset = environment.toolset
        self.tools: dict[str, Tool] = {t.name: t for t in (*toolset.tools, *toolset.own)}
        self.rows = Rows(catalog, image)

    @cached_property
    def lawless(self) -> Environment:
        """The same without the rules of the policy."""
        policy = replace(self.environment.policy, rules=())
        return replace(self.environment, id=f"{self.environment.id} without rules", policy=policy)

    def session_after(self, earlier: Sequence[Task], clock: ClockSpec, lawful: bool = True) -> SqliteSession:
        """A session in the state that the plans of proven tasks leave. Unless `lawful`, no rule holds in it."""
        environment = self.environment if lawful else self.lawless
        return open_session(self.image, environment, clock, [c for t in earlier for c in gold_calls(t)])

    def writes(self, call: ToolCall) -> bool:
        """The call is of a tool that changes rows."""
        tool = self.tools.get(call.name)
        return tool is not None and tool.effect == "write"

    def told(self, item: Disclosure) -> Told:
        """A value in plain words, as both speakers would say it."""
        return Told(item, self.phrases.label(item.slot), self.phrases.value(item.slot, item.value))


class Scene:
    """A task, its gold run, and the state it starts from."""

    def __init__(self, ground: Ground, task: Task, run: Run, earlier: Sequence[Task], clock: ClockSpec) -> None:
        self.ground, self.task, self.run, self.earlier, self.clock = ground, task, run, earlier, clock
        self.calls = [call for call, _ in run]
        self.told = [ground.told(d) for s in task.subtasks for d in s.tell if not is_blank(d.value)]
        self.said = tuple(t.text for t in self.told)
        self.critical = [n for n, s in enumerate(task.plan) if s.weight == "critical"]
        self.writes = [n for n, c in enumerate(self.calls) if ground.writes(c)]
        self.extra = False
        """Mutations are made, too, that decide nothing: heard or not, the task is kept."""
        self._sessions: dict[int, SqliteSession] = {}
        """Step → the state behind it."""
        self._shown: dict[int, tuple[Json, dict[str, list[str]]]] = {}
        self._tellings: dict[tuple[object, ...], bool] = {}
        """What was found in which words: most runs are told in the same."""
        self.left: dict[str, str] = {}
        """Mutations that a rule left out, by name → the rule. One that is made after all is none of them."""

    def chosen(self, items: Sequence[T], most: int, name: Callable[[T], str]) -> list[T]:
        """At most so many of what a kind of mutation could be made of, evenly spread; the others are left out."""
        taken = spread(items, most)
        if len(taken) < len(items):
            self.left.update((name(one), FEW) for one in items if one not in taken)
        return taken

    def close(self) -> None:
        """Let its sessions go."""
        for session in self._sessions.values():
            session.close()

    def tool(self, n: int) -> Tool:
        """The tool of a step (from 0)."""
        return self.ground.tools[self.calls[n].name]

    def step(self, n: int) -> PlanStep:
        """A step of the plan (from 0)."""
        return self.task.plan[n]

    def tells(self, n: int) -> list[Disclosure]:
        """What is to be told of a step (from 0)."""
        return [t.item for t in self.told if t.item.step == n + 1]

    def shown(self, result: Json) -> dict[str, list[str]]:
        """The values of a result, as text, each with the paths at which it stands; worked out once."""
        if id(result) not in self._shown:
            found: dict[str, list[str]] = {}
            for path, value in leaves(result):
                found.setdefault(str(value), []).append(path)
            self._shown[id(result)] = (result, found)  # the result is kept too, so that its id stays its own
        return self._shown[id(result)][1]

    # ── standing before the checks ───────────────────────────────────────────────────────────────────────────────────

    def case(self, spoiled: Spoiled) -> Case:
        """What a mutation or variation gives the checks to judge."""
        if spoiled.run is self.run and self._is_whole:
            return Retold(self.gold, spoiled.said, spoiled.about)
        return self.staged(spoiled.run, spoiled.said)

    def staged(self, run: Run, said: Sequence[str]) -> Case:
        """Calls and words as a case."""
        case = Case(staged(run, said, self.ground.environment.toolset), (self.task,), columns=self.ground.columns)
        case.tellings, case.briefly = self._tellings, True
        return case

    @cached_property
    def alone(self) -> list[tuple[Told, ...]]:
        """The values that no other statement says, those in the same words together."""
        return alone(self.told)

    @cached_property
    def shared(self) -> list[tuple[Told, str]]:
        """The values that another statement says too, each with why it can't be spoiled on its own before `disclosure`."""
        groups = {id(one): group for group in self.alone for one in group}
        return [(t, SAME if id(t) in groups else INSIDE) for t in self.told if len(groups.get(id(t), ())) != 1]

    @cached_property
    def gold(self) -> Case:
        """All done and told as planned."""
        return self.staged(self.run, self.said)

    @cached_property
    def _is_whole(self) -> bool:
        """Every step has a call of its own, so that nothing hangs on what is told."""
        return not match_plan(self.task.plan, self.gold.trace).missing

    # ── doing it otherwise ───────────────────────────────────────────────────────────────────────────────────────────

    def without(self, n: int) -> Run:
        """The run without one of its calls."""
        rest = self.calls[n + 1 :]
        return self.onward(n, rest) if n in self.writes else self.run[:n] + self.run[n + 1 :]

    def instead(self, n: int, other: ToolCall) -> Run:
        """The run with another call in the place of one."""
        if n in self.writes:
            return self.onward(n, [other, *self.calls[n + 1 :]])
        return (*self.run[:n], (other, self.look(n, other)), *self.run[n + 1 :])

    def look(self, n: int, read: ToolCall) -> Outcome:
        """What a read gives in the state before step `n`."""
        return self.ground.recall.execute(self._behind(n), read.name, read.arguments, read.own)

    def onward(self, n: int, calls: Sequence[ToolCall]) -> Run:
        """The first `n` calls of the run, and then these, executed."""
        session = self.ground.session_after(self.earlier, self.clock)
        try:
            session.replay(self.calls[:n])
            out = []
            for call in calls:
                outcome = self.ground.recall.execute(session, call.name, call.arguments, call.own)
                out.append((call, outcome))
            return self.run[:n] + tuple(out)
        finally:
            session.close()

    def further(self, calls: Iterable[ToolCall]) -> Iterator[Run]:
        """The whole run, and then a call that changes something: for each of the calls that does."""
        session = None
        try:
            for call in calls:
                if session is None:
                    session = self.ground.session_after(self.earlier, self.clock)
                    session.replay(self.calls)
                outcome = session.execute(call.name, call.arguments, call.own)
                if outcome.changes:
                    session.close()
                    session = None
                    yield (*self.run, (call, outcome))
        finally:
            if session is not None:
                session.close()

    def _behind(self, n: int) -> SqliteSession:
        """The state before step `n`, for reading only: that behind the last write before it."""
        last = max((w + 1 for w in self.writes if w < n), default=0)
        if last not in self._sessions:
            self._sessions[last] = self.ground.session_after(self.earlier, self.clock)
            self._sessions[last].replay(self.calls[:last])
        return self._sessions[last]


def gold_calls(task: Task) -> list[ToolCall]:
    """The calls of a proven task's plan, placeholders filled with what they stood for."""
    return [ToolCall(f"gold_{n}", s.tool, bound_arguments(s), s.own) for n, s in enumerate(task.plan, 1)]


def bound_arguments(step: PlanStep) -> dict[str, Json]:
    """A proven step's arguments with their values."""
    out = resolve({k: v for k, v in step.arguments.items() if k not in step.bound}, {})
    return {k: step.bound.get(k, out.get(k)) for k in step.arguments}


def given(call: ToolCall, values: dict[str, Json]) -> ToolCall:
    """The call with other arguments."""
    return replace(call, id=f"{call.id}_other", arguments={**call.arguments, **values})
