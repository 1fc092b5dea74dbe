"""Branches of a run: several continuations of one prefix of each accepted conversation, each judged by every check.

The run that is branched is only read. Its conversations are taken in order, each forked at the places that were asked for, and at each
place `n` branches are made, with dice (or a model's answer) of their own from there on. A branch is an item of a run folder of its own: it
ends once, accepted, rejected by a check, or left out because it says the same as its parent or as a branch before it. Everything about an
item follows from its parent, its place and its number, so the same command goes on with what is missing.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.branching.asked import Asked
from duologue.branching.mistakes import UNNOTICED, Mistakes, noticed
from duologue.branching.places import forks
from duologue.casting import Cast, assembled
from duologue.checks.blame import blame
from duologue.checks.combine import combine
from duologue.checks.findings import given_up
from duologue.errors import LimitReachedError, StageError, UserError
from duologue.ground import Reopened
from duologue.halt import Halt
from duologue.ids import canonical, derive_seed, digest, rng
from duologue.items import CHECK, PLAY
from duologue.pipeline import Progress
from duologue.protocols import ChatModel
from duologue.simulate.play import GivenUpError
from duologue.store import Calls, Store
from duologue.types import Dialogue, Fork, Turn, Verdict
from duologue.workshop import Workshop

BRANCH = "branch"
"""The stage in which a branch is left out."""
AS_PARENT, AS_ANOTHER = "says the same as its parent", "says the same as another branch"
DRAWS = 5
"""Throws of the dice for a scripted branch that says something new."""
WHOLE = 2
"""The last of them are played to the end, also where they begin as others do: some turns have only one good way."""


class Summary(Struct, frozen=True):
    """How a run of branches ended. `stopped`: which limit of the person's it reached."""

    conversations: int
    places: int
    branches: int
    """All that were asked for."""
    accepted: int
    rejected: int
    """By a check, or given up."""
    same: int
    """Left out: they say what their parent or another branch says."""
    mistakes: int = 0
    """Branches in which the assistant makes one on purpose; all of them are among the rejected."""
    noticed: int = 0
    """Of these, those whose mistake a check objects to."""
    stopped: str = ""
    interrupted: bool = False
    """The person asked it to stop."""

    @property
    def unfinished(self) -> int:
        """Branches that are not made yet."""
        return self.branches - self.accepted - self.rejected - self.same


class Group(Struct, frozen=True):
    """The branches of one conversation at one place; `first` is the item of the first of them."""

    parent: Dialogue
    at: int
    first: int

    @property
    def tail(self) -> bytes:
        """What the parent says from there on."""
        return said(self.parent.path()[self.at :])


def said(turns: Sequence[Turn]) -> bytes:
    """What turns say and call, to compare them by."""
    return canonical(
        [(t.message.role, t.message.content, [(c.name, c.arguments) for c in t.message.tool_calls]) for t in turns]
    )


def groups(parent: Store, asked: Asked) -> Iterator[Group]:
    """All groups, in the order of the run's conversations."""
    first = 0
    for number, stored in enumerate(parent.dialogues()):
        if asked.limit is not None and number >= asked.limit:
            return
        since = stored.dialogue.continued  # what comes before is another conversation's
        own = since.at if since is not None else 0
        for at in forks(stored.dialogue.path(), asked.differ, asked.places, own):
            yield Group(stored.dialogue, at, first)
            first += asked.n


class Branches:
    """The items of a run of branches: those finished in its store, and the making of the others."""

    def __init__(self, asked: Asked, parent: Store, store: Store, cast: Cast, halt: Halt) -> None:
        """`halt`: once it says so, no further group is begun."""
        self.asked, self.parent, self.store, self.cast, self.halt = asked, parent, store, cast, halt
        self.finished = store.finished_items()
        self.scripted = not any(cast.roles.models(role) for role in ("user", "agent"))
        self._reopened = Reopened(parent, store, asked.seed, cast)
        self._mistakes: dict[str, Mistakes] = {}

    def shop(self, name: str) -> Workshop:
        """The workshop of an environment of the parent run."""
        if not self.parent.environment(name).image:
            raise UserError("Conversations with simulated tools can't be branched.", "Name a run over a database.")
        return self._reopened.shop(name)

    async def make(self, group: Group) -> list[str]:
        """Make what is missing of a group. What became of each: `accepted`, `rejected`, or `same`."""
        known = {group.tail: AS_PARENT}
        made = []
        for number in range(self.asked.n):
            item = group.first + number
            if item in self.finished:
                stored = self.store.of_item(item)
                if stored is not None:
                    known.setdefault(said(stored.dialogue.path()[group.at :]), AS_ANOTHER)
                continue
            made.append(await self._one(group, number, known))
        return made

    async def _one(self, group: Group, number: int, known: dict[bytes, str]) -> str:
        item = group.first + number
        mistaken = self._mistaken(group, number, known) if self._errs(group, number) else None
        drawn = mistaken or await self._drawn(group, number, known)
        self.store.begin_item(item)
        if isinstance(drawn, str):
            self.store.reject_item(item, BRANCH, drawn)
            return "same"
        if isinstance(drawn, GivenUpError):
            known[said(drawn.dialogue.path()[group.at :])] = AS_ANOTHER
            return self._end_given_up(item, drawn)
        if isinstance(drawn, StageError):
            self.store.reject_item(
                item, drawn.stage, drawn.reason, drawn.evidence, blame(drawn.stage, drawn.reason).who
            )
            return "rejected"
        known[said(drawn.path()[group.at :])] = AS_ANOTHER
        return await self._judged(item, drawn)

    async def _drawn(self, group: Group, number: int, known: Mapping[bytes, str]) -> Dialogue | StageError | str:
        """A branch that says something new; or in whose words it came out."""
        shop, found = self.shop(group.parent.environment), ""
        begun = {msgspec.json.encode(msgspec.json.decode(tail)[:1]) for tail in known} if self.scripted else set()
        for draw in range(DRAWS if self.scripted else 1):
            start = self._start(group, number, draw)
            try:
                if draw + WHOLE < DRAWS and begun:
                    one = await shop.go_on(start, moves=1)
                    if said(one.turns[group.at : group.at + 1]) in begun:
                        continue
                played = await shop.go_on(start, str(group.first + number))
            except GivenUpError as error:
                return known.get(said(error.dialogue.turns[group.at :]), "") or error
            except StageError as error:
                return error
            found = known.get(said(played.turns[group.at :]), "")
            if not found:
                return played
        return found

    def _errs(self, group: Group, number: int) -> bool:
        """Whether the assistant of a branch is to make a mistake. Of several at a place the first is none, so that there is a better one."""
        asked, at = self.asked, group.at
        if number == 0 and asked.n > 1:
            return False
        drawn = rng(asked.seed, "errs", group.parent.id, at, number).random()
        return drawn < asked.mistakes and group.parent.path()[at].message.role == "assistant"

    def _mistaken(self, group: Group, number: int, known: Mapping[bytes, str]) -> Dialogue | None:
        """A branch with a mistake that no other makes there; None where the turn offers none."""
        name = group.parent.environment
        if name not in self._mistakes:
            self._mistakes[name] = Mistakes(self.shop(name))
        start = self._start(group, number, 0)
        dice = rng(self.asked.seed, "mistake", group.parent.id, group.at, number)
        for kind, made in self._mistakes[name].made(group.parent, group.at, dice):
            if start.fork is not None and said(made.turns[group.at :]) not in known:
                return replace(start, turns=made.turns, fork=replace(start.fork, mistake=kind))
        return None

    def _start(self, group: Group, number: int, draw: int) -> Dialogue:
        parent, seed = group.parent, self.asked.seed
        drawn = derive_seed(seed, "branch", parent.id, group.at, number, draw)
        fork = Fork(parent.id, group.at, number + 1, self.asked.differ, drawn)  # type: ignore[arg-type]
        name = digest([parent.id, group.at, number, self.asked.differ, seed])
        return replace(parent, id=name, turns=parent.path()[: group.at], fork=fork)

    def _end_given_up(self, item: int, error: GivenUpError) -> str:
        reason = error.reason if error.stage == PLAY else f"{error.stage}: {error.reason}"
        last = len(error.dialogue.turns) - 1
        fault = Verdict(error.stage, False, (given_up(last, error.reason, error.evidence),))
        self.store.count_attempt(item, PLAY, reason)
        self._end(item, error.dialogue, (fault,), reason)
        return "rejected"

    async def _judged(self, item: int, dialogue: Dialogue) -> str:
        shop, fork = self.shop(dialogue.environment), dialogue.fork
        on_purpose = fork is not None and bool(fork.mistake)
        verdicts = shop.check(dialogue) if on_purpose else await shop.verdicts(dialogue, str(item))
        accepted, reasons = combine(verdicts)
        code = "" if accepted else reasons[0].partition(":")[0]
        if fork is not None and on_purpose:
            seen = noticed(fork.mistake, verdicts, fork.at)
            dialogue, code = replace(dialogue, fork=replace(fork, noticed=seen)), code if seen else UNNOTICED
        self.store.count_attempt(item, PLAY)
        self.store.count_attempt(item, CHECK, code)
        self.store.count_verdicts(item, verdicts)
        self._end(item, dialogue, verdicts, code)
        return "rejected" if code else "accepted"

    def _end(self, item: int, dialogue: Dialogue, verdicts: tuple[Verdict, ...], code: str) -> None:
        roles = [t.message.role for t in dialogue.path()]
        self.store.put_dialogue(item, dialogue, verdicts, code, blame(CHECK, code, verdicts, roles).who if code else "")


def branch(
    asked: Asked,
    progress: Callable[[Progress], None],
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
) -> Summary:
    """Make what is missing of a run of branches. `players`: see `casting.assembled`. `halt`: once it says so, what is under way may end
    and nothing new is begun.

    Raises `UserError` for what the person must change.
    """
    return asyncio.run(_branch(asked, progress, players, halt or Halt()))


async def _branch(
    asked: Asked, progress: Callable[[Progress], None], players: Mapping[str, ChatModel] | None, halt: Halt
) -> Summary:
    started = time.monotonic()
    with Store.open(asked.run, readonly=True) as parent:
        asked.check_speakers(parent)
        names = [(group.parent.id, group.at) for group in groups(parent, asked)]
        conversations = list(dict.fromkeys(name for name, _ in names))
        if not names:
            raise UserError(
                f"No accepted conversation of {str(asked.run)!r} has a place --at {asked.at}: there is nothing to branch.",
                "Choose another place, or `duologue stats RUN` says what became of its items.",
            )
        with asked.open_store(parent, len(names) * asked.n, conversations) as store:
            calls = Calls(store)
            try:
                async with assembled(asked.models, calls, calls, players, halt) as cast:
                    halt.begun = True
                    made = Branches(asked, parent, store, cast, halt)
                    stopped = await _all(made, groups(parent, asked), progress, len(names) * asked.n)
            finally:
                store.add_seconds(time.monotonic() - started)
            summary = _summary(store, (len(conversations), len(names), len(names) * asked.n), stopped)
            return replace(summary, stopped="", interrupted=True) if halt.asked and summary.unfinished else summary


async def _all(made: Branches, every: Iterator[Group], progress: Callable[[Progress], None], total: int) -> str:
    """Every group that is missing, some at a time where models are waited for. Which limit stopped it, if one did."""
    started, counts = time.monotonic(), dict.fromkeys(("accepted", "rejected", "same"), 0)
    counts.update({key: list(made.finished.values()).count(key) for key in ("accepted", "rejected")})
    stopped: list[LimitReachedError | UserError] = []
    together = 1 if made.scripted else made.asked.models.together
    slots = asyncio.Semaphore(together)

    async def one(group: Group) -> None:
        try:
            made.halt.check()
            for became in await made.make(group):
                counts[became] += 1
        except (UserError, LimitReachedError) as error:
            stopped.append(error)
            return
        rejected = counts["rejected"] + counts["same"]
        progress(Progress(counts["accepted"] + rejected, total, counts["accepted"], rejected, started))

    if together == 1:  # no task of its own: an interrupt comes out where the run was started
        for group in every:
            await one(group)
            if stopped:
                break
    else:
        async with asyncio.TaskGroup() as tasks:
            for group in every:
                await slots.acquire()
                if stopped:
                    break
                tasks.create_task(one(group)).add_done_callback(lambda _: slots.release())
    error = next((e for e in stopped if isinstance(e, UserError)), next(iter(stopped), None))
    if isinstance(error, UserError):
        raise error
    return error.message if error is not None else ""


def _summary(store: Store, asked: tuple[int, int, int], stopped: str) -> Summary:
    """Counted from the store alone, so that a run gone on with says the same."""
    ended = list(store.finished_items().values())
    same = store.rejected_in(BRANCH)
    forked = [d.dialogue.fork for d in store.dialogues(accepted=False)]
    mistakes = [fork for fork in forked if fork is not None and fork.mistake]
    return Summary(
        *asked,
        accepted=ended.count("accepted"),
        rejected=ended.count("rejected") - same,
        same=same,
        mistakes=len(mistakes),
        noticed=sum(bool(fork.noticed) for fork in mistakes),
        stopped=stopped,
    )
