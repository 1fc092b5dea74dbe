"""What a turn does: the acts that were recorded, else a rough guess from its form.

A turn is *thin* when it moves nothing by itself: it thanks, agrees, doubts, asks for a recap or takes its leave, and says nothing that
the other could go on from. `THIN` is the one place that says so, for acts as they are recorded and as they are guessed.
"""

import re

from duologue.quality.masking import Masked

__all__ = ["THIN", "acts_of", "is_thin"]

THIN = frozenset(
    {
        "confirm",
        "done",
        "doubt",
        "recap",
        "refuse",
        "unsure",
        "trust",
        "give up",
        "thanks",
        "yes",
        "no",
        "bye",
        "greet",
        "ask to confirm",
        "small talk",
    }
)
"""Acts that move nothing by themselves."""

_FILLER = r"(?:(?:hi|hello|hey|ok|okay|oh|ah|um|well|so|and|also|alright|right|great|perfect|good|nice|sorry|please|actually|now|then|again|just|hm+)\b\s*)*"
_FORMS = tuple(
    (name, re.compile(_FILLER + pattern))
    for name, pattern in (
        ("thanks", r"(?:many thanks|thanks|thank you|thx|cheers|much appreciated|i appreciate (?:it|that|your)|appreciate it|great job|well done)\b"),
        ("bye", r"(?:good ?bye|bye|see you|take care|have a (?:nice|great|good|lovely|wonderful)|that's (?:all|it|everything)|that (?:is|was|will be|would be) (?:all|it|everything)|that'll be all|nothing (?:else|more)|no more|i'm (?:done|all set|good)|we're done|all (?:good|done|set))\b"),
        ("doubt", r"(?:are you (?:really |quite )?sure|is (?:that|this|it) (?:really )?(?:right|correct|true)|(?:can|could|would) you double ?check|(?:please )?double ?check|really$)"),
        ("recap", r"(?:(?:can|could|would|will) you (?:please )?)?(?:recap|sum (?:it|that|this|everything|up)|summari[sz]e (?:it|that|this|everything|what)|give me a (?:quick )?(?:summary|recap))\b"),
        ("yes", r"(?:yes|yeah|yep|yup|sure|of course|go ahead|please do|do it|do that|go for it|sounds (?:good|great|fine|right)|correct|exactly|confirmed?|i confirm|i agree|proceed|absolutely|definitely|fine|that works|let's do (?:it|that)|understood|got it|makes sense)\b"),
        ("no", r"(?:no|nope|nah|don't|do not|never mind|leave it|not (?:now|really|yet)|stop)\b"),
        ("request", r"(?:(?:can|could|would|will) (?:you|we|i)\b|i (?:need|want|would like|wish)\b|i'd (?:like|love|want)\b|i'm (?:looking|trying|hoping|interested)\b|let's\b|let me\b|help\b|(?:show|list|find|give|tell|check|get|look|search|add|create|make|update|change|set|book|order|cancel|remove|delete|send|calculate|compute|convert|compare|explain|write|generate|fetch|pull|provide|remind|schedule|translate|identify|plan|determine|analy[sz]e|use|include|return|rank|count|move|put|mark|try|start|read|open|play|buy|sell|pay|register|sign|run|test|verify|confirm)\b)"),
    )
)  # fmt: skip
_ASKS = re.compile(r"(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|has|have|can|could|would|will|should|may|any)\b")  # fmt: skip
_GREETS = re.compile(r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|morning|there|everyone|team|again)\b\s*)+\Z")  # fmt: skip
_EMPTY = re.compile(_FILLER + r"\Z")
_TELLS = 4
"""Words that a statement has at least."""
_SHORT = 8
"""Words up to which an agreement is nothing but that."""


def acts_of(turn: Masked, recorded: tuple[str, ...]) -> tuple[str, ...]:
    """What a turn does: as recorded, else by the form of its sentences, each kind once."""
    if recorded:
        return recorded
    found = dict.fromkeys(_form(s, asks) for s, asks in zip(turn.sentences, turn.asks, strict=True))
    return tuple(found) or ("other",)


def is_thin(acts: tuple[str, ...]) -> bool:
    """Whether acts move nothing."""
    return THIN.issuperset(acts)


def _form(sentence: str, asks: bool) -> str:
    words = sentence.count(" ") + 1
    if _GREETS.match(sentence):
        return "greet"
    for name, pattern in _FORMS:
        if pattern.match(sentence) and (name in ("request", "thanks") or ("⟨" not in sentence and words <= _SHORT)):
            return name
    if asks or _ASKS.match(sentence):
        return "question"
    if "⟨" in sentence or words >= _TELLS:
        return "inform"
    return "yes" if _EMPTY.match(sentence) else "other"
