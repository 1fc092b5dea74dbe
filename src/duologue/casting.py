"""The cast of a run: from the roles and the models that were named to voices that can be asked.

A voice asks through the same layers whatever it plays: what is in the record is not asked again; what is not is asked within the
limits; and only then goes over the wire.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from duologue.protocols import ChatModel
from duologue.roles import Roles

if TYPE_CHECKING:
    from duologue.config import RunConfig
    from duologue.models.prompts import Prompts
    from duologue.models.voice import Voice
    from duologue.store import Store


class Cast:
    """Who plays what: a voice for every role that a model plays."""

    def __init__(
        self,
        roles: Roles | None = None,
        models: Mapping[str, ChatModel] | None = None,
        prompts: "Prompts | None" = None,
    ) -> None:
        """`models` by the names that `roles` uses."""
        self.roles = roles or Roles()
        self._models = models or {}
        self._prompts = prompts

    def voices(self, role: str) -> "tuple[Voice, ...]":
        """All voices of a role; none = scripted."""
        names = self.roles.models(role)
        if not names:
            return ()
        from duologue.models.prompts import Prompts
        from duologue.models.voice import Voice

        self._prompts = self._prompts or Prompts()
        return tuple(Voice(role, self._models[name], self._prompts) for name in names)

    def voice(self, role: str) -> "Voice | None":
        """The voice of a role that one model plays; None = scripted."""
        return next(iter(self.voices(role)), None)

    @property
    def talks(self) -> bool:
        """A model has a part in making tasks, playing or judging, so that conversations wait for answers."""
        return any(self.roles.models(role) for role in ("tasks", "user", "agent", "simulator", "judge", "wording"))


@asynccontextmanager
async def assembled(config: "RunConfig", store: "Store") -> AsyncIterator[Cast]:
    """The cast of a run, connected. Raises `UserError` where a model can't be used as it was named."""
    if config.roles.scripted:
        yield Cast()
        return
    raise NotImplementedError
