"""The moment at which the user speaks, as a behaviour sees it, and what a behaviour is."""

import random
from typing import Protocol

from msgspec import Struct, field

from duologue.catalog.model import Catalog
from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance, View
from duologue.simulate.asking import Wording
from duologue.simulate.character import Character
from duologue.simulate.mirror import Mirror
from duologue.simulate.past import Part, Past
from duologue.simulate.profile import Profile
from duologue.types import Act, Message, Need, Scenario

__all__ = ["Answer", "Aside", "Remark", "Request", "Scene", "Shape", "say"]


class Scene(Struct):
    """Everything that is known to the user at this moment. Nothing in it outlives the turn."""

    view: View
    past: Past
    parts: tuple[Part, ...]
    """All parts of the scenario, in the order of asking."""
    scenario: Scenario
    catalog: Catalog
    index: ToolIndex
    words: Wording
    character: Character
    profile: Profile
    dice: random.Random
    mirror: Mirror
    asks_first: bool = True
    """The assistant asks before it changes anything."""

    @property
    def part(self) -> Part | None:
        """The part asked for last."""
        return self.parts[self.past.asked - 1] if self.past.asked else None

    @property
    def following(self) -> Part | None:
        """The part to be asked for next; None when all are."""
        return self.parts[self.past.asked] if self.past.asked < len(self.parts) else None

    @property
    def heard(self) -> str:
        """What the assistant said last."""
        return self.view.turns[-1].message.content

    def takes_up(self, name: str, readily: float = 1.0) -> bool:
        """Whether a behaviour for which there is occasion is taken up: by the profile's rate, until it was often enough. Who has done nothing
        but ask for a while asks the dice more than once. `readily`: how much more, or less, than usual the occasion asks for it. Asks the
        dice, so it comes last among the conditions."""
        if self.past.is_plain or self.past.behaviours[name] >= self.profile.most(name):
            return False
        rate = min(1.0, self.profile.rate(name) * self.character.lean(name) * readily)
        return self.dice.random() < (1 - (1 - rate) ** _EAGER if self.past.only_asked else rate)


_EAGER = 3
"""How often the dice are asked for somebody who has only asked so far: short conversations are not all alike."""


class Request(Struct):
    """The next request while it is being shaped."""

    part: Part
    need: Need
    """As it will be said; the goal's own is `part.subtask.need`."""
    frame: str
    """first · topic · next · plain · break · back · again · accept."""
    more: list[Need]
    """Parts asked for in the same message."""
    behaviours: list[str]
    slots: dict[str, str] = field(default_factory=dict)
    """What the lines of the frame may use beside the request."""
    unsettled: bool = False
    """Something in it will take another turn to settle, so that nothing else is asked beside it."""


class Answer(Protocol):
    """Replies to what the assistant asked, in its own way."""

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """The reply to an act of the assistant's last turn (`choices`, `ask`, `confirm?`, `not found` …); None to leave it."""


class Aside(Protocol):
    """Takes a turn of its own."""

    by_words: bool
    """It can be done to an assistant that is known by its words alone."""

    def take(self, scene: Scene) -> Utterance | None:
        """The turn; None where there is no occasion, or it isn't taken up."""


class Shape(Protocol):
    """Changes how a request is put."""

    by_words: bool

    def shape(self, scene: Scene, request: Request) -> None:
        """Change the request in place and note the behaviour's name in it; or leave it as it is."""


class Remark(Protocol):
    """Adds a sentence of its own to an answer or a request."""

    name: str
    by_words: bool

    def remark(self, scene: Scene, said: Utterance) -> tuple[str, Act] | None:
        """The sentence and what it does, for the end of what is about to be said; None for nothing."""


def say(text: str, act: Act, *behaviours: str) -> Utterance:
    """A user's message with one act."""
    return Utterance(Message("user", content=text), acts=(act,), behaviours=behaviours)
