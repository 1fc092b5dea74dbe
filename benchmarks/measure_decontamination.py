"""How well copies of benchmark entries are found, and whether honest conversations are let through.

    python benchmarks/measure_decontamination.py BENCHMARK… -- RUN…

Each benchmark file's questions and tools (a sample by seed) are planted, in each of the ways of `tests/planted.py`, into conversations of
the runs; then every conversation of the runs is asked as it is. Not part of `make bench`: it needs benchmarks of others.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from duologue.ids import rng
from duologue.select.candidates import candidates
from duologue.select.decontamination import Benchmarks, is_contaminated, overlaps, read_benchmarks
from duologue.select.decontamination.texts import ENOUGH
from duologue.select.decontamination.words import skeleton
from duologue.select.samples import Candidate, OfferedTool
from duologue.store import Store
from planted import RENAMINGS, TELLINGS, bit_by_bit, call, say

EACH = 12
"""Entries drawn from a file."""
FEWEST_WORDS = 8


def main(arguments: list[str]) -> None:
    at = arguments.index("--")
    paths, runs = [Path(a) for a in arguments[:at]], [Path(a) for a in arguments[at + 1 :]]
    start = time.process_time()
    benchmarks = read_benchmarks(paths)
    print(
        f"read in {time.process_time() - start:.1f} s: {len(benchmarks.files)} files, {len(benchmarks.texts)} passages,"
        f" {len(benchmarks.tools)} tools"
    )
    own = {run.name: list(_candidates(run)) for run in runs}
    hosts = [candidate for held in own.values() for candidate in held]
    report_plants(benchmarks, hosts)
    report_own(benchmarks, own)


def report_plants(benchmarks: Benchmarks, hosts: list[Candidate]) -> None:
    texts, tools = drawn(benchmarks, questions), drawn(benchmarks, schemas)
    print(f"{len(texts)} questions, {len(tools)} tools")
    long = [text for text in texts if len(skeleton(text)) >= ENOUGH]
    short = [text for text in texts if len(skeleton(text)) < ENOUGH]
    for kind, tell in TELLINGS.items():
        for length, held in ((f"{ENOUGH} words of substance or more", long), ("fewer", short)):
            draw = rng(1, "plant", kind, length)
            plants = [say(draw.choice(hosts), tell(text, draw), draw) for text in held]
            _print_recall(f"{kind} · {length}", benchmarks, plants, held)
    for length, held in ((f"{ENOUGH} words of substance or more", long), ("fewer", short)):
        draw = rng(1, "plant", "bit by bit", length)
        plants = [bit_by_bit(draw.choice(hosts), text) for text in held]
        _print_recall(f"told bit by bit, in the first person · {length}", benchmarks, plants, held)
    for kind, rename in RENAMINGS.items():
        draw = rng(1, "plant", kind)
        copies = [call(draw.choice(hosts), rename(tool, draw)) for tool in tools]
        _print_recall(
            f"tool {kind}",
            benchmarks,
            copies,
            [f"{t.name}: {t.description[:60]} {list(t.parameters.get('properties', {}))}" for t in tools],
        )


def _print_recall(kind: str, benchmarks: Benchmarks, plants: list[Candidate], told: list[str]) -> None:
    found = [is_contaminated(overlaps(plant, benchmarks)) for plant in plants]
    if found:
        print(f"{kind:60} {sum(found):4} of {len(found):4} {sum(found) / len(found):7.1%}")
    for text, hit in zip(told, found, strict=True):
        if not hit and "-v" in sys.argv:
            print("      missed:", text[:150].replace("\n", " "))


def report_own(benchmarks: Benchmarks, own: dict[str, list[Candidate]]) -> None:
    for name, held in own.items():
        counted: Counter[str] = Counter()
        start = time.process_time()
        for candidate in held:
            found = overlaps(candidate, benchmarks)
            counted["contaminated"] += is_contaminated(found)
            counted.update({overlap.kind for overlap in found})
        seconds = time.process_time() - start
        print(f"{name:24} {len(held):5} conversations {dict(counted)} {seconds:.2f} s")


def drawn(benchmarks: Benchmarks, of: Callable[[Any], Iterator[Any]]) -> list[Any]:
    """A sample by seed from each file that holds such a thing."""
    found: list[Any] = []
    for file in benchmarks.files:
        held = list({repr(each): each for value in _values(Path(file.path)) for each in of(value)}.values())
        found += rng(1, "draw", Path(file.path).name).sample(held, min(EACH, len(held)))
    return found


def questions(value: Any) -> Iterator[str]:
    """What a user asks, by the fields of the benchmarks known here: read apart from the reader that is measured."""
    if isinstance(value, dict):
        if value.get("role") == "user" and isinstance(value.get("content"), str):
            yield from _long_enough(value["content"])
        for key in (
            "reason_for_call",
            "instructions",
            "task_instructions",
            "reason_for_contact",
            "customer_details",
            "ticket",
        ):
            if isinstance(value.get(key), str):
                yield from _long_enough(value[key])
        for inner in value.values():
            yield from questions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from questions(inner)


def _long_enough(text: str) -> Iterator[str]:
    if len(text.split()) >= FEWEST_WORDS:
        yield text


def schemas(value: Any) -> Iterator[OfferedTool]:
    """The tools a file offers."""
    if isinstance(value, dict):
        schema = value.get("parameters", value.get("input_schema"))
        if (
            isinstance(value.get("name"), str)
            and isinstance(schema, dict)
            and isinstance(schema.get("properties"), dict)
        ):
            yield OfferedTool(value["name"], value.get("description") or "", schema)
            return
        for inner in value.values():
            yield from schemas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from schemas(inner)


def _values(path: Path) -> Iterator[Any]:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        yield json.loads(text)
    except ValueError:
        for line in text.splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def _candidates(run: Path) -> Iterator[Candidate]:
    with Store.open(run, readonly=True) as store:
        yield from candidates(store)


if __name__ == "__main__":
    main([argument for argument in sys.argv[1:] if argument != "-v"])
