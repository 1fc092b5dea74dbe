"""Where conversations were lost on their way, what each check said of them, and who is to blame. Counted by SQL; nothing is decoded
but the verdicts of a few conversations, for the order in which checks are asked.

The funnel counts attempts, redraws included; `lost` and `blame` count items, each of which ends once. A file of an older version has
no place for what checks said and for blame: there the answer is None, "not recorded". A run that a newer version went on with knows
it of its later items only: `played` and `counted` tell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from duologue.store.decoding import decoded
from duologue.store.store import Store
from duologue.store.tally import CANDIDATES
from duologue.types import Json, Verdict

TOOLS_NOTE = "tools"
"""The note of a run whose tools a model wrote: tools `entered` (written), `passed` (kept), and `reasons` → how many fell."""
TASKS = "tasks"
"""The stage in front of which candidates are counted."""
JUDGE = "judge"
"""The check that is asked last."""
UNKNOWN = "unknown"
"""In the place of who is to blame, where that was not written down."""

_FUNNEL = """
    SELECT stage, reason, sum(n) FROM attempts GROUP BY stage, reason
    ORDER BY min(min(rowid)) OVER (PARTITION BY stage), sum(n) DESC, reason
"""
_CHECKS = "SELECT name, sum(asked), sum(failed), sum(unsure) FROM checks GROUP BY name ORDER BY name"
_FIRST = "SELECT verdicts FROM dialogues ORDER BY item LIMIT 50"
_LOST = """
    SELECT stage, reason, {blame}, count(*) FROM items WHERE outcome = 'rejected'
    GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_REDRAWN = "SELECT reason, blame, count(*) FROM redrawn GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
_UNTRIED = "SELECT kind, why, sum(n) FROM untried GROUP BY kind, why ORDER BY kind, 3 DESC, why"
_verdicts = msgspec.json.Decoder(tuple[Verdict, ...]).decode


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
    names = list(stages)
    if CANDIDATES in stages and TASKS in stages:  # a run gone on with by a newer version has them behind the rest
        names.remove(CANDIDATES)
        names.insert(names.index(TASKS), CANDIDATES)
    return [stages[name] for name in names]


def drawn_again(store: Store) -> dict[str, Json] | None:
    """The conversations that failed a check and were drawn again: how many, who is to blame, and what they failed; None where a file
    has no place for it."""
    if not store.keeps_redrawn:
        return None
    rows: list[Any] = list(store.db.execute(_REDRAWN))
    blamed: Counter[str] = Counter()
    for _, who, n in rows:
        blamed[who] += n
    failed = [{"reason": reason, "blame": who, "conversations": n} for reason, who, n in rows]
    return {"conversations": blamed.total(), "blame": dict(blamed.most_common()), "failed": failed}


def untried(store: Store) -> list[dict[str, Json]] | None:
    """What proofs left untried by a rule, over all tasks proven in the run: `kind` of mutation, `why`, how many; None where a file has
    no place for it."""
    if not store.keeps_redrawn:
        return None
    rows: Iterator[Any] = store.db.execute(_UNTRIED)
    return [{"kind": kind, "why": why, "mutations": n} for kind, why, n in rows]


def said_by_checks(store: Store, played: int) -> dict[str, Json] | None:
    """What each check said of the conversations that were played, redraws included, in the order checks are asked.

    `played` are those that came to the checks; `counted`, those of them whose verdicts were counted. None where a file has no place
    for it.
    """
    if not _has_trust(store):
        return None
    counts: dict[str, tuple[int, int, int]] = {}
    for name, asked, failed, unsure in store.db.execute(_CHECKS):
        counts[name] = asked, failed, unsure
    rows = []
    for name in _in_order(store, counts):
        asked, failed, unsure = counts[name]
        passed = asked - failed - unsure
        rows.append({"check": name, "asked": asked, "passed": passed, "failed": failed, "unsure": unsure})
    counted = max((asked for asked, _, _ in counts.values()), default=0)
    return {"played": played, "counted": counted, "checks": rows}


def _in_order(store: Store, names: Iterable[str]) -> list[str]:
    """Names of checks as the first conversations were asked them; those they were not asked behind, the judge last."""
    first = [decoded(store.folder, "a verdict", _verdicts, found) for (found,) in store.db.execute(_FIRST)]
    lists = sorted(([v.check for v in verdicts] for verdicts in first), key=len)
    asked = dict.fromkeys(name for checks in reversed(lists) for name in checks)
    known = set(names)
    order = [*(n for n in asked if n in known), *sorted(known - asked.keys())]
    return sorted(order, key=lambda name: name == JUDGE)


def lost(store: Store) -> list[dict[str, Json]]:
    """Why items were rejected, commonest first: `stage`, `reason`, `blame` (`unknown` where nobody wrote it down), how many `items`."""
    sql = _LOST.format(blame="blame" if _has_trust(store) else "''")
    rows: Iterator[Any] = store.db.execute(sql)
    return [{"stage": s, "reason": r, "blame": b or UNKNOWN, "items": n} for s, r, b, n in rows]


def blame(store: Store) -> dict[str, int] | None:
    """Who rejected items are lost to, each of `checks.blame`, and `unknown` where some have no name; None where a file has no place
    for it."""
    if not _has_trust(store):
        return None
    from duologue.checks.blame import BLAMES  # loads every check: what only reads a store's conversations does without

    counts: dict[str, int] = dict.fromkeys(BLAMES, 0)
    for row in lost(store):
        counts[row["blame"]] = counts.get(row["blame"], 0) + row["items"]
    return counts


def _has_trust(store: Store) -> bool:
    """Whether the file has the tables of trust.sql."""
    return bool(store.db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'checks'").get)
