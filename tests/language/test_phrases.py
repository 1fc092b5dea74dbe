"""Columns, rows, filters and changes as people speak of them."""

import pytest

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.language.phrases import Phrases
from duologue.types import Json, Meaning, Mention, Need, Pick


def column(name: str, role: str, label: str = "", **more: Json) -> Column:
    label = label or name
    return Column(table="t", name=name, role=role, label=label, plural=more.pop("plural", label + "s"), **more)  # type: ignore[arg-type]


TRACK = Table(
    "track",
    "entity",
    (
        column("id", "key", type="INTEGER"),
        column("title", "name"),
        column("ms", "measure", "duration", type="INTEGER", unit="milliseconds"),
        column("price", "measure", "unit price", type="REAL", format="money"),
        column("stock", "measure", "units in stock", type="INTEGER", plural="units in stock"),
        column("rating", "measure", "rating", type="REAL"),
        column("gone", "flag", "discontinued", type="INTEGER", values=(0, 1)),
        column("news", "flag", "newsletter", type="INTEGER", values=(0, 1)),
        column("genre", "category"),
        column("out", "date", "released", format="date"),
        column("made", "date", "created at", format="date"),
    ),
    key=("id",),
    display=("title",),
    label="track",
    plural="tracks",
)
ARTIST = Table(
    "artist",
    "entity",
    (column("id", "key"), column("name", "name"), column("age", "measure", type="INTEGER")),
    key=("id",),
    display=("name",),
    label="artist",
    plural="artists",
    person=True,
)
CATALOG = Catalog(
    "music", (TRACK, ARTIST), (Link("track", ("a",), "artist", ("id",)), Link("artist", ("m",), "artist", ("id",), role="manager"))
)  # fmt: skip
WORDS = Phrases(CATALOG)


@pytest.mark.parametrize(
    ("pick", "noun", "text", "extreme"),
    [
        (Pick("min", "track", "ms"), "track", "the shortest track", "shortest duration"),
        (Pick("max", "track", "ms", use="sum"), "one", "the one with the longest total duration", "longest total duration"),
        (Pick("min", "track", "price"), "one", "the cheapest one", "lowest unit price"),
        (Pick("min", "track", "price"), "artist", "the artist with the lowest unit price", "lowest unit price"),
        (Pick("max", "track", "stock"), "track", "the track with the most units in stock", "most units in stock"),
        (Pick("min", "track", use="count"), "one", "the one with the fewest tracks", "fewest tracks"),
        (Pick("max", "track", "rating"), "track", "the track with the highest rating", "highest rating"),
        (Pick("max", "artist", "age"), "artist", "the oldest artist", "highest age"),
        (Pick("latest", "track", "out"), "track", "the track released last", "latest release date"),
        (Pick("ordinal", value=2), "track", "the second track", ""),
        (Pick("ordinal", value=-1), "track", "the last track", ""),
        (Pick("where", "track", "genre", "Rock"), "track", "the track with genre Rock", ""),
    ],
)  # fmt: skip
def test_picks(pick: Pick, noun: str, text: str, extreme: str) -> None:
    assert (WORDS.pick(pick, noun), WORDS.extreme(pick)) == (text, extreme)


@pytest.mark.parametrize(
    ("key", "noun", "indefinite", "verb"),
    [
        ("track.price", "unit price", "a unit price", "is"),
        ("track.stock", "units in stock", "units in stock", "are"),
        ("track.gone", "discontinued status", "a discontinued status", "is"),
        ("track.news", "newsletter flag", "a newsletter flag", "is"),
        ("track.made", "creation date", "a creation date", "is"),
        ("track.ms:avg", "average duration", "an average duration", "is"),
    ],
)
def test_columns_as_nouns(key: str, noun: str, indefinite: str, verb: str) -> None:
    assert (WORDS.noun(key, "track"), WORDS.indefinite(key, "track"), WORDS.are([key], "track")) == (
        noun,
        indefinite,
        verb,
    )


@pytest.mark.parametrize(
    ("mention", "text", "bare"),
    [
        (Mention("track", {"@name": "Rugas"}), "the track Rugas", "Rugas"),
        (Mention("track", {"@name": "Help!"}), 'the track "Help!"', '"Help!"'),
        (Mention("artist", {"@name": "A. B."}), "A. B.", "A. B."),
        (Mention("track", {"id": 7}), "track 7", "track 7"),
        (Mention("track", {"id": 7, "genre": "Rock"}), "the track with id 7 and genre Rock", None),
        (Mention("track"), "that track", "that track"),
    ],
)
def test_rows(mention: Mention, text: str, bare: str | None) -> None:
    assert WORDS.row(mention) == text
    assert bare is None or WORDS.row(mention, bare=True) == bare


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"track.genre:equals": "Rock"}, "with genre Rock"),
        ({"artist.@name:equals": "U2"}, "with U2 as the artist"),
        ({"track.title:match": "Love"}, 'with "Love" in the title'),
        ({"track.gone:equals": 1}, "with the discontinued status set to yes"),
        ({"track.stock:from": 20}, "with units in stock of at least 20"),
        ({"track.out:from": "2024-05-03"}, "with a release date of 3 May 2024 or later"),
        ({"track.price:from": 1.5, "track.price:to": 2.5}, "with a unit price between 1.50 and 2.50"),
        ({"track.genre:equals": "Rock", "track.price:to": 2.5}, "with genre Rock and a unit price of at most 2.50"),
    ],
)
def test_filters(values: dict[str, Json], text: str) -> None:
    assert WORDS.filters(Need(Meaning("search", "track"), values=values)) == text


def test_changes_say_what_was_before_where_it_is_known() -> None:
    need = Need(Meaning("set", "track"), values={"track.price:value": 2, "track.gone:value": 1})
    assert WORDS.changes(need) == "the unit price to 2.00 and the discontinued status to yes"
    assert WORDS.changes(need, {"track.price": 1.5, "track.gone": None}).startswith("the unit price from 1.50 to 2.00")
    assert WORDS.stands(need) == "the unit price is 2.00 and the discontinued status is set to yes"
    assert WORDS.stands(need, "should be").startswith("the unit price should be 2.00")


@pytest.mark.parametrize(
    ("columns", "roles", "via", "called"),
    [
        (("artist_id", "friend_id"), ("", "friend"), "artist_id", ("friend", "friends")),
        (("artist_id", "friend_id"), ("", "friend"), "friend_id", ("artist", "artists")),
        (("student_id", "liked_id"), ("student", "liked artist"), "student_id", ("liked artist", "liked artists")),
        (("student_id", "liked_id"), ("student", "liked artist"), "liked_id", ("", "")),
        (("follower_id", "followed_id"), ("follower", "followed artist"), "followed_id", ("follower", "followers")),
    ],
)
def test_rows_tied_to_rows_of_their_own_table(
    columns: tuple[str, str], roles: tuple[str, str], via: str, called: tuple[str, str]
) -> None:
    tie = Table("tie", "link", tuple(column(c, "reference") for c in columns), key=columns, label="tie", plural="ties")
    links = tuple(Link("tie", (c,), "artist", ("id",), role=r) for c, r in zip(columns, roles, strict=True))
    phrases = Phrases(Catalog("music", (TRACK, ARTIST, tie), links[::-1]))
    assert phrases.called(Meaning("related", "artist", parent="artist", other="tie", via=via)) == called


def test_what_a_row_is_to_another() -> None:
    assert WORDS.role("artist", "artist") == "manager"
    assert WORDS.role("track", "artist") == ""


@pytest.mark.parametrize(
    ("meaning", "group", "groups"),
    [
        (Meaning("count", "track", "genre"), "genre", "genres"),
        (Meaning("count", "track", "out:month"), "month of the release date", "months of the release date"),
        (Meaning("total", "track", group="artist.@name"), "artist", "artists"),
    ],
)
def test_groups(meaning: Meaning, group: str, groups: str) -> None:
    assert (WORDS.group(Need(meaning)), WORDS.groups(Need(meaning))) == (group, groups)
