"""What things, columns and flags are called in requests."""

import random
from typing import Literal

import pytest
from msgspec import convert

from duologue.catalog.labels import plain_label
from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.catalog.words import words
from duologue.language.asked import asked_whether
from duologue.language.clauses import pieces, worded
from duologue.language.forms import form_of
from duologue.language.grammar import REGISTERS, grammar, word_file
from duologue.language.naming import goes_by_name
from duologue.language.phrases import Phrases
from duologue.types import Meaning, Mention, Need


def table(name: str, columns: dict[str, str], kind: str = "entity", *, person: bool = False) -> Table:
    made = tuple(
        convert({"table": name, "name": c, "role": r, "label": c, "plural": c + "s"}, Column)
        for c, r in columns.items()
    )
    kinds: dict[str, Literal["entity", "event"]] = {"entity": "entity", "event": "event"}
    return Table(name, kinds[kind], made, key=("id",), label=name, plural=name + "s", display=("name",), person=person)


CATALOG = Catalog(
    "shop",
    (
        table("order", {"id": "key", "status": "status", "order date": "date"}, "event"),
        table("address", {"id": "key", "postcode": "category", "city": "category", "label": "text", "default": "flag"}),
        table("shipment", {"id": "key", "shipped date": "date", "status": "status"}, "event"),
        table("item", {"id": "key", "name": "name", "price": "measure", "stock": "measure", "discontinued": "flag"}),
        table("member", {"id": "key", "name": "name", "phone": "contact", "active": "flag"}, person=True),
        table("country", {"id": "key", "name": "name"}),
    ),
    (Link("order", ("address",), "address", ("id",)), Link("order", ("shipment",), "shipment", ("id",))),
)
PHRASES = Phrases(CATALOG)


@pytest.mark.parametrize(
    ("key", "subject", "label"),
    [
        ("address.postcode", "order", "postcode"),
        ("address.city", "order", "city"),
        ("shipment.shipped date", "order", "shipped date"),
        ("shipment.status", "order", "shipment status"),
        ("address.label", "order", "address label"),
    ],
)
def test_a_joined_column_names_its_owner_where_that_is_needed(key: str, subject: str, label: str) -> None:
    assert PHRASES.label(key, subject) == label


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        ("country", "Japan", "Japan"),
        ("country", "japan", "the country japan"),
        ("item", "Kettle", "the item Kettle"),
        ("member", "Ida Irwin", "Ida Irwin"),
    ],
)
def test_a_place_goes_by_its_name(table: str, name: str, said: str) -> None:
    assert PHRASES.row(Mention(table, {"@name": name})) == said


def test_the_last_word_says_what_a_thing_is() -> None:
    assert goes_by_name("car maker")
    assert not goes_by_name("city map")


@pytest.mark.parametrize(
    ("words", "table", "label"),
    [
        ("GNP old", "country", "old GNP"),
        ("years old", "member", "years old"),
        ("date undergoes", "undergoes", "date"),
        ("customer name", "customer", "name"),
    ],
)
def test_a_label_reads_as_people_say_it(words: str, table: str, label: str) -> None:
    assert plain_label(words.split(), table.split(), True)[0] == label


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("part", ["do", "ask", "want", "bit"])
@pytest.mark.parametrize(
    ("subject", "wanted", "flag"),
    [
        ("item", ("item.discontinued", "item.stock"), "discontinued"),
        ("item", ("item.discontinued",), "discontinued"),
        ("member", ("member.active", "member.phone"), "active"),
        ("address", ("address.default", "address.city"), "the default one"),
    ],
)
def test_a_yes_or_no_is_asked_for_as_one(
    register: str, part: str, subject: str, wanted: tuple[str, ...], flag: str
) -> None:
    need = Need(Meaning("get", subject), (Mention(subject, {"@name": "Xyz"}),), wanted=wanted)
    for seed in range(12):
        dice = random.Random(seed)
        slots = pieces(PHRASES, need, ("Xyz",), dice) | asked_whether(PHRASES, need)
        try:
            text = worded(grammar("user", register), part, slots, form_of(need), dice)
        except KeyError:
            assert (part, len(wanted)) == ("bit", 1)  # a fragment asks for no yes or no alone
            continue
        assert flag in text
        assert not {"status", "flag"} & set(text.split())
        for other in wanted[1:]:
            assert other.rpartition(".")[2] in text
        if subject == "member":
            assert not {"it", "it's"} & set(text.split())


@pytest.mark.parametrize(("field", "new", "need"), [("price", "a new price", "needs"), ("stars", "new stars", "need")])
def test_a_field_is_one_or_many(field: str, new: str, need: str) -> None:
    catalog = Catalog("x", (table("review", {"id": "key", field: "measure"}),))
    slots = pieces(Phrases(catalog), Need(Meaning("set", "review", field), (Mention("review", {"id": 35}),)))
    assert (slots["new_field"], slots["need"]) == (new, need)


def test_lists_of_words_that_mean_different_things_have_different_names() -> None:
    for name in word_file("names"):
        with pytest.raises(KeyError):
            words()[name]
