"""`export --pairs` and `--groups`: the checks alone decide, the two share their prompt, and what is no example is not used."""

import json
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.export.forks import Branch, Place, PlainMessage, groups_of, pairs_of, plain, ruling_of
from duologue.store import FILE_NAME, Store, StoredDialogue
from duologue.testing import tiny_environment
from duologue.types import ClockSpec, Dialogue, Finding, Fork, Message, Scenario, Turn, Verdict

KEYS = {"role", "content", "reasoning_content", "tool_calls", "tool_call_id", "name"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    assert run(["generate", "-n", "4", "--seed", "3", "-o", str(folder / "shop")]) == 0
    asked = ["branch", str(folder / "shop"), "-o", str(folder / "tree"), "--at", "4,14,last", "--n", "3"]
    assert run([*asked, "--mistakes", "0.8", "--differ", "agent"]) == 0
    return folder / "tree"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def has_the_trainers_form(messages: list[dict[str, Any]]) -> None:
    """What TRL's conversational form asks for: roles and content, calls as objects, each answered by a tool's message."""
    for m in messages:
        assert m.keys() <= KEYS
        assert m["role"] in ("system", "user", "assistant", "tool")
        assert isinstance(m["content"], str)
        for call in m.get("tool_calls", ()):
            assert call["type"] == "function"
            assert isinstance(call["function"]["arguments"], dict)
    called = [c["id"] for m in messages for c in m.get("tool_calls", ())]
    assert called == [m["tool_call_id"] for m in messages if m["role"] == "tool"]


def test_the_command_says_where_no_mistake_was_on_offer(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["branch", str(tree.parent / "shop"), "-o", str(tree), "--at", "4,14,last", "--n", "3"]
    asked += ["--mistakes", "0.8", "--differ", "agent"]
    capsys.readouterr()
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    none = told["mistakes_asked"] - told["mistakes"]
    assert 0 < told["mistakes"] <= told["mistakes_asked"] <= told["branches"] * 2 // 3
    assert run(asked) == 0
    assert (f"{none} more w" in capsys.readouterr().out) == (none > 0)


def test_every_side_runs_again(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(tree, readonly=True) as store:
        failed = list(store.dialogues(accepted=False))
    capsys.readouterr()
    assert run(["verify", str(tree), "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert run(["verify", str(tree), "--rejected", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    others = both.pop("rejected")
    assert both == alone
    calls = sum(len(t.message.tool_calls) for d in failed for t in d.dialogue.path())
    assert (others["dialogues"], others["calls"], others["compared"]) == (len(failed), calls, 0)
    assert run(["verify", str(tree), "--rejected"]) == 0
    assert f"{len(failed)} rejected conversations, {calls} calls run again" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["pairs", "groups"])
def test_parts_of_conversations_are_sent_to_their_run(
    kind: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "parts.jsonl")
    assert run(["export", str(tree), f"--{kind}", "-o", out]) == 0
    assert run(["verify", out]) == 2
    assert f"is one of the {kind} of `export --{kind}`" in capsys.readouterr().err
    assert run(["verify", out, "--rejected"]) == 2


def test_a_rejected_conversation_that_differs_is_found(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy)
    db = sqlite3.connect(copy / FILE_NAME)
    (item, body), *_ = db.execute("SELECT item, CAST(body AS TEXT) FROM dialogues WHERE accepted = 0 ORDER BY item")
    value = json.loads(body)
    told = next(t["message"] for t in value["turns"] if t["message"]["role"] == "tool")
    told["content"] += " "
    db.execute("UPDATE dialogues SET body = ? WHERE item = ?", (json.dumps(value).encode(), item))
    db.commit()
    db.close()
    assert run(["verify", str(copy)]) == 0
    assert run(["verify", str(copy), "--rejected"]) == 1


def test_a_pair_shares_its_prompt_and_was_decided_by_the_checks(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pairs.jsonl"
    capsys.readouterr()
    assert run(["export", str(tree), "--pairs", "-o", str(out)]) == 0
    told, made = capsys.readouterr().out, rows(out)
    assert told.startswith(f"{len(made)} pairs in ")
    with Store.open(tree, readonly=True) as store:
        passed = {d.dialogue.id: d for d in store.dialogues()}
        failed = {d.dialogue.id: d for d in store.dialogues(accepted=False)}
    assert made
    for row in made:
        facts = row["metadata"]
        assert facts["chosen"] in passed
        assert facts["rejected"] in failed
        assert facts["failed"] == [v.check for v in failed[facts["rejected"]].verdicts if v.passed is not True]
        assert len(row["prompt"]) == facts["at"]
        assert row["chosen"][0]["role"] == row["rejected"][0]["role"] == "assistant"
        assert row["chosen"][0] != row["rejected"][0]
        assert (tmp_path / f"env-{facts['environment']}.json").is_file()
        assert row["tools"][0]["function"]["parameters"]
        for side in ("chosen", "rejected"):
            dialogue = (passed | failed)[facts[side]].dialogue
            texts = [m["content"] for m in row["prompt"] + row[side]]
            assert texts == [t.message.content for t in dialogue.turns[: len(texts)]]
            has_the_trainers_form(row["prompt"] + row[side])
            assert facts["until"] == "end" or all(m["role"] != "user" for m in row[side])
        fork = failed[facts["rejected"]].dialogue.fork
        assert fork is not None
        assert bool(fork.mistake) == bool(fork.noticed)


def test_a_group_holds_the_branches_of_a_place_with_a_reward_each(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "groups.jsonl"
    assert run(["export", str(tree), "--groups", "--format", "openai", "-o", str(out)]) == 0
    made = rows(out)
    with Store.open(tree, readonly=True) as store:
        passed = {d.dialogue.id for d in store.dialogues()}
    rewards = [(c["reward"], c["id"] in passed) for row in made for c in row["completions"]]
    assert {(0.0, False), (1.0, True)} == set(rewards)
    for row in made:
        assert len({c["id"] for c in row["completions"]}) == len(row["completions"]) >= 2
        assert all(c["messages"] for c in row["completions"])
        assert len(row["prompt"]) == row["metadata"]["at"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--pairs", "--groups"], "exclude each other"),
        (["--pairs", "--selection", "s.json"], "single conversations"),
        (["--pairs", "--format", "xml"], "Unknown format"),
    ],
)
def test_what_is_not_valid_is_said(
    tree: Path, tmp_path: Path, flags: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["export", str(tree), "-o", str(tmp_path / "x.jsonl"), *flags]) == 2
    assert message in capsys.readouterr().err


def test_where_there_are_no_pairs_no_file_is_written_over(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pairs.jsonl"
    out.write_text("mine")
    assert run(["export", str(tree.parent / "shop"), "--pairs", "-o", str(out)]) == 2
    assert "There are no pairs" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_a_place_of_the_users_makes_no_group() -> None:
    left: Counter[str] = Counter()
    assert not list(groups_of(Place("p", 3, ENVIRONMENT, (branch("u / a / v / b"), branch("u / a / w / b")), ()), left))
    assert left == {"the user speaks next there": 2}
    made = list(groups_of(Place("p", 2, ENVIRONMENT, (branch("u / a"),), (branch("u / wrong", bad(2)),)), left))
    assert [[c.reward for c in row.completions] for row in made] == [[1.0, 0.0]]


# ── which two are a pair ─────────────────────────────────────────────────────────────────────────────────────────────────

ENVIRONMENT = tiny_environment().environment
GOOD = Verdict("replay", True)


def branch(text: str, verdict: Verdict = GOOD, mistake: str = "", noticed: tuple[str, ...] = ()) -> Branch:
    """A branch from turn 2 on: "user / assistant / user …" after the system message."""
    spoken = [Message("user" if n % 2 == 0 else "assistant", said) for n, said in enumerate(text.split(" / "))]
    turns = tuple(Turn(m, n - 1 if n else None) for n, m in enumerate([Message("system", "s"), *spoken]))
    fork = Fork("p", 2, 1, "both", 1, mistake, noticed)
    dialogue = Dialogue(text, ENVIRONMENT.id, Scenario("s", (), ClockSpec("", 0), 0), turns, fork)
    stored = StoredDialogue(0, dialogue, (verdict,))
    return Branch(stored, plain(stored, "hf"), None if verdict.passed else ruling_of(stored))


def bad(turn: int, check: str = "grounding") -> Verdict:
    return Verdict(check, False, (Finding(turn, "a fault"),))


PAIRED = [
    (branch("u / wrong / v / b", bad(2)), ("answer", 2, ["wrong"])),
    (branch("u / wrong / v / b", bad(4)), ("end", 2, ["wrong", "v", "b"])),
    (branch("u / a / v / wrong", bad(4)), ("answer", 4, ["wrong"])),
    (branch("u / wrong / v / b", bad(4), "wrong day", ("grounding",)), ("answer", 2, ["wrong"])),
    (branch("u / wrong / v / b", bad(2), "wrong day"), "no check objects to its mistake"),
    (branch("u / wrong / v / b", bad(3)), "the fault is not the assistant's"),
    (branch("u / a / other / wrong", bad(4)), "nothing accepted parts from it at the assistant's message"),
]


@pytest.mark.parametrize(("worse", "expected"), PAIRED)
def test_which_two_are_a_pair(worse: Branch, expected: object) -> None:
    left: Counter[str] = Counter()
    place = Place("p", 2, ENVIRONMENT, (branch("u / z / v / b"), branch("u / a / v / b")), (worse,))
    if worse.messages[2] == PlainMessage("assistant", "a"):
        place = Place("p", 2, ENVIRONMENT, (branch("u / a / v / b"),), (worse,))
    made = [(p.metadata.until, p.metadata.at, [m.content for m in p.rejected]) for p in pairs_of(place, left)]
    assert made == ([expected] if isinstance(expected, tuple) else [])
    assert dict(left) == ({} if isinstance(expected, tuple) else {expected: 1})
