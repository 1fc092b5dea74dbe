"""What many proofs showed: the kill matrix, and what is wrong with single tasks.

A proof is compared with the one that was stored. A stored proof may be of another version: kinds that this one doesn't know are passed
over, and kinds it lacks are said. Whatever both have must be the same.
"""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from duologue.tasks.proving.kinds import ENOUGH, HARMLESS, KINDS, kind_of
from duologue.types import Proof, Task

SURVIVED = "nothing"
"""Stands for the check that killed a mutation where none did."""


class Fault(Struct, frozen=True):
    """Something wrong with one task's proof."""

    task: str
    conversation: str
    what: str


class Ledger:
    """Counts over the proofs of many tasks."""

    def __init__(self) -> None:
        self.tasks = 0
        self.kills: Counter[tuple[str, str]] = Counter()
        """(kind, check) → mutations."""
        self.spared: Counter[tuple[str, str]] = Counter()
        """(variation, check that objected; empty = none) → how often."""
        self.sizes: Counter[int] = Counter()
        """Mutations of a task → tasks."""
        self.untried: Counter[tuple[str, str]] = Counter()
        """(kind, rule) → mutations that the rule left out."""
        self.short: list[str] = []
        """Tasks with fewer mutations than there should be, which have all that their kinds allow."""

    def add(self, task: str, proof: Proof, untried: Mapping[tuple[str, str], int] | None = None) -> None:
        """Count the proof of one task, and what it left untried."""
        self.tasks += 1
        self.untried.update(untried or {})
        self.kills.update((kind_of(name), check or SURVIVED) for name, check in proof.mutations.items())
        self.spared.update((kind_of(name), check) for name, check in proof.spared.items())
        self.sizes[len(proof.mutations)] += 1
        if len(proof.mutations) < ENOUGH:
            self.short.append(task)

    @property
    def checks(self) -> list[str]:
        """The checks that killed something."""
        return sorted({check for _, check in self.kills} - {SURVIVED})

    @property
    def kinds(self) -> list[str]:
        """The kinds that occurred, in their order."""
        return [k for k in KINDS if any(kind == k for kind, _ in self.kills)]

    @property
    def variations(self) -> list[str]:
        """The variations that occurred, in their order."""
        return [h for h in HARMLESS if any(kind == h for kind, _ in self.spared)]

    def made(self, kind: str) -> int:
        """Mutations of a kind."""
        return sum(n for (k, _), n in self.kills.items() if k == kind)

    def left_out(self) -> dict[str, dict[str, int]]:
        """Kind → rule → mutations that it left out, kinds in their order, the commonest rule first."""
        found = {kind: {why: n for (k, why), n in self.untried.most_common() if k == kind} for kind in KINDS}
        return {kind: rules for kind, rules in found.items() if rules}

    def varied(self, kind: str) -> int:
        """Variations of a kind."""
        return sum(n for (k, _), n in self.spared.items() if k == kind)

    @property
    def least(self) -> int:
        """Mutations of the task with the fewest."""
        return min(self.sizes, default=0)

    @property
    def mean(self) -> float:
        """Mutations of a task."""
        return sum(size * n for size, n in self.sizes.items()) / max(1, self.tasks)


def faults_of(stored: Task, fresh: Task | None, reason: str) -> list[str]:
    """What is wrong with a stored task: it does not hold now, something survived, or the proof is not what it was."""
    out = [f"not proven now: {reason}"] if reason else []
    if stored.proof is None:
        return [*out, "it has no proof"]
    if not stored.proof.gold or not stored.proof.noop:
        out.append("its stored proof says that it does not hold")
    out += [f"{name}: survived in the stored proof" for name, check in stored.proof.mutations.items() if not check]
    out += [f"{name}: {check} objected in the stored proof" for name, check in stored.proof.spared.items() if check]
    if fresh is None or fresh.proof is None:
        return out
    out += [f"{name}: survives" for name, check in fresh.proof.mutations.items() if not check]
    out += [f"{name}: {check} objects" for name, check in fresh.proof.spared.items() if check]
    if fresh.target != stored.target:
        out.append("the row changes it wants are not those of the stored proof")
    out += _differences(stored.proof.mutations, fresh.proof.mutations, KINDS)
    out += _differences(stored.proof.spared, fresh.proof.spared, HARMLESS)
    return list(dict.fromkeys(out))


def _differences(stored: dict[str, str], fresh: dict[str, str], known: dict[str, str]) -> list[str]:
    out = []
    for name, check in stored.items():
        if name in fresh and fresh[name] != check:
            out.append(f"{name}: {check or SURVIVED} then, {fresh[name] or SURVIVED} now")
        elif name not in fresh and kind_of(name) in known:
            out.append(f"{name}: in the stored proof, and not made now")
    kinds = {kind_of(name) for name in stored}
    new = [name for name in fresh if name not in stored and kind_of(name) in kinds]
    return out + [f"{name}: made now, and not in the stored proof" for name in new]


def lacking(stored: Task, fresh: Task | None) -> list[str]:
    """Kinds of which the stored proof has none, while there are some now: it was made by another version."""
    if stored.proof is None or fresh is None or fresh.proof is None:
        return []
    had = {kind_of(name) for name in (*stored.proof.mutations, *stored.proof.spared)}
    now = dict.fromkeys(kind_of(name) for name in (*fresh.proof.mutations, *fresh.proof.spared))
    return [kind for kind in now if kind not in had]
