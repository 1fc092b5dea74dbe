"""Is what is said of the user's own side so?

Asked only of conversations whose users have tools of their own. Three things are held against what these gave:

* what the user says right after using one: the words that the tool has for another value, another of its values, that all is well where their
  test failed (or the other way round), that something was not done which was;
* that the assistant says the trouble is over, while the user's last test says it is not, or nobody tried;
* that the assistant says it has done itself what only the user could.

Words of one's own that name no value pass; figures that nobody saw are the gate's affair.
"""

import re
from collections.abc import Iterator, Mapping

from duologue.checks.case import Case, verdict
from duologue.kept import Kept
from duologue.language.cases import cases_of
from duologue.language.reading import fold
from duologue.plans.heeding import hearing_of
from duologue.plans.trace import Executed
from duologue.types import Finding, Guide, Json, Tool, Verdict

__all__ = ["own_side"]

_WELL = re.compile(
    r"\b(?:works?|worked|working|is back|are back|it s back|fixed|solved|all good|looks good|that did it|went through|let me in|connected|it s there|yes)\b"
)
_ILL = re.compile(
    r"\b(?:no|not|nothing|none|never|nope|still|slow|slowly|fail(?:s|ed)?|refused|dead|black|stuck|error|same as before|drops?|\w+n t)\b"
)
_UNDONE = re.compile(
    r"\b(?:i )?(?:didn t|did not|haven t|have not|couldn t|could not|can t|cannot) (?:do|manage|find|get|press|push|turn|switch|change|set)\b"
)
_OVER = re.compile(
    r"\b(?:works? again|working again|is back\b(?! (?:in|at|to))|is (?:solved|fixed|over|sorted|working|mended)|(?:that s|that is|it s|it is) (?:sorted|solved|fixed|working|mended)"
    r"|up and running)\b"
)
_OPEN = re.compile(
    r"\b(?:if|whether|once|when|until|unless|should|hope|hopefully|see|before|after|let s|let us|not|\w+n t|could|may|might)\b"
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def own_side(case: Case) -> Verdict:
    """What is said of the user's own side is so."""
    return verdict("own_side", [*_of_user(case), *_of_assistant(case)])


# ── the user ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_user(case: Case) -> Iterator[Finding]:
    spoke = sorted(s.turn for s in (*case.trace.user, *case.trace.assistant))
    for said in case.trace.user:
        since = max((turn for turn in spoke if turn < said.turn), default=0)
        for call in (c for c in case.trace.own if since < c.turn < said.turn):
            problem = _untrue(case, fold(said.text), call)
            if problem:
                yield Finding(said.turn, f"after {call.call.name}: {problem}")


def _untrue(case: Case, text: str, call: Executed) -> str:
    tool = case.trace.own_tools.get(call.call.name)
    if tool is None or call.failed or not isinstance(call.result, dict):
        return ""
    if tool.effect == "write" and (undone := _UNDONE.search(text)) is not None:
        return f"it was done, yet the user says {undone[0]!r}"
    known = _words_of(tool)
    so = [w for field, words in known.items() for w in words.get(_written(call.result.get(field)), ())]
    for field, words in known.items():
        actual = _written(call.result.get(field))
        others = [w for value, said in words.items() if value != actual for w in said if _has(text, w)]
        others = [w for w in others if not any(w in true for true in so)]  # it may be so of another field
        if others and not any(_has(text, w) for w in words.get(actual, ())):
            return f"{field} is {actual!r}, yet the user says {others[0]!r}"
    return "" if any(_has(text, w) for w in so) else _of_test(case, text, call)


def _of_test(case: Case, text: str, call: Executed) -> str:
    """Of the user's own test: whether all is well."""
    guide = _guide(case, call.task)
    if guide is None or guide.works.tool != call.call.name:
        return ""
    well, ill = _WELL.search(text), _ILL.search(text)
    if guide.works.holds(call.result):
        return f"the test was passed, yet the user says {ill[0]!r}" if ill is not None and well is None else ""
    return f"the test failed, yet the user says {well[0]!r}" if well is not None and ill is None else ""


# ── the assistant ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_assistant(case: Case) -> Iterator[Finding]:
    hearing = hearing_of(tuple(case.trace.own_tools.values()))
    for said in case.trace.assistant:
        guide = _guide(case, said.task)
        if guide is None:
            continue
        over = _says_over(said.text)
        if over and not _is_well(case, guide, said.turn):
            yield Finding(said.turn, f"{over!r} is said, and the user's own test does not say so")
        made = any(c.effect == "write" and c.worked for c in case.blocks[said.turn])
        claimed = hearing.claimed(said.text) if not made else None
        if claimed is not None:
            yield Finding(said.turn, f"{claimed.name} is the user's to do, and the assistant says it did")


def _says_over(text: str) -> str:
    for sentence in _SENTENCE.findall(text):
        said = fold(sentence)
        found = _OVER.search(said)
        if found is not None and "?" not in sentence and _OPEN.search(said) is None:
            return found[0]
    return ""


def _is_well(case: Case, guide: Guide, turn: int) -> bool:
    """The user's last test was passed; where there was none, the user has said that all is well."""
    task = case.trace.turns[turn].task
    tests = [c for c in case.trace.own if c.task == task and c.turn < turn and c.call.name == guide.works.tool]
    if tests:
        return isinstance(tests[-1].result, dict) and guide.works.holds(tests[-1].result)
    said = (fold(s.text) for s in case.trace.user if s.task == task and s.turn < turn)
    return any(_WELL.search(text) is not None and _ILL.search(text) is None for text in said)


def _guide(case: Case, task: int) -> Guide | None:
    """The guide that a task is about; None for any other task."""
    if not 0 <= task < len(case.tasks) or not case.tasks[task].user_tools:
        return None
    names = {s.need.meaning.verb for s in case.tasks[task].subtasks if s.need is not None}
    return next((g for g in case.policy.guides if g.name in names), None)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words(tool: Tool) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Field → value → how it is said: the cases of the tool's report, and values of a fixed list as they stand. What stands for two values
    tells nothing."""
    out: dict[str, dict[str, set[str]]] = {}
    for line in tool.wording.get("report", ()):
        for field, value, words in cases_of(line):
            out.setdefault(field, {}).setdefault(value, set()).add(fold(words))
    for field, schema in tool.returns.get("properties", {}).items():
        for value in schema.get("enum", ()):
            out.setdefault(field, {}).setdefault(_written(value), set()).add(fold(str(value)))
    for values in out.values():
        shared = {w for v, words in values.items() for w in words if any(w in o for u, o in values.items() if u != v)}
        for said in values.values():
            said.difference_update(shared)
    return {f: {v: tuple(sorted(w for w in words if w)) for v, words in values.items()} for f, values in out.items()}


_words_of: Kept[Tool, Mapping[str, Mapping[str, tuple[str, ...]]]] = Kept(_words, 256)


def _written(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _has(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None
