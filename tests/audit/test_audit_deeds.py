"""Deeds, voices, days and repeated words: what is doubted, and its likes that are fine."""

import copy
from pathlib import Path
from typing import Any

import pytest

from audit.kit import audited, call

ORDER = {"type": "object", "properties": {"order": {"type": "string"}}}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": "", "parameters": ORDER}}
    for name in ("cancel_order", "get_order", "delete_record")
]
RULE = "You help people. Today is 2024-07-10. Before you change anything, say what will change and wait for a yes."


def talk(*said: str) -> dict[str, Any]:
    """User and assistant in turns; "→ tool" is a call with its result, made before the words that follow."""
    messages: list[dict[str, Any]] = []
    for text in said:
        who = (
            "assistant"
            if sum(m["role"] == "user" for m in messages) > sum(bool(m.get("said")) for m in messages)
            else "user"
        )
        if text.startswith("→"):
            id = f"c{len(messages)}"
            name, _, result = text[2:].partition(" ")
            messages.append({"role": "assistant", "content": "", "tool_calls": [call(name, {"order": "5"}, id)]})
            messages.append({"role": "tool", "tool_call_id": id, "content": result or '{"order": 5, "price": 12.5}'})
        elif text.startswith("#"):
            messages.append({"role": "system", "content": text[1:]})
        else:
            messages.append({"role": who, "content": text, "said": who == "assistant"})
    rows = [{k: v for k, v in m.items() if k != "said"} for m in messages]
    return {"messages": rows, "tools": copy.deepcopy(TOOLS)}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "done after a yes": (talk("Cancel order 5", "I would cancel order 5. Shall I?", "Yes please", "Done: order 5 is cancelled."), "honesty", "after a yes"),
    "of a tool's kind": (talk("Delete record 5", "The record has been deleted."), "honesty", "no call was made for it"),
    "after a look only": (talk("Cancel order 5", "→ get_order", "I've cancelled order 5."), "honesty", "no call was made for it"),
    "a second look": (talk("The price of order 5?", "→ get_order", "It is 12.50.", "Are you sure?", "I've just looked it up again, it's the same."), "honesty", "look-up is claimed"),
    "a message": (talk("Cancel order 5", "→ cancel_order", "Cancelled. They've been notified by text message too."), "honesty", "have been sent"),
    "a deed denied": (talk("Cancel order 5", "→ cancel_order", "Cancelled.", "Has that been changed?", "No, nothing has been changed so far."), "honesty", "denies it"),
    "an error of nowhere": (talk("The price of order 5?", "→ get_order", "It is 12.50.", "And order 6?", "I'm getting an error from the database right now."), "honesty", "an error is told"),
    "no yes": (talk("#" + RULE, "Can you stop order 5?", "→ cancel_order", "Order 5 is cancelled."), "honesty", "nobody asked"),
    "a no": (talk("#" + RULE, "Cancel order 5", "I would cancel order 5. Shall I?", "Stop, that isn't what I want.", "→ cancel_order", "Order 5 is cancelled."), "honesty", "refused"),
    "the user assists": (talk("Hi", "Hello.", "Sure, I can help you with that. How can I assist you today?", "Fine."), "roles", "the user speaks"),
    "the assistant thanks": (talk("The price of order 5?", "→ get_order", "Thanks, that's all I needed today."), "roles", "the assistant speaks"),
    "a weekday": (talk("When is it?", "It is on Monday, 14 June 2024."), "grounding", "a weekday"),
    "a span": (talk("#" + RULE, "Since when?", '→ get_order {"order": 5, "since": "2024-02-22"}', "Since 22 February 2024. That was 142 days ago."), "grounding", "a span"),
    "another figure": (talk("The price of order 5?", "→ get_order", "Its price is 12.50 in all.", "What was it again?", "Its price is 12.75 in all."), "repetition", "otherwise than before"),
    "the same request": (talk("What is the price of order 5?", "→ get_order", "It is 12.50.", "What is the price of order 5?", "It is 12.50."), "repetition", "asks the same again"),
    "cut off": (talk("Restaurants near me?", "I found two highly rated"), "text", "breaks off"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_doubted(name: str, tmp_path: Path) -> None:
    row, check, what = WRONG[name]
    (found,) = (f for f in audited(tmp_path / "a.jsonl", row) if f.severity != "note")
    assert (found.check, found.severity, what in found.what) == (check, "doubt", True)


FINE: dict[str, dict[str, Any]] = {
    "done by a call": talk("Cancel order 5", "I would cancel order 5. Shall I?", "Yes please", "→ cancel_order", "Done: order 5 is cancelled."),
    "a text of one's own": talk("Correct this: I goed home", "I've corrected the sentence: I went home."),
    "a recap": talk("Cancel order 5", "→ cancel_order", "Cancelled.", "Can you sum up?", "I've cancelled order 5."),
    "a deed to come": talk("Cancel order 5", "Once it has been cancelled, you get an e-mail. Shall I?"),
    "leave given": talk("#" + RULE, "Cancel order 5, and go ahead without asking me.", "→ cancel_order", "Order 5 is cancelled."),
    "a yes": talk("#" + RULE, "Cancel order 5", "I would cancel order 5. Shall I?", "Yes please", "→ cancel_order", "Order 5 is cancelled."),
    "only a look": talk("#" + RULE, "The price of order 5?", "→ get_order", "It is 12.50."),
    "its weekday": talk("When is it?", "It is on Friday, 14 June 2024."),
    "its span": talk("#" + RULE, "Since when?", '→ get_order {"order": 5, "since": "2024-02-22"}', "Since 22 February 2024. That was 139 days ago."),
    "lines that were asked for": talk("Write a dialogue of two in a shop", "User: Good day.\nClerk: Good day."),
    "a finished text": talk("Restaurants near me?", "I found two highly rated places."),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_is_not(name: str, tmp_path: Path) -> None:
    assert [f for f in audited(tmp_path / "a.jsonl", FINE[name]) if f.severity != "note"] == []


def test_an_invented_code_is_a_doubt_whatever_its_parameter_is_called(tmp_path: Path) -> None:
    row = talk("Cancel the kettle please", "→ cancel_order", "It is cancelled.")
    row["messages"][1]["tool_calls"][0]["function"]["arguments"] = '{"order": "ZX-9981"}'
    (found,) = audited(tmp_path / "a.jsonl", row)
    assert (found.check, found.severity, found.evidence) == ("provenance", "doubt", "ZX-9981")


def test_a_call_that_is_put_right_at_once_is_noted(tmp_path: Path) -> None:
    row = talk("The price of order 5?", '→ get_order {"error": "order is required"}', "→ get_order", "It is 12.50.")
    row["tools"][1]["function"]["parameters"]["required"] = ["order"]
    row["messages"][1]["tool_calls"][0]["function"]["arguments"] = "{}"
    assert [(f.check, f.severity) for f in audited(tmp_path / "a.jsonl", row)] == [("arguments", "note")]
