"""A run's file that was damaged: every command says so, and of which item; none ends with a traceback."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.store import FILE_NAME, Store

READERS = ("show", "export", "verify", "branch", "continue", "generate")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert run(["generate", "-n", "3", "--toolsets", "1", "-o", str(folder)]) == 0
    return folder


def zeroed(data: bytes) -> bytes:
    return bytes(len(data))


def flipped(data: bytes) -> bytes:
    return bytes(byte ^ 0x80 for byte in data)


def scribbled(data: bytes) -> bytes:
    return b"x" * len(data)


def command(name: str, folder: Path) -> list[str]:
    more = {
        "show": ["2"],
        "export": ["-o", f"{folder}.jsonl"],
        "branch": ["--at", "4", "-n", "1"],
        "generate": ["-n", "4", "--toolsets", "1", "-o"],
    }
    given = more.get(name, [])
    return [name, *given, str(folder)] if name == "generate" else [name, str(folder), *given]


@pytest.mark.parametrize("harm", [zeroed, flipped, scribbled])
@pytest.mark.parametrize(
    ("stored", "says"),
    [
        ("SELECT body FROM dialogues WHERE item = 1", "the conversation of item 1 can't be read"),
        ("SELECT body FROM environments", "the environment "),
    ],
    ids=["conversation", "environment"],
)
def test_every_reader_says_what_is_damaged(
    whole: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    stored: str,
    says: str,
    harm: Callable[[bytes], bytes],
) -> None:
    with Store.open(whole, readonly=True) as store:
        body: bytes = store.db.execute(stored).get
    data = (whole / FILE_NAME).read_bytes()
    found = (data.find(body[start : start + 200]) for start in range(len(body) // 2, 0, -200))
    # an odd number of quotes: letters in the place of a piece of one text leave a conversation that can be read
    place = next(p for p in found if p > 0 and len(re.findall(rb'(?<!\\)"', data[p : p + 200])) % 2)
    for name in READERS:
        folder = tmp_path / name
        folder.mkdir()
        (folder / FILE_NAME).write_bytes(data[:place] + harm(data[place : place + 200]) + data[place + 200 :])
        capsys.readouterr()
        assert run(command(name, folder)) == 2, name
        first, fix = capsys.readouterr().err.splitlines()[-2:]
        assert first.startswith(f"{str(folder / FILE_NAME)!r} is damaged: {says}"), name
        assert fix == "Restore it from a copy, or make the run again in another folder."
