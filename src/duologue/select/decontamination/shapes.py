"""What in a benchmark's document is text to compare, what is a tool, and what is only data. Told by shape.

**Tools.** An object with a name and a schema of parameters, in whichever of the usual spellings (OpenAI, MCP, BFCL, a name
as the key of its schema), also inside a string that holds JSON. **Calls** (a name with arguments, a single name as the key
of its arguments, Python source that is one call) give the name only. Neither holds text to compare.

**Text.** Three cases, asked in this order of each string:

1. *Said*: the content of a message (an object with a speaker and a content). Of user and assistant it is compared; of the
   system or a tool it is not, since a conversation is not compared by those either.
2. *Asked*: a field on the way to it, counted from the entry on, has a name of asking: question, instruction, goal, … Compared.
3. *Other prose*, compared unless it is **state**: a world that tools act on, whose sentences are values (a product's
   description) and may well be told in an honest conversation. State is told from tasks by how it is kept: things under
   their own ids (an object most of whose keys look like data: they hold a digit or a sign, or come again inside the value),
   or tables side by side (a file that is one object with two or more tables of different columns). Inside state only
   what is said or asked counts.

Strings of fewer than four words are values wherever they stand.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from duologue.ids import is_deep
from duologue.select.decontamination.files import Document
from duologue.select.decontamination.words import words

FEWEST_WORDS = 4
_SPEAKERS, _CONTENTS = ("role", "from", "speaker", "author"), ("content", "value", "text", "message", "utterance")
_RESULTS = ("call_id", "tool_call_id")
_USERS = frozenset(("user", "human", "customer", "client"))
_HEARD = _USERS.union(("assistant", "gpt", "agent", "bot", "model", "ai"))
_ASKING = (
    "question questions query queries prompt prompts instruction instructions goal goals task tasks request requests ask asks"
    " problem problems ticket utterance utterances message messages conversation conversations dialogue turns input inputs"
    " scenario scenarios reason intent objective"
)
_ASKS = frozenset(_ASKING.split())
_SCHEMAS = ("parameters", "input_schema", "inputSchema", "params", "args_schema")
_ARGUMENTS = ("arguments", "args", "kwargs", "parameters")
_CALL = re.compile(r"\s*\[?\s*[A-Za-z_][\w.]*\(.*\)\s*\]?\s*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,127}")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_ \-]*")
_LONGEST_SOURCE = 2_000


class Passage(Struct, frozen=True):
    """A text to compare. `entry` and `path` say where it stands: `line 3` and `question[0][1].content`."""

    entry: str
    path: str
    text: str
    by_user: bool = False
    """It is what the user of a conversation says."""


class BenchmarkTool(Struct, frozen=True):
    """A tool as a benchmark offers it. Without a schema it is only a name: one that was called."""

    entry: str
    name: str
    description: str = ""
    parameters: Mapping[str, Any] | None = None


class Found(Struct, frozen=True):
    """What a document holds."""

    passages: tuple[Passage, ...]
    tools: tuple[BenchmarkTool, ...]
    state: int
    """Strings of prose left out as state."""


class _At(Struct, frozen=True):
    """Where the walk stands."""

    entry: str
    path: str = ""
    asked: bool = False
    state: bool = False
    whole: bool = False
    """Still in an object that is the whole file: its elements are the entries."""
    by_user: bool = False


def read_document(document: Document) -> Found:
    """The passages and tools of a document, in order."""
    walk = _Walk()
    walk.value(document.value, _At(document.place, whole=not document.place, state=_is_database(document)))
    return Found(tuple(walk.passages), tuple(walk.tools), walk.state)


class _Walk:
    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.tools: list[BenchmarkTool] = []
        self.state = 0

    def value(self, value: Any, at: _At) -> None:
        if isinstance(value, str):
            self.string(value, at)
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                self.value(inner, _inside(at, f"[{i}]", element=True))
        elif isinstance(value, dict):
            self.object(value, at)

    def object(self, value: dict[str, Any], at: _At) -> None:
        if (tool := _tool(value, at)) is not None:
            self.tools.append(tool)
            return
        if (named := _called(value)) is not None:
            self.tools += (BenchmarkTool(at.entry, name) for name in named)
            return
        if (message := _message(value)) is not None:
            speaker, field = message
            if speaker in _HEARD:
                inside = _inside(at, f".{field}", asked=True)
                self.value(value[field], replace(inside, by_user=speaker in _USERS))
            value = {key: inner for key, inner in value.items() if key != field}
        keyed = _is_keyed(value)
        for key, inner in value.items():
            if (tool := _named_tool(key, inner, at)) is not None:
                self.tools.append(tool)
                continue
            asked = not keyed and any(word in _ASKS for word in words(key.replace("_", " ")))
            inside = _inside(at, f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{key!r}]", asked, element=keyed)
            self.value(inner, _At(inside.entry, inside.path, inside.asked, at.state or keyed, inside.whole))

    def string(self, text: str, at: _At) -> None:
        if text[:1] in "[{" and (held := _held_json(text)) is not None:
            self.value(held, at)
        elif (called := _called_in_source(text)) is not None:
            self.tools += (BenchmarkTool(at.entry, name) for name in called)
        elif len(words(text)) >= FEWEST_WORDS:
            if at.state and not at.asked:
                self.state += 1
            else:
                self.passages.append(Passage(at.entry, at.path, text, at.by_user))


def _inside(at: _At, step: str, asked: bool = False, element: bool = False) -> _At:
    """One step down. In an object that is the whole file, the first element of a list or a keyed store is the entry."""
    if at.whole:
        entry = (at.entry + step).removeprefix(".")
        return _At(entry, "", False, at.state, whole=not element)
    path = (at.path + step).removeprefix(".")
    return _At(at.entry, path, at.asked or asked, at.state, by_user=at.by_user)


# ── Tools and calls ──────────────────────────────────────────────────────────────────────────────────────────────────


def _tool(value: dict[str, Any], at: _At) -> BenchmarkTool | None:
    inner = value.get("function")
    if isinstance(inner, dict) and "name" in inner and len(value) <= len(inner) + 8 and "arguments" not in inner:
        value = {**value, **inner}
    name = value.get("name")
    schema = next((value[key] for key in _SCHEMAS if _is_schema(value.get(key))), None)
    if not isinstance(name, str) or not name:
        return None
    if schema is None and not (value.get("type") == "function" and "arguments" not in value):
        return None
    return _described(name, value, schema or {}, at)


def _named_tool(name: str, value: Any, at: _At) -> BenchmarkTool | None:
    """A tool whose name is the key of its definition."""
    if not isinstance(value, dict) or "name" in value:
        return None
    schema = next((value[key] for key in _SCHEMAS if _is_schema(value.get(key))), None)
    return None if schema is None else _described(name, value, schema, at)


def _described(name: str, value: Mapping[str, Any], schema: Mapping[str, Any], at: _At) -> BenchmarkTool:
    told = next((value[key] for key in ("description", "doc", "docstring") if isinstance(value.get(key), str)), "")
    return BenchmarkTool(at.entry, name, told, schema)


def _is_schema(value: Any) -> bool:
    """JSON Schema of an object, as it is written and as BFCL writes it (`dict`)."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("properties"), dict) or value.get("type") in ("object", "dict") or value == {}


def _called(value: dict[str, Any]) -> list[str] | None:
    """The tools called, when the object is a call: a name with arguments, or one name over its arguments' lists of answers."""
    inner = value.get("function")
    call = inner if isinstance(inner, dict) else value
    name = call.get("name")
    if isinstance(name, str) and _NAME.fullmatch(name) and any(isinstance(call.get(k), dict | str) for k in _ARGUMENTS):
        return [name]
    if len(value) == 1:
        ((key, answers),) = value.items()
        if (
            isinstance(answers, dict)
            and answers
            and _NAME.fullmatch(key)
            and all(isinstance(v, list) for v in answers.values())
        ):
            return [key]
    return None


def _called_in_source(text: str) -> list[str] | None:
    """The tools called, when the string is Python source of a call or a list of calls: `mv(source='a', destination='b')`."""
    if len(text) > _LONGEST_SOURCE or not _CALL.fullmatch(text):
        return None
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = node.elts if isinstance(node, ast.List) else [node]
    return (
        [ast.unparse(call.func) for call in calls if isinstance(call, ast.Call)]
        if all(map(_is_plain_call, calls))
        else None
    )


def _is_plain_call(node: ast.AST) -> bool:
    """A call whose arguments are literals: `Official_ratings_(millions)` is a name and none."""
    if not isinstance(node, ast.Call):
        return False
    try:
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            ast.literal_eval(argument)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _held_json(text: str) -> Any | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and not is_deep(value) else None


# ── Speech and state ─────────────────────────────────────────────────────────────────────────────────────────────────


def _message(value: dict[str, Any]) -> tuple[str, str] | None:
    """Who speaks, and the field of what is said, when the object is a message."""
    speaker = next((value[key] for key in _SPEAKERS if isinstance(value.get(key), str)), None)
    content = next((key for key in _CONTENTS if isinstance(value.get(key), str | list)), None)
    if "output" in value and any(key in value for key in _RESULTS):
        return "tool", "output"
    return (speaker.casefold(), content) if speaker and content else None


def _is_keyed(value: dict[str, Any]) -> bool:
    """Whether the object keeps things under their own ids."""
    if not value or not all(isinstance(inner, dict | list) for inner in value.values()):
        return False
    data = sum(not _PLAIN_KEY.fullmatch(key) or _repeats(key, inner) for key, inner in value.items())
    return data * 2 > len(value)


def _repeats(key: str, value: Any) -> bool:
    return isinstance(value, dict) and any(inner == key for inner in value.values())


def _is_database(document: Document) -> bool:
    """Whether a file that is one object is tables side by side, of different columns."""
    if document.place or not isinstance(document.value, dict):
        return False
    return len({columns for inner in document.value.values() if (columns := _columns(inner))}) > 1


def _columns(value: Any) -> frozenset[str]:
    """The columns of a table: a list, or an object under ids, of objects that are neither tools nor messages."""
    rows: Iterator[Any] = iter(value if isinstance(value, list) else value.values() if isinstance(value, dict) else ())
    first = next(rows, None)
    second = next(rows, first)
    if not isinstance(first, dict) or not isinstance(second, dict):
        return frozenset()
    if _message(first) or _tool(first, _At("")) or _called(first):
        return frozenset()
    return frozenset(first)
