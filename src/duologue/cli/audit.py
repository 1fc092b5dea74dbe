"""`duologue audit`: ask any file of conversations what can be asked of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import Json, whole

if TYPE_CHECKING:
    from duologue.audit import Audit, Finding

SEVERITIES = ("fault", "doubt", "note")


def audit(
    files: Annotated[list[Path], typer.Argument(help="JSON lines or JSON: OpenAI, ShareGPT or Responses form.", metavar="FILE…")],
    limit: Annotated[int, typer.Option("--limit", help="Findings to list; 0 lists all.", metavar="N", parser=whole)] = 20,
    severity: Annotated[
        str, typer.Option("--severity", help="The least that is listed.", metavar="fault|doubt|note")
    ] = "note",
    json: Json = False,
) -> int:  # fmt: skip
    """Check any conversation file: roles, schemas, provenance, grounding, duplicates. Exit code 1 where there are faults."""
    from duologue.audit import Audit
    from duologue.errors import UserError

    if severity not in SEVERITIES:
        raise UserError(f"--severity {severity!r} is none of fault, doubt, note.", "Take one of them.")
    if limit < 0:
        raise UserError(f"--limit {limit} is below 0.", "Say how many findings to list; 0 lists all.")
    wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
    made = Audit()
    found = (f for f in _findings(made, files) if f.severity in wanted)
    if json:
        _print_json(made, found)
    else:
        _print(made, found, limit)
    return 1 if made.faults else 0


def _findings(made: "Audit", files: list[Path]) -> "Iterator[Finding]":
    for path in files:
        yield from made.file(path)
    yield from made.end()


def _print_json(made: "Audit", found: "Iterator[Finding]") -> None:
    """One object; the findings are written as they come, so that none need be kept."""
    from duologue.ids import to_json

    first = next(found, None)  # before anything is printed: a file that can't be read is said on stderr alone
    print('{"findings":[', end="")
    separator = ""
    while first is not None:
        print(separator + to_json(first), end="")
        separator, first = ",\n", next(found, None)
    summary = {
        "rows": made.rows,
        "conversations": made.conversations,
        "with_faults": made.unsound,
        "checks": made.tallies,
    }
    print("],\n" + to_json(summary)[1:])


def _print(made: "Audit", found: "Iterator[Finding]", limit: int) -> None:
    from duologue.cli.text import one_line, table

    listed, total = _chosen(found, limit)
    rows = [("check", "asked", "faults", "doubts", "notes", "rows")]
    for name, tally in made.tallies.items():
        figures = (tally.asked, tally.faults, tally.doubts, tally.notes, tally.rows)
        rows.append((name, *(map(str, figures) if tally.asked else ("not asked", "", "", "", ""))))
    print(table(rows, frozenset({1, 2, 3, 4, 5})))
    if listed:
        print()
    for f in listed:
        print(
            one_line(f"{f.severity}  {_where(f)}  {f.check}: {f.what}", 200)
            + (one_line(f" · {f.evidence}", 160) if f.evidence else "")
        )
    if total > len(listed):
        print(f"… {total - len(listed)} more findings are not listed (--limit 0 or --json gives all)")
    print()
    print(_verdict(made))


def _chosen(found: "Iterator[Finding]", limit: int) -> "tuple[list[Finding], int]":
    """What is listed, and how many there are: the gravest first, and of each check something before more of another."""
    kept: dict[tuple[str, str], list[tuple[int, Finding]]] = {}
    total = 0
    for total, finding in enumerate(found, 1):
        own = kept.setdefault((finding.severity, finding.check), [])
        if not limit or len(own) < limit:
            own.append((total, finding))
    ranked = [
        (SEVERITIES.index(severity), turn, number, finding)
        for (severity, _), own in kept.items()
        for turn, (number, finding) in enumerate(own)
    ]
    chosen = sorted(ranked, key=lambda r: r[:3])[: limit or None]
    return [finding for *_, finding in sorted(chosen, key=lambda r: (r[0], r[2]))], total


def _where(finding: "Finding") -> str:
    """`file:line`, and what within it."""
    item = f" item {finding.index}" if finding.index >= 0 else ""
    turn = f" message {finding.turn}" if finding.turn >= 0 else ""
    return f"{finding.file}:{finding.line}{item}{turn}"


def _verdict(made: "Audit") -> str:
    doubts = sum(t.doubts for t in made.tallies.values())
    read = f"{_many(made.conversations, 'conversation')} read"
    if made.rows > made.conversations:
        read += f", {_many(made.rows - made.conversations, 'row')} not"
    if not made.faults:
        left = [name for name, tally in made.tallies.items() if not tally.asked]
        unasked = f" (not asked: {', '.join(left)})" if left else ""
        found = f"no fault found{unasked}" + (f", {_many(doubts, 'doubt')}" if doubts else "")
        return f"{read}: {found}. Whether what was wanted was done is not asked: that takes the task and the database"
    return f"{read}: {_many(made.faults, 'fault')} in {made.unsound} of {made.rows}, {_many(doubts, 'doubt')}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
