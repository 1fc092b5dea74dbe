"""The cast of a run: from the roles and the models that were named to voices that can be asked.

A voice asks through the same layers whatever it plays: what is in the record is not asked again; what is not is asked within the
limits; and only then goes over the wire.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from duologue.errors import DiskFullError, UserError
from duologue.halt import Halt
from duologue.protocols import ChatModel, Request
from duologue.roles import Roles

if TYPE_CHECKING:
    from duologue.models.budget import Funds, Ledger
    from duologue.models.http import Meter, Settle
    from duologue.models.prompts import Prompts
    from duologue.models.recording import Book
    from duologue.models.voice import Voice
    from duologue.settings import ModelSettings


class Cast:
    """Who plays what: a voice for every role that a model plays."""

    def __init__(
        self,
        roles: Roles | None = None,
        models: Mapping[str, ChatModel] | None = None,
        prompts: "Prompts | None" = None,
        unanimous: bool = False,
    ) -> None:
        """`models` by the names that `roles` uses. `unanimous`: judges must all agree."""
        self.roles, self.unanimous = roles or Roles(), unanimous
        self.funds: Funds | None = None
        """What its models may use; None where none plays, or only the caller's own."""
        self._models = models or {}
        self._prompts = prompts
        self._voices: dict[str, tuple[Voice, ...]] = {}

    def voices(self, role: str) -> "tuple[Voice, ...]":
        """All voices of a role; none = scripted."""
        if role not in self._voices:
            names = self.roles.models(role)
            self._voices[role] = self._speaking(role, names) if names else ()
        return self._voices[role]

    def _speaking(self, role: str, names: tuple[str, ...]) -> "tuple[Voice, ...]":
        from duologue.models.prompts import Prompts
        from duologue.models.voice import Voice

        self._prompts = self._prompts or Prompts()
        return tuple(Voice(role, self._models[name], self._prompts) for name in names)

    def voice(self, role: str) -> "Voice | None":
        """The voice of a role that one model plays; None = scripted."""
        found = self.voices(role)
        return found[0] if found else None

    def needed(self, role: str) -> "Voice":
        """The voice of a role that can't be scripted. Raises `UserError` where no model has it."""
        voice = self.voice(role)
        if voice is None:
            raise UserError(f"Role {role!r} can't be scripted here.", f"Give it to a model: --role {role}=NAME.")
        return voice


def loop_for(roles: Roles) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The event loop for a run: a faster one where servers are waited for."""
    if roles.scripted:
        return None
    try:
        import uvloop
    except ImportError:  # not made for every system
        return None
    loop: Any = uvloop.new_event_loop
    return loop  # type: ignore[no-any-return]


_SELDOM = (100_000, 20, 50)
"""Thresholds of the garbage collector while conversations are made."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the garbage collector look seldom.

    Thousands of conversations that wait are hundreds of thousands of objects that live on, and by default they are looked through
    so often that it takes a quarter of the process's time; a tenth where everything is scripted. Nothing here depends on when
    cycles are collected.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _names(settings: "ModelSettings", own: Collection[str]) -> dict[str, str]:
    """What the answers of each model are kept under: the model's id, as in what a run remembers of itself (`settings.identity`), so
    that another alias or address asks nothing again. Where one role is played by several of the same id, the alias tells them apart.
    """
    out = {name: name for name in own} | {
        name: endpoint.name or name for name, endpoint in settings.endpoints.items() if name not in own
    }
    ids = dict(out)
    for players in settings.roles.players.values():
        times = Counter(ids.get(p) for p in players)
        out |= {p: f"{ids[p]}\x1f{p}" for p in players if times[ids.get(p)] > 1}
    return out


def _closed(budget: "Funds") -> None:
    """Write down what was used. On a full disk the bound that was written ahead stays: more than was used, never less."""
    with suppress(DiskFullError):
        budget.close()


def _stoppable(meter: "Meter", halt: Halt) -> "Meter":
    """That meter, but no attempt begins once the person wants to stop: neither one that waited for a place nor one more at a call."""

    def checked(request: Request, sent: int) -> "Awaitable[Settle]":
        halt.check()
        return meter(request, sent)

    return checked


@asynccontextmanager
async def assembled(
    settings: "ModelSettings",
    book: "Book",
    ledger: "Ledger",
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
    funds: "Funds | None" = None,
) -> AsyncIterator[Cast]:
    """The cast that the settings name, ready to be asked. `players` are models of the caller's own, by the names that the roles use:
    those are asked as they are, and no limits hold for them. Nothing is asked any more once `halt` says so. `funds`: those of another process, in the place of a budget over the `ledger`.

    Raises `UserError` where a model can't be used as it was named.
    """
    if settings.roles.scripted:
        with seldom_collecting():
            yield Cast()
        return
    from duologue.models.budget import Budget
    from duologue.models.http import HttpModel
    from duologue.models.prompts import Prompts
    from duologue.models.recording import Recorded

    limits = settings.limits
    budget = funds or Budget(ledger, limits.dollars, limits.tokens, limits.hours)
    own = players or {}
    named = _names(settings, own)
    models: dict[str, ChatModel] = {name: Recorded(model, book, named[name], halt) for name, model in own.items()}
    async with AsyncExitStack() as stack:
        stack.enter_context(seldom_collecting())
        stack.callback(_closed, budget)
        for name, endpoint in settings.endpoints.items():
            if name in own:
                continue
            meter = _stoppable(budget.purse(endpoint.price, endpoint.label).meter(endpoint.max_tokens), halt or Halt())
            model = await stack.enter_async_context(HttpModel(endpoint, meter=meter, left=budget.left))
            models[name] = Recorded(model, book, named[name], halt)
        cast = Cast(settings.roles, models, Prompts(settings.prompts), settings.judging.rule == "unanimous")
        cast.funds = budget
        yield cast
