"""What models are shown of SQL, schema and questions: nothing that is not so, nothing that isn't there."""

import apsw
import pytest

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.protocols import Request
from duologue.testing import tiny_environment
from duologue.tools.confront import Samples
from duologue.tools.ground import Ground
from duologue.tools.written.answers import tool_answer
from duologue.tools.written.facts import on_one_line
from duologue.tools.written.sifting import fingerprint
from duologue.tools.written.told import schema_told
from duologue.tools.written.trial import Trial
from duologue.types import Json, Tool
from tools.test_written import Author, written
from tools.written_library import BATCHES, QUESTIONS, tool

TINY = tiny_environment()
GROUND = Ground(TINY.catalog)
TRIAL = Trial(GROUND, TINY.image, tuple(GROUND.tables), TINY.catalog.latest)


def tried(sql: str, title: str = "") -> Tool:
    parameters, examples = ({title: "string"}, [{title: "Salt"}]) if title else ({}, [])
    return TRIAL.tool(tool_answer(tool("look", sql, parameters, examples)))


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT  title\n  FROM book", "SELECT title FROM book"),
        ("SELECT replace(title, '  ', ' ') AS t", "SELECT replace(title, '  ', ' ') AS t"),
        ("SELECT 'it''s\n  so',  x", "SELECT 'it''s\n  so', x"),
        ('SELECT "Order  Details".x  -- all\nFROM y', 'SELECT "Order  Details".x FROM y'),
        ("SELECT '-- no  comment' /* but this  is */ AS x", "SELECT '-- no  comment' AS x"),
        ("WHERE a=:a  AND b = $b", "WHERE a=:a AND b = $b"),
    ],
)
def test_a_statement_on_one_line_is_still_the_same(sql: str, line: str) -> None:
    assert on_one_line(sql) == line


FIND = (
    "SELECT book_id, title AS book_title FROM book WHERE replace(title, '  ', ' ') LIKE '%' || :title || '%' ORDER BY 2"
)


@pytest.mark.parametrize(
    ("sql", "name", "same"),
    [
        (FIND, "title", True),
        (FIND.replace(":title", ":words"), "words", True),
        (FIND.replace(":title", "@title"), "title", True),
        (FIND.replace("FROM book", "from  Book -- all of them\n").replace(", '", ",'"), "title", True),
        (FIND + ";", "title", True),
        (FIND.replace("'  '", "' '"), "title", False),
        (FIND.replace("' ')", "'x')"), "title", False),
    ],
)
def test_spaces_and_case_count_inside_quotes_alone(sql: str, name: str, same: bool) -> None:
    first = tried(FIND, "title")
    assert (fingerprint(tried(sql, name)) == fingerprint(first)) == same


def test_case_inside_quotes_tells_tools_apart() -> None:
    upper, lower = (tried(f"SELECT title || '{mark}' AS marked FROM book ORDER BY 1") for mark in "Xx")
    assert fingerprint(upper) != fingerprint(lower)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("(SELECT COUNT(*) FROM loan l WHERE l.book_id = b.book_id)", "integer"),
        ("COALESCE((SELECT COUNT(*) FROM loan l WHERE l.book_id = b.book_id), 0)", "integer"),
        ("COUNT(*) OVER (PARTITION BY genre)", "integer"),
        ("(SELECT COUNT(*) FROM loan l GROUP BY l.book_id LIMIT 1)", ["number", "null"]),
        ("(SELECT COUNT(*) FROM loan l HAVING COUNT(*) > 1)", ["number", "null"]),
        ("(SELECT SUM(l.fee) FROM loan l WHERE l.book_id = b.book_id)", ["number", "null"]),
    ],
)
def test_a_count_is_a_whole_number_wherever_it_is_made(expression: str, kind: Json) -> None:
    made = tried(f"SELECT b.book_id, {expression} AS found FROM book b ORDER BY 1")
    assert made.returns["properties"]["rows"]["items"]["properties"]["found"]["type"] == kind


def test_nothing_is_said_of_tables_that_are_not_shown() -> None:
    samples = Samples(GROUND, TINY.image)
    assert "- book_id: INTEGER; refers to book.book_id" in schema_told(GROUND, ("loan", "book", "member"), samples)
    alone = schema_told(GROUND, ("loan", "member"), samples)
    assert ("refers to member.member_id" in alone, "book.book_id" in alone) == (True, False)


def test_days_that_are_stored_as_moments_are_told_with_what_is_behind_them() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE visit (visit_id INTEGER PRIMARY KEY, seen_on TEXT, rang_at TEXT)")
    db.executemany(
        "INSERT INTO visit VALUES (?, ?, ?)",
        [(i, f"2024-03-{i:02} 00:00:00", f"2024-03-{i:02} 10:{i:02}:00") for i in range(1, 20)],
    )
    image = Image.of(db.serialize("main"))
    ground = Ground(read_catalog(image.connect(), "visits"))
    told = schema_told(ground, ("visit",), Samples(ground, image))
    assert "- seen_on: TEXT (a day, always with ' 00:00:00' behind it)" in told
    assert "- rang_at: TEXT (datetime)" in told
    trial = Trial(ground, image, ("visit",), "2024-03-20T00:00:00")
    made = trial.tool(tool_answer(tool("days", "SELECT visit_id, date(seen_on) AS seen_on FROM visit ORDER BY 1")))
    assert made.outputs["rows[].seen_on"].column == "seen_on"
    moved = tool(
        "move",
        "UPDATE visit SET seen_on = :seen_on || ' 00:00:00' WHERE visit_id = :visit_id",
        {"visit_id": "integer", "seen_on": "string"},
        [{"visit_id": 3, "seen_on": "2024-04-01"}],
        effect="write",
    )
    exists = {"kind": "require", "sql": "SELECT EXISTS(SELECT 1 FROM visit WHERE visit_id = :visit_id)"}
    moved["run"] = [{**exists, "problem": {"type": "not_found", "message": "No visit {visit_id}."}}, *moved["run"]]
    assert trial.tool(tool_answer(moved)).inputs["seen_on"].use == "value"


def asked_of(seed: int) -> tuple[Request, list[str], list[str]]:
    """The request for questions, the questions of the first batch, and all of them in the order of the set."""
    seen: list[Request] = []

    class Watched(Author):
        def __call__(self, request: Request) -> dict[str, Json]:
            seen.append(request)
            return super().__call__(request)

    result = written(Watched(BATCHES), seed)
    first = next(r for r in seen if r.role == "tools").messages[1].content.split("# Questions\n")[1].splitlines()
    return seen[0], [line.partition(" ")[2] for line in first], list(result.questions)


def test_questions_are_mixed_by_the_seed_before_tools_are_asked_for() -> None:
    request, first, questions = asked_of(1)
    assert sorted(questions) == sorted(QUESTIONS)
    assert questions != QUESTIONS
    assert first == questions[: len(first)]
    assert asked_of(1)[1:] == (first, questions)
    assert asked_of(2)[2] != questions
    assert f"today is {TINY.catalog.latest[:10]}." in request.messages[1].content
