"""What a system says (an error, a reason), as a person says it on: its dates and amounts in the words they have elsewhere.

Systems write "until 2025-10-17 18:00:00" and "£1200.5". Only what is plainly such is put into words; a date inside a name, and all that stands in
quotes, stays as it is written. So does a small letter at the beginning that belongs to a name ("mail-relay-2 is busy").
"""

import re

from duologue.language.counted import one_unit
from duologue.language.days import without_year
from duologue.language.grammar import sentence
from duologue.language.phrases import Phrases
from duologue.language.values import moment, say

__all__ = ["passed_on"]

_MOMENT = re.compile(
    r"(?<![\w./:-])(?P<at>at )?(?P<when>\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?Z?)?)(?![\w/:-]|\.\d)"
)
_AMOUNT = re.compile(r"(?<![\w.,])([£$€])(\d+(?:\.\d{1,2})?)(?![\d,]|\.\d)")
_QUOTED = re.compile(r"'[^'\n]{1,60}'(?!\w)|\"[^\"\n]{1,60}\"")
_A_NAME = re.compile(r"[a-z]+[\w.]*[-_@/\d.]\w")
"""How a name begins that is no word: "mail-relay-2", "j.doe"."""


def passed_on(message: str, phrases: Phrases) -> str:
    """A system's message as a sentence that a person says."""
    kept = [m.span() for m in _QUOTED.finditer(message) if m.start() == 0 or not message[m.start() - 1].isalnum()]

    def is_kept(found: re.Match[str]) -> bool:
        return any(start <= found.start() < end for start, end in kept)

    text = _MOMENT.sub(lambda m: m[0] if is_kept(m) else _day(m, phrases, message), message)
    text = _AMOUNT.sub(lambda m: m[0] if is_kept(m) else m[1] + _figure(m[2]), one_unit(text))
    return _ended(text.strip()) if _A_NAME.match(text) else sentence(text)


def _day(match: re.Match[str], phrases: Phrases, message: str) -> str:
    said, found = say(match["when"], None, phrases.style), moment(match["when"])
    if found is not None and phrases.month and not _years(message) - {phrases.month[:4]}:
        said = without_year(said, found[0], phrases.month)
    return f"on {said}" if match["at"] else said  # "at 3 May at 14:00" nobody says


def _years(message: str) -> set[str]:
    return {m["when"][:4] for m in _MOMENT.finditer(message)}


def _figure(written: str) -> str:
    decimals = 2 if "." in written else 0
    return f"{float(written):,.{decimals}f}"


def _ended(text: str) -> str:
    return text if text[-1:] in ".?!:…" else f"{text}."
