"""The assistant's words: reports, questions, confirmations, recaps. Says only what came back or was said.

Grammar lines come from `language/agent.yaml`; this module decides which line fits and fills it. Every text returns with acts that
say what it does, for the other speaker and for the record.
"""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from duologue.language.clauses import form_of, pieces
from duologue.language.grammar import grammar, listed, sentence
from duologue.language.phrases import Phrases
from duologue.plans.gist import Gist, Line, gist
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, telling_apart
from duologue.plans.sayings import Sayings
from duologue.simulate.agenda import LOOKUP, WRITES, Agenda, Owed
from duologue.types import Act, Json, Mention, Need, Tool

if TYPE_CHECKING:
    from duologue.simulate.agent import Say


class Reporter:
    """Words what the assistant has decided to say."""

    def __init__(self, phrases: Phrases, agenda: Agenda, index: ToolIndex) -> None:
        self.phrases, self.agenda, self.index = phrases, agenda, index
        self.lines = grammar("agent")
        self.sayings = Sayings(index, phrases)

    def words(self, moves: Sequence["Say"], dice: random.Random) -> tuple[str, tuple[Act, ...]]:
        """One message for all moves, and its acts."""
        texts, acts = [], []
        for move in moves:
            text, act = self._one(move, dice)
            texts.append(sentence(text))
            acts.append(act)
        if self.agenda.recap:
            texts.append(self._recap(dice))
            acts.append(Act("recap"))
        if not texts and not self.agenda.goodbye:
            texts.append(self.lines.line("dropped", dice))
            acts.append(Act("acknowledge"))
        if not texts:
            texts.append(self.lines.line("close", dice))
            acts.append(Act("close"))
        return " ".join(texts), tuple(acts)

    def _one(self, move: "Say", dice: random.Random) -> tuple[str, Act]:
        owed, said = move.owed, {"request": move.owed.number}
        slots = self._slots(owed)
        if move.kind == "choices":
            return self._choices(move, slots, dice)
        if move.kind == "ask":
            label = self.phrases.label(move.slot.rpartition(":")[0], owed.need.meaning.table)
            text = self.lines.line("ask.value", dice, {**slots, "label": label})
            return text, Act("ask", values={**said, "slot": move.slot})
        if move.kind == "confirm?":
            own = self.sayings.line("confirm", owed.need, self._rows(owed), dice)
            text = (
                self.lines.line("confirm.own", dice, {"confirm": own})
                if own
                else self._line("confirm", form_of(owed.need), slots, dice)
            )
            return text, Act("confirm?", owed.need, said)
        if move.kind == "not found":
            who = (
                self._who(owed.need.mentions[move.mention], None) if 0 <= move.mention < len(owed.need.mentions) else ""
            )
            return self.lines.line("not_found", dice, {**slots, "who": who or "it"}), Act("not found", values=said)
        if move.kind == "error":
            message = str(owed.result["error"].get("message", "it was refused"))
            return self.lines.line("error", dice, {**slots, "error": sentence(message)}), Act("error", values=said)
        if move.kind == "cannot":
            return self.lines.line("cannot", dice, slots), Act("cannot", values=said)
        if move.kind == "known":
            return self._known(owed, move.rows[0], slots, dice), Act("report", owed.need, said)
        return self._report(owed, slots, dice)

    # ── reports ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _report(self, owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
        values: dict[str, Json] = {"request": owed.number}
        if owed.need.meaning.family in WRITES:
            return self._changed(owed, slots, dice), Act("report change", owed.need, values)
        if owed.answer is None:
            return self.lines.line("report.object", dice, {"facts": "it went through"}), Act(
                "report", owed.need, values
            )
        answer = gist(owed.need, owed.answer)
        if not answer.lines:
            family = owed.need.meaning.family
            path = f"empty.{family}" if f"empty.{family}" in self.lines else "empty.other"
            return self.lines.line(path, dice, slots), Act("report empty", owed.need, values)
        text = self._answer(owed.need, answer, slots, dice)
        if owed.again:
            text = self.lines.line("again", dice, {"report": sentence(text)})
        values["lines"] = len(answer.lines)
        values["total"] = answer.total
        values["single"] = answer.picked or not answer.many or answer.total == 1
        names = [line.row.values.get(f"{owed.need.meaning.table}.@name") for line in answer.lines]
        if answer.many and not answer.picked and all(names):
            values["names"] = names
        return text, Act("report many" if answer.many else "report", owed.need, values)

    def _answer(self, need: Need, answer: Gist, slots: dict[str, str], dice: random.Random) -> str:
        if not answer.many:
            slots["facts"] = listed([self._fact(s, v, need) for s, v in answer.lines[0].values]) or "nothing further"
            return self.lines.line("report.get", dice, slots)
        _, subjects = self.phrases.table(need.meaning.table)
        subject, _ = self.phrases.table(need.meaning.table)
        slots["count"] = f"{answer.total} {subjects if answer.total != 1 else subject}"
        slots["total"] = str(answer.total)
        slots["items"] = listed([self._item(line, need, dice) for line in answer.lines])
        form = form_of(need).replace("_filtered", "")
        if answer.picked:
            form = f"{need.meaning.family}_best"
        elif answer.total == 1:
            form = f"{need.meaning.family}_one"
        elif not answer.complete:
            form = f"{need.meaning.family}_some"
        return self._line("report", form, slots, dice)

    def _fact(self, slot: str, value: Json, need: Need) -> str:
        return f"the {self.phrases.label(slot, need.meaning.table)} is {self.phrases.value(slot, value)}"

    def _item(self, line: Line, need: Need, dice: random.Random) -> str:
        """A row as it is listed: what it is called, then what was asked about it."""
        naming = [(s, v) for s, v in line.values if self._names(s, need)]
        if not naming:
            naming = [(s, v) for s, v in line.values if s.endswith(".@name")]
        rest = [(s, v) for s, v in line.values if (s, v) not in naming]
        name = " / ".join(self.phrases.value(s, v) for s, v in naming)
        if naming and all(self._is_key(s) for s, _ in naming):
            name = f"{self.phrases.table(need.meaning.table)[0]} {name}"
        if not name and rest:
            return listed([f"{self.phrases.label(s, need.meaning.table)} {self.phrases.value(s, v)}" for s, v in rest])
        if len(rest) == 1 and need.meaning.family in ("top", "total", "count", "ratio"):
            value = self.phrases.value(*rest[0])
            return f"{name}: {value}" if self.phrases.style % 2 else f"{name} ({value})"
        return f"{name} ({self._short(rest, need)})" if rest else name

    def _is_key(self, slot: str) -> bool:
        column = self.phrases.slot(slot)[2]
        return column is not None and column.role == "key"

    def _short(self, values: Sequence[tuple[str, Json]], need: Need) -> str:
        return ", ".join(f"{self.phrases.label(s, need.meaning.table)} {self.phrases.value(s, v)}" for s, v in values)

    def _names(self, slot: str, need: Need) -> bool:
        spec, _, column = self.phrases.slot(slot)
        if spec.use:
            return spec.use in ("month", "year")
        if need.meaning.group and slot == need.meaning.group:
            return True
        if need.meaning.family in ("total", "count", "ratio"):
            return True
        return spec.table == need.meaning.table and (
            spec.column == "@name" or (column is not None and column.role == "key")
        )

    def _known(self, owed: Owed, row: Known, slots: dict[str, str], dice: random.Random) -> str:
        prefix = owed.need.meaning.table + "."
        facts = [
            self._fact(s, row.values[s.removeprefix(prefix)], owed.need)
            for s in owed.need.wanted
            if row.values.get(s.removeprefix(prefix)) is not None
        ]
        if not facts:
            return self.lines.line("not_told", dice, slots)
        return self.lines.line("known", dice, _capital({"facts": listed(facts)}))

    def _changed(self, owed: Owed, slots: dict[str, str], dice: random.Random) -> str:
        form = form_of(owed.need)
        own = self.sayings.line("done", owed.need, self._rows(owed), dice)
        if own:
            return self.lines.line("changed.own", dice, _capital({"done": own}))
        if form == "create":
            number = self._new_number(owed)
            if number:
                return self.lines.line("changed.create_number", dice, {**slots, "number": number})
        return self._line("changed", form, slots, dice)

    def _new_number(self, owed: Owed) -> str:
        """The key of a new row, where it was given by the database and is a single one."""
        listing = owed.answer
        key = self.agenda.memory.key_of(owed.need.meaning.table, listing.rows[0]) if listing and listing.rows else None
        return key[0] if key is not None and len(key) == 1 else ""

    def _recap(self, dice: random.Random) -> str:
        points = []
        for owed in self.agenda.owed:
            if owed.follow_up or not owed.told or owed.failed or owed.answered_at < 0:
                continue
            slots = self._slots(owed)
            if owed.need.meaning.family in WRITES:
                points.append(self._changed(owed, slots, random.Random(0)).rstrip("."))
            elif owed.answer is not None and (answer := gist(owed.need, owed.answer)).lines:
                points.append(self._answer(owed.need, answer, slots, random.Random(1)).rstrip("."))
        text = " ".join(sentence(p) for p in points[-4:]) or "nothing was changed."
        return self.lines.line("recap", dice, {"points": text})

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _choices(self, move: "Say", slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
        mention = move.owed.need.mentions[move.mention]
        columns = telling_apart(self.agenda.memory.catalog.table(mention.table), move.rows)
        items = []
        for row in move.rows[:6]:
            facts = [
                f"{self.phrases.label(f'{mention.table}.{c}', mention.table)} "
                f"{self.phrases.value(f'{mention.table}.{c}', row.values[c])}"
                for c in columns
                if row.values.get(c) is not None
            ]
            items.append(f"one with {listed(facts)}" if facts else str(row.values.get("@name", "one")))
        slots |= {"total": str(len(move.rows)), "items": listed(items)}
        values = {"request": move.owed.number, "mention": move.mention, "columns": list(columns)}
        return self.lines.line("choices", dice, slots), Act("choices", values=values)

    # ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _slots(self, owed: Owed) -> dict[str, str]:
        return _capital(pieces(self.phrases, owed.need, self._rows(owed)))

    def _rows(self, owed: Owed) -> tuple[str, ...]:
        return tuple(self._who(m, owed) for m in owed.need.mentions)

    def _who(self, mention: Mention, owed: Owed | None) -> str:
        """The row spoken of, by its name where it is known."""
        if mention.pick is None and mention.by:
            return self.phrases.row(mention)
        found = self.agenda.memory.candidates(mention, owed.number if owed is not None else 1 << 30)
        if len(found) == 1:
            named = self._name_of(found[0])
            if named:
                return named
        return self.phrases.row(mention)

    def _name_of(self, row: Known) -> str:
        name = row.values.get("@name")
        if name is not None:
            return self.phrases.row(Mention(row.table, by={"@name": name}))
        table = self.agenda.memory.catalog.table(row.table)
        keys = {k: row.values[k] for k in table.key if row.values.get(k) is not None}
        return self.phrases.row(Mention(row.table, by=keys)) if keys else ""

    def _line(self, part: str, form: str, slots: dict[str, str], dice: random.Random) -> str:
        """A line for the form, else for its plain family, else one that always fits."""
        must = frozenset(s for s in ("details", "changes") if slots.get(s) and part == "confirm")
        for path in dict.fromkeys((f"{part}.{form}", f"{part}.{form.partition('_')[0]}")):
            text = self.lines.find(path, dice, slots, must) or self.lines.find(path, dice, slots)
            if text:
                return text
        return self.lines.line("report.object", dice, {"facts": slots.get("items") or slots.get("changes") or "done"})

    def rationale(self, owed: Owed, kind: str, mention: int, tool: Tool, dice: random.Random) -> str:
        """Why this call: what is known, what is missing. For the record only."""
        slots = self._slots(owed)
        if kind == LOOKUP:
            return self.lines.line(
                "rationale.lookup", dice, {**slots, "who": self.phrases.row(owed.need.mentions[mention])}
            )
        if owed.again:
            return self.lines.line("rationale.again", dice, slots)
        known = listed([self._who(m, owed) for m in owed.need.mentions])
        if not known:
            return self.lines.line("rationale.fetch_plain", dice, slots)
        path = "rationale.write" if tool.effect == "write" else "rationale.fetch"
        return sentence(self.lines.line(path, dice, {"known": known}))


def _capital(slots: dict[str, str]) -> dict[str, str]:
    """The pieces, and each again with a capital first letter under a capitalised name."""
    return slots | {k[0].upper() + k[1:]: v[:1].upper() + v[1:] for k, v in slots.items()}
