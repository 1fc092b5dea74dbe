"""The way of a run's items for reading: stage after stage, check after check, who lost them, what they took."""

from typing import Any

from duologue.cli.amounts import dollars
from duologue.cli.text import one_line, table

STAGES = {
    "tools": "tools that stand",
    "candidates": "tasks proven",
    "tasks": "scenarios that stand",
    "play": "played",
    "check": "passed every check",
}
"""What it means to have passed a stage."""
OLDER = "not recorded: made by an older version"
MOST = 10
"""Reasons that are listed."""


def way(found: dict[str, Any]) -> list[str]:
    """The funnel: what was attempted, each stage, each check before the stage of all checks, what was accepted and selected."""
    if not found["funnel"]:
        return []
    rows: list[tuple[str, ...]] = [("", "entered", "passed", "failed", "could not tell", "lost to")]
    for entry in found["funnel"]:
        if entry["stage"] == "check":
            rows += _checks(found["checks"])
        why = ", ".join(f"{one_line(reason)} {n}" for reason, n in entry["reasons"].items())
        name = STAGES.get(entry["stage"], one_line(entry["stage"]))
        rows.append(_row(name, entry["entered"], entry["passed"], why))
    ends, left = found["dialogues"], found["dialogues"]["unfinished"]
    ended = _row("items accepted", found["items"], ends["accepted"], f"unfinished {left:,}" if left else "")
    rows.append((*ended[:3], f"{ends['rejected']:,}", *ended[4:]))
    if found["selected"] is not None:
        rows.append(_row("selected", ends["accepted"], found["selected"], ""))
    parts = [
        "",
        "the way of the items; stages and checks count attempts, redraws included; a scenario has one to four tasks",
    ]
    return [*parts, table(rows, right=frozenset({1, 2, 3, 4})), *_notes(found["checks"])]


def _row(name: str, entered: int, passed: int, why: str) -> tuple[str, ...]:
    return name, f"{entered:,}", f"{passed:,}", f"{entered - passed:,}", "", why


def _checks(said: dict[str, Any] | None) -> list[tuple[str, ...]]:
    return [
        (f"  {one_line(c['check'])}", *(f"{c[name]:,}" for name in ("asked", "passed", "failed", "unsure")), "")
        for c in (said["checks"] if said else ())
    ]


def _notes(said: dict[str, Any] | None) -> list[str]:
    if said is None:
        return [f"what each check said: {OLDER}"]
    if said["counted"] < said["played"]:
        return [f"what each check said is known of {said['counted']:,} of {said['played']:,} conversations played"]
    return []


def losses(found: dict[str, Any]) -> list[str]:
    """Who rejected items are lost to, and for what."""
    if not found["lost"]:
        return _again(found["drawn_again"])
    parts = ["", "rejected items, by who failed"]
    parts.append(OLDER if found["blame"] is None else _by_blame(found["blame"]))
    rows = [("reason", "stage", "who failed", "items")]
    rows += [
        (one_line(r["reason"]), one_line(r["stage"]), one_line(r["blame"]), f"{r['items']:,}")
        for r in found["lost"][:MOST]
    ]
    parts += ["", table(rows, right=frozenset({3}))]
    more = sum(row["items"] for row in found["lost"][MOST:])
    parts += [f"and {more:,} for other reasons (--json lists all)"] if more else []
    return [*parts, *_again(found["drawn_again"])]


def _again(found: dict[str, Any] | None) -> list[str]:
    """Whose fault the conversations were that were drawn again."""
    if not found or not found["conversations"]:
        return []
    head = f"drawn again, by who failed (show --rejected has them): {found['conversations']:,}"
    return ["", head, _by_blame(found["blame"])]


def _by_blame(counts: dict[str, int]) -> str:
    names = tuple(map(one_line, counts))
    return table([names, tuple(f"{n:,}" for n in counts.values())], right=frozenset(range(len(names))))


def each_sample(found: dict[str, Any]) -> list[str]:
    """What a conversation took."""
    parts = []
    for name, each in found["per_sample"].items():
        if each is not None:
            money = f", {dollars(each['dollars'])}" if "models" in found else ""
            parts.append(f"{each['seconds']:.3f} s{money} for each {name} conversation")
    return ["", *parts] if parts else []


def on_rejected(models: dict[str, Any]) -> str:
    """What was spent on rejected items; empty where nothing was."""
    spent, total = models["spent_on"]["rejected"], models["dollars"]
    if not spent["calls"]:
        return ""
    share = f" ({spent['dollars'] / total:.0%} of all)" if total else ""
    return f"{dollars(spent['dollars'])}{share} went to rejected items, in {spent['calls']:,} calls"


def reasons(lost: list[dict[str, Any]], most: int = 3) -> str:
    """The commonest reasons in a line, each with who failed."""
    named = (f"{one_line(r['reason'])} ({_who(r)}) {r['items']:,}" for r in lost[:most])
    more = sum(row["items"] for row in lost[most:])
    return ", ".join([*named, *([f"other reasons {more:,}"] if more else [])])


def _who(row: dict[str, Any]) -> str:
    return "nobody named" if row["blame"] == "unknown" else one_line(row["blame"])
