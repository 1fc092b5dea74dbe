"""A policy for any data: what the assistant is for and a handful of general rules, worded by seed (`policy.yaml`).

The job is told by what this set's tools read and change, most of them first: it promises no records that nothing can reach, and never
speaks of a view, whose name is a report's and not a thing's.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from duologue.catalog.model import Catalog, Table
from duologue.language.subjects import subject
from duologue.tools.families.common import listed
from duologue.types import Policy, Rule, Tool

THINGS = 4
_KINDS = {"entity": 0, "event": 1}


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("duologue.tools").joinpath("policy.yaml").read_text(encoding="utf-8"))
    return loaded


def default_policy(catalog: Catalog, rng: Random, tools: Sequence[Tool] = ()) -> Policy:
    """A preamble and rules that hold whatever the tools are. Changes need the user's yes, where a tool makes any.

    Without `tools` it is told by the tables.
    """
    said = _phrases()
    about = subject(catalog.name) or "company"
    things = listed(_called(t) for t in _things(catalog, tools)[:THINGS])
    reading = bool(tools) and all(t.effect == "read" for t in tools)
    rules = tuple(Rule(name, rng.choice(options)) for name, options in said["rules"].items())
    kind = "unnamed" if not things else "reading" if reading else "preambles"
    preamble = rng.choice(said[kind]).format(subject=about, things=things)
    return Policy(preamble, tuple(r for r in rules if not (reading and r.id == "confirm")), confirm_writes=True)


def _called(table: Table) -> str:
    return table.plural or table.label


def _things(catalog: Catalog, tools: Sequence[Tool]) -> list[Table]:
    """What the job is about, those first that most tools deal with; links and lists of values only where there is little else."""
    uses = Counter(name for tool in tools for name in _dealt_with(tool))
    tables = [t for t in catalog.tables if t.writable and (t.name in uses or not tools)]
    tables.sort(key=lambda t: (-uses[t.name], _KINDS.get(t.kind, 2), -t.rows))
    own = [t for t in tables if t.kind in _KINDS]
    return own if len(own) > 1 else own + [t for t in tables if t.kind not in _KINDS]


def _dealt_with(tool: Tool) -> set[str]:
    """The tables a tool is about: where it is known what it means, those it only looks something up in are not among them."""
    if tool.meaning is not None:
        return {tool.meaning.table, *tool.writes}
    return {*tool.reads, *tool.writes}
