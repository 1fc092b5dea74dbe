"""Conversations for audits: one sound one, in each form, to be spoiled in one place."""

import copy
import json
from pathlib import Path
from typing import Any

from duologue.audit import Audit, Finding

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer"},
            },
            "required": ["city"],
        },
    },
}
MAIL = {
    "type": "function",
    "function": {
        "name": "send_mail",
        "description": "Send a mail.",
        "parameters": {
            "type": "object",
            "properties": {"to": {"type": "string"}, "body": {"type": "string"}, "order_id": {"type": "string"}},
            "required": ["to", "body"],
        },
    },
}


def call(name: str, arguments: Any, id: str = "c1") -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}


def sound() -> dict[str, Any]:
    """A conversation in which nothing is wrong: messages 0 … 8."""
    messages = [
        {"role": "system", "content": "You help people. Today is 14 June 2024."},
        {"role": "user", "content": "What's the weather in Lisbon over the next 3 days?"},
        {"role": "assistant", "content": "", "tool_calls": [call("get_weather", {"city": "Lisbon", "days": 3})]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"high": 27.4, "low": 16.2, "sky": "clear"}'},
        {"role": "assistant", "content": "Clear skies in Lisbon, with highs of 27.4 degrees and lows of 16.2."},
        {"role": "user", "content": "Lovely. Mail that to ana.reis@tagus.pt, she asked about order A-5521."},
        {"role": "assistant", "content": "", "tool_calls": [call("send_mail", {"to": "ana.reis@tagus.pt", "body": "Clear, 16 to 27 degrees.", "order_id": "A-5521"}, "c2")]},
        {"role": "tool", "tool_call_id": "c2", "content": '{"status": "sent"}'},
        {"role": "assistant", "content": "The mail has been sent to ana.reis@tagus.pt."},
    ]  # fmt: skip
    return {"messages": messages, "tools": copy.deepcopy([WEATHER, MAIL])}


def sharegpt(tools: str | None = None) -> dict[str, Any]:
    """The first half of it in the ShareGPT form."""
    said = [
        ("human", "What's the weather in Lisbon over the next 3 days?"),
        ("function_call", '{"name": "get_weather", "arguments": {"city": "Lisbon", "days": 3}}'),
        ("observation", '{"high": 27.4, "low": 16.2, "sky": "clear"}'),
        ("gpt", "Clear skies in Lisbon, with highs of 27.4 degrees and lows of 16.2."),
    ]
    flat = [WEATHER["function"]]
    turns = [{"from": who, "value": what} for who, what in said]
    return {"conversations": turns, "tools": json.dumps(flat) if tools is None else tools}


def responses() -> dict[str, Any]:
    """The same as items of the Responses interface, as a rollout holds them."""
    given = [
        {"role": "system", "content": "You help people.", "type": "message"},
        {"role": "user", "content": "What's the weather in Lisbon over the next 3 days?", "type": "message"},
    ]
    out = [
        {"type": "reasoning", "id": "r1", "summary": [{"type": "summary_text", "text": "Look it up."}]},
        {"type": "function_call", "call_id": "f1", "name": "get_weather", "arguments": '{"city": "Lisbon", "days": 3}'},
        {"type": "function_call_output", "call_id": "f1", "output": '{"high": 27.4, "low": 16.2}'},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Up to 27.4 degrees."}]},
    ]
    tool = {"type": "function", "strict": True, **WEATHER["function"]}  # type: ignore[dict-item]
    return {"responses_create_params": {"input": given, "tools": [tool]}, "response": {"output": out}}


def audited(path: Path, *rows: Any) -> list[Finding]:
    """What is found in a file of these rows."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return audited_file(path)


def audited_file(path: Path) -> list[Finding]:
    made = Audit()
    return [*made.file(path), *made.end()]
