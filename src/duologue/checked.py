"""A conversation that was played, with what becomes of it: every maker of conversations ends its items this way.

What was given up stands as far as it came, with the fault as its verdict, so that it is kept, shown and counted like any other.
"""

from collections.abc import Sequence

from msgspec import Struct

from duologue.checks import case_of
from duologue.checks.blame import blame
from duologue.checks.combine import combine
from duologue.checks.findings import given_up
from duologue.checks.recovery import recoveries
from duologue.errors import StageError
from duologue.models.talks import over
from duologue.simulate.play import GivenUpError
from duologue.store import Tally
from duologue.types import Dialogue, Environment, Verdict

__all__ = ["BRANCH", "CHECK", "CONTINUE", "PLAY", "STAGES", "TASKS", "TOOLS", "Checked", "abandoned", "end", "judged"]

STAGES = TOOLS, TASKS, PLAY, CHECK = "tools", "tasks", "play", "check"
"""In order. A file of `docs/formats.md` lies between each two; the funnel counts what passes each of the last three."""

ONWARD = BRANCH, CONTINUE = "branch", "continue"
"""The stages in which an item is left out for what it was to be made from: nobody is to blame for that."""


class Checked(Struct, frozen=True):
    """A conversation with its verdicts. `code` names what it fails first, empty where it is accepted."""

    dialogue: Dialogue
    verdicts: tuple[Verdict, ...]
    code: str
    evidence: str = ""
    whole: bool = True
    """It was played to its end, and checked; else given up."""

    @property
    def blame(self) -> str:
        """Who failed; empty where it is accepted."""
        roles = [t.message.role for t in self.dialogue.path()]
        return blame(CHECK, self.code, self.verdicts, roles).who if self.code else ""

    def count(self, store: Tally, item: int, environment: Environment) -> None:
        """Count it as an attempt at that item, with the faults that its calls met. `environment`: the one that it was played in."""
        if any(turn.fault is not None for turn in self.dialogue.path()):
            store.count_faults(item, recoveries(case_of(self.dialogue, environment), _own(self.dialogue)))
        if not self.whole:
            store.count_attempt(item, PLAY, self.code)
            return
        store.count_attempt(item, PLAY)
        store.count_attempt(item, CHECK, self.code)
        store.count_verdicts(item, self.verdicts)

    def keep(self, store: Tally, item: int) -> None:
        """Keep it as one that is drawn again."""
        store.keep_redrawn(item, self.dialogue, self.verdicts, self.code, self.blame)

    def end(self, store: Tally, item: int) -> bool:
        """End the item with it; whether it is accepted."""
        store.put_dialogue(item, self.dialogue, self.verdicts, self.code, self.blame)
        return not self.code


def end(store: Tally, item: int, found: Checked | StageError) -> bool:
    """End an item with what became of it: a conversation, or why there is none. Whether it is accepted."""
    for scope in (str(item), f"{item}.0"):  # its conversation; the tasks that a model made for it
        over(scope)
    if isinstance(found, Checked):
        return found.end(store, item)
    who = "" if found.stage in ONWARD else blame(found.stage, found.reason).who
    store.reject_item(item, found.stage, found.reason, found.evidence, who)
    return False


def judged(dialogue: Dialogue, verdicts: Sequence[Verdict]) -> Checked:
    """A conversation that was played to its end, and what the checks say."""
    accepted, reasons = combine(verdicts)
    code = "" if accepted else reasons[0].partition(":")[0]
    return Checked(dialogue, tuple(verdicts), code, "" if accepted else reasons[0])


def abandoned(error: GivenUpError) -> Checked:
    """A conversation that was given up."""
    reason = error.reason if error.stage == PLAY else f"{error.stage}: {error.reason}"
    last = len(error.dialogue.turns) - 1
    fault = Verdict(error.stage, False, (given_up(last, error.reason, error.evidence),))
    return Checked(error.dialogue, (fault,), reason, error.evidence, whole=False)


def _own(dialogue: Dialogue) -> int:
    """The turn from which on it is its own: what comes before is another conversation's, and counted there."""
    return max((taken.at for taken in (dialogue.continued, dialogue.fork) if taken is not None), default=0)
