"""A user held to the gate while the conversation is played, whoever plays it.

What a user would not say is not spoken: it is drawn again, at most twice, and then the conversation is given up as the user's fault,
with every refused draft and what was wrong with it as evidence. `Drafts` is that rule for one turn. How another draft comes about
is the speaker's own affair: a scripted user throws its dice anew (`GatedUser`), a model is told what was wrong (`model_user`).
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from duologue.checks.findings import GATE_REASONS, Form
from duologue.checks.gate import UserGate
from duologue.errors import StageError
from duologue.protocols import Utterance, View
from duologue.simulate.said import UnsaidError
from duologue.types import Scenario, Turn

__all__ = ["MOST_REDRAWS", "Drafts", "GatedUser", "Redrawing", "Refused"]

MOST_REDRAWS = 2
EVIDENCE = 2000
"""Characters of the evidence of a user that was given up."""
DRAFT = 500
"""Characters of a refused draft that are kept in it."""
SPEECHLESS = Form("leaves unsaid {}")
"""What is wrong with a draft that a scripted speaker took back by itself (`said`), and its code for the record."""
SPEECHLESS_REASON = "leaves unsaid what it means"


class Redrawing(Protocol):
    """A user that can say something else."""

    async def draw(self, view: View, again: int) -> Utterance:
        """The next message; with `again` = 1, 2, … another one, each as the same seed gives it."""


class Refused(Struct, frozen=True):
    """A draft that was not spoken, and why."""

    text: str
    why: tuple[str, ...]


class Drafts:
    """The drafts of one turn: what the gate says of each, and those it refused."""

    def __init__(self, gate: UserGate) -> None:
        self.gate = gate
        self.refused: list[Refused] = []

    def objections(self, path: Sequence[Turn], scenario: Scenario) -> tuple[str, ...]:
        """What is wrong with the draft that a path of turns ends with; nothing where it can be spoken."""
        return tuple(f.what for f in self.gate.judge(path, len(path) - 1, scenario).evidence)

    def refuse(self, text: str, why: Sequence[str]) -> None:
        """Keep a draft that can't be spoken."""
        self.refused.append(Refused(text, tuple(why)))

    def given_up(self, role: str = "user", reason: str = "") -> StageError:
        """The error that ends the conversation as the user's fault; its reason is that of the last draft where none is given."""
        last = self.refused[-1].why[0] if self.refused else ""
        return StageError(role, reason or reason_of(last), self.evidence)

    @property
    def evidence(self) -> str:
        """All refused drafts, in order, each with what is wrong with it."""
        parts = (f"draft {n}: {'; '.join(r.why)} | {r.text[:DRAFT]}" for n, r in enumerate(self.refused, 1))
        return "\n".join(parts)[:EVIDENCE]


def reason_of(objection: str) -> str:
    """The short fixed code of an objection."""
    if SPEECHLESS.fits(objection):
        return SPEECHLESS_REASON
    return next((code for form, code in GATE_REASONS.items() if form.fits(objection)), "the gate")


class GatedUser:
    """A user whose every turn passes the gate. Costs nothing but the gate where the first draft passes: it is spoken as it is."""

    def __init__(self, speaker: Redrawing, gate: UserGate, scenario: Scenario) -> None:
        self.speaker, self.gate, self.scenario = speaker, gate, scenario

    async def reply(self, view: View) -> Utterance:
        """The first draft that passes. Raises `StageError` (stage: user) where none of three does."""
        drafts = Drafts(self.gate)
        for again in range(MOST_REDRAWS + 1):
            try:
                said = await self.speaker.draw(view, again)
            except UnsaidError as error:
                drafts.refuse("", (SPEECHLESS(error.evidence),))
                continue
            task = view.task if said.task < 0 else said.task
            turn = Turn(
                said.message, maker=said.maker, task=task, acts=said.acts, behaviours=said.behaviours, done=said.done
            )
            if said.message.role == "user_call":  # nothing is said by it
                return said
            wrong = drafts.objections((*view.turns, turn), self.scenario)
            if not wrong:
                return said
            drafts.refuse(said.message.content, wrong)
        raise drafts.given_up()
