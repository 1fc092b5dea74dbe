"""Fakes that ship: small, real things for trying plug-ins offline, in milliseconds.

tiny_environment   a lending library in a real SQLite image, with derived tools and a policy
ScriptedModel      a `ChatModel` whose answers a function gives
FakeServer         a server that speaks the OpenAI chat protocol from a function; `Manner` says how it behaves
Faults             what goes wrong with servers and models, at a stated rate or at stated calls
ScenarioBrain      a function for either: plays every role of known scenarios truthfully

`python -m duologue.testing.serve` runs such a server by itself.
"""

from duologue.testing.brain import ScenarioBrain
from duologue.testing.faults import FAULTS, Faults
from duologue.testing.known import Shelf
from duologue.testing.library import Tiny, tiny_environment, tiny_image
from duologue.testing.protocol import body_of
from duologue.testing.scripted_model import ScriptedModel, calling
from duologue.testing.server import FakeServer, Manner, in_thread

__all__ = [
    "FAULTS",
    "FakeServer",
    "Faults",
    "Manner",
    "ScenarioBrain",
    "ScriptedModel",
    "Shelf",
    "Tiny",
    "body_of",
    "calling",
    "in_thread",
    "tiny_environment",
    "tiny_image",
]
