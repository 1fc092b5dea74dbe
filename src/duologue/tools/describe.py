"""Names and descriptions of tools: what the tool does, what comes back, in which order, how many, and what it refuses."""

from collections.abc import Mapping

from duologue import ids
from duologue.tools.drafts import Draft, Param, Query
from duologue.tools.families.common import listed
from duologue.tools.ground import Ground
from duologue.tools.naming import article, ascii_words, identifier
from duologue.tools.wording import Phrasing, Voice, phrases

SHOWN = 6
"""Fields that a description names."""


def kind_of(draft: Draft) -> str:
    """The entry of `wording.yaml` that speaks of the draft."""
    m = draft.meaning
    if m.family == "get" and m.other:
        return "get_parts"
    if m.family == "top" and m.group:
        return "top_group"
    if "far" in draft.words:
        return f"{m.family}_self"
    if m.family == "missing" and m.column:
        return "blank"
    return m.family


def name_of(ground: Ground, voice: Voice, draft: Draft, more: bool = False) -> str:
    """What the tool is called. With `more`, the name says what tells it from its namesakes."""
    kind = kind_of(draft)
    pattern = voice.names["missing" if kind == "blank" else kind]
    verb = voice.dialect.verbs[_family(draft)]
    words = {"others": draft.words.get("column", ""), "name": "name", **draft.words, "key": key_said(ground, draft)}
    if verb in ("sum up", "summarize") and draft.meaning.func != "sum":
        verb = "count" if draft.meaning.family == "count" else "get"
    if words.get("role") and kind == "related":
        words["parent"] = words["role"]
    words["fixed"] = words.get("fixed", "") if not words.get("fixed", "").isdigit() else ""
    words |= {k: _stand_in(k, draft) for k, v in words.items() if v and not ascii_words(v)}
    said = ascii_words(pattern.format_map({**words, "verb": verb}))
    if more:
        m = draft.meaning
        said += ascii_words(" ".join(filter(None, ("via" * bool(m.via), m.via.replace(",", " and "), m.other, m.func))))
    return identifier(said or ("tool",), voice.dialect.naming)


def _family(draft: Draft) -> str:
    """Whose verb it is called by: moving a date and correcting a fact have their own."""
    if draft.meaning.family in ("link", "unlink") and "far" in draft.words:
        return {"link": "create", "unlink": "remove"}[draft.meaning.family]
    if draft.meaning.family != "set":
        return draft.meaning.family
    return {"plan": "reschedule", "fact": "correct"}.get(draft.words.get("role", ""), "set")


def _stand_in(kind: str, draft: Draft) -> str:
    """A word for a name where the label has no letter that a name may have."""
    m = draft.meaning
    own = {"noun": m.table, "plural": m.table, "parent": m.parent, "column": m.column}.get(kind, "")
    return " ".join(ascii_words(own)) or {"noun": "record", "plural": "records", "column": "value"}.get(kind, kind)


def key_said(ground: Ground, draft: Draft) -> str:
    """How the key of what a tool is about is called: "id", "code", "order id and line number"."""
    keys = [p for p in draft.params if p.slot.use == "key"]
    if not keys or draft.meaning.family == "create":
        t = ground.tables.get(draft.meaning.table)
        labels = [ground.label(t.name, k) for k in t.key] if t else []
        return _short(labels, draft.words["noun"]) or "id"
    labels = [
        ground.label(p.slot.table, p.slot.column) if (p.slot.table, p.slot.column) in ground.columns else "id"
        for p in keys
    ]
    return _short(labels, draft.words.get("parent") or draft.words["noun"]) or "id"


def _short(labels: list[str], noun: str) -> str:
    if len(labels) != 1:
        return listed(labels)
    words = [w for w in labels[0].lower().split() if w not in noun.lower().split()]
    said = " ".join(words)
    return "id" if said in ("", "pk", "key") else said


def describe(ground: Ground, voice: Voice, draft: Draft, named: Mapping[str, str]) -> str:
    """The description, a few sentences."""
    p = Phrasing(ids.rng(voice.speech, "description", repr(draft.meaning)))
    words = {**draft.words, "key": key_said(ground, draft)}
    role = words.get("role", "")
    words["as_role"] = f", as {role}" if role and draft.meaning.family == "related" else ""
    person = ground.tables[draft.meaning.table].person
    words["its"], words["it"] = ("their", "them") if person else ("its", "it")
    words["with_values"] = f", with {words['its']} {words['values']}" if words.get("values") else ""
    if draft.meaning.family == "ratio":
        words |= _ratio_words(draft)
    sentences = [p.say("purpose", kind_of(draft), **words)]
    if words.get("filters") and draft.meaning.family != "search":
        sentences.append(p.say("narrowed", **words))
    sentences.append(_comes_back(draft, p, words))
    if words.get("lacking"):
        sentences.append(f"Leaves out {words['plural']} without {article(words['lacking'])} {words['lacking']}.")
    limit = next((param for param in draft.params if param.slot.use == "limit"), None)
    if limit:
        sentences.append(_limit_said(p, limit, named[limit.id]))
    sentences += _refusals(draft, p, words)
    return " ".join(s for s in sentences if s)


def _ratio_words(draft: Draft) -> dict[str, str]:
    fixed, column = draft.words.get("fixed", ""), draft.words["column"]
    return {
        "share_kind": "percentage" if draft.words.get("percent") else "share",
        "test": f'flagged "{column}"' if fixed else f"of a given {column}",
    }


def _comes_back(draft: Draft, p: Phrasing, words: Mapping[str, str]) -> str:
    family = draft.meaning.family
    if draft.effect == "write":
        kind = {"create": "created", "remove": "removed", "link": "linked", "unlink": "linked"}.get(family, "changed")
        kind += "_self" if kind == "linked" and "far" in draft.words else ""
        return p.say("shown", kind, **words)
    body = draft.steps[-1].body if family != "get" else draft.steps[1].body
    assert isinstance(body, Query)
    labels = list(dict.fromkeys(_field_said(f.short or f.about, words) for f in body.fields))
    said = listed(labels if len(labels) <= SHOWN else [*labels[:SHOWN], "more"])
    if family == "get":
        return p.say("shown", "record", **{**words, "fields": said})
    return f"{p.say('shown', 'list', **{**words, 'fields': said})}; {words['order']}."


def _field_said(about: str, words: Mapping[str, str]) -> str:
    """A field in a list of fields: "title of the album" is just "title" among albums."""
    return about.removesuffix(f" of the {words['noun']}")


def _limit_said(p: Phrasing, limit: Param, name: str) -> str:
    said = p.rng.choice(phrases()["limits"])
    return str(said).format(limit=f"`{name}`", limit_name=name, default=limit.default, most=limit.most)


def _refusals(draft: Draft, p: Phrasing, words: Mapping[str, str]) -> list[str]:
    """What it refuses, told once each: unknown keys and broken preconditions."""
    out: dict[str, str] = {}
    subject = words.get("parent") or words["noun"]
    for step in draft.steps:
        if step.problem and step.problem.type not in out:
            type = step.problem.type
            if type == "not_found" and draft.meaning.family in ("create", "link", "unlink"):
                continue
            kind = "already_taken" if draft.meaning.family == "set" and type == "already_exists" else type
            out[type] = p.say("refusals", kind, **{**words, "subject": subject})
    return list(out.values())
