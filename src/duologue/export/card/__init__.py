"""The dataset card of a run, or of several: what it is, how it was made, what was measured, what is not known."""

from duologue.export.card.gather import card_of
from duologue.export.card.licences import BUILT_IN, KNOWN
from duologue.export.card.markdown import markdown
from duologue.export.card.values import FORMAT, Card, Given, Part

__all__ = ["BUILT_IN", "FORMAT", "KNOWN", "Card", "Given", "Part", "card_of", "markdown"]
