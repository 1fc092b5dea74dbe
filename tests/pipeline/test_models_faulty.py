"""What goes wrong has a name: each fault of a model ends an item with its reason, and what a person must change ends the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from duologue.cli import run as command
from duologue.cli.stats import report
from duologue.errors import UserError
from duologue.pipeline import Summary
from duologue.store import Store, stats
from duologue.testing import FakeServer, Faults, Manner, in_thread
from duologue.testing.protocol import Body, Reply
from duologue.testing.roles import role_of
from pipeline.modelled import SEED, Came, brain, came, config, library, run, settings

REASONS = [
    ("agent", "wrong tool", "play: agent: repeats itself"),
    ("agent", "wrong arguments", "play: agent: repeats itself"),
    ("agent", "malformed arguments", "play: agent: malformed call"),
    ("agent", "repetition", "play: agent: repeats itself"),
    ("agent", "empty", "play: agent: empty answer"),
    ("agent", "swapped roles", "play: agent: speaks as the user"),
    ("agent", "leaked prompt", "play: agent: leaks its prompt"),
    ("agent", "rambling", "play: agent: too long"),
    ("user", "invalid JSON", "play: user: invalid answer"),
    ("user", "wrong fields", "play: user: invalid answer"),
    ("user", "repetition", "play: user: repeats itself"),
    ("user", "empty", "play: user: invalid answer"),
    ("user", "swapped roles", "play: user: speaks as the assistant"),
    ("user", "leaked prompt", "play: user: leaks plumbing"),
    ("user", "rambling", "play: user: too long"),
    ("tasks", "invalid JSON", "tasks: invalid answer"),
    ("tasks", "wrong fields", "tasks: invalid answer"),
    ("tasks", "empty", "tasks: invalid answer"),
    ("tasks", "rambling", "tasks: invalid answer"),
    ("judge", "invalid JSON", "check: judge"),
    ("judge", "wrong fields", "check: judge"),
    ("judge", "empty", "check: judge"),
    ("judge", "rambling", "check: judge"),
]


@pytest.mark.parametrize(("role", "fault", "reason"), REASONS, ids=[f"{r}-{f}" for r, f, _ in REASONS])
def test_a_fault_that_does_not_pass_rejects_the_item_by_name(
    role: str, fault: str, reason: str, tmp_path: Path
) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(1.0, seed=1, names=(fault,), roles=(role,)))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("but tools",)), 1))
    assert got.outcomes == {0: "rejected"}
    assert set(got.lost) == {reason}


@pytest.mark.parametrize("fault", ["wrong tool", "wrong arguments", "malformed arguments", "empty", "leaked prompt"])
def test_a_slip_now_and_then_is_made_good(fault: str, tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(0.04, seed=2, names=(fault,), roles=("agent",)))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent")), 6))
        assert server.met[fault]
    assert len(got.outcomes) == 6
    assert got.summary.accepted >= 2


def test_a_silent_answer_is_asked_for_again(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(at={3: "silence"}))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent"), timeout=0.3), 1))
        assert server.met == {"silence": 1}
    assert got.outcomes == {0: "accepted"}


SERVER = {
    "429": "server busy",
    "500": "server error",
    "silence": "timed out",
    "cut": "connection cut",
    "no JSON": "invalid response",
    "wrong shape": "invalid response",
}


@pytest.mark.parametrize(("fault", "name"), SERVER.items())
def test_a_fault_of_the_server_has_its_name_also_where_it_passed(fault: str, name: str, tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(at={3: fault}))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent"), timeout=0.3), 1))
    assert got.outcomes == {0: "accepted"}
    assert got.troubles == {f"attempt: {name}": 1}
    with Store.open(tmp_path / "run", readonly=True) as store:
        found = stats(store)
    met = {role: part["attempts"] for role, part in found["models"]["roles"].items() if part["attempts"]}
    assert met == {"agent": {name: 1}}
    assert f"{name} 1" in report(found)


@pytest.mark.parametrize(("fault", "name"), SERVER.items())
def test_a_server_that_fails_for_good_in_mid_run_ends_it_and_it_is_taken_up(
    fault: str, name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    faults = Faults(at=dict.fromkeys(range(12, 1000), fault))
    with in_thread(FakeServer(brain(), faults=faults)) as server:
        impatient = settings(server.url, ("user", "agent"), together=2, timeout=0.3, attempts=1)
        with pytest.raises(UserError, match=f"gives no answers: {name}"):
            run(config(folder, impatient, 4))
        answered = server.statuses[200]
    with in_thread(FakeServer(brain())) as server:
        got = run(config(folder, settings(server.url, ("user", "agent")), 4))
    assert len(got.outcomes) == 4
    assert got.summary.accepted >= 2
    assert got.troubles[f"attempt: {name}"] >= 3
    assert answered


@pytest.mark.long
def test_a_server_that_dies_in_mid_run_is_said_and_the_run_is_taken_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", DYING], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        Path("duologue.toml").write_text(
            f'[models.m]\nname = "fake"\nurls = ["{url}"]\nattempts = 2\npatience = 5\n[roles]\nuser = "m"\nagent = "m"\n'
        )
        given = ["generate", str(library()[0]), "-n", "2", "--seed", str(SEED), "--toolsets", "1", "-o", "run"]
        assert command(given) == 2
    shown = capsys.readouterr().err
    assert "no server can be reached (nothing listens at 127.0.0.1 port" in shown
    assert "Traceback" not in shown
    made = came(Path("run"), Summary(0, 0, 0, 0))
    assert sum(made.roles.values()) >= 5
    assert "attempt: server unreachable" in made.troubles
    assert_goes_on(Path("run"))


DYING = """
import asyncio, os
from duologue.testing import FakeServer
from pipeline.modelled import brain

plays, count = brain(), 0

def dies(body):
    global count
    count += 1
    if count > 8:
        os._exit(1)
    return plays(body)

async def main():
    async with FakeServer(dies) as server:
        print(server.url, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
"""A server whose process ends at the ninth call."""


def endless(body: Body) -> Reply:
    """An agent that speaks and speaks, never the same, and does nothing; a user that asks on."""
    turns = len(body["messages"])
    if role_of(body) == "agent":
        return f"Let me put that in {'other ' * turns}words before I look into it."
    return {"user_message": f"I would still like to know about the {'many ' * turns}loans.", "is_task_complete": False}


def test_a_model_that_never_ends_costs_its_item_and_no_more(tmp_path: Path) -> None:
    with in_thread(FakeServer(endless)) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent")), 2))
        assert server.calls < 2 * 300
    assert set(got.outcomes.values()) == {"rejected"}
    assert all(reason.startswith("play") for reason in got.lost)


# ── what a person must change ────────────────────────────────────────────────────────────────────────────────────────────

KEY = "sk-the-key-that-nobody-may-see"


def generate(url: str, out: Path, model: str = "fake") -> int:
    """The command line, with user and agent played by a model."""
    given = ["generate", str(library()[0]), "-n", "2", "--seed", str(SEED), "--toolsets", "1", "-o", str(out)]
    return command(
        [
            *given,
            "--model",
            model,
            "--base-url",
            url,
            "--role",
            "all=scripted",
            "--role",
            "user=model",
            "--role",
            "agent=model",
        ]
    )


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


BAD: list[tuple[str, Manner, str, tuple[str, ...]]] = [
    ("wrong key", Manner(key="sk-another"), "fake", ("key", "401")),
    ("unknown model", Manner(models=("big", "small")), "fake", ("fake", "big, small")),
    ("no tools", Manner(tools=False), "fake", ("tools",)),
]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(("manner", "model", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_a_person_must_change_is_one_clear_line_and_the_run_goes_on_later(
    manner: Manner, model: str, said: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with in_thread(FakeServer(brain(), manner)) as server:
        assert generate(server.url, tmp_path / "run", model) == 2
    shown = capsys.readouterr()
    assert all(word in shown.err for word in said)
    assert KEY not in shown.err + shown.out
    assert "Traceback" not in shown.err
    assert_goes_on(tmp_path / "run")


def test_an_unreachable_server_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with in_thread(FakeServer(brain())) as server:
        url = server.url
    assert generate(url, tmp_path / "run") == 2
    shown = capsys.readouterr().err
    assert url in shown
    assert "Traceback" not in shown
    assert_goes_on(tmp_path / "run")


def assert_goes_on(folder: Path) -> None:
    """The same command with a server that works makes all that is missing."""
    with in_thread(FakeServer(brain())) as server:
        assert generate(server.url, folder) == 0
    got: Came = came(folder, Summary(0, 0, 0, 0))
    assert got.outcomes == {0: "accepted", 1: "accepted"}
    assert KEY.encode() not in (folder / "run.sqlite").read_bytes()


def test_makers_of_tools_that_fail_end_the_command(tmp_path: Path) -> None:
    faults = Faults(1.0, names=("wrong fields",), roles=("questions",))
    with (
        in_thread(FakeServer(brain(everything=True), faults=faults)) as server,
        pytest.raises(UserError, match="questions"),
    ):
        run(config(tmp_path / "run", settings(server.url), 1))
