"""What is counted of an item until it ends, and its end as one value.

Everything here is in memory: an item that is cut short leaves nothing behind, and one that ends is written whole (`Store.end`), by
the process that made it or by another that it was sent to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from duologue.ids import canonical
from duologue.plans.rulings import decisions
from duologue.store.records import behaviours_of, measure
from duologue.types import Dialogue, Turn, Verdict

CANDIDATES = "candidates"
"""The stage whose attempts are drafts of single tasks: several make a scenario, and most that fail cost next to nothing."""
_encode = msgspec.json.Encoder().encode

Row = tuple[Any, ...]
"""A row of the table that the field is named after, without the item: texts, numbers, bytes."""


class Ended(Struct, frozen=True):
    """An item's end. Accepted where there is no `reason` against it; `dialogue` is empty where there is no conversation."""

    item: int
    stage: str
    reason: str
    evidence: str
    blame: str
    tasks: tuple[str, ...]
    attempts: tuple[Row, ...]
    checks: tuple[Row, ...]
    redrawn: tuple[Row, ...]
    faults: tuple[Row, ...]
    untried: tuple[Row, ...]
    decisions: tuple[Row, ...] = ()
    dialogue: Row = ()

    @property
    def outcome(self) -> str:
        """accepted · rejected."""
        return "rejected" if self.reason else "accepted"


class _Counts:
    """What is counted of one item."""

    def __init__(self) -> None:
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.untried: Counter[tuple[str, str]] = Counter()
        self.faults: dict[str, list[int]] = {}
        self.tasks: dict[str, None] = {}
        self.verdicts: dict[str, list[int]] = {}
        self.redrawn: list[Row] = []
        self.decisions: list[Row] = []


class Tally:
    """Counts of the items under way. What becomes of an item that ends is for who inherits it to say: `end`, `writing`."""

    def __init__(self) -> None:
        self._counts: dict[int, _Counts] = {}

    def end(self, ended: Ended) -> None:
        """Take an item's end."""
        raise NotImplementedError

    def writing(self, environment: str) -> frozenset[str]:
        """Names of an environment's tools whose effect is `write`."""
        raise NotImplementedError

    def kept_turns(self, item: int, scenario: str) -> tuple[Turn, ...]:
        """The turns of an item's conversation that was cut short; none where another scenario was played, or none."""
        raise NotImplementedError

    def keep_turns(self, item: int, scenario: str, first: int, turns: Sequence[Turn]) -> None:
        """Keep turns of an item's conversation, from number `first` on, until the item ends."""
        raise NotImplementedError

    def _of(self, item: int) -> _Counts:
        counts = self._counts.get(item)
        if counts is None:
            counts = self._counts[item] = _Counts()
        return counts

    def forget_item(self, item: int) -> None:
        """Drop all that was counted of an item, which begins anew."""
        self._counts.pop(item, None)

    def begin_item(self, item: int) -> None:
        """Say that work on an item begins, or begins again after a run was cut short. What was counted of it before, since its
        tasks were drawn, stays counted."""
        counts = self._of(item)
        counts.tasks, counts.verdicts, counts.redrawn = {}, {}, []

    def count_attempt(self, item: int, stage: str, reason: str = "", n: int = 1) -> None:
        """Count passes through a stage: `reason` is a short fixed code, empty for a pass."""
        self._of(item).attempts[stage, reason] += n

    def count_untried(self, item: int, untried: Mapping[tuple[str, str], int]) -> None:
        """Count what the proofs of the item's tasks left untried: (kind of mutation, why) → how often."""
        self._of(item).untried.update(untried)

    def count_faults(self, item: int, faults: Mapping[str, tuple[int, int]]) -> None:
        """Count the faults that a conversation played for the item met: kind → how many, and how many were recovered from."""
        counts = self._of(item).faults
        for kind, (met, recovered) in faults.items():
            known = counts.setdefault(kind, [0, 0])
            known[0] += met
            known[1] += recovered

    def keep_redrawn(
        self, item: int, dialogue: Dialogue, verdicts: tuple[Verdict, ...], reason: str, blame: str
    ) -> None:
        """Keep a conversation that is drawn again, with what it failed and who is to blame."""
        kept = self._of(item).redrawn
        kept.append((len(kept) + 1, dialogue.environment, reason, blame, _encode(verdicts), _encode(dialogue)))

    def count_verdicts(self, item: int, verdicts: Iterable[Verdict]) -> None:
        """Count what each check said of a conversation that was played for the item."""
        counts = self._of(item).verdicts
        for verdict in verdicts:
            asked = counts.setdefault(verdict.check, [0, 0, 0])
            asked[0] += 1
            asked[1] += verdict.passed is False
            asked[2] += verdict.passed is None

    def use_tasks(self, item: int, tasks: Iterable[str]) -> None:
        """Say that the item drew tasks with these ids, also where nothing came of them."""
        self._of(item).tasks.update(dict.fromkeys(tasks))

    def put_dialogue(
        self, item: int, dialogue: Dialogue, verdicts: tuple[Verdict, ...], reason: str = "", blame: str = ""
    ) -> None:
        """End an item with a conversation: accepted, or, where a `reason` is given, not, with who is to blame.

        Its environment must have been put into the store before.
        """
        self.use_tasks(item, (task.id for task in dialogue.scenario.tasks))
        self._of(item).decisions = [*decisions(dialogue.scenario.tasks)]
        counts = measure(dialogue, self.writing(dialogue.environment))
        row = (
            *(dialogue.id, int(not reason), dialogue.environment),
            *msgspec.structs.astuple(counts),
            *(_encode(verdicts), _encode(dialogue), canonical(behaviours_of(dialogue)).decode()),
        )
        self.end(self._ended(item, (self._lost_at(item) if reason else "", reason, "", blame), row))

    def reject_item(self, item: int, stage: str, reason: str, evidence: str = "", blame: str = "") -> None:
        """End an item for which there is no conversation."""
        self.end(self._ended(item, (stage, reason, evidence, blame), ()))

    def _ended(self, item: int, why: tuple[str, str, str, str], dialogue: tuple[Any, ...]) -> Ended:
        counts = self._counts.pop(item, None) or _Counts()
        return Ended(
            item,
            *why,
            tasks=tuple(counts.tasks),
            attempts=tuple((*k, n) for k, n in counts.attempts.items()),
            checks=tuple((name, *n) for name, n in counts.verdicts.items()),
            redrawn=tuple(counts.redrawn),
            faults=tuple((kind, *n) for kind, n in counts.faults.items()),
            untried=tuple((*k, n) for k, n in counts.untried.items()),
            decisions=tuple(counts.decisions),
            dialogue=dialogue,
        )

    def _lost_at(self, item: int) -> str:
        """The last stage an attempt at the item failed in; that candidates fell before it loses nothing."""
        failed = [stage for stage, reason in self._of(item).attempts if reason and stage != CANDIDATES]
        return failed[-1] if failed else "check"
