"""Why a matter is handed over: a reason out of the tool's list that fits what the talk has been about.

Other deeds are asked for with whatever reason somebody has. Nobody hands a matter over for nothing: after a refusal it is for an exception to the rule
(or whatever the list has for that), else for what was talked about before. And nobody tells another reason because the first one did not do.
"""

import re
from collections.abc import Sequence

from duologue.language.phrases import Phrases
from duologue.plans.deeds import hands_over, stems
from duologue.types import Json, Need, Rule, Tool

__all__ = ["REFUSED", "after_refusal", "is_reason", "reason_of", "spoken_of", "that_fit"]

_WHY = frozenset({"reason", "reasons", "why"})
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_APPEALS = re.compile(r"\b(exception|appeal|disput|disagree|refus|escalat)|policy|against a rule", re.IGNORECASE)
_COMPLAINS = re.compile(r"complain", re.IGNORECASE)
_OF_ANYTHING = stems(
    "question concern enquiry request matter problem issue trouble possible suspected unsolved other rule"
)
"""Words of a reason that say nothing of what it is about."""
REFUSED = stems("exception refused appeal dispute")
"""What a talk has been about in which something was refused."""


def is_reason(tool: Tool, name: str) -> bool:
    """Whether an argument says why, out of a list."""
    schema = tool.parameters.get("properties", {}).get(name, {})
    said = {w.lower() for text in (name, tool.inputs[name].column) for w in _PARTS.findall(text)}
    return tool.inputs[name].use == "value" and bool(schema.get("enum")) and bool(said & _WHY)


def reason_of(tool: Tool) -> str:
    """The argument that says why a matter is handed over; empty where the tool does something else, or takes none."""
    return next((n for n in tool.inputs if is_reason(tool, n)), "") if hands_over(tool) else ""


def spoken_of(need: Need, phrases: Phrases) -> frozenset[str]:
    """The words that a need is spoken of with: the things, what is done or asked of them, and what is said."""
    table = need.meaning.table
    asked = (phrases.label(s.partition(":")[0], table) for s in need.wanted)
    said = (v for v in need.values.values() if isinstance(v, str))
    return stems(" ".join([*phrases.table(table), need.meaning.verb, *asked, *said]))


def that_fit(choices: Sequence[Json], heard: frozenset[str]) -> list[Json]:
    """The reasons of which at least half was `heard` of (stems of words)."""
    said = {str(c): stems(str(c)) - _OF_ANYTHING for c in choices}
    return [c for c in choices if 2 * len(said[str(c)] & heard) >= max(1, len(said[str(c)]))]


def after_refusal(choices: Sequence[Json], rules: Sequence[Rule]) -> list[Json]:
    """The reasons for handing over what a rule refused: an appeal before what the rule is about, and a complaint for want of both."""
    about = stems(" ".join(r.id.replace("_", " ") for r in rules)) - _OF_ANYTHING
    appeals = [c for c in choices if _APPEALS.search(str(c))]
    return (
        appeals
        or [c for c in choices if (stems(str(c)) - _OF_ANYTHING) & about]
        or [c for c in choices if _COMPLAINS.search(str(c))]
    )
