"""What a text is made of, for comparing it with another: its words, and the skeleton that stays when it is re-told.

*Words* are folded to lower case, without accents of width or form; scripts without spaces count each character as a word.

The *skeleton* is what stays of a text when its values and its small words are exchanged: no numbers and ids (a word with a
digit, an underscore, an address), no proper names (a capital inside a sentence), no function words and phrases of courtesy,
no plural ending. Values are left out rather than marked: "2 kg of Cox" and "three kg of Gala Red" then have the same
skeleton, however many words a name has. A text that is capitalised throughout tells nothing about names, so none is dropped.
"""

import re
import unicodedata
from functools import lru_cache

_NO_SPACES = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # Thai, Japanese, Chinese
_WORD = re.compile(
    rf"[^\s@]{{1,64}}@\S+|\w{{1,16}}://\S+|[{_NO_SPACES}]|(?:(?![{_NO_SPACES}])\w)+(?:['’.](?:(?![{_NO_SPACES}])\w)+)*"
)
_SENTENCE_END = re.compile(r"(?<=[.?!;。？！])\s+|(?<=[。？！])|\s*\n\s*")
_STARTS = ".?!:;\n\"'“‘(-*•。？！"
_WORDED = (
    "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred thousand million"
    " first second third fourth fifth"
)
_SMALL_WORDS = """a about above after again against all alright also although always am an and another any anyone anything are around as at away
    back be because been before being below besides between both but by came can cannot come could did do does doing done down during each
    either else etc even ever every everything few for from further get give given go going got had happen has have having he hello help
    her here hers hey hi him his hold how however i if in instead into is it its itself just kindly know let like likely look looking made
    make makes many may maybe me might mine more most much must my myself need needed needs neither next no nor not now of off ok okay on
    once only onto or other our ours ourselves out over own per perhaps please put quite rather really regarding right said same say see
    shall she should show since so some someone something soon still such sure take tell than thank thanks that the their them themselves
    then there these they thing this those though through thus till to together too toward towards under unless until up upon us use
    used using very via wait want wanted wants was way we well were what whatever when where whether which while who whom whose why will
    wish with within without wo would wonder yes yet you your yours yourself im ill id ive dont doesnt didnt cant couldnt wont wouldnt
    isnt arent wasnt werent havent hasnt hadnt shouldnt whats thats lets youre youve youll theyre weve hes shes its"""
_NUMBERS = frozenset(_WORDED.split())
_SMALL = frozenset(_SMALL_WORDS.split()) | _NUMBERS
_NO_NAMES = frozenset(("I", "I'm", "I'd", "I'll", "I've"))


def words(text: str) -> list[str]:
    """The words of a text, folded, values as they are."""
    return [_folded(found[0]) for found in _WORD.finditer(_plain(text))]


def skeleton(text: str) -> list[str]:
    """The words that stay when values and small words are exchanged."""
    return [bare for word in frame(text) if (bare := _bare(word))]


def substance(text: str) -> list[str]:
    """The words that stay when small words are exchanged: the skeleton and its values."""
    return [word for full in words(text) if (word := full if _is_value(full) else _bare(full))]


def frame(text: str) -> list[str]:
    """The words that stay when values are exchanged: the skeleton and its small words."""
    plain = _plain(text)
    found = [(match[0], match.start()) for match in _WORD.finditer(plain)]
    named = sum(word[:1].isupper() for word, _ in found) * 2 <= len(found)
    kept = (
        _folded(word)
        for word, start in found
        if not (named and word[:1].isupper() and word not in _NO_NAMES and not _begins(plain, start))
    )
    return [word for word in kept if not _is_value(word) and word not in _NUMBERS]


def sentences(text: str) -> list[str]:
    """The text cut at the ends of sentences and lines."""
    return [part for part in _SENTENCE_END.split(text) if part and not part.isspace()]


@lru_cache(maxsize=65536)
def _bare(word: str) -> str:
    """A folded word as it stands in a skeleton; empty for a value or a small word."""
    word = word.replace("'", "")
    if word in _SMALL or (len(word) == 1 and word.isascii()):
        return ""
    if _is_value(word):
        return ""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_value(word: str) -> bool:
    return any(character.isdigit() or character in "_@./" for character in word)


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _folded(word: str) -> str:
    return word.casefold().replace("’", "'")


def _begins(text: str, start: int) -> bool:
    """Whether a word stands where a capital says nothing: at the start of a text or sentence, or after an opening mark."""
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _STARTS
