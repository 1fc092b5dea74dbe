"""What is known of one column before anything is decided: its values, its name in words, its place.

The rules of `roles.py` look at nothing else. Texts that stand for "nothing" ("N/A", "") are set aside here, and numbers
kept as texts are read, so that every rule sees the same.
"""

from msgspec import Struct

from duologue.catalog import formats
from duologue.catalog.introspect import RawColumn
from duologue.catalog.nouns import head_index, is_plural, singular_word
from duologue.catalog.statistics import ColumnStats
from duologue.catalog.words import words


class Facts(Struct, frozen=True):
    """What the rules look at."""

    raw: RawColumn
    stats: ColumnStats
    said: tuple[str, ...]
    """The words of the name: lower case, singular, written out."""
    head: str
    """The word the name is about: the one before a preposition ("level of membership"), else the last."""
    plural: bool
    """That word stands in the plural."""
    place: str
    """key · part (of a composite key) · reference · empty."""
    type: str
    texts: list[str]
    """Distinct texts that mean something."""
    numbers: list[float]
    """Distinct numbers, stored as such or as texts; empty unless nearly everything is one."""
    stored: bool
    """Every value is stored as a number."""
    format: str
    """The format all texts share."""

    def says(self, *lists: str) -> bool:
        """Whether any word of the name is in any of these lists."""
        return any(w in words()[name] for name in lists for w in self.said)

    def heads(self, *lists: str) -> bool:
        """Whether the word the name is about is in any of these lists."""
        return any(self.head in words()[name] for name in lists)

    @property
    def repeats(self) -> float:
        """How often a value occurs on average."""
        return self.stats.filled / max(1, self.stats.distinct)


def gather(raw: RawColumn, stats: ColumnStats, spelled: list[str], place: str) -> Facts:
    """Gather what the rules need."""
    kind = value_type(raw, stats)
    texts = formats.meaningful(stats.counts) if "TEXT" in stats.types else []
    stored = stats.filled > 0 and not stats.types.keys() & {"TEXT", "BLOB"}
    said = tuple(singular_word(w.lower()) if len(w) > 3 else w.lower() for w in spelled)
    at = head_index(said)
    return Facts(
        raw=raw,
        stats=stats,
        said=said,
        head=said[at] if said else "",
        plural=bool(said) and is_plural(spelled[at].lower()),
        place=place,
        type=kind,
        texts=texts,
        numbers=_numbers(stats, texts),
        stored=stored,
        format=formats.text_format(texts) if set(stats.types) == {"TEXT"} else "",
    )


def value_type(raw: RawColumn, stats: ColumnStats) -> str:
    """How a column's values behave: the class most are stored in, else the declared affinity."""
    n = stats.filled
    if not n:
        return _affinity(raw.declared)
    for kind in ("TEXT", "BLOB"):
        if stats.types.get(kind, 0) * 2 >= n:
            return kind
    return "REAL" if "REAL" in stats.types else "INTEGER"


def _affinity(declared: str) -> str:
    up = declared.upper()
    if "INT" in up:
        return "INTEGER"
    if any(w in up for w in ("CHAR", "CLOB", "TEXT", "DATE", "TIME", "JSON")) or not up:
        return "TEXT"
    return "BLOB" if "BLOB" in up else "REAL"


def _numbers(stats: ColumnStats, texts: list[str]) -> list[float]:
    stored = [float(v) for v in stats.counts if isinstance(v, (int, float))]
    if not texts:
        return stored
    spoken = [n for n in map(formats.number, texts) if n is not None]
    return stored + spoken if len(stored) + len(spoken) == len(stored) + len(texts) else []
