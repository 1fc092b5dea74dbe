"""Branches of a conversation at a place: played on from there with other dice, or by a model asked anew, each held against the others.

Everything about a branch follows from its parent, its place and its number, and from the branches before it at the same place: one that says
the same as one of them is left out. So the branches of a place are made together.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.branching.asked import Asked
from duologue.branching.mistakes import UNNOTICED, Mistakes, noticed
from duologue.branching.places import FAULT, Places, forks
from duologue.casting import Cast
from duologue.checked import BRANCH, Checked, abandoned, end, judged
from duologue.errors import StageError
from duologue.ground import Reopened
from duologue.ids import canonical, derive_seed, digest, rng
from duologue.journal import Turns
from duologue.plans.faults import KINDS
from duologue.simulate.play import GivenUpError
from duologue.store import Store, Tally
from duologue.types import Dialogue, Fork, Turn
from duologue.workshop import Workshop

AS_PARENT, AS_ANOTHER = "says the same as its parent", "says the same as another branch"
DRAWS = 5
"""Throws of the dice for a scripted branch that says something new."""
_LAST = Places(last=True)
WHOLE = 2
"""The last of them are played to the end, also where they begin as others do: some turns have only one good way."""


class Place(Struct, frozen=True):
    """Where a conversation of the run is forked: the item it ended, and the turn."""

    item: int
    at: int


class Orders(Struct, frozen=True):
    """What there is to make. `places`: in the order of their items."""

    asked: Asked
    places: tuple[Place, ...]


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


def unmet(parent: Dialogue, seed: tuple[int, int], number: int) -> str:
    """One of the kinds of fault that a conversation did not meet: each number another, as long as there are some."""
    met = {turn.fault.kind for turn in parent.path() if turn.fault is not None}
    kinds = [kind for kind in KINDS if kind not in met] or list(KINDS)
    rng(seed[0], "faults", parent.id, seed[1]).shuffle(kinds)
    return kinds[number % len(kinds)]


def errs(asked: Asked, parent: Dialogue, at: int, number: int) -> bool:
    """Whether the assistant of a branch is to make a mistake. Of several at a place the first is none, so that there is a better one."""
    if number == 0 and asked.n > 1:
        return False
    drawn = rng(asked.seed, "errs", parent.id, at, number).random()
    return drawn < asked.mistakes and parent.path()[at].message.role == "assistant"


class Forked(Struct, frozen=True):
    """What there is to branch. `conversations`: the ids of those that have a place; `environments`: theirs."""

    places: tuple[Place, ...]
    conversations: tuple[str, ...]
    environments: tuple[str, ...]
    latest: int
    """The last turn in which those decide who are to differ; 0 = there are no conversations, -1 = they decide in none."""
    turns: int
    """About how many turns models will be asked for: as many as the conversations have behind their places."""
    errors: int = 0
    """Branches whose assistant is to make a mistake, where the turn offers one."""


def forked(parent: Store, asked: Asked) -> Forked:
    """All places, in the order of the run's conversations. They are read one at a time, and read again when they are branched."""
    found, names, environments = list[Place](), dict[str, None](), dict[str, None]()
    roles, turns, latest, errors = asked.models.roles, 0, 0, 0
    asks = {name for name, role in (("user", "user"), ("assistant", "agent")) if roles.models(role)}
    for number, stored in enumerate(parent.dialogues()):
        if asked.limit is not None and number >= asked.limit:
            break
        since = stored.dialogue.continued  # what comes before is another conversation's
        own = since.at if since is not None else 0
        path = stored.dialogue.path()
        latest = max([latest or -1, *forks(path, asked.differ, _LAST, own)])
        for at in forks(path, asked.differ, asked.places, own):
            found.append(Place(stored.item, at))
            names[stored.dialogue.id] = environments[stored.dialogue.environment] = None
            turns += asked.n * sum(turn.message.role in asks for turn in path[at:])
            errors += sum(errs(asked, stored.dialogue, at, one) for one in range(asked.n)) if asked.mistakes else 0
    return Forked(tuple(found), tuple(names), tuple(environments), latest, turns, errors)


class Branches:
    """The items of a run of branches, and how each is made: those of one place together."""

    ran_out = False

    def __init__(self, orders: Orders, stores: tuple[Store, Store], cast: Cast) -> None:
        """`stores`: of the run that is branched, and of the branches; the second is where items are looked up that ended before."""
        asked = self.asked = orders.asked
        self.places = orders.places
        self.parent, self.made = stores
        self.store: Tally = self.made
        """Where items end."""
        self.scripted = not any(cast.roles.models(role) for role in ("user", "agent"))
        self.reopened = Reopened(self.parent, asked.seed, cast)
        self._mistakes: dict[str, Mistakes] = {}
        self._read: tuple[int, Dialogue] | None = None

    def shop(self, name: str) -> Workshop:
        """The workshop of an environment of the parent run."""
        return self.reopened.shop(name)

    def put(self, environments: Sequence[str]) -> None:
        """Put what the branches are made in into their store."""
        for name in environments:
            self.shop(name)
        self.reopened.put(self.made, environments)

    def missing(self, n: int) -> Iterator[int]:
        """Places with branches that are not made. See `rounds.Making`."""
        finished = self.made.finished_items()
        for number in range(n):
            if any(number * self.asked.n + one not in finished for one in range(self.asked.n)):
                yield number

    async def make(self, number: int) -> list[bool]:
        """Make what is missing of a place. See `rounds.Making`."""
        group = self._group(number)
        known = {group.tail: AS_PARENT}
        ended = self.made.finished_among(range(group.first, group.first + self.asked.n))
        made = []
        for one in range(self.asked.n):
            item = group.first + one
            if item not in ended:
                made.append(await self._one(group, one, known))
            elif (stored := self.made.of_item(item)) is not None:
                known.setdefault(said(stored.dialogue.path()[group.at :]), AS_ANOTHER)
        return made

    def _group(self, number: int) -> Group:
        place = self.places[number]
        if self._read is None or self._read[0] != place.item:
            stored = self.parent.of_item(place.item)
            assert stored is not None
            self._read = place.item, stored.dialogue
        return Group(self._read[1], place.at, number * self.asked.n)

    async def _one(self, group: Group, number: int, known: dict[bytes, str]) -> bool:
        item = group.first + number
        self.store.begin_item(item)
        try:
            mistaken = (
                self._mistaken(group, number, known) if errs(self.asked, group.parent, group.at, number) else None
            )
            found = await self._judged(item, mistaken or await self._drawn(group, number, known))
        except GivenUpError as error:
            found = abandoned(error)
        except StageError as error:
            return end(self.store, item, error)
        known[said(found.dialogue.path()[group.at :])] = AS_ANOTHER
        found.count(self.store, item, self.shop(group.parent.environment).environment)
        return end(self.store, item, found)

    async def _drawn(self, group: Group, number: int, known: Mapping[bytes, str]) -> Dialogue:
        """A branch that says something new. Raises `StageError` where it is given up, or comes out in another's words."""
        item, shop, found = group.first + number, self.shop(group.parent.environment), ""
        begun = {msgspec.json.encode(msgspec.json.decode(tail)[:1]) for tail in known} if self.scripted else set()
        draws = len(KINDS) if self.asked.differ == FAULT else DRAWS if self.scripted else 1
        for draw in range(draws):
            start = self._start(group, number, draw)
            try:
                if draw + WHOLE < DRAWS and begun and self.asked.differ != FAULT:
                    one = await shop.go_on(start, moves=1)
                    if said(one.turns[group.at : group.at + 1]) in begun:
                        continue
                played = await shop.go_on(start, str(item), journal=Turns(self.store, item, start.id, start.turns))
            except GivenUpError as error:
                if found := known.get(said(error.dialogue.turns[group.at :]), ""):
                    break
                raise
            found = known.get(said(played.turns[group.at :]), "")
            if not found:
                return played
        raise StageError(BRANCH, found)

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
        kind = unmet(parent, (seed, group.at), number + draw) if self.asked.differ == FAULT else ""
        fork = Fork(parent.id, group.at, number + 1, self.asked.differ, drawn, fault=kind)  # type: ignore[arg-type]
        name = digest([parent.id, group.at, number, self.asked.differ, seed])
        return replace(parent, id=name, turns=parent.path()[: group.at], fork=fork)

    async def _judged(self, item: int, dialogue: Dialogue) -> Checked:
        shop, fork = self.shop(dialogue.environment), dialogue.fork
        if fork is None or not fork.mistake:
            return judged(dialogue, await shop.verdicts(dialogue, str(item)))
        found = judged(dialogue, shop.check(dialogue))
        seen = noticed(fork.mistake, found.verdicts, fork.at)
        told = replace(dialogue, fork=replace(fork, noticed=seen))
        return replace(found, dialogue=told, code=found.code if seen else UNNOTICED)
