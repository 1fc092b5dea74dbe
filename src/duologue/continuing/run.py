"""A run of continuations: conversations taken up, each an item of a run folder of its own.

Where they come from (`sources`) is only read. An item ends once: accepted, rejected by a check, or left out with the reason. Where models are
asked, many are under way at once, as in `items`: only what is new is drawn one after the other, each knowing what those before it have used. So
the same command goes on with what is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.checks.combine import combine
from duologue.continuing.asked import Asked
from duologue.continuing.making import Continuations
from duologue.continuing.sources import MISSING, Entry, FileOrigin, Origin, origin_of
from duologue.continuing.unused import needed, why
from duologue.environment import Image
from duologue.environment.session import sandbox_of
from duologue.errors import UserError
from duologue.halt import Halt
from duologue.onward import Ended, Onlooker, Plan, nothing_accepted
from duologue.protocols import ChatModel
from duologue.running import Work, carried_out
from duologue.score import Progress
from duologue.store import Store
from duologue.store.funnel import lost
from duologue.tasks.maker import ScriptedTasks

_GOALS = """SELECT sum(json_array_length(CAST(body AS TEXT), '$.scenario.tasks') - json_extract(CAST(body AS TEXT), '$.continued.task'))
    FROM dialogues"""
"""Read as JSON by the store itself: a run may hold more than should be decoded for a count."""


class Outcome(Struct, frozen=True):
    """What became of one conversation."""

    conversation: str
    """Its id, or where it stands in its file."""
    outcome: str
    """accepted · rejected · left out · unfinished."""
    reason: str = ""
    evidence: str = ""


class Summary(Ended, frozen=True, kw_only=True):
    """How a run of continuations ended."""

    left_out: int
    """Those that can't be gone on with."""
    goals: int
    """New goals of those that were gone on with, accepted or not."""
    reasons: dict[str, int]
    """Why the rejected ones and those left out are, in the words of the record → how many."""
    outcomes: tuple[Outcome, ...] = ()
    unused: Mapping[str, str] = {}
    """Where no new goal needs any of the tools that were added: each of these, and why none does."""

    @property
    def unfinished(self) -> int:
        """Those that are not made yet."""
        return self.conversations - self.accepted - self.rejected - self.left_out


def go_on(
    asked: Asked,
    progress: Callable[[Progress], None],
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
    plan: Callable[[Plan], None] | None = None,
) -> Summary:
    """Make what is missing of a run of continuations. See `onward.Onlooker` for who is told, asked and heard.

    Raises `UserError` for what the person must change.
    """
    return Onlooker(progress, players, halt, plan).run(asked, _go_on)


async def _go_on(asked: Asked, watch: Onlooker) -> Summary:
    with ExitStack() as stack:
        origin = origin_of(asked, stack)
        entries = origin.entries(asked.limit)
        _check_usable(asked, entries)
        if isinstance(origin, FileOrigin) and any(entry.environment for entry in entries):
            origin.check_needed()
        asked.changes.check(origin.environments())
        _check_tools(asked, origin)
        store = stack.enter_context(asked.open_store(origin.config(), [entry.name for entry in entries]))
        watch.plan(Plan(len(entries), len(entries) - len(store.finished_items()), len(entries)))

        makers: list[Continuations] = []

        async def begin(cast: Cast) -> Work:
            made = Continuations.here(asked, origin, store, cast)
            makers.append(made)
            made.reopened.put(store, (entry.environment for entry in entries if entry.environment))
            return Work(made, len(entries), lambda: ("duologue.continuing.hand", asked))

        await carried_out(asked, store, watch, len(entries), begin)
        ended = _summary(store, entries)
        unused = _unused(asked, origin, store, makers[0]) if makers and ended.goals else {}
        return watch.ended(replace(ended, unused=unused))


def _check_usable(asked: Asked, entries: Sequence[Entry]) -> None:
    """Raise `UserError` where there is none, none is a conversation, or none can be gone on with for want of what the person could name."""
    if not entries:
        raise nothing_accepted(asked.source)
    if all(entry.unread for entry in entries):
        first, source = entries[0], repr(str(asked.source))
        whose = f"No row of {source}" if asked.limit is None else f"None of the first {len(entries)} rows of {source}"
        raise UserError(
            f"{whose} can be read as a conversation. {first.name}: {first.reason}{first.evidence and f' ({first.evidence})'}.",
            "Name a run folder, or a file of conversations.",
        )
    missing = {entry.reason for entry in entries if not entry.environment}
    if not any(entry.environment for entry in entries) and missing <= MISSING.keys():
        first = entries[0]
        raise UserError(
            f"No conversation of {str(asked.source)!r} can be gone on with: {first.reason} ({first.evidence}).",
            MISSING[first.reason],
        )


def _check_tools(asked: Asked, origin: Origin) -> None:
    """Raise `UserError` where a tool that was named can't be used in its database."""
    if asked.changes.file is None and asked.env is None:
        return
    for environment in map(asked.changes.extended, origin.environments()):
        if environment.image:
            sandbox_of(Image.of(origin.image(environment.image)), environment)


def _unused(asked: Asked, origin: Origin, store: Store, made: Continuations) -> dict[str, str]:
    """See `Summary.unused`. A model finds its own goals, and what came of these is said with them."""
    told: dict[str, str] = {}
    for environment in (e for e in origin.environments() if asked.changes.file is not None and e.image):
        added = {t.name: t for t in asked.changes.tools(environment.image)}
        if added.keys() & needed(store):
            return {}
        maker = made.shop(environment.id).tasks
        if isinstance(maker, ScriptedTasks):
            told |= {name: why(maker, tool) for name, tool in added.items() if name not in told}
    return told


def _summary(store: Store, entries: Sequence[Entry]) -> Summary:
    """Counted from the store alone, so that a run gone on with says the same."""
    ended = list(store.finished_items().values())
    judged = {s.item: combine(s.verdicts).reasons for s in store.dialogues(accepted=False)}
    rejected = ended.count("rejected")
    reasons = {f"{row['stage']}: {row['reason']}": int(row["items"]) for row in lost(store)}
    sql = "SELECT item, outcome, stage, reason, evidence FROM items WHERE outcome IS NOT NULL"
    rows: dict[int, Any] = {item: rest for item, *rest in store.db.execute(sql)}
    outcomes = tuple(_outcome(entry.name, rows.get(n), judged.get(n, ())) for n, entry in enumerate(entries))
    return Summary(
        goals=int(store.db.execute(_GOALS).get or 0),
        conversations=len(entries),
        accepted=ended.count("accepted"),
        rejected=len(judged),
        left_out=rejected - len(judged),
        reasons=reasons,
        outcomes=outcomes,
    )


def _outcome(name: str, row: Any, judged: Sequence[str]) -> Outcome:
    if row is None:
        return Outcome(name, "unfinished")
    outcome, stage, reason, evidence = row
    if outcome == "accepted":
        return Outcome(name, outcome)
    return Outcome(name, "rejected" if judged else "left out", f"{stage}: {reason}", evidence or next(iter(judged), ""))
