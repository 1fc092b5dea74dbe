"""What proofs catch: candidates drawn over databases *before* any is rejected, and what became of their mutations.

    python benchmarks/prove_tasks.py [-n 1000] [--seed 0] [--survivors] DATABASE…

The candidates are shared out evenly over the databases. A candidate whose plan does not run, or that depends on the moment, never
comes to mutations; it is counted apart. `--survivors` prints each mutation that nothing killed, and each variation that something
objected to, with the task and what was done and told. Ends with 1 where fewer than 99 of 100 mutations of a kind were killed.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from duologue.environment import Image
from duologue.errors import StageError
from duologue.ground import catalog_of, make_tools, open_source
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.prove import AT_START, Examined, Prover
from duologue.tasks.proving import Scene, mutations, variations
from duologue.tasks.proving.ledger import SURVIVED, Ledger
from duologue.types import ClockSpec, Environment, Task

AIM = 0.99
TOOLSETS = 4
"""Toolsets over each database, taken in turn."""


class Watched(Prover):
    """Proves as ever, and looks at every candidate wholly before deciding."""

    ledger: Ledger
    fell: Counter[str]
    survivors: list[str]

    def prove(self, task: Task, earlier: Sequence[Task], clock: ClockSpec) -> Examined:
        """As the prover's."""
        found = self.examine(task, earlier, clock, extra=True)
        if found.reason:
            self.fell[found.reason] += 1
        if found.task is not None and found.task.proof is not None:
            self.ledger.add(task.id, found.task.proof, found.untried)
        return Examined(None, found.reason) if found.reason else found

    def _tried(self, scene: Scene, wholly: bool) -> Examined:
        found = super()._tried(scene, wholly)
        if found.reason and found.task is not None and found.task.proof is not None:
            proof = found.task.proof
            bad = {n for n, c in proof.mutations.items() if not c} | {n for n, c in proof.spared.items() if c}
            for spoiled in (*mutations(scene), *variations(scene)):
                if spoiled.name in bad:
                    calls = "\n    ".join(f"{c.name} {c.arguments} → {o.text[:240]}" for c, o in spoiled.run)
                    said = " | ".join(spoiled.said)
                    plan = " | ".join(f"{s.tool} {s.arguments}" for s in scene.task.plan)
                    self.survivors.append(
                        f"{spoiled.name}: {scene.task.goal}\n    plan {plan}\n    gold {' | '.join(scene.said)}"
                        f"\n    told {said}\n    {calls}"
                    )
        return found


def drawn(path: Path | None, n: int, seed: int, into: tuple[Ledger, Counter[str], list[str]]) -> int:
    """Draw candidates over one database until `n` came to their mutations; how many did."""
    source = open_source(path, None)
    catalog = catalog_of(source)
    makers = []
    for environment in make_tools(source, catalog, seed, range(TOOLSETS)):
        maker = ScriptedTasks(catalog, source.image, environment, seed)
        maker.prover = _watched(maker, environment, source.image, into)
        makers.append(maker)
    used: set[str] = set()
    before, dry = into[0].tasks, 0
    for item in count():
        if into[0].tasks - before >= n or dry > 3 * TOOLSETS:
            return into[0].tasks - before
        maker = makers[item % len(makers)]
        try:
            scenario = maker.scenario(str(item), used)
            dry = 0
        except StageError:
            dry += 1
            continue
        for task in scenario.tasks:
            used.update([task.id, *maker.asks(task)])
    return 0


def _watched(
    maker: ScriptedTasks, environment: Environment, image: Image, into: tuple[Ledger, Counter[str], list[str]]
) -> Watched:
    prover = Watched(environment, image, maker.catalog, maker.recall)
    prover.ledger, prover.fell, prover.survivors = into
    return prover


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("databases", nargs="*", type=Path, metavar="DATABASE")
    parser.add_argument("-n", type=int, default=1000, help="candidates in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--survivors", action="store_true", help="print what survived")
    asked = parser.parse_args()
    into: tuple[Ledger, Counter[str], list[str]] = (Ledger(), Counter(), [])
    began = time.process_time()
    paths: list[Path | None] = [*asked.databases] or [None]
    for path in paths:
        made = drawn(path, asked.n // len(paths), asked.seed, into)
        print(f"{path.stem if path else 'the built-in shop'}: {made} candidates")
    print(f"\n{report(into[0], into[1])}\nCPU seconds: {time.process_time() - began:.1f}")
    if asked.survivors:
        print("\n" + "\n\n".join(into[2]))
    ledger = into[0]
    return int(any(1 - ledger.kills[kind, SURVIVED] / ledger.made(kind) < AIM for kind in ledger.kinds))


def report(ledger: Ledger, fell: Counter[str]) -> str:
    """The shares, by kind, and why candidates fell."""
    lines = [f"{'mutation':<22}{'made':>8}{'killed':>8}{'share':>9}  by"]
    for kind in ledger.kinds:
        made, alive = ledger.made(kind), ledger.kills[kind, SURVIVED]
        by = ", ".join(f"{c} {ledger.kills[kind, c]}" for c in ledger.checks if ledger.kills[kind, c])
        lines.append(f"{kind:<22}{made:>8,}{made - alive:>8,}{(made - alive) / made:>9.2%}  {by}")
    lines.append(
        f"mutations of a task: {ledger.least} at least, {ledger.mean:.1f} on average; fewer than six: {len(ledger.short)}"
    )
    lines.append("")
    for kind in ledger.variations:
        lines.append(f"{kind:<22}{ledger.varied(kind):>8,}{ledger.spared[kind, '']:>8,} passed")
    lines += ["", "left out by a rule"]
    for kind, rules in ledger.left_out().items():
        lines.append(f"{kind:<22}{sum(rules.values()):>8,}  {', '.join(f'{why} {n:,}' for why, n in rules.items())}")
    lines.append("")
    started = sum(fell[reason] for reason in AT_START)
    later = sum(n for reason, n in fell.items() if reason.startswith(("a spoiled", "a harmless")))
    lines.append(f"candidates with proofs: {ledger.tasks:,}; rejected for a mutation or a variation: {later}")
    lines.append(f"candidates satisfied at the start, and rejected: {started}")
    lines += [f"  {reason}: {n}" for reason, n in fell.most_common()]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
