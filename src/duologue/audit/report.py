"""The audit itself: conversations in, findings out, and a tally of what was asked how often.

Findings are given as they are met and not kept, so that a file of any size can be audited. A check that could not be asked of a
conversation (it has no calls, or names no tools) is not counted as asked: "not asked" is not "passed".
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from duologue.audit.arguments import arguments, tools
from duologue.audit.duplicates import Duplicates, Templates
from duologue.audit.grounding import grounding
from duologue.audit.honesty import honesty
from duologue.audit.provenance import provenance
from duologue.audit.results import repetition, results
from duologue.audit.roles import roles
from duologue.audit.sight import Sight
from duologue.audit.values import Finding, Objection
from duologue.audit.wording import placeholders, text
from duologue.errors import UserError
from duologue.talks.conversations import conversations
from duologue.talks.values import Place, Talk, Unreadable

__all__ = ["CHECKS", "Audit", "Tally"]

_PROMPT = Objection("note", -1, "no assistant turn: a prompt, not a conversation")
Check = Callable[[Sight], list[Objection] | None]

CHECKS: dict[str, Check] = {
    "roles": roles,
    "tools": tools,
    "arguments": arguments,
    "placeholders": placeholders,
    "provenance": provenance,
    "results": results,
    "grounding": grounding,
    "honesty": honesty,
    "repetition": repetition,
    "text": text,
}
"""What is asked of each conversation. None = it can't be asked of this one."""


class Tally(Struct):
    """What one check came to. `rows` are those with a fault or a doubt."""

    asked: int = 0
    faults: int = 0
    doubts: int = 0
    notes: int = 0
    rows: int = 0


class Audit:
    """An audit of one or more files. Duplicates are looked for across them."""

    def __init__(self) -> None:
        self.tallies = {name: Tally() for name in ("reading", *CHECKS, "duplicates", "templates")}
        self.rows = self.conversations = self.unsound = 0
        self._duplicates, self._templates = Duplicates(), Templates()

    @property
    def faults(self) -> int:
        """All faults found."""
        return sum(t.faults for t in self.tallies.values())

    def file(self, path: Path) -> Iterator[Finding]:
        """What is found in a file. Raises `UserError` where it is no text, or where nothing in it is a conversation; the rows
        that could not be read are then in its words."""
        unread: list[Unreadable] = []
        before = self.conversations
        for row in conversations(path):
            self.rows += 1
            self.tallies["reading"].asked += 1
            if isinstance(row, Talk):
                yield from (self._unreadable(u) for u in unread)
                unread.clear()
                if not any(t.role == "assistant" for t in row.turns):
                    self.tallies["reading"].notes += 1
                    yield _finding(row.place, "reading", _PROMPT, -1)
                yield from self._talk(row)
            elif self.conversations > before or len(unread) > 1_000:
                yield self._unreadable(row)
            else:
                unread.append(row)
        if self.conversations == before:
            raise _nothing(path, unread)

    def end(self) -> Iterator[Finding]:
        """What shows only at the end."""
        self.tallies["templates"].asked = self.conversations
        for place, objection in self._templates.found():
            self.tallies["templates"].notes += 1
            yield _finding(place, "templates", objection, objection.turn)

    def _unreadable(self, row: Unreadable) -> Finding:
        self.unsound += 1
        self._count("reading", [Objection("fault", -1, row.what)])
        return _finding(row.place, "reading", Objection("fault", -1, row.what, row.evidence), -1)

    def _talk(self, talk: Talk) -> Iterator[Finding]:
        self.conversations += 1
        sight = Sight(talk)
        sound = True
        for name, check in CHECKS.items():
            found = check(sight)
            if found is None:
                continue
            self.tallies[name].asked += 1
            sound = self._count(name, found) and sound
            yield from (_finding(talk.place, name, o, _place(talk, o.turn)) for o in found)
        if any(t.role in ("user", "assistant") for t in talk.turns):
            self.tallies["duplicates"].asked += 1
            copy = self._duplicates.add(talk)
            if copy is not None:
                sound = self._count("duplicates", [copy]) and sound
                yield _finding(talk.place, "duplicates", copy, -1)
        self._templates.add(talk)
        self.unsound += not sound

    def _count(self, name: str, found: list[Objection]) -> bool:
        """Add to a tally; whether nothing found is a fault."""
        tally = self.tallies[name]
        kinds = [o.severity for o in found]
        tally.faults += kinds.count("fault")
        tally.doubts += kinds.count("doubt")
        tally.notes += kinds.count("note")
        tally.rows += any(k != "note" for k in kinds)
        return "fault" not in kinds


def _place(talk: Talk, turn: int) -> int:
    return talk.turns[turn].place if turn >= 0 else -1


def _finding(place: Place, check: str, objection: Objection, turn: int) -> Finding:
    return Finding(
        place.file, place.line, place.index, turn, check, objection.severity, objection.what, objection.evidence
    )


def _nothing(path: Path, unread: list[Unreadable]) -> UserError:
    if not unread:
        return UserError(
            f"{str(path)!r} holds no conversations.", "Name a file of JSON lines, or a JSON list, of them."
        )
    first = unread[0]
    where = f"line {first.place.line}" + (f", item {first.place.index}" if first.place.index >= 0 else "")
    rest = f" (and so on, {len(unread)} rows)" if len(unread) > 1 else ""
    said = f"{first.what}; {first.evidence}" if first.evidence else first.what
    return UserError(
        f"{str(path)!r} holds no conversation that can be read: {where}: {said}{rest}.",
        "Conversations are rows with `messages` (OpenAI), `conversations` (ShareGPT) or `responses_create_params` (Responses).",
    )
