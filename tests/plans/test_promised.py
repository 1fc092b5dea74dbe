"""What a phrase of a request asks for is wanted, or the phrase is not said; what it leaves out is said behind it."""

import random

import pytest

from duologue.catalog.model import Catalog, Column, Table
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.plans.sayings import Sayings, asks_for, promised
from duologue.types import Among, Json, Meaning, Mention, Need, Slot, Tool, Toolset

CATALOG = Catalog(
    "lab",
    (
        Table("groups", "entity", (Column("groups", "group_id", "key"), Column("groups", "name", "name", label="name")), ("group_id",), ("name",), "group", "groups"),
        Table(
            "certs",
            "entity",
            (
                Column("certs", "cert_id", "key", label="certificate ID"),
                Column("certs", "name", "name", label="name"),
                Column("certs", "expires_on", "date", label="expiry date", format="date"),
                Column("certs", "issuer", "category", label="issuer"),
                Column("certs", "days", "measure", "INTEGER", label="grace period"),
            ),
            ("cert_id",),
            ("name",),
            "certificate",
            "certificates",
        ),
    ),
)  # fmt: skip
SEEN = {f"rows[].{c}": Slot("certs", c) for c in ("expires_on", "issuer")} | {"rows[].name": Slot("certs", "@name")}
PLAIN, ASKING = "list the certificates of {group_id}", "see when the certificates of {group_id} expire"


def lists(*request: str, family: str = "related", **inputs: Slot) -> Tool:
    inputs = {"group_id": Slot("groups", "group_id", "key"), **inputs}
    shape = {"type": "object", "properties": {n: {"type": "string"} for n in inputs}}
    meaning = Meaning(family, "certs", parent="groups" if family == "related" else "")
    return Tool("t", "…", shape, {}, "read", meaning=meaning, inputs=inputs, outputs=SEEN, wording={"request": request})


def said(
    tool: Tool, wanted: tuple[str, ...] = (), values: dict[str, Json] | None = None, among: Among | None = None
) -> str:
    assert tool.meaning is not None
    need = Need(tool.meaning, (Mention("groups", by={"@name": "web"}),), values or {}, wanted, among=among)
    sayings = Sayings(ToolIndex(Toolset("s", (tool,)), CATALOG), Phrases(CATALOG))
    return sayings.line("request", need, ["web"], random.Random(1))


def test_the_fields_stand_behind_an_arrow() -> None:
    assert asks_for(f"{ASKING} -> expires_on, issuer") == (ASKING, ("expires_on", "issuer"))
    assert asks_for(PLAIN) == (PLAIN, ())


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ((), PLAIN),
        (("certs.@name",), PLAIN),
        (("certs.@name", "certs.expires_on"), ASKING),
        (("certs.issuer",), PLAIN),
    ],
)
def test_a_phrase_is_said_where_what_it_asks_for_is_wanted(wanted: tuple[str, ...], line: str) -> None:
    assert said(lists(PLAIN, f"{ASKING} -> expires_on"), wanted) == line.format(group_id="web")


def test_of_one_row_such_phrases_are_left_out() -> None:
    assert promised(lists(PLAIN, f"{ASKING} -> expires_on", family="get")) == [(PLAIN, frozenset())]


def test_a_list_of_which_only_some_rows_are_meant_is_not_asked_for_by_these_phrases() -> None:
    assert said(lists(PLAIN), among=Among("lacking", "certs.expires_on")) == ""


@pytest.mark.parametrize(
    ("slot", "value", "line"),
    [
        (Slot("certs", "@name", "match"), "shop", 'list the certificates of web with "shop" in the name'),
        (Slot("certs", "issuer", "equals"), "internal", "list the certificates of web with issuer internal"),
        (Slot("certs", "days", "value"), 3, "list the certificates of web, with 3 as the grace period"),
    ],
)
def test_what_a_phrase_leaves_out_is_said_behind_it(slot: Slot, value: Json, line: str) -> None:
    assert said(lists(PLAIN, more=slot), values={f"{slot.table}.{slot.column}:{slot.use}": value}) == line
