"""200 conversations with a model in every role, three times: sound answers, a tenth of them faulty, and no more than a dollar.

    python benchmarks/soak_models.py [CONVERSATIONS]

The model is the fake server. What must hold is checked and ends the command with 1 where it does not: every item ends exactly once,
every answer that arrived is kept, the limit is not passed by what the server billed. Printed are yield, funnel and faults met.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

import apsw

from duologue.config import RunConfig
from duologue.models.endpoint import Endpoint, Price
from duologue.pipeline import Summary, catalog_of, generate, open_source
from duologue.roles import cast_roles
from duologue.settings import ModelSettings, Spending
from duologue.store import FILE_NAME
from duologue.testing import FAULTS, FakeServer, Faults, ScenarioBrain, in_thread, tiny_image
from duologue.testing.shelves import written_shelf

SEED = 2
PRICE = Price(input=0.6, cached=0.3, output=2.4)
OF_SERVERS = ("429", "429 with Retry-After", "500", "silence", "cut", "no JSON", "wrong shape")


def config(source: Path, out: Path, url: str, n: int, limits: Spending) -> RunConfig:
    """A run in which one model plays every role."""
    endpoint = Endpoint(name="fake", urls=(url,), max_tokens=1000, timeout=2.0, price=PRICE)
    roles = cast_roles({}, "fake", {"fake"})
    models = ModelSettings(roles=roles, endpoints={"fake": endpoint}, limits=limits, together=64)
    return RunConfig(source=source, out=out, n=n, seed=SEED, toolsets=1, models=models)


def show(title: str, folder: Path, summary: Summary, server: FakeServer, seconds: float) -> list[str]:
    """Print what a run came to; what is wrong with it."""
    db = apsw.Connection(str(folder / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    lost = dict(
        db.execute("SELECT stage || ': ' || reason, sum(n) FROM attempts WHERE reason <> '' GROUP BY 1 ORDER BY 2 DESC")
    )
    attempts = dict(db.execute("SELECT reason, sum(n) FROM troubles WHERE what = 'attempt' GROUP BY 1 ORDER BY 2 DESC"))
    kept = db.execute("SELECT count(*) FROM calls").get
    open_ = db.execute("SELECT count(*) FROM items WHERE outcome IS NULL").get
    db.close()
    print(
        f"{title}: {summary.accepted} accepted, {summary.rejected} rejected, {summary.unfinished} unfinished, in {seconds:.1f} s"
    )
    print(
        f"  {server.calls} calls, ${PRICE.dollars(server.billed):.3f} billed"
        + (f"; {summary.stopped}" if summary.stopped else "")
    )
    if lost:
        print("  lost to: " + ", ".join(f"{reason} {n}" for reason, n in lost.items()))
    if attempts:
        print("  attempts that met a fault: " + ", ".join(f"{reason} {n}" for reason, n in attempts.items()))
    if server.met:
        print("  faults met: " + ", ".join(f"{name} {n}" for name, n in server.met.most_common()))
    arrived = server.statuses[200] - sum(server.met[f] for f in OF_SERVERS if f in ("cut", "no JSON", "wrong shape"))
    problems = [f"{open_} items are open"] if open_ and not summary.stopped else []
    return problems + ([f"{arrived} answers arrived, {kept} were kept"] if arrived != kept else [])


def main() -> int:
    """Run all three; the exit code."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    home = Path(tempfile.mkdtemp())
    source = home / "library.db"
    source.write_bytes(tiny_image().data)
    opened = open_source(source, None)
    derived, shelf = asyncio.run(written_shelf(opened.image, catalog_of(opened), 4 * n, SEED))
    problems = []
    for title, rate, limits in (
        ("sound", 0.0, Spending()),
        ("a tenth faulty", 0.1, Spending()),
        ("a dollar", 0.05, Spending(dollars=1.0)),
    ):
        faults = Faults(rate, seed=SEED, names=tuple(FAULTS)) if rate else None
        started = time.monotonic()
        with in_thread(FakeServer(ScenarioBrain([shelf], derived), faults=faults)) as server:
            summary = generate(config(source, home / title, server.url, n, limits), lambda _: None)
            found = show(title, home / title, summary, server, time.monotonic() - started)
        if not limits.dollars and summary.items != n:
            found.append(f"{summary.items} of {n} items ended")
        if limits.dollars and PRICE.dollars(server.billed) > limits.dollars:
            found.append(f"${PRICE.dollars(server.billed):.4f} were billed")
        problems += [f"{title}: {what}" for what in found]
    shutil.rmtree(home)
    print("\n".join(problems) or "all holds")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
