"""Is every text what somebody said: not empty, not cut off, free of what a template or a tool chain leaves behind?

Marks that models are steered with (`<|im_end|>`) never belong in words, nor do the tags of a scaffold (`tags`); an answer that is nothing but a disclaimer, or breaks off
in the middle of a sentence, is a doubt. Placeholders where a value should stand (`your_api_key`) are faults of the call, unless
the user said them.
"""

import re

from duologue.audit.sight import Sight
from duologue.audit.tags import leaked
from duologue.audit.values import Objection
from duologue.language.marks import MARKS
from duologue.plans.placeholders import leaves

__all__ = ["placeholders", "text"]

_SLOT = re.compile(r"\{\{ ?[\w.]+ ?\}\}")
_PROGRAM = re.compile(
    r"template|jinja|handlebars|mustache|django|flask|angular|vue|react|svelte|liquid|ansible|helm|latex|\bcode\b|script|html|[;=]\s*\n|</\w+>|\\\w+\{",
    re.I,
)
"""Signs that braces are a program's own."""
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_DISCLAIMER = re.compile(
    r"\s*(?:i(?:'m| am) sorry,? (?:but )?)?as an ai (?:language )?model,?[^.!?\n]*[.!]?\s*\Z", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"(?:,|\b(?:the|a|an|and|or|of|to|in|with|for|is|are|was|that|which|because|your|its|by|from|at|as))\s*\Z",
    re.IGNORECASE,
)
_STOPS = re.compile(r"\bI(?:['’]ve| have)? (?:found|see|have|recommend|suggest)\b[^.!?:\n]{0,60}\b(?:an?|one|two|three|four|five|several|some|many|these|the) (?:(?:highly|very|well|most|best|top|newly)[ -])?\w+ed\Z", re.IGNORECASE)  # fmt: skip
"""What was found is described, and not named: "I found two highly rated"."""
_PLACEHOLDER = re.compile(
    r"\s*(?:<[a-z_ ]*(?:your|insert|placeholder|api|token|key|id|name|value)[a-z_ ]*>|(?:your|my)[_-](?:api|access|secret|auth|user|account|bot|app|client|private|public|db)[_-]?\w*|"
    r"your[_-]?\w*(?:key|token|password|secret|id)(?:_here)?|api[_-]?key(?:_here)?|x{3,}|(?:insert|enter|replace)[_ ]\w+(?: \w+)?(?:[_ ]here)?|replace_?me|changeme|todo|tbd|placeholder|"
    r"\{\{? ?[\w.]+ ?\}\}?|\[(?:your|insert|enter)[^\]]*\])\s*\Z",
    re.IGNORECASE,
)


def text(sight: Sight) -> list[Objection]:
    """Texts are whole and clean."""
    out: list[Objection] = []
    asked = "\n".join(t.text for t in sight.turns if t.role in ("user", "system", "tool"))
    spoken = "\n".join(t.text for t in sight.turns if t.role == "user")
    last = len(sight.turns) - 1
    for number, turn in enumerate(sight.turns):
        if turn.cut:
            out.append(Objection("fault", number, "the file itself marks it as cut off", turn.text[-60:]))
        if turn.role in ("user", "assistant") and not turn.text.strip() and not turn.calls and not turn.other:
            if turn.role == "assistant":
                what = (
                    "the assistant thinks and says nothing" if turn.reasoning else "an empty message of the assistant"
                )
                out.append(Objection("fault", number, what, turn.reasoning[:60]))
            else:
                out.append(Objection("doubt", number, "an empty message of the user"))
        if turn.role == "assistant" and turn.text.strip():
            out += _assistant(turn.text, number, (asked, spoken), ends=number == last)
            if turn.text.rstrip().endswith(":") and not turn.calls and not turn.other and sight.next_is(number, "user"):
                out.append(
                    Objection("doubt", number, "something is announced and doesn't follow", turn.text.rstrip()[-60:])
                )
    return out


def _assistant(said: str, number: int, others: tuple[str, str], ends: bool) -> list[Objection]:
    out = []
    asked, spoken = others
    plain = _CODE.sub(" ", said)
    mark = next((m[0] for m in MARKS.finditer(plain) if m[0] not in asked), "")
    if mark:
        out.append(Objection("fault", number, "a mark for steering models is left in the text", mark))
    slot = next((m[0] for m in _SLOT.finditer(plain) if m[0] not in asked), "")
    if slot and _PROGRAM.search(said) is None and _PROGRAM.search(asked) is None:
        out.append(Objection("doubt", number, "a slot of a template is left in the text", slot))
    if not mark:
        out += [Objection(severity, number, what, evidence) for severity, what, evidence in leaked(said, asked, spoken)]
    if _DISCLAIMER.match(said):
        out.append(Objection("doubt", number, "a disclaimer is the whole answer", said.strip()))
    if said.count("```") % 2:
        out.append(Objection("doubt", number, "a block of code is never closed", said[-60:]))
    elif (ends and _UNFINISHED.search(said) and len(said) > 40) or _stops(said):
        out.append(Objection("doubt", number, "it breaks off in the middle of a sentence", said[-60:]))
    return out


def _stops(said: str) -> bool:
    """Whether a short answer stops behind "highly rated", "very well known"."""
    plain = said.rstrip()
    return len(plain) < 400 and plain[-1:].isalpha() and _STOPS.search(plain) is not None


def placeholders(sight: Sight) -> list[Objection] | None:
    """No value of a call is a placeholder."""
    if not any(m.call.arguments for m in sight.made):
        return None
    out = []
    for made in sight.made:
        said = "\n".join(t.text for t in sight.turns[: made.at])
        declared = str(made.tool.parameters) if made.tool is not None else ""
        for path, value in leaves(made.call.arguments or {}):
            if isinstance(value, str) and value.strip() not in said + declared and _is_placeholder(path, value):
                what = f"{made.call.name}: {path}: a placeholder where a value should stand"
                out.append(Objection("fault", made.at, what, value))
    return out


def _is_placeholder(path: str, value: str) -> bool:
    """Whether a value stands for another; some words may be meant, as the title of a note: "todo"."""
    if _PLACEHOLDER.match(value) is None:
        return False
    meant = value.strip().lower() in ("todo", "tbd", "xxx", "xxxx")
    return not meant or re.search(r"key|token|id\b|password|secret", path) is not None
