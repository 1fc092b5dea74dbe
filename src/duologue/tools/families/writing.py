"""Changes to one row: create, set, remove. Each for an intent that the column's role allows, each with its refusals.

Keys, generated columns and secrets are never written by `set`. A status that is final stays: where some of the values that
occur say so ("cancelled"), moving on from them is refused.
"""

from collections.abc import Iterator
from functools import partial
from random import Random

from duologue.catalog.model import Column, Link, Table
from duologue.tools.drafts import (
    Among,
    Arg,
    Col,
    Compare,
    Condition,
    Delete,
    Draft,
    Exists,
    Field,
    Insert,
    Next,
    Param,
    Query,
    Source,
    Step,
    Term,
    Update,
)
from duologue.tools.families.common import Candidate, Taste, args, column_param, key_params, listed, must_exist
from duologue.tools.families.reading import record_fields
from duologue.tools.ground import Ground, spoken, words
from duologue.tools.naming import article
from duologue.types import Meaning, Problem, Slot

SET_WEIGHT = {
    "status": 2.2, "contact": 1.5, "date": 1.3, "measure": 1.1, "reference": 1.0, "flag": 1.0, "text": 0.7, "category": 0.6,
    "name": 0.4,
}  # fmt: skip
BOUND = "_new"
"""The name under which the key of a new row is bound."""
MOST_VALUES = 8
"""Columns that a new row may be given values for, at most."""


def candidates(ground: Ground) -> Iterator[Candidate]:
    """create, set and remove for the tables that can be written."""
    for t in ground.catalog.tables:
        if not t.writable or not t.key:
            continue
        if t.kind in ("entity", "event") and (plan := key_plan(ground, t)) is not None:
            meaning = Meaning("create", t.name)
            weight = 1.6 if t.kind == "event" else 1.0
            yield Candidate(meaning, (t.name,), partial(create, ground, t, plan), weight, write=True)
        for c in t.columns:
            if settable(ground, t, c):
                meaning = Meaning("set", t.name, c.name)
                weight = SET_WEIGHT[c.role] * (1.0 if t.kind != "lookup" else 0.3) * (0.15 if is_fact(c) else 1.0)
                yield Candidate(meaning, (t.name,), partial(assign, ground, t, c), weight, write=True)
        if removable(ground, t):
            meaning = Meaning("remove", t.name)
            yield Candidate(meaning, (t.name,), partial(remove, ground, t), 0.8, write=True)


# ── create ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def key_plan(ground: Ground, t: Table) -> tuple[str, ...] | None:
    """How a new row gets its key, a word per key column: next (number) · refer (to another row) · give. None where nobody
    could give it."""
    plan = []
    for k in t.key:
        c = ground.columns[t.name, k]
        if ground.link_of(t.name, k):
            plan.append("refer")
        elif c.type == "INTEGER" and (len(t.key) == 1 or _numbers_parts(ground, t, c)):
            plan.append("next")
        elif c.generated or not ground.shown(c) or (c.role not in ("date", "category") and _coined(c)):
            return None
        else:
            plan.append("give")
    return tuple(plan)


def _numbers_parts(ground: Ground, t: Table, c: Column) -> bool:
    """Whether a part of a key counts the rows that share the rest of it, from 0 or 1 (line numbers)."""
    others = [k for k in t.key if k != c.name]
    return c.least in (0, 1) and c.distinct * 3 <= t.rows and all(ground.link_of(t.name, k) for k in others)


def _coined(c: Column) -> bool:
    """Whether a key's values are made up by a machine, so that nobody could name the next one."""
    return any(not isinstance(v, str) or len(v) > 6 or any(ch.isdigit() for ch in v) for v in c.values) or not c.values


def create(ground: Ground, t: Table, plan: tuple[str, ...], rng: Random, taste: Taste) -> Draft | None:
    """A new row."""
    given = _given(ground, t)
    if given is None:
        return None
    params: list[Param] = []
    steps: list[Step] = []
    values: list[tuple[str, Term]] = []
    keys: list[Arg] = []
    for k, how in zip(t.key, plan, strict=True):
        if how != "next":
            given_as = _reference if how == "refer" else _value
            params.append(given_as(ground, t, k, True))
        keys.append(Arg(BOUND, bound=True) if how == "next" else Arg(params[-1].id))
        values.append((k, keys[-1]))
    if "next" in plan:
        steps.append(_number(ground, t, plan, keys))
    for c, required in given:
        refers = ground.link_of(t.name, c.name) is not None
        given_as = _reference if refers else _value
        p = given_as(ground, t, c.name, required)
        params.append(p)
        values.append((c.name, Arg(p.id)))
    params.sort(key=lambda p: not p.required)
    for p in params:
        if p.slot.use == "key":
            steps.append(_must_refer(ground, p))
    steps += _unique(ground, t, given)
    if "next" not in plan:
        taken = Exists(t.name, "x", ground.by_key(t.name, tuple(keys), "x"), negated=True)
        steps.append(
            Step(
                "require",
                taken,
                Problem(
                    "already_exists", f"There is already {article(t.label)} {t.label} with that {_keyed(ground, t)}."
                ),
            )
        )
    steps.append(Step("write", Insert(t.name, tuple(values))))
    steps.append(after(ground, t, tuple(keys), taste))
    words_ = {"noun": t.label, "plural": t.plural, "values": _values_said(ground, t, given)}
    return Draft(Meaning("create", t.name), tuple(params), tuple(steps), "write", (t.name,), words_)


def _keyed(ground: Ground, t: Table) -> str:
    """What the key of a table's rows is made of, in words: "order and product"."""
    parts = []
    for name in t.key:
        link = ground.link_of(t.name, name)
        parts.append(ground.tables[link.to].label if link is not None else ground.label(t.name, name))
    return " and ".join(dict.fromkeys(parts))


def _unique(ground: Ground, t: Table, given: list[tuple[Column, bool]]) -> list[Step]:
    """The requirements that what names a row is not taken yet, where no two rows share it."""
    out = []
    for c, _ in given:
        if c.unique and c.name in t.display and len(t.display) == 1:
            p = f"{c.name}:value"
            same = (Compare("=", Col("x", c.name), Arg(p)),)
            said = Problem("already_exists", f"There is already {article(t.label)} {t.label} called {{{p}}}.")
            out.append(Step("require", Exists(t.name, "x", same, negated=True), said))
    return out


def _number(ground: Ground, t: Table, plan: tuple[str, ...], keys: list[Arg]) -> Step:
    """Bind the next number: one more than the greatest there is, among the rows that share the rest of the key."""
    k = t.key[plan.index("next")]
    same = tuple(Compare("=", Col("t", o), a) for o, a in zip(t.key, keys, strict=True) if o != k)
    new = Field(Next(Col("t", k)), ("", BOUND, ""), Slot(t.name, k))
    return Step("bind", Query((Source(t.name, "t"),), (new,), same))


def _values_said(ground: Ground, t: Table, given: list[tuple[Column, bool]]) -> str:
    labels = [ground.label(t.name, c.name) for c, required in given if required]
    return listed(labels[:4])


def _given(ground: Ground, t: Table) -> list[tuple[Column, bool]] | None:
    """The columns a new row gets values for, and whether they must be given. None where one that must be can't."""
    out: list[tuple[Column, bool]] = []
    for c in t.columns:
        if c.name in t.key or c.generated:
            continue
        needed = not c.nullable
        if not ground.shown(c) or (c.role == "reference" and ground.link_of(t.name, c.name) is None):
            if needed and c.nulls == 0 and c.role == "reference":
                return None
            continue
        named = c.name in t.display or (
            c.role in ("reference", "date", "measure") and c.nulls == 0 and t.kind == "event"
        )
        if (
            needed
            or named
            or c.role in ("reference", "contact", "status", "category", "date", "measure", "flag", "text", "name")
        ):
            out.append((c, needed or named))
    out.sort(key=lambda item: not item[1])
    chosen = {c.name for c, _ in out[:MOST_VALUES]}
    must = {c.name for c, required in out if required}
    if len(must) > MOST_VALUES + 2:
        return None
    return [(c, r) for c, r in out if c.name in chosen | must] or None


def _reference(ground: Ground, t: Table, column: str, required: bool) -> Param:
    """A parameter that names another row by its key."""
    link = ground.link_of(t.name, column)
    assert link is not None
    c = ground.columns[link.to, link.to_columns[0]]
    concept = ground.concept(t.name, column) if ground.resolved(t.name, column) else (t.name, column, "")
    role = ground.role_label(link)
    return Param(
        f"{column}:key", Slot(link.to, link.to_columns[0], "key"), concept, ground.jtype(c), required,
        about=f"the {role}", integer_key=c.type == "INTEGER",
    )  # fmt: skip


def _value(ground: Ground, t: Table, column: str, required: bool) -> Param:
    return column_param(ground, t.name, column, "value", required)


def _must_refer(ground: Ground, p: Param) -> Step:
    to = ground.tables[p.slot.table]
    where = (Compare("=", Col("x", p.slot.column), Arg(p.id)),)
    label = ground.short_label(to.name, p.slot.column)
    body = Exists(to.name, "x", where, optional="" if p.required else p.id)
    return Step("require", body, Problem("not_found", f"There is no {to.label} with {label} {{{p.id}}}."))


def after(ground: Ground, t: Table, keys: tuple[Term, ...], taste: Taste) -> Step:
    """The record as it stands, as the result of a change."""
    fields, sources = record_fields(ground, t.name, taste)
    return Step("return", Query((Source(t.name, "t"), *sources), fields, ground.by_key(t.name, keys)), part="head")


# ── set ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def settable(ground: Ground, t: Table, c: Column) -> bool:
    """Whether a person could have a reason to change the column."""
    if (
        c.name in t.key
        or c.generated
        or not ground.shown(c)
        or c.role not in SET_WEIGHT
        or (c.unique and c.role == "other")
    ):
        return False
    if c.role == "reference":
        link = ground.link_of(t.name, c.name)
        return link is not None and _movable(ground, t, link)
    if c.role == "measure":
        return c.type in ("INTEGER", "REAL") and c.format not in ("year", "code") and c.sorts
    if c.role == "date":
        return c.format in ("date", "datetime", "year", "time") and not spoken(c.label or c.name) & words()["unmoved"]
    if c.role in ("status", "flag", "category"):
        return len(c.values) > 1
    return c.type == "TEXT"


def _manner(t: Table, c: Column) -> str:
    """What kind of change it is: a plan is moved, a fact is corrected, anything else is set."""
    if c.role == "date":
        return "plan" if t.kind == "event" and c.format in ("date", "datetime") else "fact"
    return "fact" if is_fact(c) else c.role


def is_fact(c: Column) -> bool:
    """Whether a number or year is a fact of the world, which can be corrected but not decided."""
    return c.format == "year" or (c.role == "measure" and bool(spoken(c.label or c.name) & words()["facts"]))


def _movable(ground: Ground, t: Table, link: Link) -> bool:
    """Whether a row may come to refer to another one: who handles an event, where it happens; not what it belongs to."""
    to = ground.tables[link.to]
    if t.kind == "link" or to.rows < 2:
        return False
    return t.kind == "entity" or bool(link.role) or (not to.person and to.rows * 5 <= t.rows)


def assign(ground: Ground, t: Table, c: Column, rng: Random, taste: Taste) -> Draft:
    """A new value for one column of one row."""
    keys = key_params(ground, t.name)
    label = ground.label(t.name, c.name)
    refers = ground.link_of(t.name, c.name) is not None
    value = (_reference if refers else _value)(ground, t, c.name, True)
    steps = [must_exist(ground, t.name, keys), *([_must_refer(ground, value)] if refers else [])]
    row = ground.by_key(t.name, args(keys), "x")
    final = tuple(v for v in c.values if c.role == "status" and spoken(str(v)) & words()["final"])
    if final and len(final) < len(c.values):
        still: tuple[Condition, ...] = (*row, Among(Col("x", c.name), final, negated=True))
        message = f"The {label} of this {t.label} is final and can't be changed any more."
        steps.append(Step("require", Exists(t.name, "x", still), Problem("already_final", message)))
    other = (*row, Compare("is not", Col("x", c.name), Arg(value.id)))
    message = f"The {label} of this {t.label} is already {{{value.id}}}."
    steps.append(Step("require", Exists(t.name, "x", other), Problem("unchanged", message)))
    steps += _unique(ground, t, [(c, True)])
    where = tuple(Compare("=", Col("", k), a) for k, a in zip(t.key, args(keys), strict=True))
    steps.append(Step("write", Update(t.name, ((c.name, Arg(value.id)),), where)))
    steps.append(after(ground, t, args(keys), taste))
    words_ = {
        "noun": t.label,
        "plural": t.plural,
        "column": label,
        "role": _manner(t, c),
        "final": "y" * bool(final),
    }
    return Draft(Meaning("set", t.name, c.name), (*keys, value), tuple(steps), "write", (t.name,), words_)


# ── remove ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def removable(ground: Ground, t: Table) -> bool:
    """Events and other leaves; never the things that much else hangs on, nor lookups, nor what is in use in every row."""
    used = any(ground.columns[li.table, li.columns[0]].distinct >= t.rows for li in _dependents(ground, t))
    leaf = t.kind == "entity" and not t.person and not ground.links_to[t.name] and t.rows > 3
    return (t.kind == "event" and not used) or leaf


def _dependents(ground: Ground, t: Table) -> list[Link]:
    """The links of tables (not of views) that keep a row from being removed."""
    return [li for li in ground.links_to[t.name] if ground.tables[li.table].writable and li.to_columns == t.key]


def remove(ground: Ground, t: Table, rng: Random, taste: Taste) -> Draft:
    """One row less; refused while others refer to it."""
    keys = key_params(ground, t.name)
    steps = [must_exist(ground, t.name, keys)]
    for link in _dependents(ground, t):
        child = ground.tables[link.table]
        own = tuple(Compare("=", Col("x", c), a) for c, a in zip(link.columns, args(keys), strict=True))
        message = f"This {t.label} still has {child.plural} and can't be removed."
        steps.append(Step("require", Exists(link.table, "x", own, negated=True), Problem("has_dependents", message)))
    steps.append(after(ground, t, args(keys), taste))
    where = tuple(Compare("=", Col("", k), a) for k, a in zip(t.key, args(keys), strict=True))
    steps.append(Step("write", Delete(t.name, where)))
    others = sorted({ground.tables[li.table].plural for li in _dependents(ground, t)})
    words_ = {"noun": t.label, "plural": t.plural, "others": " or ".join(others)}
    return Draft(Meaning("remove", t.name), keys, tuple(steps), "write", (t.name,), words_)
