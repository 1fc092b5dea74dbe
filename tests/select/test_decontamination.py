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


def schema(*required: str, **types: str) -> dict[str, Any]:
    return {"type": "object", "properties": {k: {"type": t} for k, t in types.items()}, "required": list(required)}


@pytest.mark.parametrize(
    ("name", "parameters", "other", "copied"),
    [
        ("graft_orchard", schema("scion", rootstock="string", scion="string"), "graft_orchard", True),
        ("graft_orchard", schema("scion", rootstock="string", scion="string"), "run_it", False),  # too little alone
        ("brew", schema(mash="number", sparge="string", hops="array", lauter="boolean", wort="string"), "run_it", True),
        ("get_user", schema("user_id", user_id="string"), "get_user", False),
        ("get_user", schema("user_id", user_id="string"), "fetchUser", False),
        ("place_order", schema("order_id", order_id="string"), "place_order", False),
        ("update_order_status", schema(order_id="string", status="string"), "update_order_status", False),
        ("list_products", schema(limit="integer", offset="integer", query="string"), "list_products", False),
        ("add", schema("a", "b", a="number", b="number"), "add", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("others", [0, 800])
def test_a_signature_is_a_copy_whatever_the_prose_says(
    tmp_path: Path, name: str, parameters: dict[str, Any], other: str, copied: bool, others: int
) -> None:
    tools = [
        {"name": f"weave{i}", "description": "", "parameters": schema(**{f"loom{i}": "string"})} for i in range(others)
    ]
    theirs = {"name": name, "description": "Wholly other words stand in the benchmark.", "parameters": parameters}
    (tmp_path / "tools.json").write_text(json.dumps([*tools, theirs]))
    ours = {"name": other, "description": "Nothing alike.", "parameters": parameters}
    found = overlaps(candidate(tools=(ours,)), read_benchmarks([tmp_path / "tools.json"]))
    assert is_contaminated(found) is copied


def test_an_entry_told_bit_by_bit_is_found_in_one_goal(tmp_path: Path) -> None:
    turns = ("Which weaver keeps indigo yarn?", "Order nine skeins there.", "Then mark the loom broken.", "Tell Ines to oil the shuttle.")  # fmt: skip
    rows = [{"messages": [{"role": "user", "content": turn} for turn in turns]}]
    (tmp_path / "talk.json").write_text(json.dumps(rows))
    goal = "Find which weaver keeps indigo yarn, order skeins there, mark the loom broken, tell Ada to oil the shuttle."
    benchmarks = read_benchmarks([tmp_path / "talk.json"])
    assert is_contaminated(overlaps(candidate(goals=(goal,)), benchmarks))
    assert not is_contaminated(overlaps(candidate("Mark it broken.", goals=("Order yarn.",)), benchmarks))


def test_a_generic_schema_or_a_name_alone_is_no_copy(benchmarks: Benchmarks) -> None:
    found = overlaps(candidate(tools=({**BY_ID, "name": "fetchItem"},)), benchmarks)
    assert {overlap.kind for overlap in found} >= {"tool name"}
    assert not is_contaminated(found)


def test_a_named_file_that_is_not_there() -> None:
    with pytest.raises(UserError, match="There is no"):
        read_benchmarks([Path("nowhere.jsonl")])
