"""One fault planted in a sound conversation: it is found, at its message, by the check it belongs to, and nothing else is."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.kit import audited, call, responses, sharegpt, sound
from duologue.audit import Finding

Row = dict[str, Any]


def said(number: int, text: str) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        row["messages"][number]["content"] = text

    return change


def called(number: int, name: str, arguments: Any) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        row["messages"][number]["tool_calls"] = [call(name, arguments, f"c{1 if number < 5 else 2}")]

    return change


def put(number: int, **message: Any) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        row["messages"].insert(number, message)

    return change


def cut(start: int, end: int | None = None) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        del row["messages"][start : end if end is not None else start + 1]

    return change


def schema(**change_to: Any) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        row["tools"][0]["function"]["parameters"] |= change_to

    return change


def both(*changes: Callable[[Row], object]) -> Callable[[Row], object]:
    def change(row: Row) -> None:
        for one in changes:
            one(row)

    return change


FAULTS: dict[str, tuple[Callable[[Row], object], str, int]] = {
    "a call without a result": (cut(3), "roles", 2),
    "a result out of nowhere": (put(5, role="tool", tool_call_id="c9", content="{}"), "roles", 5),
    "one id for two calls at once": (
        lambda r: r["messages"][2]["tool_calls"].append(call("get_weather", {"city": "Porto"}, "c1")),
        "roles",
        2,
    ),
    "a call by the user": (lambda r: r["messages"][1].update(tool_calls=[call("get_weather", {"city": "Lisbon"}, "u1")]), "roles", 1),
    "a result by another tool": (lambda r: r["messages"][3].update(name="send_mail"), "roles", 3),
    "an unknown tool": (called(2, "get_forecast", {"city": "Lisbon"}), "arguments", 2),
    "a missing argument": (called(2, "get_weather", {"days": 3}), "arguments", 2),
    "an unknown argument": (called(2, "get_weather", {"city": "Lisbon", "language": "en"}), "arguments", 2),
    "a wrong type": (called(2, "get_weather", {"city": "Lisbon", "days": "3"}), "arguments", 2),
    "no option": (called(2, "get_weather", {"city": "Lisbon", "unit": "kelvin"}), "arguments", 2),
    "broken JSON": (called(2, "get_weather", '{"city": "Lisbon"'), "arguments", 2),
    "JSON inside of JSON": (called(2, "get_weather", json.dumps(json.dumps({"city": "Lisbon"}))), "arguments", 2),
    "arguments that are a list": (called(2, "get_weather", ["Lisbon"]), "arguments", 2),
    "a call without a name": (called(2, "", {"city": "Lisbon"}), "arguments", 2),
    "null where a value is required": (called(2, "get_weather", {"city": None}), "arguments", 2),
    "a type that is none": (schema(type="dict"), "tools", -1),
    "a schema that is none": (schema(required="city"), "tools", -1),
    "tools that are no JSON": (lambda r: r.update(tools="[{"), "tools", -1),
    "an invented key": (called(6, "send_mail", {"to": "ana.reis@tagus.pt", "body": "Hi", "order_id": "A-9917"}), "provenance", 6),
    "an invented address": (called(6, "send_mail", {"to": "a.reis@example.com", "body": "Hi"}), "provenance", 6),
    "a placeholder": (called(6, "send_mail", {"to": "ana.reis@tagus.pt", "body": "Hi", "order_id": "<your_id>"}), "placeholders", 6),
    "success over an error": (said(7, '{"error": "mailbox unavailable"}'), "honesty", 8),
    "success over a status": (said(7, '{"status": "failed", "reason": "quota"}'), "honesty", 8),
    "success over an exception": (said(7, "Error: connection refused"), "honesty", 8),
    "an empty answer": (said(4, ""), "text", 4),
    "a thought and no answer": (both(said(4, ""), lambda r: r["messages"][4].update(reasoning_content="Hm.")), "text", 4),
    "a mark": (said(4, "Clear skies in Lisbon.<|im_end|>"), "text", 4),
    "a call in the text": (said(4, '</tool_call> Clear skies in Lisbon.'), "text", 4),
    "a thought left open": (said(4, "Clear skies. <think>Should I say more?"), "text", 4),
    "cut off": (lambda r: r["messages"][8].update(finish_reason="length"), "text", 8),
}  # fmt: skip

DOUBTS: dict[str, tuple[Callable[[Row], object], str, int]] = {
    "an id again": (lambda r: (r["messages"][6]["tool_calls"][0].update(id="c1"), r["messages"][7].update(tool_call_id="c1")), "roles", 6),
    "the user twice": (put(2, role="user", content="Hello?"), "roles", 2),
    "the assistant twice": (put(5, role="assistant", content="Enjoy the sun."), "roles", 5),
    "the user left waiting": (cut(6, 9), "roles", 5),
    "the user as assistant": (said(5, "How can I help you today? Send ana.reis@tagus.pt mail on A-5521."), "roles", 5),
    "both sides by one": (said(4, "Highs of 27.4 degrees.\nUser: thanks, mail it to ana.reis@tagus.pt"), "roles", 4),
    "a wrong figure": (said(4, "Clear skies in Lisbon, with highs of 31.8 degrees."), "grounding", 4),
    "a wrong date": (said(4, "Clear skies in Lisbon until 29 August 2024."), "grounding", 4),
    "a wrong address told": (said(8, "The mail has been sent to ana@elsewhere.org."), "grounding", 8),
    "an error passed over": (said(3, '{"error": "city unknown"}'), "honesty", 4),
    "work that is not done": (both(cut(2, 4), said(2, "Let me check that for you, one moment.")), "honesty", 2),
    "a deed that is not done": (both(cut(2, 9), put(2, role="assistant", content="I have booked a table for you.")), "honesty", 2),
    "the same call again": (
        lambda r: r["messages"][4:4] == [] and r["messages"].__setitem__(slice(4, 4), [
            {"role": "assistant", "content": "", "tool_calls": [call("get_weather", {"city": "Lisbon", "days": 3}, "c7")]},
            {"role": "tool", "tool_call_id": "c7", "content": '{"high": 27.4, "low": 16.2, "sky": "clear"}'},
        ]),
        "repetition",
        4,
    ),
    "a result that breaks off": (said(7, '{"status": "sent", "id": '), "results", 7),
    "a disclaimer alone": (said(4, "As an AI language model, I cannot know the weather."), "text", 4),
    "half a sentence": (said(8, "The mail has been sent to ana.reis@tagus.pt, and the"), "text", 8),
    "a list that is not there": (said(4, "Here is the weather in Lisbon:"), "text", 4),
    "half a sentence of one word": (said(8, "The mail has been sent to ana.reis@tagus.pt. For"), "text", 8),
    "a slot": (said(4, "Hello {{user_name}}, clear skies in Lisbon."), "text", 4),
    "a tool twice": (lambda r: r["tools"].append(copy.deepcopy(r["tools"][0])), "tools", -1),
    "what is required is not there": (schema(required=["city", "country"]), "tools", -1),
}  # fmt: skip


def spoiled(change: Callable[[Row], object]) -> Row:
    row = sound()
    change(row)
    return row


def grave(found: list[Finding], severity: str = "fault") -> set[tuple[str, int]]:
    return {(f.check, f.turn) for f in found if f.severity == severity}


@pytest.mark.parametrize("row", [sound(), sharegpt(), responses()], ids=["openai", "sharegpt", "responses"])
def test_a_sound_conversation_has_nothing(row: Row, tmp_path: Path) -> None:
    assert audited(tmp_path / "a.jsonl", row) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    change, check, turn = FAULTS[name]
    assert grave(audited(tmp_path / "a.jsonl", spoiled(change))) == {(check, turn)}


def test_a_result_of_another_call_leaves_two_things_wrong(tmp_path: Path) -> None:
    row = spoiled(lambda r: r["messages"][3].update(tool_call_id="x9"))
    assert grave(audited(tmp_path / "a.jsonl", row)) == {("roles", 2), ("roles", 3)}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_planted_doubt_is_found_and_is_no_fault(name: str, tmp_path: Path) -> None:
    change, check, turn = DOUBTS[name]
    found = audited(tmp_path / "a.jsonl", spoiled(change))
    assert (check, turn) in grave(found, "doubt")
    if name != "what is required is not there":
        assert grave(found) == set()


FINE: dict[str, Callable[[Row], object]] = {
    "a default unit": called(2, "get_weather", {"city": "Lisbon", "unit": "celsius", "days": 3}),
    "null for what may be left out": called(2, "get_weather", {"city": "Lisbon", "days": None}),
    "whole degrees": said(4, "Clear skies in Lisbon, 16 to 27 degrees."),
    "in fahrenheit": said(4, "Clear skies, with highs of 81.3 degrees Fahrenheit."),
    "a difference": said(4, "Clear skies, with 11.2 degrees between day and night."),
    "knowledge set apart": said(4, "Highs of 27.4 degrees. Typically it is 24.8 at this time of the year."),
    "an error told": both(said(7, '{"error": "mailbox unavailable"}'), said(8, "Sorry, the mailbox is unavailable.")),
    "no error after all": both(said(7, '{"error": null, "status": "sent"}')),
    "an ending with thanks": put(9, role="user", content="Thanks, that's all."),
    "an ending with a call": cut(7, 9),
    "an ending with a result": cut(8),
    "a sign at the end": put(9, role="user", content="###STOP###"),
    "the key in other writing": both(
        said(5, "Mail that to ana.reis@tagus.pt, about order a 5521"),
        called(6, "send_mail", {"to": "ana.reis@tagus.pt", "body": "Hi", "order_id": "A5521"}),
    ),
    "an address spoken": said(5, "Mail that to ana dot reis at tagus dot pt, order A-5521."),
    "a placeholder that is asked for": both(
        said(5, "Mail ana.reis@tagus.pt with your_api_key as the text, for A-5521"),
        called(6, "send_mail", {"to": "ana.reis@tagus.pt", "body": "your_api_key"}),
    ),
    "marks that are talked of": both(
        said(1, "What does <|im_end|> mean, and how warm is Lisbon?"), said(4, "<|im_end|> ends a message. 27.4 degrees.")
    ),
    "a program's braces": both(
        said(1, "Write a template for a mail in Jinja; how warm is Lisbon?"), said(4, "Dear {{ name }}, it is 27.4 degrees.")
    ),
    "arguments as an object": lambda r: r["messages"][2]["tool_calls"][0]["function"].update(arguments={"city": "Lisbon"}),
    "tools as text": lambda r: r.update(tools=json.dumps(r["tools"])),
    "no tools": lambda r: r.pop("tools"),
    "thoughts in marks": said(4, "<think>\nWarm.\n</think>\n\nUp to 27.4 degrees."),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_raises_neither_fault_nor_doubt(name: str, tmp_path: Path) -> None:
    found = audited(tmp_path / "a.jsonl", spoiled(FINE[name]))
    assert [f for f in found if f.severity != "note"] == []
