"""The user's words: requests, answers, reactions. Grammar lines come from `language/user/`.

A request is a clause in a frame. Clauses come in four kinds (see the file); the kind is drawn first, then a clause of that kind,
then a frame that takes it. What a request means is said by the clause alone (`worded` sees to that), so frames are free.
"""

import random
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from duologue.language.asked import asked_whether, is_who
from duologue.language.clauses import ME, of_the_speaker, pieces, worded
from duologue.language.forms import form_of
from duologue.language.grammar import capital, grammar, sentence
from duologue.language.naming import is_a_word_for
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.plans.sayings import Sayings
from duologue.simulate.said import UnsaidError
from duologue.types import Json, Mention, Need

_KINDS = {
    "": {"ask": 0.38, "want": 0.18, "bit": 0.12},
    "plain": {"ask": 0.38, "want": 0.18, "bit": 0.10},
    "terse": {"ask": 0.22, "want": 0.08, "bit": 0.45},
    "hurried": {"ask": 0.30, "want": 0.12, "bit": 0.38},
    "warm": {"ask": 0.42, "want": 0.24, "bit": 0.02},
    "formal": {"ask": 0.32, "want": 0.30, "bit": 0.02},
    "chatty": {"ask": 0.44, "want": 0.24, "bit": 0.06},
    "non_native": {"ask": 0.34, "want": 0.26, "bit": 0.06},
}
"""How often people of a register take each kind of clause where there is one; the rest are imperatives."""
_TRIES = 3
"""Draws for a line that doesn't begin like an earlier one."""
_NAMED = 0.45
"""How often a yes names what it is said to."""
_OF_ITS_OWN = 0.6
"""How often a fact is asked for in words of its own at any rate ("how much is Chai"), where it has some."""
_OWN = 0.6
"""How often a request for a hand-written tool is put in the words its makers gave it."""


class Wording:
    """Words what a user wants to say. `said` are the names already mentioned in the conversation."""

    def __init__(self, phrases: Phrases, index: ToolIndex, register: str = "", speaker: Mention | None = None) -> None:
        self.phrases = phrases
        self.sayings = Sayings(index, phrases)
        self.lines = grammar("user", register)
        self.speaker = speaker
        """The row that the user is; None where they speak of others."""
        self._kinds = tuple(_KINDS[register].items())
        self.earlier = ""
        """What the user said before, in lower case: its lines are not begun alike again, where there are others."""

    def request(
        self, need: Need, frame: str, said: Sequence[str], dice: random.Random, more: Mapping[str, str] | None = None
    ) -> str:
        """A request in a frame: `first`, `next`, `topic`, `also` … (`frame` in the grammar). `more`: what else its lines may use."""
        own = self._own(need, said, dice)
        slots = self.slots(need, said, dice)
        kind, clause = ("do", own) if own else self._drawn(need, slots, dice)
        filled = {kind: clause, "hello": self.lines.line("hello", dice), **(more or {})}
        if kind == "do":
            filled["do_question"] = self._fresh("question", dice, filled)
        if frame == "first":
            why = self._fresh("why", dice, slots | ({"subjects": ""} if self._only_links(need) else {}))
            filled |= {"why": why, "why_i": why if why.startswith("I") else why[0].lower() + why[1:]}
        if frame == "topic" and not self._only_links(need):
            filled["subjects"] = slots["subjects"]
        if frame == "first" and self.speaker is not None:
            frame, filled["intro"] = "own", self.introduction(dice)
        return capital(self._fresh(f"frame.{frame}", dice, filled))

    def _only_links(self, need: Need) -> bool:
        """Its table does nothing but join two others: nobody is busy with the employee territories today."""
        table = self.phrases.slot(f"{need.meaning.table}.")[1]
        return table is not None and table.kind == "link"

    def clause(self, need: Need, said: Sequence[str], dice: random.Random) -> str:
        """A request as an imperative clause."""
        return self._own(need, said, dice) or self._clause("do", need, self.slots(need, said, dice), dice)

    def rows(self, need: Need, said: Sequence[str]) -> tuple[str, ...]:
        """The rows a need mentions, as they are spoken of."""
        return tuple(self._row(m, said) for m in need.mentions)

    def slots(self, need: Need, said: Sequence[str], dice: random.Random | None = None) -> dict[str, str]:
        """The pieces of a need, with rows named briefly once they were introduced."""
        out = pieces(self.phrases, need, self.rows(need, said), dice)
        if dice is None or not out.get("who"):
            return out
        asked = out.get("how") and (is_who(self.phrases, need) or dice.random() < _OF_ITS_OWN)
        who = {"columns": "", "columns_bare": "", "whats": ""} if asked else {}
        return out | who | asked_whether(self.phrases, need)

    def _row(self, mention: Mention, said: Sequence[str]) -> str:
        if self.is_speaker(mention):
            return ME
        return self.phrases.row(mention, bare=self._goes_bare(mention, said))

    def _goes_bare(self, mention: Mention, said: Sequence[str]) -> bool:
        """What kind of thing it is goes without saying: its name was said before, or begins like one where such things are being talked about."""
        name, label = str(mention.by.get("@name", "")), self.phrases.table(mention.table)[0]
        if is_a_word_for(label):
            return False
        return name in said or (name[:1].isupper() and label.lower() in self.earlier)

    def is_speaker(self, mention: Mention) -> bool:
        """Whether a row is the user."""
        own = self.speaker
        return own is not None and mention.table == own.table and mention.pick is None and mention.by in ({}, own.by)

    def introduction(self, dice: random.Random) -> str:
        """Who is calling, as a clause; empty where that doesn't matter."""
        if self.speaker is None:
            return ""
        name = self.phrases.value(f"{self.speaker.table}.@name", self.speaker.by["@name"])
        return self.lines.line("intro", dice, {"name": name})

    def _own(self, need: Need, said: Sequence[str], dice: random.Random) -> str:
        """The words that the tool's makers gave a request; empty where there are none, or others were drawn."""
        if need.when is not None and need.meaning.family == "act":
            plain, slots = replace(need, when=None), self.slots(need, said, dice)
            own = of_the_speaker(self.sayings.line("request", plain, self.rows(need, said), dice), ME)
            return self.lines.line("own_if", dice, {"request": own, "when": slots["when"]}) if own else ""
        if need.against is not None or (need.meaning.family != "act" and dice.random() >= _OWN):
            return ""
        phrase = of_the_speaker(self.sayings.line("request", need, self.rows(need, said), dice), ME)
        if phrase and need.meaning.family == "get":
            slots = {"request": phrase, "columns": self.phrases.columns(need)}
            return self.lines.line("own_tell", dice, slots)
        return phrase

    def _drawn(self, need: Need, slots: dict[str, str], dice: random.Random) -> tuple[str, str]:
        """A kind of clause and a clause of that kind."""
        drawn = dice.random()
        for kind, share in self._kinds:
            if drawn < share:
                clause = self._clause(kind, need, slots, dice)
                if clause:
                    return kind, clause
            drawn -= share
        return "do", self._clause("do", need, slots, dice)

    def _clause(self, part: str, need: Need, slots: dict[str, str], dice: random.Random) -> str:
        """A clause of a kind; empty where the grammar has none for it. Every need has an imperative, or can't be spoken."""
        try:
            return worded(self.lines, part, slots, form_of(need), dice)
        except KeyError as error:
            if part == "do":
                raise UnsaidError(f"no words for {form_of(need)} of {slots['subjects']}") from error
            return ""

    def _fresh(self, path: str, dice: random.Random, slots: Mapping[str, str] = {}) -> str:
        """A line that doesn't begin like something said before; after a few tries any."""
        text = ""
        for _ in range(_TRIES):
            text = self.lines.line(path, dice, slots)
            if " ".join(text.split(" ", 3)[:3]).lower() not in self.earlier:
                break
        return text

    def say(self, path: str, dice: random.Random, **slots: str) -> str:
        """A plain line."""
        if path == "task_mode.open":
            slots["hello"] = self.lines.line("hello", dice)
        text = self._fresh(path, dice, slots).replace(" \n", "\n")
        return f"\n{text}" if path == "task_mode.go_ahead" and self._by_lines else text

    def confirm(self, need: Need | None, dice: random.Random, price: str = "", n: int = 1) -> str:
        """A yes to a change, which may say what it is said to: "yes, delete it", "the city should be Porto, right"; or to its price.
        Of `n` changes at once, that it is to all of them."""
        if price and dice.random() < _NAMED:
            return capital(self.say("confirm_priced", dice, price=price))
        if need is not None and dice.random() < _NAMED:
            named = self.lines.find(f"confirm_{form_of(need)}", dice, self._confirmed(need))
            if named:
                return capital(named)
        if n > 1 and dice.random() < _NAMED:
            return capital(self.say("confirm_several", dice, all="both" if n == 2 else "all"))
        return self.say("confirm", dice)

    def _confirmed(self, need: Need) -> dict[str, str]:
        """The pieces of a yes: of a change of one column its name and new value, of a reassignment where to."""
        slots = {"subject": self.phrases.table(need.meaning.table)[0]}
        given = self.phrases.said(need, "value")
        if len(given) == 1:
            key, value = next(iter(given.items()))
            slots |= {"field": self.phrases.noun(key, need.meaning.table), "value": self.phrases.value(key, value)}
        others = need.mentions[1:]
        if len(others) == 1 and others[0].by:
            slots["other_who"] = self.phrases.row(others[0], bare=True)
        return slots

    def value(self, slot: str, value: Json) -> str:
        """A value as the user says it."""
        return self.phrases.value(slot, value)

    def several(self, clauses: Sequence[str]) -> str:
        """Clauses as one text, in the style of this user: "first, …; then …", a sentence each, or a list of lines."""
        if len(clauses) == 1:
            return _stopped(clauses[0])
        if self._by_lines:
            return "\n" + "\n".join(f"- {capital(c)}" for c in clauses)
        if self.phrases.style % 3 == 2:
            words = ["Then " if i % 2 else "After that, " for i in range(len(clauses) - 2)]
            rest = [
                sentence(w + c)
                for w, c in zip([*words, "And finally, " if words else "Then "], clauses[1:], strict=True)
            ]
            return " ".join([_stopped(clauses[0]), *rest])
        words = ["first, ", *["then " if i % 2 else "after that, " for i in range(len(clauses) - 2)], "and finally "]
        if len(clauses) == 2:
            words[-1] = "then "
        return _stopped("; ".join(w + c for w, c in zip(words, clauses, strict=True)))

    @property
    def _by_lines(self) -> bool:
        """This user sets several requests out line by line."""
        return self.phrases.style % 3 == 1


def _stopped(text: str) -> str:
    """With a full stop, as it begins."""
    return text[:1] + sentence(text)[1:]
