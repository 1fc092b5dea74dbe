"""Conditions, single facts and verbs as people say them: every way that can be drawn, in tables."""

import random

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.checks.consent import says_yes
from duologue.language.asked import asked_for
from duologue.language.clauses import pieces
from duologue.language.filters import spoken_filters
from duologue.language.grammar import REGISTERS, Grammar, grammar
from duologue.language.phrases import Phrases
from duologue.language.verbs import done_on, made, made_by
from duologue.types import Json, Meaning, Mention, Need


def column(table: str, name: str, role: str, **more: Json) -> Column:
    return Column(table=table, name=name, role=role, **({"label": name, "plural": name + "s"} | more))  # type: ignore[arg-type]


CUSTOMERS = Table(
    "customers",
    "entity",
    (
        column("customers", "number", "key"),
        column("customers", "name", "name"),
        column("customers", "city", "category"),
        column("customers", "age", "measure", type="INTEGER"),
        column("customers", "active", "flag", type="INTEGER", values=(0, 1)),
        column("customers", "a1", "text", label="address 1"),
        column("customers", "a2", "text", label="address 2"),
        column("customers", "since", "date", label="hire date", format="date"),
    ),
    key=("number",),
    display=("name",),
    label="customer",
    plural="customers",
    person=True,
)
ORDERS = Table(
    "orders",
    "event",
    (
        column("orders", "number", "key", type="INTEGER"),
        column("orders", "date", "date", format="date"),
        column("orders", "due", "date", label="required date", format="date"),
        column("orders", "total", "measure", type="INTEGER"),
    ),
    key=("number",),
    label="order",
    plural="orders",
)
PRODUCTS = Table(
    "products",
    "entity",
    (
        column("products", "id", "key"),
        column("products", "name", "name"),
        column("products", "price", "measure", type="INTEGER"),
        column("products", "stock", "measure", type="INTEGER", label="units in stock", plural="units in stock"),
    ),
    key=("id",),
    display=("name",),
    label="product",
    plural="products",
)
CATALOG = Catalog("shop", (CUSTOMERS, ORDERS, PRODUCTS), (Link("orders", ("customer",), "customers", ("number",)),))
WORDS = Phrases(CATALOG)


def ways(table: str, values: dict[str, Json]) -> set[str]:
    need = Need(Meaning("search", table), values=values)
    return {spoken_filters(WORDS, need, random.Random(n)) for n in range(80)}


@pytest.mark.parametrize(
    ("table", "values", "some", "never"),
    [
        ("customers", {"customers.city:equals": "Porto"}, {"in Porto", "from Porto"}, "the city Porto"),
        ("customers", {"customers.active:equals": 0}, {"who aren't active", "who are not active"}, "active status"),
        ("customers", {"customers.age:from": 30}, {"aged 30 or over"}, "over 30"),
        ("customers", {"customers.since:from": "2024-05-03"}, {"hired since 3 May 2024"}, "hire date"),
        ("orders", {"orders.date:from": "2024-05-03"}, {"placed since 3 May 2024"}, "after 3 May 2024 or"),
        ("orders", {"orders.due:to": "2024-05-03"}, {"with a required date on or before 3 May 2024"}, "placed"),
        ("orders", {"customers.@name:equals": "Dana Roy"}, {"placed by Dana Roy", "for Dana Roy"}, "by Dana Roy has"),
        ("products", {"products.price:from": 20}, {"costing 20 or more"}, "more than 20"),
        ("products", {"products.stock:to": 5}, {"with at most 5 units in stock"}, "a units"),
        ("products", {"products.name:match": "tea"}, {'with "tea" in the name'}, "where the names"),
        (
            "products",
            {"products.price:to": 20, "products.stock:from": 5},
            {"costing 20 or less with at least 5 units in stock"},
            "less and with",
        ),
    ],
)  # fmt: skip
def test_conditions(table: str, values: dict[str, Json], some: set[str], never: str) -> None:
    said = ways(table, values)
    assert some <= said
    assert not any(never in way for way in said)
    assert not any(bad in way for way in said for bad in ("  ", "{", "with with", "with that"))


@pytest.mark.parametrize(
    ("key", "who", "asked", "told"),
    [
        ("customers.age", "Dana", "how old is Dana", "how old Dana is"),
        ("customers.city", "Dana", "which city is Dana in", "which city Dana is in"),
        ("customers.active", "Dana", "is Dana active", "whether Dana is active"),
        ("customers.since", "Dana", "when was Dana hired", "when Dana was hired"),
        ("orders.date", "order 7", "when was order 7 placed", "when order 7 was placed"),
        ("orders.total", "order 7", "how much does order 7 come to", "how much order 7 comes to"),
        ("products.price", "Chai", "how much does Chai cost", "how much Chai costs"),
        ("orders.due", "order 7", "", ""),
        ("customers.number", "Dana", "", ""),
    ],
)
def test_one_fact_in_words_of_its_own(key: str, who: str, asked: str, told: str) -> None:
    table = key.partition(".")[0]
    need = Need(Meaning("get", table), (Mention(table),), wanted=(key,))
    drawn = [asked_for(WORDS, need, who, random.Random(n)) for n in range(20)]
    assert {d.get("how", "") for d in drawn} >= {asked}
    assert {d.get("how_told", "") for d in drawn} >= {told}
    two = Need(Meaning("get", table), (Mention(table),), wanted=(key, "customers.name"))
    assert asked_for(WORDS, two, who, random.Random(0)) == {}


@pytest.mark.parametrize(
    ("noun", "verb"),
    [
        ("order", "placed"), ("purchase order", "placed"), ("work order", "issued"), ("invoice", "issued"), ("booking", "made"),
        ("payment", "made"), ("support ticket", "opened"), ("loan", "taken out"), ("insurance claim", "filed"),
        ("order detail", ""), ("medical record", ""), ("department", ""), ("instalment", "made"), ("equipment", ""),
    ],
)  # fmt: skip
def test_what_happens_to_a_thing(noun: str, verb: str) -> None:
    assert made(noun) == verb


@pytest.mark.parametrize(
    ("noun", "doer", "verb"),
    [
        ("order", "customer", "placed"), ("order", "premium customer", "placed"), ("order", "shipper", ""), ("order", "employee", ""),
        ("album", "artist", "released"), ("review", "user", "written"), ("invoice", "customer", ""),
    ],
)  # fmt: skip
def test_who_does_it(noun: str, doer: str, verb: str) -> None:
    assert made_by(noun, doer) == verb


@pytest.mark.parametrize(
    ("label", "noun", "verb"),
    [
        ("hire date", "employee", "hired"), ("date of birth", "patient", "born"), ("created at", "note", "created"),
        ("date", "order", "placed"), ("order date", "order", "placed"), ("shipped date", "order", "shipped"),
        ("required date", "order", ""), ("due date", "invoice", ""), ("last seen", "user", ""), ("date", "department", ""),
    ],
)  # fmt: skip
def test_what_a_date_says_happened(label: str, noun: str, verb: str) -> None:
    assert done_on(label, noun) == verb


def test_numbered_columns_are_spoken_of_without_their_first_number() -> None:
    assert (WORDS.noun("customers.a1"), WORDS.noun("customers.a2")) == ("address", "second address line")


@pytest.mark.parametrize(("name", "whose"), [("Dana", "Dana's"), ("Boris", "Boris'"), ("Mayumi's", "")])
def test_a_possessive_is_not_put_behind_another(name: str, whose: str) -> None:
    need = Need(Meaning("get", "customers"), (Mention("customers", {"@name": name}),), wanted=("customers.city",))
    assert pieces(WORDS, need)["whose"] == whose


def test_lines_are_for_registers_or_for_all_but_some() -> None:
    tree = {"a": ["any", "~terse ~hurried own", "~!formal not formal"]}
    said = {r: {t.text for t in Grammar(tree, register=r).templates("a")} for r in ("terse", "formal", "warm")}
    assert said == {"terse": {"any", "own", "not formal"}, "formal": {"any"}, "warm": {"any", "not formal"}}
    with pytest.raises(ValueError, match="no register"):
        Grammar({"a": ["~!shouting x"]})


@pytest.mark.parametrize("register", REGISTERS)
def test_every_yes_is_heard_as_one(register: str) -> None:
    slots = {"field": "city", "value": "Porto", "subject": "order", "other_who": "Dana Roy"}
    lines = grammar("user", register)
    said = [
        line.fill(slots, random.Random(n))
        for path in lines.paths()
        if path.startswith("confirm")
        for line in lines.templates(path)
        for n in range(12)
        if line.needs <= slots.keys()
    ]
    assert [text for text in said if not says_yes(text) or "?" in text] == []


@pytest.mark.parametrize("register", REGISTERS)
def test_every_register_has_ways_of_its_own_to_say_the_short_turns(register: str) -> None:
    lines = grammar("user", register)
    if register != "plain":
        for path in ("confirm", "inform", "done", "react.report", "react.change", "frame.first", "frame.next"):
            assert sum(1 for t in lines.templates(path) if t.registers) >= 1, path
