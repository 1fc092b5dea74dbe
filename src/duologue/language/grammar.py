"""Grammar files: lists of templates by act, filled with what there is to say.

A grammar is a YAML mapping of mappings down to lists of templates. `{slot}` stands for a piece of text. Only templates whose
slots all have text are considered, so a line may be written for the case where a reason is given, and another for where it is
not. Adding a variant is adding a line.
"""

import random
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from msgspec import Struct

_SLOT = re.compile(r"\{(\w+)\}")
_SPACES = re.compile(r"\s+")
_BEFORE = re.compile(r"\s+([,.;:?!])")
_TWICE = re.compile(r"(?<!\.)\.\.(?!\.)|(?<=[?!])\.")


class Template(Struct, frozen=True):
    """One line of a grammar file and the slots it needs."""

    text: str
    slots: frozenset[str]


class Grammar:
    """The templates of one file, by dotted path."""

    def __init__(self, tree: Mapping[str, object]) -> None:
        self._lines: dict[str, tuple[Template, ...]] = {}
        self._plant("", tree)

    def _plant(self, path: str, node: object) -> None:
        if isinstance(node, Mapping):
            for name, child in node.items():
                self._plant(f"{path}.{name}" if path else str(name), child)
        elif isinstance(node, list):
            self._lines[path] = tuple(Template(str(t), frozenset(_SLOT.findall(str(t)))) for t in node)

    def __contains__(self, path: str) -> bool:
        return path in self._lines

    def line(self, path: str, rng: random.Random, slots: Mapping[str, str] = {}) -> str:
        """A line for the act at `path`, filled. Raises `KeyError` where the file has no line that these slots can fill."""
        text = self.find(path, rng, slots)
        if not text:
            raise KeyError(f"{path}: no line for {sorted(k for k, v in slots.items() if v)}")
        return text

    def find(self, path: str, rng: random.Random, slots: Mapping[str, str], must: frozenset[str] = frozenset()) -> str:
        """Like `line`, but only lines that use all of `must` count, and where none fits the answer is empty."""
        filled = {k for k, v in slots.items() if v}
        fits = [t for t in self._lines.get(path, ()) if must <= t.slots <= filled]
        if not fits:
            return ""
        text = _SLOT.sub(lambda m: slots[m[1]], rng.choice(fits).text)
        return _TWICE.sub(lambda m: "." if m[0] == ".." else "", _BEFORE.sub(r"\1", _SPACES.sub(" ", text))).strip()


@cache
def grammar(name: str) -> Grammar:
    """The grammar file of that name (`user`, `agent`, `goal`), read once."""
    text = files("duologue.language").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return Grammar(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end, unless it has one."""
    text = text.strip()
    if not text:
        return text
    if text[0].islower():
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!:" or text[-2:] in ('."', '?"', '!"') else text + "."


def listed(items: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; with semicolons where the items hold commas themselves."""
    if len(items) < 2:
        return "".join(items)
    comma = "; " if any(", " in i for i in items) else ", "
    joiner = f"{comma}{word} " if comma == "; " else f" {word} "
    return comma.join(items[:-1]) + joiner + items[-1]


def article(noun: str) -> str:
    """The noun with "a" or "an", by how its first word sounds."""
    word = noun.split(" ")[0]
    lower = word.lower()
    acronym = word.isupper() and len(word) > 1
    vowel = lower[:1] in "aeiou" and not lower.startswith(("uni", "use", "user", "usu", "eu", "one", "ura", "uti"))
    vowel = vowel or lower.startswith(("hour", "honest", "honour", "honor", "heir"))
    if acronym:
        vowel = word[0] in "AEFHILMNORSX"
    return f"{'an' if vowel else 'a'} {noun}"


def possessive(name: str) -> str:
    """ "Dana's", "Boris'"."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"
