"""Is what the tools return readable, and do calls not repeat themselves for nothing?"""

import ast
import json
import re
from itertools import pairwise

from duologue.audit.heard import stems
from duologue.audit.sight import Sight
from duologue.audit.values import Objection
from duologue.checks.words import finds
from duologue.ids import canonical
from duologue.language.questions import listen

__all__ = ["repetition", "results"]

_CHANGING = ("random", "generate", "roll", "flip", "draw", "joke", "quote", "fact", "time", "status", "check", "wait", "poll", "next", "press", "click", "scroll", "step", "retry", "refresh", "monitor", "password", "think", "thought", "plan", "log")  # fmt: skip
"""Words in the name of a tool that may well be called again: its answer changes by itself, or it acts."""
_LONG, _REQUEST = 80, 25
_FIGURE = re.compile(r"\d[\d.,]*(?<=\d)")


def results(sight: Sight) -> list[Objection] | None:
    """Results can be read."""
    numbers = [n for n, t in enumerate(sight.turns) if t.role == "tool"]
    if not numbers:
        return None
    out = []
    empty = [n for n in numbers if not sight.turns[n].text.strip() and not sight.turns[n].other]
    if empty:
        out.append(Objection("note", empty[0], f"{len(empty)} results are empty" if empty[1:] else "an empty result"))
    for number in numbers:
        text = sight.turns[number].text.strip()
        if text[:1] in "{[" and text[-1:] not in "}]" and not _is_json(text):
            out.append(Objection("doubt", number, "a result begins as JSON and breaks off", text[-60:]))
        elif text[:1] in "{[" and not _is_json(text) and _is_python(text):
            out.append(Objection("note", number, "a result in Python's writing, which is no JSON", text[:60]))
        elif text[:1] == "{" and text[1:].lstrip()[:1] == '"' and not _is_json(text):
            out.append(Objection("doubt", number, "a result is nearly JSON, and can't be parsed", text[:60]))
    return out


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_python(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def repetition(sight: Sight) -> list[Objection] | None:
    """Nothing is asked, or said, twice for no reason."""
    said = [n for n, t in enumerate(sight.turns) if t.role == "assistant" and t.text]
    if len(sight.made) < 2 and len(said) < 2:
        return None
    out: list[Objection] = []
    seen: dict[bytes, int] = {}
    last = -1
    for made in sight.made:
        if any(t.role == "user" for t in sight.turns[last + 1 : made.at]):
            seen.clear()
        last = made.at
        if made.call.arguments is None or any(w in made.call.name.lower() for w in _CHANGING):
            continue
        key = canonical([made.call.name, made.call.arguments])
        if key in seen:
            out.append(Objection("doubt", made.at, "the same call again for the same request", made.call.name))
        if not made.failed:
            seen[key] = made.at
    return [*out, *_same_words(sight, said), *_same_requests(sight), *_otherwise(sight, said)]


def _same_words(sight: Sight, said: list[int]) -> list[Objection]:
    """Answers given again to what has nothing to do with them; a question may be asked until it is answered."""
    out: list[Objection] = []
    texts: set[str] = set()
    for number in said:
        text = " ".join(sight.turns[number].text.split())
        before = sight.turns[number - 1]
        if (
            len(text) >= _LONG
            and text in texts
            and "?" not in text
            and before.role == "user"
            and _is_elsewhere(before.text, text)
        ):
            out.append(Objection("doubt", number, "the assistant says the same again, word for word", text[:60]))
        texts.add(text)
    return out


def _is_elsewhere(asked: str, text: str) -> bool:
    """Whether a request shares no word with an answer, and asks for nothing again."""
    return not stems(asked) & stems(text) and finds("recap", "asks", asked) is None and not _again(asked)


def _again(said: str) -> bool:
    return (
        finds("doubt", "asks", said) is not None
        or re.search(r"\bagain\b|\bcatch\b|\brepeat\b", said, re.IGNORECASE) is not None
    )


def _same_requests(sight: Sight) -> list[Objection]:
    """Requests that were answered, and are made again in the same words, with the same answer."""
    out: list[Objection] = []
    seen: dict[str, int] = {}
    for number, turn in enumerate(sight.turns):
        if turn.role != "user":
            continue
        text = " ".join(turn.text.split())
        answer = _answer(sight, seen[text]) if text in seen else ""
        if (
            len(text) >= _REQUEST
            and answer
            and answer == _answer(sight, number)
            and "?" not in answer
            and not listen(answer).fails
        ):
            out.append(Objection("doubt", number, "the user asks the same again, word for word", text[:60]))
        seen[text] = number
    return out


def _answer(sight: Sight, user: int) -> str:
    """What the assistant said to a user's turn, before the next."""
    following = sight.turns[user + 1 :]
    stop = next((n for n, t in enumerate(following) if t.role == "user"), len(following))
    return " ".join(t.text for t in following[:stop] if t.role == "assistant").strip()


def _otherwise(sight: Sight, said: list[int]) -> list[Objection]:
    """Answers that are an earlier one but for a figure, while nothing was looked up in between."""
    out = []
    for one, two in pairwise(said):
        first, second = sight.turns[one], sight.turns[two]
        if (
            two - one != 2
            or first.calls
            or second.calls
            or sight.turns[one + 1].role != "user"
            or first.text == second.text
        ):
            continue
        if not _again(sight.turns[one + 1].text) or len(first.text) < _REQUEST:
            continue
        if _FIGURE.sub("0", first.text) == _FIGURE.sub("0", second.text):
            out.append(
                Objection("doubt", two, "it says otherwise than before, and nothing was looked up", second.text[:80])
            )
    return out
