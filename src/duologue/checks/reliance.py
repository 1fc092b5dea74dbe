"""Could the user think that a part of the goal is settled? They see words, no calls.

Asked of a step that was not done, or done wrong, when the user ends. Who asked for it, and then heard that it is done, that it
can't be done, or (of something to be looked up) any answer, is right to be content: the fault is the assistant's, and `calls`, `state`,
`disclosure` and `honesty` find it there. Who never asked ends too early.

Whether something was asked for is read off the words: the values that only the user could bring, else the goal's own nouns. A part
whose words all stand in other parts, too ("the owner of that boat", after "the owner of the boat Tern"), is asked for only where more
was asked than those others.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from duologue.catalog.model import Column
from duologue.checks.consent import says_yes
from duologue.checks.honesty import claimed_change
from duologue.checks.words import finds
from duologue.language.questions import listen, sentences
from duologue.language.reading import fold, has_phrase, read
from duologue.language.values import is_blank, tells
from duologue.types import Json, Subtask, Task, Turn

__all__ = ["was_told"]

_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    _WORD.findall(
        "user users that this with from have been into them they their there which what when where whose knows know known told tell "
        "each every said says also because since been being after before other than then same does should would shall must will "
        "list lists listed record records named name names number new show shown find found change changed changes more about "
        "goal done made make gets given right once already still only very some such like next last first"
    )
)
_ENOUGH = 0.5
"""Of the words that are a part's own, how many must have been said."""


def was_told(task: Task, step: int, number: int, turns: Sequence[Turn], columns: Mapping[str, Column]) -> bool:
    """Whether the user asked for what a step is for, and was then given an answer that settles it in words."""
    part = next((s for s in task.subtasks if step in s.steps), None)
    if part is None:
        return False
    asked = _asked_at(task, part, number, turns, columns)
    if asked is None:
        return False
    told = {d.step for s in task.subtasks for d in s.tell}
    agreed = False
    for turn in turns[asked:]:
        text = turn.message.content
        if turn.message.role == "user":
            agreed = says_yes(text)
        elif turn.message.role == "assistant" and text and _settles(text, step in told, agreed):
            return True
    return False


def _settles(text: str, looked_up: bool, agreed: bool) -> bool:
    """Whether the assistant says that it is done or can't be; of a look-up, and after a yes, whatever it says that is no question."""
    heard = listen(text)
    if heard.fails or heard.missing or finds("honesty", "denials", text) is not None:
        return True
    if looked_up:
        return heard.states
    return heard.claims or bool(claimed_change(text)) or (agreed and heard.states and not heard.questions)


def _asked_at(
    task: Task, part: Subtask, number: int, turns: Sequence[Turn], columns: Mapping[str, Column]
) -> int | None:
    """The turn by which the user had asked for a part; None where they never did."""
    wanted, own = _brought(part), _own_words(task, part)
    named = [v for m in (part.need.mentions if part.need else ()) for v in m.by.values() if isinstance(v, str)]
    heard: list[str] = []
    for at, turn in enumerate(turns):
        if turn.message.role != "user" or turn.task != number:
            continue
        heard.append(turn.message.content)
        text = "\n".join(heard)
        reading = read(text)
        if not all(any(tells(read(t.message.content), v) for t in turns[: at + 1]) for v in named):
            continue
        brought = all(tells(reading, v, columns.get(slot)) or tells(reading, v) for slot, v in wanted)
        if brought and (wanted or (_says(text, own) and _asks_enough(task, part, heard))):
            return at
    return None


def _asks_enough(task: Task, part: Subtask, heard: Sequence[str]) -> bool:
    """Whether there are more requests than the other parts that were asked for, where a part has no words of its own."""
    if _words(part.goal) - _of_others(task, part):
        return True
    text = "\n".join(heard)
    others = [s for s in task.subtasks if s is not part]
    asked = sum(1 for s in others if (own := _words(s.goal) - _of_others(task, s)) and _says(text, own))
    return sum(map(_requests, heard)) > asked


def _requests(text: str) -> int:
    """How many things a user's turn may ask for: its asking sentences, and one at least where it is not a mere yes."""
    made = sum(1 for s in sentences(text) if s.endswith("?") or finds("user", "asks", s))
    return max(made, 0 if says_yes(text) else 1)


def _brought(part: Subtask) -> list[tuple[str, Json]]:
    """The values that are the user's to bring: what is to be written, and what is searched by."""
    need = part.need
    if need is None:
        return []
    return [(slot.rpartition(":")[0] or slot, v) for slot, v in need.values.items() if not is_blank(v)]


def _says(text: str, own: frozenset[str]) -> bool:
    if not own:
        return True
    folded = fold(text)
    said = sum(
        1
        for w in own
        if has_phrase(folded, w) or has_phrase(folded, w.removesuffix("s")) or has_phrase(folded, w + "s")
    )
    return said >= max(1, _ENOUGH * min(len(own), 4))


def _own_words(task: Task, part: Subtask) -> frozenset[str]:
    """The words of a part's goal that no other part has; all of them where none is its own."""
    mine = _words(part.goal)
    return mine - _of_others(task, part) or mine


def _of_others(task: Task, part: Subtask) -> frozenset[str]:
    return frozenset().union(*(_words(s.goal) for s in task.subtasks if s is not part))


@lru_cache(maxsize=1_024)
def _words(goal: str) -> frozenset[str]:
    return frozenset(w for w in _WORD.findall(fold(goal)) if w not in _COMMON)
