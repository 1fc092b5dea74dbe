"""Benchmark entries are found in conversations, and what only looks like them is not. All benchmarks here are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from duologue.errors import UserError
from duologue.select.decontamination import Benchmarks, is_contaminated, overlaps, read_benchmarks
from duologue.select.samples import Candidate, OfferedTool

QUESTION = (
    "My parcel from Halden Books with tracking code HB-3391 arrived soaked on Tuesday, so I want the damaged atlas replaced"
    " and the courier fee of 7.80 refunded to my voucher."
)
RENTAL = {
    "name": "extend_rental",
    "description": "Prolong the rental of a bicycle by whole days. The deposit stays blocked and the daily tariff of the station applies.",
    "parameters": {
        "type": "object",
        "properties": {
            "rental_code": {"type": "string", "description": "Code printed on the rental slip, such as 'R-4471'."},
            "extra_days": {"type": "integer", "description": "Whole days to add, at most fourteen."},
            "station": {
                "type": "string",
                "description": "Station that keeps the deposit.",
                "enum": ["harbour", "museum", "old town"],
            },
        },
        "required": ["rental_code", "extra_days"],
    },
}
BY_ID = {
    "name": "get_item",
    "description": "Get an item.",
    "parameters": {"type": "object", "properties": {"id": {"type": "string"}}},
}


def candidate(*said: str, goals: tuple[str, ...] = (), tools: tuple[dict[str, Any], ...] = ()) -> Candidate:
    offered = tuple(OfferedTool(tool["name"], tool["description"], tool["parameters"]) for tool in tools)
    return Candidate("d1", 0, "shop", "e1", "user", "easy", (), 3, 90, goals, (), said, offered, "m1")


@pytest.fixture
def benchmarks(tmp_path: Path) -> Benchmarks:
    rows = [
        {"id": "books_1", "question": [[{"role": "user", "content": QUESTION}]], "function": [RENTAL]},
        {"id": "books_2", "question": [[{"role": "user", "content": "Which shelves are free?"}]], "function": [BY_ID]},
    ]
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_benchmarks([tmp_path / "tasks.jsonl"])


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        (QUESTION, True),
        ("Hi there. " + QUESTION.lower() + " Thanks!", True),
        (
            QUESTION.replace("Halden", "Nordby")
            .replace("HB-3391", "NB-20")
            .replace("Tuesday", "Friday")
            .replace("7.80", "12"),
            True,
        ),
        (
            QUESTION.replace("My", "The")
            .replace("so I want", "and therefore I would like")
            .replace("to my", "onto our"),
            True,
        ),
        ("By the end, the parcel with the damaged atlas has been replaced.", False),
        ("Which orders arrived on Tuesday, and what was the courier fee?", False),
        ("Thanks, that is all.", False),
    ],
)
def test_a_text_told_again_is_found(benchmarks: Benchmarks, text: str, copied: bool) -> None:
    assert is_contaminated(overlaps(candidate("Hello.", text), benchmarks)) is copied
    assert is_contaminated(overlaps(candidate("Hello.", goals=(text,)), benchmarks)) is copied


@pytest.mark.parametrize(("entries", "copied"), [(1, True), (11, True), (12, False)])
def test_a_phrase_of_many_entries_is_the_benchmarks_own(tmp_path: Path, entries: int, copied: bool) -> None:
    phrase = "Certainly, let me pull up the ferry timetable for you right away."
    rows = [
        {"messages": [{"role": "user", "content": f"{QUESTION} {i}"}, {"role": "assistant", "content": phrase}]}
        for i in range(entries)
    ]
    (tmp_path / "talk.json").write_text(json.dumps(rows))
    found = overlaps(candidate("Hello.", phrase), read_benchmarks([tmp_path / "talk.json"]))
    assert (len(found), is_contaminated(found)) == (1, copied)


def test_an_overlap_says_where_the_entry_is(benchmarks: Benchmarks) -> None:
    (found,) = overlaps(candidate(QUESTION), benchmarks)
    assert (found.kind, found.share, found.copied) == ("text", 1.0, True)
    assert found.entry.endswith("tasks.jsonl line 1")
    assert "My parcel from Halden" in found.evidence


def test_a_renamed_tool_is_found_by_its_schema(benchmarks: Benchmarks) -> None:
    properties = dict(RENTAL["parameters"]["properties"])  # type: ignore[index]
    properties["slip"] = properties.pop("rental_code")
    renamed = {**RENTAL, "name": "prolong_hire", "parameters": {"type": "object", "properties": properties}}
    (found,) = overlaps(candidate(tools=(renamed,)), benchmarks)
    assert (found.kind, found.copied) == ("tool schema", True)


def test_a_generic_schema_or_a_name_alone_is_no_copy(benchmarks: Benchmarks) -> None:
    found = overlaps(candidate(tools=({**BY_ID, "name": "fetchItem"},)), benchmarks)
    assert {overlap.kind for overlap in found} >= {"tool name"}
    assert not is_contaminated(found)


def test_a_named_file_that_is_not_there() -> None:
    with pytest.raises(UserError, match="There is no"):
        read_benchmarks([Path("nowhere.jsonl")])
