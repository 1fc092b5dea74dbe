"""Whatever line is drawn, a request says all it means, and an answer tells all it has to."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.language.asked import asked_for
from duologue.language.clauses import pieces, worded
from duologue.language.forms import form_of
from duologue.language.grammar import grammar
from duologue.language.phrases import Phrases
from duologue.language.picked import has_most
from duologue.language.values import tells
from duologue.plans.gist import Gist, Line
from duologue.plans.groups import Group
from duologue.plans.index import ToolIndex
from duologue.plans.rows import Row, Shape
from duologue.simulate.afresh import afresh, marks
from duologue.simulate.asking import Wording
from duologue.simulate.behaviours.check import as_heard
from duologue.simulate.listing import Rows, said_once
from duologue.types import Json, Meaning, Mention, Message, Need, Pick, Toolset, Turn


def column(table: str, name: str, role: str, **more: Json) -> Column:
    return Column(table=table, name=name, role=role, label=name, plural=name + "s", **more)  # type: ignore[arg-type]


ORDERS = Table(
    "orders",
    "event",
    (
        column("orders", "order number", "key", type="INTEGER"),
        column("orders", "total", "measure", type="REAL", format="money"),
        column("orders", "weight", "measure", type="INTEGER", unit="kg"),
        column("orders", "status", "status", values=("open", "shipped", "late")),
        column("orders", "gift", "flag", type="INTEGER", values=(0, 1)),
        column("orders", "placed", "date", format="date"),
    ),
    key=("order number",),
    label="order",
    plural="orders",
)
CUSTOMERS = Table(
    "customers",
    "entity",
    (
        column("customers", "number", "key", type="INTEGER"),
        column("customers", "name", "name"),
        column("customers", "city", "category"),
        column("customers", "age", "measure", type="INTEGER"),
    ),
    key=("number",),
    display=("name",),
    label="customer",
    plural="customers",
    person=True,
)
CATALOG = Catalog("shop", (ORDERS, CUSTOMERS), (Link("orders", ("customer",), "customers", ("number",)),))
COLUMNS = {f"{t.name}.{c.name}": c for t in CATALOG.tables for c in t.columns}
NAMES = ("Dana Whitfield", "Boris Lund", "Inc. of St. Ives", "Help!", "R.E.M.", "Who, What & Co")
VALUES: dict[str, tuple[Json, ...]] = {
    "orders.total": (20, 1234.5),
    "orders.weight": (3, 4000),
    "orders.status": ("open", "shipped"),
    "orders.gift": (0, 1),
    "orders.placed": ("2024-05-03", "2024-12-31"),
    "customers.city": ("Porto", "Leeds"),
    "customers.age": (42, 67),
}


def row(values: dict[str, Json]) -> Row:
    return Row(values, 1, 0, Shape(Group("", False, ()), "", CATALOG))


def words(style: int = 0) -> Wording:
    return Wording(Phrases(CATALOG, style), ToolIndex(Toolset("t", ()), CATALOG))


@st.composite
def mentions(draw: st.DrawFn, table: str) -> Mention:
    if table == "orders":
        by: dict[str, Json] = {"order number": draw(st.integers(40000, 49999))}
        picks = [Pick("max", "orders", "total"), Pick("latest", "orders", "placed"), Pick("ordinal", value=2)]
    else:
        by = {"@name": draw(st.sampled_from(NAMES))}
        picks = [Pick("min", "customers", "age"), Pick("ordinal", value=1)]
    return draw(
        st.sampled_from([Mention(table, by), Mention(table), Mention(table, pick=draw(st.sampled_from(picks)))])
    )


def _values(draw: st.DrawFn, table: str, use: str, most: int) -> dict[str, Json]:
    keys = draw(
        st.lists(st.sampled_from([k for k in VALUES if k.startswith(table)]), min_size=1, max_size=most, unique=True)
    )
    return {f"{k}:{use}": draw(st.sampled_from(VALUES[k])) for k in keys}


def _filters(draw: st.DrawFn, least: int = 0) -> dict[str, Json]:
    out = _values(draw, "orders", "equals", 2) if least or draw(st.booleans()) else {}
    if draw(st.booleans()):
        out["orders.total:from"] = 15
        if draw(st.booleans()):
            out["orders.total:to"] = 85.5
    if draw(st.booleans()):
        out["customers.@name:equals"] = draw(st.sampled_from(NAMES))
    return out


NUMBERED = ("orders.order number", "orders.total")
PICKS = (None, Pick("max", "orders", "total"), Pick("min", "orders", "weight"))
BY_CUSTOMER = Meaning("total", "orders", "total", group="customers.@name", func="sum")
RANKED = Meaning("top", "orders", "total", group="customers.@name", func="sum")


@st.composite
def one_row(draw: st.DrawFn) -> Need:
    """A need about one row."""
    table = draw(st.sampled_from(["orders", "customers"]))
    who = (draw(mentions(table)),)
    columns = st.sampled_from([k for k in VALUES if k.startswith(table)])
    wanted = tuple(draw(st.lists(columns, min_size=1, max_size=3, unique=True)))
    related = Need(Meaning("related", "orders", parent=table), who, wanted=NUMBERED, pick=draw(st.sampled_from(PICKS)))
    return draw(st.sampled_from([Need(Meaning("get", table), who, wanted=wanted), related]))


@st.composite
def many_rows(draw: st.DrawFn) -> Need:
    """A need about many rows."""
    values, picked = _filters(draw), draw(st.booleans())
    total = Pick("max", "orders", "total", use="sum") if picked else None
    count = Pick("min", "orders", use="count") if picked else None
    age = Pick("min", "customers", "age") if picked else None
    names, statuses = ("customers.@name",), ("orders.status",)
    return draw(
        st.sampled_from(
            [
                Need(Meaning("search", "orders"), (), _filters(draw, 1), NUMBERED, draw(st.sampled_from(PICKS))),
                Need(Meaning("top", "orders", "total"), (), {**values, "orders.:limit": 4}, NUMBERED),
                Need(RANKED, (), {**values, "orders.:limit": 3}, names),
                Need(BY_CUSTOMER, (), values, names, total),
                Need(Meaning("count", "orders", "status"), (), values, statuses, count),
                Need(Meaning("missing", "customers", other="orders"), wanted=names, pick=age),
            ]
        )
    )


@st.composite
def writes(draw: st.DrawFn) -> Need:
    """A need that changes something."""
    order, customer = draw(mentions("orders")), draw(mentions("customers"))
    return draw(
        st.sampled_from(
            [
                Need(Meaning("set", "orders", "total"), (order,), _values(draw, "orders", "value", 2)),
                Need(Meaning("set", "orders", "customer"), (order, customer)),
                Need(Meaning("create", "orders"), (customer,), _values(draw, "orders", "value", 3)),
                Need(Meaning("link", "x", parent="orders", other="customers"), (order, customer)),
                Need(Meaning("remove", "orders"), (order,)),
            ]
        )
    )


needs = st.one_of(one_row(), many_rows(), writes())


def says_all(text: str, need: Need, phrases: Phrases) -> list[str]:
    """What of a need a text leaves out."""
    left = [
        f"{k} = {v}"
        for k, v in need.values.items()
        if not tells(text, v, COLUMNS.get(k.rpartition(":")[0])) and not k.endswith(":limit")
    ]
    left += [f"limit {v}" for k, v in need.values.items() if k.endswith(":limit") and str(v) not in text]
    for mention in need.mentions:
        if mention.by:
            left += [f"{mention.table} {v}" for v in mention.by.values() if not tells(text, v)]
        elif phrases.row(mention) not in text.lower():
            left.append(phrases.row(mention))
    if need.pick is not None:
        extreme, best = phrases.extreme(need.pick), phrases.pick(need.pick, phrases.table(need.meaning.table)[0])
        ways = (extreme, best, phrases.pick(need.pick), has_most(phrases, need.pick))
        if not any(x in text.lower() for x in ways):
            left.append(extreme)
    if need.meaning.family == "get":
        own = {
            q
            for n in range(30)
            for q in asked_for(phrases, need, phrases.row(need.mentions[0]), random.Random(n)).values()
        }
        asked = any(q.lower() in text.lower() for q in own)
        left += [k for k in need.wanted if not asked and phrases.noun(k, need.meaning.table) not in text.lower()]
    return left


FRAMES = ("first", "next", "topic", "also", "accept", "instead", "put_right")


@settings(max_examples=400)
@given(needs, st.integers(0, 2**32), st.sampled_from(FRAMES), st.integers(0, 2))
def test_a_request_says_all_it_means(need: Need, seed: int, frame: str, style: int) -> None:
    wording = words(style)
    text = wording.request(need, frame, (), random.Random(seed))
    assert says_all(text, need, wording.phrases) == []
    assert text == wording.request(need, frame, (), random.Random(seed))
    assert text[0].isupper() or not text[0].isalpha()
    assert not any(bad in text for bad in ("{", "}", "|", " .", " ,", " ?", "??", "?,", "?."))
    clause = wording.clause(need, (), random.Random(seed))
    assert says_all(clause, need, wording.phrases) == []


@settings(max_examples=200)
@given(needs, st.integers(0, 2**32))
def test_a_goal_says_all_it_means_and_asks_nothing(need: Need, seed: int) -> None:
    phrases = Phrases(CATALOG)
    text = worded(grammar("goal"), "state", pieces(phrases, need), form_of(need), random.Random(seed))
    assert says_all(text, need, phrases) == []
    assert "?" not in text


@settings(max_examples=200)
@given(st.integers(0, 2**32), st.integers(1, 5), st.booleans())
def test_a_list_tells_every_value(seed: int, size: int, inline: bool) -> None:
    dice = random.Random(seed)
    lines = tuple(_line(dice) for _ in range(size))
    text = Rows(Phrases(CATALOG), Need(Meaning("search", "orders"))).items(Gist(lines, size), dice, inline)
    assert [(s, v) for x in lines for s, v in x.values if not tells(text, v, COLUMNS[s])] == []
    assert "\n" not in text or not inline


def _line(dice: random.Random) -> Line:
    keys = dice.sample(sorted(k for k in VALUES if k.startswith("orders")), dice.randrange(3))
    told = (("orders.order number", dice.randrange(40000, 50000)), *((k, dice.choice(VALUES[k])) for k in keys))
    return Line(row(dict(told)), told)


def _items(catalog: Catalog, need: Need, *lines: Line) -> str:
    return Rows(Phrases(catalog), need).items(Gist(lines, len(lines)), random.Random(1))


def test_what_splits_or_ranks_an_answer_is_told_even_if_nobody_listed_it() -> None:
    counted = Need(Meaning("count", "orders", "status"))
    seen = row({"orders.status": "open", "orders.:count": 3})
    assert _items(CATALOG, counted, Line(seen, (("orders.:count", 3),))) == "open (3 orders)"
    ranked = Need(Meaning("top", "customers", "age"))
    seen = row({"customers.@name": "Dana", "customers.age": 42})
    assert _items(CATALOG, ranked, Line(seen, (("customers.@name", "Dana"),))) == "Dana (age 42)"


@pytest.mark.parametrize(
    ("value", "flag"), [(1, "the gift flag is set to yes"), (0, "the gift flag is set to no")]
)  # fmt: skip
def test_a_flag_is_told_by_yes_or_no(value: int, flag: str) -> None:
    facts = Rows(Phrases(CATALOG), Need(Meaning("get", "orders"))).facts([("orders.gift", value)])
    assert facts["flag"] == facts["facts"] == flag
    assert "pairs" not in facts  # "for order 7 I have gift: no" is nothing anybody says


@pytest.mark.parametrize("style", [0, 1, 2])
def test_several_requests_as_one_text(style: int) -> None:
    text = words(style).several(["list the orders", "count them", "go"])
    assert [c in text.lower() for c in ("list the orders", "count them", "go")] == [True, True, True]
    assert words(style).several(["list the orders"]) == "list the orders."


def _numbered(name: str, refers: str, label: str) -> Table:
    """Rows without a name: each goes by its number within the row it refers to."""
    columns = (
        column(name, refers, "reference", type="INTEGER"),
        column(name, "line number", "key", type="INTEGER"),
        column(name, "price", "measure", type="REAL"),
    )
    return Table(name, "entity", columns, key=(refers, "line number"), label=label, plural=label + "s")


ITEMS = _numbered("items", "order number", "order item")
MODELS = Table(
    "models",
    "entity",
    (column("models", "model number", "key", type="INTEGER"), column("models", "make", "category")),
    key=("model number",),
    label="model",
    plural="models",
)
STOCK = Catalog("stock", (ORDERS, ITEMS, MODELS), (Link("items", ("order number",), "orders", ("order number",)),))


@pytest.mark.parametrize(
    ("meaning", "rows", "told", "text"),
    [
        (
            Meaning("search", "items"),
            [{"order number": 7, "line number": 2, "price": 4.5}, {"order number": 8, "line number": 2, "price": 5.5}],
            ("line number", "price"),
            "order item 2 of order number 7 (price 4.5) and order item 2 of order number 8 (5.5)",
        ),
        (
            Meaning("related", "items", parent="orders"),
            [{"order number": 7, "line number": 1, "price": 4.5}, {"order number": 7, "line number": 2, "price": 5.5}],
            ("line number", "price"),
            "order item 1 (price 4.5) and order item 2 (5.5)",
        ),
        (
            Meaning("search", "models"),
            [{"model number": 30, "make": "bmw 2002"}, {"model number": 250, "make": "bmw 320i"}],
            ("model number",),
            "model 30 (make bmw 2002) and model 250 (bmw 320i)",
        ),
    ],
)
def test_what_has_but_a_number_goes_by_what_tells_it_apart(
    meaning: Meaning, rows: list[dict[str, Json]], told: tuple[str, ...], text: str
) -> None:
    """A line number alone may be of any order; a number alone tells nobody what it is."""
    lines = []
    for values in rows:
        seen = row({f"{meaning.table}.{k}": v for k, v in values.items()})
        lines.append(Line(seen, tuple((f"{meaning.table}.{k}", values[k]) for k in told)))
    assert _items(STOCK, Need(meaning), *lines) == text


LINES = _numbered("lines", "customer id", "phone line")


@pytest.mark.parametrize(
    ("links", "told", "text"),
    [
        (1, ("customers.@name", "line number"), "phone line 2 of Ada (price 4.5) and phone line 2 of Bob (5.5)"),
        (1, ("customer id", "line number"), "phone line 2 of customer id 7 (price 4.5) and phone line 2 of customer id 8 (5.5)"),
        (1, ("line number",), "phone line 2 of customer id 7 (price 4.5) and phone line 2 of customer id 8 (5.5)"),
        (2, ("customer id", "line number"), "phone line 2 of customer id 7 (price 4.5) and phone line 2 of customer id 8 (5.5)"),
    ],
)  # fmt: skip
def test_a_part_of_a_key_goes_by_the_name_of_what_it_refers_to(links: int, told: tuple[str, ...], text: str) -> None:
    link = Link("lines", ("customer id",), "customers", ("customer id",))
    other = Link("lines", ("payer id",), "customers", ("customer id",))
    catalog = Catalog("phones", (*CATALOG.tables, LINES), (link, other)[:links])
    lines = []
    for number, name, price in ((7, "Ada", 4.5), (8, "Bob", 5.5)):
        seen = {"lines.customer id": number, "lines.line number": 2, "lines.price": price, "customers.@name": name}
        slots = [slot if "." in slot else f"lines.{slot}" for slot in (*told, "price")]
        lines.append(Line(row(seen), tuple((s, seen[s]) for s in slots)))
    assert _items(catalog, Need(Meaning("search", "lines")), *lines) == text


def test_one_status_of_two_words_stands_like_the_others() -> None:
    """Of "packed" and "partly returned" neither takes a label; a code does, and then the first one says it."""
    need = Need(Meaning("search", "orders"), wanted=("orders.order number", "orders.status"))
    for statuses, text in (
        (("packed", "partly returned"), "order 1 (packed) and order 2 (partly returned)"),
        (("packed", "B2"), "order 1 (status packed) and order 2 (B2)"),
    ):
        told = [(("orders.order number", n), ("orders.status", s)) for n, s in enumerate(statuses, 1)]
        assert _items(CATALOG, need, *(Line(row(dict(t)), t) for t in told)) == text


def test_a_message_begins_otherwise_than_the_last_ones() -> None:
    said = [Turn(Message("assistant", content=t)) for t in ("I would add it. Shall I?", "For order 7, it is open.")]
    drafts = iter(
        [
            ("I would change it. Shall I?", 1),
            ("I would do so. Is that right?", 2),
            ("So it is. Shall I?", 3),
            ("Done.", 4),
        ]
    )
    assert afresh(lambda: next(drafts), said) == ("Done.", 4)
    assert marks("I would add it. Shall I?") == {"i would", "shall i?"}


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("Chef's knife, oak, 16 cm", "16 cm", False),
        ("Chef's knife, oak, 16 cm", "oak", False),
        ("Chef's knife, oak, 16 cm", "6 cm", True),
        ("Oak table", "Oak", True),
        ("Table, 7", 7, True),
    ],
)
def test_what_a_name_says_is_not_said_beside_it(name: str, value: Json, left: bool) -> None:
    told = [("orders.size", value)]
    assert said_once(name, told) == (name, told if left else [])


@pytest.mark.parametrize(
    ("heard", "said"), [("Order 7 (24 Mar, open)", "24 March"), ("Placed on 24 March 1998.", "24 March 1998")]
)
def test_a_day_is_said_back_with_its_year_where_that_was_told(heard: str, said: str) -> None:
    assert as_heard(Phrases(CATALOG), "orders.placed", "1998-03-24", heard) == said
