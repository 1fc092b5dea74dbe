"""A small domain that loads, and everything that can be wrong with one: refused with the file and the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from duologue.environment import open_session
from duologue.errors import UserError
from duologue.sources import load_domain
from duologue.types import ClockSpec, Environment, Problem, Slot, Toolset

FILES = {
    "schema.sql": """
CREATE TABLE shelves (shelf_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE books (book_id INTEGER PRIMARY KEY, shelf_id INTEGER NOT NULL REFERENCES shelves, title TEXT NOT NULL,
  lent INTEGER NOT NULL DEFAULT 0, due_on TEXT);
""",
    "data.py": """
def rows():
    yield "shelves", {"shelf_id": 1, "name": "poetry"}
    yield "books", {"book_id": 1, "shelf_id": 1, "title": "Odes"}
    yield "books", {"book_id": 2, "title": "Songs", "shelf_id": 1, "lent": 1}
""",
    "tools.toml": """
[fields]
book_id = { type = "integer", of = "books.book_id", description = "Number of the book." }
title = { type = "string", of = "books.@name", description = "Title." }
due_on = { type = ["string", "null"], of = "books.due_on", description = "When it is due back." }
books = { type = "integer", of = "books.book_id:count", description = "How many books." }
note = { type = "string", description = "A remark." }

[[tool]]
name = "shelf"
description = "The books of all shelves."
effect = "read"
meaning = { family = "find", table = "books" }
reads = ["books"]
inputs.title = { use = "match", minLength = 2 }
inputs.limit = { type = "integer", description = "At most so many.", use = "limit", default = 5 }
inputs.order = { type = "string", enum = ["title"], description = "Sorted by.", optional = true }
outputs = ["shelf.books", "shelf.rows[].book_id", "shelf.rows[].title"]
[[tool.run]]
kind = "return"
into = "shelf.books"
shape = "value"
sql = "SELECT count(*) FROM books"
[[tool.run]]
kind = "return"
into = "shelf.rows"
sql = "SELECT book_id, title FROM books WHERE instr(title, :title) ORDER BY title, book_id LIMIT :limit"

[[tool]]
name = "lend"
description = "Lend a book."
effect = "write"
meaning = { family = "act", table = "books", verb = "lend" }
writes = ["books"]
inputs.book_id = { use = "key", description = "The book to lend." }
inputs.due_on = { use = "value", optional = true }
outputs = ["book_id", "due_on", "note"]
[[tool.run]]
kind = "write"
sql = "UPDATE books SET lent = 1, due_on = :due_on WHERE book_id = :book_id"
problem = { type = "not_found", message = "There is no book {book_id}." }
[[tool.run]]
kind = "return"
shape = "object"
sql = "SELECT book_id, due_on, 'thanks' AS note FROM books WHERE book_id = :book_id"
""",
    "policy.toml": """
title = "Village library"
preamble = "You help in a library."
confirm_writes = false
[[rule]]
id = "once"
text = "A book is lent to one person at a time."
tools = ["lend"]
sql = "SELECT NOT lent FROM books WHERE book_id = :book_id"
problem = { type = "lent", message = "Book {book_id} is out." }
""",
    "lexicon.yaml": """
wording:
  lend:
    request: ["lend {book_id}", "lend {book_id} until {due_on}"]
    done: ["{book_id} is lent"]
labels: {books: "book"}
""",
}

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A domain folder; `changes` are (file, old, new)."""

    def folder(*changes: tuple[str, str, str], without: str = "") -> Path:
        files = dict(FILES)
        for file, old, new in changes:
            assert old in files[file]
            files[file] = files[file].replace(old, new, 1)
        for name, text in files.items():
            if name != without:
                (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return folder


def test_it_loads(make: Make) -> None:
    source = load_domain(make())
    shelf, lend = source.tools
    assert source.name == "Village library"
    assert source.lexicon == {"wording": {"lend": lend.wording}, "labels": {"books": "book"}}
    assert lend.wording["request"] == ("lend {book_id}", "lend {book_id} until {due_on}")
    assert shelf.parameters == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Title.", "minLength": 2},
            "limit": {"type": "integer", "description": "At most so many.", "default": 5},
            "order": {"type": "string", "enum": ["title"], "description": "Sorted by."},
        },
        "required": ["title"],
        "additionalProperties": False,
    }
    assert shelf.inputs == {"title": Slot("books", "@name", "match"), "limit": Slot("", "", "limit")}
    assert shelf.outputs == {
        "shelf.books": Slot("books", "book_id", "count"),
        "shelf.rows[].book_id": Slot("books", "book_id"),
        "shelf.rows[].title": Slot("books", "@name"),
    }
    assert shelf.returns["properties"]["shelf"]["properties"]["rows"]["items"]["required"] == ["book_id", "title"]
    assert lend.parameters["properties"]["due_on"] == {"type": "string", "description": "When it is due back."}
    assert lend.returns["properties"]["due_on"]["type"] == ["string", "null"]
    assert set(lend.outputs) == {"book_id", "due_on"}
    assert lend.returns["required"] == ["book_id", "due_on", "note"]
    assert source.policy is not None
    assert source.policy.confirm_writes is False
    assert source.policy.rules[0].problem == Problem("lent", "Book {book_id} is out.")


def test_it_runs(make: Make) -> None:
    source = load_domain(make())
    assert source.policy is not None
    environment = Environment(
        "library", source.name, source.image.hash, Toolset("library", source.tools), source.policy
    )
    with open_session(source.image, environment, ClockSpec("2025-01-01T10:00:00", 1)) as session:
        found = session.execute("shelf", {"title": "Od"})
        assert found.result == {"shelf": {"books": 2, "rows": [{"book_id": 1, "title": "Odes"}]}}
        assert session.execute("lend", {"book_id": 1, "due_on": "2025-02-01"}).result["due_on"] == "2025-02-01"
        assert session.execute("lend", {"book_id": 1}).result["error"]["type"] == "lent"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_missing(make: Make, name: str) -> None:
    with pytest.raises(UserError, match=f"it has no {name}"):
        load_domain(make(without=name))


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("schema.sql", "CREATE TABLE shelves", "CREATE TABEL shelves", "schema.sql: SQLite does not accept it.*TABEL"),
        ("data.py", "def rows():", "def rows(:", "data.py: line 2: "),
        ("data.py", "def rows():", "def lines():", r"data.py: it has no function rows\(\)"),
        ("data.py", 'yield "shelves", {"shelf_id": 1, "name": "poetry"}', "yield 1", r"data.py: rows\(\) gives 1"),
        ("data.py", 'yield "shelves", {"shelf_id": 1, "name": "poetry"}', "yield None", r"data.py: rows\(\) gives None"),
        ("data.py", '"name": "poetry"', "3: 4", r"data.py: rows\(\) gives \('shelves', "),
        ("data.py", "def rows():", "def rows():\n    return 5\ndef lines():", r"data.py: rows\(\) gives 5\n"),
        ("data.py", "def rows():", "def rows():\n    return\ndef lines():", r"data.py: rows\(\) gives None\n"),
        ("data.py", "def rows():", "def rows(n):", r"data.py: TypeError: rows\(\) missing 1 required"),
        ("data.py", "def rows():", "import nowhere_at_all\ndef rows():", "data.py: line 2: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("data.py", 'yield "books", {"book_id": 2', '1 / 0; yield "books", {"book_id": 2', "data.py: line 5: ZeroDivisionError: division by zero"),
        ("data.py", "def rows():", "raise SystemExit\ndef rows():", "data.py: line 2: SystemExit\n"),
        ("data.py", '"name": "poetry"', '"name": 2**70', "data.py: a row for 'shelves' is refused"),
        ("data.py", '"name": "poetry"', '"name": chr(0xd800)', "data.py: a row for 'shelves' is refused"),
        ("data.py", '"name": "poetry"', '"name": None', "data.py: a row for 'shelves' is refused: NOT NULL"),
        ("data.py", '"name": "poetry"', '"name": object()', "data.py: a row for 'shelves' is refused"),
        ("data.py", '"name": "poetry"', '"nmae": "poetry"', "data.py: a row for 'shelves' is refused.*nmae"),
        ("data.py", '"shelf_id": 1, "title": "Odes"', '"shelf_id": 7, "title": "Odes"', "data.py: row 1 of 'books' refers to.*'shelves'"),
        ("data.py", "yield", "return\n    yield", "data.py: it gives no rows"),
        ("tools.toml", "[fields]", "[fields", "tools.toml: "),
        ("tools.toml", 'effect = "read"', 'effect = "peek"', r"tools.toml: line 10: Invalid enum value 'peek' - at `\$.tool.0..effect`"),
        ("tools.toml", 'reads = ["books"]', 'reads = ["films"]', r"tools.toml: line \d+: tool 'shelf'.*'films'"),
        ("tools.toml", 'reads = ["books"]', 'tables = ["books"]', "tools.toml: .*unknown field `tables`"),
        ("tools.toml", 'reads = ["books"]', "", r"tools.toml: line \d+: tool 'shelf'.*reads 'books'"),
        ("tools.toml", 'writes = ["books"]', 'reads = ["books"]', r"tools.toml: line \d+: tool 'lend'.*'books'"),
        ("tools.toml", "SELECT count(*) FROM books", "SELECT count(* FROM books", r"tools.toml: line \d+: tool 'shelf', statement 1"),
        ("tools.toml", "LIMIT :limit", "LIMIT :most", r"tools.toml: line \d+: tool 'shelf', statement 2.*:most"),
        ("tools.toml", "inputs.title =", "inputs.titel =", r"tools.toml: line \d+: tool 'shelf', input 'titel': there is no field"),
        ("tools.toml", '"shelf.rows[].title"', '"shelf.rows[].author"', r"tools.toml: line \d+: tool 'shelf', output 'shelf.*': there is no field"),
        ("tools.toml", 'name = "lend"', 'name = "shelf"', "lexicon.yaml: wording for 'lend', which is not a tool"),
        ("policy.toml", "title =", "titel =", "policy.toml: .*titel"),
        ("policy.toml", "title =", 'now = "2025-05-21 9 am"\ntitle =', "policy.toml: now = '2025-05-21 9 am' is no moment"),
        ("policy.toml", "title =", 'now = "2025-05-21T09:00:00Z"\ntitle =', "policy.toml: now = .* is no moment"),
        ("policy.toml", 'tools = ["lend"]', 'tools = ["lend"]\nsaid = "It is lent for 14 days."', r"policy.toml: line \d+: rule 'once' says 14 to the user, and its text does not"),
        ("policy.toml", "NOT lent", "NOT borrowed", r"policy.toml: line \d+: policy rule 'once'.*borrowed"),
        ("policy.toml", 'tools = ["lend"]', 'tools = ["borrow"]', r"policy.toml: line \d+: rule 'once' is for 'borrow', which is not a tool"),
        ("lexicon.yaml", "wording:", "wording: [", "lexicon.yaml: "),
        ("lexicon.yaml", "labels: {", "labels: {1: {", "lexicon.yaml: "),
        ("lexicon.yaml", "labels:", "lables:", "lexicon.yaml: .*lables"),
        ("lexicon.yaml", "    done:", "    finished:", "lexicon.yaml: wording of 'lend': there is no kind of phrase 'finished'"),
        ("lexicon.yaml", '"lend {book_id} until {due_on}"', '"lend {book_id} -> price"', "lexicon.yaml: wording of 'lend': 'price' is not a field of its result"),
        ("lexicon.yaml", "until {due_on}", "until {day}", "lexicon.yaml: wording of 'lend': 'day' is not a parameter"),
    ],
)  # fmt: skip
def test_it_is_refused(make: Make, file: str, old: str, new: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as error:
        load_domain(make((file, old, new)))
    assert error.value.fix


def test_two_tools_of_one_name(make: Make) -> None:
    with pytest.raises(UserError, match=r"tools\.toml: two tools are called 'shelf'"):
        load_domain(make(("tools.toml", 'name = "lend"', 'name = "shelf"'), ("lexicon.yaml", "lend:", "shelf:"),
                         ("lexicon.yaml", '["lend {book_id}", "lend {book_id} until {due_on}"]', "[]"),
                         ("lexicon.yaml", '["{book_id} is lent"]', "[]"), ("policy.toml", '["lend"]', "[]")))  # fmt: skip


def test_text_that_is_not_utf_8(make: Make) -> None:
    folder = make()
    (folder / "policy.toml").write_bytes(b'title = "Caf\xe9"')
    with pytest.raises(UserError, match=r"policy.toml: not UTF-8 text"):
        load_domain(folder)


def test_the_line_is_said_of_a_folder_named_from_where_one_is(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(("data.py", "def rows():", "def rows():\n    raise KeyError('a')"))
    (folder / "inner").mkdir()
    for where, name in ((folder.parent, folder.name), (folder / "inner", "..")):
        monkeypatch.chdir(where)
        with pytest.raises(UserError, match=r"data\.py: line 3: KeyError: 'a'"):
            load_domain(Path(name))
