"""What becomes of each item: a scenario is drawn, played and checked, until one conversation stands or the item is rejected.

Many items are under way at once where models are waited for, yet a run gives the same whatever comes back first: scenarios are drawn
in the order of the items, each knowing exactly what those before it have used up, and everything else about an item
depends on the item alone.

A scripted conversation that fails is kept and drawn again a few times: that costs nothing. One in which a model plays is not: what a model makes
of a task is a result, and an item that fails says whose fault it was.
"""

import asyncio
from collections.abc import Iterator, Sequence

from msgspec import Struct

from duologue.checks import case_of
from duologue.checks.blame import blame
from duologue.checks.combine import combine
from duologue.checks.findings import given_up
from duologue.checks.recovery import recoveries
from duologue.errors import StageError
from duologue.simulate.play import GivenUpError
from duologue.store import CANDIDATES, Store
from duologue.types import Dialogue, Scenario, Verdict
from duologue.workshop import Workshop

STAGES = TOOLS, TASKS, PLAY, CHECK = "tools", "tasks", "play", "check"
"""In order. A file of `docs/formats.md` lies between each two; the funnel counts what passes each of the last three."""
ATTEMPTS = 4
"""Scripted scenarios an item may use up before it is rejected."""
SEARCHES = 12
"""Draws of a scenario before it is said that nothing new is left to ask."""


class Checked(Struct, frozen=True):
    """A conversation with its verdicts. `code` names what it fails first, empty where it is accepted; one that was given up
    stands as far as it came, with the fault as its verdict."""

    dialogue: Dialogue
    verdicts: tuple[Verdict, ...]
    code: str
    evidence: str

    @property
    def blame(self) -> str:
        """Who failed; empty where it is accepted."""
        roles = [t.message.role for t in self.dialogue.path()]
        return blame(CHECK, self.code, self.verdicts, roles).who if self.code else ""


class Items:
    """The items of a run: those finished in its store, and the making of the others."""

    def __init__(self, shops: Sequence[Workshop], store: Store, mode: str, together: int = 1) -> None:
        self.shops, self.store, self.mode = shops, store, mode
        self.finished = store.finished_items()
        self.ran_out = False
        """No distinct task was left for an item."""
        roles = shops[0].cast.roles
        self._models = any(roles.models(role) for role in ("tasks", "user", "agent"))
        self._used: set[str] = set()
        self._past = _Past(store)
        self._line = _Line()

    def missing(self, n: int) -> Iterator[int]:
        """The items up to `n` that are not finished, in order; each must then be made."""
        for number in range(n):
            if number not in self.finished:
                self._line.join(number)
                yield number

    async def make(self, number: int) -> bool | None:
        """Make one item. True: accepted; False: rejected; None: no distinct task is left for it.

        Raises `LimitReachedError` and `UserError` where the run can't go on; the item is then unfinished.
        """
        try:
            found: Checked | StageError | None
            found = await (self._with_models(number) if self._models else self._scripted(number))
        finally:
            self._line.leave(number)
        if isinstance(found, StageError):
            who = blame(found.stage, found.reason).who
            self.store.reject_item(number, found.stage, found.reason, found.evidence, who)
            return False
        if found is None:
            self.ran_out = True
            return None
        self.store.put_dialogue(number, found.dialogue, found.verdicts, found.code, found.blame)
        return not found.code

    # ── scripted: drawn again where it fails ─────────────────────────────────────────────────────────────────────────

    async def _scripted(self, number: int) -> Checked | None:
        await self._my_turn(number)
        if self.ran_out:
            return None
        begun = 0
        last: Checked | None = None
        for attempt in range(SEARCHES):
            shop = self.shops[(number + attempt) % len(self.shops)]
            scenario = self._scenario(shop, number, attempt, begun > 0)
            if scenario is None:
                continue
            begun += 1
            self._begin(number, shop, scenario, begun == 1)
            if last is not None:
                self.store.keep_redrawn(number, last.dialogue, last.verdicts, last.code, last.blame)
            last = played = await self._played(shop, number, scenario)
            if not played.code or begun == ATTEMPTS:
                self._line.leave(number)
                return played if played.code else await self._retold(shop, number, played)
        return last

    async def _retold(self, shop: Workshop, number: int, said: Checked) -> Checked:
        """In a model's words, where one does that and every check still passes."""
        dialogue = await shop.retold(said.dialogue, str(number))
        if dialogue is None:
            return said
        told = await _checked(shop, dialogue, str(number))
        return said if told.code else told

    # ── with models: tried once ──────────────────────────────────────────────────────────────────────────────────────

    async def _with_models(self, number: int) -> Checked | StageError | None:
        shop = self.shops[number % len(self.shops)]
        drawn = await self._drawn(shop, number)
        if not isinstance(drawn, tuple):
            return drawn
        return await self._played(*drawn)

    async def _drawn(self, shop: Workshop, number: int) -> tuple[Workshop, int, Scenario] | StageError | None:
        try:
            await shop.tasks.prepare(f"{number}.0", self.mode)
            await self._my_turn(number)
            if shop.cast.voice("tasks"):
                scenario: Scenario | None = shop.tasks.scenario(f"{number}.0", self._used, self.mode)
                self._count_tried(shop, number, f"{number}.0")
            else:
                shop, scenario = self._searched(number)
        except StageError as error:
            self._count_tried(shop, number, f"{number}.0")
            self.store.count_attempt(number, TASKS, error.reason)
            return error
        if scenario is None:
            return None
        self._begin(number, shop, scenario, first=True)
        self._line.leave(number)
        return shop, number, scenario

    def _searched(self, number: int) -> tuple[Workshop, Scenario | None]:
        """A scripted scenario from the first shop that still has one."""
        for attempt in range(SEARCHES):
            shop = self.shops[(number + attempt) % len(self.shops)]
            scenario = None if self.ran_out else self._scenario(shop, number, attempt, False)
            if scenario is not None:
                return shop, scenario
        return self.shops[0], None

    # ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _played(self, shop: Workshop, number: int, scenario: Scenario) -> Checked:
        try:
            dialogue = await shop.play(scenario, str(number))
        except GivenUpError as error:
            reason = error.reason if error.stage == PLAY else f"{error.stage}: {error.reason}"
            self.store.count_attempt(number, PLAY, reason)
            last = len(error.dialogue.turns) - 1
            fault = Verdict(error.stage, False, (given_up(last, error.reason, error.evidence),))
            return Checked(error.dialogue, (fault,), reason, error.evidence)
        self.store.count_attempt(number, PLAY)
        if shop.faults:
            self.store.count_faults(number, recoveries(case_of(dialogue, shop.environment)))
        checked = await _checked(shop, dialogue, str(number))
        self.store.count_attempt(number, CHECK, checked.code)
        self.store.count_verdicts(number, checked.verdicts)
        return checked

    def _begin(self, number: int, shop: Workshop, scenario: Scenario, first: bool) -> None:
        """These tasks and what they ask are taken, whatever becomes of the conversation; a run taken up again knows them too."""
        if first:
            self.store.begin_item(number)
        self.store.count_attempt(number, TASKS)
        names = [name for task in scenario.tasks for name in (task.id, *shop.tasks.asks(task))]
        self._used.update(names)
        self.store.use_tasks(number, names)

    def _scenario(self, shop: Workshop, number: int, attempt: int, begun: bool) -> Scenario | None:
        name = f"{number}.{attempt}"
        try:
            return shop.tasks.scenario(name, self._used, self.mode)
        except StageError as error:
            if begun:
                self.store.count_attempt(number, TASKS, error.reason)
            return None
        finally:
            self._count_tried(shop, number, name)

    def _count_tried(self, shop: Workshop, number: int, name: str) -> None:
        tried = shop.tasks.tried(name)
        for reason, n in tried.candidates.items():
            self.store.count_attempt(number, CANDIDATES, reason, n)
        self.store.count_untried(number, tried.untried)

    async def _my_turn(self, number: int) -> None:
        """Wait until all items before this one have drawn, and know what they used."""
        await self._line.turn(number)
        self._used.update(self._past.before(number))


async def _checked(shop: Workshop, dialogue: Dialogue, scope: str) -> Checked:
    verdicts = await shop.verdicts(dialogue, scope)
    accepted, reasons = combine(verdicts)
    code = "" if accepted else reasons[0].partition(":")[0]
    return Checked(dialogue, verdicts, code, "" if accepted else reasons[0])


class _Past:
    """What finished items used, given out in the order of the items."""

    def __init__(self, store: Store) -> None:
        self._names = store.tasks_in_order()
        self._at = 0

    def before(self, number: int) -> list[str]:
        """What items before `number` used, as far as it was not given out yet."""
        start = self._at
        while self._at < len(self._names) and self._names[self._at][0] < number:
            self._at += 1
        return [name for _, name in self._names[start : self._at]]


class _Line:
    """Items that wait for their turn, in the order they joined."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Event] = {}

    def join(self, number: int) -> None:
        """Get in line, behind all that joined before."""
        self._waiting[number] = asyncio.Event()
        self._call()

    async def turn(self, number: int) -> None:
        """Wait until everyone before has left."""
        await self._waiting[number].wait()

    def leave(self, number: int) -> None:
        """Let the next have its turn. Leaving twice does nothing."""
        self._waiting.pop(number, None)
        self._call()

    def _call(self) -> None:
        if self._waiting:
            self._waiting[next(iter(self._waiting))].set()
