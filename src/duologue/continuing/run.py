"""Conversations that go on from those of a run, each judged by every check.

The run is only read. Each of its accepted conversations is cut before a turn of the user's (`places`); what was asked for by then is
played to its end; then new tasks are drawn from the state it has come to (`tasks.further`), and it is played on with these. What comes of
it is an item of a run folder of its own, which ends once: accepted, rejected by a check, or left out with the reason. Items are drawn one
after the other, each knowing what those before it have used, so the same command goes on with what is missing.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import Cast, assembled
from duologue.checks.blame import blame
from duologue.checks.combine import combine
from duologue.checks.findings import given_up
from duologue.continuing.asked import Asked
from duologue.continuing.beginning import beginning
from duologue.continuing.offers import announced
from duologue.continuing.places import cut, place, under_way
from duologue.continuing.rebuilt import rebuilt
from duologue.errors import LimitReachedError, StageError, UserError
from duologue.ground import Reopened
from duologue.ids import derive_seed, digest
from duologue.items import CHECK, PLAY, TASKS
from duologue.pipeline import Progress
from duologue.plans.offers import at_hand
from duologue.protocols import ChatModel
from duologue.simulate.play import GivenUpError
from duologue.store import Calls, Store
from duologue.store.funnel import lost
from duologue.tasks.further import further
from duologue.tasks.maker import ScriptedTasks
from duologue.types import Continued, Dialogue, Scenario, Verdict
from duologue.workshop import Workshop

CONTINUE = "continue"
"""The stage in which a conversation is left out that can't be gone on with."""
DIFFERS = "its calls give something else than is recorded"
NEEDED = "what is under way there needs a tool that is withdrawn"
OVER = "it is over before that turn, or has not begun"


class Summary(Struct, frozen=True):
    """How a run of continuations ended. `stopped`: which limit of the person's it reached."""

    conversations: int
    accepted: int
    rejected: int
    """By a check, or given up."""
    left_out: int
    """Those that can't be gone on with."""
    reasons: dict[str, int] = {}
    """Why the rejected ones and those left out are, in the words of the record → how many."""
    stopped: str = ""

    @property
    def unfinished(self) -> int:
        """Those that are not made yet."""
        return self.conversations - self.accepted - self.rejected - self.left_out


class Continuations:
    """The items of a run of continuations: those finished in its store, and the making of the others."""

    def __init__(self, asked: Asked, parent: Store, store: Store, cast: Cast) -> None:
        self.asked, self.parent, self.store, self.cast = asked, parent, store, cast
        self.finished = store.finished_items()
        self.used = {name for _, name in (*parent.tasks_in_order(), *store.tasks_in_order())}
        self.shop = Reopened(parent, store, asked.seed, cast, asked.changes.extended).shop
        self._drawing = asyncio.Lock()

    async def make(self, item: int, parent: Dialogue) -> str:
        """Go on from one conversation. What became of it: `accepted`, `rejected` or `left out`."""
        self.store.begin_item(item)
        try:
            async with self._drawing:  # each knows what those before it have used
                start = await self._begun(item, parent)
            played = await self.shop(parent.environment).go_on(start, str(item))
        except GivenUpError as error:
            return self._end_given_up(item, error)
        except StageError as error:
            who = blame(error.stage, error.reason).who if error.stage != CONTINUE else ""
            self.store.reject_item(item, error.stage, error.reason, error.evidence, who)
            return "left out"
        return await self._judged(item, self.shop(parent.environment), played)

    async def _begun(self, item: int, parent: Dialogue) -> Dialogue:
        """The conversation as far as it stays, with new tasks to go on with."""
        path = parent.path()
        at = cut(path, place(self.asked.at))
        if at is None:
            raise StageError(CONTINUE, OVER)
        kept = max(turn.task for turn in path[:at]) + 1
        scenario = _only(parent.scenario, kept)
        seed = derive_seed(self.asked.seed, CONTINUE, parent.id, at)
        offers = parent.continued.offers if parent.continued is not None else ()
        lineage = Continued(parent.id, at, seed, kept, offers)
        start = replace(parent, scenario=scenario, turns=path[:at], fork=None, continued=lineage)
        start = self._changed(parent, start)
        shop = self.shop(parent.environment)
        if under_way(path, at, kept):
            if any(c.name in self.asked.changes.without for t in path[at:] for c in t.message.tool_calls):
                raise StageError(CONTINUE, NEEDED)
            played = (await shop.go_on(start, str(item))).path()
            start = replace(start, turns=played[: cut(played, None)])
        scenario = self._with_tasks(item, shop.as_offered(start), start)
        return replace(start, id=digest([parent.id, scenario.id, at, seed]), scenario=scenario)

    def _changed(self, parent: Dialogue, start: Dialogue) -> Dialogue:
        """The beginning in the environment that has the tools to be added, and the message that says what changes."""
        since = start.continued
        if not self.asked.changes or since is None:
            return start
        before, shop = self.parent.environment(parent.environment), self.shop(parent.environment)
        if shop.image is None:
            raise UserError("Tools that nobody implemented can't come or go yet.", "Name a run over a database.")
        offer = self.asked.changes.offer(before, at_hand(before.toolset, since.offers), since.at)
        turns, differences = rebuilt(start.turns, shop.environment, shop.image, start.scenario.clock)
        if differences:
            raise StageError("replay", DIFFERS, f"turn {differences[0].turn}, {differences[0].tool}")
        return replace(
            start,
            environment=shop.environment.id,
            turns=announced(offer, shop.environment, turns),
            continued=replace(since, offers=(*since.offers, offer)),
        )

    def _with_tasks(self, item: int, shop: Workshop, start: Dialogue) -> Scenario:
        """Its scenario, with new tasks."""
        maker = shop.tasks
        if not isinstance(maker, ScriptedTasks) or start.continued is None:
            raise UserError("A model can't write the new tasks yet.", "Leave the role tasks scripted.")
        offers = start.continued.offers if self.asked.changes else ()
        new_tools = frozenset(offers[-1].added) if offers else frozenset()
        begun = beginning(shop.catalog, shop.index, start.scenario, start.turns, new_tools)
        made = further(maker, begun, self.asked.tasks, self.used, start.continued.seed)
        new = made.tasks[start.continued.task :]
        names = [name for task in new for name in (task.id, *maker.asks(task))]
        self.used.update(names)
        self.store.use_tasks(item, names)
        self.store.count_attempt(item, TASKS)
        return made

    def _end_given_up(self, item: int, error: GivenUpError) -> str:
        reason = error.reason if error.stage == PLAY else f"{error.stage}: {error.reason}"
        last = len(error.dialogue.turns) - 1
        fault = Verdict(error.stage, False, (given_up(last, error.reason, error.evidence),))
        self.store.count_attempt(item, PLAY, reason)
        self._end(item, error.dialogue, (fault,), reason)
        return "rejected"

    async def _judged(self, item: int, shop: Workshop, dialogue: Dialogue) -> str:
        verdicts = await shop.verdicts(dialogue, str(item))
        accepted, reasons = combine(verdicts)
        code = "" if accepted else reasons[0].partition(":")[0]
        self.store.count_attempt(item, PLAY)
        self.store.count_attempt(item, CHECK, code)
        self.store.count_verdicts(item, verdicts)
        self._end(item, dialogue, verdicts, code)
        return "rejected" if code else "accepted"

    def _end(self, item: int, dialogue: Dialogue, verdicts: tuple[Verdict, ...], code: str) -> None:
        roles = [t.message.role for t in dialogue.path()]
        self.store.put_dialogue(item, dialogue, verdicts, code, blame(CHECK, code, verdicts, roles).who if code else "")


def _only(scenario: Scenario, tasks: int) -> Scenario:
    """With the first so many of its tasks."""
    order = tuple(place for place in scenario.order if place[0] < tasks)
    return replace(scenario, tasks=scenario.tasks[:tasks], order=order)


def go_on(
    asked: Asked, progress: Callable[[Progress], None], players: Mapping[str, ChatModel] | None = None
) -> Summary:
    """Make what is missing of a run of continuations. `players`: see `casting.assembled`.

    Raises `UserError` for what the person must change.
    """
    return asyncio.run(_go_on(asked, progress, players))


async def _go_on(
    asked: Asked, progress: Callable[[Progress], None], players: Mapping[str, ChatModel] | None
) -> Summary:
    started = time.monotonic()
    with Store.open(asked.source, readonly=True) as parent:
        config = parent.config()
        asked.check_speakers(config)
        asked.changes.check(parent.environments())
        dialogues = [stored.dialogue for stored in parent.dialogues()][: asked.limit]
        if not dialogues:
            raise UserError(
                f"{str(asked.source)!r} holds no accepted conversation: there is nothing to go on from.",
                "`duologue stats RUN` says what became of its items.",
            )
        with asked.open_store(config, [d.id for d in dialogues]) as store:
            calls = Calls(store)
            try:
                async with assembled(asked.models, calls, calls, players) as cast:
                    made = Continuations(asked, parent, store, cast)
                    stopped = await _all(made, dialogues, progress)
            finally:
                store.add_seconds(time.monotonic() - started)
            return _summary(store, len(dialogues), stopped)


async def _all(made: Continuations, dialogues: Sequence[Dialogue], progress: Callable[[Progress], None]) -> str:
    """Every item that is missing, some at a time where models are waited for. Which limit stopped it, if one did."""
    started, counts = time.monotonic(), Counter(made.finished.values())
    stopped: list[LimitReachedError | UserError] = []
    together = 1 if made.asked.models.roles.scripted else made.asked.models.together
    slots = asyncio.Semaphore(together)

    async def one(item: int, dialogue: Dialogue) -> None:
        try:
            became = await made.make(item, dialogue)
        except (UserError, LimitReachedError) as error:
            stopped.append(error)
            return
        counts["accepted" if became == "accepted" else "rejected"] += 1
        accepted, rejected = counts["accepted"], counts["rejected"]
        progress(Progress(accepted + rejected, len(dialogues), accepted, rejected, started))

    missing = [(n, d) for n, d in enumerate(dialogues) if n not in made.finished]
    if together == 1:  # no task of its own: an interrupt comes out where the run was started
        for item, dialogue in missing:
            await one(item, dialogue)
            if stopped:
                break
    else:
        async with asyncio.TaskGroup() as tasks:
            for item, dialogue in missing:
                await slots.acquire()
                if stopped:
                    break
                tasks.create_task(one(item, dialogue)).add_done_callback(lambda _: slots.release())
    error = next((e for e in stopped if isinstance(e, UserError)), next(iter(stopped), None))
    if isinstance(error, UserError):
        raise error
    return error.message if error is not None else ""


def _summary(store: Store, conversations: int, stopped: str) -> Summary:
    """Counted from the store alone, so that a run gone on with says the same."""
    ended = list(store.finished_items().values())
    judged = sum(1 for _ in store.dialogues(accepted=False))
    rejected = ended.count("rejected")
    reasons = {f"{row['stage']}: {row['reason']}": int(row["items"]) for row in lost(store)}
    return Summary(conversations, ended.count("accepted"), judged, rejected - judged, reasons, stopped)
