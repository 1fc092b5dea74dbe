"""One environment with everything that is made once for it, and the makers that work in it.

Which maker takes a part follows from the cast: a role that a model plays is taken by the maker that asks it, any other by the scripted
one. What they hand each other is the same either way. What only models need is imported where one is asked.
"""

from collections.abc import Sequence
from copy import copy
from functools import cached_property

from msgspec.structs import replace

from duologue.casting import Cast
from duologue.catalog import Catalog
from duologue.checks import columns_of, combine
from duologue.environment import Image
from duologue.environment.resting import Dormitory, RestingSession
from duologue.errors import StageError, UserError
from duologue.plans.guides import TROUBLE
from duologue.plans.index import ToolIndex
from duologue.plans.offers import at_hand, spare
from duologue.protocols import Journal, Session, Speaker, TaskMaker
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.faulty import NO_FAULTS, Faults, FaultySession, carried_out
from duologue.simulate.play import GivenUpError, most_turns, play
from duologue.simulate.profile import DEFAULT, Profile
from duologue.simulate.scripted import Pair, begun, gated, perform
from duologue.simulate.user import ScriptedUser
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.sessions import RATES
from duologue.types import Continued, Dialogue, Environment, Fork, Scenario, Turn, Verdict
from duologue.verify import replay, verify_dialogue

_NOBODY = Cast()
_home = Dormitory()


class Workshop:
    """Makes tasks, plays and checks them, all in one environment."""

    def __init__(
        self,
        environment: Environment,
        image: Image | None,
        catalog: Catalog,
        seed: int,
        cast: Cast = _NOBODY,
        profile: Profile = DEFAULT,
    ) -> None:
        """Without an image the environment's tools are simulated by a model. `profile`: how a scripted user behaves."""
        self.environment, self.image, self.catalog, self.seed = environment, image, catalog, seed
        self.cast, self.profile = cast, profile
        self.faults = NO_FAULTS
        self.offered = environment
        """As the assistant sees it: without the tools that are withdrawn."""
        self._offered: dict[frozenset[str], Workshop] = {}

    def as_offered(self, dialogue: Dialogue) -> "Workshop":
        """This workshop with the tools that are to be had at the end of a conversation: nothing is done with the others, but calls of them
        made before can still be executed and read. Of those that do the same, the scripted speakers know the newest."""
        offers = dialogue.continued.offers if dialogue.continued is not None else ()
        if not offers:
            return self
        toolset = self.environment.toolset
        there = at_hand(toolset, offers)
        if there not in self._offered:
            other, used = copy(self), there - spare(toolset, there)
            unused = [t for t in toolset.tools if t.name not in used]
            on_offer = replace(toolset, tools=tuple(t for t in toolset.tools if t.name in there))
            other.offered = replace(self.environment, toolset=on_offer)
            other.__dict__.pop("tasks", None)
            chosen = replace(toolset, tools=tuple(t for t in toolset.tools if t.name in used))
            other.__dict__["index"] = ToolIndex(chosen, self.catalog, unused)
            self._offered[there] = other
        return self._offered[there]

    def meeting(self, faults: Faults) -> "Workshop":
        """This workshop, but calls go wrong on purpose at these rates. Where tools are simulated, none do."""
        other = copy(self)
        other.faults, other._offered = faults, {}
        return other

    @cached_property
    def index(self) -> ToolIndex:
        """What the tools do, for the scripted speakers."""
        return ToolIndex(self.environment.toolset, self.catalog)

    @cached_property
    def tasks(self) -> TaskMaker:
        """The task maker."""
        voice = self.cast.voice("tasks")
        if voice is not None:
            from duologue.tasks.written import WrittenTasks

            return WrittenTasks(voice, self.catalog, self.image, self.offered, self.seed, self.environment)
        if self.image is None:
            raise UserError("Scripted tasks need a database.", "Give the role tasks to a model.")
        rates = {name: self.profile.rate(name) for name in (*RATES, TROUBLE)}
        made = ScriptedTasks(self.catalog, self.image, self.environment, self.seed, rates)
        if self.offered is not self.environment:
            made.index = self.index
        return made

    async def play(self, scenario: Scenario, scope: str = "", journal: Journal | None = None) -> Dialogue:
        """A scenario as a dialogue. `scope` names what the models' calls are for. With a `journal` it goes on from what was written there
        before, once the calls made so far, executed again, give the results and the changes that were.

        Raises `StageError` where the conversation is given up: by the role at fault, or `play` where it does not end.
        """
        if journal is not None and journal.turns:
            return await self.go_on(begun(scenario, self.environment, journal.turns), scope, journal=journal)
        user, agent = self._user(scenario, scope), self._agent(scenario, scope)
        if self.image is None:
            from duologue.simulate.simulator import Overheard, SimulatedSession

            world = SimulatedSession(self.environment, scenario.clock, self.cast.needed("simulator"), scope)
            return await perform(scenario, self.environment, Pair(user, Overheard(agent, world), world), journal)
        resting = _home.open(self.image, self.environment, scenario.clock)
        session = self._faulty(resting, scenario)
        try:
            return await perform(scenario, self.environment, Pair(user, agent, session), journal)
        finally:
            session.close()

    def _taken_up(self, dialogue: Dialogue, journal: Journal | None) -> Dialogue:
        """A conversation that was cut short, as far as it was written down; else as it is."""
        if journal is None or not journal.turns:
            return dialogue
        dialogue = replace(dialogue, turns=journal.turns)
        if self.image is not None:
            again = replay(dialogue, self.environment, self.image)
            if not again.passed:
                found = "; ".join(finding.what for finding in again.evidence)
                raise GivenUpError(StageError("replay", "its calls made again give something else", found), dialogue)
        return dialogue

    async def go_on(
        self, dialogue: Dialogue, scope: str = "", moves: int | None = None, journal: Journal | None = None
    ) -> Dialogue:
        """A conversation played on from its last turn, with other dice where it leaves another; `moves`: how many more at most. With a
        `journal` as `play` does.

        Raises `StageError` where it is given up, or where the calls made again lead to another state than the recorded one;
        `UserError` where there is no database to make them in.
        """
        dialogue = self._taken_up(dialogue, journal)
        path, scenario = dialogue.path(), dialogue.scenario
        if self.image is None:
            return await self._simulated_on(dialogue, scope, moves, journal)
        resting = _home.open(self.image, self.environment, scenario.clock, carried_out(path))
        session = self._faulty(resting, scenario, _made(path), dialogue)
        try:
            if session.state != path[-1].state:
                raise StageError("replay", "its calls lead to another state", f"{session.state}, not {path[-1].state}")
            fork, shop = _fork(dialogue), self.as_offered(dialogue)
            user, agent = shop._user(scenario, scope, fork, dialogue.continued), shop._agent(scenario, scope, fork)
            return await play(Pair(user, agent, session), replace(dialogue, turns=path), moves, journal)
        finally:
            session.close()

    async def _simulated_on(
        self, dialogue: Dialogue, scope: str, moves: int | None, journal: Journal | None
    ) -> Dialogue:
        """As `go_on`, where a model answers the calls: it is told what it, or whoever, has answered so far."""
        from duologue.simulate.simulator import Overheard, SimulatedSession

        path, scenario = dialogue.path(), dialogue.scenario
        world = SimulatedSession(self.environment, scenario.clock, self.cast.needed("simulator"), scope, path)
        shop = self.as_offered(dialogue)
        user, agent = shop._user(scenario, scope, None, dialogue.continued), shop._agent(scenario, scope)
        return await play(Pair(user, Overheard(agent, world), world), replace(dialogue, turns=path), moves, journal)

    def _faulty(
        self, session: RestingSession, scenario: Scenario, made: int = 0, branch: Dialogue | None = None
    ) -> Session:
        """That session, some of whose calls go wrong where they are to; `made`: calls made so far. Where a `branch` begins with a fault, the
        first call from its fork on meets it."""
        faults = self.faults
        if branch is not None and branch.fork is not None and branch.fork.fault:
            faults = replace(faults, sure={_made(branch.path()[: branch.fork.at]): branch.fork.fault})
        return FaultySession(session, faults, self.index, scenario, made) if faults else session

    def _user(
        self, scenario: Scenario, scope: str, fork: Fork | None = None, since: Continued | None = None
    ) -> Speaker:
        voice = self.cast.voice("user")
        if voice is None:
            asks_first = self.environment.policy.confirm_writes
            user = ScriptedUser(self.catalog, self.index, scenario, self.profile, asks_first, fork)
            user.most = most_turns(scenario, since)
            return gated(user, scenario, self.environment, self.catalog)
        from duologue.simulate.model_user import ModelUser

        first = since.task if since is not None else 0  # the task that they come with
        return ModelUser(voice, scenario, self.environment, columns_of(self.catalog), scope, first)

    def _agent(self, scenario: Scenario, scope: str, fork: Fork | None = None) -> Speaker:
        voice = self.cast.voice("agent")
        if voice is None:
            return ScriptedAgent(self.catalog, self.index, self.environment, scenario, fork)
        from duologue.simulate.model_agent import ModelAgent

        return ModelAgent(voice, self.offered, scope)

    def check(self, dialogue: Dialogue) -> tuple[Verdict, ...]:
        """Every machine check's verdict."""
        return verify_dialogue(dialogue, self.environment, self.image, self.catalog)

    async def verdicts(self, dialogue: Dialogue, scope: str = "") -> tuple[Verdict, ...]:
        """Every check's verdict. The judge is asked last, and only where the machine checks leave it something to decide."""
        found = self.check(dialogue)
        judges = self.cast.voices("judge")
        if not judges or not combine(found).accepted:
            return found
        from duologue.verify.judge import judge

        return (*found, await judge(judges, dialogue, self.environment, scope, self.cast.unanimous))

    async def retold(self, dialogue: Dialogue, scope: str = "") -> Dialogue | None:
        """A scripted conversation in a model's words; None where nobody does that, or where it could not be done."""
        voice = self.cast.voice("wording")
        if voice is None:
            return None
        from duologue.simulate.retelling import retell

        try:
            return await retell(dialogue, voice, self.environment, self.catalog, scope)
        except StageError:
            return None  # the scripted words stay


def _made(path: Sequence[Turn]) -> int:
    """Calls that the assistant has made."""
    return sum(turn.message.role == "tool" for turn in path)


def _fork(dialogue: Dialogue) -> Fork | None:
    """Where a conversation leaves another last, for the dice."""
    since = dialogue.continued
    if dialogue.fork is not None or since is None:
        return dialogue.fork
    return Fork(since.parent, since.at, 1, "both", since.seed)
