"""Which of the user's own tools an assistant asks for, by its words alone.

An assistant that speaks freely says no act. Its text is held against what each tool is called, what it does and how people are asked to
use it: words that few of the tools share tell most. What a tool takes beside what is theirs must be named in the text.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from duologue.language.cases import filled
from duologue.language.reading import fold
from duologue.types import Json, Tool

__all__ = ["Heeding"]

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEAST = 2.0
"""How much must be said that tells a tool from the others."""
_PLAIN = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "can",
        "could",
        "do",
        "for",
        "from",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "let",
        "me",
        "now",
        "of",
        "on",
        "or",
        "please",
        "see",
        "so",
        "tell",
        "that",
        "the",
        "then",
        "there",
        "this",
        "to",
        "up",
        "us",
        "we",
        "what",
        "when",
        "whether",
        "which",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


class Heeding:
    """Hears which of a few tools is asked for."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)
        self._words = {t.name: _words(t) for t in tools}
        shared = Counter(w for words in self._words.values() for w in words)
        self._tells = {w: math.log(1 + len(self._tools) / n) for w, n in shared.items()}

    def asked_for(self, text: str) -> tuple[Tool, dict[str, Json]] | None:
        """The tool a text asks for, with the arguments it names; None where it asks for none."""
        said = set(_stems(text))
        weights = {t.name: self._weight(t, said) for t in self._tools}
        for tool in sorted(self._tools, key=lambda t: -weights[t.name]):
            arguments = _named(tool, text) if weights[tool.name] >= _LEAST else None
            if arguments is not None:
                return tool, arguments
        return None

    def _weight(self, tool: Tool, said: set[str]) -> float:
        """What is said of the tool, less what is left unsaid of its name."""
        words = self._words[tool.name]
        name = set(_stems(tool.name))
        return sum(self._tells[w] * (2 if w in name else 1) for w in words & said) - 0.3 * len(name - said)


def _words(tool: Tool) -> frozenset[str]:
    lines = [filled(line, _any(tool)) or line for line in tool.wording.get("instruct", ())]
    return frozenset(w for text in (tool.name, tool.description, *lines) for w in _stems(text))


def _any(tool: Tool) -> Mapping[str, Json]:
    return dict.fromkeys(tool.inputs, "")


def _stems(text: str) -> list[str]:
    words = _WORD.findall(fold(text.replace("_", " ")))
    return [re.sub(r"(?:ing|ed|es|s|e)\Z", "", w) if len(w) > 4 else w for w in words if w not in _PLAIN]


def _named(tool: Tool, text: str) -> dict[str, Json] | None:
    """What a text names of the values a tool takes; None where something is missing that it needs."""
    out: dict[str, Json] = {}
    folded = fold(text)
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
    choices = sorted((v for v in schema.get("enum", ()) if isinstance(v, str)), key=len, reverse=True)
    if choices:
        return next((v for v in choices if fold(v) in folded), None)
    if schema.get("type") == "boolean":
        return False if re.search(r"\boff\b", folded) else True if re.search(r"\bon\b", folded) else None
    number = _NUMBER.search(folded)
    if number is None or schema.get("type") not in ("integer", "number"):
        return None
    return float(number[0]) if schema["type"] == "number" else int(float(number[0]))
