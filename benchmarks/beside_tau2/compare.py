"""Both sides in turn against one local server, three rounds: conversations for a CPU-second (the best of each, and the medians), and for
a second of wall time (the best of each).

    python benchmarks/beside_tau2/compare.py PEER/bin/python PEER/data [ROUNDS]

`benchmarks/README.md` says how to set the peer up. CPU is that of the processes that play, not the server's. For CPU the server answers at
once; for wall time each answer takes 200 ms, the peer has its best number of conversations at once, and we have 2,000, in one process and
in two.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
LATENCY = 0.2
AIM_CPU, AIM_WALL, AIM_MEGABYTES = 40, 60, 600
Figures = dict[str, float]


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """The model's server, for a while; its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, str(HERE / "model.py"), str(port), str(latency)]) as server:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def side(interpreter: str, script: str, *arguments: object, data: str = "") -> Figures:
    """What one side says of its run; it must have got every conversation right."""
    environment = os.environ | {"TAU2_DATA_DIR": data}
    command = [interpreter, str(HERE / script), *map(str, arguments)]
    ended = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found: Figures = json.loads(ended.stdout.splitlines()[-1])
    if found["right"] != found["n"]:
        raise SystemExit(f"{script}: {found['right']} of {found['n']} conversations came out right")
    return found


def best(runs: list[Figures], per: str) -> float:
    """The highest rate."""
    return max(run["n"] / run[per] for run in runs)


def middle(runs: list[Figures], per: str) -> float:
    """The median rate: what a machine that others use, too, disturbs least."""
    return median(run["n"] / run[per] for run in runs)


def main() -> None:
    """Print the ratios."""
    peer, data = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    ours: list[Figures] = []
    two: list[Figures] = []
    theirs: list[Figures] = []
    with serving(0) as url:
        for _ in range(rounds):
            theirs.append(side(peer, "peer.py", url, 100, 10, data=data))
            ours.append(side(sys.executable, "ours.py", url, 1000, 300))
    for called, of in (("the best", best), ("medians", middle)):
        a, b = of(ours, "cpu"), of(theirs, "cpu")
        print(f"for a CPU-second, {called}: {a:.0f} ours, {b:.1f} theirs: {a / b:.1f}× (aim ≥ {AIM_CPU}×)")
    ours, two, theirs = [], [], []
    with serving(LATENCY) as url:
        for _ in range(rounds):
            theirs += [side(peer, "peer.py", url, 200, at_once, data=data) for at_once in (10, 100)]
            ours.append(side(sys.executable, "ours.py", url, 8000, 2000))
            two.append(side(sys.executable, "ours.py", url, 8000, 2000, 2))
    b = best(theirs, "wall")
    for runs, by in ((ours, "one process"), (two, "two workers")):
        a, memory = best(runs, "wall"), max(run["memory"] for run in runs)
        print(
            f"for a second, {LATENCY * 1000:.0f} ms an answer, {by}: {a:.0f} ours, {b:.1f} theirs: {a / b:.1f}× (aim ≥ {AIM_WALL}×)"
        )
        print(f"  2,000 at once: {memory:.0f} MB (aim ≤ {AIM_MEGABYTES})")


if __name__ == "__main__":
    main()
