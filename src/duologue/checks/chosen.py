"""Is the one that is called the cheaper one, the latest of three, really that? Are the rows told the ones that are meant?

A task that compares rows says by what, and what its steps returned says which of them it is. In the words that report it a row must not be
called what another one is ("Chai is cheaper: 19.00, against 18.00 for Chang"), nor the chosen one the opposite, nor another be the answer
("that would be Chai"). Only "is", "has" and the like between a row's name and the word are looked at; what is said in other ways is not judged. Where
a task means several rows of a list (those that lack something), another row of that list must not be told in the place of one of them. Where a task
holds two sides against one another, they must not be said to agree where they differ, nor to differ where they agree. And of a list that
was cut at its limit nothing is the highest, unless the list comes in that order.
"""

import re
from collections.abc import Callable

from duologue.checks.case import Case
from duologue.language.reading import fold, has_phrase
from duologue.language.weighed import compares, superiors
from duologue.plans.rows import LISTS, may_go_on, total_said
from duologue.types import Finding, Json, Need, Slot, Subtask

__all__ = ["misjudged"]

_OPPOSITE = {"max": "min", "min": "max", "latest": "earliest", "earliest": "latest"}
_ANSWERS = r"(?:it s|it is|that s|that is|that would be|it would be)"
"""As `fold` leaves them, which turns an apostrophe into a blank."""
_NO = r"(?:not|don t|doesn t|do not|does not|aren t|isn t|didn t|no longer|never)"
_ONE = r"(?:agree|match|tally|correspond|fit|check out|line up|add up(?! to\b))(?:s|es|ed)?"
_NONE = re.compile(r"\b(?:no|(?:not|isn t|aren t|without) (?:an? |any )?) ?(?:difference|discrepanc\w+|mismatch\w*)\b")
_DIFFER = re.compile(
    rf"\b(?:{_NO} (?:\w+ ){{0,2}}?(?:{_ONE}|the same|identical|right|correct|equal|consistent|in step)|differs?|differed|differing|different"
    r"|mismatch\w*|discrepanc\w+|difference|disagrees?|inconsisten\w+)\b"
)
_AGREE = re.compile(
    rf"\b(?:{_ONE}|the same|identical|equal|consistent|in agreement|in step|(?:is|are|s) (?:right|correct))\b"
)
"""Of texts from which what says that they differ was taken out. What `fold` makes of "don't" is "don t"."""
_HALF_A_CENT = 0.005
_VERBS = (
    r"(?:is|are|has|have|was|were|had|costs?|comes?|came|lasts?|weighs?|shows?|joined|left|died|retired|graduated|enrol(?:l?ed)?|resigned"
    r"|starts?|begins?|ends?|expires?|departs?|matures?|arrive[sd]?)"
)


def misjudged(case: Case) -> list[Finding]:
    """Where a row is called what another of those compared is."""
    out = []
    for number, task in enumerate(case.tasks):
        for part in task.subtasks:
            need = part.need
            judge = _judge(need) if need is not None and part.tell else None
            if need is None or judge is None:
                continue
            at = _reported(case, number, part)
            what = judge(case, need, (number, part), at) if at else ""
            out += [Finding(at, what)] if what else []
    return out


def _reported(case: Case, number: int, part: Subtask) -> int:
    """The turn that reports what was looked at; 0 where none does."""
    calls = [case.match(number).calls.get(d.step) for d in part.tell]
    if None in calls:
        return 0
    since = max(case.trace.calls[c].turn for c in calls if c is not None)
    return next((s.turn for s in case.trace.assistant if s.turn > since and s.task == number), 0)


def _judge(need: Need) -> Callable[[Case, Need, tuple[int, Subtask], int], str] | None:
    """What looks at a report of this need; None where there is nothing to look at."""
    if need.against is not None:
        return _contradicted
    if need.among is not None:
        return _instead
    if need.pick is not None and need.pick.kind in _OPPOSITE and need.meaning.family in LISTS - {"top"}:
        return _of_a_part
    return _wrong if compares(need) else None


def _contradicted(case: Case, need: Need, of: tuple[int, Subtask], at: int) -> str:
    """Two sides that don't agree are said to, or the other way round. Where a text says both, of whatever, it is left alone."""
    values = [d.value for d in of[1].tell]
    if len(values) != 2:
        return ""
    text = _NONE.sub("in agreement", fold(case.trace.turns[at].message.content))
    differ, agree = _DIFFER.search(text), _AGREE.search(_DIFFER.sub(" ", text))
    one, two = values
    numbers = all(isinstance(v, int | float) for v in values)
    same = abs(one - two) < _HALF_A_CENT if numbers else str(one).strip() == str(two).strip()
    if same and differ and not agree:
        return "the two sides are said to differ, and they agree"
    return "the two sides are said to agree, and they differ" if agree and not differ and not same else ""


def _wrong(case: Case, need: Need, of: tuple[int, Subtask], at: int) -> str:
    part = of[1]
    told = [d.value for d in part.tell if d.slot == need.wanted[0]]
    column, pick = case.column(need.wanted[0]), need.pick
    if column is None or pick is None or pick.kind not in _OPPOSITE or len(told) != len(need.mentions):
        return ""
    best = (max if pick.kind in ("max", "latest") else min)(range(len(told)), key=lambda i: told[i])
    names = [fold(str(next(iter(m.by.values()), ""))) for m in need.mentions]
    text = fold(case.trace.turns[at].message.content)
    for i, name in enumerate(names):
        if name and i != best and _is_given(text, name):
            return f"{name!r} is given as the one"
        for kind in (pick.kind, _OPPOSITE[pick.kind]):
            right = (i == best) if kind == pick.kind else (i != best)
            if name and not right and _called(text, name, superiors(kind, column.label, column.unit)):
                return (
                    f"{name!r} is called what another one is: {', '.join(superiors(kind, column.label, column.unit))}"
                )
    return ""


def _instead(case: Case, need: Need, of: tuple[int, Subtask], at: int) -> str:
    """A row of the list that is not meant, told where one that is meant is not told."""
    number, part = of
    meant = [str(d.value) for d in part.tell if ":" not in d.slot]
    index = case.match(number).calls.get(part.tell[0].step)
    rows = _rows(case.trace.calls[index].result) if index is not None and meant else []
    fields = [k for k in (rows[0] if rows else ()) if any(str(r.get(k)) == meant[0] for r in rows)]
    text = fold(case.trace.turns[at].message.content)
    for field in fields:
        known = {str(r.get(field)) for r in rows}
        told = sorted(o for o in known - set(meant) if has_phrase(text, fold(o)))
        if told and any(not has_phrase(text, fold(m)) for m in known & set(meant)):
            return f"{told[0]!r} is told in the place of one that is meant"
    return ""


def _of_a_part(case: Case, need: Need, of: tuple[int, Subtask], at: int) -> str:
    """The highest of a list that may go on behind its last row. Where the tool was asked more than once, what came may have been put together."""
    number, part = of
    index, pick = case.match(number).calls.get(part.tell[0].step), need.pick
    call = case.trace.calls[index] if index is not None else None
    tool = case.trace.tools.get(call.call.name) if call is not None else None
    if call is None or tool is None or pick is None or total_said(call.result) is not None:
        return ""
    asked = sum(c.call.name == tool.name and c.turn <= at for c in case.trace.calls)
    rows = _rows(call.result)
    if asked > 1 or not may_go_on(tool, call.call.arguments, len(rows)):
        return ""
    slot = Slot(pick.table, pick.column, pick.use)
    field = next((p.rpartition("].")[2] for p, s in tool.outputs.items() if s == slot and "]." in p), "")
    values = [row[field] for row in rows if row.get(field) is not None]
    alike = all(isinstance(v, str) for v in values) or all(isinstance(v, int | float) for v in values)
    if len(values) < 2 or not alike or values == sorted(values, reverse=pick.kind in ("max", "latest")):
        return ""
    return f"of a list that was cut at {len(rows)} rows, and is in another order, one is said to be the {pick.kind}"


def _rows(result: Json) -> list[dict[str, Json]]:
    """The first list of rows in a result."""
    lists = result.values() if isinstance(result, dict) else [result]
    found = next((v for v in lists if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)), [])
    return list(found)


def _is_given(text: str, name: str) -> bool:
    """The answer is that name: "that would be loan 31"."""
    at_once = re.match(rf"{re.escape(name)}(?:, by [^:]+)?: ", text) is not None
    return at_once or re.search(rf"\b{_ANSWERS} (?:the )?(?:\w+ )?{re.escape(name)}(?!\w)", text) is not None


def _called(text: str, name: str, words: tuple[str, ...]) -> bool:
    """The text says of the name that it is one of these."""
    which = "|".join(map(re.escape, words))
    return re.search(rf"(?<!\w){re.escape(name)},? {_VERBS} (?:\w+ ){{0,2}}?(?:{which})(?!\w)", text) is not None
