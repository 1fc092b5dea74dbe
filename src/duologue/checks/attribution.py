"""Is each figure told of the row and the field it belongs to?

A figure can have a source and still be wrong: the neighbour's total, the weight told as the price. Ten questions find that
out, each only where the wording leaves no doubt:

* A figure right after a column's name ("unit price 20.70") must have been returned, said or passed for that column, if it was
  returned for another one.
* A number of rows ("14 tracks") must be the length of a list, a count that was returned, or follow from one.
* A change must be reported with the value that was written.
* A state, a kind or a yes or no told under its field's name must be what was returned for it (`called.py`).
* What came back for a field must not be denied of it (`denied.py`).
* "That is all" must not be said of a list of which rows were left out (`whole.py`).
* In an answer that lists rows by name, a figure beside a name must not be the same field's value of another row. Figures
  between two names may be of either, as long as those of the first come first.
* A figure told under its field's name, of one row that the clause names, must not be another row's where that row's own was returned.
* Nor must a yes agree to such a figure that the user says back (`agreeing.py`).
* A number right behind what rows are called ("loan 38") must be the key of one that was returned, or the user's own.

Figures with another explanation (the user's words, another list, simple arithmetic) are left alone.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from duologue.checks.agreeing import agrees, misplaced
from duologue.checks.called import miscalled
from duologue.checks.case import Case, verdict
from duologue.checks.chosen import misjudged
from duologue.checks.denied import denied
from duologue.checks.derived import Near, derive
from duologue.checks.labels import label_before, label_behind, starts, word_before
from duologue.checks.placing import (
    EVERYDAY,
    Gap,
    Spot,
    apart,
    bound,
    breaks_of,
    clause_of,
    gaps,
    is_name,
    is_tied,
    mentions,
    places,
    short_mentions,
)
from duologue.checks.rows import NOBODY, Claim, Listing, Row, Seen, among
from duologue.checks.sources import PART_OF
from duologue.checks.whole import cut_off, cut_short
from duologue.checks.words import finds
from duologue.language.amounts import amounts_in
from duologue.language.reading import Number
from duologue.plans.placeholders import leaves
from duologue.plans.trace import Executed
from duologue.types import Finding, Verdict

SMALL = 13
"""Whole numbers below it count too many things to be held against a row."""
RECENT = 4
"""Lists that a text without calls of its own may speak of."""

_CHANGES = re.compile(r"\b(?:set|setting|changed|updated|now|moved|corrected|put|done|new)\b", re.IGNORECASE)
_PART = re.compile(r"\bof (?:these|those|them|the)\b|\b(?:only|other|remaining|further|more)\b|\bpage\b")
_COMPARED = re.compile(
    r"\b(?:than|versus|vs|compared|against|beats?|exceeds?|unlike|instead|from|was|were|before|earlier|not)\b", re.I
)
_OF = re.compile(r"\b(?:of|for) (?:the )?(?:\w+ ){0,2}\Z")
_AGAINST = re.compile(r",? (?:against|compared (?:with|to)|versus|vs)\b")
"""What a figure is held against: the figure before it is of what was spoken of, whatever row is named behind."""
_GAP = re.compile(r"\b(?:difference|gap|apart|more|less)\b")
_OPEN = re.compile(
    r"(?:\A|[^\w\s] ?|\n|\b(?:the|an?|of|for|to|is|are|was|on|and|or|with|in|from|by|only|just|as|it's|that's|at|both|see|have|has|find|"
    r"found|includ\w+|called|number) )\W*\Z"
)
"""What may stand before the whole of a noun: not another part of it ("order item 2" is no item)."""
_CLOSED = re.compile(r"[*\s]*(?:\Z|[.,;:!?](?!\d)|\(|\)|\n|(?:and|or|is|has|was|as|for)\b)")
"""What may stand behind a key: not what it counts, nor the rest of a text that it begins ("address 12 Canal Road")."""


def attribution(case: Case) -> Verdict:
    """Nothing is told of the wrong row or the wrong field."""
    if not case.columns:
        return verdict("attribution", [])
    seen = Seen(case.columns)
    calls = {c.turn: c for c in case.trace.calls if not c.failed and isinstance(c.result, dict)}
    findings = []
    asked = 0
    for number, turn in enumerate(case.trace.turns):
        role = turn.message.role
        if role == "tool" and number in calls:
            tool = case.trace.tools.get(calls[number].call.name)
            if tool is not None:
                seen.add(calls[number], tool)
        elif role == "user":
            asked = number
            seen.hear(case.reading(number))
        elif role == "assistant" and turn.message.content:
            judge = _Judge(case, seen, number)
            wrong = judge.objections() or [what for what in (denied(case, number),) if what]
            if not wrong and asked and not case.blocks[number] and agrees(case.reading(number), case.reading(asked)):
                wrong = _Judge(case, seen, asked).misplaced()
            findings += [Finding(number, what) for what in wrong]
    return verdict("attribution", findings + misjudged(case))


_SENTENCE = 80
"""Characters before a figure in which a word may say which bound it is."""


class _Judge:
    """One text of the assistant's, before what was seen by then."""

    def __init__(self, case: Case, seen: Seen, turn: int) -> None:
        reading = case.reading(turn)
        self.case, self.seen, self.turn, self.text = case, seen, turn, reading.text
        self.block: Sequence[Executed] = case.blocks.get(turn, ())
        """The calls it reports."""
        self.claims: list[Claim] = [n for n in reading.numbers if not n.word and not n.scale]
        self.claims += reading.dates
        if amounts := amounts_in(reading.text, seen.amounts):
            starts_at = {n.start for n in amounts}
            self.claims = [*(c for c in self.claims if c.start not in starts_at), *amounts]
        self.lowered = self.text.lower()

    def objections(self) -> list[str]:
        """What is told of the wrong field or row."""
        listings = self._listings()
        if not (self.seen.results and (self.claims or self.block or listings)):
            return []
        out = [what for claim in self.claims if (what := self._count(claim) or self._key(claim) or self._field(claim))]
        out = out or [
            what for x in listings if (what := (self.claims and self._row(x)) or cut_short(self.text, self.lowered, x))
        ]
        if out:
            return out
        what = cut_off(self.text, self.case.reading(self.turn).numbers, self.block)
        what = what or miscalled(self.text, self.seen, self.block, listings, self._heard)
        return [what] if what else []

    def _heard(self) -> str:
        """What the user has said, folded."""
        return " ¶ ".join(self.case.reading(s.turn).folded for s in self.case.trace.user if s.turn < self.turn)

    def misplaced(self) -> list[str]:
        """What a question says back of another row than the one it names."""
        return misplaced(self.claims, apart(self._named, self.lowered), self.seen)

    def _listings(self) -> list[Listing]:
        if len(self.lowered) != len(self.text):
            return []
        fresh = {c.turn for c in self.block}
        return [x for x in self.seen.listings if x.turn in fresh] if fresh else self.seen.listings[-RECENT:]

    # ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _noun(self, claim: Claim) -> str:
        """What a figure is the key of, by the words right before it ("loan 38"); empty where it is none."""
        if not isinstance(claim, Number) or claim.decimals or claim.percent or not claim.text.isdigit():
            return ""
        if not _CLOSED.match(self.text, claim.end):
            return ""
        before = self.lowered[max(0, claim.start - _SENTENCE) : claim.start].removesuffix("#")
        nouns = [n for n in self.seen.keys if before.endswith(f"{n} ") and _OPEN.search(before[: -len(n) - 1])]
        return max(nouns, key=len, default="")

    def _key(self, claim: Claim) -> str:
        """A key that no result gave for rows of that name."""
        noun = self._noun(claim)
        if not noun or claim.text in self.seen.keys[noun] or among(claim, self.seen.heard):
            return ""
        if self._is_in_error(claim.text):
            return ""
        if label_before(self.lowered, claim.start, self.seen.labels) not in ("", noun):
            return ""  # "units on order 0"
        return f"{claim.text!r} is no {noun} that was returned"

    # ── Fields ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _field(self, claim: Claim) -> str:
        if isinstance(claim, Number) and len(claim.suffix) > 1 and claim.text.endswith(claim.suffix.upper()):
            return ""  # a part of a code: "postal code N1 5LH"
        label = label_before(self.lowered, claim.start, self.seen.labels)
        label = label or label_behind(self.lowered, claim.end, self.seen.labels)
        own = self.seen.by_label.get(label)
        if not own:
            return ""
        wrong = self._change(claim, label)
        if wrong or any(
            among(claim, figures) for figures in (own, self.seen.free, self.seen.counted, self.seen.computed)
        ):
            return wrong or self._of_another(claim, label) or self._of_earlier(claim, label)
        others = sorted(x for x, figures in self.seen.by_label.items() if x != label and among(claim, figures))
        if not others or self._is_derived(claim) or any(self._qualified(claim, label, x) for x in others):
            return ""
        return f"{claim.text!r} was never returned as {label}, only as {others[0]}"

    def _of_another(self, claim: Claim, label: str) -> str:
        """The field's value of another row than the one that the clause names, of which another was returned."""
        if not self._named:
            return ""
        start, end = clause_of(claim, self._breaks)
        named = apart(self._named, self.lowered[start:end])
        if len(named) != 1 or _COMPARED.search(self.text, start, end):
            return ""
        facts = self.seen.facts.get(named[0], {}).get(label, set())
        excused = (facts, self.seen.heard, self.seen.passed, self.seen.computed)
        if not facts or any(among(claim, figures) for figures in excused):
            return ""
        at = start + places(self.lowered[start:end], named[0])[0][0]
        if at > claim.end and not _OF.search(self.lowered, claim.end, at):
            return ""
        return f"{claim.text!r} is not the {label} of {named[0]!r} but of another row"

    def _of_earlier(self, claim: Claim, label: str) -> str:
        """The field's value of a record that came back earlier, told of what the calls behind this text gave, which is another."""
        fresh = {f for c in self.block for f in self.seen.fresh.get(c.turn, {}).get(label, ())}
        if not fresh or any(c.effect == "write" for c in self.block) or "?" in self.text:
            return ""  # "which one is it?" speaks of others, too
        excused = (fresh, self.seen.heard, self.seen.passed, self.seen.computed, self.seen.free, self.seen.counted)
        start, end = clause_of(claim, self._breaks)
        if any(among(claim, figures) for figures in excused) or _COMPARED.search(self.text, start, end):
            return ""
        own = {str(v).lower() for c in self.block for _, v in leaves(c.result)}
        told = (r for n in apart(self._named, self.lowered) if n not in own for r in self.seen.by_name[n])
        if any(among(claim, r.figures.values()) for r in told) or self._is_derived(claim):
            return ""
        return f"{claim.text!r} is not the {label} that came back, but an earlier one"

    @cached_property
    def _named(self) -> list[str]:
        """The names of rows that the text holds, but for those that are words of ours."""
        return [n for n in self.seen.by_name if n in self.lowered and places(self.lowered, n)]

    @cached_property
    def _breaks(self) -> list[int]:
        return breaks_of(self.text, [(a, b, NOBODY) for n in self._named for a, b in places(self.lowered, n)])

    def _qualified(self, claim: Claim, label: str, other: str) -> bool:
        """ "The lowest salary is 4000": the label said, and in another word what makes it the other ("minimum salary")."""
        if label not in other:
            return False
        kinds = [kind for kind in ("least", "most") if finds("bounds", kind, other) is not None]
        said = self.lowered[max(0, claim.start - _SENTENCE) : claim.start]
        return any(finds("bounds", kind, said) is not None for kind in kinds)

    def _change(self, claim: Claim, label: str) -> str:
        """A change reported with another value than the one that was written."""
        if not any(c.effect == "write" and c.worked for c in self.block):
            return ""
        start, end = clause_of(claim, breaks_of(self.text, []))
        written = [f for c in self.block for f in self.seen.fresh.get(c.turn, {}).get(label, ())]
        if not written or among(claim, written) or not _CHANGES.search(self.text, start, end):
            return ""
        return "" if word_before(self.text, claim) in ("from", "was") else f"{claim.text!r} was not written as {label}"

    def _count(self, claim: Claim) -> str:
        """A number of rows that no list had and no result gave."""
        if not isinstance(claim, Number) or claim.percent or not isinstance(claim.value, int):
            return ""
        behind = self.lowered[claim.end : claim.end + 60].lstrip()
        table = next((t for p, t in self.case.plurals.items() if starts(behind, p)), None)
        before = word_before(self.text, claim)
        opens = before == "among" and claim is self.claims[0]
        if table is None or (before in PART_OF and not opens) or claim.text in self.seen.keys.get(before, ()):
            return ""
        whole = behind.partition(":")[0] in self.case.plurals and not _PART.search(self.lowered, 0, claim.start)
        whole = whole or opens
        if self._is_beside(claim.value, table, whole):
            return f"{claim.text!r} is not how many were listed"
        if claim.value in self.seen.free or claim.value in self.seen.counted or self._is_in_error(str(claim.value)):
            return ""
        if any(claim.value in derive(r).counts for r in self.seen.results):
            return ""
        return f"{claim.text!r} counts no list there was"

    def _is_in_error(self, figure: str) -> bool:
        """An error that came back says the figure ("has 3 checked bags already", "is busy with run 40901")."""
        said = re.compile(rf"(?<![\d.,]){figure}(?![\d.,]*\d)")
        return any(c.failed and c.turn < self.turn and said.search(c.text) for c in self.case.trace.calls)

    def _is_beside(self, count: int, table: str, whole: bool) -> bool:
        """Rows of the table have just been listed, and the number has nothing to do with that nor with the user's words. `whole`: it
        announces the list, so that a part of it won't do."""
        listed = [c for c in self.block if self._lists(c) == table and not c.failed and isinstance(c.result, dict)]
        if not listed or count in self.seen.heard:
            return False
        since = listed[0].turn if whole else 0
        same = [c.result for c in self.case.trace.calls if self._lists(c) == table and since <= c.turn < self.turn]
        same = [r for r in same if isinstance(r, dict)]
        sizes = {len(v) for r in same for v in r.values() if isinstance(v, list)}
        said = [c for c in self.block if not c.failed and isinstance(c.result, dict) and self._of_table(c) == table]
        about = {v for c in said for k, v in c.result.items() if isinstance(v, int) and k not in ("limit", "offset")}
        about |= {v for c in said if c not in listed for _, v in leaves(c.result) if isinstance(v, int)}
        return count not in sizes | about and (whole or not any(count in derive(c.result).counts for c in listed))

    def _lists(self, call: Executed) -> str:
        """The table whose rows a call lists; empty where that is not sure."""
        tool = self.case.trace.tools.get(call.call.name)
        meaning = tool.meaning if tool is not None else None
        return meaning.table if meaning is not None and meaning.family in ("find", "search", "related") else ""

    def _of_table(self, call: Executed) -> str:
        """The table that a call is about, whatever it asks of it."""
        tool = self.case.trace.tools.get(call.call.name)
        return tool.meaning.table if tool is not None and tool.meaning is not None else ""

    # ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _row(self, listing: Listing) -> str:
        """The first figure told of the wrong row of a list."""
        spots = mentions(self.lowered, listing.rows, self.seen.by_name)
        spots = [s for s in spots if not self._is_state(s)]
        spots = sorted([*spots, *short_mentions(self.text, listing.rows, spots)], key=lambda s: s[:2])
        if not spots:
            return ""
        breaks = breaks_of(self.text, spots)
        loose: list[Claim] = []
        for claim in self.claims:
            if any(start <= claim.start and claim.end <= end for start, end, _ in spots):
                continue
            row = bound(claim, spots, breaks, self.text)
            if row is None:
                loose.append(claim)
            elif wrong := self._misplaced(claim, row, listing, clause_of(claim, breaks)):
                return wrong
        return next((w for gap in gaps(loose, spots, breaks) if (w := self._parted(gap, listing, breaks))), "")

    def _is_state(self, spot: Spot) -> bool:
        """It tells what a row is ("the status is open"), and names none: the row has a name of its own."""
        start, _, row = spot
        return bool(row.identity) and label_before(self.lowered, start, frozenset(row.words)) != ""

    def _parted(self, gap: Gap, listing: Listing, breaks: list[int]) -> str:
        """The objection to the figures between two names, if they can't be parted so that the first ones are of the row
        before them and the others of the row behind them."""
        before, claims, behind = gap
        wrong = ""
        for claim in claims:
            clause = clause_of(claim, breaks)
            if before is not None:
                wrong = self._misplaced(claim, before, listing, clause)
                if not wrong:
                    continue
                before = None  # from here on the figures must be of the next row
            if behind is None or self._misplaced(claim, behind, listing, clause):
                return wrong
        return ""

    def _misplaced(self, claim: Claim, row: Row, listing: Listing, clause: tuple[int, int]) -> str:
        """The objection to a figure told of a row, if it is another row's and nothing else explains it."""
        tied = row is not NOBODY and is_tied(claim, row, self.text, self.seen.labels)
        if row is NOBODY or self._is_heard(claim, tied) or self._noun(claim):
            return ""
        if not tied and among(claim, self.seen.free):
            return ""
        if not tied and isinstance(claim, Number) and isinstance(claim.value, int) and abs(claim.value) < SMALL:
            return ""
        shared = {name for r in listing.rows if r is not row for name in r.identity}
        same = [r for name in row.identity if name not in shared for r in self.seen.by_name.get(name, ())]
        if any(among(claim, r.figures.values()) for r in (row, *same)):
            return ""
        others = [r for r in listing.rows if r is not row]
        owners = [r for r in others if any(among(claim, (f,)) for k, f in r.figures.items() if k in row.figures)]
        vague = (name for r in owners for name in r.short if not is_name(name) or name.lower() in EVERYDAY)
        if not owners or any(places(self.lowered[slice(*clause)], name.lower()) for name in vague):
            return ""
        if not tied and (_AGAINST.search(self.lowered, claim.end, clause[1]) or self._is_gap(claim, clause)):
            return ""
        if self._is_elsewhere(claim, listing, self.lowered[slice(*clause)]) or (not tied and self._is_derived(claim)):
            return ""
        return f"{claim.text!r} is not of {(row.names or row.short)[0]!r} but of another row"

    def _is_heard(self, claim: Claim, tied: bool) -> bool:
        """The user said the figure; of one that a list has just put to a row, since something was looked up before."""
        if not (tied and self.block):
            return among(claim, self.seen.heard)
        since = max((t for t, block in self.case.blocks.items() if block and t < self.turn), default=0)
        said = [self.case.reading(s.turn) for s in self.case.trace.user if since < s.turn < self.turn]
        return any(among(claim, [*(n.value for n in r.numbers), *(x for d in r.dates for x in d.days)]) for r in said)

    def _is_gap(self, claim: Claim, clause: tuple[int, int]) -> bool:
        """It is said to be how far two figures of its clause are apart, and is."""
        if not isinstance(claim, Number) or not _GAP.search(self.lowered, *clause):
            return False
        start, end = clause
        beside = [c.value for c in self.claims if isinstance(c, Number) and c is not claim and start <= c.start < end]
        return any(abs(abs(a - b) - claim.value) < 1e-6 for a in beside for b in beside)

    def _is_elsewhere(self, claim: Claim, listing: Listing, clause: str) -> bool:
        """The figure is of a row from elsewhere than this list, which the clause names too."""
        own = {name for row in listing.rows for name in row.names}
        return any(
            name not in own and any(among(claim, r.figures.values()) for r in rows) and bool(places(clause, name))
            for name, rows in self.seen.by_name.items()
        )

    def _is_derived(self, claim: Claim) -> bool:
        near = Near.of(self.case.reading(self.turn), units=self.seen.amounts)
        return isinstance(claim, Number) and any(derive(r).explains(claim, near) for r in self.seen.results[-RECENT:])
