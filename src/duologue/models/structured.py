"""Asking for JSON, as strictly as a server allows.

Three levels. `json_schema`: the server holds the model to our schema (OpenAI, vLLM, SGLang, llama.cpp, Ollama). `json_object`: it
holds it to JSON. `plain`: it promises nothing, or ignores what it is asked. At the last two the schema is put in words beneath the
last message. Whatever the level, an answer is validated here: a server that silently ignores the format costs a repair, no more.

The schema is sent in the form that all of them take: an object at the root (OpenAI refuses a reference there), `$defs` for the
rest, no OpenAPI words, objects closed unless they say otherwise. `strict` is left out: OpenAI's strict mode refuses optional fields.
"""

from typing import Any

from duologue.models.wire import encode
from duologue.types import Json, Message

LEVELS = ("json_schema", "json_object", "plain")
_MAPS = ("properties", "$defs", "patternProperties")  # name → schema
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not", "contains")
_HERE = "#/$defs/"
_KEPT = 256


def response_format(schema: dict[str, Json], level: str, name: str) -> Json:
    """The request's `response_format`; None where there is none. `name` is what the schema goes by."""
    if level == "plain":
        return None
    if level == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": name, "schema": sent_schema(schema)}}


class Formats:
    """The `response_format` of each schema as bytes, made once: the same few schemas come again and again as the same objects."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, str], tuple[dict[str, Json], bytes]] = {}

    def encoded(self, schema: dict[str, Json], level: str, name: str) -> bytes:
        """As `response_format`; empty where there is none."""
        place = (id(schema), level, name)
        known = self._made.get(place)
        if known is None or known[0] is not schema:
            if len(self._made) >= _KEPT:
                self._made.clear()
            form = response_format(schema, level, name)
            known = self._made[place] = (schema, b"" if form is None else encode(form))
        return known[1]


def in_words(message: Message, schema: dict[str, Json]) -> Message:
    """The last message with the schema beneath it."""
    shown = encode(sent_schema(schema)).decode()
    words = f"Answer with one JSON object and nothing else. It must be valid by this JSON Schema:\n{shown}"
    return Message(message.role, f"{message.content}\n\n{words}", tool_call_id=message.tool_call_id)


def sent_schema(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema in the form that servers take."""
    sent: dict[str, Json] = _portable(schema)
    target = sent.get("$ref")
    definitions = sent.get("$defs", {})
    if isinstance(target, str) and target.removeprefix(_HERE) in definitions:
        name = target.removeprefix(_HERE)
        rest = {k: v for k, v in definitions.items() if k != name or _refers(definitions, target)}
        sent = {**definitions[name], **({"$defs": rest} if rest else {})}
    return sent


def _portable(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for word, value in schema.items():
        if word == "discriminator":
            continue
        if word in _MAPS:
            out[word] = {name: _portable(one) for name, one in value.items()}
        elif word in _LISTS:
            out[word] = [_portable(one) for one in value]
        else:
            out[word] = _portable(value) if word in _ONE else value
    if out.get("properties"):
        out.setdefault("additionalProperties", False)
    return out


def _refers(definitions: Json, target: str) -> bool:
    """Whether anything in the definitions refers to `target`."""
    if isinstance(definitions, dict):
        return definitions.get("$ref") == target or any(_refers(one, target) for one in definitions.values())
    return isinstance(definitions, list) and any(_refers(one, target) for one in definitions)
