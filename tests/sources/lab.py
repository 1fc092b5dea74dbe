"""What a model might answer when it is to invent a marine biology lab: written by hand, used wherever a world is needed."""

import re
from collections.abc import Callable
from typing import Any

from duologue.protocols import Request
from duologue.types import Json

DESIGN: dict[str, Json] = {
    "title": "Tern Point Marine Station",
    "about": "A small research station keeps tanks with animals, takes samples on boat trips and lends out gear. Staff ask for tanks, samples and trips and keep them up to date.",
    "tables": [
        {
            "name": "researchers",
            "rows": 40,
            "sql": "CREATE TABLE researchers (researcher_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, team TEXT NOT NULL CHECK (team IN ('Algae', 'Fish', 'Corals')), joined_on TEXT NOT NULL)",
        },
        {
            "name": "tanks",
            "rows": 24,
            "sql": "CREATE TABLE tanks (tank_id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE, hall TEXT NOT NULL, volume_l REAL NOT NULL CHECK (volume_l > 0), keeper_id INTEGER REFERENCES researchers (researcher_id))",
        },
        {
            "name": "animals",
            "rows": 90,
            "sql": "CREATE TABLE animals (animal_id INTEGER PRIMARY KEY, nickname TEXT NOT NULL, species TEXT NOT NULL, tank_id INTEGER NOT NULL REFERENCES tanks, length_cm REAL NOT NULL CHECK (length_cm BETWEEN 1 AND 300), arrived_on TEXT NOT NULL)",
        },
        {
            "name": "samples",
            "rows": 160,
            "sql": "CREATE TABLE samples (sample_code TEXT PRIMARY KEY, researcher_id INTEGER NOT NULL REFERENCES researchers (researcher_id), tank_id INTEGER NOT NULL REFERENCES tanks (tank_id), taken_at TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('frozen', 'analysed', 'discarded')), analysed_on TEXT, price_eur REAL NOT NULL, price_with_tax_eur REAL NOT NULL, CHECK ((status = 'frozen') = (analysed_on IS NULL)))",
        },
        {
            "name": "tank_checks",
            "rows": 60,
            "sql": "CREATE TABLE tank_checks (tank_id INTEGER NOT NULL REFERENCES tanks (tank_id), checked_on TEXT NOT NULL, researcher_id INTEGER NOT NULL REFERENCES researchers (researcher_id), temperature_c REAL NOT NULL, PRIMARY KEY (tank_id, checked_on))",
        },
    ],
}

FIRST = [
    "Ana",
    "Bo",
    "Chika",
    "Dmitri",
    "Elif",
    "Farid",
    "Greta",
    "Hanne",
    "Ines",
    "Jun",
    "Kofi",
    "Lena",
    "Mateo",
    "Nia",
    "Oskar",
    "Priya",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
]
LAST = [
    "Abara",
    "Berg",
    "Castillo",
    "Dahl",
    "Eriksen",
    "Fujita",
    "Gomes",
    "Haddad",
    "Iversen",
    "Jansen",
    "Kaya",
    "Lund",
    "Moreau",
    "Nowak",
    "Okafor",
    "Petit",
]

ROWS: dict[str, dict[str, Any]] = {
    "researchers": {
        "columns": {
            "full_name": {
                "kind": "text",
                "pattern": "{first} {last}",
                "parts": {"first": FIRST, "last": LAST},
            },
            "email": {"kind": "text", "pattern": "{full_name|slug}@example.org"},
            "team": {"kind": "pick", "values": ["Algae", "Fish", "Corals"], "weights": [3, 2, 1]},
            "joined_on": {"kind": "date", "first": "2015-01-01", "last": "today-60", "workdays": True},
        },
        "examples": [{"full_name": "Marit Osei-Lund", "team": "Corals"}, {"full_name": "Tomás Ribeiro"}],
    },
    "tanks": {
        "columns": {
            "label": {"kind": "serial", "prefix": "T-", "width": 2, "start": 1},
            "hall": {"kind": "pick", "values": ["North", "South", "Quarantine"]},
            "volume_l": {"kind": "number", "least": 120, "most": 4000, "step": 20, "spread": "low"},
            "keeper_id": {"kind": "parent", "choose": "even", "only": {"team": ["Fish", "Corals"]}, "blank": 0.1},
        },
    },
    "animals": {
        "columns": {
            "nickname": {"kind": "pick", "values": ["Bubbles", "Comet", "Dash", "Ember", "Fig", "Gull", "Hazel"]},
            "species": {"kind": "pick", "values": ["corkwing wrasse", "lumpfish", "brittle star", "moon jelly"]},
            "tank_id": {"kind": "parent", "choose": "few"},
            "length_cm": {"kind": "number", "least": 2, "most": 45, "step": 0.5, "spread": "middle"},
            "arrived_on": {"kind": "date", "first": "today-900", "last": "today-1", "spread": "high"},
        },
    },
    "samples": {
        "columns": {
            "sample_code": {"kind": "code", "mask": "S@-####"},
            "researcher_id": {"kind": "parent", "choose": "few"},
            "tank_id": {"kind": "parent"},
            "taken_at": {"kind": "date", "first": "today-200", "last": "today-1", "hours": [8, 17], "minutes": 30},
            "status": {
                "kind": "when",
                "cases": [{"of": "taken_at", "after": "today-10", "then": {"kind": "pick", "values": ["frozen"]}}],
                "otherwise": {"kind": "pick", "values": ["frozen", "analysed", "discarded"]},
            },
            "analysed_on": {
                "kind": "when",
                "cases": [{"of": "status", "among": ["frozen"], "then": {"kind": "nothing"}}],
                "otherwise": {"kind": "after", "of": "taken_at", "least": 1, "most": 30, "until": "today"},
            },
            "price_eur": {"kind": "number", "least": 12, "most": 80, "step": 0.5},
            "price_with_tax_eur": {"kind": "calc", "op": "times", "of": ["price_eur", 1.25]},
        },
        "examples": [{"sample_code": "SX-0001", "status": "frozen"}],
    },
    "tank_checks": {
        "columns": {
            "tank_id": {"kind": "parent", "choose": "each"},
            "checked_on": {"kind": "date", "first": "today-90", "last": "today-1"},
            "researcher_id": {"kind": "same", "of": "tank_id.keeper_id"},
            "temperature_c": {"kind": "number", "least": 6.5, "most": 14, "step": 0.1},
        },
    },
}
ROWS["tank_checks"]["columns"]["researcher_id"] = {
    "kind": "when",
    "cases": [{"of": "tank_id.keeper_id", "among": [None], "then": {"kind": "parent"}}],
    "otherwise": {"kind": "same", "of": "tank_id.keeper_id"},
}

POLICY: dict[str, Any] = {
    "preamble": "You work at the desk of Tern Point Marine Station. You help its staff with tanks, animals, samples and tank checks. A sample is frozen until it is analysed, and may then be discarded. Money is in euros.",
    "rules": [
        {"id": "confirm", "text": "Say what will change and wait for a clear yes before changing anything."},
        {
            "id": "discarded_stay",
            "text": "A discarded sample keeps its status.",
            "limit": {
                "table": "samples", "on": "update", "columns": ["status"], "must": "OLD.status <> 'discarded'",
                "message": "The sample was discarded; its status can't change any more.",
            },
        },
        {
            "id": "animals_with_checked_tanks",
            "text": "An animal is removed only when its tank has been checked.",
            "limit": {
                "table": "animals", "on": "delete",
                "must": "EXISTS (SELECT 1 FROM tank_checks WHERE tank_id = OLD.tank_id)",
                "message": "The animal's tank was never checked, so it can't be removed.",
            },
        },
        {"id": "which_one", "text": "Where several records fit, ask which one is meant."},
        {"id": "only_records", "text": "Tell only what the records show, and say so where they show nothing."},
    ],
}  # fmt: skip

_TABLE = re.compile(r"^Table: (\w+),", re.MULTILINE)


def kind_of(request: Request) -> str:
    """What a request of the role `domain` is for: design · policy · the name of a table."""
    asked = next(m.content for m in reversed(request.messages) if m.role == "user" and "Answer again:" not in m.content)
    if asked.startswith("Domain: "):
        return "design"
    table = _TABLE.search(asked)
    return table[1] if table else "policy"


def answers(first: dict[str, Any] | None = None) -> Callable[[Request], dict[str, Json]]:
    """A reply that gives these answers; `first` are given before them, once each, by what they are for."""
    before: dict[str, dict[str, Json]] = dict(first or {})

    def reply(request: Request) -> dict[str, Json]:
        kind = kind_of(request)
        if kind in before:
            return before.pop(kind)
        found: dict[str, Json] = {"design": DESIGN, "policy": POLICY, **ROWS}[kind]
        return found

    return reply
