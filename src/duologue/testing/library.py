"""A lending library: small enough to know by heart, enough for a task maker, a speaker or a check to work on."""

import apsw
from msgspec import Struct

from duologue.catalog import Catalog, read_catalog
from duologue.environment import Image
from duologue.ids import rng
from duologue.tools import DerivedTools, environment_for
from duologue.types import Environment, Policy, Rule

_SCHEMA = """
CREATE TABLE branch (branch_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE member (
    member_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, email TEXT, city TEXT NOT NULL,
    branch_id INTEGER NOT NULL REFERENCES branch, joined_on TEXT NOT NULL);
CREATE TABLE book (book_id INTEGER PRIMARY KEY, title TEXT NOT NULL, genre TEXT NOT NULL, price REAL NOT NULL, copies INTEGER NOT NULL);
CREATE TABLE loan (
    loan_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member, book_id INTEGER NOT NULL REFERENCES book,
    lent_on TEXT NOT NULL, due_on TEXT NOT NULL, status TEXT NOT NULL, fee REAL NOT NULL);
"""
_POLICY = Policy(
    "You are an assistant for the library records. They hold members, books, loans and branches. You answer questions about them and "
    "keep them up to date, with the tools you have.",
    (
        Rule("lookup", "State only what a tool has returned or the user has told you; look it up before you claim it."),
        Rule(
            "ambiguous", "If a description fits more than one record, say which ones there are and ask which is meant."
        ),
        Rule("confirm", "Before you change anything, say exactly what will change and wait for a yes."),
        Rule("errors", "Report refusals and errors as they are, with a way forward where there is one."),
        Rule("scope", "If a request is outside what the tools cover, say so rather than improvising."),
        Rule("keys", "Do not ask people for internal ids; find the record by what they can tell you."),
    ),
)
"""Its own, not the default one: tasks are drawn from an environment's id, and the library's are to stay when that is worded anew."""
_CITIES = ("Leeds", "York", "Hull")
_MEMBERS = (
    "Ann Ashe", "Ben Bird", "Cleo Cole", "Dan Dunn", "Eva Eton", "Finn Ford", "Gail Gray", "Hugo Hart", "Ida Irwin",
    "Jon Jay", "Kim Kerr", "Ann Ashe",
)  # fmt: skip
_TITLES = (
    "Salt",
    "Rivers at Night",
    "Glass Houses",
    "The Stone Year",
    "Bees",
    "A Field Guide",
    "North Light",
    "Small Print",
)
_GENRES = ("Crime", "Poetry", "Travel")
_STATUSES = ("open", "overdue", "returned", "returned")


class Tiny(Struct, frozen=True):
    """An environment and what it was made from."""

    environment: Environment
    image: Image
    catalog: Catalog


def tiny_image() -> Image:
    """The lending library: 3 branches, 12 members (two share a name), 8 books, 40 loans. Always the same bytes."""

    db = apsw.Connection(":memory:")
    db.execute(_SCHEMA)
    for i, city in enumerate(_CITIES, 1):
        db.execute("INSERT INTO branch VALUES (?, ?, ?)", (i, f"{city} Central", city))
    for i, name in enumerate(_MEMBERS, 1):
        email = None if i % 5 == 0 else f"{name.split()[0].lower()}{i}@example.org"
        row = (i, name, email, _CITIES[i % 3], i % 3 + 1, f"2023-{i:02}-11")
        db.execute("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?)", row)
    for i, title in enumerate(_TITLES, 1):
        db.execute("INSERT INTO book VALUES (?, ?, ?, ?, ?)", (i, title, _GENRES[i % 3], 5 + i * 1.25, i % 4 + 1))
    dice = rng(5, "loans")
    for i in range(1, 41):
        month, day = dice.randint(1, 5), dice.randint(1, 28)
        loan = (i, dice.randint(1, 12), dice.randint(1, 8), f"2024-{month:02}-{day:02}", f"2024-{month + 1:02}-{day:02}",
               _STATUSES[i % 4], dice.randint(0, 8) * 0.5)  # fmt: skip
        db.execute("INSERT INTO loan VALUES (?, ?, ?, ?, ?, ?, ?)", loan)
    return Image.of(db.serialize("main"))


def tiny_environment(seed: int = 1, variant: int = 0) -> Tiny:
    """The lending library with toolset `variant` of `seed`."""
    image = tiny_image()
    catalog = read_catalog(image.connect(), "library")
    toolset = DerivedTools(catalog, image, seed).toolset(variant)
    return Tiny(environment_for("library", image.hash, toolset, _POLICY), image, catalog)
