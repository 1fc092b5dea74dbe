"""The figures of a run, computed by SQL from the columns beside the conversations: nothing is decoded.

What is counted, over accepted conversations:

* turn: a message other than the system's (user, assistant, tool result).
* step: tool-use iterations (assistant messages with calls) that answer one user request; the mean is over the requests
  that used tools, the maximum is the longest of them.
* task: objectives completed.
* tool_calls, user_turns: per conversation. write_share: calls of tools that write / all calls.
* tools: different tools that those conversations could use (a name counts once per database).

`items` are those begun; each ends once, accepted or rejected, or is `unfinished` when the run was cut short. The funnel
counts every attempt, redraws included: how many entered a stage, how many passed, and why the others did not.

Where models were asked, `models` has their calls, in all and by role: tokens, seconds of waiting, dollars, calls given up
(`failures`) and attempts at calls that failed, which retries may have made good (`attempts`). `billed_at_most` is what the limits
were charged: known usage, and the worst case of what ended without.
"""

from typing import Any

from duologue.store.calls import has_calls, model_stats
from duologue.store.store import Store
from duologue.types import Json

TOOLS_NOTE = "tools"
"""The note of a run whose tools a model wrote: tools `entered` (written), `passed` (kept), and `reasons` → how many fell."""
_DIALOGUES = """
    SELECT count(*), sum(turns), max(turns), sum(steps), sum(requests), max(longest), sum(tasks), max(tasks),
           sum(calls), max(calls), sum(user_turns), max(user_turns), sum(writes)
    FROM dialogues WHERE accepted = 1
"""
_OUTCOMES = """
    SELECT count(*), count(*) FILTER (WHERE outcome = 'accepted'), count(*) FILTER (WHERE outcome = 'rejected')
    FROM items
"""
_TOOLS = """
    SELECT count(DISTINCT e.name || char(31) || t.name)
    FROM tools t JOIN environments e ON e.id = t.environment
    WHERE e.id IN (SELECT environment FROM dialogues WHERE accepted = 1)
"""
_FUNNEL = """
    SELECT stage, reason, sum(n) FROM attempts GROUP BY stage, reason
    ORDER BY min(min(rowid)) OVER (PARTITION BY stage), sum(n) DESC, reason
"""


def stats(store: Store) -> dict[str, Json]:
    """The statistics of a run as `stats --json` prints them."""
    items, accepted, rejected = _row(store, _OUTCOMES)
    n, turns, most_turns, steps, requests, longest, tasks, most_tasks, *rest = _row(store, _DIALOGUES)
    calls, most_calls, user_turns, most_user_turns, writes = rest
    found: dict[str, Json] = {
        "items": items,
        "dialogues": {"accepted": accepted, "rejected": rejected, "unfinished": items - accepted - rejected},
        "turns": _summary(turns, n, most_turns),
        "steps": _summary(steps, requests, longest),
        "tasks": _summary(tasks, n, most_tasks),
        "tool_calls": _summary(calls, n, most_calls),
        "user_turns": _summary(user_turns, n, most_user_turns),
        "tools": _row(store, _TOOLS)[0],
        "write_share": _ratio(writes, calls),
        "funnel": funnel(store),
        "seconds": float(store.notes().get("seconds", 0.0)),
    }
    if has_calls(store.db):
        found["models"] = model_stats(store.db, accepted)
    return found


def funnel(store: Store) -> list[dict[str, Json]]:
    """Per stage, in the order stages come (tools only where a model wrote them): how many attempts entered, how many passed, and reason → how many failed so."""
    stages: dict[str, dict[str, Any]] = {}
    written = store.notes().get(TOOLS_NOTE)
    if written:
        stages["tools"] = {"stage": "tools", **written}
    for stage, reason, n in store.db.execute(_FUNNEL):
        entry = stages.setdefault(stage, {"stage": stage, "entered": 0, "passed": 0, "reasons": {}})
        entry["entered"] += n
        if reason:
            entry["reasons"][reason] = n
        else:
            entry["passed"] += n
    return list(stages.values())


def _row(store: Store, sql: str) -> list[int]:
    """The only row of a query of counts; what has no rows to add up counts 0."""
    rows: list[Any] = store.db.execute(sql).fetchall()
    return [value or 0 for value in rows[0]]


def _summary(total: int, n: int, most: int) -> dict[str, float | int]:
    return {"mean": _ratio(total, n), "max": most}


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
