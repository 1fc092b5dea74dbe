"""What a built-in domain holds, in numbers and in words."""

from typing import Final

from msgspec import Struct

from duologue.environment.sqlite import quote
from duologue.plans.guides import guide_text
from duologue.sources.source import Source
from duologue.types import Policy

_TABLES: Final = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)
_ASKED: Final = "*Each conversation is checked for the user's yes.*"
_JUDGED: Final = "*No statement decides this one: it is left to a judge.*"


class Overview(Struct, frozen=True):
    """A domain in numbers: `tools` are its hand-written ones, `guarded` those of its rules that a statement enforces."""

    name: str
    title: str
    tables: int
    rows: int
    tools: int
    rules: int
    guarded: int


def overview(name: str, source: Source) -> Overview:
    """Count what a domain holds."""
    db = source.image.connect()
    try:
        tables = [table for (table,) in db.execute(_TABLES)]
        rows = sum(db.execute(f"SELECT count(*) FROM {quote(table)}").get for table in tables)
    finally:
        db.close()
    rules = source.policy.rules if source.policy is not None else ()
    guarded = sum(bool(rule.sql) for rule in rules)
    return Overview(name, source.name, len(tables), rows, len(source.tools), len(rules), guarded)


def policy_page(title: str, policy: Policy) -> str:
    """The policy for reading (Markdown): what the assistant is told, for each rule the calls it is enforced on, and the guides."""
    out = [f"# {title}: policy", policy.preamble.strip(), "## Rules"]
    for rule in policy.rules:
        how = _ASKED if rule.id == "confirm" and policy.confirm_writes else _JUDGED
        if rule.sql:
            tools = ", ".join(f"`{tool}`" for tool in rule.tools)
            how = f"*Enforced {rule.when} the writes of {tools}.*"
        out.append(f"- **{rule.id}**: {rule.text}\n  {how}")
    out += [f"## {guide.title}\n\n{guide_text(guide)}" for guide in policy.guides]
    return "\n\n".join(part for part in out if part) + "\n"
