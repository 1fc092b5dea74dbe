"""What a command is told to write never replaces a database, and an empty or doubled export does not count as verified."""

from pathlib import Path

import pytest

from duologue.cli import run
from duologue.testing import tiny_image

COMMANDS = {
    "tools": "tools library.sqlite -o library.sqlite",
    "tasks": "tasks library.sqlite --tools tools.json -n 1 -o library.sqlite",
    "play": "play library.sqlite --tools tools.json --tasks tasks.jsonl -o library.sqlite",
    "export": "export run -o library.sqlite",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("library.sqlite").write_bytes(tiny_image().data)
    for line in (
        "tools library.sqlite --seed 1 -o tools.json",
        "tasks library.sqlite --tools tools.json -n 1 --seed 1 -o tasks.jsonl",
        "generate library.sqlite -n 2 --seed 1 -o run",
        "export run -o rows.jsonl",
    ):
        assert run(line.split()) == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_is_not_written_over(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("library.sqlite").read_bytes()
    assert run(COMMANDS[command].split()) == 2
    assert Path("library.sqlite").read_bytes() == before
    assert "is a database" in capsys.readouterr().err


def test_an_empty_export_is_not_verified() -> None:
    Path("none.jsonl").write_text("", encoding="utf-8")
    assert run(["verify", "none.jsonl", "--db", "library.sqlite"]) == 2


def test_a_conversation_exported_twice_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Path("rows.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("rows.jsonl").write_text("".join([*rows, rows[0]]), encoding="utf-8")
    assert run(["verify", "rows.jsonl", "--db", "library.sqlite"]) == 1
    assert "more than once" in capsys.readouterr().out
