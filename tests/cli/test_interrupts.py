"""How a run ends before its end: exit codes, and interrupts that let what is under way end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.cli import main, run
from duologue.cli.progress import interruptible
from duologue.halt import HaltedError
from duologue.store import Store
from samples import SOUND, make_dialogue, make_environment

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """`main` listens to signals for good."""
    before = {number: signal.getsignal(number) for number in CODES}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_before_anything_is_under_way_it_is_immediate() -> None:
    with interruptible(), pytest.raises(KeyboardInterrupt):
        interrupt()


def test_afterwards_what_is_under_way_may_end() -> None:
    with interruptible() as halt:
        halt.begun = True
        halt.check()
        interrupt()
        with pytest.raises(HaltedError):
            halt.check()


def test_a_second_one_does_not_wait() -> None:
    with interruptible() as halt:
        halt.begun = True
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "run", {}) as store:
        environment = make_environment()
        store.put_environment(environment, b"image")
        store.put_dialogue(0, make_dialogue(environment), SOUND)
    return tmp_path / "run"


@pytest.mark.parametrize(("arguments", "code"), [(["show", "RUN"], 0), (["show", "RUN", "7"], 2), (["--version"], 0)])
def test_exit_codes(finished: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int) -> None:
    monkeypatch.setattr(sys, "argv", ["duologue", *(str(finished) if a == "RUN" else a for a in arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code


def test_an_interrupted_reader_is_not_told_to_go_on(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["duologue", "stats", str(finished)])
    monkeypatch.setattr("duologue.store.stats", stop)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "\nInterrupted.\n"


@pytest.mark.parametrize(
    ("made", "stands"),
    [
        (2, "2 of 3 items are made, 2 of them accepted, in RUN. "),
        (0, "Nothing is made yet of 3 items, in RUN. "),
        (None, ""),
    ],
)
def test_an_interrupt_at_the_start_says_where_the_run_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], made: int | None, stands: str
) -> None:
    out = tmp_path / "run"
    if made is not None:
        with Store.create(out, {"n": 3}) as store:
            for item in range(made):
                environment = make_environment()
                store.put_environment(environment, b"image")
                store.put_dialogue(item, make_dialogue(environment), SOUND)

    def stop(*_: object) -> None:
        interrupt()

    monkeypatch.setattr("duologue.pipeline.open_sources", stop)
    assert run(["generate", "-n", "3", "-o", str(out)]) == 130
    goes_on = "The same command goes on where this one stopped."
    assert capsys.readouterr().err == f"\nInterrupted. {stands.replace('RUN', str(out))}{goes_on}\n"


def test_a_reader_that_has_gone(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, writer = os.pipe()
    os.close(gone)
    monkeypatch.setattr(sys, "argv", ["duologue", "show", str(finished)])
    with open(writer, "w", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 0


@pytest.mark.parametrize("number", CODES)
def test_both_signals_let_what_is_under_way_end(number: signal.Signals) -> None:
    with interruptible() as halt:
        halt.begun = True
        signal.raise_signal(number)
        with pytest.raises(HaltedError):
            halt.check()


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("after", [0.3, 0.8, 2.5])
def test_whenever_it_comes(tmp_path: Path, number: signal.Signals, times: int, after: float) -> None:
    """From before the command line is read to the midst of the work: no traceback, and its exit code."""
    line = [sys.executable, "-m", "duologue", "generate", "-n", "100000", "-o", str(tmp_path / "run")]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stderr is not None
    time.sleep(after)
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.02)
    _, said = process.communicate(timeout=60)
    assert process.returncode == CODES[number], said
    assert "Traceback" not in said
    assert "Interrupted." in said or times == 2
