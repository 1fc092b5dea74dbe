"""What goes wrong has a name: each fault of a model ends an item with its reason, and what a person must change ends the command."""

from pathlib import Path

import pytest

from duologue.cli import run as command
from duologue.errors import UserError
from duologue.pipeline import Summary
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
    with in_thread(FakeServer(brain(), faults=Faults(0.15, seed=2, names=(fault,), roles=("agent",)))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent")), 6))
        assert server.met[fault]
    assert len(got.outcomes) == 6
    assert got.summary.accepted >= 2


def test_a_silent_answer_is_asked_for_again(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(at={3: "silence"}))) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("user", "agent"), timeout=0.3), 1))
        assert server.met == {"silence": 1}
    assert got.outcomes == {0: "accepted"}


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
