"""A conversation with a model goes on from its last stored turn, once its calls, made again, give what they gave."""

from pathlib import Path

import apsw
import pytest

from duologue.settings import Spending
from duologue.store import FILE_NAME
from duologue.testing import FakeServer, in_thread
from pipeline.modelled import Came, brain, config, run, settings

N = 4


def stored(folder: Path) -> list[tuple[int, str]]:
    """The turns of conversations under way: item, body."""
    db = apsw.Connection(str(folder / FILE_NAME))
    try:
        return [
            (item, body.decode()) for item, body in db.execute("SELECT item, body FROM turns ORDER BY item, number")
        ]
    finally:
        db.close()


def rewrite(folder: Path, old: str, new: str) -> None:
    """Change the turns of conversations under way."""
    db = apsw.Connection(str(folder / FILE_NAME))
    db.execute("UPDATE turns SET body = CAST(replace(CAST(body AS TEXT), ?, ?) AS BLOB)", (old, new))
    db.close()


class Cut:
    """A run that a limit cuts short in the midst of conversations."""

    def __init__(self, folder: Path, server: FakeServer) -> None:
        self.folder, self.server = folder, server
        limits = Spending(tokens=60_000)
        self.first = run(config(folder, settings(server.url, ("user", "agent"), 4, limits, max_tokens=500), N))
        self.turns = stored(folder)
        self.calls = server.calls

    def finished(self) -> Came:
        """The run, made to its end."""
        return run(config(self.folder, settings(self.server.url, ("user", "agent"), 4, max_tokens=500), N))


def test_goes_on_from_the_last_stored_turn(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(n=20))) as server:
        whole = run(config(tmp_path / "whole", settings(server.url, ("user", "agent"), 4, max_tokens=500), N))
        calls = server.calls
        cut = Cut(tmp_path / "cut", server)
        assert cut.first.summary.unfinished
        assert len(cut.turns) > 2 * len({item for item, _ in cut.turns})  # not only beginnings
        came = cut.finished()
    assert came.dialogues == whole.dialogues
    assert server.calls == 2 * calls
    assert stored(tmp_path / "cut") == []


@pytest.mark.parametrize(("old", "new"), [('"state":"2.', '"state":"3.')])
def test_what_its_calls_gave_is_compared(tmp_path: Path, old: str, new: str) -> None:
    with in_thread(FakeServer(brain(n=20))) as server:
        cut = Cut(tmp_path / "cut", server)
        changed = {item for item, body in cut.turns if old in body}
        assert changed
        rewrite(tmp_path / "cut", old, new)
        came = cut.finished()
    assert came.lost["play: replay: its calls made again give something else"] == len(changed)
