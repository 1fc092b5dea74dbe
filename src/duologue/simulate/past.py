"""What the turns so far say to the scripted user. Read off the turns alone, so that a conversation can be taken up at any of them."""

from collections import Counter

from msgspec import Struct

from duologue.simulate.revising import revised
from duologue.types import Act, Need, Subtask, Turn

__all__ = ["Part", "Past"]


_A_WHILE = 2
"""Requests after which somebody has done nothing else for a while."""


class Part(Struct, frozen=True):
    """A subtask in its place."""

    task: int
    subtask: Subtask
    reason: str


class Past:
    """The user's own turns, and the assistant's last one."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        turns = tuple(t for t in turns if t.message.role != "system" and not t.message.is_own)
        mine = [t for t in turns if t.message.role == "user"]
        self._mine = mine
        self.met = bool(mine)
        """The user has said something before."""
        self.acts = [a for t in mine for a in t.acts]
        self.behaviours = Counter(name for t in mine for name in t.behaviours)
        """How often the user did what beside going on with the goals."""
        self.asked = sum(1 for a in self.acts if a.kind == "request")
        """Parts asked for so far."""
        self.last = mine[-1].acts[0].kind if mine and mine[-1].acts else ""
        latest = turns[-1] if turns else None
        self.heard: tuple[Act, ...] = latest.acts if latest is not None and latest.message.role == "assistant" else ()
        """What the assistant just said."""
        self.again = 0
        """Which redraw of this turn it is; 0 for the first draw."""
        self.lead = ""
        """Words to begin the next turn with."""
        said = latest is not None and latest.message.role == "assistant"
        self.is_free = said and latest is not None and (latest.maker != "scripted" or not latest.acts)
        """It said so in free text: no acts tell what it did."""
        self.called = len(turns) > 1 and turns[-2].message.role == "tool"
        """The assistant looked something up for it."""
        self.names = [str(m.by["@name"]) for a in self.acts if a.need for m in a.need.mentions if "@name" in m.by]
        """Names that were said, by the user or in an answer."""
        rows = [r for t in turns if t.message.role == "assistant" for a in t.acts for r in a.values.get("told", ())]
        self.names += [str(v) for r in rows for k, v in (*r["by"].items(), *r["is"].items()) if k.endswith(".@name")]

    @property
    def is_plain(self) -> bool:
        """Nothing that could be left out is said."""
        return self.again > 1

    @property
    def only_asked(self) -> bool:
        """Two requests and more, and nothing else."""
        return self.asked >= _A_WHILE and all(a.kind == "request" for a in self.acts)

    @property
    def wish(self) -> Need | None:
        """The request made last, with what was told and put right of it since."""
        at = next((n for n in range(len(self.acts) - 1, -1, -1) if self.acts[n].kind in ("request", "take up")), -1)
        need = self.acts[at].need if at >= 0 else None
        for act in self.acts[at + 1 :] if need is not None else ():
            if need is not None and act.kind in ("inform", "correct"):
                need = revised(need, act)
        return need

    @property
    def slipped(self) -> bool:
        """The last request held a slip that hasn't been put right."""
        at = next((t for t in reversed(self._mine) if any(a.kind in ("request", "correct") for a in t.acts)), None)
        return at is not None and "slip" in at.behaviours and at.acts[0].kind == "request"

    @property
    def reported(self) -> Act | None:
        """The answer the assistant just gave; None where it gave none."""
        kinds = ("report", "report many")
        return next((a for a in self.heard if a.kind in kinds and a.need is not None), None)

    def count(self, kind: str) -> int:
        """How often the user did this."""
        return sum(1 for a in self.acts if a.kind == kind)
