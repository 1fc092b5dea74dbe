"""Copies of benchmark entries, planted in sound conversations by rule and seed: what decontamination must find.

Every kind does to an entry what somebody does who wants it not to be noticed, or what a model does that has it in mind:
says it as it is, writes it small and without marks, exchanges names and numbers, words it lightly anew, or both; renames a
tool, and half of its parameters; describes a tool anew; or lets the user tell a task bit by bit.
"""

import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import zip_longest
from typing import Any, Final

import msgspec

from duologue.select.samples import Candidate, OfferedTool

_NAMED: Final = (
    "Tamsin Oduya Brekke Lindqvist Marchetti Ravenhill Okonjo Pelletier Szabo Whitlock Ardenne Kowal Haverford Quill"
)
_NAMES: Final = _NAMED.split()
_SWAPS: Final = (
    (r"\bcan you\b", "could you"),
    (r"\bcould you\b", "would you be able to"),
    (r"\bi want to\b", "i would like to"),
    (r"\byou want to\b", "you wish to"),
    (r"\bi need to\b", "i have to"),
    (r"\bi'd like\b", "i would like"),
    (r"\bi'm\b", "i am"),
    (r"\bwhat is\b", "what's"),
    (r"\bplease\b", "kindly"),
    (r"\bfor the\b", "for that"),
    (r"\bof a\b", "of some"),
    (r"\bof the\b", "of this"),
    (r"\bthe same\b", "that very same"),
    (r"\band\b", "as well as"),
    (r"\balso\b", "too"),
    (r"\bbut\b", "though"),
    (r"\bif\b", "in case"),
    (r"\bto\b", "so as to"),
    (r"\bwith\b", "together with"),
    (r"\bfrom\b", "out of"),
    (r"\bmy\b", "our"),
    (r"\byou are\b", "you're"),
    (r"\byour\b", "the"),
    (r"\bthe\b", "that"),
    (r"\ba\b", "one"),
    (r"\bis\b", "would be"),
)
_VERBS: Final = ("run", "do", "handle", "perform", "process", "op")


def verbatim(text: str, rng: random.Random) -> str:
    """As it is, alone or in the middle of a message."""
    return rng.choice(("{}", "Hi there. {}", "{} Thanks in advance!", "One more thing. {} That would be all.")).format(
        text
    )


def plainly(text: str, rng: random.Random) -> str:
    """In small letters, without marks inside the sentences."""
    return verbatim(re.sub(r"[,;:'\"()]", "", text.lower()), rng)


def exchanged(text: str, rng: random.Random) -> str:
    """Other names (of one or two words) and other numbers."""
    text = re.sub(r"\d", lambda _: str(rng.randrange(10)), text)
    named = r"(?<=[a-z,] )(?!I\b|I')[A-Z]\w*(?: [A-Z]\w*)*"
    return re.sub(named, lambda _: " ".join(rng.sample(_NAMES, rng.choice((1, 1, 2)))), text)


def reworded(text: str, rng: random.Random) -> str:
    """Other function words, the order of the clauses kept."""
    for pattern, other in _SWAPS:
        text = re.sub(pattern, partial(_sometimes, other, rng), text, flags=re.IGNORECASE)
    return verbatim(text, rng)


def _sometimes(other: str, rng: random.Random, found: re.Match[str]) -> str:
    return other if rng.random() < 0.6 else found[0]


def both(text: str, rng: random.Random) -> str:
    """Other names, numbers and function words."""
    return reworded(exchanged(text, rng), rng)


def a_word_in_six(text: str, rng: random.Random) -> str:
    """Beyond light re-wording: every sixth long word is another one."""
    return re.sub(
        r"\b[a-z]{5,}\b", lambda found: "".join(reversed(found[0])) if rng.random() < 1 / 6 else found[0], text
    )


TELLINGS: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "verbatim": verbatim,
    "small letters, no marks": plainly,
    "names and numbers exchanged": exchanged,
    "lightly re-worded": reworded,
    "exchanged and re-worded": both,
    "one long word in six another": a_word_in_six,
}


def say(candidate: Candidate, text: str, rng: random.Random) -> Candidate:
    """The conversation with the text as one of its messages, or as a goal."""
    if rng.random() < 0.3:
        return msgspec.structs.replace(candidate, goals=(*candidate.goals, text))
    at = rng.randrange(len(candidate.said))
    return msgspec.structs.replace(candidate, said=(*candidate.said[:at], text, *candidate.said[at:]))


def bit_by_bit(candidate: Candidate, text: str) -> Candidate:
    """The conversation with its user telling the text in the first person, a clause a turn, between what is said besides."""
    text = re.sub(r"\byou\b", "I", re.sub(r"\byour\b", "my", text, flags=re.IGNORECASE), flags=re.IGNORECASE)
    clauses = [clause for clause in re.split(r"[,.;]\s+| and ", text) if clause.strip()]
    said = list(candidate.by_user or candidate.said)
    told = tuple(told for pair in zip_longest(clauses, said[: len(clauses)]) for told in pair if told)
    return msgspec.structs.replace(candidate, said=(*candidate.said, *clauses), by_user=told)


def renamed(tool: OfferedTool, rng: random.Random) -> OfferedTool:
    """The tool under another name."""
    return OfferedTool(f"{rng.choice(_VERBS)}_{rng.choice(_NAMES).lower()}", tool.description, tool.parameters)


def half_renamed(tool: OfferedTool, rng: random.Random) -> OfferedTool:
    """The tool and half of its parameters under other names."""
    return msgspec.structs.replace(renamed(tool, rng), parameters=_other_names(tool.parameters, rng))


def restyled(tool: OfferedTool, rng: random.Random) -> OfferedTool:
    """The tool renamed, its parameters in camel case, its description lightly re-worded."""
    parameters = _with_properties(tool.parameters, _camel)
    return OfferedTool(renamed(tool, rng).name, reworded(tool.description, rng), parameters)


def described_anew(tool: OfferedTool, rng: random.Random) -> OfferedTool:
    """The tool under its own name, without a word of its descriptions."""
    return OfferedTool(
        tool.name, rng.choice(("Does what it says.", "Use when asked.")), _without_prose(tool.parameters)
    )


def _without_prose(schema: Any) -> Any:
    """A schema without descriptions; a parameter that is called `description` stays."""
    if not isinstance(schema, dict):
        return schema
    return {k: _without_prose(v) for k, v in schema.items() if k != "description" or isinstance(v, dict)}


RENAMINGS: Final[dict[str, Callable[[OfferedTool, random.Random], OfferedTool]]] = {
    "renamed": renamed,
    "renamed, with half of its parameters": half_renamed,
    "renamed, parameters in camel case, description re-worded": restyled,
    "same name and parameters, descriptions rewritten": described_anew,
}


def call(candidate: Candidate, tool: OfferedTool) -> Candidate:
    """The conversation with the tool among those it calls."""
    return msgspec.structs.replace(candidate, tools=(*candidate.tools, tool))


def _other_names(schema: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    names = sorted(schema.get("properties", {}))
    chosen = set(rng.sample(names, len(names) // 2))
    return _with_properties(
        schema, lambda name: f"{rng.choice(_NAMES).lower()}_{names.index(name)}" if name in chosen else name
    )


def _with_properties(schema: Mapping[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {**schema, "properties": {rename(name): inner for name, inner in properties.items()}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
