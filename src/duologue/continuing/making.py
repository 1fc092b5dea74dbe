"""One conversation taken up: what stays of it, what is new, and what the checks say.

It is cut before a turn of the user's (`places`), and its calls are made again where what they give is not known for certain (`rebuilt`).
What was asked for by then is played to its end; then new tasks are drawn from the state it has come to (`tasks.further`), and it is
played on with these. Where its tasks are not known, or where a scripted speaker could not read what a model said, what was said before
is one settled task (`foreign`), and the checks' objections to it are not this conversation's.
"""

import datetime
import re
from collections.abc import Awaitable, Callable, Container, Iterator, Mapping
from typing import Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.catalog import Catalog
from duologue.checked import CONTINUE, TASKS, Checked, abandoned, end, judged
from duologue.continuing.asked import Asked
from duologue.continuing.beginning import beginning
from duologue.continuing.echo import echoed
from duologue.continuing.foreign import check_results, settled
from duologue.continuing.offers import announced, untrained
from duologue.continuing.places import cut, place, under_way
from duologue.continuing.rebuilt import Difference, rebuilt
from duologue.continuing.sources import Origin, Parent, RunOrigin
from duologue.errors import StageError
from duologue.ground import Reopened
from duologue.ids import derive_seed, digest
from duologue.journal import Turns
from duologue.line import Known, Line, Order, Past
from duologue.plans.offers import at_hand
from duologue.simulate.play import GivenUpError, due
from duologue.simulate.scripted import system_message
from duologue.store import Store, Tally
from duologue.tasks.clock import scenario_clock
from duologue.tasks.further import Beginning, further
from duologue.tasks.maker import ScriptedTasks
from duologue.types import ClockSpec, Continued, Dialogue, Environment, Scenario, Verdict
from duologue.workshop import Workshop

T = TypeVar("T")
DIFFERS = "its calls give something else than is recorded"
NEEDED = "what is under way there needs a tool that is withdrawn"
OVER = "it is over before that turn, or has not begun"
NO_WORLD = "its tools only have a description: by rules none can come or go"
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\b")
DRAWS = 3
"""Continuations drawn by rules until one passes every check."""
SHOWN = 5
"""Differences that are told."""


class Begun(Struct, frozen=True):
    """A conversation as far as it stays, what was under way in it played to its end."""

    start: Dialogue
    since: Continued
    base: Workshop
    shop: Workshop
    """With the tools that are on offer there."""
    scenario: Scenario | None = None
    """With new tasks that a model has written; None where they are drawn by rules."""
    echo: bool = False
    """It has all that it goes on with."""
    stored: int = 0
    """Turns of what was under way that are stored, since models said them."""


class _Taken:
    """What is not to be asked for, each part of it by somebody else."""

    def __init__(self, *parts: Container[str]) -> None:
        self._parts = parts

    def __contains__(self, name: object) -> bool:
        return any(name in part for part in self._parts)


class Continuations:
    """The items of a run of continuations, and how each is made."""

    ran_out = False
    """An item for which nothing new is left is left out with that reason; others may find something."""

    def __init__(self, asked: Asked, origin: Origin, store: Tally, cast: Cast, order: Order) -> None:
        """`order`: the line in which the items draw."""
        self.asked, self.origin, self.store, self.cast = asked, origin, store, cast
        self.finished: Mapping[int, str] = {}
        """Items that ended before."""
        self._used, self._order = frozenset(origin.used()), order
        self.reopened = Reopened(origin, asked.seed, cast, asked.changes.extended)
        self.shop = self.reopened.shop

    @classmethod
    def here(cls, asked: Asked, origin: Origin, store: Store, cast: Cast) -> Self:
        """The items of a run that this process makes alone."""
        made = cls(asked, origin, store, cast, Line(Past(store)))
        made.finished = store.finished_items()
        return made

    def missing(self, n: int) -> Iterator[int]:
        """See `rounds.Making`."""
        for number in range(n):
            if number not in self.finished:
                self._order.join(number)
                yield number

    async def make(self, number: int) -> tuple[bool]:
        """Go on from one conversation; whether what comes of it is accepted. See `rounds.Making`."""
        try:
            found = await self._made(number, self.origin.parent(number))
        finally:
            self._order.break_off(number)
        return (end(self.store, number, found),)

    async def _made(self, number: int, parent: Parent) -> Checked | StageError:
        dialogue = parent.dialogue
        if dialogue is not None and self.cast.roles.scripted and self.shop(dialogue.environment).image is not None:
            return await self._in_line(number, lambda used: self._by_rules(number, parent, used))
        begun = await self._prepared(number, parent, 0)

        async def drawn(used: Known) -> Dialogue | StageError:
            return self._drawn(number, begun, used)

        return await self._played(number, begun, await self._in_line(number, drawn))

    async def _in_line(self, number: int, draw: Callable[[Known], Awaitable[T]]) -> T:
        """What is drawn at the item's turn: it knows what those before it have used, and no more, so that an item made late becomes what it
        would have been in its time."""
        while True:
            used = await self._order.turn(number)
            self.store.begin_item(number)
            drawn = await draw(used)
            if await self._order.leave(number, used):
                return drawn
            self.store.forget_item(number)

    async def _by_rules(self, number: int, parent: Parent, used: Known) -> Checked | StageError:
        """Its first continuation that passes every check, else the last."""
        last: Checked | None = None
        for draw in range(DRAWS):
            begun = await self._prepared(number, parent, draw)
            found = await self._played(number, begun, self._drawn(number, begun, used))
            if isinstance(found, StageError):
                return last or found
            if last is not None:
                last.keep(self.store, number)
            last = found
            if not found.code:
                break
        assert last is not None
        return last

    # ── what stays, and what is new ──────────────────────────────────────────────────────────────────────────────────

    async def _prepared(self, number: int, parent: Parent, draw: int) -> Begun | StageError:
        """All that does not hang on other items; where models are asked, many are at this at once."""
        try:
            if parent.dialogue is None:
                raise StageError(CONTINUE, parent.reason, parent.evidence)
            return await self._begun(number, parent, parent.dialogue, draw)
        except StageError as error:
            return error

    async def _begun(self, number: int, parent: Parent, dialogue: Dialogue, draw: int) -> Begun:
        path, shop = dialogue.path(), self.shop(dialogue.environment)
        at = cut(path, place(self.asked.at))
        if at is None:
            raise StageError(CONTINUE, OVER)
        start = self._stays(parent, dialogue, (at, draw))
        since = start.continued
        assert since is not None
        if shop.image is None:
            if self.asked.changes and not self._models:
                raise StageError(CONTINUE, NO_WORLD)
            if not self._models:
                start = echoed(start, shop.environment, self.asked.tasks)
                start = replace(start, id=digest([parent.name, at, since.seed]))
                return Begun(start, since, shop, shop, echo=True)
            check_results(start.turns)
        start = self._changed(dialogue, start)
        stored = 0
        if not since.settled and under_way(path, at, since.task):
            start, stored = await self._finished(number, dialogue, start)
        offered = shop.as_offered(start)
        return Begun(start, since, shop, offered, await self._written(number, offered, start), stored=stored)

    async def _written(self, number: int, shop: Workshop, start: Dialogue) -> Scenario | None:
        """Its scenario with tasks that a model writes; None where none does that."""
        if shop.cast.voice("tasks") is None:
            return None
        from duologue.tasks.written import WrittenTasks
        from duologue.tasks.written.onward import onward

        maker, since = shop.tasks, start.continued
        assert isinstance(maker, WrittenTasks)
        assert since is not None
        wanted = self.asked.goals or self.asked.tasks
        return await onward(maker, self._beginning(shop, start), str(number), wanted, since.seed)

    def _drawn(self, number: int, begun: Begun | StageError, used: Known) -> Dialogue | StageError:
        """The conversation with its new tasks, which are taken from then on."""
        if isinstance(begun, StageError):
            return begun
        if begun.echo:
            return begun.start
        start, since, maker = begun.start, begun.since, begun.shop.tasks
        try:
            scenario = begun.scenario or self._further(begun, used)
        except StageError as error:
            return error
        names = [name for task in scenario.tasks[since.task :] for name in (task.id, *maker.asks(task))]
        used.add(names)
        self.store.use_tasks(number, names)
        self.store.count_attempt(number, TASKS)
        return replace(start, id=digest([since.parent, scenario.id, since.at, since.seed]), scenario=scenario)

    def _further(self, begun: Begun, used: Known) -> Scenario:
        """Its scenario with tasks that rules make."""
        maker, start = begun.shop.tasks, begun.start
        assert isinstance(maker, ScriptedTasks)
        asked = {name for task in start.scenario.tasks for name in maker.asks(task)}
        taken = _Taken(self._used, asked, used)
        return further(maker, self._beginning(begun.shop, start), self.asked.tasks, taken, begun.since.seed)

    def _beginning(self, shop: Workshop, start: Dialogue) -> Beginning:
        since = start.continued
        new_tools = frozenset(since.offers[-1].added) if since is not None and self.asked.changes else frozenset()
        return beginning(shop.catalog, shop.index, start.scenario, start.turns, new_tools)

    def _stays(self, parent: Parent, dialogue: Dialogue, place: tuple[int, int]) -> Dialogue:
        """The beginning, in the state that its calls lead to. `place`: how many turns stay, and which draw it is."""
        at, draw = place
        shop, turns, scenario = self.shop(dialogue.environment), dialogue.path()[:at], dialogue.scenario
        unread = parent.foreign or (not self._models and any(t.maker not in ("scripted", "tool") for t in turns))
        if parent.foreign:
            scenario = replace(scenario, clock=_clock(turns[0].message.content, shop.catalog, scenario.seed))
            if shop.image is not None and not turns[0].message.content:
                turns = (replace(turns[0], message=system_message(shop.environment, scenario)), *turns[1:])
        differences: tuple[Difference, ...] = ()
        if shop.image is not None and (self.asked.changes or not isinstance(self.origin, RunOrigin)):
            turns, differences = rebuilt(turns, shop.environment, shop.image, scenario.clock)
        told = [f"turn {d.turn}, {d.tool}: {d.what}" for d in differences if not d.moment]
        if told and not self.asked.differing:
            raise StageError(CONTINUE, DIFFERS, "; ".join(told[:SHOWN]))
        if unread:
            turns = tuple(replace(t, task=0, acts=(), behaviours=(), done=False) for t in turns)
            scenario = settled(scenario, [c for t in turns for c in t.changes])
        kept = max(turn.task for turn in turns) + 1
        lineage = Continued(
            parent.name,
            at,
            derive_seed(self.asked.seed, CONTINUE, parent.name, at, draw),
            kept,
            dialogue.continued.offers if dialogue.continued is not None else (),
            tuple(d.turn for d in differences if not d.moment),
            unread,
            tuple(d.turn for d in differences if d.moment),
        )
        return replace(
            dialogue,
            environment=shop.environment.id,
            scenario=_only(scenario, kept),
            turns=untrained(turns) if parent.foreign else turns,
            fork=None,
            continued=lineage,
        )

    @property
    def _models(self) -> bool:
        """Models speak for both, so that nothing is read but words."""
        return all(self.cast.roles.models(role) for role in ("user", "agent"))

    def _changed(self, dialogue: Dialogue, start: Dialogue) -> Dialogue:
        """With the message that says what changes, where tools come or go."""
        since = start.continued
        if not self.asked.changes or since is None:
            return start
        before, after = self.origin.environment(dialogue.environment), self.shop(dialogue.environment).environment
        offer = self.asked.changes.offer(before, at_hand(before.toolset, since.offers), since.at)
        turns = announced(offer, after, start.turns)
        return replace(start, turns=turns, continued=replace(since, offers=(*since.offers, offer)))

    async def _finished(self, number: int, dialogue: Dialogue, start: Dialogue) -> tuple[Dialogue, int]:
        """What was under way, played to its end, and how many turns of that are stored."""
        since = start.continued
        rest = [t for t in dialogue.path()[since.at :] if t.task < since.task] if since is not None else []
        if any(c.name in self.asked.changes.without for t in rest for c in t.message.tool_calls):
            raise StageError(CONTINUE, NEEDED)
        journal = Turns(self.store, number, f"{start.id} under way", start.turns)
        played = (await self.shop(dialogue.environment).go_on(start, str(number), journal=journal)).path()
        return replace(start, turns=played[: cut(played, None)]), journal.kept

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────

    async def _played(
        self, number: int, begun: Begun | StageError, drawn: Dialogue | StageError
    ) -> Checked | StageError:
        """Played to its end and checked, or given up; else why it can't be gone on with."""
        try:
            found = await self._ended(number, begun, drawn)
        except GivenUpError as error:
            found = abandoned(error)
        except StageError as error:
            return error
        found.count(self.store, number, self._environment(number, begun))
        return found

    def _environment(self, number: int, begun: Begun | StageError) -> Environment:
        """The one that it is played in, also where it was given up before it began anew."""
        if isinstance(begun, Begun):
            return begun.base.environment
        parent = self.origin.parent(number).dialogue
        assert parent is not None
        return self.shop(parent.environment).environment

    async def _ended(self, number: int, begun: Begun | StageError, drawn: Dialogue | StageError) -> Checked:
        for failed in (begun, drawn):
            if isinstance(failed, StageError):
                raise failed
        assert isinstance(begun, Begun)
        assert isinstance(drawn, Dialogue)
        journal = Turns(self.store, number, drawn.id, drawn.turns, begun.stored)
        over = due(drawn.turns) == "nobody"
        played = drawn if over else await begun.base.go_on(drawn, str(number), journal=journal)
        verdicts = await begun.base.verdicts(played, str(number))
        if begun.since.settled:
            verdicts = tuple(_own(verdict, begun.since.at) for verdict in verdicts)
        return judged(played, verdicts)


def _clock(text: str, catalog: Catalog, seed: int) -> ClockSpec:
    """A clock that starts at the moment that a system message names, or near the latest dates of the data."""
    clock, named = scenario_clock(catalog, seed), _MOMENT.search(text)
    try:
        start = datetime.datetime.fromisoformat(f"{named[1]}T{named[2]}:00") if named is not None else None
    except ValueError:
        start = None
    return clock if start is None else replace(clock, start=start.strftime("%Y-%m-%dT%H:%M:%S"))


def _only(scenario: Scenario, tasks: int) -> Scenario:
    """With the first so many of its tasks."""
    order = tuple(place for place in scenario.order if place[0] < tasks)
    return replace(scenario, tasks=scenario.tasks[:tasks], order=order)


def _own(verdict: Verdict, at: int) -> Verdict:
    """What a check says of the turns from there on."""
    found = tuple(f for f in verdict.evidence if f.turn >= at)
    spared = verdict.passed is False and bool(verdict.evidence) and not found
    return Verdict(verdict.check, True if spared else verdict.passed, found)
