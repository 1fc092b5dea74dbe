"""Is this a yes? Read off a user's words, sentence by sentence.

A question agrees to nothing, and a no outweighs a yes; "no problem" and "no rush" are no no. Where somebody says outright to go
ahead, only a no said as plainly counts: "the rest can wait" and "I don't know its name" take nothing back. Leave may also be given beforehand
("go ahead, no need to ask"), and an order given at once ("yes, do it") is one even where nothing was proposed in so many words.
"""

from duologue.checks.words import finds, phrases
from duologue.language.questions import sentences

__all__ = ["gives_leave", "orders", "refuses", "says_yes"]


def says_yes(text: str) -> bool:
    """Whether a text agrees to what was proposed."""
    plain = _plain(text)
    if _says_no(plain):
        return False
    return any(finds("consent", "yes", s) is not None for s in sentences(plain) or [plain] if not s.endswith("?"))


def refuses(text: str) -> bool:
    """Whether a text says no, or to wait."""
    return _says_no(_plain(text))


def _says_no(plain: str) -> bool:
    return any(finds("consent", kind, plain) is not None for kind in ("no", "retracts")) and not _outright(plain)


def _outright(plain: str) -> bool:
    """Whether a sentence tells plainly to go ahead, and no other takes it back as plainly."""
    said = sentences(plain) or [plain]
    agreed = [s for s in said if not s.endswith("?") and finds("consent", "outright", s) is not None]
    rest = [s for s in said if s not in agreed]
    clean = all(finds("consent", "retracts", s) is None for s in agreed)
    return bool(agreed) and clean and all(finds("consent", "retracts", s) is None for s in rest)


def gives_leave(text: str) -> bool:
    """Whether a request says that no yes need be waited for."""
    return finds("consent", "leave", text) is not None and finds("consent", "hold", text) is None


def orders(text: str) -> bool:
    """Whether a text tells to do it now."""
    return says_yes(text) and finds("consent", "orders", text) is not None


def _plain(text: str) -> str:
    """The text without what only sounds like a no."""
    return phrases("consent", "harmless").sub("ok", text.replace("’", "'"))
