"""Whether a run's file slows down as it grows: `stats`, going on, and one more conversation, with 100 stored and with 100,000.

    python benchmarks/measure_store.py [CONVERSATIONS] [FOLDER]

Conversations of the built-in shop are made, then copied inside the file under items and ids of their own (tasks too, so that what a resumed
run must know of tasks grows as it would). The commands run as processes: start of the interpreter included. FOLDER must have room: 100,000
conversations are about five gigabytes. Aims at 100,000: `stats` and going on in under 5 s each.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from duologue.config import RunConfig
from duologue.pipeline import generate
from duologue.store import Store

MADE = 100
COMMAND = (sys.executable, "-m", "duologue")

COPIES = (
    "INSERT INTO items SELECT item + :by, outcome, stage, reason, evidence, blame FROM items WHERE item <= :last",
    "INSERT INTO dialogues SELECT item + :by, id || '-' || :by, accepted, environment, turns, user_turns, tasks, calls, writes, steps, "
    "requests, longest, verdicts, body, behaviours FROM dialogues WHERE item <= :last",
    "INSERT INTO tasks SELECT id || '-' || :by, item + :by FROM tasks WHERE item <= :last",
    "INSERT INTO attempts SELECT item + :by, stage, reason, n FROM attempts WHERE item <= :last",
    "INSERT INTO checks SELECT item + :by, name, asked, failed, unsure FROM checks WHERE item <= :last",
    "INSERT INTO untried SELECT item + :by, kind, why, n FROM untried WHERE item <= :last",
    "INSERT INTO decisions SELECT item + :by, rule, kind FROM decisions WHERE item <= :last",
)


def grown(folder: Path, conversations: int) -> None:
    """Copy what a run holds until it holds so many conversations, as if so many had been asked for."""
    with Store.open(folder) as store:
        (first, last), *_ = store.db.execute("SELECT min(item), max(item) FROM items")
        step = last - first + 1
        for by in range(step, conversations, step):
            with store.db:
                for sql in COPIES:
                    store.db.execute(sql, {"by": by, "last": last})
        store.db.execute("UPDATE config SET value = ? WHERE name = 'n'", (str(conversations),))
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def without_last(folder: Path) -> None:
    """Forget what became of the last item, as if the run had been cut short there."""
    with Store.open(folder) as store, store.db:
        last = store.db.execute("SELECT max(item) FROM items").get
        of_items = "SELECT t.name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE c.name = 'item' ORDER BY t.name = 'items'"
        for (table,) in list(store.db.execute(of_items)):
            store.db.execute(f"DELETE FROM {table} WHERE item = ?", (last,))


def seconds(*arguments: str) -> float:
    """Wall seconds of a command."""
    start = time.perf_counter()
    subprocess.run([*COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measured(folder: Path, held: int) -> dict[str, float]:
    """What the commands take on a run that holds so many."""
    run, n = str(folder), str(held)
    took = {"stats": seconds("stats", run, "--json"), "nothing left to make": seconds("generate", "-n", n, "-o", run)}
    without_last(folder)
    return took | {"going on with the last": seconds("generate", "-n", n, "-o", run)}


def main() -> None:
    """Print the seconds at both sizes."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    under = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=under) as name:
        small, large = Path(name) / "small", Path(name) / "large"
        generate(RunConfig(out=small, n=MADE), lambda _: None)
        shutil.copytree(small, large)
        grown(large, most)
        size = sum(file.stat().st_size for file in large.iterdir())
        with Store.open(large, readonly=True) as store:
            turns = store.db.execute("SELECT sum(turns) FROM dialogues").get
        print(f"{most:,} conversations, {turns:,} turns, {size / 1e9:.2f} GB", flush=True)
        before, after = measured(small, MADE), measured(large, most)
        for what, took in after.items():
            print(f"{what:<32} {took:6.2f} s   with {MADE}: {before[what]:5.2f} s   (aim < 5 s)")


if __name__ == "__main__":
    main()
