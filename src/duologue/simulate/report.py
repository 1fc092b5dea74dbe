"""The assistant's words: reports, questions, confirmations, recaps. Says only what came back or was said.

Grammar lines come from `language/agent/`; this module decides which line fits and fills it. Every text returns with acts that
say what it does, for the other speaker and for the record.
"""

import random
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from duologue.language.clauses import YOU, as_what_it_is, completed, demanded, of_the_speaker, pieces
from duologue.language.forms import form_of
from duologue.language.grammar import grammar, sentence
from duologue.language.phrases import Phrases
from duologue.plans.gist import Gist, gist
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known
from duologue.plans.rows import PART
from duologue.plans.sayings import Sayings
from duologue.simulate.agenda import WRITES, Agenda
from duologue.simulate.called import called
from duologue.simulate.decided import done, joined, left_as_it_is, recapped, together
from duologue.simulate.listing import Rows, in_words
from duologue.simulate.noticing import noticed
from duologue.simulate.offering import choices, suggestion
from duologue.simulate.overview import overview
from duologue.simulate.owed import Owed, told_of
from duologue.simulate.proposing import proposal
from duologue.simulate.refusing import nothing_found, refused, so_already
from duologue.simulate.replies import AFTER, BEFORE
from duologue.simulate.standing import stands
from duologue.simulate.weighing import among, counted
from duologue.types import Act, Mention, Need, Rule

if TYPE_CHECKING:
    from duologue.simulate.moves import Say

_ORDERS = (
    "highest", "lowest", "latest", "earliest", "by_name",
    "by_highest", "by_lowest", "by_latest", "by_earliest",
)  # fmt: skip
"""What a list may go by, each with lines of its own."""
_SPANNED, _OFFERED = 0.6, 0.25
"""How often a long list is told with the range of its figures, and with the offer to go on."""
_BARE = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[ '’-][A-ZÀ-ÖØ-Þ][^\W\d_]+){0,3}")
"""A name that can stand in a sentence without saying what kind of thing it is."""
_OPENING = (
    "A An And At By For From How I If In It No Not Of On One Or That This To Up We What When Who Why With Yes You"
)
_OPENS = frozenset(_OPENING.split())
_GOES_NO_FURTHER = {"error": refused, "so already": so_already, "left as it is": left_as_it_is}
"""Kinds of moves that end a request without what was wanted → what is said."""
_BY_LINES = ": {items}."
"""How a line ends that may take a list line by line."""


class Reporter:
    """Words what the assistant has decided to say."""

    def __init__(
        self, phrases: Phrases, agenda: Agenda, index: ToolIndex, register: str = "", rules: Sequence[Rule] = ()
    ) -> None:
        """`rules`: those of the policy."""
        self.phrases, self.agenda, self.index, self.rules = phrases, agenda, index, rules
        self.lines = grammar("agent", register)
        self.sayings = Sayings(index, phrases)

    def words(self, moves: Sequence["Say"], dice: random.Random) -> tuple[str, tuple[Act, ...]]:
        """One message for all moves, and its acts."""
        texts: list[str] = []
        acts: list[Act] = []
        for group in joined(moves):
            if len(group) > 1 or self._has_sides(group[0]):
                text, several = together(self, group, dice)
                acts += several
            else:
                text, act = self._one(group[0], dice, alone=len(moves) == 1)
                acts.append(act)
            texts.append(sentence(text))
        before = [(BEFORE[a.kind], a) for a in self.agenda.asides if a.kind in BEFORE]
        after = [(AFTER[a.kind], a) for a in self.agenda.asides if a.kind in AFTER]
        told = [reply(self, a, dice) for reply, a in before]
        texts, acts = [sentence(t) for t, _ in told] + texts, [a for _, a in told] + acts
        told = [reply(self, a, dice) for reply, a in after]
        texts, acts = texts + [sentence(t) for t, _ in told], acts + [a for _, a in told]
        if not texts and not self.agenda.goodbye:
            texts.append(self.lines.line("dropped", dice))
            acts.append(Act("acknowledge"))
        if not texts:
            texts.append(self.lines.line("close", dice))
            acts.append(Act("close"))
        return _run_on(texts), tuple(acts)

    def _has_sides(self, move: "Say") -> bool:
        """It reports what one side says, to be told beside the other."""
        return move.kind == "report" and self.agenda.owed[move.owed.number].need.against is not None

    def _one(self, move: "Say", dice: random.Random, alone: bool) -> tuple[str, Act]:
        owed, said = move.owed, told_of(move.owed)
        slots = self.slots(owed, plain=owed.need.meaning.family not in WRITES - {"set"} and move.kind != "confirm?")
        if move.kind == "choices":
            return choices(self, move, slots, dice)
        if move.kind == "suggest":
            return suggestion(self, move, slots, dice)
        if move.kind == "ask":
            label = self.phrases.noun(move.slot.rpartition(":")[0], owed.need.meaning.table)
            path = "ask.proof" if move.slot.endswith(":proof") else "ask.value"
            text = self.lines.line(path, dice, {**slots, "label": label})
            return text, Act("ask", values={**said, "slot": move.slot})
        if move.kind == "confirm?":
            proposed, known = proposal(self, owed, slots, dice)
            lead = "confirm_again.revised" if owed.revised else "confirm_again.held" if owed.held else ""
            text = self.lines.line(lead, dice, {"proposal": sentence(proposed)}) if lead else proposed
            text = noticed(self, move.rows[0], text, dice) if move.rows and not lead else text
            return text, Act("confirm?", owed.need, {**said, **known})
        if move.kind == "not found":
            sought = owed.need.mentions[move.mention] if 0 <= move.mention < len(owed.need.mentions) else None
            named = sought is not None and bool(sought.by)
            table = sought.table if sought is not None else owed.need.meaning.table
            slots = {**slots, "subject": self.phrases.table(table)[0]}
            if sought is not None and named:
                slots["who"] = self._who(sought, None)
            return self.lines.line("not_found" if named else "not_clear", dice, slots), Act("not found", values=said)
        if move.kind in _GOES_NO_FURTHER:
            return _GOES_NO_FURTHER[move.kind](self, owed, slots, dice)
        if move.kind == "cannot":
            return self.lines.line("cannot", dice, slots), Act("cannot", values=said)
        if move.kind == "known":
            return self._known(owed, move.rows[0], slots, dice), Act("report", owed.need, said)
        return self._report(owed, slots, dice, alone)

    # ── reports ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _report(self, owed: Owed, slots: dict[str, str], dice: random.Random, alone: bool) -> tuple[str, Act]:
        values = told_of(owed)
        if owed.need.meaning.family in WRITES:
            return self.changed(owed, slots, dice), Act("report change", owed.need, values)
        if owed.answer is None:
            return self.lines.line("report.object", dice, {"facts": "it went through"}), Act(
                "report", owed.need, values
            )
        answer = gist(owed.need, owed.answer)
        if not answer.lines:
            return nothing_found(self, owed, slots, dice)
        if owed.recalled < 0:
            slots["looked"] = "looked"  # who tells it from before has not looked now
        # Beside other answers, each says what it is about; so does one that is given again.
        must = demanded(slots, "") if owed.again or not alone else frozenset()
        if answer.many and not answer.complete and not answer.picked:
            slots |= overview(self.phrases, owed.need, owed.answer, len(answer.lines))
        slots["of_all"] = counted(self.phrases, owed.need, owed.answer.of)
        text, told = stands(self, owed, answer, dice) if owed.again else ("", answer)
        if not text:
            text = self.answer(owed.need, answer, slots, dice, must)
            text = self.lines.line("again", dice, {"report": sentence(text)}) if owed.again else text
        answer = told
        values["lines"] = len(answer.lines)
        values["total"] = answer.total
        values["told"] = Rows(self.phrases, owed.need).told(answer)
        values["single"] = answer.picked or not answer.many or answer.total == 1
        names = [line.row.values.get(f"{owed.need.meaning.table}.@name") for line in answer.lines]
        if answer.many and not answer.picked and names and all(names):
            values["names"] = names
        return text, Act("report many" if answer.many else "report", owed.need, values)

    def answer(
        self,
        need: Need,
        answer: Gist,
        slots: dict[str, str],
        dice: random.Random,
        must: frozenset[str] = frozenset(),
        part: str = "report",
    ) -> str:
        """What the rows say, in lines of `report` or (in one sentence that stands by itself) of `recapped`."""
        phrases = self.phrases.at_length((s, v) for line in answer.lines for s, v in line.values)
        rows, recap = Rows(phrases, need), part == "recapped"
        if not answer.many:
            told = slots | rows.facts(answer.lines[0].values)
            return self.lines.fullest(f"{part}.{'get' if recap else self._form(told)}", dice, told, must)[0]
        subject, subjects = self.phrases.called(need.meaning)
        told = slots | {
            "count": f"{in_words(answer.total)} {subjects if answer.total != 1 else subject}",
            "total": in_words(answer.total),
            "items": rows.items(answer, dice, inline=recap or answer.picked or need.among is not None),
        }
        form, family = form_of(need), need.meaning.family
        if need.among is not None:
            told |= among(self.phrases, need, answer)
            form = f"{need.among.kind}_one" if answer.total == 1 else need.among.kind
        elif answer.picked and need.pick is not None:
            told |= rows.picked(answer.lines[0], need.pick)
            form = "brief" if self._brief and not recap else f"{family}_best"
        elif answer.total == 1:
            form = f"{family}_one"
        elif part == "report" and family == "top" and slots.get("n", "").isdigit() and answer.total < int(slots["n"]):
            form = f"{form}_fewer"
        elif not answer.complete:
            form = f"{family}_some"
            if part == "report":
                return self._long(form, told, dice, must)
        # What is told in part says how much there is, and what is picked says by what: neither falls back on the lines for a whole list.
        partly = need.among.kind if need.among is not None else "some" if form.endswith("_some") else family
        forms = (form, partly)
        paths = dict.fromkeys(f"{p}.{f}" for p in (part, "report") for f in forms)
        return self._told(tuple(paths), told, dice, must)

    def _long(self, form: str, told: dict[str, str], dice: random.Random, must: frozenset[str]) -> str:
        """A list told in part: how many, what the figures range over, the first few by the order they come in, and mostly no more."""
        family = form.partition("_")[0]
        head, _ = self.lines.fullest(f"overview.head.{family}", dice, told, must)
        texts = [head or self.lines.line("overview.head.other", dice, told)]
        if told.get("spanned") and dice.random() < _SPANNED:
            texts.append(self.lines.line("overview.dated" if told.get("dated") else "overview.spanned", dice, told))
        order = next((o for o in _ORDERS if told.get(o)), "none")
        texts.append(self._told((f"overview.{order}", "overview.none"), told, dice, frozenset()))
        text = " ".join([sentence(t) for t in texts])
        return _run_on([text, self.lines.line("overview.offer", dice, told)]) if dice.random() < _OFFERED else text

    @property
    def _brief(self) -> bool:
        """The user has just asked for a short answer."""
        return any(a.kind == "impatience" and a.values["for"] in ("figure", "short") for a in self.agenda.asides)

    def _form(self, told: dict[str, str]) -> str:
        """The lines for what is told of one row: a single fact has its own."""
        if self._brief and "flag" not in told:
            return "brief"
        if "flag" in told:
            return "get_flag"
        return "get_single" if "fact" in told else "get"

    def _told(self, paths: Sequence[str], told: dict[str, str], dice: random.Random, must: frozenset[str]) -> str:
        """A line for an answer; one that ends in the list where that is set out line by line."""
        lined = told["items"].startswith("\n")
        for path in paths:
            text, _ = self.lines.fullest(path, dice, told, must, _BY_LINES if lined else "")
            if text:
                return _set_out(text, told["items"]) if lined else _plainly(text, told["items"])
        return self.lines.line("report.object", dice, {"facts": told["items"]})

    def _known(self, owed: Owed, row: Known, slots: dict[str, str], dice: random.Random) -> str:
        prefix = owed.need.meaning.table + "."
        told = [
            (s, row.values[s.removeprefix(prefix)])
            for s in owed.need.wanted
            if row.values.get(s.removeprefix(prefix)) is not None
        ]
        if not told:
            return self.lines.line("not_told", dice, slots)
        facts = slots | Rows(self.phrases, owed.need).facts(told)
        if "flag" in facts:
            return self.lines.line("known_flag", dice, facts)
        return self.lines.line("report.brief" if self._brief else "known", dice, facts)

    def changed(self, owed: Owed, slots: dict[str, str], dice: random.Random, part: str = "changed") -> str:
        if owed.parts:
            return recapped(self, owed, dice)
        if owed.need.when is not None:
            return done(self, owed, slots, part, dice)
        form = form_of(owed.need)
        back = owed.answer.rows[0].values if owed.answer is not None and owed.answer.rows else None
        own = of_the_speaker(self.sayings.line("done", owed.need, self.rows(owed), dice, back), YOU)
        if own:
            made = self._entered(owed) if part == "changed" else {}
            return self.lines.line(f"{part}.own_number" if made else f"{part}.own", dice, {"done": own, **made})
        if slots.get("changes"):
            slots["changes"] = self.phrases.changes(owed.need, owed.before)
        number = self._new_number(owed) if form == "create" else ""
        if number and (part == "recapped" or dice.random() < 0.5):
            return self.lines.line(f"{part}.create_number", dice, {**slots, "number": number})
        return self.line(part, form, slots, dice)

    def _entered(self, owed: Owed) -> dict[str, str]:
        """What a deed entered that has a number: what it is, its number, and its total where the result says one."""
        table, listing = owed.need.meaning.table, owed.answer
        if owed.need.meaning.family != "act" or listing is None or any(m.table == table for m in owed.need.mentions):
            return {}
        number = self._new_number(owed)
        if not number:
            return {}
        sums = [
            k for k in listing.rows[0].values if k.startswith(f"{table}.") and "total" in self.phrases.noun(k).split()
        ]
        total = self.phrases.value(sums[0], listing.rows[0].values[sums[0]]) if len(sums) == 1 else ""
        return {"subject": self.phrases.table(table)[0], "number": number, "total": total}

    def _new_number(self, owed: Owed) -> str:
        """The key of a new row, where it was given by the database and is a single one."""
        listing = owed.answer
        key = self.agenda.memory.key_of(owed.need.meaning.table, listing.rows[0]) if listing and listing.rows else None
        return key[0] if key is not None and len(key) == 1 else ""

    # ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def slots(self, owed: Owed, plain: bool = False) -> dict[str, str]:
        """The pieces of a request. `plain`: names that can stand by themselves do."""
        return as_what_it_is(pieces(self.phrases, owed.need, self.rows(owed, plain)))

    def rows(self, owed: Owed, plain: bool = False) -> tuple[str, ...]:
        rows = [self._row(owed, i) for i in range(len(owed.need.mentions))]
        labels = [f"the {self.phrases.table(m.table)[0]} " for m in owed.need.mentions]
        return tuple(bare(r, x) if plain and r != YOU else r for r, x in zip(rows, labels, strict=True))

    def _row(self, owed: Owed, i: int) -> str:
        """The row that a mention was settled to mean, where only a part of its name was said; else as it is spoken of."""
        mention = owed.need.mentions[i]
        row = self.agenda.memory.known[mention.table].get(owed.chosen[i]) if i in owed.chosen else None
        whole = self.name_of(row) if row is not None and PART in mention.by else ""
        return whole or self._who(mention, owed)

    def _who(self, mention: Mention, owed: Owed | None) -> str:
        """The row spoken of, by its name where it is known; who is spoken to as "you"."""
        if self.agenda.is_speaker(mention):
            return YOU
        if mention.pick is None and mention.by and PART not in mention.by:
            return self.phrases.row(mention)
        found = self.agenda.memory.candidates(mention, owed.number if owed is not None else 1 << 30)
        if len(found) == 1:
            named = self.name_of(found[0])
            if named:
                return named
        return self.phrases.row(mention)

    def name_of(self, row: Known) -> str:
        """A row that results have shown, as it is spoken of."""
        return called(self.phrases, self.agenda.memory, row)

    def line(self, part: str, form: str, slots: dict[str, str], dice: random.Random) -> str:
        """A line that says all there is to be said of a write; what a proposal leaves out is added to it."""
        must = demanded(slots, form)
        for path in dict.fromkeys((f"{part}.{form}", f"{part}.{form.partition('_')[0]}")):
            text, left = self.lines.fullest(path, dice, slots, must)
            if text:
                return completed(text, left, slots) if part == "confirm" else text
        return self.lines.line("report.object", dice, {"facts": slots.get("changes") or "done"})


def bare(row: str, label: str) -> str:
    """ "the product Tofu" as "Tofu", where the name can stand alone."""
    name = row.removeprefix(label)
    stands = _BARE.fullmatch(name) is not None and name.split(" ")[0] not in _OPENS
    return name if stands else row


def _set_out(text: str, items: str) -> str:
    """A text that ends in a list line by line: no full stop behind the list, unless its last value has one."""
    text = text.replace(": \n", ":\n")
    return text if items.endswith(".") else text.removesuffix(".")


def _plainly(text: str, items: str) -> str:
    """Behind a colon, what a single row without a name has is told as it is: "just one: year 1971 and weight 2,220"."""
    return text.replace(f": {items}", f": {items.removeprefix('the one with ').removeprefix('the one for ')}")


def _run_on(texts: Sequence[str]) -> str:
    """Texts one after the other; a list set out line by line stands apart from what follows."""
    out = ""
    for text in texts:
        out += ("\n\n" if "\n" in out or "\n" in text else " ") + text if out else text
    return out
