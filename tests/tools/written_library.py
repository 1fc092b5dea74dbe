"""What a good author would write for the lending library of `duologue.testing`."""

from typing import Any

from duologue.types import Json

Answer = dict[str, Any]

QUESTIONS = [f"What about the book of day {i}?" for i in range(1, 13)]


def tool(
    name: str,
    sql: str,
    parameters: dict[str, str] | None = None,
    examples: list[dict[str, Json]] | None = None,
    effect: str = "read",
    shape: str = "list",
) -> Answer:
    """A tool of one statement."""
    listed = [{"name": n, "type": t, "description": f"The {n}"} for n, t in (parameters or {}).items()]
    run = {"kind": "write" if effect == "write" else "return", "sql": sql}
    if effect == "read":
        run |= {"shape": shape, "into": "rows" if shape == "list" else ""}
    about = f"Does what {name} says."
    return {
        "name": name,
        "description": about,
        "effect": effect,
        "parameters": listed,
        "run": [run],
        "examples": examples or [],
    }


def changed(answer: Answer, sql: str | tuple[str, str], shape: str = "", **more: Any) -> Answer:
    """The tool with another SQL in its last statement, or a part of it replaced, under a new name."""
    last = answer["run"][-1]
    text = sql if isinstance(sql, str) else last["sql"].replace(*sql)
    run = [
        *answer["run"][:-1],
        {**last, "sql": text, **({"shape": shape, "into": "rows" if shape == "list" else ""} if shape else {})},
    ]
    if shape and isinstance(sql, str):
        run = run[-1:]
    return {**answer, "name": "another_tool", "run": run, **more}


def _exists(table: str) -> Answer:
    key = f"{table}_id"
    problem = {"type": "not_found", "message": f"There is no {table} {{{key}}}."}
    return {"kind": "require", "sql": f"SELECT EXISTS(SELECT 1 FROM {table} WHERE {key} = :{key})", "problem": problem}


def _parameter(name: str, type: str, **more: Any) -> Answer:
    return {"name": name, "type": type, "description": f"The {name}", **more}


_LIMIT = _parameter("limit", "integer", default=20, minimum=1, maximum=100)
_LOAN = """SELECT l.loan_id, l.member_id, m.full_name AS member_full_name, b.title AS book_title, l.due_on, l.status
FROM loan AS l JOIN member AS m ON m.member_id = l.member_id JOIN book AS b USING (book_id) WHERE """
_WITH_KEY = {"kind": "return", "sql": _LOAN + "l.loan_id = :loan_id", "shape": "object"}

FIND_BOOKS: Answer = {
    "name": "find_books",
    "description": "Finds books by a part of the title and by genre, dearest first.",
    "effect": "read",
    "parameters": [_parameter("title", "string"), _parameter("genre", "string", required=False), _LIMIT],
    "run": [
        {
            "kind": "return",
            "sql": "SELECT book_id, title AS book_title, genre, price, copies FROM book WHERE title LIKE '%' || :title || '%' "
            "AND (:genre IS NULL OR lower(genre) = lower(:genre)) ORDER BY price DESC LIMIT :limit;",
            "shape": "list",
            "into": "books",
        }
    ],
    "examples": [{"title": "Salt"}],
}
FIND_MEMBERS = tool(
    "find_members",
    "SELECT member_id, full_name AS member_full_name, email, city AS member_city FROM member "
    "WHERE full_name LIKE '%' || :name || '%' ORDER BY member_full_name, member_id",
    {"name": "string"},
    [{"name": "Ann"}],
)
GET_LOAN: Answer = {
    "name": "get_loan",
    "description": "One loan with its member and book.",
    "effect": "read",
    "parameters": [_parameter("loan_id", "integer")],
    "run": [_exists("loan"), _WITH_KEY],
    "examples": [{"loan_id": 1}],
}
LIST_MEMBER_LOANS: Answer = {
    "name": "list_member_loans",
    "description": "The loans of a member, soonest due first.",
    "effect": "read",
    "parameters": [
        _parameter("member_id", "integer"),
        _parameter("status", "string", required=False, enum=["open", "overdue", "returned"]),
        _parameter("since", "string", required=False, format="date"),
    ],
    "run": [
        _exists("member"),
        {
            "kind": "return",
            "sql": "SELECT loan_id, lent_on, due_on, status, fee FROM loan WHERE member_id = :member_id "
            "AND (:status IS NULL OR status = :status) AND (:since IS NULL OR date(lent_on) >= date(:since)) "
            "ORDER BY due_on, loan_id",
            "shape": "list",
            "into": "loans",
        },
    ],
    "examples": [{"member_id": 2}],
}
COUNT_BY_GENRE = tool(
    "count_loans_by_genre",
    "SELECT b.genre, COUNT(*) AS loan_count, ROUND(SUM(l.fee), 2) AS fee_total FROM loan l JOIN book b ON b.book_id = l.book_id "
    "GROUP BY b.genre ORDER BY loan_count DESC, b.genre",
)
COUNT_BY_GENRE["run"][0]["into"] = "genres"
RENEW_LOAN: Answer = {
    "name": "renew_loan",
    "description": "Moves the day a loan is due. Refuses a loan that was returned.",
    "effect": "write",
    "parameters": [_parameter("loan_id", "integer"), _parameter("due_on", "string", format="date")],
    "run": [
        _exists("loan"),
        {
            "kind": "require",
            "sql": "SELECT status <> 'returned' FROM loan WHERE loan_id = :loan_id",
            "problem": {"type": "returned", "message": "Loan {loan_id} was returned."},
        },
        {"kind": "write", "sql": "UPDATE loan SET due_on = :due_on WHERE loan_id = :loan_id"},
        _WITH_KEY,
    ],
    "examples": [{"loan_id": 1, "due_on": "2024-08-01"}],
}
LEND_BOOK: Answer = {
    "name": "lend_book",
    "description": "Lends a book to a member.",
    "effect": "write",
    "parameters": [
        _parameter("member_id", "integer"),
        _parameter("book_id", "integer"),
        _parameter("lent_on", "string", format="date"),
        _parameter("due_on", "string", format="date"),
    ],
    "run": [
        _exists("member"),
        _exists("book"),
        {
            "kind": "write",
            "sql": "INSERT INTO loan (member_id, book_id, lent_on, due_on, status, fee) "
            "VALUES (:member_id, :book_id, :lent_on, :due_on, 'open', 0)",
        },
        {"kind": "return", "sql": _LOAN + "l.loan_id = last_insert_rowid()", "shape": "object"},
    ],
    "examples": [{"member_id": 2, "book_id": 3, "lent_on": "2024-06-01", "due_on": "2024-07-01"}],
}

BATCHES: list[list[Answer]] = [
    [FIND_BOOKS, FIND_MEMBERS, GET_LOAN, LIST_MEMBER_LOANS],
    [COUNT_BY_GENRE, RENEW_LOAN, LEND_BOOK],
]
