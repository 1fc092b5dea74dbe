"""A run grows: `-n` larger than before makes what is new, and what is there stays as it is."""

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from msgspec import structs

from duologue.errors import UserError
from duologue.pipeline import generate
from duologue.settings import ModelSettings
from duologue.store import FILE_NAME, Store
from pipeline.modelled import config

TABLES = ("items", "tasks", "dialogues", "attempts", "checks", "redrawn", "faults", "untried", "decisions", "config")


def made(out: Path, n: int) -> Path:
    generate(config(out, ModelSettings(), n), lambda _: None)
    return out


def written(folder: Path) -> dict[str, list[Any]]:
    """Every row of a run, but for its notes, which hold how long it took."""
    with closing(apsw.Connection(str(folder / FILE_NAME))) as db:
        return {table: sorted(db.execute(f"SELECT * FROM {table}")) for table in TABLES}


def test_a_run_that_has_grown_holds_the_same_bytes_as_one_made_at_once(tmp_path: Path) -> None:
    assert written(made(made(tmp_path / "grown", 2), 6)) == written(made(tmp_path / "at once", 6))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 1}, "holds a run of 2 items, and -n 1 asks for fewer"),
        ({"n": 3, "seed": 9}, "with other arguments .seed"),
    ],
)
def test_it_does_not_shrink_nor_grow_into_another(change: dict[str, int], said: str, tmp_path: Path) -> None:
    run = made(tmp_path / "run", 2)
    before = written(run)
    with Store.open(run, readonly=True) as store, pytest.raises(UserError, match=said):
        structs.replace(config(run, ModelSettings(), 2), **change).open_store(str(store.config()["image"]))
    assert written(run) == before
