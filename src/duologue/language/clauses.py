"""The pieces of a need that grammar lines are filled with.

Every family of needs uses the same names for its pieces, so that the grammar files can be read and extended without this code:

    subject, subjects, a_subject   the thing asked about: "invoice", "invoices", "an invoice"
    who, whose, of_who             the row it is about: "Dana Whitfield", "Dana Whitfield's", "of Dana Whitfield"
    me, you                        instead of `who`, where the user speaks for themselves; `whose` is "my" or "your" then, and so is
    my, your                       which nobody else has
    other_who                      the second row, of a link or a reassignment; ref: what it is to the first: "manager"
    columns, columns_bare, is_are  what is to be told: "the city and the phone number"; "city and phone number"; "are"
    beside                         the same, where rows of a list have names and more than these is wanted: it is always said
    whats                          "what's", or "what are" where that is many
    flag                           a yes or no that is asked for: "discontinued"; it_is, is_it, its: "it's", "is it", "its"; of people "they're" …
    how, how_told                  one fact asked for in words of its own: "how much does Chai cost"; "how much Chai costs"
    done, tied                     what the row did with the things asked about, where that is known: "placed"; with the row: "set by Ann"
    filters                        "with genre Rock", "placed since 3 May"
    best                           the one row wanted: "the invoice with the highest total"; extreme: "highest total"; has_most: "is the cheapest"
    it                             instead of `who`, where a change just made is taken back
    role_of                        what the rows asked about are not: "manager of any employee"
    measure, most                  of a ranking or a total: "total price"; "highest total price"
    group, groups, n               what it is split by: "country", "countries"; how many are wanted: "3"
    changes, details               of a write: "the city to Porto"; "city Porto and date 3 May 2024"
    should, stands                 of a write: "the city should be Porto"; "the city is Porto"
    test                           of a share, what is counted: "that are discontinued"
    not_yet                        where that is a date: "haven't been returned"
    field, a_field, new_field      the column a need is about: "city", "discontinued status"; "a city"; "a new city"; need: "needs", of many "need"
    limit                          what there is to spend: "50.00"
    child, children, parent        the tables beside it; role: what the parent is to them, where that is not clear: "manager"
    verb                           of a hand-written tool: "cancel"
    when, when_not                 the condition of a change: "the stock is below 20"; "the stock is not below 20"
    field, theirs, parts           of two sides held against one another: "total"; "the customer's address"; what a total is of: "invoice lines"
    either, which, is_more, by     of rows that are compared: "Chai or Chang"; "which" or "who"; "is cheaper"; "by how much"

Whatever is drawn, a text says all that the need means: `worded` takes the lines that say most of it and adds what they leave out.
"""

import random
import re

from duologue.language.asked import asked_for
from duologue.language.conditions import when, when_not
from duologue.language.extremes import is_many, measure_word
from duologue.language.filters import spoken_filters
from duologue.language.forms import is_assigned
from duologue.language.grammar import Grammar, article, listed, possessive
from duologue.language.naming import computed
from duologue.language.phrases import MANY, Phrases
from duologue.language.picked import has_most, not_yet
from duologue.language.sides import sides
from duologue.language.verbs import made_by, tied
from duologue.language.weighed import compared, compares
from duologue.types import Among, Json, Mention, Need

_ROWS = frozenset({"get", "set", "remove"})
"""Families about one row; where it is named by the rows it joins, those together are its name."""
_FUNCTIONS = {"sum": "total {}", "avg": "average {}", "min": "lowest {}", "max": "highest {}", "count": "number {}"}
_WHOSE = {"me": "my", "you": "your"}
_LEFT = {
    "columns": ", namely {columns}",
    "flag": ", and whether {it_is} {flag}",
    "beside": ", with {columns}",
    "filters": ", only {subjects} {filters}",
    "details": ", with {details}",
    "changes": ", setting {changes}",
    "n": ", just the top {n}",
    "extreme": ", in particular the one with the {extreme}",
    "best": ", in particular {best}",
    "other_who": ", along with {other_who}",
    "role": ", as {role}",
    "when": ", but only if {when}",
    "who": ", for {who}",
    "whose": ", {for_whom}",
}
"""How what a line leaves out is added to it."""


class Speaker(str):
    """The user where they speak for themselves: "me" in their own mouth, "you" in the assistant's. Takes the place of `who`."""


ME, YOU = Speaker("me"), Speaker("you")


def pieces(
    phrases: Phrases, need: Need, rows: tuple[str, ...] | None = None, dice: random.Random | None = None
) -> dict[str, str]:
    """The pieces for a need. `rows` are the phrases for its mentions, where the speaker has better ones.

    With `dice`, what can be said in several ways (a filter) is said in one of them.
    """
    meaning = need.meaning
    subject, subjects = phrases.called(meaning)
    words = rows if rows is not None else tuple(phrases.row(m) for m in need.mentions)
    asked = phrases.asked(need)
    out = {
        "subject": subject,
        "subjects": subjects,
        "a_subject": article(subject),
        "columns": phrases.columns(need),
        "columns_bare": phrases.columns(need, ""),
        "is_are": phrases.are(asked, meaning.table),
        "whats": "what's" if phrases.are(asked, meaning.table) == "is" else "what are",
        "filters": _filters(phrases, need, dice),
        "n": _limit(need),
        "verb": meaning.verb,
    }
    out |= _meant(phrases, need)
    if meaning.family in MANY:
        out |= _grouping(phrases, need, out["filters"])
    else:
        out |= _written(phrases, need) | _rows(phrases, need, subject, words)
        if meaning.family == "related":
            out |= _related(phrases, need, out)
        if dice is not None:
            out |= asked_for(phrases, need, out.get("who", ""), dice)
    out |= _special(phrases, need)
    if need.amends == "undo" and all(
        w == phrases.row(m) and _points(m) for m, w in zip(need.mentions, words, strict=True)
    ):
        out = {k: v for k, v in out.items() if k not in ("who", "of_who", "whose")} | {"it": "it"}
    if need.pick is not None:
        names = any(w.startswith(meaning.table + ".") and ":" not in w for w in need.wanted)
        out["best"] = phrases.pick(need.pick, out.get("group") or (subject if names else "one"))
        out["extreme"], out["has_most"] = phrases.extreme(need.pick), has_most(phrases, need.pick)
    return out


def _special(phrases: Phrases, need: Need) -> dict[str, str]:
    """The pieces of what only some needs mean: rows compared, two sides, several rows of a list, a condition."""
    out, about = compared(phrases, need) if compares(need) else dict[str, str](), need.meaning.table
    if need.against is not None:
        out |= sides(phrases, need)
    if need.among is not None:
        out |= _among(phrases, need.among, about)
    if need.when is not None:
        still = need.meaning.family == "act"
        out["when"] = when(phrases, need.when, about, still)
        out["when_not"] = when_not(phrases, need.when, about, still)
    return out


def _meant(phrases: Phrases, need: Need) -> dict[str, str]:
    """The other tables and the column that it is about."""
    meaning, out = need.meaning, dict[str, str]()
    if meaning.other:
        out["child"], out["children"] = phrases.table(meaning.other)
        role = phrases.role(meaning.other, meaning.table, meaning.via) if meaning.family == "missing" else ""
        if role:
            whose = "anyone" if role == out["child"] else f"any {out['child']}"
            out |= {"role_of": f"{role} of {whose}", "children": ""}
    if meaning.parent:
        out["parent"] = phrases.table(meaning.parent)[0]
    if meaning.column:
        field = out["field"] = phrases.noun(f"{meaning.table}.{meaning.column}", meaning.table)
        out["new_field"], out["need"] = (f"new {field}", "need") if is_many(field) else (f"a new {field}", "needs")
        out["not_yet"] = not_yet(phrases, f"{meaning.table}.{meaning.column}")
    return out


def _related(phrases: Phrases, need: Need, out: dict[str, str]) -> dict[str, str]:
    """What the row is to the rows that belong to it, and what is wanted of these."""
    meaning = need.meaning
    role, parent = phrases.role(meaning.table, meaning.parent, meaning.via), phrases.table(meaning.parent)[0]
    more = {"role": role, "beside": out["columns"] if _goes_beyond_names(phrases, need) else ""}
    if role.rpartition(" ")[2] == parent:  # whose home port is Tallinn, not the port Tallinn
        more |= {k: out[k].replace(f"the {parent} ", "", 1) for k in ("who", "of_who") if k in out}
    how, who = tied(role), more.get("who", "") or out.get("who", "")
    return more | {
        "tied": f"{how} {who}" if how and who else "",
        "done": "" if role else made_by(out["subject"], parent),
    }


def _goes_beyond_names(phrases: Phrases, need: Need) -> bool:
    """Of rows that have names more is wanted than these: that has to be asked for."""
    return need.pick is None and need.among is None and f"{need.meaning.table}.@name" in need.wanted


def _points(mention: Mention) -> bool:
    """It says no more than "that one"."""
    return not mention.by and mention.pick is None and not mention.each


def _among(phrases: Phrases, among: Among, subject: str) -> dict[str, str]:
    """The pieces of a need that means several rows of a list."""
    out = {"field": phrases.noun(among.slot, subject), "a_field": phrases.indefinite(among.slot, subject)}
    out["not_yet"] = not_yet(phrases, among.slot)
    return out if among.value is None else out | {"limit": phrases.value(among.slot, among.value)}


def _filters(phrases: Phrases, need: Need, dice: random.Random | None) -> str:
    if not (need.values or need.mentions):
        return ""
    return spoken_filters(phrases, need, dice or random.Random(phrases.style))


def _grouping(phrases: Phrases, need: Need, filters: str) -> dict[str, str]:
    """The pieces of what is about many rows."""
    meaning = need.meaning
    out = {
        "measure": _measure(phrases, need),
        "most": _most(phrases, need),
        "group": phrases.group(need),
        "groups": phrases.groups(need),
    }
    if meaning.family == "ratio":
        out["test"] = phrases.flagged(f"{meaning.table}.{meaning.column}") or filters
    return out


def _written(phrases: Phrases, need: Need) -> dict[str, str]:
    """The pieces of what a write sets or enters."""
    if not need.values:
        return {}
    out = {"details": phrases.details(need)}
    if need.meaning.family == "set" and out["details"]:
        out["changes"] = phrases.changes(need)
        out["should"] = phrases.stands(need, "should be")
        out["stands"] = phrases.stands(need)
    return out


def _rows(phrases: Phrases, need: Need, subject: str, words: tuple[str, ...]) -> dict[str, str]:
    """The rows it is about, as they are spoken of."""
    meaning = need.meaning
    if words and meaning.family in _ROWS and all(m.table != meaning.table for m in need.mentions):
        words = (_joining(phrases, need, subject, words),)
    if meaning.family == "create":
        words = _with_kinds(phrases, need, words)
    if not words:
        return {}
    if isinstance(words[0], Speaker):
        out = {words[0]: words[0], "whose": _WHOSE[words[0]], "for_whom": f"for {words[0]}"}
        out[_WHOSE[words[0]]] = _WHOSE[words[0]]
    else:
        out = {"who": words[0], "of_who": f"of {words[0]}", "whose": _whose(words[0])}
    if len(words) > 1:
        out["other_who"] = listed(list(words[1:]))
    if is_assigned(need) and meaning.family == "set":
        out["ref"] = _what_it_is_to_it(phrases, need)
    return out


def as_what_it_is(slots: dict[str, str]) -> dict[str, str]:
    """The pieces for lines that say what the other row is: "her department is Sales", not "is the department Sales"."""
    ref, other = slots.get("ref"), slots.get("other_who", "")
    return slots | {"other_who": other.removeprefix(f"the {ref} ")} if ref else slots


def _what_it_is_to_it(phrases: Phrases, need: Need) -> str:
    """What the row that another is to refer to will be to it: its manager, its artist."""
    other = next((m.table for m in need.mentions if m.table != need.meaning.table), need.meaning.table)
    column = need.meaning.column
    links = [x for x in phrases.catalog.links if x.table == need.meaning.table and x.to == other]
    own = [x for x in links if column in x.columns] or (links if len(links) == 1 else [])
    return (own[0].role or phrases.table(other)[0]) if own else ""


def _with_kinds(phrases: Phrases, need: Need, words: tuple[str, ...]) -> tuple[str, ...]:
    """The rows that a new one belongs to: what kind each is, unless its name says enough; of one that is of the same kind as the new one, what it
    is to it ("the manager Ann Ashe"). Three and more are read out as one list with the last one apart."""
    about = need.meaning.table
    pairs = list(zip(need.mentions, words, strict=True))
    bare = [not isinstance(w, Speaker) and w in _names(phrases, m) for m, w in pairs]
    if not all(bare) or any(m.table == about for m in need.mentions):
        kinds = [phrases.role(about, m.table) or phrases.table(m.table)[0] for m in need.mentions]
        alone = len(words) == 1 and need.mentions[0].table != about
        twice = {m.table for m in need.mentions if sum(x.table == m.table for x in need.mentions) > 1} | {about}
        own = [
            b and not alone and (m.table in twice or (not phrases.is_person(m.table) and phrases.row(m) != w))
            for (m, w), b in zip(pairs, bare, strict=True)
        ]
        words = tuple(f"the {k} {w}" if o else w for k, w, o in zip(kinds, words, own, strict=True))
    if len(words) > 2 and not isinstance(words[0], Speaker):
        return ", ".join(words[:-1]), words[-1]
    return words


def _names(phrases: Phrases, mention: Mention) -> tuple[str, ...]:
    """A row by its name alone, as it may be said."""
    return (phrases.row(mention, bare=True), str(mention.by["@name"])) if "@name" in mention.by else ()


def of_the_speaker(phrase: str, speaker: Speaker) -> str:
    """A phrase of a domain's own with the speaker's row in it: "the orders of me" are "my orders". Empty where it can't be said so."""
    whose = _WHOSE[speaker]
    put = re.sub(rf"\b(?:the|an?) ((?:[\w-]+ ){{0,3}}[\w-]+) of {speaker}\b", rf"{whose} \1", phrase)
    put = re.sub(rf"\b([\w-]+) of {speaker}\b", rf"{whose} \1", put)
    return (
        ""
        if re.search(
            rf"(?<!for )(?<!to )(?<!with )(?<!from )(?<!put )(?<!add )(?<!hand )(?<!take )(?<!remove )(?<!give )(?<!get )(?<!set )(?<!connect )(?<!pass )(?<!enrol )(?<!sign )(?<!switch )\b{speaker}\b(?!')",
            put,
        )
        else put
    )


def _joining(phrases: Phrases, need: Need, subject: str, words: tuple[str, ...]) -> str:
    """A row named by those it joins: "Ruth Oake's enrolment for the course Violin Studio", else "the line of order 40211 for Chai"."""
    people = [w for m, w in zip(need.mentions, words, strict=True) if phrases.is_person(m.table)]
    others = [w for w in words if w not in people]
    if len(people) == 1 and others and (whose := _whose(people[0])):
        return f"{whose} {subject} for {listed(others)}"
    return f"the {subject} of {words[0]}" + (f" for {listed(list(words[1:]))}" if words[1:] else "")


def _whose(name: str) -> str:
    """A possessive where it reads well: of a person or of "that order", not behind what names a thing or ends like a possessive itself."""
    if isinstance(name, Speaker):
        return _WHOSE[name]
    if len(name) > 28 or ", " in name or " with the " in name or not name[-1:].isalpha() or name.endswith(("'s", "’s")):
        return ""
    return "" if name.startswith("the ") else possessive(name)


def _measure(phrases: Phrases, need: Need) -> str:
    meaning = need.meaning
    if meaning.func == "count" or (meaning.func and not meaning.column):
        return f"number of {phrases.table(meaning.table)[1]}"
    if not meaning.column:
        return ""
    label = phrases.label(f"{meaning.table}.{meaning.column}", meaning.table)
    return computed(_FUNCTIONS[meaning.func], label) if meaning.func in _FUNCTIONS else label


def _most(phrases: Phrases, need: Need) -> str:
    """What the first of a ranking has: "most tracks", "longest total duration"."""
    meaning = need.meaning
    if meaning.func == "count" or (meaning.func and not meaning.column):
        return f"most {phrases.table(meaning.table)[1]}"
    measure = _measure(phrases, need)
    if not measure:
        return ""
    column = phrases.slot(f"{meaning.table}.{meaning.column}")[2]
    if is_many(measure) and not meaning.func and not (column and column.unit):
        return f"most {measure}"
    return f"{measure_word('max', measure, column.unit if column else '')} {measure}"


def _limit(need: Need) -> str:
    value: Json = next((v for k, v in need.values.items() if k.endswith(":limit")), None)
    return "" if value is None else str(value)


def demanded(slots: dict[str, str], form: str) -> frozenset[str]:
    """The pieces a text must say, whatever line is drawn."""
    must = {s for s in ("who", "other_who", "n", "changes", "filters", "role", "when", "flag", "by") if slots.get(s)}
    if slots.get("me") or slots.get("you"):
        must.add("whose")
    if slots.get("details") and not slots.get("changes"):
        must.add("details")
    if form == "get" and slots.get("columns"):
        must.add("columns")
    if form == "count" and slots.get("group"):  # "how many are there?" asks for one number
        must.add("group")
    return frozenset(must)


def worded(lines: Grammar, part: str, slots: dict[str, str], form: str, dice: random.Random) -> str:
    """A line of the form, or of its plain family where that can say as much; what it leaves out is added.

    Raises `KeyError` where neither has a line that can be filled.
    """
    must = demanded(slots, form)
    family = form.partition("_")[0]
    text, left = lines.fullest(f"{part}.{form}", dice, slots, must)
    if not text and family != form and form not in _APART and not form.endswith(_APART):
        text, left = lines.fullest(f"{part}.{family}", dice, slots, must)
        left |= {"best"} if slots.get("best") else set()
    if not text:
        raise KeyError(f"{part}.{form}: no line for {sorted(k for k, v in slots.items() if v)}")
    return completed(text, left | ({"beside"} if slots.get("beside") else set()), slots)


_APART = ("get_best", "_undo", "_instead", "_within", "_lacking")
"""Forms that mean what no line of the plain family says."""


def completed(text: str, left: frozenset[str], slots: dict[str, str]) -> str:
    """The text with what it left out added at its end, before a question mark."""
    missing = [s for s in _LEFT if s in left and slots[s] not in text]
    if not missing:
        return text
    end = text[-1:] if text[-1:] in ("?", ".") else ""
    return text[: len(text) - len(end)] + "".join(_LEFT[s].format_map(slots) for s in missing) + end
