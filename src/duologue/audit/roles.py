"""Does everybody speak in turn, as themselves, and is every call answered?

What some interface would refuse, or no reader could follow, is a fault: a result without a call, a call that the conversation goes
on without. What is only unusual (two messages running, an assistant that greets first) is a doubt or a note: some sets are made so.
"""

import re

from duologue.audit.denial import denied
from duologue.audit.sight import Sight
from duologue.audit.values import Objection
from duologue.checks.words import finds

__all__ = ["roles"]

_LABEL = re.compile(r"(?:^|\n)[*_#> ]*(user|human|customer)[*_]*: ?\S", re.IGNORECASE)
_DRAMA = re.compile(
    r"(?<![@.\w])(?:dialog\w*|conversations?|scripts?|story|stories|plays?|interviews?|examples?|formats?)\b(?![.@]\w)",
    re.I,
)
"""Where somebody asks for one, lines of two speakers are the answer."""
_SHORT = 300
_DRAFT = re.compile(r'[“"]|\n\s*\n|```|\b(?:dear|sincerely|regards)\b', re.IGNORECASE)
"""What may be written for somebody else to say."""
_SIGN = re.compile(r"[^\w\n]*[A-Z_]+[^\w\n]*\Z")
"""A sign between programs that it is over: "###STOP###"."""
_CLOSING = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|bye|goodbye|that(?:'s| is|’s) (?:all|it|everything)|great|perfect|done|nothing else|see you|no more)\b",
    re.IGNORECASE,
)


def roles(sight: Sight) -> list[Objection]:
    """Turns, calls and endings are in order."""
    return [*_calls(sight), *_ids(sight), *_order(sight), *_voices(sight), *_ending(sight)]


def _calls(sight: Sight) -> list[Objection]:
    out = [
        Objection("fault", n, "a result that answers no call", sight.turns[n].answers or sight.turns[n].text[:60])
        for n in sight.strays
    ]
    for at, n in sight.left:
        call = sight.turns[at].calls[n]
        out.append(Objection("fault", at, "a call is never answered, and the conversation goes on", call.name))
    for number, turn in enumerate(sight.turns):
        if turn.calls and turn.role != "assistant":
            out.append(Objection("fault", number, f"a call made by the {turn.role}", turn.calls[0].name))
    for made in sight.made:
        given = sight.turns[made.answer].name if made.answer >= 0 and len(sight.turns[made.at].calls) == 1 else ""
        if given and made.call.name and given != made.call.name and not given.startswith(("call_", "tool")):
            what = f"the result is from {given!r}, the call was of another tool"
            out.append(Objection("fault", made.answer, what, made.call.name))
    return out


def _ids(sight: Sight) -> list[Objection]:
    out = []
    seen: set[str] = set()
    again: list[tuple[int, str]] = []
    for number, turn in enumerate(sight.turns):
        own = [c.id for c in turn.calls if c.named]
        if len(set(own)) < len(own):
            out.append(Objection("fault", number, "two calls of one message have one id", max(own, key=own.count)))
        again += [(number, name) for name in own if name in seen]
        seen.update(own)
    if again:
        what = "a call id is used again" if len(again) == 1 else f"{len(again)} calls have an id that was used before"
        out.append(Objection("doubt", again[0][0], what, again[0][1]))
    return out


def _order(sight: Sight) -> list[Objection]:
    out = []
    turns = sight.turns
    for number, turn in enumerate(turns):
        before = turns[number - 1] if number else None
        if before is None:
            continue
        if turn.role == "system" and before.role != "system":
            out.append(Objection("note", number, "a system message in the middle", turn.text[:60]))
        elif turn.role == "user" and before.role == "user":
            out.append(Objection("doubt", number, "two messages of the user running", turn.text[:60]))
        elif turn.role == "assistant" and before.role == "assistant" and not before.calls:
            out.append(Objection("doubt", number, "two messages of the assistant running", turn.text[:60]))
    return out


def _voices(sight: Sight) -> list[Objection]:
    """Somebody speaks in the other's voice."""
    out = []
    asked = "\n".join(t.text for t in sight.turns if t.role in ("user", "system"))
    for number, turn in enumerate(sight.turns):
        if turn.role == "assistant" and (found := _LABEL.search(turn.text)) is not None:
            if _LABEL.search(asked) is None and not _DRAMA.search(asked):
                out.append(Objection("doubt", number, "the assistant writes the other side's lines", found[0].strip()))
        elif len(turn.text) >= _SHORT or _DRAFT.search(turn.text):
            continue
        elif turn.role == "user" and (found := finds("roles", "user_as_assistant", turn.text)) is not None:
            out.append(Objection("doubt", number, "the user speaks as the assistant", found[0].strip()))
        elif turn.role == "assistant" and (what := _as_user(sight, number)):
            out.append(Objection("doubt", number, "the assistant speaks as the user", what))
    return out


def _as_user(sight: Sight, number: int) -> str:
    """What in an answer only a user says; who leaves the call to the user is told so elsewhere."""
    found = finds("roles", "assistant_as_user", sight.turns[number].text)
    return found[0].strip() if found is not None and denied(sight, number) is None else ""


def _ending(sight: Sight) -> list[Objection]:
    turns = sight.turns
    speakers = [t.role for t in turns if t.role != "system"]
    if sight.talk.prompt:
        return []
    last = len(turns) - 1
    out = []
    if speakers and speakers[0] == "assistant" and turns[speakers.index("assistant")].calls:
        out.append(Objection("doubt", -1, "the assistant works before anybody asked for anything"))
    if "user" not in speakers:
        out.append(Objection("doubt", -1, "the user says nothing"))
    if turns[last].role == "tool":
        out.append(
            Objection("note", last, "it ends with a result that the assistant says nothing of", turns[last].text[:60])
        )
    elif sight.open:
        out.append(Objection("note", last, "it ends with a call: a step to learn from, not a whole conversation"))
    elif turns[last].role == "user" and _waits(turns[last].text):
        out.append(Objection("doubt", last, "it ends with the user waiting for an answer", turns[last].text[-60:]))
    return out


def _waits(said: str) -> bool:
    """Whether somebody who says this last is owed an answer."""
    return _SIGN.match(said) is None and ("?" in said or _CLOSING.search(said) is None)
