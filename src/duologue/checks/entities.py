"""What is known of the things a simulated world speaks of: the same id never changes its facts unless a write changed them.

Tools without implementation say in `outputs` which object of their result describes which kind of thing (`Slot.table`), by which
field it is told apart (`Slot.use` = "key"), and which fields are facts of it. From that alone the facts of every result can be
read, compared with what was told before, and kept. The simulator asks this memory before it answers; the check asks it again of
the finished conversation.

After a write, the facts of what it named, of what it returned and of what those refer to are open: the next result that tells
them fixes them anew.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from duologue.ids import canonical
from duologue.plans.trace import is_error
from duologue.types import Json, RowChange, Slot, Tool

__all__ = ["Facts", "Memory", "call_name", "facts_of", "key_behind"]

_ABSENT = ("not_found", "notfound", "unknown", "does_not_exist", "no_such")


class Facts(Struct, frozen=True):
    """What a result tells of one thing."""

    kind: str
    key: str
    id: Json
    values: dict[str, Json]

    @property
    def name(self) -> tuple[str, str]:
        """What the thing is remembered by."""
        return self.kind, str(self.id)


def facts_of(tool: Tool, result: Json) -> list[Facts]:
    """The facts a result tells, thing by thing."""
    groups: dict[str, dict[str, tuple[str, str, str]]] = {}
    for path, slot in tool.outputs.items():
        parent, _, name = path.rpartition(".")
        groups.setdefault(parent, {})[name] = (slot.table, slot.column, slot.use)
    out = []
    for parent, fields in groups.items():
        key = next(((name, table, column) for name, (table, column, use) in fields.items() if use == "key"), None)
        if key is None:
            continue
        name, kind, column = key
        for item in _objects(result, parent.split(".") if parent else []):
            told = item.get(name)
            if isinstance(told, str | int):
                values = {c: item[n] for n, (t, c, _) in fields.items() if n in item and t == kind and n != name}
                out.append(Facts(kind, column, told, values))
    return out


def _objects(value: Json, parts: list[str]) -> Iterator[dict[str, Json]]:
    """The objects at a path; `name[]` goes through a list."""
    if not parts:
        if isinstance(value, dict):
            yield value
        return
    inner = value.get(parts[0].removesuffix("[]")) if isinstance(value, dict) else None
    if not parts[0].endswith("[]"):
        yield from _objects(inner, parts[1:])
    elif isinstance(inner, list):
        for item in inner:
            yield from _objects(item, parts[1:])


class _Thing:
    """One thing: its facts, and which of them are open since a write."""

    def __init__(self, key: str, id: Json) -> None:
        self.key, self.id = key, id
        self.values: dict[str, Json] = {}
        self.open: set[str] = set()
        self.may_be_gone = False


class Memory:
    """The things spoken of so far."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._things: dict[tuple[str, str], _Thing] = {}
        self._keys: dict[str, str] = {}
        for tool in tools:
            for slot in (*tool.inputs.values(), *tool.outputs.values()):
                if slot.use == "key":
                    self._keys[slot.column] = slot.table

    def objections(self, tool: Tool, arguments: Mapping[str, Json], result: Json) -> list[str]:
        """What a result says against what is known, itself, or what was asked for."""
        if is_error(result):
            return self._absences(tool, arguments, result)
        out = []
        seen: dict[tuple[str, str], dict[str, Json]] = {}
        for facts in facts_of(tool, result):
            known = seen.setdefault(facts.name, {} if tool.effect == "write" else self._firm(facts.name))
            for column, value in facts.values.items():
                if column in known and not _equal(known[column], value):
                    what = f"{facts.kind} {facts.id}: {column} was {known[column]!r}, now it is {value!r}"
                    out.append(f"{what}; nothing changed it")
                known[column] = value
        return out + self._strangers(tool, arguments, result)

    def learn(self, tool: Tool, arguments: Mapping[str, Json], result: Json) -> tuple[RowChange, ...]:
        """Keep what a result tells; of a write, the rows it is known to have changed."""
        if is_error(result):
            return ()
        told = facts_of(tool, result)
        writes = tool.effect == "write"
        named = {(slot.table, str(v)) for slot, v in _ids(tool, arguments)}
        changes = [self._change(facts, named) for facts in told] if writes else []
        if writes:
            self._open({*named, *(facts.name for facts in told)})
        for facts in told:
            thing = self._things.setdefault(facts.name, _Thing(facts.key, facts.id))
            thing.values |= facts.values
            thing.open -= facts.values.keys()
            if not writes:
                thing.may_be_gone = False
        return tuple(c for c in changes if c is not None)

    def known(
        self, tool: Tool, arguments: Mapping[str, Json]
    ) -> Iterator[tuple[str, Json, dict[str, Json], dict[str, Json]]]:
        """What is known of the things that arguments name and of those they refer to: kind, id, what is fixed, and what was so
        before a write."""
        named = [(slot.table, str(v)) for slot, v in _ids(tool, arguments)]
        for name in dict.fromkeys((*named, *self._referred(named))):
            thing = self._things.get(name)
            if thing is not None:
                was = {c: v for c, v in thing.values.items() if c in thing.open}
                yield name[0], thing.id, self._firm(name), was

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _firm(self, name: tuple[str, str]) -> dict[str, Json]:
        thing = self._things.get(name)
        return {c: v for c, v in thing.values.items() if c not in thing.open} if thing is not None else {}

    def _change(self, facts: Facts, named: set[tuple[str, str]]) -> RowChange | None:
        thing = self._things.get(facts.name)
        key = {facts.key: facts.id}
        if thing is None:
            return None if facts.name in named else RowChange(facts.kind, "insert", key, None, facts.values)
        after = {c: v for c, v in facts.values.items() if c in thing.values and not _equal(thing.values[c], v)}
        before = {c: thing.values[c] for c in after}
        return RowChange(facts.kind, "update", key, before, after) if after else None

    def _open(self, names: set[tuple[str, str]]) -> None:
        for name in sorted(names | set(self._referred(sorted(names)))):
            thing = self._things.get(name)
            if thing is not None:
                thing.open |= thing.values.keys()
                thing.may_be_gone = True

    def _referred(self, names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The things that facts of these refer to by their keys."""
        out = []
        for name in names:
            thing = self._things.get(name)
            for column, value in thing.values.items() if thing is not None else ():
                key = key_behind(column, self._keys)
                if key:
                    values = value if isinstance(value, list) else [value]
                    out += [(self._keys[key], str(v)) for v in values if isinstance(v, str | int)]
        return out

    def _absences(self, tool: Tool, arguments: Mapping[str, Json], result: Json) -> list[str]:
        """An error that denies what was seen before."""
        said = str(result["error"]["type"]).lower()
        if not any(word in said for word in _ABSENT):
            return []
        ids = _ids(tool, arguments)
        known = [self._things.get((slot.table, str(v))) for slot, v in ids]
        if not ids or any(thing is None or thing.may_be_gone for thing in known):
            return []
        return [f"{slot.table} {v} was seen before and nothing removed it" for slot, v in ids]

    def _strangers(self, tool: Tool, arguments: Mapping[str, Json], result: Json) -> list[str]:
        """A record other than the one asked for."""
        asked = {slot.table: str(v) for slot, v in _ids(tool, arguments, exactly=True)}
        top = [path for path, slot in tool.outputs.items() if slot.use == "key" and "." not in path]
        out = []
        for path in top:
            kind, found = tool.outputs[path].table, result.get(path) if isinstance(result, dict) else None
            if found is not None and kind in asked and tool.effect == "read" and str(found) != asked[kind]:
                out.append(f"it was asked for {kind} {asked[kind]}, and tells of {kind} {found}")
        return out


def _ids(tool: Tool, arguments: Mapping[str, Json], exactly: bool = False) -> list[tuple[Slot, Json]]:
    """The things that arguments name; `exactly` leaves out those in another part (`from_account_id`) and lists."""
    out = []
    for name, slot in tool.inputs.items():
        value = arguments.get(name)
        if slot.use != "key" or (exactly and name != slot.column):
            continue
        out += [(slot, v) for v in (value if isinstance(value, list) else [value]) if isinstance(v, str | int)]
    return out


def call_name(arguments: Json) -> bytes:
    """What a call is known by beside its tool: the same for the same arguments, whatever they hold."""
    try:
        return canonical(arguments)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return repr(arguments).encode("utf-8", "backslashreplace")


def key_behind(name: str, keys: Iterable[str]) -> str:
    """The key that a field or parameter refers to by its name: `account_id`, `from_account_id`, `account_ids`; empty for none."""
    plain = name.removesuffix("s") if name.endswith("ids") else name
    fits = [key for key in keys if plain in (key, f"{key}s") or plain.endswith(f"_{key}")]
    return max(fits, key=len, default="")


def _equal(one: Json, other: Json) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
