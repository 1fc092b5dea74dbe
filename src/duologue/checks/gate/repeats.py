"""Asking for what has just been told: no doubt, no change in between, no recap, no confirmation.

By acts: the same request or follow-up, of rows that are named and not pointed at. By words: a question that the one before already asked
and that was answered with something new; or one for a part of the goal that the user's last turn asked for, and of which the assistant
told everything.
"""

import re
from collections.abc import Sequence

from duologue.checks.findings import AGAIN, AGAIN_IN_THE_SAME_WORDS
from duologue.checks.gate.asks import Part, asks, in_turn, parts_of, stems, touches
from duologue.checks.gate.known import Known
from duologue.checks.repetition import doubts
from duologue.checks.words import finds
from duologue.language.questions import listen
from duologue.language.reading import fold, has_phrase, read
from duologue.language.values import is_blank, tells
from duologue.types import Act, Need, Turn

__all__ = ["repeats"]

_BACK = 2
"""User turns that "just" reaches back."""
_FEWEST = 3
"""Words that carry meaning, of a question that is compared with another."""
_ELSE_WORDS = """other another else also too more next rest remaining others previous before earlier instead first second third last only
    both each least most fewest lowest highest then now per all whole not without except since until"""
_ELSE = frozenset(_ELSE_WORDS.split())
_ASKS = frozenset({"request", "follow up"})


def repeats(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """Whether a turn asks for what the assistant has just told."""
    turn = turns[at]
    if turn.done or not any(t.message.role == "user" for t in turns[1:at]):
        return []
    if not turn.acts and (again := _word_for_word(known, turns, at)):
        return again
    if not _just_before(turns, at) or doubts(turn):
        return []
    if turn.acts:
        return _by_acts(turns, at)
    text = turn.message.content
    if finds("recap", "asks", text):
        return []
    for sentence in asks(text):
        if finds("user", "confirms", sentence):
            continue
        if _was_answered(known, sentence, turns, at) or _was_told(known, sentence, turns, at):
            return [AGAIN(repr(sentence.strip()))]
    return []


_NAMED = re.compile(r"\d|[^.?!\s] [A-Z][a-z]")
_NO_POINTING = re.compile(
    r"\b(?:(?:hi|hello|hey|is|are|was|were) there|there(?:'s|'re| is| are| was| were)|(?<=\w\ws )that (?:have|are|were|belong|go)|(?<=\bas )their)\b",
    re.IGNORECASE,
)
"""A word that points, where it doesn't: "are there any", "the wines that have", "which have Leeds as their city"."""
_POINTS = re.compile(
    r"\b(?:that|this|those|these|it|its|them|their|there|one|ones|he|she|his|her|next|last|first|second|same|again)\b",
    re.I,
)
_MORE = re.compile(
    r"\b(?:next|another|more|again|else|others?|rest|remaining|further|continue|go on|keep going)\b", re.IGNORECASE
)
"""What goes on to something new in the same words: "the next ten, please"."""
_TEXTS = re.compile(r':\s*"([^"\\]{2,80})"')
"""The texts that a result holds."""
_DISTINCT = 3
"""Words that only one part of the goal has, of a question that stands on its own without a name."""
_LONG_ENOUGH = 5
"""Words of a turn that nobody says twice by chance."""


def _word_for_word(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """A whole turn said before, however long ago, that means the same as then, was answered, and whose answer nothing has changed since.

    Right after its answer it means the same unless it asks for more; later on, where it stands on its own.
    """
    text = turns[at].message.content
    said = fold(text)
    if len(said.split()) < _LONG_ENOUGH:
        return []
    between = 0
    for number in range(at - 1, 0, -1):
        earlier = turns[number].message
        if earlier.role == "user" and fold(earlier.content) == said:
            at_once = not between and _MORE.search(text) is None
            if not (at_once or _means_the_same(known, turns[number], turns[at])):
                return []
            answer = _answer(turns, number, at)
            new = answer and (_is_new(answer, text) or _is_result(answer, text, turns[number:at]))
            if answer and new and not _outdated(known, answer, turns[number:at]):
                return [AGAIN_IN_THE_SAME_WORDS(repr(text))]
            return []
        between += earlier.role == "user"
    return []


def _means_the_same(known: Known, earlier: Turn, turn: Turn) -> bool:
    """Whether the same words still ask for the same: where only a part of an earlier task can be meant by them, no part of this one may."""
    text = turn.message.content
    if earlier.task == turn.task:
        return _stands_alone(known, turn, text)
    if _stands_alone(known, turn, text, by_part=False):
        return True
    mine = parts_of(known.tasks[min(turn.task, len(known.tasks) - 1)])
    return _stands_alone(known, earlier, text) and not any(touches(p, [text]) for p in mine)


def _is_result(answer: str, question: str, turns: Sequence[Turn]) -> bool:
    """The answer holds a value that the calls behind it gave in words, and the question does not."""
    heard, asked = read(answer).folded, read(question).folded
    results = (t.message.content for t in turns if t.message.role == "tool")
    texts = {fold(v) for r in results for v in _TEXTS.findall(r)}
    return any(len(v) > 1 and has_phrase(heard, v) and not has_phrase(asked, v) for v in texts)


def _stands_alone(known: Known, turn: Turn, text: str, by_part: bool = True) -> bool:
    """Whether a turn asks for the same wherever it is said: it names what it is about, or, `by_part`, only one part of the goal can
    be meant."""
    text = " ".join(asks(text)) or text
    if _POINTS.search(_NO_POINTING.sub("", text)):
        return False
    if _NAMED.search(text) or known.names_something(text):
        return True
    said = stems(text)
    parts = parts_of(known.tasks[min(turn.task, len(known.tasks) - 1)])
    return by_part and any(len(p.own & said) >= _DISTINCT and touches(p, [text]) for p in parts)


def _outdated(known: Known, answer: str, turns: Sequence[Turn]) -> bool:
    """Rows came or went since among those that the answer was looked up in, or a value that it told was changed."""
    changes = [c for t in turns for c in t.changes]
    looked_in = _looked_in(known, turns)
    if any(c.op != "update" and (not looked_in or c.table in looked_in) for c in changes):
        return True
    return any(v is not None and tells(read(answer), v) for c in changes for v in (c.before or {}).values())


def _looked_in(known: Known, turns: Sequence[Turn]) -> frozenset[str]:
    """The tables that the calls right after the first of these turns may read; empty where that is not known of each."""
    calls: list[str] = []
    for turn in turns[1:]:
        if turn.message.role == "user" or (turn.message.role == "assistant" and not turn.message.tool_calls):
            break
        calls += [c.name for c in turn.message.tool_calls]
    tables = [known.reads.get(name, ()) for name in calls]
    return frozenset().union(*tables) if all(tables) else frozenset()


def _by_acts(turns: Sequence[Turn], at: int) -> list[str]:
    mine = [a for a in turns[at].acts if _names_its_rows(a)]
    if not mine:
        return []
    for number in _just_before(turns, at):
        earlier = [a for a in turns[number].acts if _names_its_rows(a)]
        again = next((a for a in mine if any(_same(a.need, e.need) for e in earlier)), None)
        if again is not None and _answer(turns, number, at) is not None:
            return [AGAIN(repr(turns[at].message.content))]
    return []


def _names_its_rows(act: Act) -> bool:
    return act.kind in _ASKS and act.need is not None and all(m.by and m.pick is None for m in act.need.mentions)


def _same(one: Need | None, other: Need | None) -> bool:
    return one == other


def _just_before(turns: Sequence[Turn], at: int) -> list[int]:
    """The user's latest turns since which nothing was changed, the latest first."""
    out: list[int] = []
    for number in range(at - 1, 0, -1):
        if turns[number].changes:
            break
        if turns[number].message.role == "user":
            out.append(number)
            if len(out) == _BACK:
                break
    return out


def _answer(turns: Sequence[Turn], asked: int, before: int) -> str | None:
    """What the assistant said to a turn, where that was an answer: no question back, no failure, no promise."""
    for turn in turns[asked + 1 : before]:
        if turn.message.role == "user":
            return None
        if turn.message.role == "assistant" and turn.message.content and not turn.message.tool_calls:
            heard = listen(turn.message.content)
            back = heard.of("which", "what", "confirm", "other", "proceed")
            plain = heard.states and not (back or heard.fails or heard.missing or heard.promises)
            return turn.message.content if plain else None
    return None


def _was_answered(known: Known, sentence: str, turns: Sequence[Turn], at: int) -> bool:
    """The user asked just this before, word for word or nearly, and was told something that the question did not hold.

    With another request in between, what a question leaves unsaid may be another thing by now ("could you add the fee?").
    """
    before = _just_before(turns, at)
    for number in before if len(before) < _BACK or _stands_alone(known, turns[at], sentence) else before[:1]:
        if turns[number].task != turns[at].task or doubts(turns[number]):
            continue
        said = turns[number].message.content
        same = next((q for q in asks(said) if _is_same(sentence, q)), None)
        answer = _answer(turns, number, at) if same is not None else None
        if answer is not None and _is_new(answer, said):
            return True
    return False


def _turns_on(sentence: str, question: str) -> bool:
    """A little word or a figure makes it another question: "the other one", "also", "before", "the top 3"."""
    new = _words(sentence) - _words(question)
    return bool(new & _ELSE) or any(map(str.isdigit, new))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+|\d+", text.lower()))


def _is_same(sentence: str, question: str) -> bool:
    """All that carries meaning in the sentence was in the question, in that order, and hardly anything else; or it is that, word for
    word. ("The item of that order" is not "the order of that item".)"""
    one, other = stems(sentence), stems(question)
    if fold(sentence) == fold(question):
        return bool(one) and _MORE.search(sentence) is None
    alike = len(one) >= _FEWEST and one <= other and len(other - one) <= 1
    return alike and _comes_in(in_turn(sentence), in_turn(question)) and not _turns_on(sentence, question)


def _comes_in(said: Sequence[str], earlier: Sequence[str]) -> bool:
    """Whether words come one after the other as they came earlier."""
    rest = iter(earlier)
    return all(word in rest for word in said)


def _is_new(answer: str, question: str) -> bool:
    """The answer holds a figure, a date or a name that the question lacks."""
    heard, asked = read(answer), read(question)
    figures = {n.value for n in heard.numbers} - {n.value for n in asked.numbers}
    if figures or heard.dates:
        return True
    names = {w.strip(".,:;!?()\"'") for s in answer.split(". ") for w in s.split()[1:] if w[:1].isupper()}
    return any(n.casefold() not in asked.folded for n in names if len(n) > 1)


def _was_told(known: Known, sentence: str, turns: Sequence[Turn], at: int) -> bool:
    """The user's last turn asked for a part, in whatever words, the assistant told all values of it, and this asks for nothing else."""
    last = next(iter(_just_before(turns, at)), None)
    answer = _answer(turns, last, at) if last is not None else None
    if answer is None or last is None or turns[last].task != turns[at].task:
        return False
    wanted = stems(sentence)
    heard = wanted - stems(turns[last].message.content)
    parts = parts_of(known.tasks[min(turns[at].task, len(known.tasks) - 1)])
    asked = [p for p in parts if touches(p, [turns[last].message.content])]
    if len(asked) != 1 or not _is_for(asked[0], wanted) or _turns_on(sentence, turns[last].message.content):
        return False
    return heard <= asked[0].all and _all_told(known, asked[0], answer, sentence)


def _is_for(part: Part, wanted: frozenset[str]) -> bool:
    hits = len(part.own & wanted)
    return len(wanted) >= _FEWEST and hits >= max(2, 0.6 * len(part.own)) and len(wanted - part.all) <= 1


def _all_told(known: Known, part: Part, answer: str, sentence: str) -> bool:
    """The answer tells every value of the part, and the question repeats none of them."""
    tell = [d for d in part.subtask.tell if not is_blank(d.value)]
    heard, asked = read(answer), read(sentence)
    told = all(tells(heard, d.value, known.columns.get(d.slot)) or tells(heard, d.value) for d in tell)
    return bool(tell) and told and not any(tells(asked, d.value) for d in tell)
