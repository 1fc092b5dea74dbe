"""The main job on every shared database, and what its conversations are like on those with 200 rows or more.

Skipped where the databases are not at hand. The bars are those the project set itself; they are about kinds of calls and turns, so
they hold for any seed.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from duologue.config import RunConfig
from duologue.environment import Image
from duologue.pipeline import Summary, generate
from duologue.quality import is_thin
from duologue.store import Store
from duologue.types import Dialogue, Origin, Turn
from duologue.verify import replay

DATABASES = Path(__file__).parents[2].parent / "shared" / "data" / "databases"
FILES = sorted(DATABASES.glob("*.sqlite")) if DATABASES.is_dir() else []
LARGE = ("car_1", "chinook", "datasette_fixtures", "hr_1", "northwind", "tau2_retail", "wine_1", "world_1")

pytestmark = [pytest.mark.long, pytest.mark.skipif(not FILES, reason="the shared databases are not here")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def run(path: Path, folder: Path, mode: str = "user", n: int = 40) -> tuple[Summary, Path]:
    out = folder / f"{path.stem}-{mode}"
    summary = generate(RunConfig(source=path, out=out, n=n, seed=1, mode=mode), lambda _: None)
    return summary, out


def dialogues(out: Path) -> list[Dialogue]:
    with Store.open(out, readonly=True) as store:
        return [stored.dialogue for stored in store.dialogues()]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_database_gives_conversations_that_run_again(path: Path, folder: Path) -> None:
    summary, out = run(path, folder)
    assert summary.items == 40 or summary.note, "fewer items than asked for are explained"
    assert summary.accepted >= 0.9 * summary.items
    with Store.open(out, readonly=True) as store:
        environments = {e.id: e for e in store.environments()}
        images: dict[str, Image] = {}
        for stored in store.dialogues():
            environment = environments[stored.dialogue.environment]
            image = images.setdefault(environment.image, Image.of(store.image(environment.image)))
            assert replay(stored.dialogue, environment, image).passed is True


@pytest.mark.parametrize("name", LARGE)
def test_conversations_are_long_and_their_calls_depend_on_one_another(name: str, folder: Path) -> None:
    path = DATABASES / f"{name}.sqlite"
    summary, out = run(path, folder)
    made = dialogues(out)
    count = sum((measured(d) for d in made), Counter[str]())
    # Where new tasks run out, little is left for the last ones, and of a short conversation the goodbye is a larger part.
    turns, tasks, thin = (20, 1.4, 0.33) if summary.note else (25, 1.8, 0.30)
    assert count["turns"] / len(made) >= turns
    assert count["tasks"] / len(made) >= tasks
    assert count["iterations"] / count["tasks"] >= 3
    assert count["thin"] / count["users"] <= thin
    _, short = run(path, folder, "task")
    brief = sum((measured(d) for d in dialogues(short)), Counter[str]())
    # Of the same work: where tasks run out, the two modes come to conversations of unlike numbers of them.
    assert brief["turns"] / brief["tasks"] <= 0.6 * count["turns"] / count["tasks"]


def test_values_come_from_earlier_results(folder: Path) -> None:
    count: Counter[str] = Counter()
    for name in LARGE:
        _, out = run(DATABASES / f"{name}.sqlite", folder)
        one = sum((measured(d) for d in dialogues(out)), Counter[str]())
        assert one["from results"] / one["calls"] >= 0.40, name
        count += one
    assert count["from far back"] / count["calls"] >= 0.15


def test_another_seed_shares_nothing_and_nobody_asks_twice(folder: Path) -> None:
    path = DATABASES / "chinook.sqlite"
    _, out = run(path, folder)
    other = folder / "chinook-other"
    generate(RunConfig(source=path, out=other, n=40, seed=2), lambda _: None)
    texts = [{tuple(t.message.content for t in d.turns[1:]) for d in dialogues(o)} for o in (out, other)]
    assert not texts[0] & texts[1]
    for name in LARGE:
        _, made = run(DATABASES / f"{name}.sqlite", folder)
        assert not [d.id for d in dialogues(made) if asks_twice(d)], name


def asks_twice(dialogue: Dialogue) -> bool:
    """An identical call was made although nothing had changed and the user had not doubted."""
    seen: set[str] = set()
    for turn in dialogue.turns:
        if turn.changes or "doubt" in {a.kind for a in turn.acts}:
            seen.clear()
        for call in turn.message.tool_calls:
            mark = f"{call.name} {sorted(call.arguments.items())}"
            if mark in seen:
                return True
            seen.add(mark)
    return False


def measured(dialogue: Dialogue) -> Counter[str]:
    turns = dialogue.path()
    users = [i for i, t in enumerate(turns) if t.message.role == "user"]
    count = Counter(turns=len(turns) - 1, tasks=len(dialogue.scenario.tasks), users=len(users))
    count["thin"] = sum(is_thin(tuple(a.kind for a in turns[i].acts)) for i in users)
    for i, turn in enumerate(turns):
        if turn.message.tool_calls:
            count["iterations"] += 1
        for call in turn.message.tool_calls:
            count["calls"] += 1
            found = [
                o for name, o in turn.origins[call.id].items() if only_returned(o, call.arguments[name], turns[:i])
            ]
            count["from results"] += bool(found)
            count["from far back"] += any(sum(1 for j in users if o.turn < j < i) >= 2 for o in found)
    return count


def only_returned(origin: Origin, value: object, before: tuple[Turn, ...]) -> bool:
    """It was read from a result, and no user ever said it."""
    said = " ".join(t.message.content for t in before if t.message.role == "user").casefold()
    return origin.kind == "result" and not re.search(rf"(?<!\w){re.escape(str(value).casefold())}(?!\w)", said)
