"""Is this a yes? Read off a user's words, clause by clause.

A question agrees to nothing, nor does what is said under a condition ("if she agrees, go ahead"), and a negation turns the clause it
stands in: "absolutely not" and "I can't say yes" are no yes, "no problem" and "I don't see why not" are. Where somebody says outright
to go ahead, only a no said as plainly counts elsewhere: "the rest can wait" and "I don't know its name" take nothing back. Words like "fine"
agree as a clause of their own only, since a fine day agrees to nothing. Leave may also be given beforehand ("go ahead, no need to ask"),
and an order given at once ("yes, do it") is one even where nothing was proposed in so many words.
"""

import re

from duologue.checks.words import finds, phrases
from duologue.language.questions import sentences

__all__ = ["gives_leave", "orders", "refuses", "says_yes"]

_CLAUSES = re.compile(
    r"\s*[,;:()—–]+\s*|\s+-+\s+|[.!…]+(?=\s|$)|\s+(?=(?:and|but|because|since|although|though|however|while)\b)|\s+(?=(?<!do )(?<!say )(?<!not )so (?!that|much|far|good|be\b))",
    re.IGNORECASE,
)
_FOR_LATER = re.compile(
    r"(?:let|tell|please|give|show|send|i|i'll|i'd|we|you|then (?:tell|show|give|let))\b", re.IGNORECASE
)


def says_yes(text: str) -> bool:
    """Whether a text agrees to what was proposed."""
    said = _said(text)
    return not _says_no(said) and any(_agrees(s, "outright") or _agrees(s, "yes") for s in said)


def refuses(text: str) -> bool:
    """Whether a text says no, or to wait."""
    return _says_no(_said(text))


def gives_leave(text: str) -> bool:
    """Whether a request says that no yes need be waited for."""
    return finds("consent", "leave", text) is not None and finds("consent", "hold", text) is None


def orders(text: str) -> bool:
    """Whether a text tells to do it now."""
    return says_yes(text) and finds("consent", "orders", text) is not None


def _says_no(said: list[str]) -> bool:
    """Whether a yes is taken back, or, where nobody said outright to go ahead, a no is said at all."""
    if any(finds("consent", "retracts", s) is not None for s in said):
        return True
    return not any(_agrees(s, "outright") for s in said) and any(finds("consent", "no", s) is not None for s in said)


def _agrees(sentence: str, group: str) -> bool:
    """Whether a clause of a sentence agrees, by the words of a group, with neither a negation in it nor a condition."""
    if sentence.endswith("?"):
        return group == "outright" and finds("consent", "asks", sentence) is not None
    clauses = [c for c in (part.strip(" \"'.!") for part in _CLAUSES.split(sentence)) if c]
    if any(_conditional(clauses, at) for at in range(len(clauses))):
        return False
    agreeing = [c for c in clauses if finds("consent", group, c) is not None]
    return any(finds("consent", "negation", c) is None for c in agreeing)


def _conditional(clauses: list[str], at: int) -> bool:
    """Whether a clause sets a condition for what was agreed to: not for a later step ("and once it is done, …")."""
    found = finds("consent", "conditions", clauses[at])
    if found is None or clauses[at].lower().startswith("and "):
        return False
    if found.start() > 0:
        return any(finds("consent", g, clauses[at]) is not None for g in ("outright", "yes"))
    after = clauses[at + 1] if at + 1 < len(clauses) else ""
    return not after or _FOR_LATER.match(after) is None or finds("consent", "outright", after) is not None


def _said(text: str) -> list[str]:
    """The sentences of a text without what only sounds like a no, or like a condition."""
    plain = phrases("consent", "agreeable").sub("ok", text.replace("’", "'"))
    for group in ("harmless", "courtesies"):
        plain = phrases("consent", group).sub(" ", plain)
    plain = re.sub(r"[ \t]+", " ", plain)
    return [s.strip() for s in sentences(plain)] or [plain.strip()]
