"""What a conversation shares with the benchmarks, and whether that makes it a copy.

The rule, with its numbers in `Rule`: a conversation is contaminated when

- a goal or message tells a benchmark's passage again: enough of the passage's skeleton in order, and enough words in all;
- or it holds a long run of a benchmark's words, values included;
- or what its user says over all turns together tells a long passage again, or all that an entry's user says;
- or a tool it calls has a benchmark's schema: nearly all of it, and too much of it for chance; or, whatever the descriptions say,
  the same name and parameters, or the same parameters where these are rare.

All else is only reported: lesser shares, short questions that anybody may ask, and tools that share nothing but the name.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from duologue.ids import digest
from duologue.select.decontamination.benchmarks import Benchmarks
from duologue.select.decontamination.signatures import Signed
from duologue.select.decontamination.texts import Match
from duologue.select.samples import Candidate, OfferedTool

Kind = Literal["text", "tool name", "tool schema"]
_QUOTED = 120


class Rule(Struct, frozen=True):
    """From where on something is a copy, and from where on it is reported. Chosen by measuring: docs/decontamination.md."""

    text_share: float = 0.5
    """Of a passage's skeleton, told again in order."""
    text_weight: float = 3.5
    """Share times words that it takes, so that short passages need a greater share."""
    kept_share: float = 0.65
    """Of a short passage's skeleton and values."""
    frame_share: float = 0.7
    """Of a short passage's skeleton and small words."""
    frame_weight: float = 4.5
    run: int = 13
    """Words in a row, values included."""
    whole: int = 8
    """Words of a passage that stands there wholly, word for word."""
    phrase: int = 12
    """Entries that have the same short passage, from which it is the benchmark's own phrase ("Sure, I can help you with that")."""
    schema_share: float = 0.6
    schema_weight: float = 25.0
    together_share: float = 0.6
    """Of a long passage's skeleton, told over several turns."""
    together_weight: float = 5.0
    signature_share: float = 0.8
    """Of the parameters of a tool of the same name, without their descriptions; `named_weight` is theirs with the name's."""
    named_weight: float = 18.0
    unnamed_share: float = 0.85
    """The same for a tool of another name."""
    unnamed_weight: float = 30.0
    report: float = 0.85
    """Of any of these shares and weights, from which it is reported."""


DEFAULT_RULE = Rule()


class Overlap(Struct, frozen=True):
    """Something shared with a benchmark's entry: file and place. `copied` says that it makes the conversation contaminated."""

    entry: str
    kind: Kind
    share: float
    evidence: str
    copied: bool = False


def overlaps(candidate: Candidate, benchmarks: Benchmarks, rule: Rule = DEFAULT_RULE) -> tuple[Overlap, ...]:
    """What the conversation shares with the benchmarks: copies first, then by share; each entry once for each kind."""
    found: dict[tuple[str, Kind], Overlap] = {}
    for text in dict.fromkeys((*candidate.goals, *candidate.said)):
        _keep(found, _of_text(text, benchmarks, rule))
    _keep(found, _of_all_turns(candidate, benchmarks, rule))
    for tool in candidate.tools:
        _keep(found, _of_tool(tool, benchmarks, rule))
    return tuple(sorted(found.values(), key=lambda overlap: (not overlap.copied, -overlap.share)))


def is_contaminated(found: Iterable[Overlap]) -> bool:
    """Whether a conversation with these overlaps must not be trained on by those who measure with that benchmark."""
    return any(overlap.copied for overlap in found)


def _keep(found: dict[tuple[str, Kind], Overlap], new: Iterable[Overlap]) -> None:
    for overlap in new:
        key = (overlap.entry, overlap.kind)
        held = found.get(key)
        if held is None or (overlap.copied, overlap.share) > (held.copied, held.share):
            found[key] = overlap


def _of_text(text: str, benchmarks: Benchmarks, rule: Rule) -> tuple[Overlap, ...]:
    held: tuple[Overlap, ...] | None = benchmarks.answers.get((rule, text))
    if held is None:
        matches = benchmarks.texts.matches(text)
        held = tuple(o for match in matches if (o := _judged(match, rule)) is not None)
        benchmarks.answers.put((rule, text), held)
    return held


def _of_all_turns(candidate: Candidate, benchmarks: Benchmarks, rule: Rule) -> Iterable[Overlap]:
    """What the user says bit by bit, put together; and, for an entry that is told bit by bit, each goal as well."""
    turns = candidate.said if candidate.by_user is None else candidate.by_user
    joined = "\n".join(turns)
    asked = [(joined, benchmarks.texts)] if len(turns) > 1 else []
    asked += [(text, benchmarks.tellings) for text in dict.fromkeys((joined, *candidate.goals))]
    for text, index in asked:
        for match in index.matches(text, in_one_message=False):
            least, weight = rule.together_share, rule.together_weight
            if match.share >= rule.report * least and match.share * match.shared >= rule.report * weight:
                copied = match.share >= least and match.share * match.shared >= weight
                entry = f"{match.passage.path} {_quoted(match.passage.text)}"
                evidence = f"{match.shared} words in order over all that is asked: {_quoted(text)} is like {entry}"
                yield Overlap(match.passage.entry, "text", round(match.share, 3), evidence, copied)


def _judged(match: Match, rule: Rule) -> Overlap | None:
    share, weight = {
        "told again": (rule.text_share, rule.text_weight),
        "values kept": (rule.kept_share, rule.text_weight),
        "words kept": (rule.frame_share, rule.frame_weight),
        "word for word": (2.0, 0.0),
    }[match.way]
    phrase = match.brief and match.also + 1 >= rule.phrase
    copied = not phrase and (
        (match.share >= share and match.share * match.shared >= weight)
        or match.run >= rule.run
        or match.words == match.run >= rule.whole
    )
    nearly = match.share >= rule.report * share and match.share * match.shared >= rule.report * weight
    if not copied and not nearly and match.words != match.run:
        return None
    how = f"{match.run} words in a row" if match.run >= rule.whole else f"{match.shared} words in order"
    also = f" (and {match.also} more like it)" if match.also else ""
    evidence = f"{how}: {_quoted(match.text)} is like {match.passage.path} {_quoted(match.passage.text)}{also}"
    return Overlap(match.passage.entry, "text", round(match.share, 3), evidence, copied)


def _of_tool(tool: OfferedTool, benchmarks: Benchmarks, rule: Rule) -> tuple[Overlap, ...]:
    key = (rule, digest(tool))
    held: tuple[Overlap, ...] | None = benchmarks.answers.get(key)
    if held is None:
        held = tuple(_tool_overlaps(tool, benchmarks, rule))
        benchmarks.answers.put(key, held)
    return held


def _tool_overlaps(tool: OfferedTool, benchmarks: Benchmarks, rule: Rule) -> Iterable[Overlap]:
    named = benchmarks.tools.named(tool.name)
    if named is not None:
        yield Overlap(named.entry, "tool name", 1.0, f"{_quoted(tool.name)} is named like {_quoted(named.name)}")
    for like in benchmarks.tools.like(tool.description, tool.parameters, rule.report * rule.schema_share):
        copied = like.share >= rule.schema_share and like.weight >= rule.schema_weight
        shared = ", ".join(like.shared)
        evidence = f"{_quoted(tool.name)} has the schema of {_quoted(like.tool.name)}: {shared}"
        yield Overlap(like.tool.entry, "tool schema", round(like.share, 3), evidence, copied)
    for signed in benchmarks.signatures.like(tool.name, tool.parameters, rule.report * rule.signature_share):
        if (overlap := _of_signature(tool, signed, rule)) is not None:
            yield overlap


def _of_signature(tool: OfferedTool, like: Signed, rule: Rule) -> Overlap | None:
    is_named = like.named is not None
    least = rule.signature_share if is_named else rule.unnamed_share
    enough = rule.named_weight if is_named else rule.unnamed_weight
    weight = like.weight + (like.named or 0.0)
    if like.share < rule.report * least or weight < rule.report * enough:
        return None
    what = "name and parameters" if is_named else "parameters"
    evidence = f"{_quoted(tool.name)} has the {what} of {_quoted(like.tool.name)}: {', '.join(like.shared)}"
    copied = like.share >= least and weight >= enough
    return Overlap(like.tool.entry, "tool schema", round(like.share, 3), evidence, copied)


def _quoted(text: str) -> str:
    """The beginning of a text, on one line, in quotation marks: it comes from strangers."""
    flat = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return f"“{flat}”" if len(flat) <= _QUOTED else f"“{flat[: _QUOTED - 1]}…”"
