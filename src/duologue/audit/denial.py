"""Does the assistant deny a tool that it was offered, or leave the call to the user?

"I don't have the capability to execute predictive modeling" beside a tool `data_predictive_modeling` is wrong, or at least odd. It is
found by a lack that is claimed in so many words (access, capability, a tool), in a sentence that holds all words of a tool's name, two
at least, and only while that tool was never called: after a call that failed there may be a reason. "Unable to …" is no such lack:
details may be missing. Who tells the user to make a call has swapped roles; where the user writes programs it is an answer.
"""

import re

from duologue.audit.heard import stems
from duologue.audit.sight import Sight
from duologue.audit.values import Objection

__all__ = ["denied"]

_LACKS = re.compile(
    r"\b(?:(?:do|does|did)(?: not|n['’]t)(?: \w+ly)? have|have no|lack)(?: \w+ly)?(?: (?:the|any|an?|direct|available|necessary|required|needed|such))* "
    r"(?:access|capabilit\w+|abilit\w+|tools?|functions?|functionalit\w+|means)\b",
    re.IGNORECASE,
)
_BUT_FOR = re.compile(
    r"\b(?:without|unless|until|except|other than|beyond|outside|besides|apart from|only)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_GENERIC = stems(
    "find search list data info information details tool function check make with from lookup query fetch read show view update create calculate generate"
)
_LEAST = 2
_TOLD = r"(?:(?:need|ask|require|want|like) you to|\bplease|\byou (?:can|could|should|must|might|may|(?:will |['’]ll |would )?(?:need|have) to))"
_CALLS = re.compile(rf"{_TOLD} (?:\w+ )?(?:issue|make|call|invoke|execute|run|perform|trigger)\b[^.!?\n]{{0,60}}\b(?:function|tool)[ -]calls?\b", re.IGNORECASE)  # fmt: skip
_PROGRAMS = re.compile(
    r"\b(?:code|script|api|functions?|sdk|python|javascript|curl|endpoint|program\w*)\b", re.IGNORECASE
)


def denied(sight: Sight, number: int) -> Objection | None:
    """The assistant says that it can't, or tells the user to."""
    tools = [t.name for t in sight.talk.tools or () if t.name]
    if not tools:
        return None
    text = sight.turns[number].text
    called = {m.call.name for m in sight.made if m.at < number}
    for sentence in _SENTENCE.split(text):
        lack = _LACKS.search(sentence)
        if lack is None or _BUT_FOR.search(sentence):
            continue
        said = stems(sentence[lack.start() :])
        tool = next((t for t in tools if t not in called and len(own := _words(t)) >= _LEAST and own <= said), "")
        if tool:
            return Objection("doubt", number, f"{tool} is offered, and the assistant says that it can't do that", sentence.strip()[:120])  # fmt: skip
    return _passed_on(sight, number, tools)


def _passed_on(sight: Sight, number: int, tools: list[str]) -> Objection | None:
    text = sight.turns[number].text
    if any(_PROGRAMS.search(t.text) for t in sight.turns[:number] if t.role == "user"):
        return None
    plain = "|".join(re.escape(t) for t in tools if "_" in t or re.search(r"[a-z][A-Z]", t))
    by_name = rf"{_TOLD} (?:\w+ )?(?:call|invoke|execute|run|use) (?:the )?[`'\"*]*(?:{plain})\b"
    found = _CALLS.search(text) or (re.search(by_name, text, re.IGNORECASE) if plain else None)
    return Objection("doubt", number, "the user is told to make the call", found[0][:120]) if found else None


def _words(name: str) -> set[str]:
    """The words of a tool's name that say what it is about."""
    return stems(re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]", " ", name)) - _GENERIC
