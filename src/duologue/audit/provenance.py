"""Where does each argument come from?

There is no task and no database here, so only what a model can't sensibly work out is asked after: keys, e-mail addresses,
telephone numbers, dates and larger figures. A key or an address that nobody said, no result holds and no tool declares has been
made up, and that is a fault; for the rest there may be a reason, so that it is a doubt. Words, names, codes of countries and
currencies, texts to be written or searched for are the model's to choose; details in a text are not (`invented`).
"""

import re

from duologue.audit.heard import Heard
from duologue.audit.invented import invented
from duologue.audit.sight import Made, Sight
from duologue.audit.values import Objection
from duologue.language.reading import parse_day
from duologue.plans.placeholders import leaves
from duologue.types import Json

__all__ = ["provenance"]

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?\Z")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}\Z")
_KEY = re.compile(
    r"(?:^|_)(?:id|ids|uuid|guid|key|(?:order|account|tracking|invoice|booking|ticket|reservation|confirmation|card|policy|member(?:ship)?|customer|user|employee|transaction|reference)_?(?:no|num|number|code|ref))\Z"
)
_CODE = re.compile(r"[A-Z]{1,5}-\d{3,}[A-Z]?\Z")
"""What looks like the key of a thing, whatever the parameter is called: "ZX-9981"."""
_PUBLIC = re.compile(r"imdb|tmdb|isbn|issn|doi|wiki|pubmed|arxiv|zip|postal|country|currency|language|locale|category|genre|region|zone|airport|station|team|league|sport|chain|network|model|voice|color|colour|api")  # fmt: skip
"""Keys of things that are generally known, or short lists that a model may know."""
_MAKES = re.compile(r"create|generate|register|add|new|insert|make|save|store|upload|schedule|start|init|set", re.I)
"""A tool that makes something may be given a key for it."""
_CHOSEN = re.compile(r"limit|offset|page|size|count|max|min|num|top|length|width|height|lat|lon|lng|zoom|seed|temperature|precision|decimal|timeout|interval|year|radius|range|port|depth|index|start|end|level|score|weight|rate|threshold|duration|quality|resolution|step|iterations?|steps|epochs?|batch|degree|order|priority|x\Z|y\Z|z\Z", re.I)  # fmt: skip
"""Figures that a model may choose by itself."""
_SMALL = 12


def provenance(sight: Sight) -> list[Objection] | None:
    """No argument is made up."""
    if not any(m.call.arguments for m in sight.made):
        return None
    if not any(t.role == "user" for t in sight.turns):
        return None
    heard = Heard(sight.talk.tools or ())
    out: list[Objection] = []
    calls: dict[int, list[Made]] = {}
    for made in sight.made:
        calls.setdefault(made.at, []).append(made)
    for number in range(len(sight.turns)):
        for made in calls.get(number, ()):
            for path, value in leaves(made.call.arguments or {}):
                found = _doubt(heard, made, path, value)
                if found is not None:
                    severity, what = found
                    shown = value if isinstance(value, str) else repr(value)
                    out.append(Objection(severity, number, f"{made.call.name}: {path}: {what}", shown))  # type: ignore[arg-type]
        heard.add(sight, number)
    return out


def _name(path: str) -> str:
    """The parameter a path leads to, in snake case."""
    words = [w for w in re.split(r"\[[^\]]*\]|\.", path) if w]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words[-1] if words else "").lower()


def _doubt(heard: Heard, made: Made, path: str, value: Json) -> tuple[str, str] | None:
    if isinstance(value, bool) or value is None:
        return None
    name = _name(path)
    if _KEY.search(name) and not _PUBLIC.search(name):
        return _key(heard, made, str(value))
    if isinstance(value, str):
        if (found := _text(heard, name, value.strip())) is not None:
            return found
        if (
            _CODE.match(value)
            and not _PUBLIC.search(name)
            and not _MAKES.search(made.call.name)
            and not heard.holds(value)
        ):
            return "doubt", "a code that nobody said and no result holds"
        return ("doubt", what) if (what := invented(heard, made, path, value)) else None
    if isinstance(value, int | float):
        return _figure(heard, name, value)
    return None


def _key(heard: Heard, made: Made, value: str) -> tuple[str, str] | None:
    if not any(c.isdigit() for c in value) or len(value) > 60 or " " in value.strip():
        return None
    if heard.holds(value) or (value.isdecimal() and (int(value) <= _SMALL or int(value) in heard.sources.numbers)):
        return None
    if _MAKES.search(made.call.name):
        return None
    if heard.holds_parts(value):
        return "doubt", "a key put together from what was said, which no result holds"
    return "fault", "a key that nobody said and no result holds"


def _text(heard: Heard, name: str, value: str) -> tuple[str, str] | None:
    if _MAIL.match(value):
        return None if _knows_mail(heard, value) else ("fault", "an address that nobody said and no result holds")
    if _DAY.match(value) or re.search(r"date|day|deadline|birth|dob", name):
        day = parse_day(value)
        if day is not None and all(day):
            return _day(heard, value, day)
    if re.search(r"phone|mobile|fax", name) and _PHONE.match(value) and not heard.holds(value):
        return "fault", "a telephone number that nobody said and no result holds"
    return None


def _knows_mail(heard: Heard, value: str) -> bool:
    if heard.holds(value):
        return True
    spoken = value.replace("@", " at ").replace(".", " dot ")
    return heard.holds(spoken)


def _day(heard: Heard, value: str, day: tuple[int, int, int]) -> tuple[str, str] | None:
    year, month, number = day
    days = heard.sources.days
    if day in days or (0, month, number) in days or heard.holds(value):
        return None
    if any((m, d) == (month, number) for _, m, d in days):
        return None
    if heard.today is not None and heard.today < day and not heard.looks_ahead(month):
        return "doubt", "a day after today, and nothing said or returned speaks of one"
    if not heard.counts_days():
        periods = any((y, m) == (year, month) for y, m, _ in days) or year in heard.sources.numbers
        return None if periods else ("doubt", "a day that nobody said and no result holds")
    return None if heard.dated else ("doubt", "a day counted from today, and nothing says what day it is")


def _figure(heard: Heard, name: str, value: float) -> tuple[str, str] | None:
    if abs(value) <= _SMALL or _CHOSEN.search(name) or heard.follows(value) or heard.holds(str(value)):
        return None
    return "doubt", "a figure that nothing said or returned before holds"
