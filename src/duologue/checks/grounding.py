"""Does everything the assistant states come from somewhere?

Every figure, date, time, code, e-mail address and quoted name must have been returned by a call, said by the user or stand in the
system message before it is said, or follow from one earlier result by simple arithmetic. What has no source is named once.
"""

import re

from duologue.checks.case import Case, verdict
from duologue.checks.sources import Sources
from duologue.language.reading import Number, Reading, fold, has_phrase
from duologue.types import Finding, Verdict

_QUOTED = re.compile(r"[“\"‘]([A-Z][^”\"’\n]{1,80})[”\"’](?!\w)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+)[\s(]*\Z")
_TWO_BEFORE = re.compile(r"[^\W\d_]+\W[^\W\d_]+\s\Z")
_TWO_AFTER = re.compile(r"\s[^\W\d_]+\W[^\W\d_]+")
_LOOSE = re.compile(
    r"\s*(?:or\b|ways?\b|options?\b|things?\b|questions?\b|points?\b|minutes?\b|moments?\b|seconds?\b|steps?\b|more\b|sides?\b|at a time\b|by one\b)",
    re.I,
)


def grounding(case: Case) -> Verdict:
    """Nothing the assistant states is invented."""
    known = Sources(case.columns)
    findings = []
    calls = {c.turn: c for c in case.trace.calls}
    for number, turn in enumerate(case.trace.turns):
        role = turn.message.role
        if role == "tool":
            if number in calls:
                known.add_result(calls[number].result, case.trace.tools.get(calls[number].call.name))
        elif role in ("user", "system"):
            known.add_text(case.reading(number))
        elif turn.message.content:
            reading = case.reading(number)
            claims = unfounded(reading, known)
            findings += [Finding(number, f"no source for {claim!r}") for claim in claims]
            if claims:
                known.add_text(reading)  # an invention repeated is one invention
    return verdict("grounding", findings)


def unfounded(reading: Reading, known: Sources) -> list[str]:
    """What a text states that has no source, in the order of its kinds."""
    out = [n.text for n in reading.numbers if not _is_counter(n, reading) and not _has_source(n, reading, known)]
    out += [d.text for d in reading.dates if not known.knows_date(d)]
    out += [t.text for t in reading.times if not known.knows_time(t)]
    out += [c.text for c in reading.codes if not known.knows_code(c) and not known.is_named(c.text, reading)]
    out += [q for q in _QUOTED.findall(reading.text) if not _is_known_name(q, known)]
    return out


def _has_source(said: Number, reading: Reading, known: Sources) -> bool:
    if said.word and (said.value == 1 or _is_loose(said, reading.text) or _is_in_name(said, reading.text, known)):
        return True
    if known.knows_number(said) or known.is_named(said.text, reading):
        return True
    found = _WORD_BEFORE.search(reading.text, max(0, said.start - 24), said.start)
    return known.derives(said, found[1].lower() if found else "")


def _is_in_name(said: Number, text: str, known: Sources) -> bool:
    """A number word of a known name, known by its capital or by the words around it: "Ocean's Eleven", "napkins, set of four"."""
    if said.text[0].isupper():
        return known.knows_phrase(said.text)
    before, after = _TWO_BEFORE.search(text, max(0, said.start - 48), said.start), _TWO_AFTER.match(text, said.end)
    return any(
        f is not None and known.knows_phrase(text[min(f.start(), said.start) : max(f.end(), said.end)])
        for f in (before, after)
    )


def _is_loose(said: Number, text: str) -> bool:
    """ "One or two", "two ways": words that count nothing in particular."""
    return bool(_LOOSE.match(text, said.end)) or text[: said.start].rstrip().endswith(" or")


def _is_counter(said: Number, reading: Reading) -> bool:
    """The number of an item in a list that the text itself makes: "1.", "(2)"."""
    if said.word or not isinstance(said.value, int) or not 0 < said.value <= 99:
        return False
    text = reading.text
    after = text[said.end : said.end + 1]
    line = text.rfind("\n", 0, said.start) + 1
    at_line = not text[line : said.start].strip(" *-(#")
    return (at_line and after in (".", ")", ":") and text[said.end + 1 : said.end + 2] in (" ", "*")) or (
        text[said.start - 1 : said.start] == "(" and after == ")"
    )


def _is_known_name(name: str, known: Sources) -> bool:
    folded = fold(name).strip(" .,;:!?…")
    if has_phrase(known.joined, folded):
        return True
    words = [w.strip(".,;:!?…()") for w in folded.split()]
    return len(words) > 1 and all(has_phrase(known.joined, w) for w in words if w)
