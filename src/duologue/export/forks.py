"""Branches of one prefix as preference pairs, or as groups with a reward each. The checks alone decide which is better.

A *pair* sets a branch that passed every check against one of the same place that failed by the assistant's fault, in the conversational form of
preference trainers: `prompt`, `chosen` and `rejected` are lists of messages. The prompt is what both share, up to the assistant's first
message in which they part; so where a user says something else before that, they are no pair. Each side goes to the end of that answer, before
the user speaks again, where the fault lies in it; else to the end of the conversation.

A *group* holds all branches of one place where the assistant speaks next, each with reward 1 (passed) or 0 (failed by the assistant's fault).

Not used: what failed by another's fault, and a mistake made on purpose that no check objects to.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from duologue.checks.blame import Ruling, ruling
from duologue.checks.combine import combine
from duologue.errors import UserError
from duologue.export.files import whole_file, write_environment
from duologue.export.rows import FORMS, OfferedTool, RowCall, message_at, messages_of, offered
from duologue.store import Store, StoredDialogue
from duologue.types import Environment

PAIRS, GROUPS = "duologue.pairs/1", "duologue.groups/1"
NO_PARTNER, NOT_THE_AGENT, UNSEEN = (
    "nothing accepted parts from it at the assistant's message",
    "the fault is not the assistant's",
    "no check objects to its mistake",
)
"""Why a branch that failed is in no pair."""
USERS_PLACE = "the user speaks next there"
"""Why branches are in no group."""
_encode = msgspec.json.Encoder().encode


class PlainMessage(Struct, frozen=True):
    """A message as trainers read it: a `RowMessage` without `train`."""

    role: str
    content: str
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[RowCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class PairFacts(Struct, frozen=True):
    """What is known of a pair."""

    format: str
    environment: str
    parent: str
    """The conversation that both are branches of."""
    at: int
    """Index of the message in which they part."""
    chosen: str
    """Ids of the two."""
    rejected: str
    failed: tuple[str, ...]
    """The checks that the rejected one failed."""
    mistake: str
    """The mistake that was made in it on purpose; empty where it failed by itself."""
    until: str
    """answer: both sides end before the user speaks again · end: with the conversation."""


class Pair(Struct, frozen=True):
    """One line of `export --pairs`."""

    prompt: tuple[PlainMessage, ...]
    chosen: tuple[PlainMessage, ...]
    rejected: tuple[PlainMessage, ...]
    tools: tuple[OfferedTool, ...]
    metadata: PairFacts


class Completion(Struct, frozen=True):
    """One branch of a group."""

    id: str
    messages: tuple[PlainMessage, ...]
    reward: float
    failed: tuple[str, ...]
    mistake: str


class GroupFacts(Struct, frozen=True):
    """What is known of a group."""

    format: str
    environment: str
    parent: str
    at: int


class GroupRow(Struct, frozen=True):
    """One line of `export --groups`."""

    prompt: tuple[PlainMessage, ...]
    completions: tuple[Completion, ...]
    tools: tuple[OfferedTool, ...]
    metadata: GroupFacts


class Forked(Struct, frozen=True):
    """What was written. `left`: why branches are in none of the rows → how many."""

    rows: int
    path: Path
    environments: int
    left: dict[str, int]


class Branch(Struct, frozen=True):
    """A branch and what became of it."""

    stored: StoredDialogue
    messages: tuple[PlainMessage, ...]
    ruling: Ruling | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks it did not pass."""
        return tuple(v.check for v in self.stored.verdicts if v.passed is not True)

    @property
    def mistake(self) -> str:
        """The mistake made on purpose."""
        fork = self.stored.dialogue.fork
        return fork.mistake if fork is not None else ""

    @property
    def unfit(self) -> str:
        """Why it is an example of nothing, where it failed."""
        fork = self.stored.dialogue.fork
        if fork is not None and fork.mistake and not fork.noticed:
            return UNSEEN
        return "" if self.ruling is not None and self.ruling.who == "agent" else NOT_THE_AGENT

    def answer_end(self, at: int) -> int:
        """Where the answer that goes on at a message ends: before the user speaks again."""
        return next((n for n in range(at, len(self.messages)) if self.messages[n].role == "user"), len(self.messages))


class Place(Struct, frozen=True):
    """All that was made of one conversation at one place."""

    parent: str
    at: int
    environment: Environment
    passed: tuple[Branch, ...]
    failed: tuple[Branch, ...]

    @property
    def tools(self) -> tuple[OfferedTool, ...]:
        """What the assistant could call."""
        return tuple(map(offered, self.environment.toolset.tools))


def places(store: Store, form: str) -> Iterator[Place]:
    """The places of a run of branches, in order, each with its branches."""
    known = {e.id: e for e in store.environments()}
    every = heapq.merge(store.dialogues(), store.dialogues(accepted=False), key=lambda d: d.item)
    branches = (d for d in every if d.dialogue.fork is not None)
    for (parent, at), found in groupby(branches, key=_place):
        stored = list(found)
        passed = [d for d in stored if combine(d.verdicts).accepted and not _spoilt(d)]
        failed = [d for d in stored if d not in passed]
        yield Place(
            parent,
            at,
            known[stored[0].dialogue.environment],
            tuple(Branch(d, plain(d, form)) for d in passed),
            tuple(Branch(d, plain(d, form), ruling_of(d)) for d in failed),
        )


def _place(stored: StoredDialogue) -> tuple[str, int]:
    """The conversation it is a branch of, and the message at which it leaves that."""
    fork = stored.dialogue.fork
    return (fork.parent, message_at(stored.dialogue, fork.at)) if fork is not None else ("", 0)


def _spoilt(stored: StoredDialogue) -> bool:
    fork = stored.dialogue.fork
    return fork is not None and bool(fork.mistake)


def ruling_of(stored: StoredDialogue) -> Ruling | None:
    """Who is to blame for a branch that failed."""
    return ruling(stored.verdicts, [t.message.role for t in stored.dialogue.path()])


def plain(stored: StoredDialogue, form: str) -> tuple[PlainMessage, ...]:
    """A branch as trainers read it, in one of `FORMS`."""
    fields = PlainMessage.__struct_fields__
    return tuple(PlainMessage(*(getattr(m, f) for f in fields)) for m in messages_of(stored.dialogue, FORMS[form]))


# ── pairs ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pairs_of(place: Place, left: Counter[str]) -> Iterator[Pair]:
    """A pair for each branch that failed and can have one; the others are counted in `left` by why not."""
    for worse in place.failed:
        why = worse.unfit
        partner = None if why else _partner(worse, place.passed)
        if partner is None:
            left[why or NO_PARTNER] += 1
            continue
        at, better = partner
        until = "answer" if _lies_in(worse, at) else "end"
        ends = (better.answer_end(at), worse.answer_end(at)) if until == "answer" else (None, None)
        ids = better.stored.dialogue.id, worse.stored.dialogue.id
        facts = PairFacts(PAIRS, place.environment.id, place.parent, at, *ids, worse.failed, worse.mistake, until)
        shared, chosen, rejected = better.messages[:at], better.messages[at : ends[0]], worse.messages[at : ends[1]]
        yield Pair(shared, chosen, rejected, place.tools, facts)


def _partner(worse: Branch, passed: Sequence[Branch]) -> tuple[int, Branch] | None:
    """The accepted branch that shares most with one that failed and parts from it at an assistant's message."""
    found = [(at, n) for n, better in enumerate(passed) if (at := _parting(better, worse)) is not None]
    at, n = max(found, key=lambda f: (f[0], -f[1]), default=(0, -1))
    return (at, passed[n]) if n >= 0 else None


def _parting(better: Branch, worse: Branch) -> int | None:
    both = enumerate(zip(better.messages, worse.messages, strict=False))
    at, one, other = next(((n, a, b) for n, (a, b) in both if a != b), (None, None, None))
    sides = {m.role for m in (one, other) if m is not None}
    return at if sides == {"assistant"} else None


def _lies_in(worse: Branch, at: int) -> bool:
    """The fault lies in the answer that goes on at a message. A mistake made on purpose is its first message."""
    fork, end = worse.stored.dialogue.fork, worse.answer_end(at)
    if fork is not None and fork.mistake:
        return message_at(worse.stored.dialogue, fork.at) == at
    found = worse.ruling.finding if worse.ruling is not None else None
    return found is not None and at <= message_at(worse.stored.dialogue, found.turn) < end


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def groups_of(place: Place, left: Counter[str]) -> Iterator[GroupRow]:
    """The group of a place, where it holds two branches or more; those that are left out are counted in `left` by why."""
    if any(b.messages[place.at].role != "assistant" for b in (*place.passed, *place.failed)):
        left[USERS_PLACE] += len(place.passed) + len(place.failed)
        return
    rewarded = [(branch, 1.0) for branch in place.passed]
    for worse in place.failed:
        if worse.unfit:
            left[worse.unfit] += 1
        else:
            rewarded.append((worse, 0.0))
    if len(rewarded) < 2:
        return
    completions = tuple(
        Completion(b.stored.dialogue.id, b.messages[place.at :], reward, b.failed if not reward else (), b.mistake)
        for b, reward in sorted(rewarded, key=lambda r: r[0].stored.item)
    )
    prompt = rewarded[0][0].messages[: place.at]
    yield GroupRow(prompt, completions, place.tools, GroupFacts(GROUPS, place.environment.id, place.parent, place.at))


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

KINDS: dict[str, Callable[[Place, Counter[str]], Iterator[Any]]] = {"pairs": pairs_of, "groups": groups_of}


def write_forks(stores: Sequence[Store], out: Path, kind: str, form: str = "hf") -> Forked:
    """Write pairs or groups (`KINDS`) of runs of branches, and their environments beside them.

    Raises `UserError` where there is none, for an unknown form, or for a place that can't be written.
    """
    if form not in FORMS:
        raise UserError(f"Unknown format {form!r}.", f"Choose one of: {', '.join(FORMS)}.")
    left: Counter[str] = Counter()
    used: dict[str, Environment] = {}
    rows = 0
    with whole_file(out) as file:
        for store in stores:
            for place in places(store, form):
                for row in KINDS[kind](place, left):
                    file.write(_encode(row) + b"\n")
                    used[place.environment.id] = place.environment
                    rows += 1
        if not rows:
            raise UserError(
                f"There are no {kind} in {', '.join(repr(str(s.folder)) for s in stores)}.",
                "Pairs need branches of one place that passed and failed: `duologue branch RUN --n 4 --mistakes 0.5`."
                if kind == "pairs"
                else "Groups need several branches of one place: `duologue branch RUN --n 4`.",
            )
        for environment in used.values():
            write_environment(environment, out.parent)
    return Forked(rows, out, len(used), dict(left))
