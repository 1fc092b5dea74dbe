"""The findings that are read again: what each says, and how it is known by what it says.

A finding is a turn and a sentence for people. Some sentences decide something later: who is to blame, why a draft was refused, what is only
a note. Each of those stands here once, as a `Form`: who writes it fills its slots, who reads it gets them back. A sentence worded anew is
then worded anew for both, and one written past its form is found by a test. Slots that hold words of strangers come last or stand
in quotes, so that what they say is never taken for the form's own.
"""

import re
from functools import cache

from msgspec import Struct

from duologue.types import Finding

__all__ = ["Form", "given_up", "is_aside", "note", "own_words", "reason_given"]

_SLOT = re.compile(r"\{(n|word|)\}")
_HOLDS = {"n": r"(\d+)", "word": r"(\w+)", "": r"(.*)"}


class Form(Struct, frozen=True):
    """A sentence with slots: `{n}` holds a number, `{word}` a word, `{}` anything."""

    text: str

    def __call__(self, *values: object) -> str:
        """The sentence with its slots filled, in order."""
        given = iter(values)
        return _SLOT.sub(lambda _: str(next(given)), self.text)

    def heard(self, what: str) -> tuple[str, ...] | None:
        """What the slots of a sentence hold; None where it is not of this form."""
        found = _pattern(self.text).fullmatch(what)
        return found.groups() if found is not None else None

    def fits(self, what: str) -> bool:
        """Whether a sentence is of this form."""
        return self.heard(what) is not None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    pieces = _SLOT.split(text)
    plain, slots = pieces[::2], pieces[1::2]
    return re.compile(
        "".join(re.escape(p) + (_HOLDS[slots[n]] if n < len(slots) else "") for n, p in enumerate(plain)), re.DOTALL
    )


# ── Notes: what decides nothing ──────────────────────────────────────────────────────────────────────────────────────────

NOTED = Form("noted: {}")


def note(turn: int, what: str) -> Finding:
    """A remark of a check's that is no objection."""
    return Finding(turn, NOTED(what))


def is_aside(what: str) -> bool:
    """Whether a sentence objects to nothing: a note, a count of judges' voices, a line that was found in order."""
    said = own_words(what)
    line = JUDGED.heard(said)
    return (
        NOTED.fits(said)
        or AGREE.fits(said)
        or DISAGREE.fits(said)
        or (line is not None and line[OUTCOME] == OUTCOMES[True])
    )


# ── A conversation's form (`protocol`) and its calls (`state`) ───────────────────────────────────────────────────────────

WAITING = Form("it ends with the user waiting for an answer")
MIDWORK = Form("it ends in the middle of the assistant's work")
UNFINISHED = Form("it ends before the user says it is done")
UNANSWERED = Form("the call {} was never answered")
EMPTY = Form("an empty message by the {word}")
STRAY_READ = Form("{} only reads, yet {} changed")
STRAY_FAILED = Form("{} failed, yet {} changed")

# ── Faults on purpose (`recovery`) ───────────────────────────────────────────────────────────────────────────────────────

FAULTED = Form("{word} met a fault {n} times running, and was rightly given up")
"""A note: what was lost to it is nobody's in the conversation."""

# ── The user gate ────────────────────────────────────────────────────────────────────────────────────────────────────────

SILENT = Form("says nothing")
AS_ASSISTANT = Form("speaks as the assistant: {}")
TECHNICAL = Form("uses the name {}")
LEAKS = Form("gives away {}, which nobody has told")
INVENTS = Form("invents {}")
CROWD = Form("makes {n} requests at once")
AGAIN = Form("asks again for what was just told: {}")
AGAIN_IN_THE_SAME_WORDS = Form("asks again, word for word, for what was told: {}")
AGAINST = Form("contradicts the goal: {}")
LETS_STAND = Form("lets stand what contradicts the goal: {}")
OPEN = Form("ends while something is open: {}")
UNASKED = Form("ends with {n} requests not made")
TOO_LONG = Form("goes on long after everything is done")
IDLE = Form("goes on long with an assistant that makes no call")
"""The one finding of the gate that is none of the user's doing."""

GATE_REASONS: dict[Form, str] = {
    SILENT: "says nothing",
    AS_ASSISTANT: "speaks as the assistant",
    TECHNICAL: "uses a technical name",
    LEAKS: "knows what it can't know",
    INVENTS: "invents a value",
    CROWD: "asks too much at once",
    AGAIN: "asks again",
    AGAIN_IN_THE_SAME_WORDS: "asks again",
    AGAINST: "contradicts its goal",
    LETS_STAND: "contradicts its goal",
    OPEN: "ends too early",
    UNASKED: "ends too early",
    TOO_LONG: "goes on for nothing",
    IDLE: "the assistant makes no call",
}
"""Each objection of the gate → the short code under which a user given up for it is recorded."""

# ── The judge ────────────────────────────────────────────────────────────────────────────────────────────────────────────

JUDGED = Form("task {n}, line {n} ({word}) {word}: {}")
"""A line of the rubric: its class, whether it passed, the evidence."""
CLASS, OUTCOME = 2, 3
OUTCOMES = {True: "passed", False: "failed"}
INVALID_CLASS = "InvalidRubric"
NOT_A_USER = Form("the user did not stay a user: {}")
COULD_NOT_TELL = Form("could not tell: {}")
NOTHING_CRITICAL = Form("could not tell: no line of the rubric is critical")
VOICE = Form("judge {n}: {}")
"""What one of several says."""
AGREE = Form("judges agree: {}")
DISAGREE = Form("judges disagree: {}")
VOTES: dict[bool | None, str] = {True: "valid", False: "invalid", None: "could not tell"}
"""How a voice's vote is written; votes are parted by commas."""


def own_words(what: str) -> str:
    """What was said, without the name of the voice that said it."""
    voice = VOICE.heard(what)
    return voice[1] if voice is not None else what


# ── A conversation given up ──────────────────────────────────────────────────────────────────────────────────────────────


def given_up(turn: int, reason: str, evidence: str) -> Finding:
    """Why a conversation was given up at a turn: the reason's code, then whatever was seen."""
    return Finding(turn, f"{reason}. {evidence}".strip())


def reason_given(what: str) -> str:
    """The reason's code of what `given_up` wrote."""
    return what.partition(". ")[0].rstrip(".")
