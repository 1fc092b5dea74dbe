"""Hidden facts let slip, and values from nowhere."""

from msgspec.structs import replace

from duologue.checks.everyday import is_everyday, is_near
from duologue.checks.gate.known import Known
from duologue.language.reading import Reading
from duologue.language.values import say, tells
from duologue.types import Json

__all__ = ["values"]


def values(known: Known, reading: Reading) -> list[str]:
    """What a text holds that its speaker can't know. What gives a hidden fact away is not called invented as well."""
    return _leaks(known, reading) or [f"invents {what!r}" for what in _invented(known, reading)]


def _leaks(known: Known, reading: Reading) -> list[str]:
    plain = replace(reading, numbers=tuple(n for n in reading.numbers if not n.word))
    out = []
    for fact in known.hidden:
        column = known.columns.get(fact.slot)
        if not _stands_out(fact.value, reading.text) or not tells(plain, fact.value, column):
            continue
        if not any(tells(r, fact.value, column) or tells(r, fact.value) for r in known.texts):
            out.append(f"gives away {fact.label or fact.slot} = {say(fact.value, column)}, which nobody has told")
    return out


def _invented(known: Known, reading: Reading) -> list[str]:
    told = known.told
    years = [y for y, _, _ in told.days if y]
    figures = [
        n.text
        for n in reading.numbers
        if not n.word and not told.knows_number(n) and not is_everyday(n, reading.text, years)
    ]
    dates = [d.text for d in reading.dates if not told.knows_date(d) and not is_near(d, reading.text, known.today)]
    figures += [c.text for c in reading.codes if not told.knows_code(c)]
    return [f for f in figures if not told.is_named(f, reading)] + dates


def _stands_out(value: Json, text: str) -> bool:
    """A word gives nothing away unless it is written as the name it is."""
    if not isinstance(value, str) or not value.strip().isalpha():
        return True
    word = value.strip()
    return word in text and not text.startswith(word)
