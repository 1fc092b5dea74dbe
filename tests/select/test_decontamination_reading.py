"""Benchmarks in whatever form they come: what is text to compare, what is a tool, what is only data. All are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from duologue.errors import UserError
from duologue.ids import rng
from duologue.select.decontamination import overlaps, read_benchmarks
from duologue.select.decontamination.files import read_contents
from duologue.select.decontamination.shapes import Found, read_document
from duologue.select.samples import Candidate, OfferedTool

ASKED = "Which of the lighthouses still has a keeper in winter?"
TOLD = "The keeper stays in the northern one until the ice is gone."
SCHEMA = {"type": "object", "properties": {"berth": {"type": "string", "description": "Where the boat lies."}}}


def read(path: Path) -> Found:
    found = [read_document(document) for document in read_contents(path).documents]
    passages = tuple(p for f in found for p in f.passages)
    return Found(passages, tuple(t for f in found for t in f.tools), sum(f.state for f in found))


def written(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


LINES = json.dumps({"question": ASKED}) + "\n" + json.dumps({"question": TOLD}) + "\n"


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ([{"question": ASKED}], [("[0]", "question")]),
        (LINES, [("line 1", "question"), ("line 2", "question")]),
        ({"tasks": [{"wish": ASKED}]}, [("tasks[0]", "wish")]),
        ({"question": ASKED}, [("question", "")]),
        ([{"question": [[{"role": "user", "content": ASKED}], [{"role": "user", "content": TOLD}]]}],
         [("[0]", "question[0][0].content"), ("[0]", "question[1][0].content")]),
        ([{"conversations": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": TOLD}]}],
         [("[0]", "conversations[0].value"), ("[0]", "conversations[1].value")]),
        ([{"messages": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]}],
         [("[0]", "messages[0].content[0].text")]),
        ([{"messages": [{"role": "system", "content": TOLD}, {"role": "tool", "content": TOLD}]}], []),
        ([{"type": "function_call_output", "call_id": "c1", "output": TOLD}], []),
        ([{"user_scenario": {"instructions": {"known_info": ASKED}}}], [("[0]", "user_scenario.instructions.known_info")]),
        ([{"world": {"id": 3, "name": "Brekke Pier"}}], []),
        (f"id,question\n1,{ASKED}\n2,{TOLD}\n", [("row 1", "question"), ("row 2", "question")]),
        (f'id;question;note\n1;"{ASKED}";old\n', [("row 1", "question")]),
        (f"# Notes\n\n{ASKED}\nThe keeper stays in the\nnorthern one.\n", [("line 3", ""), ("line 4", "")]),
        (f'[[tasks]]\nquestion = "{ASKED}"\n', [("tasks[0]", "question")]),
    ],
)  # fmt: skip
def test_texts_are_found_where_they_stand(tmp_path: Path, value: Any, places: list[tuple[str, str]]) -> None:
    assert [(p.entry, p.path) for p in read(written(tmp_path / "any", value)).passages] == places


STORED = {"id": "a", "about": TOLD}


@pytest.mark.parametrize(
    ("value", "passages", "state"),
    [
        ({"piers": {"p-1": STORED, "p-2": STORED}}, 0, 2),
        ({"piers": {"brekke": {"pier_id": "brekke", "about": TOLD}}}, 0, 1),
        ({"piers": [STORED], "boats": [{"boat": "b", "log": TOLD}]}, 0, 2),
        ({"piers": [STORED], "tasks": [{"id": "t", "instruction": ASKED}]}, 1, 1),
        ({"task_1": {"question": ASKED}, "task_2": {"question": TOLD}}, 2, 0),
        ([{"question": ASKED, "start": {"files": {"a.txt": {"content": TOLD}}}}], 1, 1),
        ({"train": [{"text": ASKED}], "test": [{"text": TOLD}]}, 2, 0),
    ],
)
def test_state_is_told_from_tasks(tmp_path: Path, value: Any, passages: int, state: int) -> None:
    found = read(written(tmp_path / "any", value))
    assert (len(found.passages), found.state) == (passages, state)


@pytest.mark.parametrize(
    ("value", "tools"),
    [
        (
            [{"type": "function", "function": {"name": "moor", "description": TOLD, "parameters": SCHEMA}}],
            [("moor", True)],
        ),
        ([{"name": "moor", "inputSchema": SCHEMA}], [("moor", True)]),
        ([{"name": "moor", "parameters": {**SCHEMA, "type": "dict"}}], [("moor", True)]),
        ([{"tools": json.dumps([{"name": "moor", "parameters": SCHEMA}])}], [("moor", True)]),
        ({"moor": {"description": TOLD, "parameters": SCHEMA}}, [("moor", True)]),
        ([{"ground_truth": [["moor(berth='a3')", "cast_off()"]]}], [("moor", False), ("cast_off", False)]),
        ([{"truth": ["[port.moor(berth='a3'), port.leave(at=4)]"]}], [("port.moor", False), ("port.leave", False)]),
        ([{"ground_truth": [{"moor": {"berth": ["a3", "A3"]}}]}], [("moor", False)]),
        ([{"actions": [{"name": "moor", "arguments": {"berth": "a3"}}]}], [("moor", False)]),
        ([{"tool_calls": [{"function": {"name": "moor", "arguments": "{}"}}]}], [("moor", False)]),
        ([{"column": "depth_(metres)"}], []),
    ],
)
def test_tools_and_calls_are_found(tmp_path: Path, value: Any, tools: list[tuple[str, bool]]) -> None:
    found = read(written(tmp_path / "any", value))
    assert [(tool.name, tool.parameters is not None) for tool in found.tools] == tools
    assert not found.passages


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe\x00a", "not text in UTF-8"),
        (b"a\0b", "zero bytes"),
        (b'{"question": ', "begins as JSON"),
        (b"[" * 100_000, "begins as JSON"),
        (b"", "Nothing to compare"),
        (b'{"a": 1}', "Nothing to compare"),
    ],
)
def test_a_named_file_that_cannot_be_read_is_the_persons_to_mend(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        read_benchmarks([path])


def test_in_a_folder_it_is_a_note_and_what_is_read_stays(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\xfe\x00")
    written(tmp_path / "b.jsonl", LINES + "{broken\n")
    (tmp_path / ".hidden").mkdir()
    written(tmp_path / ".hidden" / "c.jsonl", LINES)
    first, second = read_benchmarks([tmp_path]).files
    assert (first.form, first.passages) == ("not read", 0)
    assert "UTF-8" in first.notes[0]
    assert (second.form, second.passages, second.notes) == (
        "JSON lines",
        2,
        ("1 lines are not JSON, the first is line 3",),
    )


ODD: list[Any] = [
    None,
    [],
    {},
    "",
    10**30,
    -1.5,
    True,
    "\ud800 a b c d e",
    [[[]]],
    {"": ""},
    {"type": 3},
    {"properties": [1]},
    {"anyOf": 3, "enum": 4},
]


def test_odd_values_anywhere_break_nothing(tmp_path: Path) -> None:
    draw = rng(3, "odd")
    whole = {
        "question": [[{"role": "user", "content": ASKED}]],
        "function": [{"name": "moor", "description": TOLD, "parameters": SCHEMA}],
        "ground_truth": ["moor(berth='a3')", {"moor": {"berth": ["a3"]}}, {"name": "moor", "arguments": "{}"}],
    }

    def spoiled(value: Any) -> Any:
        if draw.random() < 0.15:
            return draw.choice(ODD)
        if isinstance(value, dict):
            return {key: spoiled(inner) for key, inner in value.items()}
        return [spoiled(inner) for inner in value] if isinstance(value, list) else value

    rows = [whole, *(spoiled(whole) for _ in range(300))]
    benchmarks = read_benchmarks([written(tmp_path / "odd.jsonl", "\n".join(map(json.dumps, rows)))])
    offered = OfferedTool("moor", TOLD, SCHEMA)
    found = overlaps(
        Candidate("d", 0, "s", "e", "user", "easy", (), 1, 9, (), (), (ASKED,), (offered,), "m"), benchmarks
    )
    assert {overlap.kind for overlap in found} == {"text", "tool name", "tool schema"}
    assert json.dumps([o.evidence for o in found]).encode()


def test_headings_alone_are_text(tmp_path: Path) -> None:
    assert read_contents(written(tmp_path / "a.md", "# A heading\n## Another one\n")).form == "text"


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", LINES)
    assert len(read_benchmarks([path, tmp_path, path]).files) == 1
