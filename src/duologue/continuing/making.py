"""One conversation taken up: what stays of it, what is new, and what the checks say.

It is cut before a turn of the user's (`places`), and its calls are made again where what they give is not known for certain (`rebuilt`).
What was asked for by then is played to its end; then new tasks are drawn from the state it has come to (`tasks.further`), and it is
played on with these. Where its tasks are not known, or where a scripted speaker could not read what a model said, what was said before
is one settled task (`foreign`), and the checks' objections to it are not this conversation's.
"""

import asyncio
import datetime
import re

from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.catalog import Catalog
from duologue.checks.blame import blame
from duologue.checks.combine import combine
from duologue.checks.findings import given_up
from duologue.continuing.asked import Asked
from duologue.continuing.beginning import beginning
from duologue.continuing.echo import echoed
from duologue.continuing.foreign import CONTINUE, check_results, settled
from duologue.continuing.offers import announced, untrained
from duologue.continuing.places import cut, place, under_way
from duologue.continuing.rebuilt import Difference, rebuilt
from duologue.continuing.sources import Origin, Parent, RunOrigin
from duologue.errors import LimitReachedError, StageError, UserError
from duologue.ground import Reopened
from duologue.halt import HaltedError
from duologue.ids import derive_seed, digest
from duologue.items import CHECK, PLAY, TASKS
from duologue.line import Past
from duologue.plans.offers import at_hand
from duologue.simulate.play import GivenUpError, due
from duologue.simulate.scripted import system_message
from duologue.store import Store
from duologue.tasks.clock import scenario_clock
from duologue.tasks.further import further
from duologue.tasks.maker import ScriptedTasks
from duologue.types import ClockSpec, Continued, Dialogue, Scenario, Turn, Verdict
from duologue.workshop import Workshop

DIFFERS = "its calls give something else than is recorded"
NEEDED = "what is under way there needs a tool that is withdrawn"
OVER = "it is over before that turn, or has not begun"
NO_WORLD = "its tools only have a description: by rules none can come or go"
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\b")
DRAWS = 3
"""Continuations drawn by rules until one passes every check."""
SHOWN = 5
"""Differences that are told."""


class Continuations:
    """The items of a run of continuations: those finished in its store, and the making of the others."""

    def __init__(self, asked: Asked, origin: Origin, store: Store, cast: Cast) -> None:
        self.asked, self.origin, self.store, self.cast = asked, origin, store, cast
        self.finished = store.finished_items()
        self.used = origin.used()
        """By the run, and by items before the one that draws."""
        self._past = Past(store)
        self.shop = Reopened(origin, store, asked.seed, cast, asked.changes.extended).shop
        self._drawing = asyncio.Lock()
        self._broken = False
        """An item broke off while it drew: those behind it can't know what it will use."""

    async def make(self, item: int, parent: Parent) -> str:
        """Go on from one conversation. What became of it: `accepted`, `rejected` or `left out`."""
        self.store.begin_item(item)
        try:
            if parent.dialogue is None:
                raise StageError(CONTINUE, parent.reason, parent.evidence)
            made = await self._drawn(item, parent, parent.dialogue)
        except StageError as error:
            who = blame(error.stage, error.reason).who if error.stage != CONTINUE else ""
            self.store.reject_item(item, error.stage, error.reason, error.evidence, who)
            return "left out"
        self.store.put_dialogue(item, made.dialogue, made.verdicts, made.code, made.blame)
        return "rejected" if made.code else "accepted"

    async def _drawn(self, item: int, parent: Parent, dialogue: Dialogue) -> "Made":
        """Its first continuation that passes every check; the last one drawn where none does. Models are asked once."""
        by_rules = self.cast.roles.scripted and self.shop(dialogue.environment).image is not None
        draws = DRAWS if by_rules else 1
        for draw in range(draws):
            try:
                start = await self._in_turn(item, parent, dialogue, draw)
                over = due(start.turns) == "nobody"
                played = start if over else await self.shop(dialogue.environment).go_on(start, str(item))
                made = await self._judged(item, self.shop(dialogue.environment), played)
            except GivenUpError as error:
                made = self._given_up(item, error)
            if not made.code or draw == draws - 1:
                break
            self.store.keep_redrawn(item, made.dialogue, made.verdicts, made.code, made.blame)
        return made

    async def _in_turn(self, item: int, parent: Parent, dialogue: Dialogue, draw: int) -> Dialogue:
        """As `_begun`, one item at a time and in their order, so that each knows what those before it have used, and no more: an item made
        late becomes what it would have been in its time."""
        async with self._drawing:
            if self._broken:
                raise HaltedError("An item before has not been made.")
            self.used.update(self._past.before(item))
            try:
                return await self._begun(item, parent, dialogue, draw)
            except (UserError, LimitReachedError):
                self._broken = True
                raise

    # ── what stays, and what is new ──────────────────────────────────────────────────────────────────────────────────

    async def _begun(self, item: int, parent: Parent, dialogue: Dialogue, draw: int) -> Dialogue:
        """The conversation as far as it stays, with new tasks to go on with."""
        path = dialogue.path()
        at = cut(path, place(self.asked.at))
        if at is None:
            raise StageError(CONTINUE, OVER)
        start = self._stays(parent, dialogue, (at, draw))
        since = start.continued
        assert since is not None
        if self.shop(dialogue.environment).image is None:
            if self.asked.changes and not self._models:
                raise StageError(CONTINUE, NO_WORLD)
            if not self._models:
                start = echoed(start, self.shop(dialogue.environment).environment, self.asked.tasks)
                return replace(start, id=digest([parent.name, at, since.seed]))
            check_results(start.turns)
        start = self._changed(dialogue, start)
        if not since.settled and under_way(path, at, since.task):
            start = await self._finished(item, dialogue, start)
        scenario = await self._with_tasks(item, self.shop(dialogue.environment).as_offered(start), start)
        return replace(start, id=digest([parent.name, scenario.id, at, since.seed]), scenario=scenario)

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
            tuple(d.turn for d in differences),
            unread,
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

    async def _finished(self, item: int, dialogue: Dialogue, start: Dialogue) -> Dialogue:
        """What was under way, played to its end."""
        since = start.continued
        rest = dialogue.path()[since.at :] if since is not None else ()
        if any(c.name in self.asked.changes.without for t in rest for c in t.message.tool_calls):
            raise StageError(CONTINUE, NEEDED)
        played: tuple[Turn, ...] = (await self.shop(dialogue.environment).go_on(start, str(item))).path()
        return replace(start, turns=played[: cut(played, None)])

    async def _with_tasks(self, item: int, shop: Workshop, start: Dialogue) -> Scenario:
        """Its scenario, with new tasks."""
        maker, since = shop.tasks, start.continued
        assert since is not None
        new_tools = frozenset(since.offers[-1].added) if self.asked.changes else frozenset()
        begun = beginning(shop.catalog, shop.index, start.scenario, start.turns, new_tools)
        asked = {name for task in start.scenario.tasks for name in maker.asks(task)}
        if isinstance(maker, ScriptedTasks):
            made = further(maker, begun, self.asked.tasks, self.used | asked, since.seed)
        else:
            from duologue.tasks.written import WrittenTasks
            from duologue.tasks.written.onward import onward

            assert isinstance(maker, WrittenTasks)
            made = await onward(maker, begun, str(item), self.asked.goals or self.asked.tasks, since.seed)
        names = [name for task in made.tasks[since.task :] for name in (task.id, *maker.asks(task))]
        self.used.update(names)
        self.store.use_tasks(item, names)
        self.store.count_attempt(item, TASKS)
        return made

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────

    def _given_up(self, item: int, error: GivenUpError) -> "Made":
        reason = error.reason if error.stage == PLAY else f"{error.stage}: {error.reason}"
        last = len(error.dialogue.turns) - 1
        fault = Verdict(error.stage, False, (given_up(last, error.reason, error.evidence),))
        self.store.count_attempt(item, PLAY, reason)
        return _made(error.dialogue, (fault,), reason)

    async def _judged(self, item: int, shop: Workshop, dialogue: Dialogue) -> "Made":
        verdicts = await shop.verdicts(dialogue, str(item))
        if dialogue.continued is not None and dialogue.continued.settled:
            verdicts = tuple(_own(verdict, dialogue.continued.at) for verdict in verdicts)
        accepted, reasons = combine(verdicts)
        code = "" if accepted else reasons[0].partition(":")[0]
        self.store.count_attempt(item, PLAY)
        self.store.count_attempt(item, CHECK, code)
        self.store.count_verdicts(item, verdicts)
        return _made(dialogue, verdicts, code)


class Made(Struct, frozen=True):
    """A continuation with its verdicts. `code`: why it is rejected, empty where it is not; `blame`: who that is lost to."""

    dialogue: Dialogue
    verdicts: tuple[Verdict, ...]
    code: str = ""
    blame: str = ""


def _made(dialogue: Dialogue, verdicts: tuple[Verdict, ...], code: str) -> Made:
    roles = [t.message.role for t in dialogue.path()]
    return Made(dialogue, verdicts, code, blame(CHECK, code, verdicts, roles).who if code else "")


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
