"""How the assistant tells what is in rows: the facts of one, the items of a list.

A list names its figures once and then gives them alone, unless it is long enough to be set out line by line. Nothing is said
here that the rows do not hold.
"""

import random
from collections.abc import Sequence

from duologue.language.counted import counted
from duologue.language.extremes import things
from duologue.language.flags import is_what
from duologue.language.grammar import listed
from duologue.language.phrases import Phrases
from duologue.language.picked import turn_of
from duologue.language.verbs import is_deed
from duologue.plans.gist import Gist, Line
from duologue.plans.rows import PART
from duologue.simulate.keyed import Keyed, Told
from duologue.simulate.plainly import stands_alone
from duologue.types import Json, Need, Pick

_PERIODS = ("month", "year", "day")
_LINES = 3
"""Rows from which a list with two figures each is set out line by line; with one figure, one row more."""
_MANY, _NAMES = 6, 9
"""Rows from which a list with one figure each, and one of nothing but names, is always set out so."""
_LONGEST = 40
"""Characters of a text that says what a numbered row is."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_words(n: int) -> str:
    """Small numbers in words, as people write them."""
    return _WORDS[n] if 0 <= n < len(_WORDS) else f"{n:,}"


class Rows:
    """Words rows for one need. All texts are pieces for the lines of `language/agent/`."""

    def __init__(self, phrases: Phrases, need: Need) -> None:
        self.phrases, self.need = phrases, need
        self.subject = need.meaning.table
        table = phrases.slot(f"{self.subject}.")[1]
        self._key = tuple(f"{self.subject}.{c}" for c in table.key) if table is not None else ()
        """The slots of the key of the rows' table."""
        self._keyed = Keyed(phrases, self.subject)
        self._labelled: frozenset[str] = frozenset()
        """Slots of a list that are told with their labels throughout, since some value of theirs needs one."""
        self._ends_like_a_label = False
        """One of the names in a list ends like the name of a column: then no figure of the list goes without its own."""

    # ── one row ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def facts(self, values: Sequence[Told]) -> dict[str, str]:
        """The facts of one row: `facts`, `pairs`, and for a single one `label`, `value` and `fact`
        (`alone`, `word`, `proper`: see `language/agent/reports.yaml`)."""
        out = {
            "facts": listed([self._fact(s, v, self._is_said_plainly(s, v, values)) for s, v in values])
            or "nothing further is on record",
        }
        if not any(self._is_flag(s) for s, _ in values):  # "for order 7 I have gift: no" is nothing anybody says
            out["pairs"] = listed([self.pair(s, v) for s, v in values]) or "nothing further"
        if len(values) == 1 and not self._is_flag(values[0][0]):
            slot, value = values[0]
            out |= {"label": self._label(slot), "value": self.phrases.brief(slot, value), "fact": out["facts"]}
            if not is_deed(out["value"]):
                out["word"] = out["value"]
                out |= {"alone": out["value"]} if self._stands_alone(slot, value) else {}
            if not out["value"][:1].islower():
                out["proper"] = out["value"]
        elif len(values) == 1:
            out["flag"] = self._answered(*values[0])
        return out

    def _is_said_plainly(self, slot: str, value: Json, values: Sequence[Told]) -> bool:
        """A yes or no that can be told as what the thing is or isn't: the only one of several facts."""
        alone = len(values) > 1 and sum(self._is_flag(s) for s, _ in values) == 1
        plain = self.phrases.value(slot, value) in ("yes", "no") and is_what(self.phrases.slot(slot)[2])
        return alone and self._is_flag(slot) and bool(plain)

    def _fact(self, slot: str, value: Json, plainly: bool = False) -> str:
        if plainly:
            isnt = "" if self.phrases.value(slot, value) == "yes" else "not "
            return f"{self._it_is} {isnt}{is_what(self.phrases.slot(slot)[2])}"
        if self._is_flag(slot):
            return f"the {self._label(slot)} is set to {self.phrases.value(slot, value)}"
        if self._is_number_of(slot, value):
            return f"there {'is' if value == 1 else 'are'} {counted(self.phrases.value(slot, value), things(self._label(slot)))}"
        return f"the {self._label(slot)} {self.phrases.are([slot], self.subject)} {self.phrases.brief(slot, value)}"

    def _answered(self, slot: str, value: Json) -> str:
        """A yes-or-no value as an answer: "no, it is not discontinued"."""
        text, what = self.phrases.value(slot, value), is_what(self.phrases.slot(slot)[2])
        if what and text in ("yes", "no"):
            return f"{text}, {self._it_is} {'' if text == 'yes' else 'not '}{what}"
        return self._fact(slot, value)

    def pair(self, slot: str, value: Json) -> str:
        """ "unit price 0.99", "35 units in stock", "discontinued: no"."""
        text = self.phrases.brief(slot, value)
        if self._is_flag(slot):
            return f"{self.phrases.label(slot, self.subject)}: {text}"
        if self._is_count(slot):
            return self._counted(slot, value)
        if self._is_number_of(slot, value):
            return counted(text, things(self._label(slot)))
        return paired(self._label(slot), text)

    def _short(self, slot: str, value: Json) -> str:
        """A value beside others of a row in a list: without its label where it speaks for itself, and the name does not end like a label."""
        alone = slot not in self._labelled and self._stands_alone(slot, value) and not self._ends_like_a_label
        return self.phrases.brief(slot, value) if alone else self._happened(slot, value) or self.pair(slot, value)

    def _happened(self, slot: str, value: Json) -> str:
        """A date by what it says happened: "opened 3 May 2024", "joined in 2019"; empty for anything else."""
        happened = turn_of(self.phrases, slot) if self.phrases.slot(slot)[0].table == self.subject else None
        if happened is None or happened.thing or not (happened.how in ("done", "did") or happened.verb == "due"):
            return ""
        return f"{happened.verb} {self.phrases.brief(slot, value)}"

    def _stands_alone(self, slot: str, value: Json) -> bool:
        return stands_alone(self.phrases, self.need, slot, value)

    def _is_number_of(self, slot: str, value: Json) -> bool:
        """It says how many of something there are: "units in stock", which is said behind the number."""
        spec, table, column = self.phrases.slot(slot)
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if not whole or column is None or spec.use or table is None or column.unit or column.format:
            return False
        return column.role in ("measure", "category") and column.type == "INTEGER" and bool(things(self._label(slot)))

    def _counted(self, slot: str, value: Json) -> str:
        one, many = self.phrases.table(self.phrases.slot(slot)[0].table)
        return f"{self.phrases.value(slot, value)} {one if value == 1 else many}"

    # ── many rows ────────────────────────────────────────────────────────────────────────────────────────────────────

    def items(self, answer: Gist, dice: random.Random, inline: bool = False) -> str:
        """The rows of an answer in one list; line by line (each behind "- ") where they are many and hold much."""
        named = [said_once(*self._split(line)) for line in answer.lines]
        told = [t for _, rest in named for t in rest]
        self._labelled = frozenset(s for s, v in told if not self._stands_alone(s, v))
        self._ends_like_a_label = any(self.phrases.is_labelled(name) for name, _ in named)
        if len(named) == 1:
            named = [(self._the_one(answer.lines[0], named[0][0]), named[0][1])]
        if len(named) == 1 and not named[0][0] and named[0][1]:
            return f"the one with {listed([self.pair(s, v) for s, v in named[0][1]])}"
        most = max((len(rest) for _, rest in named), default=0)
        lines = not inline and len(named) >= (_LINES + (most == 1) if most else _NAMES)
        if lines and (most > 1 or len(named) >= (_MANY if most else _NAMES) or dice.random() < 0.5):
            return "\n" + "\n".join(f"- {self._line(name, rest)}" for name, rest in named)
        once = most == 1 and all(len(rest) == 1 and name for name, rest in named) and len(named) > 1
        out = []
        for i, (name, rest) in enumerate(named):
            if not name or not rest:
                out.append(name or listed([self.pair(s, v) for s, v in rest]))
                continue
            alone = once and (i > 0 or self._goes_without(*rest[0])) and not self._ends_like_a_label
            text = self.phrases.brief(*rest[0]) if alone else ", ".join(self._short(s, v) for s, v in rest)
            out.append(f"{name} ({text})")
        return listed(out)

    def _goes_without(self, slot: str, value: Json) -> bool:
        """The lines of a ranking or a total say what the figures are, and of rows that have names they were asked for by name; a flag never
        goes without its own, nor a number of something: what "11" counts is not always said in a question about things."""
        meaning = self.need.meaning
        computed = meaning.family == "total" and bool(self.phrases.slot(slot)[0].use)
        asked = meaning.family == "related" and f"{self.subject}.@name" in self.need.wanted
        plain = asked and not self._is_number_of(slot, value)
        return (computed or plain or meaning.family == "top") and not self._is_flag(slot)

    def name(self, line: Line) -> str:
        """What a row of a list goes by; empty where it has no name of its own."""
        return "" if self._is_borrowed(line) else self._split(line)[0]

    def _line(self, name: str, rest: Sequence[Told]) -> str:
        if len(rest) == 1 and name and self._goes_without(*rest[0]) and not self._ends_like_a_label:
            return f"{name}: {self.phrases.short(*rest[0])}"
        told = ", ".join(self._short(s, v) for s, v in rest)
        return f"{name}: {told}" if name and told else name or told

    def picked(self, line: Line, pick: Pick) -> dict[str, str]:
        """The row picked: `name` and `figure`, and `peak` as a clause, where nothing else is to be told of it."""
        name, rest = self._split(line)
        name = self._the_one(line, name) if name else name
        slot = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
        if not name or [s for s, _ in rest] != [slot]:
            return {}
        out = {"name": name, "figure": self.phrases.brief(slot, rest[0][1])}
        if not self._is_count(slot):
            many = self.phrases.extreme(pick).startswith(("most ", "fewest "))
            out |= {} if many else {"peak": f"the {self.phrases.extreme(pick)} is {out['figure']}"}
        return out | {"answer": f"{name}, {self._scored(slot, rest[0][1])}"}

    def _scored(self, slot: str, value: Json) -> str:
        """What the row picked was picked for: "with 21 tracks", "from 14 December", "with a size of 7,178,240 bytes"."""
        column = self.phrases.slot(slot)[2]
        if self._is_count(slot) or self._is_number_of(slot, value):
            return f"with {self.pair(slot, value)}"
        alone = self._stands_alone(slot, value)
        if column is not None and column.role == "date" and alone:
            return f"from {self.phrases.brief(slot, value)}"
        label = self.phrases.indefinite(slot, self.subject)
        return f"with {label} of {self.phrases.brief(slot, value)}"

    def told(self, answer: Gist) -> list[dict[str, Json]]:
        """The rows as they are told, for the record: `by` what each goes (slot → value; nothing where it goes by another row's name),
        and what `is` told of it beside that. One row goes by what it was asked for by."""
        if answer.many:
            apart = [((), line.values) if self._is_borrowed(line) else self._apart(line) for line in answer.lines]
            return [{"by": dict(naming), "is": dict(rest)} for naming, rest in apart]
        by = {f"{m.table}.{c}": v for m in self.need.mentions if m.table == self.subject for c, v in m.by.items()}
        name = f"{self.subject}.@name"
        if f"{self.subject}.{PART}" in by:  # a part of a name was said; what the row goes by is its whole name
            whole = next((line.row.values.get(name) for line in answer.lines), None)
            by = {name: whole} if whole is not None else {}
        return [{"by": by, "is": dict(line.values)} for line in answer.lines]

    def _split(self, line: Line) -> tuple[str, list[Told]]:
        """What a row is called, and what is told of it beside that."""
        naming, rest = self._apart(line)
        name = " / ".join([self.phrases.value(s, v) for s, v in naming])
        by_key = naming and all(self._is_key(s) or self._keyed.is_owner(s) for s, _ in naming)
        if by_key and self.need.meaning.family not in ("total", "count"):
            name = self._keyed.name(naming)
        return name, rest

    def _apart(self, line: Line) -> tuple[list[Told], list[Told]]:
        """What names a row, and what is told of it beside that. What was left unnamed or unranked is looked up in the row."""
        told = list(line.values)
        naming = [t for t in told if self._names(t[0])] or [t for t in told if t[0].endswith(".@name")][:1]
        naming = naming or self._from_row(line, self._split_by())
        naming = self._with_its_key(line, naming)
        naming = naming or [t for t in told if len(told) > 1 and self._could_name(t)][:1]
        rest = [t for t in told if t not in naming]
        if naming and not rest and self._is_numbered(naming):
            rest = self._described(line)
        ranked = self._from_row(line, self._ranked_by())
        if ranked and ranked[0] not in told:
            rest = ranked + rest
        return naming, rest

    def _with_its_key(self, line: Line, naming: list[Told]) -> list[Told]:
        """A row that has no name by all that its key takes: "order item 2" alone may be one of any order. What the question
        was about already ("the items of order 12") goes without saying."""
        if len(self._key) < 2 or any(not str(v).isdigit() or s not in self._key for s, v in naming):
            return naming
        known = [s for s in self._key if s not in self._of_parent()]
        told = dict(line.values)
        said = [owner if (owner := self._keyed.owners.get(s)) in told else s for s in known]
        parts = [(s, told.get(s, line.row.values.get(s))) for s in said if naming or s in told]
        return naming if not parts or any(v is None for _, v in parts) else parts

    def _of_parent(self) -> frozenset[str]:
        """The slots that refer to the row whose things are asked for."""
        meaning = self.need.meaning
        if meaning.family != "related":
            return frozenset()
        links = [x for x in self.phrases.catalog.links if x.table == self.subject and x.to == meaning.parent]
        columns = meaning.via.split(",") if meaning.via else [c for x in links[:1] for c in x.columns]
        return frozenset(f"{self.subject}.{c}" for c in columns)

    def _is_numbered(self, naming: Sequence[Told]) -> bool:
        """It goes by nothing but numbers, which tell people little."""
        return all(self._is_key(s) and str(v).isdigit() for s, v in naming)

    def _described(self, line: Line) -> list[Told]:
        """The first of a row's own words: a make, a title that several rows share."""
        table = self.phrases.slot(f"{self.subject}.")[1]
        words = [c for c in table.columns if c.role in ("name", "text", "category")] if table is not None else []
        slots = [f"{self.subject}.{c.name}" for c in words if not c.bookkeeping]
        found = ((s, line.row.values.get(s)) for s in slots if s not in self._of_parent())
        return [(s, v) for s, v in found if isinstance(v, str) and 0 < len(v) <= _LONGEST][:1]

    def _is_borrowed(self, line: Line) -> bool:
        """The row goes by the name of another that it joins."""
        names = [s for s, _ in line.values if s.endswith(".@name")]
        named = any(self._names(s) for s, _ in line.values)
        return bool(names) and not named and not self.need.meaning.group

    def _the_one(self, line: Line, name: str) -> str:
        """A single row: one that goes by others' names or numbers is the one that has them."""
        if self._is_borrowed(line):
            slot = next(s for s, _ in line.values if s.endswith(".@name"))
            label = self.phrases.label(slot, self.subject)
            if name.lower().startswith(f"the {label.lower()} "):
                return f"the one with {name}"
            return f"the one for {name}" if name.lower().endswith(label.lower()) else f"the one with {label} {name}"
        naming = self._apart(line)[0]
        joins = naming and all(s in self._key and self._keyed.refers(s) for s, _ in naming)
        return f"the one for {name}" if joins else name

    def _from_row(self, line: Line, slot: str) -> list[Told]:
        value = line.row.values.get(slot) if slot else None
        return [] if value is None else [(slot, value)]

    def _split_by(self) -> str:
        """What an answer is split by."""
        meaning = self.need.meaning
        if meaning.family == "count":
            return f"{meaning.table}.{meaning.column}" if meaning.column else ""
        return meaning.group

    def _ranked_by(self) -> str:
        """The figure a ranking of rows goes by."""
        meaning = self.need.meaning
        ranks = meaning.family == "top" and not meaning.group and meaning.column
        return f"{meaning.table}.{meaning.column}" if ranks else ""

    def _names(self, slot: str) -> bool:
        """The slot says which row it is."""
        spec, _, column = self.phrases.slot(slot)
        if spec.use:
            return spec.use in _PERIODS
        if slot == self._split_by() or self.need.meaning.family in ("total", "count", "ratio"):
            return True
        return spec.table == self.subject and (spec.column == "@name" or (column is not None and column.role == "key"))

    def _could_name(self, told: Told) -> bool:
        """For want of a name, a word that tells rows apart."""
        column = self.phrases.slot(told[0])[2]
        return (
            isinstance(told[1], str) and column is not None and column.role in ("name", "category", "text", "contact")
        )

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _label(self, slot: str) -> str:
        return self.phrases.noun(slot, self.subject)

    def _is_flag(self, slot: str) -> bool:
        spec, _, column = self.phrases.slot(slot)
        return column is not None and column.role == "flag" and not spec.use

    def _is_count(self, slot: str) -> bool:
        return self.phrases.slot(slot)[0].use == "count"

    def _is_key(self, slot: str) -> bool:
        column = self.phrases.slot(slot)[2]
        return column is not None and (column.role == "key" or slot in self._key)

    @property
    def _it_is(self) -> str:
        """The row, and that it is something: of people no word says who they are."""
        return "they are" if self.phrases.is_person(self.subject) else "it is"


def said_once(name: str, rest: list[Told]) -> tuple[str, list[Told]]:
    """A row without what its name says already at its end: "Chef's knife, oak, 16 cm" has the size in it."""
    parts = name.split(", ")[1:]
    return name, [(s, v) for s, v in rest if not (isinstance(v, str) and v in parts)]


def paired(label: str, text: str) -> str:
    """A label and its value: "city Porto", "address 2: Suite 408"."""
    return f"{label}: {text}" if label[-1:].isdigit() else f"{label} {text}"
