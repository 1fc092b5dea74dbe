"""Each family on the library: what its tools ask for, what they give, what they refuse, and how it is annotated."""

import pytest

from duologue.types import Json, Meaning, Slot
from tools.workbench import STATUSES, call, candidates, library, rows_of, tool


def sql(query: str) -> list[tuple[Json, ...]]:
    return list(library()[0].connect().execute(query))


def values(made_rows: list[dict[str, Json]], name: str) -> list[Json]:
    return [row[name] for row in made_rows]


def test_get_gives_the_record_without_blobs_and_secrets() -> None:
    get = tool(Meaning("get", "member"))
    assert list(get.inputs.values()) == [Slot("member", "member_id", "key")]
    result = call(get, member__member_id=7).result
    assert result["member_name"] == sql("SELECT first_name || ' ' || last_name FROM member WHERE member_id = 7")[0][0]
    assert not {"password_hash", "cover"} & result.keys()
    assert {(s.table, s.column) for s in get.outputs.values()} >= {
        ("member", "@name"),
        ("branch", "branch_id"),
        ("member", "email"),
    }


def test_get_of_an_unknown_key_is_a_domain_error() -> None:
    outcome = call(tool(Meaning("get", "member")), member__member_id=999)
    assert outcome.failed
    assert outcome.result["error"] == {"type": "not_found", "message": "There is no member with id 999."}


def test_wide_records_carry_names_and_nested_ones_their_parts() -> None:
    wide = tool(Meaning("get", "loan"), granularity="wide")
    assert {"member_name", "book_title"} <= call(wide, loan__loan_id=3).result.keys()
    parts = tool(Meaning("get", "member", other="loan"))
    result = call(parts, member__member_id=4).result
    assert len(result["loans"]) == sql("SELECT COUNT(*) FROM loan WHERE member_id = 4")[0][0]
    assert parts.outputs["loans[].loan_id"] == Slot("loan", "loan_id")


@pytest.mark.parametrize(
    ("text", "where"),
    [("ann", "first_name = 'Ann'"), ("Ben Cole", "first_name = 'Ben' AND last_name = 'Cole'"), ("%", "0")],
)
def test_find_matches_part_of_the_whole_name_in_any_case(text: str, where: str) -> None:
    find = tool(Meaning("find", "member"))
    assert Slot("member", "@name", "match") in find.inputs.values()
    found = call(find, member__at_name__match=text).result
    assert found["count"] == len(sql(f"SELECT 1 FROM member WHERE {where}"))
    assert values(found["rows"], "member_name") == sorted(values(found["rows"], "member_name"))


def test_search_filters_are_optional_and_add_up() -> None:
    search = tool(Meaning("search", "loan"), seed=2)
    assert search.parameters["required"] == []
    assert call(search).result["count"] == 120
    both = {f"{s.table}__{s.column}__{s.use}": s for s in search.inputs.values() if s.use in ("equals", "from", "to")}
    assert 2 <= len(both) <= 8
    dates = [row[0] for row in sql("SELECT loan_date FROM loan ORDER BY loan_date DESC, loan_id LIMIT 3")]
    date = next(p for p, s in search.outputs.items() if s.column == "loan_date").removeprefix("rows[].")
    assert values(rows_of(call(search)), date)[:3] == dates


def test_search_by_status_keeps_that_status() -> None:
    made = next(t for s in range(40) if "status" in (t := tool(Meaning("search", "loan"), seed=s)).inputs)
    assert made.parameters["properties"]["status"]["enum"]
    assert set(made.parameters["properties"]["status"]["enum"]) == set(STATUSES)
    assert {r["status"] for r in rows_of(call(made, status="overdue"))} == {"overdue"}


def test_related_lists_the_children_of_one_row() -> None:
    related = tool(Meaning("related", "loan", parent="member"))
    assert Slot("member", "member_id", "key") in related.inputs.values()
    found = rows_of(call(related, member__member_id=4))
    assert {r["loan_id"] for r in found} == {r[0] for r in sql("SELECT loan_id FROM loan WHERE member_id = 4")}
    assert related.reads[:2] == ("book", "loan")
    assert "member" in related.reads
    assert call(related, member__member_id=31).result["error"]["type"] == "not_found"


def test_related_through_a_link_table() -> None:
    related = tool(Meaning("related", "book", parent="tag", other="book_tag"))
    found = rows_of(call(related, tag__tag_id=4))
    assert sorted(r["book_id"] for r in found) == list(range(1, 11))


def test_top_orders_by_the_measure_and_takes_a_limit() -> None:
    top = tool(Meaning("top", "book", "price"))
    assert values(rows_of(call(top)), "price") == [35.0, 34.25, 33.5, 32.75, 32.0][: len(rows_of(call(top)))]
    name = next(n for n, s in top.inputs.items() if s.use == "limit")
    assert values(rows_of(call(top, **{name: 2})), "price") == [35.0, 34.25]


@pytest.mark.parametrize(
    ("meaning", "query"),
    [
        (
            Meaning("total", "loan", "fee", group="member.@name", func="sum"),
            "SELECT ROUND(SUM(fee), 2) FROM loan GROUP BY member_id ORDER BY 1 DESC",
        ),
        (
            Meaning("total", "book", "price", group="book.genre", func="avg"),
            "SELECT ROUND(AVG(price), 2) FROM book GROUP BY genre ORDER BY 1 DESC",
        ),
        (Meaning("count", "loan", "status"), "SELECT COUNT(*) FROM loan GROUP BY status ORDER BY 1 DESC"),
        (
            Meaning("count", "loan", "loan_date:month"),
            "SELECT COUNT(*) FROM loan GROUP BY substr(loan_date, 1, 7) ORDER BY substr(loan_date, 1, 7) DESC",
        ),
        (
            Meaning("top", "loan", group="book.@name", func="count"),
            "SELECT COUNT(*) FROM loan GROUP BY book_id ORDER BY 1 DESC",
        ),
    ],
)
def test_numbers_over_groups(meaning: Meaning, query: str) -> None:
    made = tool(meaning)
    use = meaning.func or "count"
    path = next(p for p, s in made.outputs.items() if s.use == use)
    got = values(rows_of(call(made)), path.removeprefix("rows[]."))
    assert got == [r[0] for r in sql(query)][: len(got)]
    assert got


def test_ratio_says_whether_it_is_a_share() -> None:
    made = tool(Meaning("ratio", "loan", "status", group="loan.loan_date:month"))
    share = next(p for p, s in made.outputs.items() if s.use == "share").removeprefix("rows[].")
    rows = rows_of(call(made, loan__status__equals="open"))
    top = (
        100
        if made.returns["properties"]["rows"]["items"]["properties"][share]["description"].startswith("percent")
        else 1
    )
    assert all(0 <= r[share] <= top for r in rows)
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("meaning", "where"),
    [
        (Meaning("missing", "book", other="loan"), "book_id NOT IN (SELECT book_id FROM loan)"),
        (Meaning("missing", "book", other="book_tag"), "book_id NOT IN (SELECT book_id FROM book_tag)"),
        (Meaning("missing", "member", "email"), "email IS NULL"),
    ],
)
def test_missing(meaning: Meaning, where: str) -> None:
    assert call(tool(meaning)).result["count"] == len(sql(f"SELECT 1 FROM {meaning.table} WHERE {where}"))


def test_create_numbers_the_row_and_checks_what_it_refers_to() -> None:
    create = tool(Meaning("create", "loan"))
    given: dict[str, Json] = {
        "member__member_id": 2, "book__book_id": 5, "loan__loan_date__value": "2024-07-01 00:00:00",
        "loan__due_date__value": "2024-08-01 00:00:00", "loan__status__value": "open", "loan__fee__value": 1.5,
    }  # fmt: skip
    made = call(create, **given)
    assert made.result["loan_id"] == 121
    assert [(c.table, c.op) for c in made.changes] == [("loan", "insert")]
    assert call(create, **{**given, "book__book_id": 77}).result["error"]["type"] == "not_found"
    assert call(create, **{**given, "loan__status__value": "eaten"}).result["error"]["type"] == "invalid_arguments"


def test_create_refuses_a_name_that_is_taken() -> None:
    made = tool(Meaning("create", "book"))
    title = next(n for n, s in made.inputs.items() if s.column == "title")
    arguments: dict[str, Json] = {n: 1 for n, p in made.parameters["properties"].items() if p["type"] != "string"}
    arguments = {**arguments, "genre": "Crime", title: "Volume of Bees 5"}
    outcome = call(made, **{n: v for n, v in arguments.items() if n in made.inputs})
    assert outcome.result["error"]["type"] == "already_exists", outcome.text


def test_set_changes_one_column_of_one_row() -> None:
    made = tool(Meaning("set", "member", "phone"))
    outcome = call(made, member__member_id=3, member__phone__value="0113 555 0000")
    (change,) = outcome.changes
    assert (change.key, change.after) == ({"member_id": 3}, {"phone": "0113 555 0000"})
    assert outcome.result["phone"] == "0113 555 0000"
    same = call(made, member__member_id=3, member__phone__value="0113 555 0103")
    assert same.result["error"]["type"] == "unchanged"
    assert not same.changes
    assert call(made, member__member_id=99, member__phone__value="x").result["error"]["type"] == "not_found"


def test_a_final_status_stays() -> None:
    made = tool(Meaning("set", "loan", "status"))
    returned = sql("SELECT loan_id FROM loan WHERE status = 'returned' LIMIT 1")[0][0]
    current = sql("SELECT loan_id FROM loan WHERE status = 'open' LIMIT 1")[0][0]
    assert call(made, loan__loan_id=returned, loan__status__value="open").result["error"]["type"] == "already_final"
    assert call(made, loan__loan_id=current, loan__status__value="returned").result["status"] == "returned"


def test_reassigning_needs_the_other_row() -> None:
    made = tool(Meaning("set", "member", "branch_id"))
    assert Slot("branch", "branch_id", "key") in made.inputs.values()
    now = sql("SELECT branch_id FROM member WHERE member_id = 1")[0][0]
    other = 1 if now != 1 else 2
    assert call(made, member__member_id=1, branch__branch_id=other).result["branch_id"] == other
    assert call(made, member__member_id=1, branch__branch_id=9).result["error"]["type"] == "not_found"


def test_remove_gives_back_what_was_removed() -> None:
    made = tool(Meaning("remove", "loan"))
    outcome = call(made, loan__loan_id=8)
    assert outcome.result["loan_id"] == 8
    assert [(c.table, c.op) for c in outcome.changes] == [("loan", "delete")]


def test_link_and_unlink() -> None:
    link = tool(Meaning("link", "book_tag", parent="book", other="tag"))
    unlink = tool(Meaning("unlink", "book_tag", parent="book", other="tag"))
    assert [(s.table, s.use) for s in link.inputs.values()] == [("book", "key"), ("tag", "key")]
    assert call(link, book__book_id=40, tag__tag_id=4).changes[0].op == "insert"
    assert call(link, book__book_id=1, tag__tag_id=4).result["error"]["type"] == "already_linked"
    assert call(unlink, book__book_id=1, tag__tag_id=4).changes[0].op == "delete"
    assert call(unlink, book__book_id=40, tag__tag_id=4).result["error"]["type"] == "not_linked"
    assert call(link, book__book_id=41, tag__tag_id=4).result["error"]["type"] == "not_found"


def test_nothing_meaningless_is_offered() -> None:
    meanings = [c.meaning for c in candidates(library()[2])]
    sums = {(m.table, m.column) for m in meanings if m.func == "sum" and m.column}
    assert ("loan", "fee") in sums
    assert ("book", "price") not in sums
    written = {(m.table, m.column) for m in meanings if m.family == "set"}
    assert ("member", "member_id") not in written
    assert ("member", "password_hash") not in written
    assert not any(m.family == "remove" and m.table in ("member", "book", "branch") for m in meanings)
    assert {m.column for m in meanings if m.family == "count" and m.table == "book"} == {"genre"}
