"""Files as they come: forms, broken rows, odd bytes. Whatever can't be read is said with its line, and the rest goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit.kit import audited, audited_file, responses, sharegpt, sound
from duologue.audit import Audit, Talk, conversations
from duologue.errors import UserError
from duologue.talks import files as reading

LINE = json.dumps(sound())


def talks(path: Path) -> list[Talk]:
    return [t for t in conversations(path) if isinstance(t, Talk)]


def wrote(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


WRITINGS: dict[str, tuple[str, list[tuple[int, int]]]] = {
    "lines": (f"{LINE}\n\n{LINE}\n", [(1, -1), (3, -1)]),
    "no last line end": (f"{LINE}\n{LINE}", [(1, -1), (2, -1)]),
    "a byte order mark": (f"\ufeff{LINE}\n{LINE}", [(1, -1), (2, -1)]),
    "a list": (f"[\n{LINE},\n{LINE}\n]", [(2, 0), (3, 1)]),
    "a list on one line": (f"[{LINE}, {LINE}]", [(1, 0), (1, 1)]),
    "an indented list": (json.dumps([sound(), sound()], indent=1), [(2, 0), (79, 1)]),
    "one object": (json.dumps(sound(), indent=2), [(1, -1)]),
    "objects one after the other": (json.dumps(sound(), indent=2) + "\n" + json.dumps(sound(), indent=2), [(1, -1), (113, -1)]),
    "an object with a list of rows": (json.dumps({"version": 1, "data": [sound(), sound()]}), [(1, 0), (1, 1)]),
    "a list of messages": (json.dumps(sound()["messages"], indent=1), [(2, -1)]),
    "lists of messages, line by line": ("\n".join([json.dumps(sound()["messages"])] * 2), [(1, -1), (2, -1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITINGS)
def test_every_conversation_keeps_its_line(name: str, tmp_path: Path) -> None:
    text, places = WRITINGS[name]
    found = talks(wrote(tmp_path / "a.json", text))
    assert [t.place.index for t in found] == [index for _, index in places]
    if "indent" not in name and "after" not in name:
        assert [t.place.line for t in found] == [line for line, _ in places]
    else:
        starts = [
            n
            for n, line in enumerate(text.split("\n"), 1)
            if line.lstrip() == "{" and '"messages"' in text.split("\n")[n]
        ]
        assert [t.place.line for t in found] == starts
    assert all([turn.text for turn in t.turns] == [m["content"] for m in sound()["messages"]] for t in found)


BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "no JSON": ('{"messages": [', 2, "no JSON"),
    "a number": ("42", 2, "no conversation but int"),
    "a text": ('"hello"', 2, "no conversation but str"),
    "other keys": ('{"question": "why", "answer": "so"}', 2, "no conversation"),
    "a speaker nobody knows": ('{"messages": [{"role": "narrator", "content": "Once"}]}', 2, "nobody we know"),
    "no speaker": ('{"messages": [{"content": "Once"}]}', 2, "no list of messages"),
    "calls that are no list": ('{"messages": [{"role": "assistant", "content": "", "tool_calls": 7}]}', 2, "calls that are no list"),
    "half a character": ('{"messages": [{"role": "user", "content": "\\ud83d"}]}', 2, "half a character"),
    "other bytes": (b'{"messages": [{"role": "user", "content": "caf\xe9"}]}', 2, "no UTF-8"),
    "deep": ('{"messages": ' + "[" * 2000 + "]" * 2000 + "}", 2, "deep"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_a_finding_and_the_rest_goes_on(name: str, tmp_path: Path) -> None:
    row, line, what = BROKEN[name]
    middle = row if isinstance(row, bytes) else row.encode()
    path = wrote(tmp_path / "a.jsonl", LINE.encode() + b"\n" + middle + b"\n" + json.dumps(sharegpt()).encode() + b"\n")
    made = Audit()
    (found,) = list(made.file(path))
    assert (found.check, found.severity, found.line) == ("reading", "fault", line)
    assert what in found.what
    assert (made.rows, made.conversations, made.unsound) == (3, 2, 1)


def test_a_broken_element_of_a_list_costs_itself_only(tmp_path: Path) -> None:
    text = f'[\n{LINE},\n{{"messages": [{{"role": "user", "content": }}]}},\n{json.dumps(sharegpt())}\n]'
    (found,) = audited_file(wrote(tmp_path / "a.json", text))
    assert (found.line, found.index, found.check) == (3, 1, "reading")


def test_strings_with_brackets_and_quotes_do_not_confuse_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 7)
    row = sound()
    row["messages"][1]["content"] = 'a "quoted \\" [bracket] {brace}, \n and \\\\'
    text = json.dumps([row, sound()], indent=1)
    found = talks(wrote(tmp_path / "a.json", text))
    assert found[0].turns[1].text == row["messages"][1]["content"]
    assert len(found) == 2


def test_a_row_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 5_000)
    long = sound()
    long["messages"][1]["content"] = "word " * 2_000
    for text in (f"{LINE}\n{json.dumps(long)}\n{LINE}", f"[{LINE},\n{json.dumps(long)},\n{LINE}]"):
        found = [f for f in audited_file(wrote(tmp_path / "a.json", text)) if f.check == "reading"]
        assert [(f.line, f.severity) for f in found] == [(2, "fault")]
        assert len(talks(tmp_path / "a.json")) == 2


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank": (" \n\n", "is empty"),
    "binary": (b"\x7fELF\x00\x01", "no UTF-8 text"),
    "gzip": (b"\x1f\x8b\x08\x00", "gzip"),
    "Parquet": (b"PAR1\x15", "Parquet"),
    "prose": ("Once upon a time.\n", "no JSON"),
    "an empty list": ("[]", "holds no conversations"),
    "tools": ('{"name": "f", "description": "d", "parameters": {}}\n', "description of a tool"),
    "tasks": ('{"question": [[{"role": "user", "content": "go"}]]}\n', "nobody answers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_conversations_is_refused_kindly(name: str, tmp_path: Path) -> None:
    content, what = REFUSED[name]
    with pytest.raises(UserError, match=what) as refused:
        audited_file(wrote(tmp_path / "a.json", content))
    assert refused.value.fix


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    wrote(tmp_path / "inside.jsonl", LINE)
    for path, what in ((tmp_path, "inside.jsonl"), (tmp_path / "gone.jsonl", "can't be read")):
        with pytest.raises(UserError, match=what):
            audited_file(path)


FORMS: dict[str, Any] = {
    "arguments as an object": {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": {"n": "007"}}}]},
    "a flat call": {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": '{"n": "007"}'}]},
    "the old form": {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"n": "007"}'}},
    "a part": {"role": "assistant", "content": [{"type": "tool_call", "value": '{"name": "f", "arguments": {"n": "007"}}'}]},
    "a tool use": {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"n": "007"}}]},
    "a role of its own": {"role": "tool_call", "content": '{"name": "f", "arguments": {"n": "007"}}'},
    "a list in a role of its own": {"from": "function_call", "value": '[{"name": "f", "arguments": {"n": "007"}}]'},
    "after a thought": {"from": "function_call", "value": '<think>\nhm\n</think>\n\n{"name": "f", "arguments": "{\\"n\\": \\"007\\"}"}'},
    "between marks": {"from": "gpt", "value": 'Let me see.\n<tool_call>\n{"name": "f", "arguments": {"n": "007"}}\n</tool_call>'},
    "calls as text": {"role": "assistant", "content": "", "tool_calls": '[{"name": "f", "arguments": {"n": "007"}}]'},
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_call_is_read_in_every_form(name: str, tmp_path: Path) -> None:
    row = {
        "messages": [
            {"role": "user", "content": "go"} if "role" in FORMS[name] else {"from": "human", "value": "go"},
            FORMS[name],
        ]
    }
    (talk,) = talks(wrote(tmp_path / "a.jsonl", json.dumps(row)))
    (call,) = talk.turns[1].calls
    assert (call.name, call.arguments, call.problem) == ("f", {"n": "007"}, "")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"role": "tool", "content": '{"a": 1}'}, '{"a": 1}'),
        ({"role": "function", "name": "f", "content": '{"a": 1}'}, '{"a": 1}'),
        ({"role": "tool", "content": [{"type": "text", "text": '{"a": 1}'}]}, '{"a": 1}'),
        ({"role": "tool_response", "content": '<tool_response>\n{"a": 1}\n</tool_response>'}, '{"a": 1}'),
        ({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": '{"a": 1}'}]}, '{"a": 1}'),
    ],
)
def test_a_result_is_read_in_every_form(given: dict[str, Any], text: str, tmp_path: Path) -> None:
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}
    messages = [{"role": "user", "content": "go"}, call, given, {"role": "assistant", "content": "Gone."}]
    (talk,) = talks(wrote(tmp_path / "a.jsonl", json.dumps({"messages": messages})))
    assert (talk.turns[2].role, talk.turns[2].text) == ("tool", text)


def test_what_was_text_stays_text(tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": '{"id": "0012", "n": 12, "big": 123456789012345678901234567890}'}]}]}  # fmt: skip
    (talk,) = talks(wrote(tmp_path / "a.jsonl", json.dumps(row)))
    assert talk.turns[1].calls[0].arguments == {"id": "0012", "n": 12, "big": 123456789012345678901234567890}


def test_one_result_may_answer_several_calls_where_there_are_no_ids(tmp_path: Path) -> None:
    calls = json.dumps([{"name": "get_weather", "arguments": {"city": c}} for c in ("Lisbon", "Porto")])
    row = sharegpt()
    row["conversations"][1]["value"] = calls
    row["conversations"][2]["value"] = '[{"high": 27.4, "low": 16.2}, {"error": "city unknown"}]'
    row["conversations"][0]["value"] = "What's the weather in Lisbon and Porto?"
    row["conversations"][3]["value"] = "Lisbon has highs of 27.4 degrees; Porto is not known."
    assert audited(tmp_path / "a.jsonl", row) == []


def test_prompts_are_not_asked_for_an_ending(tmp_path: Path) -> None:
    prompt = responses()
    del prompt["response"]
    (talk,) = talks(wrote(tmp_path / "a.jsonl", json.dumps(prompt)))
    assert talk.prompt
    assert [(f.check, f.severity) for f in audited(tmp_path / "b.jsonl", prompt)] == [("reading", "note")]
    made = Audit()
    list(made.file(tmp_path / "b.jsonl"))
    assert made.tallies["arguments"].asked == made.tallies["grounding"].asked == 0
    assert made.tallies["tools"].asked == 1


def test_what_is_expected_next_is_audited_too(tmp_path: Path) -> None:
    row = responses()
    del row["response"]
    row["expected_action"] = {"type": "function_call", "name": "get_wether", "arguments": "{}"}
    (found,) = (f for f in audited(tmp_path / "a.jsonl", row) if f.severity != "note")
    assert (found.check, found.severity, found.turn) == ("arguments", "fault", 2)
