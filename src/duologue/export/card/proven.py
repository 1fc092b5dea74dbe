"""Adds the proofs of tasks up to the kill matrix: kinds of spoiled plans, the checks that caught them, and what slipped through.

The name of a mutation begins with its kind: "told wrong: value 2", or, in proofs of older versions, "drop step 2" and "neighbour in
step 1".
"""

import re
from collections import Counter

from duologue.export.card.values import KindFacts, Proofs, SparedFacts
from duologue.types import Task

_WHICH = re.compile(r"(?: in)? step \d+$")


def kind_of(name: str) -> str:
    """The kind of a mutation, or of a variation that spoils nothing."""
    return _WHICH.sub("", name.partition(":")[0].strip())


class Proving:
    """The proofs seen so far."""

    def __init__(self) -> None:
        self._tasks = self._proven = 0
        self._killed: dict[str, Counter[str]] = {}
        self._spared: dict[str, Counter[bool]] = {}

    def add(self, task: Task) -> None:
        """See one more task."""
        self._tasks += 1
        if task.proof is None:
            return
        self._proven += task.proof.gold and task.proof.noop
        for name, check in task.proof.mutations.items():
            self._killed.setdefault(kind_of(name), Counter())[check] += 1
        for name, check in task.proof.spared.items():
            self._spared.setdefault(kind_of(name), Counter())[bool(check)] += 1

    def found(self) -> Proofs:
        """What was seen."""
        kinds = (
            KindFacts(kind, by.total(), {check: n for check, n in sorted(by.items()) if check}, by[""])
            for kind, by in sorted(self._killed.items())
        )
        spared = (SparedFacts(kind, by.total(), by[True]) for kind, by in sorted(self._spared.items()))
        return Proofs(self._tasks, self._proven, tuple(kinds), tuple(spared))
