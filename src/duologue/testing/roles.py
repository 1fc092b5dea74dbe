"""Which part a request asks for: told from the form of the answer it asks for, as no header says it.

The form stands in `response_format`, where it goes by the role's name, or in words beneath the last message where a server takes
no schemas; then its fields tell. Where no form is asked for, whoever is offered tools is the agent.
"""

import msgspec

from duologue.roles import ROLES
from duologue.testing.protocol import Body
from duologue.types import Json

FIELDS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(fields.split()), role)
    for fields, role in (
        ("user_message is_task_complete", "user"),
        ("questions", "questions"),
        ("tools", "tools"),
        ("fields", "returns"),
        ("goal plan subtasks", "tasks"),
        ("lines user_stayed_user", "judge"),
    )
)
"""Fields of the object asked for → the role that answers so; the first row whose fields are all there counts."""
_IN_WORDS = "JSON Schema:\n"


def role_of(body: Body) -> str:
    """The role a request is meant for; empty where nothing tells."""
    name = str(((body.get("response_format") or {}).get("json_schema") or {}).get("name"))
    if name in ROLES:
        return name
    schema = asked_schema(body)
    if schema:
        if schema.get("title") == "Expansion":
            return "expansion"
        asked = schema.get("properties", {}).keys()
        return next((role for fields, role in FIELDS if fields <= asked), "")
    return "agent" if body.get("tools") else ""


def asked_schema(body: Body) -> dict[str, Json]:
    """The JSON Schema of the answer asked for; empty where none is."""
    form = body.get("response_format") or {}
    schema = (form.get("json_schema") or {}).get("schema")
    if not isinstance(schema, dict):
        _, here, tail = body["messages"][-1]["content"].rpartition(_IN_WORDS)
        if not here:
            return {}
        try:
            schema = msgspec.json.decode(tail.partition("\n")[0])
        except msgspec.DecodeError:
            return {}
    return schema if isinstance(schema, dict) else {}
