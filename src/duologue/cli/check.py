"""`duologue check`: stage E alone."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duologue.cli.options import Domain, Json, Source, Tools

if TYPE_CHECKING:
    from duologue.types import Verdict


def check(
    tools: Tools,
    dialogues: Annotated[
        Path, typer.Option("--dialogues", help="A dialogue file, as `duologue play` writes.", metavar="FILE")
    ],
    source: Source = None,
    domain: Domain = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Stage alone: check dialogues. Every objection with its turn; exit code 1 where any dialogue fails."""
    from duologue.checks.combine import combine
    from duologue.cli.stages import open_ground
    from duologue.cli.text import one_line
    from duologue.export import read_dialogues
    from duologue.ids import to_json

    shop = open_ground(source, domain).workshop(tools)
    found: list[dict[str, Any]] = []
    for dialogue in read_dialogues(dialogues):
        verdicts = shop.check(dialogue)
        accepted, reasons = combine(verdicts)
        found.append({"dialogue": dialogue.id, "accepted": accepted, "reasons": list(reasons), "verdicts": verdicts})
    failed = [entry for entry in found if not entry["accepted"]]
    if json:
        print(to_json({"dialogues": found}))
        return 1 if failed else 0
    for entry in failed:
        print(one_line(entry["dialogue"]))
        for verdict in entry["verdicts"]:
            for line in _objections(verdict):
                print(one_line(f"  {line}"))
    counts = Counter(entry["accepted"] for entry in found)
    print(f"{counts[True]} of {len(found)} dialogues pass every check")
    return 1 if failed else 0


def _objections(verdict: "Verdict") -> list[str]:
    """What a verdict that did not pass objects to, a line each."""
    if verdict.passed is True:
        return []
    said = [f"{verdict.check}, turn {finding.turn}: {finding.what}" for finding in verdict.evidence]
    return said or [f"{verdict.check}: {'could not tell' if verdict.passed is None else 'failed'}"]
