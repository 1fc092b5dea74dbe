"""`duologue prove`: the proofs of a run's tasks made again, from its store alone.

Each task of an accepted conversation is proven in the state that the tasks before it leave, and the new proof is compared with the stored
one. Conversations are read one by one; of each only counts and faults are kept.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from duologue.cli.options import Json, Run

if TYPE_CHECKING:
    from duologue.store import Store
    from duologue.tasks.prove import Prover
    from duologue.tasks.proving.ledger import Fault, Ledger
    from duologue.types import Environment, Task

SHOWN = 20
"""Faults that are listed for reading; `--json` gives all."""
KEPT = 8
"""Environments made ready at a time."""


def prove(run: Run, json: Json = False) -> int:
    """Prove a run's tasks again. Prints which check killed how many mutations of each kind; exit code 1 where one survives,
    or a proof is not what was stored."""
    from duologue.cli.runs import open_run

    with open_run(run) as store:
        found = _proven(store)
    if json:
        from duologue.ids import to_json

        print(to_json(found.as_json()))
    else:
        print(found.as_text())
    return 1 if found.faults else 0


class Found:
    """What proving a run's tasks again showed."""

    def __init__(self) -> None:
        from duologue.tasks.proving.ledger import Ledger

        self.conversations = self.simulated = self.at_start = 0
        self.ledgers: dict[str, Ledger] = {"rules": Ledger(), "a model": Ledger()}
        """Who wrote the tasks → what their proofs showed."""
        self.faults: list[Fault] = []
        self.lacking: Counter[str] = Counter()
        """Kind → stored proofs that have none of it, though there is one now."""
        self.older = 0

    def add(self, task: "Task", conversation: str, prover: "Prover", scene: tuple[Any, Any]) -> None:
        """Prove one task again; `scene`: the tasks before it, and its clock."""
        from duologue.tasks.prove import AT_START
        from duologue.tasks.proving.ledger import Fault, faults_of, lacking

        found = prover.examine(task, *scene)
        self.at_start += found.reason in AT_START
        if found.task is not None and found.task.proof is not None:
            written = all(s.need is None for s in task.subtasks)
            self.ledgers["a model" if written else "rules"].add(task.id, found.task.proof, found.untried)
        missing = lacking(task, found.task)
        self.older += bool(missing)
        self.lacking.update(missing)
        self.faults += (Fault(task.id, conversation, what) for what in faults_of(task, found.task, found.reason))

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "conversations": self.conversations,
            "simulated": self.simulated,
            "satisfied_at_start": self.at_start,
            "tasks": {who: _as_json(ledger) for who, ledger in self.ledgers.items() if ledger.tasks},
            "faults": [{"task": f.task, "conversation": f.conversation, "what": f.what} for f in self.faults],
            "older_proofs": self.older,
            "kinds_they_lack": dict(self.lacking),
        }

    def as_text(self) -> str:
        """All of it, for reading."""
        from duologue.cli.text import one_line

        parts = [f"{self.conversations:,} conversations"]
        if self.simulated:
            parts.append(f"{self.simulated:,} of them in simulated worlds, whose tasks have no proofs.")
        for who, ledger in self.ledgers.items():
            if ledger.tasks:
                parts += ["", *_lines(who, ledger)]
        parts += ["", f"Tasks satisfied at the start: {self.at_start or 'none'}."]
        if self.older:
            kinds = ", ".join(self.lacking)
            parts.append(
                f"{self.older:,} stored proofs are of another version and lack kinds that are tried now: {kinds}."
            )
        for fault in self.faults[:SHOWN]:
            parts.append(one_line(f"task {fault.task}, conversation {fault.conversation}: {fault.what}"))
        if len(self.faults) > SHOWN:
            parts.append(f"… and {len(self.faults) - SHOWN:,} more (--json lists all)")
        if any(ledger.tasks for ledger in self.ledgers.values()) or self.faults:
            parts.append(f"Faults: {len(self.faults) or 'none'}.")
        return "\n".join(parts)


def _proven(store: "Store") -> Found:
    from duologue.continuing.beginning import earlier

    found, provers = Found(), _Provers(store)
    for stored in store.dialogues():
        scenario = stored.dialogue.scenario
        found.conversations += 1
        prover = provers.of(stored.dialogue.environment)
        if prover is None:
            found.simulated += 1
            continue
        for number, task in enumerate(scenario.tasks):
            before = earlier(stored.dialogue, number)
            if before is not None:
                found.add(task, stored.dialogue.id, prover, (before, scenario.clock))
    return found


class _Provers:
    """The provers of a run's environments, the last few of them."""

    def __init__(self, store: "Store") -> None:
        self.store = store
        self._environments: dict[str, Environment] = {e.id: e for e in store.environments()}
        self._kept: dict[str, Prover | None] = {}

    def of(self, environment: str) -> "Prover | None":
        """The prover of an environment; None where it is simulated."""
        if environment not in self._kept:
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[environment] = self._made(self._environments[environment])
        return self._kept[environment]

    def _made(self, environment: "Environment") -> "Prover | None":
        import msgspec

        from duologue.catalog import Catalog, read_catalog
        from duologue.environment import Image
        from duologue.tasks.prove import Prover
        from duologue.tasks.recall import Recall

        if not environment.image:
            return None
        image = Image.of(self.store.image(environment.image))
        kept = self.store.catalog(environment.id)
        catalog = msgspec.json.decode(kept, type=Catalog) if kept else read_catalog(image.connect(), environment.name)
        return Prover(environment, image, catalog, Recall(environment))


def _as_json(ledger: "Ledger") -> dict[str, Any]:
    return {
        "tasks": ledger.tasks,
        "mutations": {"least": ledger.least, "mean": round(ledger.mean, 2)},
        "fewer_than_enough": ledger.short,
        "killed": {kind: {c: n for (k, c), n in sorted(ledger.kills.items()) if k == kind} for kind in ledger.kinds},
        "untried": ledger.left_out(),
        "spared": {
            kind: {"made": ledger.varied(kind), "passed": ledger.spared[kind, ""]} for kind in ledger.variations
        },
    }


def _lines(who: str, ledger: "Ledger") -> Iterator[str]:
    from duologue.cli.text import styled, table
    from duologue.tasks.proving.kinds import ENOUGH
    from duologue.tasks.proving.ledger import SURVIVED

    yield styled(f"{ledger.tasks:,} tasks written by {who}", "bold")
    checks = [*ledger.checks, SURVIVED]
    rows: list[tuple[str, ...]] = [("mutation", *(f"by {c}" if c != SURVIVED else "survived" for c in checks), "made")]
    for kind in ledger.kinds:
        counts = (ledger.kills[kind, c] for c in checks)
        rows.append((kind, *(f"{n:,}" if n else "·" for n in counts), f"{ledger.made(kind):,}"))
    yield table(rows, right=frozenset(range(1, len(checks) + 2)))
    yield f"Mutations of a task: {ledger.least} at least, {ledger.mean:.1f} on average."
    if ledger.short:
        yield f"{len(ledger.short):,} tasks have fewer than {ENOUGH}: all that their kinds allow."
    rules = [("left out by a rule", "mutations", "rule")]
    rules += [(kind, f"{n:,}", why) for kind, whys in ledger.left_out().items() for why, n in whys.items()]
    if rules[1:]:
        yield table(rules, right=frozenset({1}))
    passed = (f"{kind} {ledger.spared[kind, '']:,} of {ledger.varied(kind):,}" for kind in ledger.variations)
    yield f"Harmless variations that passed: {', '.join(passed) or 'none were made'}."
