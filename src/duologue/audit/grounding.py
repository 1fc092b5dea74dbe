"""Does what the assistant reports after a call come from somewhere?

Asked of words that follow a result directly: there the assistant tells what came back, and a figure, date or address that neither a
result nor anybody before holds, nor follows from one simply, may be invented. A model also knows things, explains and estimates, so
it is a doubt and never a fault; figures that it sets apart as such ("typically", "about", within a worked calculation) and small
counts are not asked after.
"""

import re
from datetime import date

from msgspec.structs import replace

from duologue.audit.heard import Heard, bounded
from duologue.audit.shares import unshared
from duologue.audit.sight import Sight
from duologue.audit.values import Objection
from duologue.checks.everyday import is_everyday
from duologue.checks.grounding import unfounded
from duologue.language.reading import Day, Number, Reading, read

__all__ = ["grounding"]

_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\$\$.{0,400}?\$\$|\\\[.{0,400}?\\\]|\\\(.{0,400}?\\\)|https?://\S+|!?\[[^\]]*\]\([^)]*\)",
    re.DOTALL,
)
_WORKED = re.compile(r"[=≈×÷∑√π]|\\frac|\\times|\d \* \d|\d\s?[+/^]\s?\d")
_OWN = re.compile(
    r"\b(?:typical(?:ly)?|usual(?:ly)?|general(?:ly)?|normal(?:ly)?|between|ranges?|ranging|considered|at least|at most|up to|more than|less than|"
    r"for example|e\.g|such as|if|could|might|recommend(?:ed)?|suggest(?:ed)?|tips?|should|standard|assum\w+|classified|category|"
    r"known|not|no|n't|unlike|instead|would you|remember|today|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\w+n['’]t\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|approx|nearly|almost|over|under|some|estimated?|just|close to)\b|~",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*#-])|\n")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:later|earlier|after|before|next|following|previous|prior|ago|within|deadline|due|ends?|until|extend\w*|renew\w*|expir\w*|days?|weeks?|months?)\b", re.IGNORECASE)  # fmt: skip
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_AGO = re.compile(r"(?<![\d.,])(\d{1,4}) days ago\b")
_NEAR, _FAR = 45, 1_000_000
_SMALL, _LARGEST = 20, 1e15


def grounding(sight: Sight) -> list[Objection] | None:
    """What is reported has a source."""
    if not any(_reports(sight, n) or _WEEKDAY.search(t.text) for n, t in enumerate(sight.turns)):
        return None
    heard = Heard(sight.talk.tools or ())
    out: list[Objection] = []
    for number, turn in enumerate(sight.turns):
        if _reports(sight, number):
            kinds: dict[str, list[str]] = {}
            for kind, claim in _claims(turn.text, heard):
                kinds.setdefault(kind, []).append(claim)
            out += [
                Objection("doubt", number, f"no source for {_some(kind, c)}", ", ".join(c)) for kind, c in kinds.items()
            ]
            if shares := unshared(sight, number):
                what = "told as a percentage, where the result gives a bare figure"
                out.append(Objection("doubt", number, what, ", ".join(shares)))
        if turn.role == "assistant" and (days := _wrong_days(turn.text, heard)):
            out.append(Objection("doubt", number, "a weekday or a span that the date doesn't have", ", ".join(days)))
        heard.add(sight, number)
    return out


def _wrong_days(text: str, heard: Heard) -> list[str]:
    """Weekdays that stand beside another day's date, and days ago that lead to no day that is known."""
    if _WEEKDAY.search(text) is None and _AGO.search(text) is None:
        return []
    reading = read(bounded(text))
    known = [d for d in heard.sources.days if all(d)]
    untold = unfounded(replace(reading, numbers=(), times=(), codes=()), heard.sources)
    out = [u for u in untold if _WEEKDAY.match(u) and any(u.endswith(f", {d.text}") for d in reading.dates)]
    if heard.today is not None and known:
        gaps = {_apart(day, heard.today) for day in known}
        out += [m[0] for m in _AGO.finditer(text) if int(m[1]) > _SMALL and int(m[1]) not in gaps]
    return list(dict.fromkeys(out))


def _some(kind: str, claims: list[str]) -> str:
    return f"a {kind}" if len(claims) == 1 else f"{len(claims)} {kind}s"


def _reports(sight: Sight, number: int) -> bool:
    turn = sight.turns[number]
    return (
        turn.role == "assistant" and bool(turn.text.strip()) and number > 0 and sight.turns[number - 1].role == "tool"
    )


def _claims(text: str, heard: Heard) -> list[tuple[str, str]]:
    """(kind, words) of everything stated that has no source."""
    plain = bounded(_CODE.sub(" ", text))
    out = [("mail address", m[0]) for m in _MAIL.finditer(plain) if not heard.holds(m[0])]
    for sentence in _SENTENCE.split(_MAIL.sub(" ", plain)):
        if not sentence or _WORKED.search(sentence) or _OWN.search(sentence):
            continue
        reading = read(sentence)
        figures = tuple(n for n in reading.numbers if _counts(n, reading, heard))
        if not figures and not reading.dates:
            continue
        lacking = set(unfounded(replace(reading, numbers=figures), heard.sources))
        out += [("figure", n.text) for n in figures if n.text in lacking]
        out += [("date", d.text) for d in reading.dates if d.text in lacking and not _day_known(d.days, sentence, heard) and not heard.holds(d.text)]  # fmt: skip
    return list(dict.fromkeys(out))


def _counts(said: Number, reading: Reading, heard: Heard) -> bool:
    """Whether a figure is one that must come from somewhere, and doesn't."""
    if said.word or (abs(said.value) <= _SMALL and not said.decimals) or is_everyday(said, reading.text):
        return False
    if reading.text[max(0, said.start - 1) : said.start] in ("#", "-", "/", "_") or 1900 <= said.value <= 2100:
        return False
    return not (heard.holds(said.text) or _follows(said, reading.text, heard))


def _follows(said: Number, text: str, heard: Heard) -> bool:
    """Whether the figure is a known one, or worked out from known ones, as it was rounded."""
    if abs(said.value) > _LARGEST:
        return False
    plain, scaled = float(said.value), float(said.scaled if said.scale else said.value)
    gap = max(0.0051, 0.51 * 10.0**-said.decimals) if said.decimals else 0.0051
    if heard.follows(plain, gap) or heard.follows(scaled):
        return True
    if said.scale and heard.follows_roughly(scaled, 0.51 * 10.0**-said.decimals * (scaled / plain if plain else 1)):
        return True
    return _ABOUT.search(text) is not None and heard.follows_roughly(scaled, 0.05 * abs(scaled))


def _day_known(days: tuple[Day, ...], said: str, heard: Heard) -> bool:
    """Whether the day is known without its year, or is near a known one and counted from it: "a day later"."""
    known = heard.sources.days
    if any((m, d) == (month, day) for _, m, d in known for _, month, day in days if month):
        return True
    if _COUNTED.search(said) is None and _COUNTED.search(heard.user) is None:
        return False
    return any(_apart(day, other) <= _NEAR for day in days for other in known)


def _apart(one: Day, other: Day) -> int:
    """Days between two days, the year of the first perhaps unsaid."""
    try:
        return abs((date(one[0] or other[0], one[1], one[2]) - date(*other)).days)
    except ValueError:
        return _FAR
