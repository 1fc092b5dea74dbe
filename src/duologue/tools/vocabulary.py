"""One vocabulary per toolset: every concept has one name, and every name one meaning, in inputs and results alike.

A concept gets the short name of its column ("city") where no other concept of the set would have it too, and otherwise the
name with its table ("customer_city"). What a row is called and what it is known by always carry the table's name, because
they travel into the rows of other tables.
"""

from collections.abc import Iterable, Mapping

from duologue.tools.drafts import Concept, Draft, Field, Query
from duologue.tools.ground import Ground
from duologue.tools.naming import ascii_words, distinct, identifier
from duologue.tools.wording import Voice
from duologue.types import Slot

ID_WORDS = frozenset(
    ("id", "code", "no", "nr", "number", "num", "key", "pk", "identifier", "uuid", "guid", "sku", "isbn", "ref")
)
Words = tuple[str, ...]


def fields_of(drafts: Iterable[Draft]) -> Iterable[Field]:
    """Every field that some result of the drafts shows."""
    for draft in drafts:
        for step in draft.steps:
            if step.kind == "return" and isinstance(step.body, Query):
                yield from step.body.fields


def name_concepts(ground: Ground, voice: Voice, drafts: tuple[Draft, ...]) -> dict[Concept, str]:
    """The name of every concept that the drafts show or ask for."""
    concepts = {f.concept for f in fields_of(drafts)}
    concepts |= {p.concept for d in drafts for p in d.params if p.slot.use in ("key", "equals", "from", "to", "value")}
    tables = {c[0] for c in concepts}
    ordered = sorted(concepts)
    wanted = {c: _wanted(ground, voice, c, len(tables) > 1) for c in ordered}
    short: dict[Words, int] = {}
    for words, _ in wanted.values():
        short[words] = short.get(words, 0) + 1
    taken: set[str] = set()
    out: dict[Concept, str] = {}
    for clash in (False, True):
        for c in ordered:
            words, long = wanted[c]
            if (short[words] > 1) is clash:
                out[c] = distinct(identifier(long if clash else words, voice.dialect.naming), taken)
    return out


def vocabulary_of(drafts: tuple[Draft, ...], names: Mapping[Concept, str]) -> dict[str, Slot]:
    """Field name → what it stands for."""
    slots = {names[f.concept]: f.slot for f in fields_of(drafts)}
    return {name: slots[name] for name in sorted(slots)}


def noun_of(ground: Ground, table: str) -> Words:
    """The words of a table's label, or a stand-in where none can be written in ASCII."""
    t = ground.tables[table]
    return ascii_words(t.label) or ascii_words(t.name) or (f"table{list(ground.tables).index(table) + 1}",)


def column_words(ground: Ground, table: str, column: str) -> Words:
    """The words of a column's label, or a stand-in where none can be written in ASCII."""
    c = ground.columns[table, column]
    columns = [other.name for other in ground.tables[table].columns]
    return ascii_words(c.label) or ascii_words(c.name) or (f"column{columns.index(column) + 1}",)


def _wanted(ground: Ground, voice: Voice, concept: Concept, several: bool) -> tuple[Words, Words]:
    """The short and the long name of a concept."""
    table, column, use = concept
    noun = noun_of(ground, table)
    if use in ("count", "sum", "avg", "share"):
        return _computed(ground, voice, concept, noun)
    if column == "@name":
        words = _display_words(ground, table, noun)
        return (_with(noun, words) if several else words), _with(noun, words)
    base = column.split(":")[0]
    words = column_words(ground, table, base)
    if ":" in column:
        period = column.split(":")[1]
        return (period,), (*words, period)
    if use == "name":
        role = words[:-1] if len(words) > 1 and words[-1] in ID_WORDS else words
        return (*role, "name"), (*noun, *role, "name")
    if column in ground.tables[table].key:
        words = _key_words(voice, ground.tables[table].key, words, noun)
    elif ground.link_of(table, column) and words[-1] not in ID_WORDS:
        words = (*words, "id")
    return words, _with(noun, words)


def _display_words(ground: Ground, table: str, noun: Words) -> Words:
    t = ground.tables[table]
    words = column_words(ground, table, t.display[0]) if len(t.display) == 1 else ("name",)
    return ("name",) if words == noun else words


def _key_words(voice: Voice, key: tuple[str, ...], words: Words, noun: Words) -> Words:
    if len(key) > 1:
        return words
    last = words[-1]
    if last in ("pk", "key", "id"):
        last = voice.habits["id"]
        return (*noun, last)
    if last in ID_WORDS:
        return _with(noun, words) if len(words) == 1 else words
    return words if noun[-1] in words else (*noun, *words)


def _computed(ground: Ground, voice: Voice, concept: Concept, noun: Words) -> tuple[Words, Words]:
    table, column, use = concept
    plural = ascii_words(ground.tables[table].plural) or noun
    x = column_words(ground, table, column) if column else ()
    habit = "percent" if use == "share" and voice.percent else use
    pattern = voice.habits[habit]
    said = {"noun": " ".join(noun), "plural": " ".join(plural)}

    def words(of: Words) -> Words:
        kept = tuple(w for w in of if w not in ("total", "average", "percent", "share", "avg", "mean")) or of
        return tuple(pattern.format(x=" ".join(kept), **said).split())

    return words(x), words(_with(noun, x))


def _with(noun: Words, words: Words) -> Words:
    """The words with the noun before them, unless they say it already."""
    return words if words[: len(noun)] == noun or (len(noun) == 1 and noun[0] in words) else (*noun, *words)
