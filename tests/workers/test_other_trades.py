"""Continuations and branches made by several processes: what one process makes, row by row; also where items would ask for the same."""

import asyncio
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

from duologue.casting import Cast
from duologue.cli import run
from duologue.continuing import Asked
from duologue.continuing.making import Continuations
from duologue.continuing.sources import FileOrigin
from duologue.line import Past
from duologue.pipeline import generate
from duologue.settings import ModelSettings
from duologue.store import FILE_NAME, Store
from duologue.workers.away import AwayOrder, AwayTally
from duologue.workers.frontier import Frontier
from duologue.workers.messages import Channel, Done, Drawn, Settled, ToForeman, ToHand
from pipeline.modelled import config

TABLES = ("items", "tasks", "dialogues", "attempts", "checks", "redrawn", "faults", "untried", "decisions", "config",
          "environments", "tools")  # fmt: skip


def written(folder: Path) -> dict[str, list[Any]]:
    """Every row of a run, but for its notes, which hold how long it took."""
    with closing(apsw.Connection(str(folder / FILE_NAME))) as db:
        return {table: sorted(db.execute(f"SELECT * FROM {table}")) for table in TABLES}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, and one row of it several times: by rules, all would go on with the same."""
    folder = tmp_path_factory.mktemp("source") / "shop"
    generate(config(folder, ModelSettings(), 2), lambda _: None)
    assert run(["export", str(folder), "-o", str(folder.with_name("rows.jsonl"))]) == 0
    row = folder.with_name("rows.jsonl").read_text().splitlines(keepends=True)[0]
    folder.with_name("same.jsonl").write_text(row * 4)
    return folder


@pytest.mark.long
@pytest.mark.parametrize(
    ("command", "source", "arguments"),
    [
        ("continue", "same.jsonl", []),
        ("branch", "shop", ["--at", "first,last", "--n", "2", "--mistakes", "0.5"]),
    ],
)
def test_two_processes_make_what_one_makes(
    command: str, source: str, arguments: list[str], shop: Path, tmp_path: Path
) -> None:
    data = [] if command == "branch" else ["--db", str(config(shop, ModelSettings(), 1).source)]
    for workers in ("1", "2"):
        given = [command, str(shop.with_name(source)), "-o", str(tmp_path / workers), *arguments, *data]
        assert run([*given, "--workers", workers]) == 0
    assert written(tmp_path / "1") == written(tmp_path / "2")
    assert len(written(tmp_path / "1")["dialogues"]) > 2


class Bench:
    """One hand in this process, over a socket; what it says is taken up by the test."""

    def __init__(
        self, maker: Continuations, order: AwayOrder, ends: tuple[Channel[ToForeman], Channel[ToHand]]
    ) -> None:
        self.maker, self.order, self.ends = maker, order, ends

    @classmethod
    async def set_up(cls, asked: Asked, store: Store) -> "Bench":
        ours, theirs = socket.socketpair()
        away: Channel[ToHand] = await Channel.over(theirs, ToHand)
        order = AwayOrder(away, store, waits=False)
        origin = FileOrigin(asked.source, asked.databases, None, 0)
        maker = Continuations(asked, origin, AwayTally(away, store), Cast(), order)
        return cls(maker, order, (await Channel.over(ours, ToForeman), away))

    async def heard(self, kind: type[Any]) -> Any:
        message = await self.ends[0].receive()
        assert isinstance(message, kind)
        return message


def test_what_was_drawn_from_what_was_not_true_is_drawn_again(shop: Path, tmp_path: Path) -> None:
    """The later of two that would ask for the same draws first, and is told once the sooner has drawn."""
    data = config(shop, ModelSettings(), 1).source
    assert data is not None
    asked = Asked(source=shop.with_name("same.jsonl"), databases=(data,), out=tmp_path / "two", limit=2)

    async def scene(store: Store) -> None:
        frontier = Frontier({}, Past(store))
        late, soon = await Bench.set_up(asked, store), await Bench.set_up(asked, store)
        making = [asyncio.create_task(late.maker.make(1))]
        wrong: Drawn = await late.heard(Drawn)
        making.append(asyncio.create_task(soon.maker.make(0)))
        right: Drawn = await soon.heard(Drawn)
        assert right.names == wrong.names
        assert frontier.stands(right.used, right.unused)
        frontier.take(right.names)
        assert not frontier.stands(wrong.used, wrong.unused)
        soon.order.told(Settled(0, True, ()))
        late.order.told(Settled(1, False, tuple(frontier.log)))
        again: Drawn = await late.heard(Drawn)
        assert frontier.stands(again.used, again.unused)
        late.order.told(Settled(1, True, ()))
        await asyncio.gather(*making)
        for bench in (soon, late):
            store.end((await bench.heard(Done)).ended)
            for end in bench.ends:
                end.close()
        await asyncio.sleep(0.01)  # the sockets close

    assert run(["continue", str(asked.source), "--db", str(data), "--limit", "2", "-o", str(tmp_path / "one")]) == 0
    with asked.open_store(FileOrigin(asked.source, (data,), None, 0).config(), names(tmp_path / "one")) as store:
        with Store.open(tmp_path / "one", readonly=True) as one:
            for environment in one.environments():
                store.put_environment(environment, one.image(environment.image), one.catalog(environment.id))
        asyncio.run(scene(store))
    assert written(tmp_path / "two") == written(tmp_path / "one")


def names(folder: Path) -> list[str]:
    """The conversations that those of a run go on from, each once for every time."""
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue.continued.parent for d in store.dialogues() if d.dialogue.continued is not None]
