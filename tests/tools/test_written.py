"""Toolsets that a model writes: what holds is kept, what does not is shown back, mended or counted."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import jsonschema_rs
import pytest

from duologue import ids
from duologue.catalog import read_catalog
from duologue.environment import Image, SqliteSession, open_session
from duologue.environment.session import sandbox_of
from duologue.errors import StageError
from duologue.export.stage_files import read_tools, write_tools
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Request
from duologue.testing import ScriptedModel, tiny_environment
from duologue.testing.authors import written_tool
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.tools.confront import Samples
from duologue.tools.ground import Ground
from duologue.tools.written import Voices, Written, written_toolset
from duologue.tools.written.answers import RefusedError, tool_answer
from duologue.tools.written.told import field_names, schema_told, tables_shown
from duologue.tools.written.trial import Trial
from duologue.types import ClockSpec, Environment, Json
from tools.written_library import (
    BATCHES,
    COUNT_BY_GENRE,
    FIND_BOOKS,
    GET_LOAN,
    LEND_BOOK,
    QUESTIONS,
    RENEW_LOAN,
    changed,
    tool,
)

TINY = tiny_environment()
Answer = dict[str, Json]


class Author:
    """Plays the four roles: batches of tools in order, and a mended tool for each complaint."""

    def __init__(self, batches: list[list[Answer]], mended: list[Answer] | None = None, proposals: int = 0) -> None:
        self.batches, self.mended, self.proposals = iter(batches), iter(mended or []), proposals
        self.complaints: list[str] = []

    def __call__(self, request: Request) -> Answer:
        answer: Callable[[Request], Answer] = getattr(self, f"_{request.role}")
        return answer(request)

    def _questions(self, request: Request) -> Answer:
        return {"questions": QUESTIONS}

    def _tools(self, request: Request) -> Answer:
        if len(request.messages) == 2:
            return {"tools": next(self.batches, [])}
        self.complaints.append(request.messages[-1].content)
        return {"tools": [next(self.mended)]}

    def _expansion(self, request: Request) -> Answer:
        return {"tools": [{"name": f"more_{i}", "purpose": "Does more."} for i in range(self.proposals)]}

    def _returns(self, request: Request) -> Answer:
        lines = [line for line in request.messages[-1].content.split("# Fields to describe")[1].splitlines() if line]
        return {"fields": [{"name": n, "description": f"the {n}, described"} for n in (x.split()[1] for x in lines)]}


def written(author: Author, seed: int = 1) -> Written:
    """What comes of an author's answers for the lending library."""
    model, prompts = ScriptedModel(author), Prompts()
    voices = Voices(*(Voice(r, model, prompts) for r in ("questions", "tools", "expansion", "returns")))
    return asyncio.run(written_toolset(voices, TINY.catalog, TINY.image, seed, 0))


def environment(result: Written) -> Environment:
    policy = default_policy(TINY.catalog, ids.rng(1))
    return environment_for("library", TINY.image.hash, result.toolset, policy)


def beside(bad: Answer, *mended: Answer) -> tuple[Written, Author]:
    """A bad tool in the middle of the good ones."""
    author = Author([[*BATCHES[0][:1], bad, *BATCHES[0][1:]], *BATCHES[1:]], list(mended))
    return written(author), author


GOOD = {t["name"] for batch in BATCHES for t in batch}


def test_a_good_author_gives_a_set_that_runs_with_derived_promises() -> None:
    result = written(Author(BATCHES))
    assert ({t.name for t in result.toolset.tools}, result.drops, result.repairs) == (GOOD, {}, 0)
    assert result.proposed == len(GOOD)
    assert [t.effect for t in result.toolset.tools] == sorted(t.effect for t in result.toolset.tools)
    sandbox_of(TINY.image, environment(result))
    tools = {t.name: t for t in result.toolset.tools}
    rows = tools["find_books"].returns["properties"]["books"]["items"]["properties"]
    assert {n: s["type"] for n, s in rows.items()} == {
        "book_id": "integer", "book_title": "string", "genre": "string", "price": "number", "copies": "integer",
    }  # fmt: skip
    assert rows["price"]["description"] == "the price, described"
    assert tools["renew_loan"].writes == ("loan",)


@pytest.mark.parametrize(
    ("name", "what", "slots"),
    [
        ("find_books", "inputs", {"title": "book.@name match", "limit": "book. limit", "genre": "book.genre equals"}),
        ("find_members", "inputs", {"name": "member.@name match"}),
        ("get_loan", "inputs", {"loan_id": "loan.loan_id key"}),
        ("list_member_loans", "inputs", {"member_id": "member.member_id key", "status": "loan.status equals", "since": "loan.lent_on from"}),
        ("lend_book", "inputs", {"member_id": "member.member_id key", "book_id": "book.book_id key", "lent_on": "loan.lent_on value", "due_on": "loan.due_on value"}),
        ("renew_loan", "inputs", {"loan_id": "loan.loan_id key", "due_on": "loan.due_on value"}),
        ("get_loan", "outputs", {"loan_id": "loan.loan_id", "member_id": "member.member_id", "member_full_name": "member.@name", "book_title": "book.@name", "due_on": "loan.due_on", "status": "loan.status"}),
        ("count_loans_by_genre", "outputs", {"genres[].genre": "book.genre", "genres[].loan_count": "loan. count", "genres[].fee_total": "loan.fee sum"}),
    ],
)  # fmt: skip
def test_slots_follow_from_the_sql(name: str, what: str, slots: dict[str, str]) -> None:
    found = next(t for t in written(Author(BATCHES)).toolset.tools if t.name == name)
    said = {n: f"{s.table}.{s.column} {s.use}".strip() for n, s in getattr(found, what).items()}
    assert said == slots


def test_lists_come_in_an_order_without_ties() -> None:
    found = next(t for t in written(Author(BATCHES)).toolset.tools if t.name == "find_books")
    assert "ORDER BY price DESC, 1, 2, 3, 4, 5 LIMIT :limit" in found.run[0].sql


def test_writes_are_seen_only_in_their_session() -> None:
    env = environment(written(Author(BATCHES)))
    clock = ClockSpec("2024-06-01T09:00:00", 1)
    with open_session(TINY.image, env, clock) as session:
        lent = session.execute(
            "lend_book", {"member_id": 3, "book_id": 2, "lent_on": "2024-06-01", "due_on": "2024-07-01"}
        )
        assert not lent.failed
        assert [c.op for c in lent.changes] == ["insert"]
        assert (
            session.execute("get_loan", {"loan_id": lent.result["loan_id"]}).result["member_full_name"] == "Cleo Cole"
        )
        assert session.execute("get_loan", {"loan_id": 999}).result["error"]["type"] == "not_found"
    with SqliteSession(sandbox_of(TINY.image, env), clock) as fresh:
        assert fresh.execute("get_loan", {"loan_id": 41}).failed


def test_the_same_answers_give_the_same_set() -> None:
    assert written(Author(BATCHES)) == written(Author(BATCHES))
    assert written(Author(BATCHES)).toolset.id != written(Author([*BATCHES[:1], [GET_LOAN]])).toolset.id


BAD: list[tuple[str, Answer, str, str]] = [
    ("no SQL", changed(COUNT_BY_GENRE, sql="SELEC genre FROM book"), "refused", "syntax error"),
    ("unknown table", changed(COUNT_BY_GENRE, sql="SELECT x AS x FROM shelf ORDER BY x"), "refused", "The tables are: branch, member"),
    ("attach", changed(COUNT_BY_GENRE, sql="ATTACH '/etc/passwd' AS p"), "refused", "attaches a database"),
    ("pragma", changed(COUNT_BY_GENRE, sql="PRAGMA user_version"), "refused", "pragma"),
    ("two statements", changed(COUNT_BY_GENRE, sql="SELECT genre FROM book ORDER BY 1; DELETE FROM loan"), "refused", "second statement"),
    ("random", changed(COUNT_BY_GENRE, sql="SELECT genre, random() AS r FROM book ORDER BY r"), "refused", "random()"),
    ("schema tables", changed(COUNT_BY_GENRE, sql="SELECT name AS n, b.genre FROM sqlite_master, book b ORDER BY n"), "refused", "sqlite_master"),
    ("a write that says read", {**RENEW_LOAN, "name": "extend", "effect": "read"}, "refused", "must not write"),
    ("no order", changed(COUNT_BY_GENRE, sql="SELECT genre, COUNT(*) AS n FROM book GROUP BY genre"), "unordered", "ORDER BY"),
    ("no column name", changed(COUNT_BY_GENRE, sql="SELECT genre, COUNT(*) FROM book GROUP BY genre ORDER BY 1"), "malformed", "has no name"),
    ("always empty", changed(COUNT_BY_GENRE, sql="SELECT genre FROM book WHERE genre = 'Opera' ORDER BY genre"), "empty", "bring anything back"),
    ("runaway", changed(COUNT_BY_GENRE, sql="SELECT COUNT(*) AS n FROM loan a, loan b, loan c, loan d, loan e", shape="object"), "too expensive", "too expensive"),
    ("wrong parameter", changed(GET_LOAN, name="see_loan", sql=("loan_id = :loan_id", "loan_id = :loan")), "refused", ":loan is not known"),
    ("unused parameter", changed(FIND_BOOKS, name="seek", sql=("LIMIT :limit", "LIMIT 5")), "malformed", "No statement uses the parameter 'limit'"),
    ("no refusal", tool("peek", "SELECT loan_id, fee FROM loan WHERE loan_id = :loan_id", {"loan_id": "integer"}, [{"loan_id": 1}], shape="object"), "no refusal", "Put a `require`"),
    ("sweeping", tool("fine_all", "UPDATE loan SET fee = :fee", {"fee": "number"}, [{"fee": 9.0}], effect="write"), "too sweeping", "changes 40 rows"),
    ("one word, two meanings", changed(COUNT_BY_GENRE, sql="SELECT city AS price FROM branch ORDER BY 1"), "field clash", "'price' means book.price"),
    ("two words, one meaning", changed(COUNT_BY_GENRE, sql="SELECT b.title AS heading, l.loan_id FROM loan l JOIN book b USING (book_id) ORDER BY 1"), "field clash", "'book_title'"),
    ("a number as text", changed(GET_LOAN, name="of_genre", sql="SELECT loan_id, fee FROM loan WHERE fee = :fee ORDER BY 1", parameters=[{"name": "fee", "type": "string", "description": "x"}], shape="list", examples=[]), "field clash", "comes back as a number"),
    ("a name taken", changed(COUNT_BY_GENRE, name="find_books", sql="SELECT branch_id, city AS branch_city FROM branch ORDER BY 1"), "name taken", "find_books"),
    ("not snake", changed(COUNT_BY_GENRE, sql="SELECT email AS eMail FROM member ORDER BY 1"), "naming", "e_mail"),
    ("a word of results", changed(COUNT_BY_GENRE, sql="SELECT email AS error FROM member ORDER BY 1"), "naming", "'error'"),
    ("a place taken", {**COUNT_BY_GENRE, "name": "twice", "run": COUNT_BY_GENRE["run"] * 2}, "malformed", "filled twice"),
    ("open enum", changed(GET_LOAN, name="by_status", sql="SELECT loan_id, fee FROM loan WHERE status = :status ORDER BY 1", parameters=[{"name": "status", "type": "string", "description": "x", "enum": ["open", "lost"]}], shape="list"), "malformed", "'lost' does not occur"),
    ("no form", {"name": "odd", "run": "SELECT 1"}, "malformed", "form asked for"),
    ("a long name", {**COUNT_BY_GENRE, "name": "x" * 70}, "malformed", "no name for a tool"),
    ("a name of other signs", {**COUNT_BY_GENRE, "name": "count; DROP"}, "malformed", "no name for a tool"),
    ("a long text", {**COUNT_BY_GENRE, "name": "c", "description": "x" * 700}, "malformed", "700 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "reason", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_tool_is_shown_back_with_the_reason_and_dropped_in_the_end(bad: Answer, reason: str, said: str) -> None:
    result, author = beside(bad, bad, bad, bad)
    assert (result.drops, result.repairs) == ({reason: 1}, 3)
    assert len(author.complaints) == 3
    assert said in author.complaints[0]
    assert {t.name for t in result.toolset.tools} == GOOD  # it sank nothing but itself


NEEDLESS: list[tuple[str, Answer, str]] = [
    ("the same", {**FIND_BOOKS, "name": "look_for_books"}, "duplicate"),
    ("the same in other words", changed(FIND_BOOKS, name="books", sql=("ORDER BY price DESC", "ORDER  by price desc")), "duplicate"),
    ("a part", changed(FIND_BOOKS, name="titles", sql=("genre, price, copies", "genre")), "duplicate"),
    ("arithmetic", tool("add", "SELECT :a + :b AS total", {"a": "number", "b": "number"}, [{"a": 1, "b": 2}], shape="object"), "trivial"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "reason"), [b[1:] for b in NEEDLESS], ids=[b[0] for b in NEEDLESS])
def test_what_adds_nothing_is_left_out_without_asking_again(bad: Answer, reason: str) -> None:
    author = Author([[*BATCHES[0], bad], *BATCHES[1:]])
    result = written(author)
    assert (result.drops, author.complaints, {t.name for t in result.toolset.tools}) == ({reason: 1}, [], GOOD)


def test_a_tool_is_mended_on_the_second_try() -> None:
    good = tool("list_branches", "SELECT branch_id, name AS branch_name FROM branch ORDER BY branch_name")
    result, author = beside(
        changed(good, sql="SELECT nam FROM branch"), changed(good, sql="SELECT name FROM branch"), good
    )
    assert "list_branches" in {t.name for t in result.toolset.tools}
    assert ("no such column: nam" in author.complaints[0], "ORDER BY" in author.complaints[1]) == (True, True)
    assert (result.drops, result.repairs) == ({}, 2)


def test_what_is_missing_is_proposed_and_written() -> None:
    branches = tool("list_branches", "SELECT branch_id, name AS branch_name FROM branch ORDER BY branch_name")
    author = Author([*BATCHES, [branches]], proposals=1)
    assert "list_branches" in {t.name for t in written(author).toolset.tools}


def test_keys_that_nothing_gives_are_out_of_reach() -> None:
    branches = tool("list_branches", "SELECT branch_id, name AS branch_name FROM branch ORDER BY branch_name")
    cities = tool(
        "cities", "SELECT city AS member_city, COUNT(*) AS member_count FROM member GROUP BY 1 ORDER BY 2 DESC"
    )
    result = written(Author([[FIND_BOOKS, COUNT_BY_GENRE, LEND_BOOK, RENEW_LOAN], [branches, cities]]))
    assert result.drops == {"unreachable": 2}  # nothing finds a member to lend to, or a loan
    assert len(result.toolset.tools) == 4


def test_too_few_tools_are_no_set() -> None:
    with pytest.raises(StageError, match="too few tools") as failed:
        written(Author([[FIND_BOOKS, {**FIND_BOOKS, "name": "again"}]]))
    assert "duplicate" in failed.value.evidence


def test_without_descriptions_the_catalogs_words_stay() -> None:
    class Mute(Author):
        def _returns(self, request: Request) -> Any:
            return "I'd rather not."

    result = written(Mute(BATCHES))
    rows = next(t for t in result.toolset.tools if t.name == "find_books").returns["properties"]["books"]["items"]
    assert (result.drops, rows["properties"]["price"]["description"]) == ({"returns: invalid answer": 1}, "price")


def test_an_answer_that_is_none_costs_only_its_batch() -> None:
    class Distracted(Author):
        def _tools(self, request: Request) -> Any:
            first = request.messages[1].content
            return "Which tools do you mean?" if "day 1?" in first else super()._tools(request)

    more = [
        tool(f"branches_{c}", f"SELECT {c} AS branch_{c}, branch_id FROM branch ORDER BY 1") for c in ("name", "city")
    ]
    result = written(Distracted([[FIND_BOOKS, COUNT_BY_GENRE, *more]]))
    assert (result.drops, len(result.toolset.tools)) == ({"invalid answer": 1}, 4)


def test_an_answer_of_very_many_tools_is_cut() -> None:
    flood = [{**FIND_BOOKS, "name": f"tool_{i}"} for i in range(12)]
    assert written(Author([*BATCHES[:1], [*BATCHES[1], *flood]])).drops == {"duplicate": 7, "surplus": 5}


def test_what_tools_give_keeps_their_promises_whatever_is_asked() -> None:
    env = environment(written(Author(BATCHES)))
    odd: list[Json] = [None, -1, 0, 3, 2**70, 1.5, "", "%", "Ann", "2024-02-30", "x" * 9000, [], {}, True]
    for t in env.toolset.tools:
        promise = jsonschema_rs.validator_for(t.returns)
        with open_session(TINY.image, env, ClockSpec("2024-06-01T09:00:00", 1)) as session:
            for value in odd:
                made = session.execute(t.name, dict.fromkeys(t.parameters["properties"], value))
                assert made.failed or promise.is_valid(made.result), (t.name, value, made.text)


def test_the_set_travels_in_a_file(tmp_path: Path) -> None:
    env = environment(written(Author(BATCHES)))
    file = tmp_path / "tools.json"
    write_tools(env, file)
    assert read_tools(file, TINY.image.hash) == env


NAMES = {
    "own where it tells": ("book", "price", "price"),
    "with the table where it does not": ("branch", "city", "branch_city"),
    "a name, always with the table": ("book", "@name", "book_title"),
    "a reference, by the key it refers to": ("member", "member_id", "member_id"),
}


@pytest.mark.parametrize(("table", "column", "name"), NAMES.values(), ids=NAMES.keys())
def test_fields_have_one_name_from_the_start(table: str, column: str, name: str) -> None:
    ground = Ground(TINY.catalog)
    assert field_names(ground, tuple(ground.tables))[table, column, ""] == name


def test_models_are_told_no_secrets() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE account (account_id INTEGER PRIMARY KEY, holder TEXT, password TEXT, photo BLOB)")
    db.executemany(
        "INSERT INTO account VALUES (?, ?, ?, ?)", [(i, f"Holder {i}", f"s3cret{i}", b"x") for i in range(9)]
    )
    db.execute("CREATE VIEW holders AS SELECT holder, password FROM account")
    image = Image.of(db.serialize("main"))
    ground = Ground(read_catalog(image.connect(), "bank"))
    shown = tables_shown(ground, ids.rng(1))
    told = schema_told(ground, shown, Samples(ground, image))
    assert (shown, "s3cret" in told, "photo" in told, "Holder 8" in told) == (("account",), False, False, True)
    trial = Trial(ground, image, shown, "2024-01-01T00:00:00")
    leaks = {
        "SELECT password AS word FROM account ORDER BY 1": "must not be shown",
        "SELECT holder FROM holders ORDER BY 1": "not open to tools",
    }
    for sql, said in leaks.items():
        with pytest.raises(RefusedError, match=said):
            trial.tool(tool_answer(tool("peek", sql)))


@pytest.mark.parametrize("seed", range(8))
def test_tools_made_by_rules_stand_the_trial_and_mean_the_same(seed: int) -> None:
    ground = Ground(TINY.catalog)
    trial = Trial(ground, TINY.image, tuple(ground.tables), TINY.catalog.latest)
    rules = DerivedTools(TINY.catalog, TINY.image, seed).toolset(0)
    for derived in rules.tools if rules.dialect.naming != "camel" else ():
        tried = trial.tool(tool_answer(written_tool(derived)))
        assert (tried.reads, tried.writes, tried.inputs) == (derived.reads, derived.writes, derived.inputs)
        told = {path: slot for path, slot in derived.outputs.items() if slot.use != "share"}  # a CASE tells nothing
        assert tried.outputs == told
        assert tried.returns["required"] == derived.returns["required"]
