"""Files are gone on with too: ours, and any that hold messages and tools, where their calls can be made again."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.continuing.foreign import dialogue_of_talk
from duologue.continuing.places import parts
from duologue.continuing.sources import FileOrigin
from duologue.ids import digest, digest_text
from duologue.sources import from_domain
from duologue.store import Store
from duologue.talks import Call, Offered, Place, Talk
from duologue.talks import Turn as Heard
from duologue.types import Dialogue


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exported conversations, their database beside them as `shop.sqlite`."""
    folder = tmp_path_factory.mktemp("rows")
    assert run(["generate", "-n", "2", "--toolsets", "1", "-o", str(folder / "run")]) == 0
    assert run(["export", str(folder / "run"), "-o", str(folder / "rows.jsonl")]) == 0
    (folder / "shop.sqlite").write_bytes(from_domain("retail").image.data)
    plain = folder / "plain.jsonl"
    with plain.open("w") as file:
        for line in (folder / "rows.jsonl").read_text().splitlines():
            row = json.loads(line)
            file.write(json.dumps({"messages": row["messages"], "tools": row["tools"]}) + "\n")
    return folder


def stored(folder: Path) -> list[Dialogue]:
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue for d in store.dialogues()]


def told(
    command: list[str | Path], capsys: pytest.CaptureFixture[str], code: int = 0
) -> dict[str, list[dict[str, str]]]:
    capsys.readouterr()
    assert run([*map(str, command), "--json"]) == code
    found: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return found


def test_an_exported_file_goes_on_as_its_run_would(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(["continue", rows / "rows.jsonl", "-o", tmp_path / "on"], capsys)
    assert [one["outcome"] for one in found["outcomes"]] == ["accepted"] * 2
    parents = {d.id: d for d in stored(rows / "run")}
    for one in stored(tmp_path / "on"):
        assert one.continued is not None
        parent = parents[one.continued.parent]
        assert one.turns[: one.continued.at] == parent.turns[: one.continued.at]
        assert one.scenario.tasks[: one.continued.task] == parent.scenario.tasks
    assert run(["verify", str(tmp_path / "on")]) == 0


def test_messages_and_tools_are_enough_where_the_tools_run(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = next(rows.glob("env-*.json"))
    out = tmp_path / "on"
    found = told(["continue", rows / "plain.jsonl", "--db", rows / "shop.sqlite", "--env", env, "-o", out], capsys)
    assert [one["outcome"] for one in found["outcomes"]] == ["accepted"] * 2
    parents = {d.id: d for d in stored(rows / "run")}
    for one, parent in zip(stored(out), parents.values(), strict=True):
        assert one.continued is not None
        assert one.continued.settled
        at = one.continued.at
        assert [t.message for t in one.turns[:at]][1:] != []
        assert at == len(parent.turns) or parent.turns[at].done
        assert [t.message.content for t in one.turns[:at]] == [t.message.content for t in parent.turns[:at]]
        assert not any(t.train for t in one.turns[:at] if t.message.role == "assistant")
        assert [bool(t.changes) for t in one.turns[:at]] == [bool(t.changes) for t in parent.turns[:at]]
    assert run(["verify", str(out)]) == 0


def test_a_database_that_changed_is_noticed_call_by_call(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes((rows / "shop.sqlite").read_bytes())
    with sqlite3.connect(other) as db:
        db.execute("UPDATE orders SET total_gbp = total_gbp + 1")
    env = next(rows.glob("env-*.json"))
    command: list[str | Path] = ["continue", rows / "plain.jsonl", "--db", other, "--env", env]
    found = told([*command, "-o", tmp_path / "refused"], capsys, code=1)
    (left,) = {one["reason"] for one in found["outcomes"] if one["outcome"] == "left out"}
    assert left == "continue: its calls give something else than is recorded"
    first = next(one for one in found["outcomes"] if one["outcome"] == "left out")
    assert "running it again gives" in first["evidence"]
    told([*command, "-o", tmp_path / "on", "--differing"], capsys)
    passed = sum(len(one.continued.differing) for one in stored(tmp_path / "on") if one.continued is not None)
    assert passed
    assert run(["verify", str(tmp_path / "on")]) == 0
    assert f"where `continue --differing` took them up: {passed}" in capsys.readouterr().out
    assert run(["verify", "--json", str(tmp_path / "on")]) == 0
    assert json.loads(capsys.readouterr().out)["passed_over"] == passed


def test_every_row_gets_one_reason_and_none_a_traceback(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = json.loads((rows / "plain.jsonl").read_text().splitlines()[0])
    called = next(m for m in plain["messages"] if m.get("tool_calls"))
    at = plain["messages"].index(called)
    lines = [
        json.dumps(plain),
        "no json",
        json.dumps({"question": [[{"role": "user", "content": "Move it."}]]}),
        json.dumps({"messages": [{"role": "user", "content": "Anybody?"}], "tools": plain["tools"]}),
        json.dumps({"messages": [*plain["messages"][: at + 1], plain["messages"][-1]], "tools": plain["tools"]}),
        json.dumps({"messages": [plain["messages"][1], {"role": "assistant", "content": "Hello."}]}),
        (rows / "rows.jsonl").read_text().splitlines()[0].replace('"start"', '"begin"'),
    ]
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join(lines))
    env = next(rows.glob("env-*.json"))
    found = told(["continue", file, "--db", rows / "shop.sqlite", "--env", env, "-o", tmp_path / "on"], capsys)
    reasons = [one["reason"].removeprefix("continue: ") for one in found["outcomes"]]
    assert reasons == [
        "",
        "no JSON: Expecting value at character 1",
        "`question` holds the users' side of a task, turn by turn, and nobody answers; wanted: `messages` (OpenAI),"
        " `conversations` (ShareGPT), or `input` items (Responses)",
        "the assistant says nothing in it",
        "a call in it has no result",
        "",
        "it is no row as `export` writes them",
    ]
    assert found["outcomes"][5]["outcome"] == "accepted"


ODD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "messages: there are none": lambda row: row | {"messages": []} | {"metadata": row["metadata"] | {"turns": []}},
    "metadata.tasks: there are none": lambda row: row | {"metadata": row["metadata"] | {"tasks": []}},
    "metadata.turns: turn 1 is about task -1": lambda row: _about(row, -1),
    "metadata.turns: turn 1 is about task 99": lambda row: _about(row, 99),
    "metadata.order: there is no part 50": lambda row: row | {"metadata": row["metadata"] | {"order": [[0, 50]]}},
    "metadata.continued: it has no turn 9999": lambda row: (
        row | {"metadata": row["metadata"] | {"continued": {"parent": "p", "at": 9999, "seed": 1, "task": 1}}}
    ),
}
"""What is wrong with a row → how it came to be so."""


def _about(row: dict[str, Any], task: int) -> dict[str, Any]:
    turns = row["metadata"]["turns"]
    return row | {"metadata": row["metadata"] | {"turns": [turns[0], turns[1] | {"task": task}, *turns[2:]]}}


def test_rows_that_point_to_what_they_lack_are_left_out_and_the_others_go_on(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = json.loads((rows / "rows.jsonl").read_text().splitlines()[0])
    file = tmp_path / "odd.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in (*(odd(sound) for odd in ODD.values()), sound)))
    for env in rows.glob("env-*.json"):
        (tmp_path / env.name).write_bytes(env.read_bytes())
    *left, last = told(["continue", file, "-o", tmp_path / "on"], capsys)["outcomes"]
    assert last["outcome"] == "accepted"
    for what, one in zip(ODD, left, strict=True):
        assert one["reason"] == "continue: it is no row as `export` writes them"
        assert one["evidence"].startswith(what)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["nowhere.jsonl"], "There is no 'nowhere.jsonl'"),
        (["plain.jsonl", "--db", "shop.sqlite"], "nothing says how its tools work"),
        (["run", "--db", "shop.sqlite"], "A run holds its database and its tools"),
        (["plain.jsonl", "--db", "nowhere.sqlite"], "nowhere.sqlite"),
        (["plain.jsonl", "--env", "rows.jsonl"], "Name it too: --db FILE"),
        (["empty.json"], "holds no conversation"),
        (["shop.sqlite"], "is a SQLite file"),
        (["passwd"], "No row of 'passwd' can be read as a conversation. passwd:1: no JSON"),
        (["passwd", "--limit", "1"], "None of the first 1 rows of 'passwd' can be read"),
        (["."], "is not a run"),
        (["plain.jsonl", "--db", "shop.sqlite", "--env", "plain.jsonl"], "plain.jsonl"),
        (["rows.jsonl", "--db", "other.sqlite"], "--db 'other.sqlite': none of the conversations goes on in this"),
        (["rows.jsonl", "--db", "shop.sqlite", "--db", "other.sqlite"], "--db 'other.sqlite': none of"),
    ],
)
def test_what_is_mistyped_is_said(
    rows: Path,
    tmp_path: Path,
    more: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(rows)
    (rows / "empty.json").write_text("[]")
    (rows / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\n")
    with closing(sqlite3.connect(rows / "other.sqlite")) as db:
        db.executescript("CREATE TABLE IF NOT EXISTS pets (id INTEGER PRIMARY KEY); INSERT INTO pets DEFAULT VALUES;")
    assert run(["continue", *more, "-o", str(tmp_path / "x")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("ids", "results", "answers"),
    [
        (("a", "b"), (("b", ""), ("a", "")), (2, 1)),
        (("a", "a"), (("a", ""), ("a", "")), (1, 2)),
        (("a", "a"), (("a", "two"), ("a", "one")), (2, 1)),
        (("", ""), (("", ""), ("", "")), (1, 2)),
        (("", ""), (("", "two"), ("", "one")), (2, 1)),
    ],
)
def test_each_call_gets_its_own_result(
    ids: tuple[str, ...], results: tuple[tuple[str, str], ...], answers: tuple[int, ...]
) -> None:
    calls = tuple(Call(one, name, {}, "{}") for one, name in zip(ids, ("one", "two"), strict=True))
    said = [Heard("user", "Both.", 0), Heard("assistant", "", 1, calls=calls)]
    said += [Heard("tool", "{}", 2 + n, answers=one, name=name) for n, (one, name) in enumerate(results)]
    tools = tuple(Offered(name, "", {}) for name in ("one", "two"))
    talk = Talk(Place("talks.jsonl", 1), "openai", (*said, Heard("assistant", "Done.", 4)), tools)
    dialogue, _ = dialogue_of_talk(talk, "talks.jsonl:1", None, 1)
    given = [t.message.tool_call_id for t in dialogue.turns if t.message.role == "tool"]
    asked = next(t for t in dialogue.turns if t.message.tool_calls).message.tool_calls
    assert given == [asked[n - 1].id for n in answers]


@pytest.mark.parametrize(
    ("text", "reply", "leaves"),
    [
        ("That's all, thanks!", "You're welcome!", True),
        ("Right, that's the lot, thanks a million", "Happy to help. Is there anything else?", True),
        ("Nothing else, bye.", "Bye!", True),
        ("Thanks. And the phone number?", "I can't see one.", False),
        ("Thanks.", "By the way, your order 5 is on its way.", False),
        ("Thanks, please cancel it, and " + "so on " * 20, "Done.", False),
        ("Cancel it.", "I can't do that.", False),
        ("Thank you so much for your help!", "You're welcome!", True),
        ("Great, thanks a lot. That's all for today.", "You're welcome!", True),
        ("No, that’s everything I needed. Have a nice day!", "You're welcome!", True),
        ("I see, thank you for the information.", "You're welcome!", True),
        ("Thanks for letting me know, you've been very helpful.", "You're welcome!", True),
        ("Thanks for nothing, cancel it.", "You're welcome!", False),
        ("Thanks for nothing.", "You're welcome!", False),
        ("That's it, I want my money back!", "You're welcome!", False),
        ("Thank you. Now cancel the order.", "You're welcome!", False),
        ("Set it to open, thanks.", "You're welcome!", False),
        ("Nothing else works, fix it.", "You're welcome!", False),
        ("Thanks, but the price is wrong.", "You're welcome!", False),
        ("Yes please, thanks.", "You're welcome!", False),
        ("Done.", "You're welcome!", False),
    ],
)
def test_leave_taking_is_heard(text: str, reply: str, leaves: bool) -> None:
    assert parts(text, reply) is leaves


@pytest.mark.parametrize("text", ["", 'a "b"\\\r\n', "\ufeffé€😀\x00" * 9])
def test_a_file_is_told_from_another_without_holding_it(text: str) -> None:
    for size in (1, 5, 1000):
        assert digest_text(text[n : n + size] for n in range(0, len(text), size)) == digest(text)


def test_rows_are_found_again_in_any_order(rows: Path) -> None:
    out = rows / "mixed.jsonl"
    out.write_text((rows / "rows.jsonl").read_text() + "no row\n")
    origin = FileOrigin(out, (), None, 0)
    entries = origin.entries(None)
    found = [origin.parent(n) for n in (1, 0, 2, 1)]
    assert [p.name for p in found] == [entries[n].name for n in (1, 0, 2, 1)]
    assert [bool(e.environment) for e in entries] == [True, True, False]
    assert entries[2].reason == found[2].reason != ""
    assert FileOrigin(out, (), None, 0).used() == origin.used() != set()
