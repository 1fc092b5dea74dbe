"""The parameters of a draft in one dialect: names, JSON Schemas, and how they are described."""

from collections.abc import Mapping
from random import Random
from typing import Any

from duologue import ids
from duologue.tools.drafts import Concept, Draft, Param
from duologue.tools.ground import Ground
from duologue.tools.naming import ascii_words, distinct, identifier
from duologue.tools.vocabulary import column_words, noun_of
from duologue.tools.wording import Phrasing, Voice

Days = Mapping[tuple[str, str], str]
"""(table, column) of the times that travel as dates → the midnight they are stored with."""
FORMATS = {
    "date": ("date", "YYYY-MM-DD"),
    "datetime": ("", "YYYY-MM-DD HH:MM:SS"),
    "email": ("email", ""),
    "month": ("", "YYYY-MM"),
    "time": ("", "HH:MM"),
}


def name_params(ground: Ground, voice: Voice, draft: Draft, names: Mapping[Concept, str]) -> dict[str, str]:
    """Parameter id → name, no two alike."""
    taken: set[str] = set()
    return {p.id: distinct(_name(ground, voice, draft, p, names), taken) for p in draft.params}


def _name(ground: Ground, voice: Voice, draft: Draft, p: Param, names: Mapping[Concept, str]) -> str:
    naming, use = voice.dialect.naming, p.slot.use
    if use in ("limit", "offset"):
        habit = "page_limit" if use == "limit" and voice.dialect.envelope == "paged" else use
        return identifier(ascii_words(voice.habits[habit]), naming)
    if use == "match":
        habit = voice.habits["match"]
        if habit != "field" and draft.meaning.family == "find":
            return identifier((habit,), naming)
        t = ground.tables[p.slot.table]
        label = column_words(ground, t.name, t.display[0]) if len(t.display) == 1 else ("name",)
        return names.get((t.name, "@name", ""), identifier((*noun_of(ground, t.name), *label), naming))
    if use in ("from", "to"):
        c = ground.columns[p.slot.table, p.slot.column]
        first, last = voice.habits["dates" if c.role == "date" else "bounds"].split("|")
        x = " ".join(ascii_words(names[p.concept]))
        return identifier(tuple((first if use == "from" else last).format(x=x).split()), naming)
    if use == "value" and draft.meaning.family == "set" and voice.habits["value_prefix"]:
        return identifier((voice.habits["value_prefix"], *ascii_words(names[p.concept])), naming)
    return names[p.concept]


def schema_of(ground: Ground, voice: Voice, draft: Draft, named: Mapping[str, str], days: Days) -> dict[str, Any]:
    """The JSON Schema of the draft's arguments. `days` are the times that travel as dates."""
    phrasing = Phrasing(_rng(voice, draft, "parameters"))
    properties = {named[p.id]: _property(ground, voice, draft, p, (phrasing, days)) for p in draft.params}
    out: dict[str, Any] = {"type": "object", "properties": properties}
    out["required"] = [named[p.id] for p in draft.params if p.required]
    out["additionalProperties"] = False
    return out


def _rng(voice: Voice, draft: Draft, what: str) -> Random:
    return ids.rng(voice.speech, what, repr(draft.meaning))


def _property(ground: Ground, voice: Voice, draft: Draft, p: Param, context: tuple[Phrasing, Days]) -> dict[str, Any]:
    phrasing, days = context
    out: dict[str, Any] = {"type": p.type}
    if p.integer_key and voice.dialect.ids == "text":
        out = {"type": "string", "pattern": "^-?[0-9]+$"}
    form, written = _format(ground, p, days)
    if form:
        out["format"] = form
    out["description"] = _description(ground, draft, p, phrasing) + (f" ({written})" if written else "")
    if p.enum:
        out["enum"] = list(p.enum)
    if p.least is not None:
        out["minimum"] = p.least
    if p.most is not None:
        out["maximum"] = p.most
    if p.slot.use in ("match", "equals") and p.required and out["type"] == "string" and not p.enum:
        out["minLength"] = 1
    if p.default is not None:
        out["default"] = p.default
    return out


def _format(ground: Ground, p: Param, days: Days) -> tuple[str, str]:
    if p.type != "string" or p.format == "search":
        return "", ""
    if p.format == "datetime" and (p.slot.table, p.slot.column) in days and p.slot.use == "value":
        return FORMATS["date"]
    if p.format == "datetime" and p.slot.use in ("from", "to"):
        return FORMATS["date"]
    if p.slot.use not in ("from", "to", "value", "equals"):
        return "", ""
    return FORMATS.get(p.format, ("", ""))


def _description(ground: Ground, draft: Draft, p: Param, phrasing: Phrasing) -> str:
    use = p.slot.use
    words = {"about": p.about, "noun": draft.words["noun"], "plural": draft.words["plural"]}
    if use in ("limit", "match"):
        return p.about
    if use == "key":
        table = p.slot.table
        words |= {"id": ground.short_label(table, p.slot.column), "what": p.about.removeprefix("the ")}
        return phrasing.say("parameters", "key", **words) if " of the " not in p.about else _capital(p.about)
    if use == "equals":
        kind = "equals_name" if p.slot.column == "@name" else "equals_key" if " of the " in p.about else "equals"
        return phrasing.say("parameters", "required_equals" if p.required else kind, **words)
    if use in ("from", "to"):
        date = ground.columns[p.slot.table, p.slot.column].format in ("date", "datetime")
        return phrasing.say("parameters", f"{use}_date" if date else use, **words)
    if use == "value":
        return phrasing.say("parameters", "new_value" if draft.meaning.family == "set" else "value", **words)
    return phrasing.say("parameters", "offset")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
