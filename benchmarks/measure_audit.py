"""How much of what is wrong `duologue audit` sees: the trap set as a stranger's file, which has neither task nor database.

    python benchmarks/measure_audit.py [--shown] [--keep FILE]

The 200 conversations of `duologue judge-check` are written in the OpenAI form, without metadata, and audited one by one. For each kind of fault
the table says in how many conversations anything was found at all, as a fault or as a doubt; the sound ones are the false alarms. Faults that
only show beside the task or the database (a change that nobody wanted, a row of another) can't be found here, and count as missed all
the same. Copies are not looked for: the set holds several forms of one conversation. `--shown` prints what was found, and where; `--keep`
keeps the file.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duologue.audit import CHECKS, Talk, conversations
from duologue.audit.sight import Sight
from duologue.audit.values import Objection
from duologue.traps import KINDS, Trap, traps


def row(trap: Trap) -> dict[str, Any]:
    """A conversation as somebody else would publish it: messages and tools, nothing of ours beside them."""
    tools = trap.world.workshop.environment.toolset.tools
    return {
        "messages": [_message(t.message) for t in trap.dialogue.turns],
        "tools": [
            {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
            for t in tools
        ],
    }


def _message(message: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        out["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": json.dumps(c.arguments)}}
            for c in message.tool_calls
        ]
    if message.role == "tool":
        out["tool_call_id"] = message.tool_call_id
    return out


def found(talk: Talk) -> list[tuple[str, Objection]]:
    """What the checks of single conversations say, notes aside."""
    sight = Sight(talk)
    return [(n, o) for n, check in CHECKS.items() for o in check(sight) or () if o.severity != "note"]


def main() -> None:
    """Print the table."""
    flags = argparse.ArgumentParser(description="The recall of `duologue audit` on the trap set.")
    flags.add_argument("--shown", action="store_true", help="print what was found in each")
    flags.add_argument("--keep", type=Path, help="where to keep the file")
    given = flags.parse_args()
    every = list(traps())
    of, faults, any_ = Counter[str](), Counter[str](), Counter[str]()
    with TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "traps.jsonl"
        path.write_text("".join(json.dumps(row(t)) + "\n" for t in every), encoding="utf-8")
        for trap, talk in zip(every, conversations(path), strict=True):
            assert isinstance(talk, Talk)
            said = found(talk)
            of[trap.kind] += 1
            faults[trap.kind] += any(o.severity == "fault" for _, o in said)
            any_[trap.kind] += bool(said)
            if given.shown:
                shown = "; ".join(f"{o.severity} {o.turn} {n}: {o.what} · {o.evidence}" for n, o in said)
                print(f"{trap.name}, turn {trap.at}: {shown or 'nothing'}")
    print(f"{'':<26}{'of':>5}{'fault':>8}{'fault or doubt':>17}")
    for kind in KINDS:
        print(f"{kind:<26}{of[kind]:>5}{faults[kind]:>8}{any_[kind]:>17}")
    total = sum(of[k] for k in KINDS)
    print(f"{'all faults':<26}{total:>5}{sum(faults[k] for k in KINDS):>8}{sum(any_[k] for k in KINDS):>17}")
    print(f"{'sound':<26}{of['']:>5}{faults['']:>8}{any_['']:>17}")


if __name__ == "__main__":
    main()
