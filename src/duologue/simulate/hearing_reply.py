"""What the scripted user says to what it understood of free text: an answer, the open request again, or nothing in the way.

Sensible where it can't tell, and never for long: a part is asked for again at most `MOST_REPEATS` times and questions about it are
answered at most `MOST_ANSWERS` times, then the user leaves it; after `MOST_DROPS` parts, or close to the end of the road, it gives up.
A user who gives up ends the conversation with something open. That is the assistant's failure, for `calls` and `disclosure` to find;
the act `give up` tells the gate so. So does `trust` beside `done`: the user went by the assistant's word.
"""

import random

from msgspec import Struct
from msgspec.structs import replace

from duologue.language.grammar import capital, grammar, listed
from duologue.protocols import Utterance
from duologue.simulate.asking import Wording
from duologue.simulate.dice import Dice
from duologue.simulate.hearing import Hearing, Point, Situation, is_write
from duologue.types import Act, Message, Need

MOST_REPEATS, MOST_ANSWERS, MOST_DROPS = 2, 6, 2
FIRM = frozenset({"report", "report many", "report change", "report empty"})


class Taken(Struct, frozen=True):
    """What the user makes of a text: an answer to it; or what it heard, to go on from, with words and acts to go on with."""

    heard: tuple[Act, ...]
    answer: Utterance | None = None
    lead: str = ""
    dropped: bool = False

    def onto(self, said: Utterance) -> Utterance:
        """What the user goes on with, with the lead before it and the acts that say on what ground."""
        acts = said.acts
        if said.done:
            acts += (Act("trust"),)
        if self.dropped:
            acts += (Act("drop"),)
        text = f"{self.lead} {said.message.content}" if self.lead else said.message.content
        return replace(said, message=replace(said.message, content=text), acts=acts)


class Listener:
    """Answers for one user. `words` are the user's own."""

    def __init__(self, words: Wording, hearing: Hearing, dice: Dice) -> None:
        self.words, self.hearing, self.dice = words, hearing, dice
        self.lines = grammar("hearing")

    def take(self, at: Situation, turn: int, following: Need | None, late: bool = False, again: int = 0) -> Taken:
        """Answer the assistant's last text, or clear the way. `following` is what the user would ask for next; `late`: the
        conversation has become too long for anything but an end; `again`: which redraw of the turn it is."""
        dice = self.dice.thrown("hearing", turn, again)
        heard = self.hearing.hear(at)
        if late:
            return Taken(heard, self.give_up(dice))
        kinds = {a.kind for a in heard}
        if kinds & FIRM or (kinds & {"error"} and (at.aside or not self._to_tell(at))):
            return Taken(heard, lead=self._lead(heard, following, dice))
        if not self._to_tell(at) and (kinds & {"not found"} or (at.unsure and "unclear" in kinds)):
            return Taken(heard)  # refused, or left for want of what the user does not know
        answers = at.answers < MOST_ANSWERS and kinds & {"ask", "choices", "confirm?", "wrong"}
        if answers:
            return Taken(heard, self._answer(heard, at, dice))
        if at.repeats >= MOST_REPEATS or at.answers >= MOST_ANSWERS or not at.open:
            return self._drop(heard, at, dice)
        failed = bool(kinds & {"error", "not found"})
        if failed and at.repeats:
            return self._drop(heard, at, dice)
        return Taken(heard, self._again(heard, at, failed, dice))

    def _to_tell(self, at: Situation) -> bool:
        """Something is wanted that only being told can settle."""
        return any(s.tell and not is_write(s.need) for s in at.open)

    def _lead(self, heard: tuple[Act, ...], following: Need | None, dice: random.Random) -> str:
        """An offer is declined, unless it is what the user wants next."""
        offer = next((str(a.values.get("words", "")) for a in heard if a.kind == "offer"), "")
        if not offer:
            return ""
        return self.lines.line("yes_next" if following and self._is_meant(offer, following) else "no_thanks", dice)

    def _is_meant(self, offer: str, need: Need) -> bool:
        """The offer names what the need is about: its rows, and the column it asks for or changes."""
        lowered = offer.casefold()
        rows = self.words.phrases.table(need.meaning.table)
        wanted = [s for s in need.wanted if not s.endswith(".@name")] + [k.rpartition(":")[0] for k in need.values]
        labels = [self.words.phrases.label(s, need.meaning.table) for s in wanted]
        return any(r.casefold() in lowered for r in rows) and any(x.casefold() in lowered for x in labels)

    # ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, heard: tuple[Act, ...], at: Situation, dice: random.Random) -> Utterance:
        """All that can be answered, in one message."""
        told = self.hearing.points(at)
        points = {p.slot: p for p in reversed(told)}
        texts: list[str] = []
        acts: list[Act] = []
        asked = [points[s] for a in heard if a.kind == "ask" and (s := str(a.values.get("slot", ""))) in points]
        for act in heard:
            if act.kind == "choices":
                chosen = self.hearing.chosen([p for p in told if p.of == "choice"], str(act.values["columns"][0]), at)
                texts.append(self._fact("select", chosen, dice))
                acts.append(Act("select", values={chosen.slot.partition(".")[2]: chosen.value}))
            elif act.kind == "wrong":
                wrong = points[str(act.values["slot"])]
                texts.append(self._fact("correct", wrong, dice))
                acts.append(Act("correct", values={wrong.slot: wrong.value}))
            elif act.kind == "confirm?":
                texts.append(self._yes([points[s] for s in act.values.get("unsaid", ())], dice))
                acts.append(Act("confirm"))
        if asked:
            path = "inform.each" if len(asked) > 1 or texts else "said" if asked[0].of == "need" else "inform.one"
            texts += [self._fact(path, p, dice) for p in asked]
            acts.append(Act("inform", values={p.slot: p.value for p in asked}))
        if not texts:
            return _say(self.lines.line("unsure", dice), Act("unsure"))
        return Utterance(Message("user", content=" ".join(texts)), acts=tuple(acts))

    def _fact(self, path: str, point: Point, dice: random.Random) -> str:
        return capital(self.lines.line(path, dice, self._slots(point)))

    def _slots(self, point: Point) -> dict[str, str]:
        return {"label": point.label, "value": self._value(point)}

    def _value(self, point: Point) -> str:
        slot = point.slot.rpartition(":")[0] if ":" in point.slot else point.slot
        return self.words.value(slot, point.value)

    def _yes(self, unsaid: list[Point], dice: random.Random) -> str:
        if not unsaid:
            return self.lines.line("confirm.plain", dice)
        given = listed([f"{p.label} {self._value(p)}" for p in unsaid])
        return self.lines.line("confirm.restated", dice, {"given": given})

    # ── going on all the same ────────────────────────────────────────────────────────────────────────────────────────

    def _again(self, heard: tuple[Act, ...], at: Situation, failed: bool, dice: random.Random) -> Utterance:
        """The open request in other words; of one half answered, what is left."""
        need = next((s.need for s in at.open if s.need is not None), None)
        partly = next((a for a in heard if a.kind == "part told"), None)
        if partly is not None and need is not None:
            return _say(self._missing(list(partly.values["left"]), need, dice), Act("repeat", need))
        clauses = [self.words.clause(s.need, (), dice) for s in at.open if s.need is not None]
        kind = heard[0].kind if heard else ""
        path = "look_again" if failed else "nudge" if kind == "promise" else "repeat"
        text = self.lines.line(path, dice, {"clause": listed(clauses[:2])})
        if kind == "offer":
            text = f"{self.lines.line('no_thanks', dice)} {text}"
        return _say(text, Act("repeat", need))

    def _missing(self, left: list[str], need: Need, dice: random.Random) -> str:
        """Asks for the slots that were left out; for the rest of a list where its rows were."""
        slots = [s for s in left if self.words.phrases.slot(s)[1] is not None]
        many = need.meaning.family != "get" and need.pick is None
        if many or not slots:
            return self.lines.line("more", dice)
        labels = dict.fromkeys(f"the {self.words.phrases.noun(s, need.meaning.table)}" for s in slots)
        return self.lines.line("left", dice, {"labels": listed(list(labels))})

    def _drop(self, heard: tuple[Act, ...], at: Situation, dice: random.Random) -> Taken:
        if at.drops >= MOST_DROPS:
            return Taken(heard, self.give_up(dice))
        return Taken(heard, lead=self.lines.line("drop", dice), dropped=True)

    def give_up(self, dice: random.Random, stuck: bool = True) -> Utterance:
        """The polite end of a conversation in which something stays open; `stuck`, because the last request got nowhere."""
        said = _say(self.lines.line("give_up" if stuck else "rest", dice), Act("give up"))
        return replace(said, done=True)


def _say(text: str, act: Act) -> Utterance:
    return Utterance(Message("user", content=text), acts=(act,))
