"""Grammar files: lists of templates by act, filled with what there is to say.

A grammar is a YAML mapping of mappings down to lists of templates. In a template

    {slot}          stands for a piece of text; {Slot} for the same with a capital first letter
    [this|that|]    stands for any of the words between the bars, drawn each time; the last of these three is nothing at all

    ~terse ~hurried text    a line that only people of these registers say (see `REGISTERS`); without a mark anybody does
    ~!terse ~!formal text   a line that anybody but these says

Only templates whose slots all have text are considered, so a line may be written for the case where a reason is given, and
another for where it is not. Adding a variant is adding a line. A slot inside brackets must have text too, yet does not count
as said, because another of the alternatives may be drawn. A register takes a line of its own four times as readily as one that anybody says.

A grammar is one file, or a folder of files that are read as one: what several of them hold at one path is put together.

Spaces and full stops are put right around what is left out, never inside a piece: pieces hold values, which stay as they are.
"""

import random
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

import yaml
from msgspec import Struct

REGISTERS = ("terse", "plain", "warm", "formal", "chatty", "hurried", "non_native")
"""Ways of speaking that a line can be marked for."""
_OWN = 4
"""How many times as readily as a line that anybody says a register takes one of its own."""
_MARKS = re.compile(r"(?:~!?\w+\s+)+")
_PART = re.compile(r"\{(\w+)\}|\[([^\[\]]*)\]")
_DATE_COMMA = re.compile(r"(?<=\d), (?=\d{4}\b)")
_AS_WRITTEN = re.compile(r"[a-z]\S*(?:@|://|_)|[a-z]+(?:[\w-]*\d|[A-Z])|\w{2,}\.\w{2,}")
"""How a word begins that is written as it is: an address, a code, a name like "eBay"."""
_KEPT = 20_000
"""Choices of lines kept in memory."""
_AGAIN = 8
"""Draws until a line says no word twice."""
_THE = " the "
_ENDINGS = ("ing", "ed", "e")
"""Of a verb, beside the stem that a noun made of it has as well."""
_STEM = 5
"""Letters of a stem that is heard twice: nobody minds "book the booking"."""
_CLOSING = " ,.;:?!"
_SAYS_TOO = {
    "whose": "who",
    "of_who": "who",
    "either": "who",
    "columns_bare": "columns",
    "should": "changes",
    "stands": "changes",
    "details": "changes",
    "best": "extreme",
    "has_most": "extreme",
    "tied": "role who",
    "me": "whose",
    "you": "whose",
    "my": "whose",
    "your": "whose",
    "how": "columns who",
    "how_told": "columns who",
}
"""Pieces that say what other ones say."""


class Slot(Struct, frozen=True):
    """A piece to be put in; with a capital first letter if `capital`."""

    name: str
    capital: bool = False


class Choice(Struct, frozen=True):
    """Alternatives, one of which is drawn."""

    options: tuple[tuple["Part", ...], ...]


Part = str | Slot | Choice


class Template(Struct, frozen=True):
    """One line of a grammar file: the slots it needs, and those it says whatever is drawn."""

    text: str
    parts: tuple[Part, ...]
    needs: frozenset[str]
    says: frozenset[str]
    registers: frozenset[str] = frozenset()
    """Who says it; empty = anybody."""
    unlike: frozenset[str] = frozenset()
    """Who never says it."""

    def suits(self, register: str) -> bool:
        """Whether people of a register say it."""
        return register not in self.unlike and (not self.registers or register in self.registers)

    def fill(self, slots: Mapping[str, str], rng: random.Random) -> str:
        """The line with its slots filled and its alternatives drawn."""
        return _fill(self.parts, slots, rng, "")


def template(text: str) -> Template:
    """Read one line. Raises `ValueError` where it is marked for a register there is none of."""
    marks = _MARKS.match(text)
    names = marks[0].replace("~", "").split() if marks else []
    registers = frozenset(n for n in names if not n.startswith("!"))
    unlike = frozenset(n[1:] for n in names if n.startswith("!"))
    if not registers | unlike <= set(REGISTERS):
        strange = sorted((registers | unlike) - set(REGISTERS))
        raise ValueError(f"{text!r}: no register {strange}; there are {', '.join(REGISTERS)}")
    text = text[marks.end() :] if marks else text
    parts = _parts(text)
    says = frozenset(p.name for p in parts if isinstance(p, Slot))
    inner = {p.name for c in parts if isinstance(c, Choice) for o in c.options for p in o if isinstance(p, Slot)}
    too = {name for s in says if s in _SAYS_TOO for name in _SAYS_TOO[s].split(" ")}
    return Template(text, parts, says | inner, says | too, registers, unlike)


def _parts(text: str) -> tuple[Part, ...]:
    out: list[Part] = []
    at = 0
    for m in _PART.finditer(text):
        if m.start() > at:
            out.append(text[at : m.start()])
        if m[1]:
            out.append(Slot(m[1][0].lower() + m[1][1:], m[1][0].isupper()))
        else:
            out.append(Choice(tuple(_parts(o) for o in m[2].split("|"))))
        at = m.end()
    if at < len(text):
        out.append(text[at:])
    return tuple(out)


def _fill(parts: tuple[Part, ...], slots: Mapping[str, str], rng: random.Random, out: str) -> str:
    for part in parts:
        if isinstance(part, Choice):
            out = _fill(part.options[int(rng.random() * len(part.options))], slots, rng, out)
        elif isinstance(part, Slot):
            piece = slots[part.name]
            out += capital(piece) if part.capital else piece
        else:
            out = _join(out, part)
    return out


def _join(out: str, words: str) -> str:
    """Words of the template behind what is there: no space doubled or before a comma, no second full stop."""
    if not out:
        return words.lstrip(_CLOSING)
    if out[-1] == " " and words[0] in _CLOSING:
        out = out.rstrip(" ")
    if words[0] == "." and out[-1:] in (".", "?", "!", "…"):
        words = words[1:]
    return out + words


class Grammar:
    """The templates of one file or folder, by dotted path, as somebody of one register draws them (empty: none in particular)."""

    def __init__(self, *trees: Mapping[str, object], register: str = "") -> None:
        self.register = register
        self._lines: dict[str, tuple[Template, ...]] = {}
        for tree in trees:
            self._plant("", tree)
        self._chosen: dict[tuple[str, frozenset[str], frozenset[str], str], _Fitting] = {}

    def _plant(self, path: str, node: object) -> None:
        if isinstance(node, Mapping):
            for name, child in node.items():
                self._plant(f"{path}.{name}" if path else str(name), child)
        elif isinstance(node, list):
            mine = [t for t in (template(str(t)) for t in node) if t.suits(self.register)]
            self._lines[path] = (*self._lines.get(path, ()), *mine)

    def __contains__(self, path: str) -> bool:
        return path in self._lines

    def paths(self) -> tuple[str, ...]:
        """Where there are lines, in their order."""
        return tuple(self._lines)

    def templates(self, path: str) -> tuple[Template, ...]:
        """All lines at a path; none where the file has no such path."""
        return self._lines.get(path, ())

    def line(self, path: str, rng: random.Random, slots: Mapping[str, str] = {}) -> str:
        """A line for the act at `path`, filled. Raises `KeyError` where the file has no line that these slots can fill."""
        text = self.find(path, rng, slots)
        if not text:
            raise KeyError(f"{path}: no line for {sorted(k for k, v in slots.items() if v)}")
        return text

    def find(self, path: str, rng: random.Random, slots: Mapping[str, str], must: Collection[str] = ()) -> str:
        """Like `line`, but only lines that say all of `must` count, and where none fits the answer is empty."""
        demand = frozenset(must)
        return self._drawn(self._fitting(path, slots, demand, ""), slots, rng, demand)[0]

    def fullest(
        self, path: str, rng: random.Random, slots: Mapping[str, str], must: Collection[str], ending: str = ""
    ) -> tuple[str, frozenset[str]]:
        """One of the lines that say most of `must`, filled, and what of `must` it leaves unsaid; ("", must) without any.

        `ending`: only lines whose template ends so.
        """
        demand = frozenset(must)
        text, says = self._drawn(self._fitting(path, slots, demand, ending), slots, rng)
        return text, demand - says

    def _drawn(
        self, fitting: "_Fitting", slots: Mapping[str, str], rng: random.Random, all_of: frozenset[str] = frozenset()
    ) -> tuple[str, frozenset[str]]:
        """One of the lines, filled, and what it says; nothing without any that says `all_of`. One that says the same word twice is drawn
        again, as long as there are others."""
        text, says = "", frozenset[str]()
        for _ in range(_AGAIN):
            chosen = fitting.draw(rng)
            if chosen is None or not all_of <= chosen.says:
                break
            text, says = chosen.fill(slots, rng), chosen.says
            if not _says_twice(text):
                break
        return text, says

    def _fitting(self, path: str, slots: Mapping[str, str], demand: frozenset[str], ending: str) -> "_Fitting":
        """The lines that can be filled and end so, those that say most of what is demanded. Found once for what has text."""
        key = (path, frozenset([k for k, v in slots.items() if v]), demand, ending)
        found = self._chosen.get(key)
        if found is None:
            fits = [t for t in self._lines.get(path, ()) if t.needs <= key[1] and t.text.endswith(ending)]
            most = max((len(demand & t.says) for t in fits), default=0)
            if len(self._chosen) >= _KEPT:
                self._chosen.clear()
            best = [t for t in fits if len(demand & t.says) == most]
            found = self._chosen[key] = _Fitting(
                tuple(t for t in best if not t.registers), tuple(t for t in best if t.registers)
            )
        return found


def _says_twice(text: str) -> bool:
    """Whether a verb stands before a thing that is called like it: "change the changes", "ordered the order"."""
    at = text.find(_THE)
    while at >= 0:
        verb = text[text.rfind(" ", 0, at) + 1 : at].lower()
        stem = next((verb.removesuffix(e) for e in _ENDINGS if verb.endswith(e)), verb)
        if len(stem) >= _STEM and text.startswith(stem, at + len(_THE)):
            return True
        at = text.find(_THE, at + 1)
    return False


class _Fitting(Struct, frozen=True):
    """Lines that fit: those that anybody says, and those of the register."""

    common: tuple[Template, ...]
    own: tuple[Template, ...]

    def draw(self, rng: random.Random) -> Template | None:
        """One of them; None without any."""
        at = int(rng.random() * (len(self.common) + _OWN * len(self.own)))
        if at < len(self.common):
            return self.common[at]
        return self.own[(at - len(self.common)) // _OWN] if self.own else None


@cache
def grammar(name: str, register: str = "") -> Grammar:
    """The grammar of that name (`user`, `agent`, `goal`), read once, as a register draws from it."""
    folder = files("duologue.language").joinpath(name)
    if folder.is_dir():
        parts = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
        return Grammar(*(word_file(f"{name}/{part}") for part in parts), register=register)
    return Grammar(word_file(name), register=register)


@cache
def word_file(name: str) -> dict[str, object]:
    """The YAML file of that name beside this module, read once."""
    text = files("duologue.language").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    tree: dict[str, object] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tree


def capital(text: str) -> str:
    """With a capital first letter; what has none of its own by right (an e-mail address, a link, a code) keeps it small."""
    return text if _AS_WRITTEN.match(text) else text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end, unless it has one or ends in a list of lines."""
    text = text.strip()
    if not text:
        return text
    if text[0].islower():
        text = capital(text)
    if "\n- " in text or text[-1] in ".?!:…" or text[-2:] in ('."', '?"', '!"'):
        return text
    return text + "."


def listed(items: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; with semicolons where one of three or more holds a comma (other than in a date)."""
    if len(items) < 2:
        return "".join(items)
    if len(items) == 2:
        return f"{items[0]} {word} {items[1]}"
    if any(", " in (_DATE_COMMA.sub(" ", i) if i[-4:].isdigit() else i) for i in items):
        return f"{'; '.join(items[:-1])}; {word} {items[-1]}"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


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
    """ "Dana's", "Boris'"; a name that is a possessive itself ("Mayumi's") stays as it is."""
    if name.endswith(("'s", "’s")):
        return name
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"
