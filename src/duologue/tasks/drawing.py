"""The drawing of one scenario's tasks: which tool, about whom, and whether it makes a part of a goal.

A task's parts are taken on the walk one after the other, in some shape or one by one. In between a session takes a turn that no plan
foresees (`sessions.py`): something that can't be had, a search that brings nothing.
"""

from collections import Counter
from collections.abc import Callable, Container
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.environment import SqliteSession
from duologue.ids import canonical, digest, rng
from duologue.language.vocabulary import phrases_of
from duologue.plans.gist import answering
from duologue.plans.rows import Listing, pick_row
from duologue.plans.sayings import Sayings
from duologue.plans.ways import IS_SO, LINKED_YET, TAKEN
from duologue.tasks.answers import chosen, cut_off, offer
from duologue.tasks.before import Before
from duologue.tasks.clients import client, role_of
from duologue.tasks.clock import TO_THE_MINUTE, is_since
from duologue.tasks.goals import goal_of, refusal_of, whole_goal
from duologue.tasks.needs import Proposer
from duologue.tasks.pointing import repeated, tables_of
from duologue.tasks.proposal import Proposal
from duologue.tasks.reasons import REFUSED as REFUSAL
from duologue.tasks.rubric import difficulty_of, rubric_of
from duologue.tasks.rules.taken import ruled
from duologue.tasks.sessions import RATES, detour, thread
from duologue.tasks.shapes import OCCASIONS, SHAPES, Shape
from duologue.tasks.walk import Refused, Taken, Walk
from duologue.types import ClockSpec, Need, Subtask, Task, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import ScriptedTasks

WEIGHTS = {
    "get": 4.0, "related": 6.0, "search": 3.0, "top": 2.0, "total": 1.6, "count": 1.0, "ratio": 0.8, "missing": 0.8,
    "set": 3.0, "create": 1.5, "remove": 0.6, "link": 1.0, "unlink": 0.6, "act": 5.0,
}  # fmt: skip
"""How readily people come up with each family of needs."""
UNPLANNED = 0.1
"""How much less often where the session is to have none: where the rules are strict, every session would have one otherwise."""
BETWEEN = 0.2
"""How much less readily people ask for the rows of a table that only joins others than for what it joins."""
_JOINED = ("search", "get", "top", "total", "missing", "count")
REFUSED = 0.4
"""How often a write that a rule refuses by chance is taken up as a request that cannot be met."""
EMPTY = 0.2
"""How often a list that turns out empty by chance is taken up by a session that is to have an empty answer."""
LINKED = 0.94
"""How often a later task grows out of what came back before."""
STAYS = 0.94
"""How often what has nothing to do with what came before is left aside."""
TRIES = 40
"""Needs tried before a task goes on without another subtask."""
MISSES = 3
"""Needs of one tool that come to nothing before the others are tried without it: from where the talk is, it mostly has no more."""
OWN = 4.0
"""How much more readily those who speak for themselves come up with what is theirs than with what is anybody's."""
CLIENT_DRAWS = 4
"""Draws after which somebody at the desk takes the place of a user who speaks for themselves."""
SHAPED = 0.4
"""How often a task of some shape is tried before one whose parts are drawn one by one."""
DRAWS = 24
"""Tasks drawn before a scenario is given up."""
PLENTY = 8
"""Of these, the first that must have two parts."""
STUCK = 2
"""Drafts of a task that find nothing growing out of the earlier ones, before it is drawn of something else."""
OPENS, CLOSES = 0.25, 0.8
"""How often a task begins, or ends, with what the policy decides about, where the session is to have such and has none yet."""
STALE = 6
"""Drafts of a task that bring nothing new, before it is given up: then there is hardly anything left."""

Finish = Callable[[Need, Listing], Need | None]


class Drawing:
    """The drawing of one scenario's tasks, one after the other, on one session."""

    def __init__(self, maker: "ScriptedTasks", walk: Walk, proposer: Proposer, clock: ClockSpec) -> None:
        self.maker, self.walk, self.proposer, self.clock = maker, walk, proposer, clock
        self.dice = rng(clock.seed, "tasks")
        plans = rng(clock.seed, "session")
        self.planned = {name for name in RATES if plans.random() < maker.rates[name]}
        """Turns that the session is to take, where there is occasion (see `sessions.py`)."""
        self.refused = False
        """The task being drawn has a part that is refused."""
        self.talk: frozenset[str] = frozenset()
        """Tables of the rows that the part before was about."""
        self.shape = ""
        """The shape of the task being drawn."""
        self.mode = "user"
        """How the scenario is to be played: in mode `task` all parts of a task are asked for at once."""
        self.turns: Counter[str] = Counter()
        """Turns of the session that the task being drawn takes, beside those it was `begun` with."""
        self.begun: Counter[str] = Counter()
        self.vain = False
        """Where the last attempt led nowhere: chance had no part in that."""
        self.stuck = 0
        """Drafts of it that were to grow out of an earlier task, and could not."""
        self.opening = b""
        """The proposal that the draft begins with, where it has no shape."""
        self.dead: set[bytes] = set()
        """Proposals that led nowhere from where the task being drawn begins, or to nothing new, in this draft of it or an earlier one."""
        self.phrases = phrases_of(maker.catalog)
        self.sayings = Sayings(maker.index, self.phrases)
        tools = maker.environment.toolset.tools
        self.client = proposer.client = client(maker.catalog, tools, maker.anchors, rng(clock.seed, "client"))
        """Who the user is, where they speak for themselves."""
        self.reasons: Counter[str] = Counter()
        """Why drafts were given up."""
        self.untried: Counter[tuple[str, str]] = Counter()
        """Of the proven ones: kinds of mutations that a rule left out, and the rule."""

    def task(self, used: Container[str], earlier: list[Task], number: int) -> Task | None:
        """A proven task that was not used before; None after `DRAWS` draws. Where clients have nothing new to ask for, staff may."""
        self.dead, self.stuck, stale = set(), 0, 0
        before = Before(used, (a for t in earlier for a in self.maker.asks(t)))
        for draw in range(DRAWS):
            if draw == CLIENT_DRAWS and not earlier:
                self.dead = set()
                self.client = self.proposer.client = None
            mark = self.walk.mark()
            draft = self._draft(number)
            reason = "nothing to ask for"
            if draft is not None and len(draft.subtasks) < 2 and draw < PLENTY:
                reason = "too little to ask for"
            elif draft is not None and (draft.id in used or before.holds(self.walk.asked)):
                reason = "all of it came up before"
                self.dead.add(self.opening)
                stale += 1
            elif draft is not None:
                found = self.maker.prover.prove(draft, earlier, self.clock)
                if found.task is not None:
                    self.untried.update(found.untried)
                    self.begun = self.turns.copy()
                    return found.task
                reason = found.reason
            self.reasons[reason] += 1
            self.walk.rewind(mark, self._session(earlier))
            if stale == STALE:
                break
        return None

    def _session(self, earlier: list[Task]) -> SqliteSession:
        """A session in the state that the earlier tasks' plans leave."""
        return self.maker.prover.session_after(earlier, self.clock)

    def _draft(self, number: int) -> Task | None:
        """A task, not proven yet; None where there is nothing to ask for, or no words for what was drawn."""
        try:
            return self._drawn(number)
        except Taken:
            return None

    def _drawn(self, number: int) -> Task | None:
        self.walk.begin_task()
        self.refused, self.shape, self.turns = False, "", self.begun.copy()
        self.opening, self.proposer.heard = b"", frozenset()
        linked = number > 0 and self.stuck < STUCK and self.dice.random() < LINKED
        self.proposer.thread = thread(self.walk.memory) if linked else {}
        self.talk = frozenset(self.proposer.thread)
        subtasks = self._ruled(OPENS) or self._shaped() or []
        grown = bool(self.proposer.thread)
        used = Counter(self._used(s) for s in subtasks)
        want = self.dice.choices((1, 2, 3, 4, 5), (0, 12, 38, 34, 16))[0] - len(subtasks)
        for _ in range(want):
            subtask = self._subtask(used, grown or bool(subtasks), bool(subtasks))
            if subtask is None:
                break
            subtasks.append(subtask)
            self.talk = tables_of(subtask)
            self.proposer.thread = {}
            subtasks += detour(self, subtask)
        self.stuck += grown and not subtasks
        subtasks += self._ruled(CLOSES) if subtasks else []
        return self._finished(subtasks) if subtasks else None

    def _ruled(self, often: float) -> list[Subtask]:
        """Parts about which the policy decides, where the session is to have such and has none yet."""
        due = "policy" in self.planned and not self.turns["policy"]
        return ruled(self) if due and self.dice.random() < often else []

    def _shaped(self) -> list[Subtask] | None:
        """The parts of a task of some shape; None for one whose parts are drawn one by one."""
        if not SHAPES or self.dice.random() >= SHAPED:
            return None
        rated = ((s, s.weight * self.maker.rates.get(s.name, 1.0)) for s in SHAPES)
        left = [(s, w) for s, w in rated if w and (s.name not in OCCASIONS or OCCASIONS[s.name](self))]
        while left:
            choice = self.dice.choices(left, [w for _, w in left])[0]
            parts = self._of_shape(choice[0])
            if parts is not None:
                return parts
            left.remove(choice)
        return None

    def _of_shape(self, shape: Shape) -> list[Subtask] | None:
        """The parts of a task of this shape; None where there is no occasion for it."""
        mark = self.walk.mark()
        try:
            parts = shape.draw(self)
        except Taken:
            parts = None
        if parts is None and self.walk.edited != mark.edited:
            raise Taken  # what was written can't be forgotten here: another draft begins before it
        if parts is None:
            self.walk.back_to(mark)
            self.walk.begin_task()
            self.refused, self.turns = False, self.begun.copy()
            return None
        self.shape = shape.name
        return parts

    def _used(self, subtask: Subtask) -> str:
        """What a part counts as: its tool, or a write."""
        tool = self.walk.index.serving(subtask.need.meaning) if subtask.need is not None else None
        return "" if tool is None else "write" if tool.effect == "write" else tool.name

    def _subtask(self, used: Counter[str], begun: bool, second: bool) -> Subtask | None:
        self.proposer.lean = 0.93 if begun else 0.05
        tools = [t for t in self.walk.index.toolset.tools if t.meaning is not None and t.meaning.family in WEIGHTS]
        weights = [self._weight(t, used, begun, second) for t in tools]
        dead = set[bytes]() if second else self.dead
        missed: Counter[int] = Counter()
        cumulated = list(accumulate(weights))
        for _ in range(TRIES):
            if not cumulated or not cumulated[-1]:
                return None
            n = self.dice.choices(range(len(tools)), cum_weights=cumulated)[0]
            tool, self.proposer.now = tools[n], self.walk.needs
            proposal = self.proposer.propose(tool, self.walk.memory, self.dice)
            if proposal is not None and begun and not proposal.built_on and self.dice.random() < STAYS:
                continue
            subtask = self._attempt_once(tool, proposal, dead) if proposal is not None else None
            if subtask is not None:
                used[tool.name] += 1
                used[tool.effect] += 1
                return subtask
            missed[n] += 1
            if missed[n] == MISSES:
                weights[n] = 0.0
                cumulated = list(accumulate(weights))
        return None

    def _weight(self, tool: Tool, used: Counter[str], begun: bool, second: bool) -> float:
        """How likely a tool is tried next. Writes come after something was read, and at most twice in a task."""
        if tool.meaning is None or used[tool.name] >= 2 or (self.client is not None and not self.client.serves(tool)):
            return 0.0
        weight = WEIGHTS[tool.meaning.family] * tool.weight * 0.35 ** used[tool.name]
        if tool.effect == "write":
            weight *= (1.0, 0.35, 0.0)[min(used["write"], 2)] * (1.0 if second else 0.15)
        if self.maker.catalog.table(tool.meaning.table).kind == "link" and tool.meaning.family in _JOINED:
            weight *= BETWEEN
        if self.client is not None and self.client.concerns(tool):
            weight *= OWN
        keys = {s.table for s in tool.inputs.values() if s.use == "key"}
        if begun:
            weight *= 0.4 if not keys else 5.0 if keys <= set(self.walk.memory.known) else 0.25
            weight *= 8.0 if keys and keys <= set(self.proposer.thread) else 1.0
            weight *= 2.0 if keys & self.talk else 1.0
        return weight

    def _attempt_once(self, tool: Tool, proposal: Proposal, dead: set[bytes]) -> Subtask | None:
        """Attempt a proposal unless it is `dead`: it led nowhere from here before, and would again. More are added."""
        wish, state = canonical([tool.name, proposal.need, proposal.meant]), self.walk.session.state
        if wish in dead:
            return None
        subtask = self.attempt(tool, proposal)
        same = self.walk.session.state == state  # else the clock has moved on, and it is not the same place
        if subtask is None and self.vain and same:
            dead.add(wish)
        if subtask is not None and dead is self.dead:
            self.opening = wish
        return subtask

    def may(self, tool: Tool, need: Need) -> bool:
        """Whether it is the user's to ask for."""
        return self.client is None or self.client.allows(tool, need, self.walk.memory, self.maker.catalog)

    def attempt(
        self, tool: Tool, proposal: Proposal, refusable: float = REFUSED, finish: Finish | None = None
    ) -> Subtask | None:
        """Take a proposal on the walk: execute it and accept it as a part; None where it can't be met or tells nothing. `refusable`:
        how readily a refusal is taken for the part. `finish` completes a need that reads with what is wanted of its answer, where
        that is not left to chance."""
        walk, need = self.walk, proposal.need
        self.vain = True
        if not self.may(tool, need):
            return None
        first, mark = len(walk.steps), walk.mark()
        try:
            listings, _ = walk.take(tool, need, proposal.meant)
        except Refused as refusal:
            self.vain = False
            if self._takes(refusal, refusable):
                return self._refusal(proposal, refusal, first)
            walk.back_to(mark)
            return None
        except Taken:
            return None
        listing = answering(need, listings)
        finished = need if tool.effect == "write" else None
        if tool.effect == "read" and listing is not None:
            finished = finish(need, listing) if finish is not None else self._wanted(need, listing)
        if finished is None:
            walk.back_to(mark)
            return None
        return self.accepted(Proposal(finished, proposal.known, proposal.meant, proposal.reason), listing, first)

    def _takes(self, refusal: Refused, refusable: float) -> bool:
        """Whether a refusal becomes a part. One in a session; on purpose, or by chance where a person could not have known."""
        name = "impossible" if refusal.ruling is None else "policy"
        if self.turns[name] or not self.maker.rates[name] or (name == "policy" and refusable < 1):
            return False
        if refusable >= 1:
            return True
        share = refusable if name in self.planned else refusable * UNPLANNED
        return refusal.kind not in (IS_SO, LINKED_YET, TAKEN) and self.dice.random() < share

    def accepted(self, proposal: Proposal, listing: Listing | None, first: int) -> Subtask:
        """Close a need that was taken on the walk from step `first` on. Raises `Taken` where there are no words for it."""
        walk, need = self.walk, proposal.need
        walk.known.extend(f for f in proposal.known if f not in walk.known)
        self.proposer.hear(need)
        reason = proposal.reason if self.client is None else ""  # reasons are told as staff tell them
        goal = goal_of(self.phrases, self.sayings, need, reason, self.dice)
        self.proposer.singled.discard(walk.needs)
        if need.pick is not None:
            self.proposer.singled.add(walk.needs)
        return replace(walk.accept(need, goal, listing, first), ruling=walk.ruling)

    def _refusal(self, proposal: Proposal, refusal: Refused, first: int) -> Subtask:
        """A part of the goal that cannot be had: the user is to learn that, and why; nothing may change."""
        self.refused = True
        self.proposer.hear(proposal.need, REFUSAL)
        self.turns["impossible" if refusal.ruling is None else "policy"] += 1
        self.walk.known.extend(f for f in proposal.known if f not in self.walk.known)
        goal = refusal_of(self.phrases, self.sayings, proposal.need, refusal.reason, self.dice)
        part = self.walk.accept(proposal.need, goal, None, first)
        return replace(part, refused=refusal.reason, ruling=refusal.ruling)

    def tells_nothing(self, need: Need, listing: Listing) -> bool:
        """The answer is cut off, or nothing new."""
        return cut_off(need, listing) or repeated(self.walk.memory, listing)

    def _wanted(self, need: Need, listing: Listing) -> Need | None:
        """The need with what is to be told of the answer; None where that is nothing new, or mostly where the answer is empty."""
        self.vain = True
        if self.tells_nothing(need, listing):
            return None
        if not listing.rows:
            return need if self._takes_nothing(need) else None
        found = offer(self.proposer, self.walk.memory, need, listing)
        self.vain = found is None
        wanted = chosen(self.proposer, need, (listing, found), self.dice) if found is not None else None
        return self._lasting(wanted, listing)

    def _lasting(self, need: Need | None, listing: Listing) -> Need | None:
        """Without what was written by the clock in this session: it would be another value at another moment, so no task can want it."""
        if need is None or self.walk.untouched:
            return need
        now = self.clock.start.replace("T", " ")[:TO_THE_MINUTE]
        picked = pick_row(listing.rows, need.pick) if need.pick is not None else None
        rows = listing.rows if picked is None else (picked,)
        wanted = tuple(s for s in need.wanted if not any(is_since(r.values.get(s), now) for r in rows))
        return replace(need, wanted=wanted) if wanted else None

    def _takes_nothing(self, need: Need) -> bool:
        """Whether an empty answer becomes a part. A small database, where little is left to ask for, would else hardly speak of
        anything else."""
        if need.meaning.family not in ("related", "missing") or "empty_result" not in self.planned:
            return False
        self.vain = self.turns["empty_result"] > 0
        if self.vain or self.dice.random() >= EMPTY:
            return False
        self.turns["empty_result"] += 1
        return True

    def _finished(self, subtasks: list[Subtask]) -> Task:
        walk = self.walk
        plan = tuple(walk.steps)
        draft = Task(
            id="",
            goal=whole_goal(subtasks, self.client.name if self.client else ""),
            user_role="client" if self.client else role_of(subtasks),
            difficulty="hard" if self.refused else difficulty_of(subtasks, any(s.after for s in plan)),
            known=tuple(walk.known),
            subtasks=tuple(subtasks),
            plan=plan,
            rubric=rubric_of(subtasks, plan, walk.index),
            shape=self.shape,
            speaker=self.client.mention if self.client else None,
        )
        return replace(draft, id=digest(sorted({content for content in walk.asked if content})))
