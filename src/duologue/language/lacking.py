"""Whether a text says that a record holds nothing in a field: "there is no e-mail on file", "the fee is blank".

That something can't be seen for now says nothing about what is there, and is not meant.
"""

import re
from functools import lru_cache

__all__ = ["says_lacking"]

_HOLDS_NOTHING = (
    r"(?:is|are|was|were|has been|seems?(?: to be)?|appears?(?: to be)?|shows? up|comes? up)\s+(?:\w+\s+)?(?:empty|blank|unset)"
    r"|(?:is|are|was|were|has|have)(?:n[’']t| not| never)(?: \w+)? (?:set|recorded|on (?:file|record)|filled in|stored|listed|registered|known|there)"
    r"|(?:is|are) missing from (?:the|your|their|his|her) (?:record|account|file|profile)s?|does(?:n[’']t| not) exist"
)
_NONE = r"(?:\b(?:no|without(?: an?| any)?)|(?:n[’']t|\bnot) (?:have|list|hold|show|include|contain) (?:an?|any))"
_FOR_NOW = re.compile(
    r"\b(?:can(?:no|[’'])t|could(?:n[’']t| not)|unable|at the moment|right now|for now|this time|just now|yet|loaded?|coming through)\b",
    re.I,
)


@lru_cache(maxsize=1_024)
def _pattern(label: str) -> re.Pattern[str]:
    name = r"[\s_-]+".join(re.escape(word) for word in label.split())
    return re.compile(
        rf"{_NONE}\s+(?:\w+\s+){{0,2}}?{name}s?\b(?!\s+(?:change|problem|issue)s?)|\b{name}s?\b(?:\s+(?:of|for|on)\s+[^.!?;,]{{1,40}})?\s+(?:{_HOLDS_NOTHING})",
        re.IGNORECASE,
    )


def says_lacking(text: str, label: str) -> str:
    """The words by which a text says that there is nothing in a field, by the field's label; empty where it says no such thing."""
    for sentence in re.split(r"(?<=[.!?;\n])\s+", text):
        found = _pattern(label).search(sentence)
        if found is not None and _FOR_NOW.search(sentence) is None:
            return found[0]
    return ""
