"""Commands that need no pipeline, and what every command does with bad input: one or two lines, exit code 2."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.store import Store
from samples import SOUND, UNSOUND, make_dialogue, make_environment


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    environment = make_environment()
    with Store.create(folder, {"seed": 1}) as store:
        store.put_environment(environment, b"image")
        for item in range(2):
            store.begin_item(item)
            store.count_attempt(item, "check", "" if item else "grounding\x1b")
            store.put_dialogue(
                item, make_dialogue(environment, item), SOUND if item else UNSOUND, "" if item else "grounding"
            )
        store.note("ran_out", {"items": 2, "of": 40})
    return folder


def test_stats(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", str(finished)]) == 0
    shown = capsys.readouterr().out
    assert "2 items: 1 accepted, 1 rejected, 0 unfinished" in shown
    assert "steps for a request  1.50 (2)            3.45 (121)            3.74 (322)" in shown
    assert "grounding\\x1b 1" in shown
    assert "Distinct tasks ran out after 2 of 40 items." in shown


def test_stats_for_machines(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", str(finished / "run.sqlite"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dialogues"] == {"accepted": 1, "rejected": 1, "unfinished": 0}


def test_show(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(finished), "1"]) == 0
    assert "What do the slate kettles cost? (1)" in capsys.readouterr().out
    assert run(["show", str(finished), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dialogue"]["id"] == "d1"


def test_export(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(finished), "-o", str(tmp_path / "x" / "rows.jsonl"), "--format", "hf"]) == 0
    assert capsys.readouterr().out.startswith("1 conversations in ")
    assert len(list((tmp_path / "x").iterdir())) == 2


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        assert run(arguments) == 0
        assert "Commands:" in capsys.readouterr().out
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "duologue 0.1.0\n"


def test_the_package_runs_as_a_module() -> None:
    ended = subprocess.run([sys.executable, "-m", "duologue", "--version"], check=True, capture_output=True, text=True)
    assert ended.stdout == "duologue 0.1.0\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("frob", "No such command 'frob'"),
        ("generate --frob", "No such option: --frob"),
        ("generate -n x", "'x' is not a whole number"),
        ("generate -n 0", "-n 0: there is nothing to make"),
        ("generate --mode robot", "Unknown mode 'robot'"),
        ("generate --toolsets 0", "--toolsets 0 is out of range"),
        ("generate a.sqlite --domain retail", "Both 'a.sqlite' and --domain 'retail'"),
        ("tools --variant -1 -o tools.json", "--variant -1 is out of range"),
        ("tools", "Missing option '-o'"),
        ("tasks -n 0 --tools t.json -o x", "-n 0: there is nothing to make"),
        ("stats nowhere", "'nowhere' does not exist"),
        ("stats .", "'.' is not a run"),
        ("show finished 2", "There is no conversation 2 in 'finished': it holds 1"),
        ("show finished 0", "There is no conversation 0"),
        ("show finished x", "'x' is not a whole number"),
        ("export finished -o .", "'.' is a folder"),
        ("export finished -o x.jsonl --format parquet", "Unknown format 'parquet'"),
        ("verify nowhere.jsonl", "'nowhere.jsonl' does not exist"),
        ("verify note.txt", "'note.txt', line 1 is not an exported conversation"),
        ("verify \x1b[31m", "'\\x1b[31m' does not exist"),
    ],
)
def test_what_the_person_must_change(
    finished: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, says: str
) -> None:
    monkeypatch.chdir(finished.parent)
    finished.rename("finished")
    Path("note.txt").write_text("hello\n")
    before = sorted(os.listdir())
    assert run(line.split(" ")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert 1 <= len(err.splitlines()) <= 2
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("command", ["stats", "show", "verify", "generate -n 1 -o"])
def test_a_damaged_run(finished: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    path = finished / "run.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    assert run([*command.split(), str(finished)]) == 2
    assert "is damaged" in capsys.readouterr().err


def test_the_reader_may_leave(finished: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as gone:
        ended = subprocess.run(
            [sys.executable, "-m", "duologue.cli", "show", str(finished)],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_terminal_that_knows_no_arrows(finished: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "duologue.cli", "show", str(finished)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert b"\\u2192 find_kettles" in ended.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, duologue.cli.app\n"
        "heavy = {'apsw', 'sqlglot', 'rich', 'inflect', 'jsonschema_rs', 'yaml', 'duologue.pipeline'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
