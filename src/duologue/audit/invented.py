"""Free text in an argument: is any of it what somebody said?

A model composes texts, and searches in its own words; that is its work. A detail that the user never gave is not: the street that a
pothole is in, the name of a contact. Two signs are taken, and both make a doubt at most. Of a longer value no word with a meaning was
said, returned or declared before; or a text of details holds a name of several words of which none was. Words are compared by their
beginnings, so that "repairs" is "repair". Where the user doesn't write English nothing is asked: a translation shares no words.
"""

import re
from collections.abc import Iterator

from duologue.audit.heard import Heard, stems
from duologue.audit.sight import Made

__all__ = ["invented"]

_OWN = re.compile(
    r"quer|search|keyword|(?:^|_)q\Z|terms?\Z|prompt|code|script|sql|html|expression|regex|pattern|formula|ur[il]|path|file|command|translat|question|"
    r"instruction|template|story|lyric|poem|thought|think|plan|hypothes|argument|format|model|type|categor|genre|style|theme|timezone|locale|language",
    re.IGNORECASE,
)
"""What is searched for, worked out or chosen is the model's own, in whatever words."""
_COMPOSED = re.compile(
    r"text|message|body|content|subject|title|caption|summary|headline|slogan|post|tweet|bio|comment|note|description|label|tag|answer|response|reply|"
    r"reason|goal|objective|purpose|feedback|greeting|name|input|data",
    re.IGNORECASE,
)
"""What is put into words for somebody."""
_ENGLISH = re.compile(r"\b(?:the|to|is|a|an|of|for|and|my|i|you|me|it|in|on|can)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}")
_STOP = frozenset(
    _WORD.findall(
        "about above after again also another because been before being below between both cannot could does doing down during each either every from further have having here into just more most much must only "
        "other over please same shall should since some such than that their them then there these they this those through under until very want were what when where which while will with within without would your yours"
    )
)
_FRESH, _LONG = 3, 6
_SENTENCES = re.compile(r"(?<=[.!?:;])\s+|\n+|[\"“”()]")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})+\b")


def invented(heard: Heard, made: Made, path: str, value: str) -> str:
    """What makes a text doubtful; empty where nothing does."""
    name = re.split(r"[.\[]", path)[-1] or path
    if _OWN.search(path) or _OWN.search(made.call.name) or len(_ENGLISH.findall(heard.user)) < 2:
        return ""
    words = [w for w in _WORD.findall(value) if w.casefold() not in _STOP]
    composed = _COMPOSED.search(name) is not None
    if len(words) >= _FRESH and not (composed and _is_required(made, path)) and not heard.words & stems(value):
        return "a text of which no word was said or returned before"
    if not composed:
        named = next((n for n in _names(value) if not heard.words & stems(n)), "")
        if named:
            return f"it names {named!r}, which nobody said and no result holds"
    return ""


def _is_required(made: Made, path: str) -> bool:
    required = made.tool.parameters.get("required") if made.tool is not None else None
    return not isinstance(required, list) or re.split(r"[.\[]", path)[0] in required


def _names(value: str) -> Iterator[str]:
    """Names of several words within a text, the first word of a sentence aside; a title is none."""
    words = value.split()
    if len(words) < _LONG or sum(w[:1].islower() for w in words) * 2 < len(words):
        return
    for sentence in _SENTENCES.split(value):
        yield from (m[0] for m in _NAME.finditer(sentence) if m.start() > 0)
