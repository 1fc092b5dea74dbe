"""The scripted tool maker: a catalog and an image become toolsets.

For each variant: draw a dialect, choose drafts over a few connected tables, fill the gaps, give everything its name, and
confront the promises with executions. The same catalog, seed and variant give the same bytes.
"""

import re
from functools import cached_property
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from duologue import ids
from duologue.catalog.model import Catalog
from duologue.environment import Image
from duologue.tools.beside import drawn_tables, given_by, says_again, seeks_again
from duologue.tools.confront import Samples, confront
from duologue.tools.dialect import speak
from duologue.tools.drafts import Draft
from duologue.tools.expansion import expand
from duologue.tools.families import linked, linking, reading, summing, writing
from duologue.tools.families.common import Candidate, Taste
from duologue.tools.ground import Ground
from duologue.tools.midnight import midnight_columns
from duologue.tools.select import Choice, choose, focus_of, ordered, repeats, sayable, weighed, within_reach
from duologue.tools.wording import Voice, draw_voice
from duologue.types import Environment, Policy, Tool, Toolset

_NAME = re.compile(r"[^\W\d]\w*")
LEAST, MOST = 8, 20
_WRITES = frozenset({"create", "set", "remove", "link", "unlink"})
TRIES = 6
EPOCH = "2024-01-01T00:00:00"
"""When tools are tried over data without dates."""


class _Plan(Struct, frozen=True):
    voice: Voice
    drafts: tuple[Draft, ...]


class DerivedTools:
    """Toolsets over one database. `handwritten` tools are in every set as they are; derived ones complete them."""

    def __init__(
        self,
        catalog: Catalog,
        image: Image,
        seed: int,
        handwritten: tuple[Tool, ...] = (),
        policy: Policy | None = None,
    ) -> None:
        self.catalog, self.image, self.seed = catalog, image, seed
        self.handwritten, self.policy = handwritten, policy
        self.ground = Ground(catalog)
        self.pool: tuple[Candidate, ...] = tuple(
            weighed(self.ground, c)
            for family in (reading, linked, summing, writing, linking)
            for c in family.candidates(self.ground)
            if not any(says_again(c.meaning, tool) for tool in handwritten)
            and not repeats(self.ground, c)
            and not self._past_the_rules(c)
        )
        self.samples = Samples(self.ground, image)
        self.midnight = midnight_columns(self.ground, image)

    def _past_the_rules(self, candidate: Candidate) -> bool:
        """It writes where hand-written tools do, or what they and the rules of the policy go by, but knows nothing of the rules they keep."""
        covered = {name for tool in self.handwritten for name in tool.writes} | self._ruled
        return candidate.meaning.family in _WRITES and candidate.meaning.table in covered

    @cached_property
    def _ruled(self) -> frozenset[str]:
        """The tables that guards, and the transactions they guard, look at, by views too."""
        if self.policy is None or not self.handwritten:
            return frozenset()
        defined = dict(self.image.connect().execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'"))
        guards = [rule for rule in self.policy.rules if rule.sql]
        named = {word for rule in guards for word in _NAME.findall(rule.sql)}
        named |= {table for tool in self.handwritten if tool.effect == "write" and guards for table in tool.reads}
        for _ in defined:
            named |= {word for view, sql in defined.items() if view in named for word in _NAME.findall(sql)}
        return frozenset(t.name for t in self.catalog.tables if t.name in named)

    def toolset(self, variant: int) -> Toolset:
        """Toolset number `variant`: the first of a few tries that is rich enough, else the richest of them."""
        best = self._tried(variant, 0)
        for attempt in range(1, TRIES):
            if _rich(best):
                break
            best = max(best, self._tried(variant, attempt), key=lambda s: len(s.tools))
        return best

    def _tried(self, variant: int, attempt: int) -> Toolset:
        plan = self._plan(variant, attempt)
        taken = {t.name.lower() for t in self.handwritten}
        tools, vocabulary = speak(self.ground, plan.voice, plan.drafts, self.midnight, taken)
        sound = confront(tools, self.samples, self.catalog.latest or EPOCH)
        reached = within_reach((*self.handwritten, *sound), sayable(self.ground))
        tools = (*self.handwritten, *(t for t in sound if t in reached))
        return Toolset(ids.digest([tools, plan.voice.dialect]), tools, plan.voice.dialect, vocabulary)

    def _plan(self, variant: int, attempt: int) -> _Plan:
        rng = ids.rng(self.seed, self.catalog.name, "toolset", variant, attempt)
        voice = _voice_beside(self.handwritten, rng) if self.handwritten else draw_voice(rng)
        taste = Taste(voice.dialect.granularity, voice.columns, voice.percent, voice.dialect.dates)

        def make(candidate: Candidate) -> Draft | None:
            dice = ids.rng(self.seed, self.catalog.name, variant, repr(candidate.meaning))
            draft = candidate.make(dice, taste)
            return None if draft is not None and seeks_again(draft, self.handwritten) else draft

        beside = bool(self.handwritten)
        focus = drawn_tables(self.ground, self.handwritten, rng) if beside else focus_of(self.ground, rng)
        pool = [c for c in self.pool if set(c.touch) <= set(focus)]
        start = given_by(self.ground, self.handwritten)
        choice = Choice(self.ground, focus, pool, make, writes=rng.randint(2, 5), start=frozenset(start), given=start)
        size = self._size(pool, len(focus), rng.randint(LEAST, MOST))
        choose(choice, max(4, round(size * 0.6)), rng, centres=1 if beside else 2)
        expand(choice, max(4, size), rng)
        return _Plan(voice, ordered(choice))

    def _size(self, pool: list[Candidate], tables: int, drawn: int) -> int:
        """Fewer tools where there is less to do: about four a table. Hand-written ones are counted with them."""
        most = len(pool) if self.handwritten else min(3 + 4 * tables, len(pool))
        return max(4, min(drawn - len(self.handwritten), most))


def _rich(toolset: Toolset) -> bool:
    """Whether a set is worth talking to: enough tools, of more than two kinds."""
    families = {t.meaning.family for t in toolset.tools if t.meaning}
    return len(toolset.tools) >= 6 and len(families) >= 3


def _voice_beside(tools: tuple[Tool, ...], rng: Random) -> Voice:
    """A voice that fits beside hand-written tools: their case, and ids as they are."""
    camel = any(ch.isupper() for t in tools for ch in t.name)
    voice = draw_voice(rng, "camel" if camel else "snake")
    return replace(voice, dialect=replace(voice.dialect, ids="raw"))


def environment_for(name: str, image_hash: str, toolset: Toolset, policy: Policy) -> Environment:
    """The environment of a toolset over an image, named by its content."""
    content = Environment("", name, image_hash, toolset, policy)
    return replace(content, id=ids.digest(content))
