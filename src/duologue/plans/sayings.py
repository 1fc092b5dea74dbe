"""How people speak of hand-written tools: the phrases a domain gives them, filled with the rows and values of a need.

A tool's `wording` holds lines by part (`request`, `confirm`, `done`) with its parameters as slots: a key's slot takes the row as it
is spoken of, any other the value as it is said. Beside it, words may depend on the value ("{top_up_gb} for {top_up_gb:1=£4|5=£8}"); a
line that has none for it is not said. A `done` line may also take what came back ("{refunded_gbp} is paid back"); it is said where that came
back and is not nothing, and then rather than one without. A `request` line of a tool that lists may end in the fields that it asks for
("see when they expire -> expires_on"): it is said where these are wanted, so that they are told, and then rather than one without. A tool
without wording is spoken of by its family alone.
"""

import random
import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from duologue.language.cases import cased
from duologue.language.counted import in_singular
from duologue.language.forms import is_special
from duologue.language.grammar import listed
from duologue.language.phrases import Phrases
from duologue.plans.binding import mention_slots
from duologue.plans.index import ToolIndex
from duologue.types import Json, Need, Tool

_SLOT = re.compile(r"\{(\w+)\}")
_ASKS = "->"
"""What stands between a phrase of a request and the fields that it asks for."""


_SOUGHT = frozenset({"equals", "match", "from", "to"})


def _filled(line: str, slots: Mapping[str, str]) -> str:
    out, rest = "", line
    while (slot := _SLOT.search(rest)) is not None:
        out += rest[: slot.start()] + slots[slot[1]]
        rest = in_singular(rest, slot.end()) if slots[slot[1]] == "1" else rest[slot.end() :]
    return out + rest


def asks_for(line: str) -> tuple[str, tuple[str, ...]]:
    """A phrase of a request, and the fields of the result that it asks for: "see when they expire -> expires_on"."""
    text, _, fields = line.partition(_ASKS)
    return text.rstrip(), tuple(f.strip() for f in fields.split(",") if f.strip())


def promised(tool: Tool) -> list[tuple[str, frozenset[str]]]:
    """The phrases of a request, each with what it asks for of each row (slots); of a tool that shows one row nothing."""
    slots = {path.rpartition(".")[2]: f"{s.table}.{s.column}" for path, s in tool.outputs.items() if not s.use}
    parted = [asks_for(line) for line in tool.wording.get("request", ())]
    one = tool.meaning is not None and tool.meaning.family == "get"
    return [(text, frozenset(slots.get(f, f) for f in fields)) for text, fields in parted if not (one and fields)]


def _telling(tool: Tool, need: Need) -> list[str]:
    """Of the phrases of a request those that ask for what is wanted, or for nothing of their own; the former where there are such."""
    lines = promised(tool)
    return [t for t, slots in lines if slots and slots <= set(need.wanted)] or [t for t, slots in lines if not slots]


class Sayings:
    """The phrases of one toolset."""

    def __init__(self, index: ToolIndex, phrases: Phrases) -> None:
        self.index, self.phrases = index, phrases

    def line(
        self, part: str, need: Need, rows: Sequence[str], dice: random.Random, row: Mapping[str, Json] | None = None
    ) -> str:
        """A phrase for the need, saying every value it gives; empty where there is none. `row`: what came back, by slot."""
        tool = self.index.serving(need.meaning)
        if (
            tool is None
            or not tool.wording.get(part)
            or need.pick is not None
            or need.among is not None
            or is_special(need)
        ):
            return ""
        back = self._back(tool, row or {})
        slots = back | self.slots(tool, need, rows)
        said = {k for k, s in tool.inputs.items() if f"{s.table}.{s.column}:{s.use}" in need.values}
        if part != "request":
            said -= {k for k, s in tool.inputs.items() if s.use == "proof"}  # given once, and not read back
        lines = _telling(tool, need) if part == "request" else tool.wording[part]
        raw = self._raw(tool, need, row or {})
        lines = [t for line in lines if (t := cased(line, raw)) is not None]
        fits = [t for t in lines if set(_SLOT.findall(t)) <= slots.keys()]
        full = [t for t in fits if said <= set(_SLOT.findall(t))]
        best = full or sorted(fits, key=lambda t: -len(said & set(_SLOT.findall(t))))[:1]
        if not best:
            return ""
        most = max(len(back.keys() & set(_SLOT.findall(t))) for t in best)
        best = [t for t in best if len(back.keys() & set(_SLOT.findall(t))) == most]
        line = dice.choice(best)
        left = sorted(n for n in said - set(_SLOT.findall(line)) if n in slots and tool.inputs[n].use != "key")
        return _filled(line, slots) + self._more(tool, need, {n: slots[n] for n in left})

    def _more(self, tool: Tool, need: Need, left: Mapping[str, str]) -> str:
        """What a line does not say, behind it: what is searched by as a condition, the rest with what it is."""
        sought = {
            k
            for n in left
            if (k := f"{tool.inputs[n].table}.{tool.inputs[n].column}:{tool.inputs[n].use}").rpartition(":")[2]
            in _SOUGHT
        }
        only = replace(need, values={k: v for k, v in need.values.items() if k in sought}, mentions=())
        rest = [n for n in left if tool.inputs[n].use not in _SOUGHT]
        found = [f" {self.phrases.filters(only)}"] if sought else []
        found += [f", with {listed([f'{left[n]} as the {self._label(tool, n)}' for n in rest])}"] if rest else []
        return "".join(found)

    def _raw(self, tool: Tool, need: Need, row: Mapping[str, Json]) -> dict[str, Json]:
        """Field of the result, and parameter → its value: what words for each value go by."""
        back = {path: row.get(f"{s.table}.{s.column}") for path, s in tool.outputs.items()}
        return back | {k: need.values.get(f"{s.table}.{s.column}:{s.use}") for k, s in tool.inputs.items()}

    def _back(self, tool: Tool, row: Mapping[str, Json]) -> dict[str, str]:
        """Field of the result → what is said for it: of those that hold something."""
        keys = {
            path: f"{s.table}.{s.column}" for path, s in tool.outputs.items() if path not in tool.inputs and not s.use
        }
        return {path: self.phrases.value(key, row[key]) for path, key in keys.items() if row.get(key)}

    def _label(self, tool: Tool, name: str) -> str:
        slot = tool.inputs[name]
        return self.phrases.label(f"{slot.table}.{slot.column}", slot.table)

    def slots(self, tool: Tool, need: Need, rows: Sequence[str]) -> dict[str, str]:
        """Parameter → what is said for it."""
        out: dict[str, str] = {}
        inputs = self.index.inputs[tool.name]
        for name, slot, nth in mention_slots(inputs):
            of_table = [r for m, r in zip(need.mentions, rows, strict=True) if m.table == slot.table]
            if nth < len(of_table):
                out[name] = of_table[nth]
        for name, slot in inputs.items():
            key = f"{slot.table}.{slot.column}"
            value: Json = need.values.get(f"{key}:{slot.use}")
            if name not in out and value is not None:
                out[name] = self.phrases.value(key, value)
        return out
