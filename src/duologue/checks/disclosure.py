"""Was the user told what they asked for?

A value must be told by the assistant after the call that fetched it. Having been told it before counts, as long as nothing
had changed in between. To tell is more than to mention: what is denied, bounded, asked or left open is not told (`language.stance`), and
a number that is part of a name is no figure.
"""

from duologue.catalog.model import Column
from duologue.checks.case import Case, verdict
from duologue.checks.words import finds
from duologue.language.amounts import is_amount
from duologue.language.reading import read
from duologue.language.stance import doubts, stands, states
from duologue.language.values import is_blank, say, tells
from duologue.plans.trace import Said
from duologue.types import Disclosure, Finding, Verdict

_ADDED_UP = (":sum", ":avg", ":min", ":max")


def disclosure(case: Case) -> Verdict:
    """Every value that the tasks want told was told."""
    findings = []
    for number, task in enumerate(case.tasks):
        for subtask in task.subtasks:
            for tell in subtask.tell:
                if not is_blank(tell.value) and not _told(case, number, tell):
                    what = say(tell.value, case.column(tell.slot))
                    findings.append(
                        Finding(case.last_turn(number), f"never told: {tell.slot or 'the answer'} = {what}")
                    )
                    if case.briefly:
                        return verdict("disclosure", findings)
    return verdict("disclosure", findings)


def _told(case: Case, number: int, tell: Disclosure) -> bool:
    column = case.column(tell.slot) or _of_amounts(case, tell.slot)
    index = case.match(number).calls.get(tell.step)
    call = case.trace.calls[index] if index is not None else None
    since = call.turn if call is not None else 0
    texts = [s for s in case.trace.assistant if s.turn > since and s.task == number]
    epoch = case.epochs[call.turn] if call is not None else 0
    if call is not None:  # told already, and nothing has changed
        told = [s for s in case.trace.assistant if s.turn <= since or s.task != number]
        texts += [s for s in told if case.epochs[s.turn] == epoch]
    return any(_is_in(case, s, (tell, column), case.epochs[s.turn] != epoch) for s in texts)


def _of_amounts(case: Case, slot: str) -> Column | None:
    """The column whose durations or sizes a value is worked out of: it is told as those are, "39.3 GB"."""
    column = case.column(slot.partition(":")[0])
    return column if column is not None and is_amount(column.unit) and slot.endswith(_ADDED_UP) else None


def _is_in(case: Case, said: Said, what: tuple[Disclosure, Column | None], later: bool) -> bool:
    """Whether a text tells a value; where that is hard to say, it is asked once of each text."""
    tell, column = what
    reading = case.reading(said.turn)
    if not tells(reading, tell.value, column):
        return _otherwise(said.text, tell)
    figure = isinstance(tell.value, int | float) and not isinstance(tell.value, bool)
    names = tuple([name for name in case.numbered_names if name in reading.text]) if figure else ()
    if not names and not doubts(reading.text):
        return True
    mark = (said.text, names, tell.slot, repr(tell.value), later)
    if mark not in case.tellings:
        stated = stands(reading, tell.value, column, later)
        if stated and names:
            stated = states(read(_without(names, reading.text)), tell.value, column, later)
        case.tellings[mark] = stated or _otherwise(said.text, tell)
    return case.tellings[mark]


def _without(names: tuple[str, ...], text: str) -> str:
    """A text with blanks for names: a figure that is part of one ("set of four", "Three Brothers", "Route 66") is none."""
    for name in names:
        text = text.replace(name, " " * len(name))
    return text


def _otherwise(text: str, tell: Disclosure) -> bool:
    """In other words: none for 0."""
    zero = tell.value == 0 and not isinstance(tell.value, bool)
    return zero and finds("counting", "none", text) is not None
