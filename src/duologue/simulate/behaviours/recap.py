"""The user asks for a summary before the end."""

from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.types import Act

__all__ = ["Recap"]
_OF_CHANGES = 0.5
"""How often the changes are asked for in so many words, where there were any."""
_PARTS = 3
"""So few parts need no summary."""


class Recap:
    """ "Before I go, can you sum up the main points?" """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """Once everything is done, and there was enough of it."""
        if len(scene.parts) <= _PARTS or scene.scenario.mode != "user" or not scene.takes_up("recap"):
            return None
        changed = any(t.changes for t in scene.view.turns) and scene.dice.random() < _OF_CHANGES
        if changed:
            return say(scene.words.say("recap_changed", scene.dice), Act("recap", values={"of": "changes"}), "recap")
        return say(scene.words.say("recap", scene.dice), Act("recap"), "recap")
