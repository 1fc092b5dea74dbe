"""What becomes of each item: a scenario is drawn, played and checked, until one conversation stands or the item is rejected.

Many items are under way at once where models are waited for, yet a run gives the same whatever comes back first: scenarios are drawn
in the order of the items, each knowing exactly what those before it have used up, and everything else about an item
depends on the item alone.

A scripted conversation that fails is kept and drawn again a few times: that costs nothing. One in which a model plays is not: what a model makes
of a task is a result, and an item that fails says whose fault it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from duologue.checked import CHECK, PLAY, STAGES, TASKS, TOOLS, Checked, abandoned, end, judged
from duologue.errors import StageError
from duologue.journal import Turns
from duologue.line import Known, Line, Order, Past
from duologue.protocols import Journal
from duologue.simulate.play import GivenUpError
from duologue.store import CANDIDATES, Store, Tally
from duologue.types import Dialogue, Scenario
from duologue.workshop import Workshop

__all__ = ["CHECK", "PLAY", "STAGES", "TASKS", "TOOLS", "Checked", "Items"]

ATTEMPTS = 4
"""Scripted scenarios an item may use up before it is rejected."""
SEARCHES = 12
"""Draws of a scenario before it is said that nothing new is left to ask."""


class Items:
    """The items of a run: those finished in its store, and the making of the others."""

    def __init__(
        self,
        shops: Sequence[Workshop],
        store: Tally,
        mode: str,
        finished: Mapping[int, str],
        order: Order,
    ) -> None:
        """`finished`: items that ended already. `order`: the line in which the others draw."""
        self.shops, self.store, self.mode, self.finished = shops, store, mode, finished
        self.ran_out = False
        """No distinct task was left for an item."""
        roles = shops[0].cast.roles
        self._models = any(roles.models(role) for role in ("tasks", "user", "agent"))
        self._order = order

    @classmethod
    def here(cls, shops: Sequence[Workshop], store: Store, mode: str) -> Self:
        """The items of a run that this process makes alone."""
        return cls(shops, store, mode, store.finished_items(), Line(Past(store)))

    def missing(self, n: int) -> Iterator[int]:
        """The items up to `n` that are not finished, in order; each must then be made."""
        for number in range(n):
            if number not in self.finished:
                self._order.join(number)
                yield number

    async def make(self, number: int) -> tuple[bool, ...]:
        """Make one item. Whether it is accepted; nothing where no distinct task is left for it.

        Raises `LimitReachedError` and `UserError` where the run can't go on; the item is then unfinished.
        """
        try:
            found: Checked | StageError | None
            found = await (self._with_models(number) if self._models else self._scripted(number))
        finally:
            self._order.break_off(number)
        if found is None:
            self.ran_out = True
            return ()
        return (end(self.store, number, found),)

    # ── scripted: drawn again where it fails ─────────────────────────────────────────────────────────────────────────

    async def _scripted(self, number: int) -> Checked | None:
        while True:
            used = await self._order.turn(number)
            if self.ran_out:
                await self._order.leave(number, used)
                return None
            shop, last = await self._tried(number, used)
            if await self._order.leave(number, used, last is None):
                return last if last is None or last.code else await self._retold(shop, number, last)
            self.store.forget_item(number)

    async def _tried(self, number: int, used: Known) -> tuple[Workshop, Checked | None]:
        """The first conversation that stands, else the last; None without any. Beside it the workshop it was played in."""
        begun = 0
        last: tuple[Workshop, Checked] | None = None
        for attempt in range(SEARCHES):
            shop = self.shops[(number + attempt) % len(self.shops)]
            scenario = self._scenario(shop, number, attempt, (used, begun > 0))
            if scenario is None:
                continue
            begun += 1
            self._begin(number, shop, scenario, used, begun == 1)
            if last is not None:
                last[1].keep(self.store, number)
            last = shop, await self._played(shop, scenario, number)
            if not last[1].code or begun == ATTEMPTS:
                break
        return last or (self.shops[0], None)

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
        try:
            await shop.tasks.prepare(f"{number}.0", self.mode)
            failed: StageError | None = None
        except StageError as error:
            failed = error
        while True:
            used = await self._order.turn(number)
            drawn = failed or self._drawn(shop, number, used)
            if await self._order.leave(number, used, drawn is None):
                break
            self.store.forget_item(number)
        if shop.cast.voice("tasks"):
            self._count_tried(shop, number, f"{number}.0")
        if drawn is None:
            return None
        if isinstance(drawn, StageError):
            self.store.count_attempt(number, TASKS, drawn.reason)
            return drawn
        return await self._played(*drawn, number, Turns(self.store, number, drawn[1].id))

    def _drawn(self, shop: Workshop, number: int, used: Known) -> tuple[Workshop, Scenario] | StageError | None:
        if shop.cast.voice("tasks"):
            try:
                scenario: Scenario | None = shop.tasks.scenario(f"{number}.0", used, self.mode)
            except StageError as error:
                return error
        else:
            shop, scenario = self._searched(number, used)
        if scenario is None:
            return None
        self._begin(number, shop, scenario, used, first=True)
        return shop, scenario

    def _searched(self, number: int, used: Known) -> tuple[Workshop, Scenario | None]:
        """A scripted scenario from the first shop that still has one."""
        for attempt in range(SEARCHES):
            shop = self.shops[(number + attempt) % len(self.shops)]
            scenario = None if self.ran_out else self._scenario(shop, number, attempt, (used, False))
            if scenario is not None:
                return shop, scenario
        return self.shops[0], None

    # ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _played(self, shop: Workshop, scenario: Scenario, number: int, journal: Journal | None = None) -> Checked:
        try:
            dialogue = await shop.play(scenario, str(number), journal)
        except GivenUpError as error:
            checked = abandoned(error)
        else:
            checked = await _checked(shop, dialogue, str(number))
        checked.count(self.store, number, shop.environment)
        return checked

    def _begin(self, number: int, shop: Workshop, scenario: Scenario, used: Known, first: bool) -> None:
        """These tasks and what they ask are taken, whatever becomes of the conversation; a run taken up again knows them too."""
        if first:
            self.store.begin_item(number)
        self.store.count_attempt(number, TASKS)
        names = [name for task in scenario.tasks for name in (task.id, *shop.tasks.asks(task))]
        used.add(names)
        self.store.use_tasks(number, names)

    def _scenario(self, shop: Workshop, number: int, attempt: int, at: tuple[Known, bool]) -> Scenario | None:
        """A scripted scenario; None without one. `at`: what is used, and whether the item has had a scenario before."""
        name = f"{number}.{attempt}"
        used, begun = at
        try:
            return shop.tasks.scenario(name, used, self.mode)
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


async def _checked(shop: Workshop, dialogue: Dialogue, scope: str) -> Checked:
    return judged(dialogue, await shop.verdicts(dialogue, scope))
