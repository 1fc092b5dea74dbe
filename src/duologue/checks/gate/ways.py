"""Which way a sentence orders something to go: cancel, add, raise …

One who orders says so at the beginning of a clause, or after "please" and the like; a negation or a condition before it makes it none.
"""

import re
from functools import cache, lru_cache

from duologue.checks.gate.asks import stems
from duologue.language.spotting import Spotter

__all__ = ["CHANGE", "COULD", "NOT", "RIVALS", "WAYS", "ordered", "verbs", "way_words", "ways_in"]

_LONGER = "chang|updat|correct|rais|lower|increas|reduc|reschedul|push|book|enter|record|bump|bring"
_SHORTER = "set|put|mov|mak|fix|cut"
CHANGE = rf"(?:{_LONGER}|{_SHORTER})\w*"
_ORDERED = re.compile(
    r"(?:^|[.;!?,:]\s+|\b(?:please|pls|kindly|and|then|also|just|(?:can|could|would|will) you|(?:want|need|like) (?:you )?to|have (?:you )?to|"
    r"let's|go ahead and)\s+(?:please |just |kindly |also |now )?)\Z",
    re.IGNORECASE,
)
_BIDS = re.compile(
    r"\b(?:please|pls|kindly|(?:can|could|would|will|won't) (?:you|we|i|it|that|this)|(?:want|need|like) (?:you )?to|let's)\b",
    re.I,
)
"""Without one of these a question orders nothing."""
_MUST = re.compile(
    r"\b(?:(?:needs?|has|have|ought) to be|should be|must be|i (?:want|need)|i(?:'d| would) like)\b[^.?!]*\Z",
    re.IGNORECASE,
)
NOT = re.compile(
    r"\b(?:not|n't|never|no|without|instead of|rather than|don't|dont|nor|before|after(?! that\b)|until|once|unless|if)\b[^.;!?]*\Z|n't\b[^.;!?]*\Z",
    re.IGNORECASE,
)

WAYS: dict[str, str] = {
    "cancel": r"cancel\w*|call(?:ed)? (?:it )?off",
    "reschedule": r"reschedul\w*|postpon\w*|push(?:ed)? back|brought forward|bring forward",
    "return": r"return(?:ed)?|sen[dt] (?:it |them )?back",
    "exchange": r"exchang\w*|swap(?:ped)?",
    "add": r"add(?:ed)?(?! up\b)|creat(?:e|ed)|insert(?:ed)?",
    "remove": r"remov(?:e|ed)|delet(?:e|ed)",
    "raise": r"rais(?:e|ed)|increas(?:e|ed)",
    "lower": r"lower(?:ed)?|reduc(?:e|ed)|decreas(?:e|ed)",
    "activate": r"(?:re)?activat(?:e|ed)|enabl(?:e|ed)|(?:switch|turn)(?:ed)? (?:it )?on|resum(?:e|ed)|unlock(?:ed)?",
    "deactivate": r"deactivat(?:e|ed)|disabl(?:e|ed)|(?:switch|turn)(?:ed)? (?:it )?off|suspend(?:ed)?|lock(?:ed)?",
    "approve": r"approv(?:e|ed)",
    "reject": r"reject(?:ed)?|declin(?:e|ed)",
    "upgrade": r"upgrad(?:e|ed)",
    "downgrade": r"downgrad(?:e|ed)",
    "link": r"link(?:ed)?|assign(?:ed)?",
    "unlink": r"unlink(?:ed)?|unassign(?:ed)?|detach(?:ed)?",
    "open": r"(?:re)?open(?:ed)?",
    "close": r"clos(?:e|ed)",
}  # fmt: skip
COULD = Spotter(
    (
        *(rf"\b(?:{words})\b" for words in WAYS.values()),
        rf"\b(?:{_LONGER}|regist)\w*\b",
        r"\b(?:should|must|needs?|has|have|ought|new|place)\b",
        rf"\b(?:{_SHORTER})\w*\b|: ",
    )
)
"""Without one of these words nothing is ordered."""
RIVALS: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            ("cancel", "reschedule"), ("cancel", "exchange"), ("cancel", "return"), ("return", "exchange"), ("add", "remove"),
            ("raise", "lower"), ("activate", "deactivate"), ("approve", "reject"), ("upgrade", "downgrade"), ("link", "unlink"),
            ("open", "close"), ("cancel", "upgrade"), ("cancel", "activate"),
        ),
    )
)  # fmt: skip
"""Ways of which one thing can't take both, in one errand."""


@lru_cache(maxsize=1_024)
def ways_in(text: str) -> tuple[str, ...]:
    """The ways that a text names."""
    if not _ANY.may_be_in(text):
        return ()
    return tuple([name for name in WAYS if way_words(name).search(text) is not None])


def ordered(way: str, sentence: str) -> bool:
    """Whether a sentence orders something to be done this way."""
    for found in way_words(way).pattern.finditer(sentence):
        before = sentence[: found.start()]
        base = not found[0].lower().endswith(("ed", "ing")) or found[0].lower().endswith("need")
        if base and sentence.rstrip().endswith("?") and not _BIDS.search(sentence):
            continue  # "open invoice 20774: £466.25, correct?"
        if NOT.search(before):
            continue
        if (base and _ORDERED.search(before)) or (not base and _MUST.search(before)):
            return True
    return False


@cache
def verbs() -> frozenset[str]:
    """The stems of the ways' own names."""
    return frozenset().union(*(stems(w) for w in WAYS))


@cache
def way_words(name: str) -> Spotter:
    """What finds the words of a way."""
    return Spotter((WAYS[name],), _FRAME)


_FRAME = r"(?<![\w'-])(?:{})(?![\w-])"
_ANY = Spotter(tuple(WAYS.values()), _FRAME)
