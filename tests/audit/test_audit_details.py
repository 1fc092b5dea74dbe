"""What a cold reader found that an audit had missed, or told badly: each with its likes that are fine."""

import copy
from pathlib import Path
from typing import Any

import pytest

from audit.kit import audited, call, sound
from duologue.audit import Finding

SERVICE = {
    "type": "function",
    "function": {
        "name": "submit_service_request",
        "description": "Submit a request to the city.",
        "parameters": {
            "type": "object",
            "properties": {
                "kind": {"type": "string"},
                "details": {"type": "string"},
                "note": {"type": "string"},
                "query": {"type": "string"},
                "start_time": {"type": "string"},
                "end": {"type": "string"},
            },
            "required": ["kind"],
        },
    },
}


def talk(asked: str, arguments: dict[str, Any], system: str = "You help people.") -> dict[str, Any]:
    """A user asks, and a call is made."""
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": asked},
        {"role": "assistant", "content": "", "tool_calls": [call("submit_service_request", {"kind": "repair", **arguments})]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"status": "ok"}'},
        {"role": "assistant", "content": "Done."},
    ]  # fmt: skip
    return {"messages": messages, "tools": [copy.deepcopy(SERVICE)]}


def said(text: str, asked: str = "Please get the repair of the lamp on my street going.") -> dict[str, Any]:
    """A user asks, and the assistant answers without a call."""
    messages = [{"role": "user", "content": asked}, {"role": "assistant", "content": text}]
    return {"messages": messages, "tools": [copy.deepcopy(SERVICE)]}


def grave(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.check, f.severity) for f in found if f.severity != "note"]


TODAY = "You help people. Today is Thursday, 2023-11-30."
ASKED = "I want to report a pothole. My name is John Doe."
INVENTED: dict[str, tuple[dict[str, Any], str]] = {
    "a day counted from nothing": (talk("Please do it tomorrow at 10", {"start_time": "2022-04-15"}), "nothing says what day it is"),
    "a moment counted from nothing": (talk("Please do it tomorrow", {"start_time": "2022-04-15T10:00:00"}), "nothing says what day it is"),
    "a day after today": (talk("Report what came in since November 30", {"end": "2024-06-30"}, TODAY), "a day after today"),
    "a place nobody named": (talk(ASKED, {"details": "Please mend the pothole in Harbour Lane near the old church."}), "'Harbour Lane'"),
    "a text of its own": (talk(ASKED, {"details": "Broken elevator blocks wheelchair access"}), "no word was said"),
    "a note of its own": (talk(ASKED, {"note": "Broken elevator blocks wheelchair access"}), "no word was said"),
}  # fmt: skip


@pytest.mark.parametrize("name", INVENTED)
def test_an_argument_without_a_source_is_doubted(name: str, tmp_path: Path) -> None:
    row, what = INVENTED[name]
    (found,) = audited(tmp_path / "a.jsonl", row)
    assert (found.check, found.severity, found.turn, what in found.what) == ("provenance", "doubt", 2, True)


SOURCED: dict[str, dict[str, Any]] = {
    "counted from today": talk("Please do it tomorrow at 10", {"start_time": "2023-12-01 10:00:00"}, TODAY),
    "counted from a day": talk("It is 14 April 2022. Please do it tomorrow", {"start_time": "2022-04-15"}),
    "ahead, as was asked": talk("Report what comes in over the coming months", {"end": "2024-06-30"}, TODAY),
    "in a month that was named": talk("Report what comes in from now to June", {"end": "2024-06-30"}, TODAY),
    "before today": talk("Report what came in since November 1", {"start_time": "2023-11-01", "end": "2023-11-30"}, TODAY),
    "a place that was named": talk(ASKED + " It's in harbour lane.", {"details": "Please mend the pothole in Harbour Lane near the old church."}),
    "the same in other words": talk(ASKED, {"details": "Citizen reports potholes and asks for mending."}),
    "a search in own words": talk(ASKED, {"query": "broken elevator blocks wheelchair access"}),
    "a translation": talk("Necesito reparar un bache urgente por favor", {"details": "Urgent road damage repair needed"}),
    "a title": talk(ASKED, {"details": "Pothole Report John Doe Main Office Request"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCED)
def test_an_argument_with_a_source_is_not(name: str, tmp_path: Path) -> None:
    assert grave(audited(tmp_path / "a.jsonl", SOURCED[name])) == []


LEAKED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a tag at the end": (said("It is on its way.\n</visible_answer>"), [("text", "fault")]),
    "a thought in a block": (said("Done.\n```python\n<thread>\nHm.\n</thread>\n</think>\nIt is done.\n```"), [("text", "fault")]),
    "a thought in the middle": (said("It is done. <think>Is it?</think> Yes."), [("text", "doubt")]),
    "a pair of tags": (said("<final_answer>It is on its way.</final_answer>"), [("text", "doubt")]),
    "an element left over": (said("It is on its way.</p>"), [("text", "doubt")]),
    "tags that the user wrote": (said("<final_answer>Yes.</final_answer>", "Answer between <final_answer> and </final_answer>"), []),
    "markup that was asked for": (said("</section> closes it.", "How do I close a section in HTML?"), []),
    "elements": (said("It is <b>on its way</b>, with <br> a break."), []),
    "what is to be filled in": (said("Name it <your_name>, as a List<String>."), []),
    "in a block of code": (said("Put this in:\n```\n<entry><name>x</name></entry>\n```\nThat is all."), []),
    "a thought that is talked of": (said("It ends with `</think>`, as always."), []),
    "a tool denied": (said("I don't have the capability to submit a service request."), [("honesty", "doubt")]),
    "tools denied": (said("Sorry, I do not have access to the available tools for submitting service requests."), [("honesty", "doubt")]),
    "a call left to the user": (said("I need you to make two separate function calls for that."), [("honesty", "doubt")]),
    "a call by name left to the user": (said("Please call `submit_service_request` with the details."), [("honesty", "doubt")]),
    "another lack": (said("I don't have the capability to order a pizza. I can submit a service request."), []),
    "a lack with a reason": (said("I don't have a way, or access, to submit a service request without an address."), []),
    "a call in a program": (said("Please call `submit_service_request` with it.", "How do I use this function in my code?"), []),
    "a call on the phone": (said("Please call the city, they do it by phone."), []),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKED)
def test_leaks_and_denials_are_told_from_what_is_fine(name: str, tmp_path: Path) -> None:
    row, wanted = LEAKED[name]
    assert grave(audited(tmp_path / "a.jsonl", row)) == wanted


def test_a_denial_after_a_call_is_fine(tmp_path: Path) -> None:
    row = talk(ASKED, {})
    row["messages"][3]["content"] = '{"error": "no connection"}'
    row["messages"][4]["content"] = "Sorry, I don't have access to submit the service request right now: no connection."
    assert grave(audited(tmp_path / "a.jsonl", row)) == []


@pytest.mark.parametrize(
    ("result", "told", "wanted"),
    [
        ('{"surprise": 0.05}', "The surprise was +0.05%.", [("grounding", "doubt")]),
        ("{'eps': 0.73, 'surprise': -0.05}", "The surprise was -0.05%.", [("grounding", "doubt")]),
        ('{"change_percent": 0.05}', "It changed by 0.05%.", []),
        ('{"surprise": "0.05%"}', "The surprise was 0.05%.", []),
        ('{"surprise": 0.05}', "The surprise was 5%.", []),
        ('{"surprise": 0.05}', "The surprise was 0.05.", []),
        ('{"surprise": 0.05, "unit": "percent"}', "The surprise was 0.05%.", []),
        ('{"growth": 0.05, "surprise": 0.05}', "It grew by 0.05%.", []),
    ],
)
def test_a_percentage_that_no_result_makes_one(
    result: str, told: str, wanted: list[tuple[str, str]], tmp_path: Path
) -> None:
    row = talk("How did it go?", {})
    row["messages"][3]["content"], row["messages"][4]["content"] = result, told
    assert grave(audited(tmp_path / "a.jsonl", row)) == wanted


def with_tool(change: dict[str, Any], described: str = "") -> dict[str, Any]:
    row = sound()
    row["tools"][0]["function"]["parameters"] |= change
    row["tools"][0]["function"]["description"] += described
    return row


COPIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "the same": (with_tool({}), "fault", "the same conversation is there before"),
    "described otherwise": (with_tool({}, " In degrees."), "fault", "only that get_weather is described otherwise"),
    "other parameters": (with_tool({"additionalProperties": False}), "doubt", "get_weather has other parameters"),
    "one more": ({**sound(), "tools": [*sound()["tools"], SERVICE]}, "doubt", "submit_service_request is new"),
    "one less": ({**sound(), "tools": [*sound()["tools"], SERVICE][1:]}, "doubt", "1 is gone"),
}  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_says_in_what_its_tools_differ(name: str, tmp_path: Path) -> None:
    row, severity, what = COPIES[name]
    found = [f for f in audited(tmp_path / "a.jsonl", sound(), row) if f.check == "duplicates"]
    assert [(f.severity, f.line) for f in found] == [(severity, 2)]
    assert what in found[0].what


def test_the_same_requests_and_results_are_doubted(tmp_path: Path) -> None:
    other, third = sound(), sound()
    other["messages"][4]["content"] = "It will be clear: 27.4 at most."
    other["messages"][8]["content"] = "Sent."
    third["messages"][3]["content"] = '{"high": 22.4, "low": 11.2, "sky": "clouds"}'
    third["messages"][4]["content"] = "It will be cloudy: 22.4 at most."
    found = [f for f in audited(tmp_path / "a.jsonl", sound(), other, third) if f.check == "duplicates"]
    assert [(f.severity, f.line, f.evidence) for f in found] == [("doubt", 2, "line 1")]
    assert "requests and results" in found[0].what


def test_a_long_list_of_types_says_that_it_is_cut(tmp_path: Path) -> None:
    row = sound()
    kinds = ["dict", "str", "int", "float", "bool", "list", "tuple", "set"]
    row["tools"][0]["function"]["parameters"]["properties"] |= {f"p{i}": {"type": k} for i, k in enumerate(kinds)}
    (found,) = (f for f in audited(tmp_path / "a.jsonl", row) if f.check == "tools")
    assert found.what.endswith("'list' and 2 more are no JSON Schema types; servers refuse them")


@pytest.mark.parametrize("count", [1, 2])
def test_a_row_without_an_answer_is_noted_as_a_prompt(count: int, tmp_path: Path) -> None:
    row = {"messages": sound()["messages"][:count]}
    notes = [(f.check, f.severity) for f in audited(tmp_path / "a.jsonl", row)]
    assert notes == [("reading", "note")]
