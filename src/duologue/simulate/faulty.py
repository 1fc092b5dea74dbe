"""A session some of whose calls go wrong on purpose, at stated rates.

It stands between the conversation and the real session. Whether a call meets a fault, and which, follows from the scenario's seed and the
call's place in the conversation alone, so a conversation that is played again, or taken up at any turn, meets the same. A call that was
not carried out never reaches the session within: it takes no time there and leaves no trace (`carried_out` lists those that did, which is
what a session is opened again with). A change that the tool would refuse is never left in doubt: a look afterwards, which finds the row as
it was, could not tell that from a change not made. The fault is declared in the outcome, and so in the turn.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from duologue.environment.programs import styled
from duologue.errors import UserError
from duologue.ids import rng, to_json
from duologue.plans.faults import (
    KINDS,
    Altering,
    Kind,
    Occasion,
    StaleRead,
    TimeOut,
    answers_needed,
    kinds_for,
    shows_row,
    wanted_of,
)
from duologue.plans.index import ToolIndex
from duologue.plans.looking import look_for
from duologue.plans.renamed import SCHEMA_DRIFT, drifted
from duologue.protocols import Outcome, Session, StateToken
from duologue.types import Fault, Json, Scenario, Tool, ToolCall, Turn

__all__ = ["NO_FAULTS", "Faults", "FaultySession", "carried_out", "faults"]


class Faults(Struct, frozen=True, omit_defaults=True):
    """How often calls meet a fault."""

    share: float = 0.0
    """The share of calls that meet one of the kinds without a rate of their own, each as often as the others."""
    rates: dict[str, float] = {}
    """Kind → the share of the calls it can happen to."""
    sure: dict[int, str] = {}
    """Number of a call in its conversation, from 0 → the kind that it meets, where that can happen to it, whatever the rates say."""

    def __bool__(self) -> bool:
        return bool(self.share) or bool(self.sure) or any(self.rates.values())

    def drawn(self, fitting: Sequence[Kind], at: float) -> Kind | None:
        """The kind that a number from 0 to 1 falls to."""
        rest = sum(k.name not in self.rates for k in fitting)
        for kind in fitting:
            at -= self.rates[kind.name] if kind.name in self.rates else self.share / rest
            if at < 0:
                return kind
        return None

    def of(self, name: str) -> float:
        """How often calls meet a kind, if all kinds can happen to them."""
        return self.rates.get(name, self.share / max(1, sum(k not in self.rates for k in KINDS)))


NO_FAULTS = Faults()
_FOR_GOOD = 0.25
"""How many of the changes of names are for good."""
LASTING = ("case", "capital")
"""The styles of those: one for all tools."""


def faults(share: float | None, rates: Mapping[str, float]) -> Faults:
    """Faults at these rates. Raises `UserError` for a kind there is none of, or rates that are none."""
    for name, rate in {"faults": share or 0.0, **rates}.items():
        if name != "faults" and name not in KINDS:
            raise UserError(f"There is no kind of fault {name!r}.", f"Kinds: {', '.join(KINDS)}.")
        if not 0 <= rate <= 1:
            raise UserError(f"The rate of {name!r} is {rate:g}.", "Give a number from 0 (never) to 1.")
    total = (share or 0.0) + sum(rates.values())
    if total > 1:
        raise UserError(f"The rates of faults add up to {total:g}.", "Together they can be 1 at most: every call.")
    return Faults(share or 0.0, dict(sorted(rates.items())))


class Rehearsing(Session, Protocol):
    """A session that can say beforehand how a call would end."""

    def refuses(self, name: str, arguments: dict[str, Json]) -> bool:
        """Whether a call would fail now."""

    def around(
        self, name: str, arguments: dict[str, Json], look: tuple[str, dict[str, Json]]
    ) -> tuple[Json, Json] | None:
        """What a read gives before and after a call made now; None where one of them would fail."""

    def earlier(self, name: str, arguments: dict[str, Json]) -> tuple[dict[str, Json], str] | None:
        """What a call gave right before the last change, and when that was; None where there is no such answer."""


class FaultySession:
    """A `Session` over another one. Closing it closes that one."""

    def __init__(self, within: Rehearsing, rates: Faults, index: ToolIndex, scenario: Scenario, made: int = 0) -> None:
        """`made`: calls made in the conversation so far, where it is taken up midway."""
        self._within, self._rates, self._index, self._seed, self._made = within, rates, index, scenario.seed, made
        self._wanted, self._needed = wanted_of(scenario.tasks), answers_needed(scenario.tasks)

    @property
    def state(self) -> StateToken:
        """The state it is in now."""
        return self._within.state

    async def call(self, name: str, arguments: dict[str, Json], own: bool = False) -> Outcome:
        """Execute a tool, or meet a fault. What users do with tools of their own meets none."""
        if own:
            return await self._within.call(name, arguments, own)
        number, dice = self._made, rng(self._seed, "fault", self._made)
        self._made += 1
        tool = self._index.by_name.get(name)
        at = dice.random()
        if tool is None:
            return await self._within.call(name, arguments)
        kind, sure = self._drawn(tool, number, at)
        occasion = Occasion(tool, self._index, dice, self._wanted)
        if kind is None:
            return await self._renamed(arguments, occasion, number)
        if tool.effect == "write" and kind.error == TimeOut.error and not self._can_be_told(tool, arguments):
            return await self._within.call(name, arguments)
        if isinstance(kind, StaleRead):
            before = self._within.earlier(name, arguments)
            old = kind.aged(*before) if before is not None else None
            if old is not None:
                return _instead(await self._within.call(name, arguments), kind, old)
            if sure:
                return await self._within.call(name, arguments)
            kind = TimeOut()
        if isinstance(kind, Altering):
            done = await self._within.call(name, arguments)
            return _instead(done, kind, None if done.failed else kind.altered(done.result, occasion))
        result = self._shown(kind, tool, kind.shown(tool, dice))
        if not kind.carried_out:
            return Outcome(result, to_json(result), (), self.state, True, Fault(kind.name))
        done = await self._within.call(name, arguments)
        return replace(done, result=result, text=to_json(result), failed=True, fault=Fault(kind.name, True, done.text))

    def _drawn(self, tool: Tool, number: int, at: float) -> tuple[Kind | None, bool]:
        """The kind that a call meets, and whether that was said beforehand. Once the fields have new names for good, no answer comes in the old
        ones, as one that is old, cut or in yet other names would."""
        fitting = kinds_for(tool, self._index)
        sure = KINDS.get(self._rates.sure.get(number, ""))
        if sure is not None:
            return (sure if sure in fitting else None), True
        kind = self._rates.drawn(fitting, at)
        shows = isinstance(kind, Altering | StaleRead)
        return (None if shows and self._since(number) is not None else kind), False

    def _can_be_told(self, tool: Tool, arguments: dict[str, Json]) -> bool:
        """Whether it can be looked up whether a change was made: not where it would be refused, and not where it would look the same
        either way, or more is needed of its answer than that it was made."""
        if shows_row(tool, self._index):
            return not self._within.refuses(tool.name, arguments)
        look = look_for(tool, arguments, self._index)
        if look is None or tool.name in self._needed:
            return False
        seen = self._within.around(tool.name, arguments, (look.tool.name, look.arguments))
        return seen is not None and [look.shows(r, self._index) for r in seen] == [False, True]

    async def _renamed(self, arguments: dict[str, Json], occasion: Occasion, number: int) -> Outcome:
        """A call that meets no fault of its own: once the fields have new names for good, its answer has them."""
        done = await self._within.call(occasion.tool.name, arguments)
        since = self._since(number) if occasion.tool.effect == "read" and not done.failed else None
        if since is None:
            return done
        dice = rng(self._seed, "renamed", since)
        return _instead(done, KINDS[SCHEMA_DRIFT], drifted(occasion.tool, done.result, dice, self._wanted, LASTING))

    def _since(self, number: int) -> int | None:
        """The call from which on fields have new names; None where they have none yet."""
        rate = self._rates.of(SCHEMA_DRIFT) * _FOR_GOOD
        return next((n for n in range(number + 1) if rate and rng(self._seed, "drift", n).random() < rate), None)

    def close(self) -> None:
        """Let its resources go."""
        self._within.close()

    def _shown(self, kind: Kind, tool: Tool, said: dict[str, Json]) -> Json:
        return {"error": {"type": styled(kind.error, self._index.toolset.dialect.errors), **said}}


def _instead(done: Outcome, kind: Kind, shown: Json) -> Outcome:
    """An answer of which something else is shown; as it is where there is nothing else to show."""
    if shown is None:
        return done
    return replace(done, result=shown, text=to_json(shown), failed=False, fault=Fault(kind.name, True, done.text))


def carried_out(turns: Sequence[Turn]) -> list[ToolCall]:
    """The calls on a path that reached the tools, in order: what its session is opened again with."""
    calls = {c.id: c for t in turns for c in t.message.tool_calls}
    answered = [t for t in turns if t.message.role in ("tool", "user_result") and t.message.tool_call_id in calls]
    return [calls[t.message.tool_call_id] for t in answered if t.fault is None or t.fault.done]
