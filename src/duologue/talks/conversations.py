"""A row becomes a conversation, by its shape: an OpenAI or ShareGPT list of messages, the items of the Responses interface, or an
object around either.

What is of no known shape is refused with the keys it has, so that the person sees what was looked at.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from duologue.talks.files import Raw, rows
from duologue.talks.messages import Refused, call_of, is_messages, turns_of
from duologue.talks.offered import offered, tools_in_text
from duologue.talks.values import Place, Talk, Turn, Unreadable
from duologue.types import Json

__all__ = ["conversations", "conversations_or"]

T = TypeVar("T")

_FIRST = ("messages", "conversations", "conversation", "dialogue", "dialog", "chosen", "traj", "prompt")
_ITEMS = frozenset({"function_call", "function_call_output", "reasoning", "message"})
_WANTED = "wanted: `messages` (OpenAI), `conversations` (ShareGPT), or `input` items (Responses)"


def conversations(path: Path) -> Iterator[Talk | Unreadable]:
    """What a file holds, in its order. Raises `UserError` where it is no file of text."""
    return conversations_or(path, _unknown)


def _unknown(raw: Raw) -> None:
    """Nobody knows any row."""


def conversations_or(path: Path, known: Callable[[Raw], T | None]) -> Iterator[Talk | Unreadable | T]:
    """As `conversations`; in the place of a row that is `known` stands what is known of it."""
    spread: list[tuple[Raw, dict[str, Json]]] = []  # a list whose elements are messages is one conversation
    name = str(path)
    for raw in rows(path):
        place = Place(name, raw.line, raw.index)
        found = known(raw)
        if found is not None:
            yield found
        elif raw.problem:
            yield Unreadable(place, raw.problem, raw.evidence)
        elif raw.index >= 0 and isinstance(raw.value, dict) and _is_lone_message(raw.value):
            spread.append((raw, raw.value))
        else:
            yield from _read(raw.value, place)
    if spread:
        yield from _read([m for _, m in spread], Place(name, spread[0][0].line))


def _is_lone_message(value: dict[str, Json]) -> bool:
    return is_messages([value]) and not any(isinstance(v, list) and is_messages(v) for v in value.values())


def _read(value: Json, place: Place) -> Iterator[Talk | Unreadable]:
    try:
        inner = _inner(value)
        if inner is None:
            yield _talk(value, place)
            return
    except Refused as refusal:
        yield Unreadable(place, str(refusal), _keys(value))
        return
    for index, row in enumerate(inner):
        yield from _read(row, replace(place, index=index))


def _inner(value: Json) -> list[Json] | None:
    """The rows that an object holds in a list, where it is no conversation itself."""
    if not isinstance(value, dict) or _messages(value) is not None or _items(value) is not None:
        return None
    for part in value.values():
        first = part[0] if isinstance(part, list) and part else None
        if isinstance(first, dict) and (_messages(first) is not None or _items(first) is not None):
            return list(part)
    return None


def _keys(value: Json) -> str:
    return "it has " + ", ".join(map(str, list(value)[:8])) if isinstance(value, dict) and value else ""


def _talk(value: Json, place: Place) -> Talk:
    row: dict[str, Json] = value if isinstance(value, dict) else {"messages": value}
    if not isinstance(value, dict | list):
        raise Refused(f"it is no conversation but {type(value).__name__}; {_WANTED}")
    messages, items = _messages(row), None
    if messages is None and (items := _items(row)) is None:
        raise Refused(_refusal(row))
    talk = _of_messages(row, messages, place) if messages is not None else _of_items(row, items or [], place)
    about = row.get("metadata")
    return replace(talk, metadata=about) if isinstance(about, dict) else talk


def _refusal(row: dict[str, Json]) -> str:
    if "name" in row and row.keys() & {"parameters", "input_schema", "inputSchema", "params", "description"}:
        return f"it is no conversation but the description of a tool, by its keys; {_WANTED}"
    for key, value in row.items():
        if isinstance(value, list) and value and all(isinstance(part, list) and is_messages(part) for part in value):
            return f"`{key}` holds the users' side of a task, turn by turn, and nobody answers; {_WANTED}"
    named = next((k for k in ("messages", "conversations") if k in row), None)
    if named is not None:
        return f"`{named}` is no list of messages with a speaker and something said each"
    return f"it is no conversation; {_WANTED}"


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _messages(row: dict[str, Json]) -> list[dict[str, Json]] | None:
    for key in (*_FIRST, *(k for k in row if k not in _FIRST and k not in ("input", "output"))):
        found = row.get(key)
        if isinstance(found, list) and is_messages(found):
            return found
    return None


def _of_messages(row: dict[str, Json], messages: list[dict[str, Json]], place: Place) -> Talk:
    turns = turns_of(messages)
    system = row.get("system")
    if isinstance(system, str) and system.strip() and turns[0].role != "system":
        turns.insert(0, Turn("system", system, -1))
    given = next((row[k] for k in ("tools", "functions") if row.get(k) is not None), None)
    tools, problem = offered(given)
    if tools is None and not problem and turns[0].role == "system":
        tools = tools_in_text(turns[0].text)
    form = "sharegpt" if any("from" in m for m in messages) else "openai"
    prompt = not any(t.role == "assistant" for t in turns)
    return Talk(place, form, tuple(turns), tools, problem, prompt)


# ── Items of the Responses interface ─────────────────────────────────────────────────────────────────────────────────────


def _items(row: dict[str, Json]) -> list[Json] | None:
    """The items of a row: what was put in, what came out, and what is expected next."""
    inner = row.get("responses_create_params")
    request = inner if isinstance(inner, dict) else row
    given = request.get("input")
    if isinstance(given, str) and request is not row:
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list) or not given or not all(isinstance(i, dict) and _is_item(i) for i in given):
        return None
    response = row.get("response")
    out = response.get("output") if isinstance(response, dict) else row.get("output")
    more = [i for i in out if isinstance(i, dict) and _is_item(i)] if isinstance(out, list) else []
    return [*given, *(more or _expected(row))]


def _expected(row: dict[str, Json]) -> list[Json]:
    """What a row says should come next, as items: it will be learnt from like the rest."""
    found = row.get("expected_action")
    listed = found.get("calls", [found]) if isinstance(found, dict) else []
    if not isinstance(listed, list):
        return []
    items = [{"role": "assistant", **i} for i in listed if isinstance(i, dict) and _is_item({"role": "assistant", **i})]
    return list(items)


def _is_item(item: dict[str, Json]) -> bool:
    return str(item.get("type")) in _ITEMS or ("role" in item and "content" in item)


def _of_items(row: dict[str, Json], items: list[Json], place: Place) -> Talk:
    inner = row.get("responses_create_params")
    request = inner if isinstance(inner, dict) else row
    turns: list[Turn] = []
    instructions = request.get("instructions")
    if isinstance(instructions, str) and instructions.strip():
        turns.append(Turn("system", instructions, -1))
    open_ = False
    for number, item in enumerate(items):
        turn = _of_item(item, number)
        if open_ and turn.role == "assistant" and not (turn.text and (turns[-1].text or turns[-1].calls)):
            turns[-1] = _joined(turns[-1], turn)
        else:
            turns.append(turn)
        open_ = turn.role == "assistant"
    tools, problem = offered(request.get("tools"))
    return Talk(place, "responses", tuple(turns), tools, problem, turns[-1].role != "assistant")


def _joined(one: Turn, two: Turn) -> Turn:
    return replace(
        one,
        text=one.text or two.text,
        reasoning="\n".join(r for r in (one.reasoning, two.reasoning) if r),
        calls=one.calls + two.calls,
        cut=one.cut or two.cut,
    )


def _of_item(item: dict[str, Json], number: int) -> Turn:
    kind = item.get("type", "message")
    cut = item.get("status") == "incomplete"
    if kind == "function_call":
        return Turn("assistant", "", number, calls=(call_of(item, number, 0),), cut=cut)
    if kind == "function_call_output":
        answers = item.get("call_id")
        text = turns_of([{"role": "tool", "content": item.get("output", "")}])[0].text
        return Turn("tool", text, number, answers=answers if isinstance(answers, str) else "")
    if kind == "reasoning":
        parts = [*_list(item.get("summary")), *_list(item.get("content"))]
        text = "\n".join(str(p.get("text", "")) for p in parts if isinstance(p, dict))
        return Turn("assistant", "", number, reasoning=text, cut=cut)
    found = turns_of([{"role": item.get("role", ""), "content": item.get("content", "")}])
    return replace(found[0], place=number, cut=cut)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
