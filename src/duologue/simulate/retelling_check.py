"""Whether a message says the same in other words.

Nothing here understands a sentence; it makes sure that whatever could change the sense is where it was. Values (figures, dates, codes,
and every text value that the conversation has seen) must come in the same order and as often, so no two can change places. The
names of columns and tables must stay, the words on which a sense hangs too (`senses.yaml`), and the message must still do what its
acts say; what it may not bring in besides stands in `retelling_sense`. A sound rewording that is refused costs a sentence; an unsound one that passes would cost a conversation's truth.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from msgspec import DecodeError, json
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.checks.case import columns_of
from duologue.checks.consent import says_yes
from duologue.checks.gate import toolset_names, user_gate
from duologue.checks.honesty import claimed_change
from duologue.checks.words import finds, phrases
from duologue.language.grammar import word_file
from duologue.language.questions import listen
from duologue.language.reading import Code, DateSaid, Number, fold, read
from duologue.language.values import clean, is_blank, say
from duologue.language.vocabulary import phrases_of
from duologue.simulate.retelling_sense import added, invented, negated, rude, words_of
from duologue.types import Dialogue, Environment, Json, Turn

LONGER, ROOM = 1.6, 80
"""How much longer a rewording may be: so many times, and so many characters."""
MOST_NAMES = 4_000
"""Text values of a conversation that are looked for."""
_EVERYDAY = frozenset(
    ["name", "number", "date", "title", "note", "time", "type", "value", "no", "record", "id", "code"]
)
_CHAT = frozenset(["confirm", "done", "close", "acknowledge", "trust", "give up", "doubt"])
"""Acts that have no sense but their own."""
_SIGNS = re.compile(r"[$£€¥₹%]")
_JARGON = re.compile(r"\w+_\w+|[a-z]+[A-Z]\w*")
_EDGE_BEFORE, _EDGE_AFTER = r"(?<![\w])", r"(?![\w])"

Claim = Number | DateSaid | Code


class Retold:
    """Judges rewordings of one dialogue's messages."""

    def __init__(self, dialogue: Dialogue, environment: Environment, catalog: Catalog) -> None:
        self.dialogue, self.toolset = dialogue, environment.toolset
        self.columns = columns_of(catalog)
        self.jargon = toolset_names(environment.toolset)
        self.names = _finder(_names(dialogue))
        tables = {x for t in catalog.tables for x in (t.label, t.plural)}
        phrases = phrases_of(catalog)
        nouns = {phrases.noun(key, c.table) for key, c in self.columns.items()}
        self.fields = {x for c in self.columns.values() for x in (c.label, c.plural)} | nouns
        self.fields -= tables | _EVERYDAY
        self.words = {w for x in (*tables, *self.fields, *_texts(dialogue)) for w in words_of(x)}
        self.labels = _finder([fold(x) for x in (*self.fields, *tables)], plural=True)

    def keep(self, text: str) -> list[str]:
        """What has to stand in another version of a text, as it is written there."""
        reading = read(text)
        spans = [(c.start, c.end, c.text) for c in _claims(text)]
        spans += [(m.start(), m.end(), m[0]) for m in self.names.finditer(text)]
        spans += [(m.start(), m.end(), m[0]) for m in self.labels.finditer(text.replace("e-mail", "email "))]
        for sense in (*_senses("strict").values(), *_senses("loose").values()):
            spans += [(m.start(), m.end(), m[0]) for m in sense.finditer(_plain(text, blank=True))]
        out: list[str] = []
        last = -1
        for start, end, found in sorted(spans, key=lambda s: (s[0], -s[1])):
            if start >= last and found.strip():
                out.append(clean(found))
                last = end
        return list(dict.fromkeys(out)) if reading.text else []

    def objection(self, turns: Sequence[Turn], at: int, text: str) -> str:
        """What is wrong with `text` in the place of the message at `at`; empty where nothing is. Earlier turns may be retold."""
        old = turns[at]
        before = old.message.content
        return (
            _shape(before, text)
            or self._values(before, text)
            or self._words(before, text, {a.kind for a in old.acts})
            or _act(old, text)
            or self._speaker(turns, at, text)
            or self._besides(old, text)
        )

    def _values(self, old: str, new: str) -> str:
        had, has = _claims(old), _claims(new)
        for a, b in zip(had, has, strict=False):
            if not _same(a, b):
                return f"{a.text!r} should come where {b.text!r} stands: same values, same order, none added"
        if len(had) != len(has):
            odd = (had if len(had) > len(has) else has)[min(len(had), len(has))]
            return f"{odd.text!r} {'is missing' if len(had) > len(has) else 'is too many'}: as often as in the original"
        names, others = (self._found(self.names, t) for t in (old, new))
        for x, y in zip(names, others, strict=False):
            if x != y:
                return f"{x!r} should come where {y!r} stands: same names and values, same order"
        if len(names) != len(others):
            odd_name = (names if len(names) > len(others) else others)[min(len(names), len(others))]
            return f"{odd_name!r} {'is missing' if len(names) > len(others) else 'is too many'}"
        return ""

    def _found(self, finder: re.Pattern[str], text: str) -> list[str]:
        return [m[0].removesuffix("'s") for m in finder.finditer(fold(text).replace("e-mail", "email"))]

    def _besides(self, turn: Turn, new: str) -> str:
        """What is brought in, or denied, whatever the message does."""
        old, kinds = turn.message.content, [a.kind for a in turn.acts]
        does = [finder for kind, finder in _DOES.items() if kind in kinds]
        return (
            rude(old, new)
            or negated(old, new, doubts=kinds == ["doubt"])
            or invented(_without(new, _claims(new)), self.words)
            or added(old, new, kinds, lambda s: bool(_claims(s) or self._found(self.names, s)), does)
        )

    def _words(self, old: str, new: str, kinds: set[str]) -> str:
        had, has = ({_singular(x) for x in self._found(self.labels, t)} for t in (old, new))
        lost = [x for x in self._found(self.labels, old) if _singular(x) not in has]
        if lost:
            return f"{lost[0]!r} is missing"
        fields = {_singular(fold(x)) for x in self.fields}
        added = [x for x in self._found(self.labels, new) if _singular(x) not in had and _singular(x) in fields]
        if added:
            return f"{added[0]!r} is not in the original"
        if kinds and kinds <= _CHAT:
            return ""
        old, new = _plain(old), _plain(new)
        for group in ("strict", "loose"):
            for sense, words in _senses(group).items():
                found, kept = words.search(old), words.search(new)
                if found and not kept:
                    return f"{found[0]!r} is missing"
                if kept and not found and group == "strict":
                    return f"{kept[0]!r} changes the sense ({sense}); the original does not say it"
        return ""

    def _speaker(self, turns: Sequence[Turn], at: int, text: str) -> str:
        old = turns[at]
        jargon = [w for w in _JARGON.findall(text) if w in self.jargon and w not in old.message.content]
        if jargon:
            return f"nobody says {jargon[0]!r}"
        group = "user_as_assistant" if old.message.role == "user" else "assistant_as_user"
        found = finds("roles", group, text)
        if found is not None and finds("roles", group, old.message.content) is None:
            return f"{found[0]!r} is not for the {old.message.role} to say"
        if old.message.role != "user":
            return ""
        wrong = self._gate(turns, at, text)
        had = self._gate(turns, at, old.message.content) if wrong else []
        return next((w for w in wrong if w not in had), "")

    def _gate(self, turns: Sequence[Turn], at: int, text: str) -> list[str]:
        path = [*turns[:at], with_text(turns[at], text)]
        verdict = user_gate(path, at, self.dialogue.scenario, self.toolset, self.columns)
        return [f.what for f in verdict.evidence]


def with_text(turn: Turn, text: str) -> Turn:
    """The turn with another text."""
    return replace(turn, message=replace(turn.message, content=text))


def tidy(text: str) -> str:
    """A text without what can't be shown, line by line."""
    lines = [
        clean(line) if not line.lstrip().startswith("- ") else f"- {clean(line.lstrip()[2:])}"
        for line in text.splitlines()
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _shape(old: str, new: str) -> str:
    if not any(c.isalnum() for c in new):
        return "it says nothing"
    if len(new) > LONGER * len(old) + ROOM:
        return f"it is too long: {len(new)} characters for {len(old)}"
    if re.search(r"\*\*|^#|```|keep:", new, re.MULTILINE):
        return "no markup, and nothing of the instructions"
    return ""


def _act(turn: Turn, new: str) -> str:
    """What the message no longer does, or does besides."""
    old, kinds = turn.message.content, {a.kind for a in turn.acts}
    heard = listen(new)
    if turn.message.role == "user":
        return _user_act(kinds, old, new)
    for kind, forms, what in (
        ("confirm?", ("confirm",), "it must ask for a yes"),
        ("choices", ("which",), "it must ask which one"),
        ("ask", ("what", "which"), "it must ask for the value"),
    ):
        if kind in kinds and (not heard.of(*forms) or "?" not in new):
            return what
    if "?" in new and "?" not in old:
        return "it asks something that the original does not ask"
    if bool(claimed_change(old)) != bool(claimed_change(new)):
        done = claimed_change(old)
        return f"it must say that it was done ({done!r})" if done else f"it claims a change: {claimed_change(new)!r}"
    if "report change" in kinds and not heard.claims and listen(old).claims:
        return "it must say that it was done"
    failed = kinds & {"error", "cannot", "not found"} and finds("honesty", "failures", old) is not None
    return "it must say that it did not work" if failed and finds("honesty", "failures", new) is None else ""


_DOES = {
    "confirm": phrases("consent", "outright"),
    "doubt": phrases("doubt", "asks"),
    "recap": phrases("recap", "asks"),
}
"""Sentences that do nothing but what the act is, of which there may be more than one."""
_USER_ACTS = {
    "recap": ("recap", "asks", "it must ask for a recap"),
    "doubt": ("doubt", "asks", "it must doubt, and ask to check"),
}


def _user_act(kinds: set[str], old: str, new: str) -> str:
    for kind, (section, group, what) in _USER_ACTS.items():
        if kind in kinds and finds(section, group, new) is None:
            return what
    if "confirm" in kinds and (not says_yes(new) or "?" in new):
        return "it must be a plain yes"
    if "confirm" not in kinds and kinds and re.match(r"\W*(?:yes|yep|yeah|go ahead)\b", new, re.IGNORECASE):
        return "it agrees to something that was not proposed" if not re.match(r"\W*ye", old, re.IGNORECASE) else ""
    if kinds & {"done"} and (
        "?" in new
        or not re.search(r"\b(?:thank|thx|cheers|bye|all|done|everything|nothing (?:else|more))", new, re.IGNORECASE)
    ):
        return "it must end the conversation"
    if (
        "refuse" in kinds
        and not _senses("strict")["not"].search(_plain(new))
        and not re.search(r"\b(?:leave|skip|drop)\b", new)
    ):
        return "it must say that the user does not know"
    return ""


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _claims(text: str) -> list[Claim]:
    """Figures, dates, codes and times in their order. "one" is a pronoun as often as a number and is none here."""
    reading = read(text)
    numbers = [n for n in reading.numbers if not (n.word and n.value == 1)]
    return sorted([*numbers, *reading.dates, *reading.codes, *reading.times], key=lambda c: c.start)


def _same(a: Claim, b: Claim) -> bool:
    if isinstance(a, Number) and isinstance(b, Number):
        signs = set(_SIGNS.findall(a.text)) == set(_SIGNS.findall(b.text))
        return a.value == b.value and a.percent == b.percent and a.scaled == b.scaled and (signs or a.percent)
    if isinstance(a, DateSaid) and isinstance(b, DateSaid):
        return bool(set(a.days) & set(b.days)) and a.time == b.time
    return isinstance(a, Code) and isinstance(b, Code) and fold(a.text) == fold(b.text)


def _names(dialogue: Dialogue) -> list[str]:
    """Every text value that the conversation has seen, as it is said: of results, needs and facts. Figures are read as such."""
    out: dict[str, None] = {}
    for value in _leaves([*_seen(dialogue)]):
        if isinstance(value, str) and not is_blank(value):
            said = fold(say(value))
            if sum(map(str.isalpha, _without(said, _claims(said)))) > 1:
                out[said] = None
    return list(out)[:MOST_NAMES]


def _without(text: str, claims: Iterable[Claim]) -> str:
    for claim in claims:
        text = text[: claim.start] + " " * (claim.end - claim.start) + text[claim.end :]
    return text


def _seen(dialogue: Dialogue) -> Iterable[Json]:
    for task in dialogue.scenario.tasks:
        yield [f.value for f in task.known]
        for subtask in task.subtasks:
            need = subtask.need
            yield [list(need.values.values()), [list(m.by.values()) for m in need.mentions]] if need else None
            yield [d.value for d in subtask.tell]
    for turn in dialogue.turns:
        if turn.message.role == "tool":
            try:
                yield json.decode(turn.message.content)
            except DecodeError:
                yield turn.message.content


def _texts(dialogue: Dialogue) -> Iterable[str]:
    """Everything that was said, called or found."""
    for turn in dialogue.turns:
        yield turn.message.content
        for call in turn.message.tool_calls:
            yield json.encode(call.arguments).decode()
    for value in _leaves([*_seen(dialogue)]):
        yield value if isinstance(value, str) else ""


def _leaves(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for part in value:
        yield from _leaves(part)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _finder(words: Iterable[str], plural: bool = False) -> re.Pattern[str]:
    """Finds any of the words, the longest first."""
    ordered = sorted({w for w in words if len(w) > 1}, key=lambda w: (-len(w), w))
    ending = "(?:s|es)?" if plural else ""
    body = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in ordered) or r"(?!)"
    return re.compile(f"{_EDGE_BEFORE}(?:{body}){ending}{_EDGE_AFTER}", re.IGNORECASE)


def _singular(word: str) -> str:
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else re.sub(r"(?:es|s)$", "", word)


@cache
def _senses(group: str) -> Mapping[str, re.Pattern[str]]:
    words = cast(dict[str, dict[str, str]], word_file("senses"))
    return {k: re.compile(rf"(?<![\w'])(?:{v})(?![\w'])", re.IGNORECASE) for k, v in words[group].items()}


@cache
def _idioms() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{cast(str, word_file('senses')['idioms'])})(?![\w'])", re.IGNORECASE)


def _plain(text: str, blank: bool = False) -> str:
    """Without the idioms in which a word of sense has none; `blank` keeps every character's place."""
    return _idioms().sub(lambda m: " " * len(m[0]) if blank else " ", text.replace("’", "'"))
