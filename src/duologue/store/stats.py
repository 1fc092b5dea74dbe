"""The figures of a run, computed by SQL from the columns beside the conversations: nothing is decoded.

What is counted, over accepted conversations:

* turn: a message other than the system's (user, assistant, tool result).
* step: tool-use iterations (assistant messages with calls) that answer one user request; the mean is over the requests
  that used tools, the maximum is the longest of them.
* task: objectives completed.
* tool_calls, user_turns: per conversation. write_share: calls of tools that write / all calls.
* behaviours: the share of conversations in which the user shows each, where that is known: a file of an older version has no place for it
  (None), and one that a newer version went on with knows it of its later conversations.
* policy: the share of conversations that meet a decision of the policy (`plans.rulings`), and that meet a refusal; kind → share; environment →
  rule → how many conversations. Only where some do.
* tools: different tools that those conversations could use (a name counts once per database).

* faults: kind → how many calls met one on purpose, and how many of those were recovered from; over all conversations that were played,
  redraws included. Only where some did.

`asked` is how many items were asked for, `items` how many are begun; each ends once, accepted or rejected, or is `unfinished` when the run was cut short. The funnel
counts every attempt, redraws included: how many entered a stage, how many passed, and why the others did not (see `funnel`).
`candidates` are drafts of single tasks, `tasks` the scenarios made of those that were proven. `drawn_again` has the conversations that
failed and in whose place another was drawn, `untried` what the proofs left untried by a rule.
`per_sample` has the run's time and money for each accepted conversation, and for each that a selection keeps.

Where models were asked, `models` has their calls, in all and by role: tokens, seconds of waiting, dollars, calls given up
(`failures`) and attempts at calls that failed, which retries may have made good (`attempts`). `spent_on` has them by what became of
the item they were for. `billed_at_most` is what the limits were charged: known usage, and the worst case of what ended without.
"""

from typing import Any

from duologue.store.calls import has_calls, model_stats
from duologue.store.funnel import blame, drawn_again, funnel, lost, said_by_checks, untried
from duologue.store.store import Store
from duologue.types import Json

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

_HAS_BEHAVIOURS = "SELECT count(*) FROM pragma_table_info('dialogues') WHERE name = 'behaviours'"
_HAS_FAULTS = "SELECT count(*) FROM sqlite_master WHERE name = 'faults'"
_FAULTS = "SELECT kind, sum(met), sum(recovered) FROM faults GROUP BY kind ORDER BY kind"
_WITH_BEHAVIOURS = "SELECT count(behaviours) FROM dialogues WHERE accepted = 1"
_BEHAVIOURS = """
    SELECT value, count(*) FROM dialogues, json_each(dialogues.behaviours)
    WHERE accepted = 1 GROUP BY value ORDER BY count(*) DESC, value
"""
_HAS_DECISIONS = "SELECT count(*) FROM sqlite_master WHERE name = 'decisions'"
_MET = "FROM decisions JOIN dialogues USING (item) WHERE accepted = 1"
_REFUSED = "SELECT count(DISTINCT item) FROM decisions JOIN dialogues USING (item) WHERE accepted = 1 AND kind IN ('forbidden', 'condition', 'other way')"
_KINDS = f"SELECT kind, count(DISTINCT item) {_MET} GROUP BY kind ORDER BY 2 DESC, kind"
_RULES = """
    SELECT e.name, rule, count(DISTINCT item) FROM decisions JOIN dialogues d USING (item) JOIN environments e ON e.id = d.environment
    WHERE accepted = 1 GROUP BY e.name, rule ORDER BY e.name, rule
"""


def stats(store: Store, selected: int | None = None) -> dict[str, Json]:
    """The statistics of a run as `stats --json` prints them. `selected`: how many of its conversations a selection keeps."""
    items, accepted, rejected = _row(store, _OUTCOMES)
    n, turns, most_turns, steps, requests, longest, tasks, most_tasks, *rest = _row(store, _DIALOGUES)
    calls, most_calls, user_turns, most_user_turns, writes = rest
    asked = store.config().get("n")
    found: dict[str, Json] = {
        "items": items,
        "asked": max(asked, items) if isinstance(asked, int) else items,
        "dialogues": {"accepted": accepted, "rejected": rejected, "unfinished": items - accepted - rejected},
        "turns": _summary(turns, n, most_turns),
        "steps": _summary(steps, requests, longest),
        "tasks": _summary(tasks, n, most_tasks),
        "tool_calls": _summary(calls, n, most_calls),
        "user_turns": _summary(user_turns, n, most_user_turns),
        "tools": _row(store, _TOOLS)[0],
        "write_share": _ratio(writes, calls),
        "behaviours": _behaviours(store),
        "funnel": funnel(store),
        "seconds": float(store.notes().get("seconds", 0.0)),
    }
    if met := _faults(store):
        found["faults"] = met
    if decided := _policy(store, accepted):
        found["policy"] = decided
    if has_calls(store.db):
        found["models"] = model_stats(store.db, accepted)
    return found | _trust(store, found, selected)


def _behaviours(store: Store) -> dict[str, float] | None:
    """Behaviour → share of conversations that hold it, the most frequent first; None where none is known of any."""
    known = _row(store, _WITH_BEHAVIOURS)[0] if _row(store, _HAS_BEHAVIOURS)[0] else 0
    if not known:
        return None
    rows: list[Any] = store.db.execute(_BEHAVIOURS).fetchall()
    return {name: _ratio(n, known) for name, n in rows}


def _faults(store: Store) -> dict[str, dict[str, int]]:
    """Kind of fault → how many calls met it, and how many were recovered from; empty where none did."""
    rows: list[Any] = store.db.execute(_FAULTS).fetchall() if _row(store, _HAS_FAULTS)[0] else []
    return {kind: {"met": met, "recovered": recovered} for kind, met, recovered in rows}


def _policy(store: Store, accepted: int) -> dict[str, Json]:
    """The decisions of the policy that conversations meet; empty where none does."""
    if not _row(store, _HAS_DECISIONS)[0]:
        return {}
    rules: dict[str, dict[str, int]] = {}
    rows: list[Any] = store.db.execute(_RULES).fetchall()
    for environment, rule, n in rows:
        rules.setdefault(environment, {})[rule] = n
    kinds: list[Any] = store.db.execute(_KINDS).fetchall()
    return rules and {
        "share": _ratio(_row(store, f"SELECT count(DISTINCT item) {_MET}")[0], accepted),
        "refused": _ratio(_row(store, _REFUSED)[0], accepted),
        "kinds": {kind: _ratio(n, accepted) for kind, n in kinds},
        "rules": rules,
    }


def _trust(store: Store, found: dict[str, Json], selected: int | None) -> dict[str, Json]:
    """What checks said, what was lost to whom, what was selected, and what each sample took."""
    played = sum(entry["entered"] for entry in found["funnel"] if entry["stage"] == "check")
    spent = found.get("models", {}).get("dollars", 0.0)
    samples = {"accepted": found["dialogues"]["accepted"], "selected": selected}
    return {
        "checks": said_by_checks(store, played),
        "blame": blame(store),
        "lost": lost(store),
        "drawn_again": drawn_again(store),
        "untried": untried(store),
        "selected": selected,
        "per_sample": {name: _each(found["seconds"], spent, n) for name, n in samples.items()},
    }


def _each(seconds: float, dollars: float, n: int | None) -> dict[str, float] | None:
    """Time and money for each of `n` samples; None without any."""
    return {"seconds": round(seconds / n, 4), "dollars": round(dollars / n, 6)} if n else None


def _row(store: Store, sql: str) -> list[int]:
    """The only row of a query of counts; what has no rows to add up counts 0."""
    rows: list[Any] = store.db.execute(sql).fetchall()
    return [value or 0 for value in rows[0]]


def _summary(total: int, n: int, most: int) -> dict[str, float | int]:
    return {"mean": _ratio(total, n), "max": most}


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
