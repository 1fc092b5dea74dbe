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

from msgspec import Struct

_NO_SPACES = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # Thai, Japanese, Chinese
_WORD = re.compile(
    rf"[^\s@]{{1,64}}@\S+|\w{{1,16}}://\S+|[{_NO_SPACES}]|(?:(?![{_NO_SPACES}])\w)+(?:['’.](?:(?![{_NO_SPACES}])\w)+)*"
)
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


class Told(Struct, frozen=True):
    """A text taken down to its words in four ways."""

    words: list[str]
    """All, folded, values as they are."""
    frame: list[str]
    """Those that stay when values are exchanged."""
    substance: list[str]
    """Those that stay when small words are exchanged."""
    skeleton: list[str]
    """Those that stay when both are."""


def told(text: str) -> Told:
    """The words of a text, in one pass."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    found = [(match[0], match.start()) for match in _WORD.finditer(plain)]
    named = sum(word[:1].isupper() for word, _ in found) * 2 <= len(found)
    taken = Told([], [], [], [])
    for word, start in found:
        folded, bare, is_value = _kind(word)
        is_name = named and word[:1].isupper() and word not in _NO_NAMES and not _begins(plain, start)
        taken.words.append(folded)
        if is_value or bare:
            taken.substance.append(folded if is_value else bare)
        if not is_name and not is_value and folded not in _NUMBERS:
            taken.frame.append(folded)
            if bare:
                taken.skeleton.append(bare)
    return taken


def words(text: str) -> list[str]:
    """The words of a text, folded, values as they are."""
    return told(text).words


def skeleton(text: str) -> list[str]:
    """The words that stay when values and small words are exchanged."""
    return told(text).skeleton


@lru_cache(maxsize=65536)
def _kind(word: str) -> tuple[str, str, bool]:
    """A word folded, as it stands in a skeleton (empty for a value or a small word), and whether it is a value."""
    folded = word.casefold().replace("’", "'")
    if any(character.isdigit() or character in "_@./" for character in folded):
        return folded, "", True
    bare = folded.replace("'", "")
    if bare in _SMALL or (len(bare) == 1 and bare.isascii()):
        return folded, "", False
    return folded, bare[:-1] if len(bare) > 3 and bare.endswith("s") and not bare.endswith("ss") else bare, False


def _begins(text: str, start: int) -> bool:
    """Whether a word stands where a capital says nothing: at the start of a text or sentence, or after an opening mark."""
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _STARTS
