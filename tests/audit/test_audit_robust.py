"""Whatever stands where in a row: it is audited or refused, and nothing crashes, is fetched or changed."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.kit import audited, responses, sharegpt, sound
from duologue.audit import Audit
from duologue.errors import UserError
from duologue.ids import rng

ODD: list[Any] = [
    *(None, 7, -1.5, True, [], {}, "", "x", "²", [None], [[]], {"a": {}}, "{", "[1]", '{"name": 1}', 10**300, 10**400, float("nan")),
    *([{"role": "user"}], {"type": "object"}, "\u202e\x00", [{"type": "text"}], {"type": [1]}, {"$ref": "#/x"}, {"pattern": "("}),
    *({"$ref": "http://localhost:9/schema.json"}, {"$ref": "file:///etc/hostname"}, "9" * 500, {"additionalProperties": 3}),
]  # fmt: skip


def parts() -> dict[str, Any]:
    row = sound()
    for message in row["messages"]:
        message["content"] = [{"type": "text", "text": message["content"]}]
    return row


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from places(part, (*path, key))


def spoil(row: Any, seed: int) -> Any:
    random = rng(seed, "odd rows")
    row = copy.deepcopy(row)
    for _ in range(random.randint(1, 3)):
        path = random.choice(list(places(row)))
        holder = row
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = copy.deepcopy(random.choice(ODD))
    return row


@pytest.mark.parametrize("base", [sound(), sharegpt(), responses(), parts()], ids=["openai", "sharegpt", "responses", "parts"])  # fmt: skip
def test_odd_rows_are_audited_or_refused(base: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text("\n".join(json.dumps(spoil(base, seed)) for seed in range(150)))
    before = path.read_bytes()
    made = Audit()
    found = [*made.file(path), *made.end()]
    assert made.rows == 150
    assert all(f.line and f.check and f.severity in ("fault", "doubt", "note") for f in found)
    assert path.read_bytes() == before


def test_a_schema_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    row = sound()
    row["tools"][0]["function"]["parameters"]["properties"]["city"] = {"$ref": "http://localhost:9/schema.json"}
    found = [f for f in audited(tmp_path / "a.jsonl", row) if f.check == "tools"]
    assert [f.severity for f in found] == ["fault"]
    assert "localhost" in found[0].what


@pytest.mark.parametrize(
    "text", ['{"a": ' * 500, "[" * 100_000, '"' * 9, "[{]}", "{}\n{}\n", "\x0b{", "[,]", '[{"a": "\\']
)
def test_odd_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(UserError):
        list(Audit().file(path))
