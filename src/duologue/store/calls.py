"""The models' part of a run's store: the book of answers, the ledger of the budget, and their figures.

Answers that come in the same moment are written in one transaction (`moments`), with what their conversations make of them; nobody is
asked anything more before it is committed. After a crash of the machine the last of them may be missing (the file is in WAL mode and
not synced at each commit), after the end of the process, however it ends, none is that anything was built on.

A file that an older version made, and that is only read, lacks the tables: `has_calls` says so.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from duologue.errors import StageError
from duologue.models.budget import Used
from duologue.models.recording import Line
from duologue.protocols import Answer, Request
from duologue.store.decoding import decoded
from duologue.store.files import explained
from duologue.store.store import Store
from duologue.types import Json

_encode = msgspec.json.Encoder().encode
_answer = msgspec.json.Decoder(Answer).decode

_FIND = "SELECT answer FROM calls WHERE item = ? AND role = ? AND key = ?"
_KEEP = f"INSERT INTO calls VALUES ({', '.join('?' * 14)})"
_TROUBLE = """
    INSERT INTO troubles VALUES (?1, ?2, ?3, 1, ?4, ?5)
    ON CONFLICT DO UPDATE SET n = n + 1, tokens = tokens + ?4, nano = nano + ?5
"""
_EXPORT = "SELECT role, scope, draw, prompt, answer FROM calls ORDER BY item, scope, role, draw, key"
_SUMS = """
    count(*), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(seconds), sum(dollars) FROM calls
"""
_WORK = f"SELECT role, item, {_SUMS} GROUP BY item, role ORDER BY role, item"
_SPENT = f"""
    SELECT role, CASE WHEN item < 0 THEN 'ground' ELSE coalesce(items.outcome, 'unfinished') END, {_SUMS}
    LEFT JOIN items USING (item) GROUP BY 1, 2 ORDER BY 1, 2
"""
SPENT_ON = ("accepted", "rejected", "unfinished", "ground")
"""What calls were for, by what became of it; `ground`: for no item (tools, a domain)."""
_MARKS = 2**24
_SPAN = "SELECT min(at - seconds), max(at), sum(seconds) FROM calls WHERE item >= 0"


class Calls:
    """The calls of a run being written: a `Book` of answers and the `Ledger` of its budget."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._folder, self._db, self._clock = store.folder, store.db, clock
        self._explained = explained(store.folder)
        last = self._db.execute("SELECT max(at) FROM calls").get or 0.0
        self._began = clock() - max(float(store.notes().get("seconds", 0.0)), last)
        self._moments = store.moments
        asked = self._db.execute("SELECT EXISTS (SELECT 1 FROM calls)").get
        self.seen = Seen(all=bool(asked))
        """What may be there. Whoever is not the run's writer adds what it has had kept, and looks everywhere where others may have."""

    # ── the book ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def find(self, request: Request, key: str) -> Answer | None:
        """The answer to a request, which has that key."""
        found = self._found(request, key) if key in self.seen else None
        return None if found is None else decoded(self._folder, "an answer of a model", _answer, found)

    def _found(self, request: Request, key: str) -> bytes | None:
        self._moments.flush()
        found: bytes | None = self._db.execute(_FIND, (item_of(request.scope), request.role, key)).get
        return found

    async def keep(self, request: Request, answer: Answer) -> None:
        """Write an answer, where it is not there yet; it is committed with all else of the moment."""
        if not self.seen.add(answer.key) and self._found(request, answer.key) is not None:
            return
        usage = answer.usage
        row = (
            *(answer.key, item_of(request.scope), request.scope, request.role, request.draw, request.prompt),
            *(answer.model, usage.prompt, usage.cached, usage.completion, answer.seconds, answer.dollars),
            *(round(self._clock() - self._began, 3), _encode(answer)),
        )
        self._moments.begin()
        self._moments.add(_KEEP, [row])

    def settled(self) -> Awaitable[None]:
        """What is over once all that was written to the run's file before is committed."""
        return self._moments.settled()

    def give_up(self, request: Request, error: StageError) -> None:
        """Count a call that came to nothing, by the reason."""
        self._trouble(request.role, "call", error.reason, Used())

    # ── the ledger ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def used(self) -> Used:
        """At most this was used so far, as was written last, and the seconds gone by."""
        tokens, nano = self._db.execute("SELECT tokens, nano FROM spending").get or (0, 0)
        return Used(tokens, nano, self._clock() - self._began)

    def bound(self, used: Used) -> None:
        """From now on at most this may have been used."""
        with self._explained:
            self._moments.begin()
            self._db.execute("INSERT OR REPLACE INTO spending VALUES (1, ?, ?)", (used.tokens, used.nano))
            self._moments.commit()

    def attempt(self, role: str, how: str, used: Used) -> None:
        """Count an attempt that met a fault, or of which no usage is known."""
        self._trouble(role, "attempt", how, used)

    def _trouble(self, role: str, what: str, reason: str, used: Used) -> None:
        with self._explained:
            self._moments.begin()
            self._db.execute(_TROUBLE, (role, what, reason, used.tokens, used.nano))


class Seen:
    """Keys that may be in the book, in two megabytes however many there are: one that is not here is not there either.

    Nearly every call is a new one, and is not looked up in the file at all. Where the book held answers before, or another process
    may have had some kept, `all` may be there. A place is that of this process alone: nothing is written by it.
    """

    def __init__(self, all: bool) -> None:
        self._marks = None if all else bytearray(_MARKS // 8)

    def everything(self) -> None:
        """Any key may be there from now on."""
        self._marks = None

    def add(self, key: str) -> bool:
        """That key is there; whether it can't have been before."""
        if self._marks is None:
            return False
        place = hash(key) % _MARKS
        bit, marks = 1 << (place & 7), self._marks[place >> 3]
        self._marks[place >> 3] = marks | bit
        return not marks & bit

    def __contains__(self, key: str) -> bool:
        place = hash(key) % _MARKS
        return self._marks is None or bool(self._marks[place >> 3] & 1 << (place & 7))


def item_of(scope: str) -> int:
    """The item that a scope belongs to ("17.0" → 17), or -1."""
    head = scope.partition(".")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 18 else -1


def export_calls(store: Store, path: Path) -> int:
    """Write a run's answers as a `FileBook`, in an order that follows from what was asked; how many."""
    count = 0
    with path.open("wb") as file:
        for role, scope, draw, prompt, answer in store.db.execute(_EXPORT):
            said = decoded(store.folder, f"an answer of a model to {role} for {scope!r}", _answer, answer)
            file.write(_encode(Line(role, scope, draw, prompt, said)) + b"\n")
            count += 1
    return count


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Work(Struct, frozen=True):
    """What calls came to. Added up, `+`."""

    calls: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    seconds: float = 0.0
    dollars: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.calls + other.calls,
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
            self.seconds + other.seconds,
            self.dollars + other.dollars,
        )


class Span(Struct, frozen=True):
    """How calls for items lay in time: seconds from the first's beginning to the last's end, and seconds of them all."""

    wall: float = 0.0
    busy: float = 0.0


def has_calls(db: apsw.Connection) -> bool:
    """Models were asked in this run."""
    there = db.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('calls', 'troubles')").get == 2
    return bool(there and db.execute("SELECT EXISTS (SELECT 1 FROM calls) OR EXISTS (SELECT 1 FROM troubles)").get)


def work_by_role(db: apsw.Connection) -> dict[str, dict[int, Work]]:
    """Role → item (-1: for none) → what its calls came to."""
    out: dict[str, dict[int, Work]] = {}
    rows: Iterator[Any] = db.execute(_WORK)
    for role, item, *sums in rows:
        out.setdefault(role, {})[item] = Work(*sums)
    return out


def span(db: apsw.Connection) -> Span:
    """How the calls for items lay in time."""
    rows: list[Any] = db.execute(_SPAN).fetchall()
    first, last, busy = rows[0]
    return Span() if first is None else Span(last - first, busy)


def model_stats(db: apsw.Connection, accepted: int) -> dict[str, Json]:
    """The figures of a run's calls, as `stats --json` prints them."""
    work: dict[str, Work] = {}
    spent = dict.fromkeys(SPENT_ON, Work())
    asked: Iterator[Any] = db.execute(_SPENT)
    for role, became, *sums in asked:
        work[role] = work.get(role, Work()) + Work(*sums)
        spent[became] += Work(*sums)
    lost: dict[str, dict[str, dict[str, int]]] = {}
    rows: Iterator[Any] = db.execute("SELECT role, what, reason, n FROM troubles ORDER BY role, what, n DESC, reason")
    for role, what, reason, n in rows:
        lost.setdefault(role, {}).setdefault(what, {})[reason] = n
    tokens, nano = db.execute("SELECT tokens, nano FROM spending").get or (0, 0)
    by_role = {role: work.get(role, Work()) for role in sorted({*work, *lost})}
    total = sum(by_role.values(), Work())
    return {
        **_figures(total),
        "dollars_per_accepted": round(total.dollars / accepted, 6) if accepted else None,
        "billed_at_most": {"tokens": tokens, "dollars": round(nano / 1e9, 6)},
        "roles": {
            role: {**_figures(w), "failures": lost.get(role, {}).get("call", {}), "attempts": lost.get(role, {}).get("attempt", {})}
            for role, w in by_role.items()
        },
        "spent_on": {became: _figures(w) for became, w in spent.items()},
    }  # fmt: skip


def _figures(work: Work) -> dict[str, Json]:
    return {
        "calls": work.calls,
        "tokens": {"prompt": work.prompt, "cached": work.cached, "completion": work.completion},
        "cached_share": round(work.cached / work.prompt, 4) if work.prompt else 0.0,
        "seconds": round(work.seconds, 3),
        "dollars": round(work.dollars, 6),
    }
