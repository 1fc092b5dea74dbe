"""Accepted conversations per CPU-second, everything included: tasks and proofs, both speakers, every check, the store.

    python benchmarks/bench_pipeline.py [FILE.sqlite] [N]

Without a file, the built-in shop. The start (reading the database, deriving the tools) is measured apart from the conversations,
as the difference between a run of N and one of 1, so that the rate is what a long run sees.
"""

import sys
import tempfile
import time
from pathlib import Path

from duologue.config import RunConfig
from duologue.pipeline import generate


def seconds(source: Path | None, n: int) -> tuple[float, int]:
    """CPU seconds of a run of `n` items, and how many were accepted."""
    with tempfile.TemporaryDirectory() as folder:
        config = RunConfig(source=source, out=Path(folder) / "run", n=n, seed=1)
        before = time.process_time()
        summary = generate(config, lambda _: None)
        return time.process_time() - before, summary.accepted


def main() -> None:
    """Print the rate, and what a run costs before its first conversation."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seconds(source, 1)
    start, first = seconds(source, 1)
    whole, accepted = seconds(source, n)
    print(f"{source.stem if source else 'shop'}: {accepted} of {n} accepted")
    print(f"  conversations per CPU-second: {(accepted - first) / (whole - start):.1f}")
    print(f"  before the first one: {start:.2f} CPU-seconds")


if __name__ == "__main__":
    main()
