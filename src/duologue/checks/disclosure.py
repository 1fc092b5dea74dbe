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
from duologue.language.stance import states
from duologue.language.values import is_blank, say, tells
from duologue.plans.trace import Said
from duologue.types import Disclosure, Finding, Json, Verdict

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
    """Whether a text tells a value; asked once of each text."""
    tell, column = what
    if not tells(case.reading(said.turn), tell.value, column) and tell.value != 0:
        return False  # nearly always
    mark = (said.text, case.numbered_names, tell.slot, repr(tell.value), later)
    if mark not in case.tellings:
        case.tellings[mark] = _tells(case, said.turn, (tell.value, column), later) or _otherwise(said.text, tell)
    return case.tellings[mark]


def _tells(case: Case, turn: int, what: tuple[Json, Column | None], later: bool) -> bool:
    """Whether a turn tells a value; a figure that is part of a name ("set of four", "Three Brothers", "Route 66") is none."""
    reading = case.reading(turn)
    value, column = what
    if not states(reading, value, column, later):
        return False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    text = reading.text
    for name in case.numbered_names:
        text = text.replace(name, " " * len(name))
    return text == reading.text or states(read(text), value, column, later)


def _otherwise(text: str, tell: Disclosure) -> bool:
    """In other words: none for 0."""
    zero = tell.value == 0 and not isinstance(tell.value, bool)
    return zero and finds("counting", "none", text) is not None
