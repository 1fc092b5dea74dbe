"""Which of the user's own tools an assistant asks for, by its words alone.

An assistant that speaks freely says no act. Each of its sentences is held against what a tool is called, what it does and how people are asked
to use it: words that few of the tools share tell most. What changes something is done on a request only, never on a question, never where
the sentence says not to, and never the other way round (off where it says on). What a tool takes beside what is theirs must be named.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from duologue.kept import Kept
from duologue.language.cases import filled
from duologue.language.reading import fold
from duologue.types import Json, Tool

__all__ = ["Heeding", "hearing_of"]

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,9}(?:\.\d{1,6})?(?![\w.]*\d)")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*(?:(?<=\d\.)\d[^.!?;\n]*[.!?;\n]*)*")
_ASKED = re.compile(
    r"\b(?:(?:could|can|would|will) you|please|i(?:'d| would) like you to|i need you to|have you tried|try)\b"
)
_LET_US = re.compile(r"\A(?:now |then |so |next,? |okay,? |first,? )*(?:let s|let us|lets)\b")
_OWN = re.compile(
    r"\b(?:i|we)(?: have| ve| will| ll| just| already| am| m| would| can| could| did| d)*\b(?! need you| would like you| d like you)"
)
_NOT = re.compile(
    r"\b(?:don t|do not|dont|never|no need|needn t|not yet|without|instead of|rather than|won t|shouldn t|should not|avoid|not to)\b"
)
_LEADS = re.compile(
    r"\A(?:(?:thanks|thank you|great|good|perfect|okay|ok|alright|all right|right|fine|now|then|next|first|so|and|also|next up|after that)[,:]? )*"
)
_LOOKS = re.compile(r"\b(?:whether|check|see if|look|tell me|what|which|how)\b")
_POINTS = re.compile(r"\b(?:it|that|this|one)\b")
_ON_SOMETHING = re.compile(r"\bon (?:my|your|our|the|this|that|it|a|screen|wi|top|record|file)\b")
_DID = re.compile(
    r"\bi(?: have| ve| just| already| now)+ (?:\w+ly )?(?!(?:check|look|see|seen|find|found|note|notic|tried|try|heard|got|ask|just|already|now)\w*\b|(?:to|a|an|no|the|your|my|it|been|not|one|two|you)\b)\w+"
    r"|\bi (?!(?:check|look|not|ask|tri|see|found)\w*)\w+ed\b"
)
_FEWEST = 2
_LEAST = 2.0
"""How much must be said that tells a tool from the others."""
_PLAIN = frozenset(
    ["a", "an", "and", "are", "as", "at", "be", "can", "could", "do", "for", "from", "have", "how", "i", "if", "in", "is", "it", "its", "let", "me", "now", "of", "on", "or", "please", "see", "so", "tell", "that", "the", "then", "there", "this", "to", "up", "us", "we", "what", "when", "whether", "which", "will", "with", "would", "you", "your"]
)  # fmt: skip
_Kind = Literal["request", "question", ""]


class Heeding:
    """Hears which of a few tools is asked for."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)
        self._words = {t.name: _words(t) for t in tools}
        shared = Counter(w for words in self._words.values() for w in words)
        self._tells = {w: math.log(1 + len(self._tools) / n) for w, n in shared.items()}

    def asked_for(self, text: str) -> tuple[Tool, dict[str, Json]] | None:
        """The tool a text asks for, with the arguments it names; None where it asks for none."""
        best: tuple[float, Tool, dict[str, Json]] | None = None
        before = ""
        for sentence in _SENTENCE.findall(text):
            said = fold(sentence)
            about = f"{before} {said}" if _POINTS.search(said) else said
            found = self._meant(self._kind(said, "?" in sentence), (said, about), fold(text))
            if found is not None and (best is None or found[0] > best[0]):
                best = found
            before = said
        return best[1:] if best is not None else None

    def _meant(self, kind: _Kind, said: tuple[str, str], text: str) -> tuple[float, Tool, dict[str, Json]] | None:
        """What one sentence (and what it points back at) asks for. What it speaks of most decides: where that is something to be done which it
        does not ask for, only a look can be meant."""
        if not kind:
            return None
        weights = {t.name: self._weight(t, said[1]) for t in self._tools}
        looks = kind == "question" or _LOOKS.search(said[0]) is not None
        for tool in sorted(self._tools, key=lambda t: (-weights[t.name], t.name)):
            if weights[tool.name] < _LEAST:
                return None
            arguments = _named(tool, text)
            if arguments is None:
                continue
            if tool.effect == "read" or (kind == "request" and not _NOT.search(said[0]) and _agrees(tool, said[0])):
                return weights[tool.name], tool, arguments
            if not looks or _NOT.search(said[0]):
                return None
        return None

    def claimed(self, text: str) -> Tool | None:
        """The tool of the user's that the speaker says to have used itself; None where it says no such thing."""
        for sentence in _SENTENCE.findall(text):
            said = fold(sentence)
            if (
                "?" in sentence
                or not re.search(r"\bi(?: have| ve| just| already| did)* \w+", said)
                or _NOT.search(said)
            ):
                continue
            weights = {t.name: self._weight(t, said) for t in self._tools}
            best = max(self._tools, key=lambda t: (weights[t.name], t.name))
            if best.effect == "write" and weights[best.name] >= _LEAST and _agrees(best, said) and _DID.search(said):
                return best
        return None

    def _kind(self, said: str, asks: bool) -> _Kind:
        if _ASKED.search(said) or _LET_US.search(said):
            return "request"
        if asks:
            return "question"
        if _OWN.search(said):
            return ""
        first = _stems(_LEADS.sub("", said))[:1]
        return "request" if any(first and first[0] in words for words in self._words.values()) else ""

    def _weight(self, tool: Tool, said: str) -> float:
        """What is said of the tool, less what is left unsaid of its name. One word alone tells nothing, unless that is its name."""
        heard, words, name = set(_stems(said)), self._words[tool.name], set(_stems(tool.name))
        shared = words & heard
        if len(shared) < _FEWEST and not name <= heard:
            return 0.0
        return math.fsum(self._tells[w] * (2 if w in name else 1) for w in sorted(shared)) - 0.3 * len(name - heard)


def _agrees(tool: Tool, said: str) -> bool:
    """It is not the other way round."""
    sides = {"on", "off"}
    mine, theirs = sides & set(tool.name.split("_")), sides & set(_WORD.findall(_ON_SOMETHING.sub(" ", said)))
    return len(mine) != 1 or len(theirs) != 1 or mine == theirs


def _words(tool: Tool) -> frozenset[str]:
    lines = [filled(line, dict.fromkeys(tool.inputs, "")) or line for line in tool.wording.get("instruct", ())]
    return frozenset(w for text in (tool.name, tool.description, *lines) for w in _stems(text))


def _stems(text: str) -> list[str]:
    words = _WORD.findall(fold(text.replace("_", " ")))
    return [re.sub(r"(?:ing|ed|es|s|e)\Z", "", w) if len(w) > 3 else w for w in words if w not in _PLAIN]


def _named(tool: Tool, folded: str) -> dict[str, Json] | None:
    """What a text names of the values a tool takes; None where something is missing that it needs."""
    out: dict[str, Json] = {}
    for name, schema in tool.parameters.get("properties", {}).items():
        slot = tool.inputs.get(name)
        if slot is not None and slot.use == "own":
            continue
        value = _value(schema, folded)
        if value is not None:
            out[name] = value
        elif name in tool.parameters.get("required", ()):
            return None
    return out


def _value(schema: Mapping[str, Json], folded: str) -> Json:
    choices = sorted((v for v in schema.get("enum", ()) if isinstance(v, str)), key=lambda v: (-len(v), v))
    if choices:
        return next((v for v in choices if re.search(rf"(?<!\w){re.escape(fold(v))}(?!\w)", folded)), None)
    if schema.get("type") == "boolean":
        sides = set(re.findall(r"\b(?:turn|switch|set|put)\b[^.]*?\b(on|off)\b", folded))
        return sides == {"on"} if len(sides) == 1 else None
    found = _NUMBER.findall(folded)
    if len(found) != 1 or schema.get("type") not in ("integer", "number"):
        return None
    return float(found[0]) if schema["type"] == "number" else int(float(found[0]))


hearing_of: Kept[tuple[Tool, ...], Heeding] = Kept(Heeding, 16)
"""What hears of these tools; the same each time."""
