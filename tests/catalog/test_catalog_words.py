"""Names become words; words have a singular and a plural."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.catalog.labels import strip_table, table_label, table_labels
from duologue.catalog.names import Speller, split
from duologue.catalog.nouns import plural, singular

NUMBERS = [
    ("customer", "customers"),
    ("city", "cities"),
    ("day", "days"),
    ("box", "boxes"),
    ("match", "matches"),
    ("bus", "buses"),
    ("status", "statuses"),
    ("address", "addresses"),
    ("bonus", "bonuses"),
    ("class", "classes"),
    ("lens", "lenses"),
    ("person", "people"),
    ("child", "children"),
    ("woman", "women"),
    ("movie", "movies"),
    ("price", "prices"),
    ("case", "cases"),
    ("hero", "heroes"),
    ("shoe", "shoes"),
    ("analysis", "analyses"),
    ("menu", "menus"),
    ("taxi", "taxis"),
    ("staff", "staff"),
    ("news", "news"),
    ("series", "series"),
    ("track ID", "track IDs"),
    ("SKU", "SKUs"),
    ("head of state", "heads of state"),
    ("number of staff", "numbers of staff"),
    ("singer in concert", "singers in concert"),
    ("order detail extended", "order details extended"),
    ("club 1", "clubs 1"),
]


@pytest.mark.parametrize(("one", "many"), NUMBERS)
def test_singular_and_plural(one: str, many: str) -> None:
    assert (plural(one), singular(many)) == (many, one)
    assert (plural(many), singular(one)) == (many, one)


SPELLED = [
    ("FirstName", "first name"),
    ("fname", "first name"),
    ("LName", "last name"),
    ("num_of_staff", "number of staff"),
    ("Num_Employees", "number of employees"),
    ("Events_number", "number of events"),
    ("line_no", "line number"),
    ("no_primary_key", "no primary key"),
    ("qty", "quantity"),
    ("dob", "date of birth"),
    ("max_amt", "maximum amount"),
    ("GNPOld", "GNP old"),
    ("co2_level", "CO2 level"),
    ("userIDs", "user IDs"),
    ("address1", "address 1"),
    ("isAVA", "is AVA"),
    ("Pay_per_view_PPV", "pay per view"),
    ("name with . and spaces", "name with and spaces"),
    ("discount%", "discount percent"),
    ("customer's name", "customers name"),
    ("prénomÉlève", "prénom élève"),
    ("名前", "名前"),
    ("", ""),
    ("countrylanguage", "country language"),
    ("zipcode", "zip code"),
    ("orderdate", "order date"),
    ("valid_until", "valid until"),
]


@pytest.mark.parametrize(("name", "words"), SPELLED)
def test_names_are_written_out(name: str, words: str) -> None:
    assert " ".join(Speller(["Country"], ["Language", "Population", name]).words(name)) == words


def test_a_schema_that_shouts_has_no_acronyms_of_its_own() -> None:
    speller = Speller(["EMPLOYEES"], ["FIRST_NAME", "AGE", "JOB_ID"])
    assert [" ".join(speller.words(n)) for n in ("FIRST_NAME", "AGE", "JOB_ID")] == ["first name", "age", "job ID"]


TABLES = [
    ("cars_data", "car"),
    ("model_list", "model"),
    ("Ref_Property_Types", "property type"),
    ("tbl_customer", "customer"),
    ("Order Details", "order detail"),
    ("Alphabetical list of products", "product"),
    ("course_arrange", "course arrangement"),
    ("People", "person"),
    ("data", "data"),
    ("sales_2019", "sale 2019"),
    ("items_1", "item"),
    ("2bells", "bell"),
    ("2019_sales", "2019 sale"),
    ("3d_models", "3 d model"),
    ("", "table"),
    ("!!", "table"),
]


@pytest.mark.parametrize(("name", "label"), TABLES)
def test_tables_are_called_what_people_call_a_row(name: str, label: str) -> None:
    assert table_label(Speller([name], []).words(name)) == label


def test_table_labels_differ() -> None:
    names = ["Invoice", "Invoices", "invoice_data", "tbl_invoice"]
    found = table_labels(names, Speller(names, []))
    assert found == {
        "Invoice": "invoice",
        "Invoices": "invoices",
        "invoice_data": "invoice data",
        "tbl_invoice": "tbl invoice",
    }


STRIPPED = [
    ("customer name", "customer", "name"),
    ("pet age", "pet", "age"),
    ("feature description", "other available feature", "description"),
    ("disposition of ship", "ship", "disposition"),
    ("customer ID", "customer", "customer ID"),
    ("club 1", "club", "club 1"),
    ("song name", "singer", "song name"),
    ("name", "name", "name"),
]


@pytest.mark.parametrize(("name", "table", "label"), STRIPPED)
def test_a_column_does_not_repeat_its_table(name: str, table: str, label: str) -> None:
    assert " ".join(strip_table(name.split(), table.split())) == label


@given(st.text(max_size=30))
def test_any_name_falls_into_words(name: str) -> None:
    assert all(re.fullmatch(r"\w+", part) for part in split(name))
    assert not any("_" in part for part in split(name))


@given(st.from_regex(r"[a-z]{2,9}[a-hj-rtv-z]( [a-z]{2,9}[a-hj-rtv-z]){0,2}", fullmatch=True))
def test_the_plural_of_a_plural_is_itself(phrase: str) -> None:
    assert plural(plural(phrase)) == plural(phrase)
