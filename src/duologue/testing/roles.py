"""Which part a request asks for: told from its words, as no header says it.

The prompt's own first line tells where the default prompts are in use; under prompts of somebody else's, the form of the
answer asked for does, and tools offered make an agent.
"""

from functools import cache
from importlib.resources import files

from duologue.ids import to_json
from duologue.testing.protocol import Body

FIELDS = {"is_task_complete": "user"}
"""A field of the answer asked for → the role that answers so."""


def role_of(body: Body) -> str:
    """The role a request is meant for; empty where nothing tells."""
    system = body["messages"][0]["content"] if body["messages"][0]["role"] == "system" else ""
    for opening, role in _openings():
        if system.startswith(opening):
            return role
    asked = to_json(body.get("response_format")) + system
    role = next((r for field, r in FIELDS.items() if field in asked), "")
    return role or ("agent" if body.get("tools") else "")


@cache
def _openings() -> tuple[tuple[str, str], ...]:
    """First lines of the prompts, up to what is filled in; the longest first, none that several share."""
    firsts: dict[str, list[str]] = {}
    for file in files("duologue.models").joinpath("prompts").iterdir():
        if file.name.endswith(".md"):
            opening = file.read_text(encoding="utf-8").lstrip().split("\n", 1)[0].split("{", 1)[0].strip()
            firsts.setdefault(opening, []).append(file.name.removesuffix(".md"))
    told = [(opening, roles[0]) for opening, roles in firsts.items() if len(opening) > 12 and len(roles) == 1]
    return tuple(sorted(told, key=lambda pair: (-len(pair[0]), pair)))
