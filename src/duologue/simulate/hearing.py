"""What the scripted user understands of an assistant that it knows by its words alone.

A scripted assistant's turns carry acts; a model's are text. `Hearing` gives such a text acts of the same kinds, from what a user has
to go by: the words, the request under way, what must be told of it, and what the user knows. Results are not seen: that something
was changed is taken on the assistant's word, and whether the word was true is for the checks to say.

The order of asking is the order of certainty. Values to be told can be found exactly. A question is found by its form, and what it is
about by the names of what the user could answer. What is left is unclear, and says so.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from duologue.catalog.model import Catalog, Column
from duologue.checks.case import columns_of
from duologue.language.phrases import Phrases
from duologue.language.questions import Heard, Question, is_firm, is_more, listen
from duologue.language.reading import Reading, fold, has_phrase, read
from duologue.language.values import is_blank, tells
from duologue.simulate.agenda import WRITES
from duologue.types import Act, Disclosure, Fact, Json, Need, Subtask, Turn

ANSWERED = frozenset({"inform", "select", "confirm", "correct", "unsure", "refuse"})
"""What a user's turn that answers the assistant does."""
_ASIDES = frozenset({"follow up", "doubt", "recap", "compare", "check", "out of scope"})
_EVERYDAY = re.compile(
    r"number|date|name|code|status|value|text|id|no|the|of|on|at|in|is|for|and|to|new|current|record"
)
_BY_ROLE = {
    "date": "when date day",
    "measure": "much many amount value figure price cost",
    "name": "name called who spelled title",
    "contact": "contact reach",
}
_BY_FORMAT = {
    "email": "email mail",
    "phone": "phone telephone mobile",
    "money": "price cost amount",
    "url": "link website",
}
_POINTS = re.compile(r"\b(?:this|that|these|the changes?|do it)\b", re.IGNORECASE)
LABELLED = 80
"""Characters before a figure in which its label is looked for."""
_GOES = re.compile(r"(?:\b(?:to|as|be|becomes?|is|with)|[:=→>])[\s\"'“*_`$£€]*\Z", re.IGNORECASE)


class Point(Struct, frozen=True):
    """Something the user could tell: a slot (of a value with its use), what it is called, its value.

    `of`: held (a value not given yet) · need (one that the request said) · choice (tells namesakes apart).
    """

    slot: str
    label: str
    value: Json
    of: str


class Situation(Struct, frozen=True):
    """Where the conversation stands: the parts asked for last, and what came of them so far."""

    open: tuple[Subtask, ...]
    known: tuple[Fact, ...]
    """What the user knows beyond what the parts say: facts that tell namesakes apart."""
    said: frozenset[str]
    """Slots, with their use, of the values the user has given for them."""
    texts: tuple[str, ...]
    """The assistant's, since they were asked for; the last one is to be understood."""
    before: tuple[str, ...]
    """The assistant's earlier ones."""
    aside: str = ""
    """follow up · doubt · recap, where the user's last words were that."""
    agreed: bool = False
    """The user's last words were a yes."""
    unsure: bool = False
    """They were that it does not know."""
    answers: int = 0
    repeats: int = 0
    drops: int = 0
    """Parts given up so far."""


def situation(turns: Sequence[Turn], parts: Sequence[Subtask], known: Sequence[Fact]) -> Situation:
    """Read it off the turns. `parts` are all parts in the order of asking; `known` what the user knows of the task under way."""
    mine = [n for n, t in enumerate(turns) if t.message.role == "user"]
    asking = [n for n in mine if any(a.kind == "request" for a in turns[n].acts)]
    since = asking[-1] if asking else 0
    asked = sum(1 for n in asking for a in turns[n].acts if a.kind == "request")
    latest = sum(1 for a in turns[since].acts if a.kind == "request")
    acts = [a for n in mine if n >= since for a in turns[n].acts]
    kinds = [{a.kind for a in turns[n].acts} for n in mine if n > since]
    spoke = [(n, t.message.content) for n, t in enumerate(turns) if t.message.role == "assistant"]
    told = [(n, text) for n, text in spoke if text or n == len(turns) - 1]
    last = turns[mine[-1]].acts if mine else ()
    needs = [s.need for s in parts if s.need is not None]
    spoken = {(k.rpartition(":")[0], str(v)) for n in needs for k, v in n.values.items()}
    spoken |= {(f"{m.table}.{name}", str(v)) for n in needs for m in n.mentions for name, v in m.by.items()}
    return Situation(
        open=tuple(parts[max(asked - latest, 0) : asked]),
        known=tuple(f for f in known if (f.slot, str(f.value)) not in spoken and not f.slot.endswith(".@name")),
        said=frozenset(k for a in acts for k in (*a.values, *(a.need.values if a.need is not None else ()))),
        texts=tuple(text for n, text in told if n > since),
        before=tuple(text for n, text in told if n < since),
        aside=next((a.kind for a in last if a.kind in _ASIDES), ""),
        unsure=any(a.kind == "unsure" for a in last),
        agreed=any(a.kind == "confirm" for a in last),
        answers=sum(1 for k in kinds if k & ANSWERED),
        repeats=sum(1 for k in kinds if "repeat" in k),
        drops=sum(1 for n in mine for a in turns[n].acts if a.kind == "drop"),
    )


class Hearing:
    """Listens for one user."""

    def __init__(self, catalog: Catalog, phrases: Phrases) -> None:
        self.phrases = phrases
        self.columns: Mapping[str, Column] = columns_of(catalog)

    def hear(self, at: Situation) -> tuple[Act, ...]:
        """What the assistant's last text does: acts of the kinds a scripted assistant has, and

        * `ask` with a slot for each thing the user could answer, without one where it could answer nothing;
        * `offer`, something beyond what was asked for;
        * `part told`, with the slots still `left`; `promise`, to do it; `unclear`.
        """
        text = at.texts[-1] if at.texts else ""
        heard = listen(text)
        if self._is_met(at, heard, text):
            return (Act("confirm?"),)
        asks = self._questions(heard, text, at)
        left = self._left(at, heard)
        # Namesakes offered to choose from may show the very values asked for.
        told = left is not None and not left and not any(a.kind == "choices" for a in asks)
        if told or (at.aside and not asks):
            return self._settled(at, heard)
        if asks:
            return asks
        failed = self._failed(heard)
        if failed:
            return (Act(failed),)
        if heard.of("offer"):
            return (Act("offer"),)
        if left and len(left) < sum(len(self._told_of(s)) for s in at.open):
            return (Act("part told", values={"left": list(dict.fromkeys(d.slot for d in left))}),)
        return (Act("promise" if heard.promises and not heard.questions else "unclear"),)

    def _is_met(self, at: Situation, heard: Heard, text: str) -> bool:
        """How things stand was told, and with it the change proposed that hangs on that."""
        needs = [s.need for s in at.open if s.need is not None and s.need.when is not None]
        if not needs or at.agreed or not heard.of("confirm", "offer") or says_done(heard):
            return False
        values = [(k, v) for n in needs for k, v in n.values.items() if k.endswith(":value")]
        return all(tells(read(text), v, self._column(k)) for k, v in values)

    # ── what was told ────────────────────────────────────────────────────────────────────────────────────────────────

    def _left(self, at: Situation, heard: Heard) -> list[Disclosure] | None:
        """What of the open parts is still to be told; none = all is settled; None where something else is missing."""
        out: list[Disclosure] = []
        unsettled = False
        since = [read(t) for t in at.texts]
        quiet = not heard.of("which", "what", "confirm", "offer") and not heard.fails
        for subtask in at.open:
            missing = [d for d in self._told_of(subtask) if not self._is_told(d, since)]
            if missing and quiet and all(self._is_told(d, [*since, *map(read, at.before)]) for d in missing):
                missing = []
            out += missing
            unsettled = unsettled or not (self._told_of(subtask) or self._is_done(subtask, at, heard))
            if is_write(subtask.need) and missing and not self._is_done(subtask, at, heard):
                unsettled = True
        return None if unsettled and not out else out

    def _told_of(self, subtask: Subtask) -> list[Disclosure]:
        return [d for d in subtask.tell if not is_blank(d.value)]

    def _is_told(self, told: Disclosure, texts: Sequence[Reading]) -> bool:
        return any(tells(r, told.value, self.columns.get(told.slot)) for r in texts)

    def _is_done(self, subtask: Subtask, at: Situation, heard: Heard) -> bool:
        """A change is done when it is said to be; so is, what leaves nothing to tell, when something was said of it."""
        if is_write(subtask.need):
            return any(says_done(listen(t)) for t in at.texts) or self._is_reported(subtask.need, at, heard)
        busy = heard.of("which", "what", "confirm", "proceed")
        return not busy and (heard.states or heard.fails or heard.missing)

    def _is_reported(self, need: Need | None, at: Situation, heard: Heard) -> bool:
        """After a yes, any plain statement is a report; without one, what says all the values that were to be written."""
        extra = ("closing", "offer") if at.agreed else ("closing",)
        if len(heard.questions) > len(heard.of(*extra)):
            return False
        if heard.fails or heard.missing or heard.promises or not heard.states or not at.texts:
            return False
        values = {k: v for k, v in need.values.items() if k.endswith(":value")} if need is not None else {}
        reading = read(at.texts[-1])
        return at.agreed or (bool(values) and all(tells(reading, v, self._column(k)) for k, v in values.items()))

    def _settled(self, at: Situation, heard: Heard) -> tuple[Act, ...]:
        acts: tuple[Act, ...] = ()
        if not at.aside:
            acts = tuple(
                self._report(s.need, heard, heard.empty and not self._told_of(s)) for s in at.open if s.need is not None
            )
        offers = heard.of("offer", "confirm")
        return (*(acts or (Act("report"),)), *((Act("offer", values={"words": offers[0].text}),) if offers else ()))

    def _report(self, need: Need, heard: Heard, is_empty: bool) -> Act:
        if is_write(need):
            return Act("report change" if heard.claims or not heard.fails else "error", need)
        values: dict[str, Json] = {"single": need.meaning.family == "get" or need.pick is not None}
        if heard.items and not values["single"]:
            values |= {"names": list(heard.items), "total": len(heard.items)}
            return Act("report many", need, values)
        return Act("report empty" if is_empty and not values["single"] else "report", need, values)

    def _failed(self, heard: Heard) -> str:
        if heard.missing:
            return "not found"
        return "error" if heard.fails else ""

    # ── what was asked ───────────────────────────────────────────────────────────────────────────────────────────────

    def _questions(self, heard: Heard, text: str, at: Situation) -> tuple[Act, ...]:
        """What the text wants answered before the work goes on."""
        points = self.points(at)
        out: list[Act] = []
        unknown = False
        for question in heard.of("which", "what"):
            about = f"{question.text} {' '.join(heard.items)}" if question.kind == "what" else question.text
            found = self._answering(question, about, text, points)
            out += found
            unknown = unknown or not found
        if out:
            return tuple(_once(out))
        consent = heard.of("confirm") or tuple(q for q in heard.of("offer") if self._is_wanted(q, at, points))
        if consent and not unknown and not self._is_way_out(consent, heard, at):
            return self._consent(consent, text, at, points)
        other = heard.of("other")
        if (
            other
            and self._has_writes(at)
            and any(tells(read(q.text), p.value, self._column(p.slot)) for q in other for p in points)
        ):
            return self._consent(other, text, at, points)  # "the price to 3.99?": what is asked is whether it is right
        found = [a for q in other for a in self._answering(q, q.text, text, points, sure=True)]
        return tuple(_once(found)) if found else (Act("ask"),) if unknown else ()

    def _is_wanted(self, offer: Question, at: Situation, points: Sequence[Point]) -> bool:
        """What sounds like an extra is the very thing asked for: any look at the records; a change with its values."""
        values = [p for p in points if p.slot.endswith(":value")] or points
        told = read(offer.text)
        return not self._has_writes(at) or any(tells(told, p.value, self._column(p.slot)) for p in values)

    def _has_writes(self, at: Situation) -> bool:
        return any(is_write(s.need) for s in at.open)

    def _is_way_out(self, asked: Sequence[Question], heard: Heard, at: Situation) -> bool:
        """What is offered instead of a change that failed is not what was asked for."""
        meant = any((is_firm(q) or _POINTS.search(q.text)) and not is_more(q) for q in asked)
        return heard.fails and self._has_writes(at) and not meant

    def _consent(self, asked: Sequence[Question], text: str, at: Situation, points: Sequence[Point]) -> tuple[Act, ...]:
        """Leave is wanted. For a change the values must be right; one that was never given is given first."""
        written = [p for p in points if p.slot.endswith(":value") and p.of in ("held", "need")]
        reading = read(text)
        unsaid = [p for p in written if not tells(reading, p.value, self._column(p.slot))]
        wrong = [p for p in unsaid if self._is_wrong(p, reading)]
        if wrong:
            return tuple(Act("wrong", values={"slot": p.slot}) for p in wrong)
        held = [p for p in unsaid if p.of == "held"]
        if held:
            return tuple(Act("ask", values={"slot": p.slot}) for p in held)
        restate = [p.slot for p in unsaid] if any(is_firm(q) for q in asked) else []
        return (Act("confirm?", values={"unsaid": restate} if restate else {}),)

    def _is_wrong(self, point: Point, reading: Reading) -> bool:
        """Another value of the same kind stands where this one should: "to 4.99" where it is to be 3.99."""
        column = self._column(point.slot)
        own = read(self.phrases.value(point.slot.rpartition(":")[0], point.value))
        same = (
            reading.dates
            if own.dates
            else [n for n in reading.numbers if not n.word]
            if own.numbers
            else reading.codes
            if own.codes
            else []
        )
        label = fold(point.label)
        for one in same:
            before = reading.text[max(0, one.start - LABELLED) : one.start]
            if fold(before).rstrip(" :=*|").endswith(label):
                return True
            if _GOES.search(before) and has_phrase(reading.folded, label):
                return True
        others = [v for v in (column.values if column is not None else ()) if isinstance(v, str) and v != point.value]
        return any(has_phrase(reading.folded, f"{word} {fold(v)}") for v in others for word in ("to", "as"))

    def _answering(
        self, question: Question, about: str, text: str, points: Sequence[Point], sure: bool = False
    ) -> list[Act]:
        """What of the points a question asks for. `sure`: only by name."""
        named = [p for p in points if self._is_about(p, about)]
        held = [p for p in named if p.of == "held"]
        if held:
            return [_asked(p) for p in held]
        choice = [p for p in points if p.of == "choice"]
        offered = [p for p in choice if tells(read(text), p.value, self._column(p.slot))]
        chosen = (offered if question.kind in ("which", "other") else []) or [p for p in named if p.of == "choice"]
        if chosen:
            return [_chosen(chosen[0])]
        if named:
            return [_asked(p) for p in named[:3]]
        if sure:
            return []
        rest = [p for p in points if p.of == "held"]
        if rest and question.kind == "what":
            return [_asked(p) for p in rest]
        if question.kind == "which" and choice:
            return [_chosen(choice[0])]
        mine = [p for p in points if tells(read(text), p.value, self._column(p.slot))]
        return [_asked(p) for p in mine[:1]] if question.kind == "which" else []

    def _is_about(self, point: Point, question: str) -> bool:
        """The question names what the point is: by its label, or as such things are asked for."""
        asked = _words(question.replace("e-mail", "email"))
        label = _words(f"{point.label} {point.slot.partition('.')[2].partition(':')[0]}".replace("_", " "))
        own = [w for w in label if not _EVERYDAY.fullmatch(w)] or label
        if any(_alike(w, q) for w in own for q in asked):
            return True
        column = self._column(point.slot)
        named = column.role if column is not None else "name" if "@name" in point.slot else ""
        usual = _BY_ROLE.get(named, "") + " " + _BY_FORMAT.get(column.format if column is not None else "", "")
        return bool(set(usual.split()) & set(asked))

    def points(self, at: Situation) -> list[Point]:
        """All that the user could tell about the open parts."""
        out: dict[str, Point] = {}
        for need in (s.need for s in at.open if s.need is not None):
            for slot, value in need.values.items():
                label = self.phrases.noun(slot.rpartition(":")[0], need.meaning.table)
                out[slot] = Point(slot, label, value, "need" if slot in at.said else "held")
            for mention in need.mentions:
                for name, value in mention.by.items():
                    slot = f"{mention.table}.{name}"
                    out[slot] = Point(slot, self.phrases.label(slot, mention.table), value, "need")
        tables = {m.table for s in at.open if s.need is not None for m in s.need.mentions if "@name" in m.by}
        for fact in at.known:
            table = fact.slot.partition(".")[0]
            if table in tables and not is_blank(fact.value):
                label = fact.label or self.phrases.label(fact.slot, table)  # several rows may have such a fact
                out.setdefault(f"{fact.slot} {fact.value}", Point(fact.slot, label, fact.value, "choice"))
        return list(out.values())

    def chosen(self, choices: Sequence[Point], column: str, at: Situation) -> Point:
        """Of the facts about a column that tell namesakes apart, the one the assistant offers."""
        own = [p for p in choices if p.slot.partition(".")[2] == column]
        offered = read(at.texts[-1])
        return next((p for p in own if tells(offered, p.value, self._column(p.slot))), own[0])

    def _column(self, slot: str) -> Column | None:
        return self.columns.get(slot) or self.columns.get(slot.rpartition(":")[0])


def is_write(need: Need | None) -> bool:
    """It asks for a change."""
    return need is not None and need.meaning.family in WRITES


def says_done(heard: Heard) -> bool:
    """It says that something was done, and does not ask for leave to do it."""
    return heard.claims and not any(is_firm(q) for q in heard.of("confirm"))


def _asked(point: Point) -> Act:
    return Act("ask", values={"slot": point.slot})


def _chosen(point: Point) -> Act:
    return Act("choices", values={"columns": [point.slot.partition(".")[2]]})


def _once(acts: Sequence[Act]) -> list[Act]:
    return [a for n, a in enumerate(acts) if a not in acts[:n]]


def _words(text: str) -> list[str]:
    return [w.removesuffix("s") if len(w) > 3 else w for w in re.findall(r"[a-z0-9@]+", text.casefold())]


def _alike(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) > 4 and word[:5] == other[:5])
