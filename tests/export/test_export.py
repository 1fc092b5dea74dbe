"""Exports: the form of a row, the way back, and whole files only."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from duologue import __version__
from duologue.errors import UserError
from duologue.export import environment_path, read_environment, read_export, read_rows, write_export
from duologue.store import Store
from duologue.types import Message, Turn
from samples import REPRICE, SOUND, UNSOUND, make_dialogue, make_environment

ENVIRONMENT = make_environment()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "run", {"seed": 7, "mode": "user"}) as store:
        store.put_environment(ENVIRONMENT, b"image")
        for item in range(3):
            store.put_dialogue(
                item, make_dialogue(ENVIRONMENT, item), SOUND if item != 1 else UNSOUND, "grounding" * (item == 1)
            )
        yield store


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_row(store: Store, tmp_path: Path) -> None:
    exported = write_export(store, tmp_path / "out" / "rows.jsonl")
    assert exported.rows == 2
    assert exported.environments == (environment_path(tmp_path / "out", ENVIRONMENT.id),)
    first, last = rows(exported.path)
    assert (first["id"], last["id"]) == ("d0", "d2")
    assert list(first) == ["id", "messages", "tools", "metadata"]
    assert first["messages"][0] == {"role": "system", "content": "You look after kettles.", "train": False}
    assert first["messages"][2] == {
        "role": "assistant",
        "content": "",
        "train": True,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find_kettles", "arguments": '{"colour":"slate"}'}}
        ],
    }
    assert first["messages"][3] == {
        "role": "tool",
        "content": '{"rows":[{"id":2,"price":3.99}]}',
        "train": False,
        "tool_call_id": "c1",
    }
    assert first["messages"][4]["train"] is False
    assert first["tools"][1] == {
        "type": "function",
        "function": {
            "name": "set_price",
            "description": REPRICE.description,
            "parameters": REPRICE.parameters,
            "returns": REPRICE.returns,
        },
    }
    meta = first["metadata"]
    assert meta["seeds"] == {"run": 7, "scenario": 0}
    assert (meta["version"], meta["mode"], meta["environment"]) == (__version__, "user", ENVIRONMENT.id)
    assert [task["goal"] for task in meta["tasks"]] == ["Goal 0 of 0.", "Goal 1 of 0."]
    assert meta["verdicts"] == [{"check": "replay", "passed": True}, {"check": "grounding", "passed": True}]
    assert len(meta["turns"]) == len(first["messages"])
    assert meta["turns"][2]["origins"] == {"c1": {"colour": {"kind": "user", "turn": 1}}}
    assert meta["turns"][8]["changes"][0]["after"] == {"price": 39.9}


def test_the_form_for_chat_templates(store: Store, tmp_path: Path) -> None:
    write_export(store, tmp_path / "rows.jsonl", "hf")
    messages = rows(tmp_path / "rows.jsonl")[0]["messages"]
    assert messages[2]["tool_calls"][0]["function"]["arguments"] == {"colour": "slate"}
    assert messages[3]["name"] == "find_kettles"
    assert "name" not in messages[2]


def test_reasoning_only_where_there_is_some(store: Store, tmp_path: Path) -> None:
    dialogue = make_dialogue(ENVIRONMENT, 9)
    turn = Turn(Message("assistant", "Done.", reasoning="All is said."), parent=9, maker="some-model")
    store.put_dialogue(9, msgspec.structs.replace(dialogue, turns=(*dialogue.turns, turn)), SOUND)
    write_export(store, tmp_path / "rows.jsonl")
    messages = rows(tmp_path / "rows.jsonl")[-1]["messages"]
    assert [m.get("reasoning_content") for m in messages] == [None] * 10 + ["All is said."]


@pytest.mark.parametrize("form", ["openai", "hf"])
def test_the_way_back(store: Store, tmp_path: Path, form: str) -> None:
    path = write_export(store, tmp_path / "rows.jsonl", form).path
    assert list(read_export(path)) == [stored.dialogue for stored in store.dialogues()]
    assert [meta.verdicts for _, meta in read_rows(path)] == [SOUND, SOUND]
    assert read_environment(environment_path(tmp_path, ENVIRONMENT.id)) == ENVIRONMENT


def test_only_the_branch_that_ends_last_is_exported(store: Store, tmp_path: Path) -> None:
    base = make_dialogue(ENVIRONMENT, 4)
    tree = msgspec.structs.replace(base, turns=(*base.turns, Turn(Message("assistant", "Which one?"), parent=1)))
    store.put_dialogue(4, tree, SOUND)
    back = list(read_export(write_export(store, tmp_path / "rows.jsonl").path))[-1]
    assert [t.message for t in back.turns] == [t.message for t in tree.path()]
    assert len(back.turns) == 3


def test_the_same_run_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_export(store, tmp_path / name / "rows.jsonl")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_failed_export_leaves_what_was_there(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("old")
    store.db.execute("UPDATE dialogues SET body = ? WHERE item = 2", (b'{"id": 1}',))
    with pytest.raises(UserError, match="damaged: the conversation of item 2"):
        write_export(store, path)
    assert path.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.jsonl", "run"]


def test_places_that_can_not_be_written(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a folder"):
        write_export(store, tmp_path)
    with pytest.raises(UserError, match="Cannot write"):
        write_export(store, tmp_path / "file" / "rows.jsonl")
    with pytest.raises(UserError, match="Unknown format 'parquet'") as caught:
        write_export(store, tmp_path / "rows.jsonl", "parquet")
    assert "openai, hf" in caught.value.fix


def _edit(path: Path, change: dict[str, Any]) -> None:
    row = rows(path)[0]
    path.write_text(json.dumps({**row, **change}) + "\n")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"messages": "none"}, r"line 1 is not an exported conversation: Expected `array`"),
        ({"messages": []}, r"line 1 .* 0 messages, but 10 in metadata.turns"),
        ({"metadata": {}}, r"line 1 .* missing required field"),
    ],
)
def test_lines_that_are_not_rows(store: Store, tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = write_export(store, tmp_path / "rows.jsonl").path
    _edit(path, change)
    with pytest.raises(UserError, match=says):
        list(read_export(path))


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"role": "robot", "content": ""}, "Invalid enum value 'robot'"),
        (
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "[1]"}}],
            },
            "Expected `object`, got `array`",
        ),
    ],
)
def test_messages_that_are_not_messages(store: Store, tmp_path: Path, message: dict[str, Any], says: str) -> None:
    path = write_export(store, tmp_path / "rows.jsonl").path
    _edit(path, {"messages": [message, *rows(path)[0]["messages"][1:]]})
    with pytest.raises(UserError, match=says):
        list(read_export(path))


def test_files_that_are_not_exports(tmp_path: Path) -> None:
    (tmp_path / "env-x.json").write_text('{"format": "duologue.environment/9"}')
    with pytest.raises(UserError, match="not an environment file"):
        read_environment(tmp_path / "env-x.json")
    with pytest.raises(UserError, match="Cannot read"):
        read_environment(tmp_path / "env-y.json")
    with pytest.raises(UserError, match="Cannot read"):
        list(read_export(tmp_path / "rows.jsonl"))
    with pytest.raises(UserError, match="Cannot read"):
        list(read_export(tmp_path))


def test_an_environment_of_another_version(tmp_path: Path, store: Store) -> None:
    write_export(store, tmp_path / "rows.jsonl")
    path = environment_path(tmp_path, ENVIRONMENT.id)
    path.write_text(path.read_text().replace("duologue.environment/1", "duologue.environment/2"))
    with pytest.raises(UserError, match="has format 'duologue"):
        read_environment(path)
