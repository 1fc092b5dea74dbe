"""Fakes that ship: small, real things for trying plug-ins offline, in milliseconds.

tiny_environment   a lending library in a real SQLite image, with derived tools and a policy
ScriptedModel      a `ChatModel` whose answers a function gives
"""

from duologue.testing.library import Tiny, tiny_environment, tiny_image
from duologue.testing.scripted_model import ScriptedModel, calling

__all__ = ["ScriptedModel", "Tiny", "calling", "tiny_environment", "tiny_image"]
