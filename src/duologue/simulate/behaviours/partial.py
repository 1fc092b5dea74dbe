"""The user says what is to be changed, and the new value only when asked for it."""

from msgspec.structs import replace

from duologue.language.forms import is_special
from duologue.simulate.behaviours.scene import Request, Scene

__all__ = ["Partial"]


class Partial:
    """ "Change the phone number of Ida Irwin." """

    by_words = True

    def shape(self, scene: Scene, request: Request) -> None:
        """Keep the new values of a change for later."""
        need = request.need
        if is_special(need):
            return  # what hangs together with something else is said whole
        if need.meaning.family != "set" or not any(k.endswith(":value") for k in need.values):
            return
        if scene.takes_up("partial"):
            request.need = replace(need, values={k: v for k, v in need.values.items() if not k.endswith(":value")})
            request.behaviours.append("partial")
