"""A policy for any data: what the assistant is for and a handful of general rules, worded by seed (`policy.yaml`)."""

from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from duologue.catalog.model import Catalog
from duologue.tools.families.common import listed
from duologue.types import Policy, Rule

THINGS = 4


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("duologue.tools").joinpath("policy.yaml").read_text(encoding="utf-8"))
    return loaded


def default_policy(catalog: Catalog, rng: Random) -> Policy:
    """A preamble and rules that hold whatever the tools are. Changes need the user's yes."""
    said = _phrases()
    tables = sorted(catalog.tables, key=lambda t: ({"entity": 0, "event": 1}.get(t.kind, 2), -t.rows))
    things = listed(t.plural or t.label for t in tables[:THINGS]) or "records"
    subject = " ".join(w for w in catalog.name.replace("-", "_").split("_") if w and not w.isdigit()) or "company"
    rules = tuple(Rule(name, rng.choice(options)) for name, options in said["rules"].items())
    return Policy(rng.choice(said["preambles"]).format(subject=subject, things=things), rules, confirm_writes=True)
