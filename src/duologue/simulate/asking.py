"""The user's words: requests, answers, reactions. Grammar lines come from `language/user.yaml`."""

import random
from collections.abc import Sequence

from duologue.language.clauses import form_of, pieces, worded
from duologue.language.grammar import grammar, sentence
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.plans.sayings import Sayings
from duologue.types import Json, Mention, Need


class Wording:
    """Words what a user wants to say. `said` are the names already mentioned in the conversation."""

    def __init__(self, phrases: Phrases, index: ToolIndex) -> None:
        self.phrases = phrases
        self.sayings = Sayings(index, phrases)
        self.lines = grammar("user")

    def request(self, need: Need, frame: str, said: Sequence[str], dice: random.Random) -> str:
        """A request in a frame: `first`, `next`, `topic` or `also`."""
        do = self.clause(need, said, dice)
        own = need.meaning.family == "act"
        ask = self._clause("ask", need, self.slots(need, said), dice) if not own and dice.random() < 0.5 else ""
        filled = {"do": do, "Do": _cap(do)}
        question = self.lines.line("question", dice, {"do": do})
        filled |= {"do_question": question, "Do_question": _cap(question)}
        if ask:
            filled = {"ask": ask, "Ask": _cap(ask)}
        return self.lines.line(f"frame.{frame}", dice, filled)

    def clause(self, need: Need, said: Sequence[str], dice: random.Random) -> str:
        """A request as an imperative clause."""
        own = need.meaning.family == "act" or dice.random() < 0.6
        phrase = self.sayings.line("request", need, self.rows(need, said), dice) if own else ""
        if phrase and need.meaning.family == "get":
            phrase = f"{phrase} and tell me {self.phrases.columns(need)}"
        return phrase or self._clause("do", need, self.slots(need, said), dice)

    def rows(self, need: Need, said: Sequence[str]) -> tuple[str, ...]:
        """The rows a need mentions, as they are spoken of."""
        return tuple(self._row(m, said) for m in need.mentions)

    def slots(self, need: Need, said: Sequence[str]) -> dict[str, str]:
        """The pieces of a need, with rows named briefly once they were introduced."""
        return pieces(self.phrases, need, self.rows(need, said)) | {"is_are": "are" if len(need.wanted) > 1 else "is"}

    def _row(self, mention: Mention, said: Sequence[str]) -> str:
        return self.phrases.row(mention, bare=str(mention.by.get("@name", "")) in said)

    def _clause(self, part: str, need: Need, slots: dict[str, str], dice: random.Random) -> str:
        form = form_of(need)
        if form == "set" and not slots["changes"]:
            form = "set_partial"
        try:
            text = worded(self.lines, part, slots, form, dice)
        except KeyError:
            return "" if part == "ask" else f"look at the {slots['subjects']}"
        return f"{text.rstrip('?')}?" if part == "ask" else text.replace("?", "")

    def say(self, path: str, dice: random.Random, **slots: str) -> str:
        """A plain line."""
        return self.lines.line(path, dice, slots | {k[0].upper() + k[1:]: _cap(v) for k, v in slots.items()})

    def value(self, slot: str, value: Json) -> str:
        """A value as the user says it."""
        return self.phrases.value(slot, value)

    def several(self, clauses: Sequence[str]) -> str:
        """ "First …. Then …. Finally …." """
        if len(clauses) == 1:
            return sentence(clauses[0])
        words = ["First,", *["then" if i % 2 else "after that," for i in range(len(clauses) - 2)], "and finally"]
        parts = [f"{w} {c}" for w, c in zip(words, clauses, strict=True)]
        return sentence("; ".join(parts))


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
