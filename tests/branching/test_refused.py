"""What `branch` and `continue` can't be made from is refused in words: what was given, and what to do. Nothing is left behind."""

import shutil
from pathlib import Path

import apsw
import pytest

from duologue.cli import run
from duologue.store import FILE_NAME
from duologue.store.differing import differing
from duologue.types import Json

BOTH = pytest.mark.parametrize("command", ["branch", "continue"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "1", "--toolsets", "1", "-o", str(folder)]) == 0
    return folder


def truncated(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes((folder / FILE_NAME).read_bytes()[:20_000])


def no_database(folder: Path) -> None:
    (folder / FILE_NAME).write_text("These are notes.\n")


def nothing_accepted(folder: Path) -> None:
    db = apsw.Connection(str(folder / FILE_NAME))
    db.execute("UPDATE dialogues SET accepted = 0")
    db.close()


def empty(folder: Path) -> None:
    (folder / FILE_NAME).unlink()


@BOTH
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (truncated, "is damaged"),
        (no_database, "is damaged"),
        (nothing_accepted, "holds no accepted conversation"),
        (empty, "is not a run"),
    ],
)
def test_of_a_source(
    command: str, spoil: object, said: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source"
    shutil.copytree(shop, source)
    spoil(source)  # type: ignore[operator]
    capsys.readouterr()
    assert run([command, str(source), "-o", str(tmp_path / "out")]) == 2
    problem, fix = capsys.readouterr().err.strip().splitlines()
    assert said in problem
    assert str(source) in problem
    assert fix
    assert not (tmp_path / "out").exists()


@BOTH
@pytest.mark.parametrize(("out", "said"), [("a file", "is a file"), ("a file/in it", "Cannot make the folder")])
def test_of_a_place(
    command: str, out: str, said: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").write_text("")
    capsys.readouterr()
    assert run([command, str(shop), "-o", str(tmp_path / out)]) == 2
    assert said in capsys.readouterr().err


def test_of_a_folder_that_another_command_made(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert run(["branch", str(shop), "--at", "last", "--n", "1", "-o", out]) == 0
    capsys.readouterr()
    assert run(["continue", str(shop), "-o", out]) == 2
    said = capsys.readouterr().err
    assert "branches: given then, none now" in said
    assert "continued: none then, given now" in said


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (["branch", "--n", "1"], ["--n", "2"], "(--n: 1 then, 2 now)"),
        (["branch", "--n", "1"], ["--n", "1", "--differ", "user"], "(--differ: 'both' then, 'user' now)"),
        (["branch", "--n", "1"], ["--n", "1", "--seed", "4"], "(seed: 0 then, 4 now)"),
        (["continue"], ["--tasks", "2"], "(--tasks: 1 then, 2 now)"),
        (["continue", "--limit", "1"], ["--limit", "2"], "(--limit: 1 then, 2 now)"),
    ],
)
def test_of_other_options(
    then: list[str], now: list[str], said: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = then
    asked = [command, str(shop), "--at", "last", "-o", str(tmp_path / "out")]
    assert run([*asked, *options]) == 0
    capsys.readouterr()
    assert run([*asked, *now]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ({"n": 60, "branches": {"n": 3}}, {"n": 80, "branches": {"n": 4}}, ["--n: 3 then, 4 now"]),
        ({"continued": {"tools": "a"}}, {"continued": {"tools": "b"}}, ["--tools: another file"]),
        ({"continued": {"conversations": "a"}}, {"continued": {"conversations": "b"}}, ["the conversations it is made from are others"]),
        ({"n": 4, "parent": {"n": 4}}, {"n": 8, "parent": {"n": 8}}, ["n: 4 then, 8 now", "parent.n: 4 then, 8 now"]),
        ({"branches": {"at": "4", "conversations": "a"}}, {"branches": {"at": "9", "conversations": "b"}}, ["--at: '4' then, '9' now"]),
    ],
)  # fmt: skip
def test_what_differs_is_said_as_it_is_typed(then: dict[str, Json], now: dict[str, Json], said: list[str]) -> None:
    assert list(differing(then, now)) == said
