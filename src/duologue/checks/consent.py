"""Is this a yes? Read off a user's words, sentence by sentence.

A question agrees to nothing, and any no outweighs a yes; "no problem" and "no rush" are no no. Leave may also be given beforehand
("go ahead, no need to ask"), and an order given at once ("yes, do it") is one even where nothing was proposed in so many words.
"""

from duologue.checks.words import finds, phrases
from duologue.language.questions import sentences

__all__ = ["gives_leave", "orders", "refuses", "says_yes"]


def says_yes(text: str) -> bool:
    """Whether a text agrees to what was proposed."""
    plain = _plain(text)
    if finds("consent", "no", plain) is not None:
        return False
    return any(finds("consent", "yes", s) is not None for s in sentences(plain) or [plain] if not s.endswith("?"))


def refuses(text: str) -> bool:
    """Whether a text says no, or to wait."""
    return finds("consent", "no", _plain(text)) is not None


def gives_leave(text: str) -> bool:
    """Whether a request says that no yes need be waited for."""
    return finds("consent", "leave", text) is not None and finds("consent", "hold", text) is None


def orders(text: str) -> bool:
    """Whether a text tells to do it now."""
    return says_yes(text) and finds("consent", "orders", text) is not None


def _plain(text: str) -> str:
    """The text without what only sounds like a no."""
    return phrases("consent", "harmless").sub("ok", text.replace("’", "'"))
