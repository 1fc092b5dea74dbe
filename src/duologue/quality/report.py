"""The report: sources in, one object of figures out (its form is `docs/quality.md`).

Sources are read twice. The first time only labels are gathered: a word that is the name of a column in one database and a plain word in
the next would make two sentences of one, so labels of at least a twentieth of all conversations are masked in all of them. The second
time every conversation is masked and counted, one by one, so that files of any size can be measured.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from duologue.quality.counting import Lengths, Voice, listed, share
from duologue.quality.forms import acts_of, is_thin
from duologue.quality.known import Known, Labels
from duologue.quality.masking import Masked, masked
from duologue.quality.spoken import Said, Spoken
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.near import NearIndex, Shingler

__all__ = ["FORMAT", "NEAR", "Source", "quality"]

FORMAT = "duologue.quality/1"
NEAR = 0.8
"""How alike two conversations are that count as nearly the same: the share of runs of three masked words they have in common."""
_WIDESPREAD = 0.05
"""Labels of so large a part of the conversations are masked in all of them."""
_SPEAKERS = ("user", "assistant")


class Source(Struct, frozen=True):
    """A run or a file. `read` gives its conversations, as often as it is called; None stands for a row that is none."""

    name: str
    read: Callable[[], Iterator[Spoken | None]]


def quality(sources: Sequence[Source], shown: int = 10) -> dict[str, Json]:
    """The figures of some runs and files together, with that many of the commonest of each kind."""
    labels, read = _first_reading(sources)
    counted = _Counted(labels)
    for source in sources:
        for spoken in source.read():
            if spoken is not None:
                counted.add(spoken)
    return {"format": FORMAT, "sources": read, **counted.found(shown)}


def _first_reading(sources: Sequence[Source]) -> tuple[frozenset[str], list[dict[str, Json]]]:
    """The labels that are widespread, and what each source holds."""
    counts: Counter[frozenset[str]] = Counter()
    read: list[dict[str, Json]] = []
    for source in sources:
        rows = found = 0
        for spoken in source.read():
            rows += 1
            if spoken is not None:
                found += 1
                counts[spoken.labels] += 1
        read.append({"source": source.name, "conversations": found, "unread": rows - found})
    each: Counter[str] = Counter()
    for labels, n in counts.items():
        for label in labels:
            each[label] += n
    least = _WIDESPREAD * counts.total()
    return frozenset(label for label, n in each.items() if n >= least), read


@lru_cache(maxsize=1024)
def _labels(texts: frozenset[str]) -> Labels:
    return Labels(texts)


class _Counted:
    """What was counted so far."""

    def __init__(self, labels: frozenset[str]) -> None:
        self._widespread = labels
        self._conversations = 0
        self._voices = {role: Voice() for role in _SPEAKERS}
        self._openings: Counter[str] = Counter()
        self._messages, self._user_turns = Lengths(), Lengths()
        self._acts = _Acts()
        self._behaviours = _Behaviours()
        self._alike = _Alike()

    def add(self, spoken: Spoken) -> None:
        """Count one conversation."""
        known = Known(spoken.names, _labels(spoken.labels | self._widespread))
        turns = [(said, masked(said.text, known)) for said in spoken.turns]
        self._conversations += 1
        for said, turn in turns:
            self._voices[said.role].add(said.text, turn)
        users = [turn for said, turn in turns if said.role == "user"]
        self._openings.update(turn.text for turn in users[:1])
        self._messages.add(spoken.messages)
        self._user_turns.add(len(users))
        self._acts.add(turns)
        self._behaviours.add(spoken)
        self._alike.add(turns)

    def found(self, shown: int) -> dict[str, Json]:
        """The figures."""
        n, openings = self._conversations, self._openings
        return {
            "conversations": n,
            "messages": self._messages.found(),
            "user_turns": self._user_turns.found(),
            **{role: voice.found(shown) for role, voice in self._voices.items()},
            "openings": {"different": len(openings), "commonest": listed(openings, openings.total(), shown)},
            **self._acts.found(n, shown),
            "behaviours": self._behaviours.found(n),
            "near_duplicates": self._alike.found(n),
        }


class _Acts:
    """What turns do: each kind, whole sequences, turns without content."""

    def __init__(self) -> None:
        self._kinds: dict[str, Counter[str]] = {role: Counter() for role in _SPEAKERS}
        self._sequences: Counter[str] = Counter()
        self._judged: Counter[str] = Counter()
        self._users = self._thin = 0

    def add(self, turns: Sequence[tuple[Said, Masked]]) -> None:
        """Count a conversation's."""
        sequence = []
        for said, turn in turns:
            acts = acts_of(turn, said.acts)
            self._kinds[said.role].update(dict.fromkeys(acts, 1))
            self._judged["recorded" if said.acts else "by form"] += 1
            sequence.append(f"{said.role[0]}: {' + '.join(acts)}")
            if said.role == "user":
                self._users += 1
                self._thin += is_thin(acts)
        if sequence:
            self._sequences[" | ".join(sequence)] += 1

    def found(self, conversations: int, shown: int) -> dict[str, Json]:
        """The figures."""
        kinds = {role: dict(sorted(k.items(), key=lambda p: (-p[1], p[0]))) for role, k in self._kinds.items()}
        return {
            "acts": {
                "judged": dict(sorted(self._judged.items())),
                "turns_with": kinds,
                "sequences": {
                    "different": len(self._sequences),
                    "commonest_share": share(max(self._sequences.values(), default=0), conversations),
                    "commonest": listed(self._sequences, conversations, shown, "sequence"),
                },
            },
            "without_content": {"user_turns": self._thin, "share": share(self._thin, self._users)},
        }


class _Behaviours:
    """In how many conversations each behaviour occurs."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._recorded = 0

    def add(self, spoken: Spoken) -> None:
        """Count a conversation's."""
        users = [said for said in spoken.turns if said.role == "user"]
        if any(said.behaviours is not None for said in users):
            self._recorded += 1
            self._counts.update({name for said in users for name in said.behaviours or ()})

    def found(self, conversations: int) -> dict[str, float] | None:
        """The share of conversations with each, by name; None where nobody recorded any."""
        return {name: share(n, conversations) for name, n in sorted(self._counts.items())} if self._recorded else None


class _Alike:
    """Conversations that are nearly the same as one before."""

    def __init__(self) -> None:
        self._index, self._shingler = _tools()
        self._found = 0

    def add(self, turns: Sequence[tuple[Said, Masked]]) -> None:
        """Compare one with those before it that were like none."""
        if self._index is None or self._shingler is None:
            return
        shingles = self._shingler.shingles(turn.text for _, turn in turns)
        if len(shingles) and self._index.like(shingles) is not None:
            self._found += 1
        elif len(shingles):
            self._index.add(shingles)

    def found(self, conversations: int) -> dict[str, Json]:
        """The figures; `count` and `share` are None where the library is absent."""
        if self._index is None:
            return {
                "threshold": NEAR,
                "count": None,
                "share": None,
                "missing": "datasketch: pip install 'duologue[select]'",
            }
        return {"threshold": NEAR, "count": self._found, "share": share(self._found, conversations)}


def _tools() -> "tuple[NearIndex | None, Shingler | None]":
    """What finds near duplicates, where its library is installed."""
    try:
        import datasketch  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return None, None
    from duologue.near import NearIndex, Shingler

    return NearIndex(NEAR), Shingler()
