"""How varied the scripted pair is: runs over the databases given, nobody mistyping, all measured together, each bar beside its figure.

    python benchmarks/measure_variety.py [-n 250] [--seed 1] [--keep FOLDER] [--shown 0] DATABASE…

The bars are those the project set itself for 2,000 conversations: 250 over each of eight databases; with fewer, the counts can't reach
theirs and the shares say little. Behaviours are measured in the same runs, the habits of typing aside, which are off. `--keep` leaves the runs
in a folder, where `duologue quality` and `duologue show` read them; runs that are there already are gone on with. Ends with 1 where a bar is missed.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duologue.cli import run
from duologue.language.keyboard import HABITS
from duologue.quality import quality
from duologue.quality.sources import source_of
from duologue.simulate.profile import behaviours

LEAST = 0.02
"""The share of conversations in which every behaviour is to occur."""


def bars(found: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """What is asked, its bar, the figure, whether it is reached."""
    user, assistant = found["user"], found["assistant"]
    for name, side in (("user", user), ("assistant", assistant)):
        n = side["sentences"]["different"]
        yield f"different {name} sentences", "≥ 4,000", f"{n:,}", n >= 4_000
    shares = (
        ("user turns of the 100 commonest forms", 0.25, user["skeletons"]["top_100_share"]),
        ("user turns of the commonest form", 0.01, user["skeletons"]["commonest_share"]),
        ("conversations of the commonest sequence of acts", 0.005, found["acts"]["sequences"]["commonest_share"]),
        ("nearly the same conversations", 0.01, found["near_duplicates"]["share"]),
    )
    openings = found["openings"]["different"]
    yield "different openings", "≥ 600", f"{openings:,}", openings >= 600
    for name, most, share in shares:
        if share is None:
            yield name, f"≤ {most:.1%}", found["near_duplicates"]["missing"], False
        else:
            yield name, f"≤ {most:.1%}", f"{share:.2%}", share <= most
    shown = found["behaviours"] or {}
    for name in (n for n in behaviours() if n not in HABITS):
        yield (
            f"conversations with {name}",
            f"≥ {LEAST:.1%}",
            f"{shown.get(name, 0.0):.1%}",
            shown.get(name, 0.0) >= LEAST,
        )


def main() -> int:
    """Make the runs and print the table."""
    flags = argparse.ArgumentParser(description="The variety of scripted conversations beside the bars of the project.")
    flags.add_argument("databases", nargs="+", type=Path)
    flags.add_argument("-n", type=int, default=250, help="conversations over each database")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--keep", type=Path, help="where to leave the runs")
    flags.add_argument("--shown", type=int, default=0, help="how many of the commonest forms to print")
    given = flags.parse_args()
    with TemporaryDirectory() as folder:
        runs = [make(path, given.keep or Path(folder), given.n, given.seed) for path in given.databases]
        start = time.process_time()
        found = quality([source_of(out) for out in runs], given.shown)
    print(f"\n{found['conversations']:,} conversations, measured in {time.process_time() - start:.1f} s of CPU\n")
    rows = list(bars(found))
    for name, bar, figure, reached in rows:
        print(f"{'✓' if reached else '✗'} {name:48} {bar:>8}  {figure}")
    for who in ("user", "assistant"):
        for row in found[who]["skeletons"]["commonest"]:
            print(f"{who:10} {row['count']:>5} {row['share']:6.2%}  {row['text']}")
    return 0 if all(reached for *_, reached in rows) else 1


def make(database: Path, folder: Path, n: int, seed: int) -> Path:
    """A run over a database, in a folder of its name."""
    out = folder / database.stem
    code = run(["generate", str(database), "-o", str(out), "-n", str(n), "--seed", str(seed), "--noise", "0"])
    if code:
        sys.exit(code)
    return out


if __name__ == "__main__":
    sys.exit(main())
