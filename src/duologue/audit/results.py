"""Is what the tools return readable, and do calls not repeat themselves for nothing?"""

import ast
import json

from duologue.audit.sight import Sight
from duologue.audit.values import Objection
from duologue.ids import canonical

__all__ = ["repetition", "results"]

_CHANGING = ("random", "generate", "roll", "flip", "draw", "joke", "quote", "fact", "time", "status", "check", "wait", "poll", "next", "press", "click", "scroll", "step", "retry", "refresh", "monitor", "password", "think", "thought", "plan", "log")  # fmt: skip
"""Words in the name of a tool that may well be called again: its answer changes by itself, or it acts."""
_LONG = 80


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
    texts: dict[str, int] = {}
    for number in said:
        text = " ".join(sight.turns[number].text.split())
        if (
            len(text) >= _LONG
            and text in texts
            and sight.turns[number - 1].role == "user"
            and _asked_otherwise(sight, texts[text], number)
        ):
            out.append(Objection("doubt", number, "the assistant says the same again, word for word", text[:60]))
        texts[text] = number
    return out


def _asked_otherwise(sight: Sight, one: int, two: int) -> bool:
    """Whether the user said something else before the second time; who asks the same gets the same."""
    asked = [sight.turns[n - 1].text.strip() for n in (one, two) if n and sight.turns[n - 1].role == "user"]
    return len(asked) < 2 or asked[0] != asked[1]
