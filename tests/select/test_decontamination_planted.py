"""Copies planted by rule are found, and honest conversations let through: against an invented benchmark, and published ones."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from duologue.ids import rng
from duologue.select.decontamination import Benchmarks, is_contaminated, overlaps, read_benchmarks
from duologue.select.decontamination.texts import ENOUGH
from duologue.select.decontamination.words import skeleton
from duologue.select.samples import Candidate, OfferedTool
from planted import RENAMINGS, TELLINGS, bit_by_bit, call, say
from played import scenario, scripted, tiny

TASKS = (
    "You booked the evening ferry to Saltholm for your family and want to move the whole booking to the morning crossing on Friday,"
    " keeping the cabin with the window and the space for two bicycles.",
    "The choir of Miss Okafor needs the rehearsal room with the grand piano every second Thursday in autumn. Find out which"
    " evenings are taken by the chess club and swap one of them if the treasurer agrees.",
    "Please compare the three cheapest greenhouse heaters that run on paraffin and tell me which one of them keeps 12 square metres"
    " above freezing, then reserve two at the branch in Lindby.",
    "My late aunt left me her allotment, plot 48 beside the canal, and I need the tenancy put in my name before the council's"
    " deadline on 30 September without losing the key to the water pump.",
)  # fmt: skip
PUMP = OfferedTool(
    "transfer_plot",
    "Put the tenancy of an allotment plot into another gardener's name. The waiting list is passed over only for heirs.",
    {
        "type": "object",
        "properties": {
            "plot_number": {"type": "integer", "description": "Number painted on the gate of the plot."},
            "heir_name": {"type": "string", "description": "Full name of the gardener who takes over."},
            "kinship": {"type": "string", "enum": ["child", "niece or nephew", "spouse"]},
        },
    },
)
SEEDS = Path(__file__).parents[2].parent / "shared" / "data" / "seed_tools"
FILES = [SEEDS / name for name in ("bfcl", "tau2")]
LEAST = {"verbatim": 1.0, "small letters, no marks": 0.97, "one long word in six another": 0.9}
EACH = 10


def honest(item: int) -> Candidate:
    """A scripted conversation over the tiny library."""
    dialogue = scripted(item)
    said = [t.message.content for t in dialogue.turns if t.message.role in ("user", "assistant") and t.message.content]
    asked = tuple(t.message.content for t in dialogue.turns if t.message.role == "user")
    called = {c.name for turn in dialogue.turns for c in turn.message.tool_calls}
    tools = [
        OfferedTool(t.name, t.description, t.parameters) for t in tiny().environment.toolset.tools if t.name in called
    ]
    goals = tuple(task.goal for task in scenario(item).tasks)
    return Candidate(dialogue.id, item, "tiny", "e", "user", "easy", (), len(said), 90, goals, (), tuple(said), tuple(tools), dialogue.id, asked)  # fmt: skip


@pytest.fixture
def invented(tmp_path: Path) -> Benchmarks:
    rows: list[dict[str, Any]] = [{"id": str(i), "instruction": text} for i, text in enumerate(TASKS)]
    tool = {"name": PUMP.name, "description": PUMP.description, "parameters": PUMP.parameters}
    (tmp_path / "bench.json").write_text(json.dumps([*rows, {"tools": [tool]}]))
    return read_benchmarks([tmp_path / "bench.json"])


@pytest.mark.parametrize("tell", TELLINGS.values(), ids=TELLINGS)
def test_a_planted_task_is_found(invented: Benchmarks, tell: Callable[[str, Random], str]) -> None:
    draw = rng(5, "plant")
    for number, text in enumerate(TASKS):
        found = overlaps(say(honest(number), tell(text, draw), draw), invented)
        assert [(o.entry.rpartition(" ")[2], o.kind) for o in found if o.copied] == [(f"[{number}]", "text")]


def test_a_task_told_bit_by_bit_is_found(invented: Benchmarks) -> None:
    for number, text in enumerate(TASKS):
        found = overlaps(bit_by_bit(honest(number), text), invented)
        assert [(o.entry.rpartition(" ")[2], o.kind) for o in found if o.copied] == [(f"[{number}]", "text")]


@pytest.mark.parametrize("rename", RENAMINGS.values(), ids=RENAMINGS)
def test_a_planted_tool_is_found(invented: Benchmarks, rename: Callable[[OfferedTool, Random], OfferedTool]) -> None:
    found = overlaps(call(honest(0), rename(PUMP, rng(5, "tool"))), invented)
    assert [(o.entry.rpartition(" ")[2], o.kind) for o in found if o.copied] == [("[4]", "tool schema")]


def test_honest_conversations_share_nothing(invented: Benchmarks) -> None:
    assert not [o for item in range(12) for o in overlaps(honest(item), invented)]


def questions(value: Any) -> Iterator[str]:
    """What the published benchmarks ask, read apart from the reader that is tested."""
    if isinstance(value, dict) and value.get("role") != "system":
        for key in ("content", "reason_for_call"):
            if isinstance(value.get(key), str) and len(value[key].split()) >= 20:
                yield value[key]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from questions(inner)


def published() -> list[str]:
    drawn: list[str] = []
    for path in sorted(p for folder in FILES for p in folder.rglob("*.json") if p.stem not in ("db", "split_tasks")):
        text = path.read_text(encoding="utf-8")
        values = [json.loads(text)] if text.startswith("[") else map(json.loads, islice(text.splitlines(), 200))
        held = list(dict.fromkeys(t for value in values if value is not None for t in questions(value)))
        drawn += rng(1, path.name).sample(held, min(EACH, len(held)))
    return drawn


@pytest.mark.long
@pytest.mark.skipif(not all(path.exists() for path in FILES), reason="the published benchmarks are not here")
def test_against_published_benchmarks() -> None:
    benchmarks, texts = read_benchmarks(FILES), published()
    assert len(texts) >= 60
    assert not [o for item in range(12) for o in overlaps(honest(item), benchmarks) if o.copied]
    long = [text for text in texts if len(skeleton(text)) >= ENOUGH]
    told = [is_contaminated(overlaps(bit_by_bit(honest(i % 12), t), benchmarks)) for i, t in enumerate(long)]
    assert sum(told) >= 0.75 * len(told)  # another task is told in between
    for kind, tell in TELLINGS.items():
        draw = rng(2, kind)
        found = [
            is_contaminated(overlaps(say(honest(i % 12), tell(t, draw), draw), benchmarks)) for i, t in enumerate(texts)
        ]
        assert sum(found) >= LEAST.get(kind, 0.95) * len(found), kind
