"""Names, envelopes, ids, dates: one meaning in many dialects, always the same answer."""

import re

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.ids import rng
from duologue.tools.naming import article, ascii_words, distinct, identifier
from duologue.tools.wording import draw_voice, phrases
from duologue.types import Meaning, Slot
from tools.workbench import call, library, rows_of, tool

LOANS = Meaning("related", "loan", parent="member")


@pytest.mark.parametrize(
    ("label", "snake", "camel"),
    [
        ("invoice line", "invoice_line", "invoiceLine"),
        ("InvoiceLineId", "invoice_line_id", "invoiceLineId"),
        ("Größe (cm)", "grosse_cm", "grosseCm"),
        ("18_49 rating", "n18_49_rating", "n1849Rating"),
        ("naïve café", "naive_cafe", "naiveCafe"),
        ("total total amount", "total_amount", "totalAmount"),
        ("商品", "value", "value"),
        ("", "value", "value"),
    ],
)
def test_identifiers(label: str, snake: str, camel: str) -> None:
    assert identifier(ascii_words(label), "snake") == snake
    assert identifier(ascii_words(label), "camel") == camel


@given(st.text(max_size=120), st.sampled_from(("snake", "camel", "noun_first")))
def test_identifiers_are_always_valid(label: str, naming: str) -> None:
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}", identifier(ascii_words(label), naming))


@given(st.lists(st.sampled_from(("a", "A", "b", "a_2")), max_size=8))
def test_distinct_names(names: list[str]) -> None:
    taken: set[str] = set()
    out = [distinct(n, taken).lower() for n in names]
    assert len(set(out)) == len(out)


@pytest.mark.parametrize(
    ("noun", "said"), [("order", "an"), ("user", "a"), ("unit", "a"), ("hour", "an"), ("customer", "a")]
)
def test_articles(noun: str, said: str) -> None:
    assert article(noun) == said


@pytest.mark.parametrize(
    ("envelope", "keys", "list_path"),
    [
        ("rows", ["rows", "count"], "rows[]"),
        ("nested", ["loans"], "loans[]"),
        ("paged", ["items", "total", "limit", "offset"], "items[]"),
    ],
)
def test_envelopes(envelope: str, keys: list[str], list_path: str) -> None:
    made = next(
        t
        for seed in range(50)
        for t in [tool(LOANS, seed, envelope=envelope)]
        if any(s.use == "limit" for s in t.inputs.values())
    )
    result = call(made, member__member_id=4).result
    assert list(result) == keys
    assert {p.split(".")[0] for p in made.outputs if "." in p} == {list_path}
    jsonschema_rs.Draft202012Validator(made.returns).validate(result)


def test_paged_lists_are_paged() -> None:
    made = tool(Meaning("find", "book"), envelope="paged")
    limit, offset = (next(n for n, s in made.inputs.items() if s.use == use) for use in ("limit", "offset"))
    first = call(made, book__at_name__match="volume", **{limit: 3}).result
    second = call(made, book__at_name__match="volume", **{limit: 3, offset: 3}).result
    assert first["total"] == second["total"] == 40
    assert (second["limit"], second["offset"]) == (3, 3)
    key = next(p for p, s in made.outputs.items() if s == Slot("book", "book_id")).removeprefix("items[].")
    assert len({r[key] for r in first["items"] + second["items"]}) == 6


def test_a_cut_list_says_how_many_there_are() -> None:
    made = tool(Meaning("find", "book"))
    result = call(
        made, book__at_name__match="volume", **{next(n for n, s in made.inputs.items() if s.use == "limit"): 2}
    ).result
    assert (len(result["rows"]), result["count"]) == (2, 40)


def test_text_ids_go_in_and_come_out_as_text() -> None:
    made = tool(LOANS, ids="text")
    assert made.parameters["properties"]["member_id"]["type"] == "string"
    rows = rows_of(call(made, member__member_id="4"))
    assert all(isinstance(r["loan_id"], str) and isinstance(r["book_id"], str) for r in rows)
    assert call(made, member__member_id="4x").result["error"]["type"] == "invalid_arguments"


def test_dates_hide_their_midnight_and_keep_it() -> None:
    made = tool(Meaning("set", "loan", "due_date"), dates="date")
    stored = library()[0].connect().execute("SELECT due_date FROM loan WHERE loan_id = 5").get
    outcome = call(made, loan__loan_id=5, loan__due_date__value="2024-12-24")
    assert stored.endswith(" 00:00:00")
    assert outcome.changes[0].after == {"due_date": "2024-12-24 00:00:00"}
    assert outcome.result["due_date"] == "2024-12-24"
    same = call(made, loan__loan_id=5, loan__due_date__value=stored[:10])
    assert same.result["error"]["type"] == "unchanged"


def test_camel_and_noun_first() -> None:
    assert re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", tool(LOANS, naming="camel").name)
    assert "bookId" in {p.split(".")[-1] for p in tool(LOANS, naming="camel").outputs}


def test_verbs_have_synonyms() -> None:
    assert all(len(set(options)) >= 5 for options in phrases()["verbs"].values())


def test_voices_differ_by_seed_and_not_by_chance() -> None:
    voices = [draw_voice(rng(n)) for n in range(60)]
    assert voices == [draw_voice(rng(n)) for n in range(60)]
    assert len({repr(v.dialect) for v in voices}) == 60
    for part, options in (("envelope", 3), ("naming", 3), ("granularity", 3), ("errors", 3), ("ids", 2), ("dates", 2)):
        assert len({getattr(v.dialect, part) for v in voices}) == options
