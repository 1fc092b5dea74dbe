"""A full disk stops a run clearly, loses nothing, and the same command goes on once there is room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.errors import DiskFullError
from duologue.store import Store
from pipeline.modelled import library
from resume.killing import ended, samples, started, whole

ARGUMENTS = ["-n", "10", "--seed", "2", "--toolsets", "1"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of so few kilobytes that a run does not fit."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=640k", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a file system")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.kills
@pytest.mark.parametrize("workers", ["1", "4"])
def test_goes_on_where_there_is_room(small: Path, tmp_path: Path, workers: str) -> None:
    source = [str(library()[0]), *ARGUMENTS]
    code, said = ended(started([*source, "-o", str(tmp_path / "whole")]))
    assert code == 0, said
    mine = [*source, "--workers", workers, "-o", str(small / "run")]
    for _ in range(2):  # nor does trying again without room do harm
        code, said = ended(started(mine))
        assert code == 3, said
        assert said.startswith(f"The disk of '{small / 'run'}' is full: 0."), said
        assert " of 10 items are stored in 0." in said
        assert said.endswith("Make room there, then run the same command again: it goes on where this one stopped.\n")
        whole(small / "run")
    subprocess.run(["mount", "-o", "remount,size=20m", small], check=True)
    code, said = ended(started(mine))
    assert code == 0, said
    assert samples(small / "run", tmp_path / "rows.jsonl") == samples(tmp_path / "whole", tmp_path / "whole.jsonl")


def test_no_room_to_begin_in(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "filling").write_bytes(bytes(600_000))
    assert run(["generate", str(library()[0]), *ARGUMENTS, "-o", str(small / "run")]) == 3
    assert " is full: 0.1 MB are left.\nMake room there, " in capsys.readouterr().err
    assert not list((small / "run").iterdir())


def test_no_room_for_what_a_run_is_begun_with(small: Path) -> None:
    """More than SQLite holds in memory is written in the midst of the transaction, and rolled back by itself."""
    with pytest.raises(DiskFullError, match="is full"):
        Store.create(small / "run", {f"part {n}": "x" * 400_000 for n in range(20)})
    assert not list((small / "run").iterdir())
