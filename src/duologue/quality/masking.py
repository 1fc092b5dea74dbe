"""A turn without its values: what is left is how it was worded.

Names and labels (`known`) and values of a known form (`kinds`) become masks, and so does what begins with a capital within a sentence,
which is how a name looks that no result holds. Then masks that follow one another are drawn together, since how many values there are
to tell is no wording either: of one kind to one mask, of several kinds to a list. What is compared in the end has no punctuation, no
capitals, no `a` that an `an` might be, no plural verb beside a mask. In doubt more is masked, not less.
"""

import re

from duologue.quality.common import COMMON
from duologue.quality.kinds import LIST, MASK, NAME, early, late, shown
from duologue.quality.known import Known

__all__ = ["Masked", "masked"]

_CAPITALS = re.compile(r"(?:(?<=[^\s.!?:…*•#-] )|(?<=\())[A-Z][\w’'&.-]*[\w](?:[ -](?:(?:of|de|la|van|von|the|and|&) )?[A-Z][\w’'&-]*)*|(?<![\w\ue000-\ue005])[A-Z]{2,}(?![\w])")  # fmt: skip
_POSSESSIVE = re.compile(rf"({MASK})(?:['’]s?(?!\w))")
_LED = r"(?:(?:the|a|an|its|their|his|her|your|our)\s+)?"
_UNIT = rf"{_LED}{MASK}(?:'s)?(?:\s+{MASK}(?:'s)?)*"
_SIGNS = r"[\s,;:/&|()\[\]–—•*→=+×~-]"
_JOINT = rf"{_SIGNS}*+(?:(?:and|or|plus)\b{_SIGNS}*+)?"
_BARE = rf"{MASK}(?:'s)?(?:\s+{MASK}(?:'s)?)*"
_RUN = re.compile(rf"(?>{_UNIT})(?:{_JOINT}(?>{_BARE}))+[)\]]*", re.IGNORECASE)
_ALIKE = re.compile(rf"{_LED}({MASK})(?:(?:\s*,\s*|\s+)(?:(?:and|or)\s+)?{_LED}\1(?!'s))+", re.IGNORECASE)
_MARKED = re.compile(rf"[#№]\s?(?={MASK})")
_FLAG = re.compile(
    r"(?:(?<=\bis )|(?<=\bare )|(?<=\bwas )|(?<=\bbe )|(?<=\bto )|(?<=\bfrom )|(?<=\bsays )|(?<=[:=(] )|(?<=[:=(]))(?:yes|no|true|false|none|null)\b"
    r"(?=\s*(?:[.,;:?!)\n]|$)|\s+(?:to|for|and|on|in|at|now|instead|as|please|with)\b)",
    re.IGNORECASE,
)
"""A yes or no that is told, or to be written: that the flag is set is no wording."""
_PLAIN = re.compile(r"(?<!')[^\W_]+")
_MASKS = re.compile(MASK)
_SAME = re.compile(rf"({MASK})(?:[\s/-]+\1)+")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')*_]*\s+|\s*\n\s*")
_LETTERS = re.compile(rf"{MASK}(?:'s)?|[^\W_]+(?:'[^\W_]+)*")
_AGREES = {"are": "is", "were": "was", "have": "has", "do": "does", "these": "this", "those": "that"}
_DIRECT = re.compile(rf"(?<!you )(?<!we )(?<!they )\b(?:are|were|have|do|these|those)(?= {MASK})|(?<={MASK} )(?:are|were|have|do)\b(?! (?:you|we|i|they)\b)")  # fmt: skip


class Masked:
    """One masked turn. `text` is the whole of it in the form that is compared, `sentences` its sentences, each so, `asks` which of them
    end with a question mark."""

    __slots__ = ("asks", "sentences", "text")

    def __init__(self, sentences: tuple[str, ...], asks: tuple[bool, ...]) -> None:
        self.sentences, self.asks = sentences, asks
        self.text = " ".join(sentences)


def masked(text: str, known: Known) -> Masked:
    """A turn without its values."""
    plain = late(known.mask(early(text.replace("’", "'"))))
    plain = _CAPITALS.sub(_capital, _FLAG.sub(NAME, _MARKED.sub("", plain)))
    plain = _SAME.sub(r"\1", _POSSESSIVE.sub(r"\1's", plain))
    plain = _ALIKE.sub(_drawn, _SAME.sub(r"\1", _RUN.sub(_drawn, plain)))
    pairs = [(_compared(s), s.rstrip(" \"'”)*_").endswith("?")) for s in _SENTENCE.split(plain)]
    return Masked(tuple(s for s, _ in pairs if s), tuple(asks for s, asks in pairs if s))


def _capital(found: re.Match[str]) -> str:
    text = found[0]
    return text if all(w.casefold() in COMMON for w in _PLAIN.findall(text)) else NAME


def _drawn(found: re.Match[str]) -> str:
    """Masks in a row as one, with the article of the first: of one kind, that; of several, a list."""
    kinds = dict.fromkeys(_MASKS.findall(found[0]))
    lead = re.match(r"[A-Za-z]+\s+", found[0])
    tail = "" if found[0].count("(") >= found[0].count(")") else ")"
    units = {"".join(_MASKS.findall(u)) for u in re.findall(_UNIT, found[0], re.IGNORECASE)}
    mask = units.pop() if len(units) == 1 else next(iter(kinds)) if len(kinds) == 1 else LIST
    return (lead[0] if lead else "") + " ".join(mask) + tail


def _compared(sentence: str) -> str:
    words = " ".join(_LETTERS.findall(sentence.casefold()))
    words = re.sub(rf"\ban(?= {MASK})", "a", words)
    return shown(_DIRECT.sub(lambda m: _AGREES[m[0]], words))
