"""What the data scripts of all domains are made with: numbered rows, people with names, moments within working hours.

A data script tells what happened in its world from word lists and seeds, and asks nothing else: no clock, no machine. What is
the same in each of them is here, and knows no table: a `Ledger` keeps the rows under their numbers, `names` and `email` make
people up (nobody of `people.toml` exists, telephone numbers are of the ranges reserved for fiction, mail hosts of those
reserved for examples), `Hours` moves a moment to when somebody is at work. Each function draws only from the generator it is
given, so that the rows of one part of a story do not depend on another's.
"""

import datetime
import random
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from msgspec import Struct

Row = dict[str, Any]
Time = datetime.datetime

_PLAIN = str.maketrans("łóąęśńżźćíáéúñêãâøöäüşığç", "loaesnzzciaeuneaaooausigc", " '-")
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"


def read_toml(beside: str, name: str) -> Row:
    """The TOML file of that name beside a script (`__file__`)."""
    return tomllib.loads(Path(beside).with_name(name).read_text(encoding="utf-8"))


@cache
def people() -> Row:
    """The shared word list: `names`, `mail`, `cities`, `streets`, `offices`, `parts`, `floors`. Not to be changed."""
    return read_toml(__file__, "people.toml")


class Ledger:
    """The rows made so far, by table, each under the next number of its table.

    `first` has every table, parents first, with its first key: let them lie apart, so that keys of different tables can be
    told from one another. The key of `orders` is `order_id` unless `keys` says otherwise.
    """

    def __init__(self, first: Mapping[str, int], keys: Mapping[str, str] | None = None) -> None:
        self.first = dict(first)
        self.keys = {table: table.removesuffix("s") + "_id" for table in first} | dict(keys or {})
        self.rows: dict[str, list[Row]] = {table: [] for table in first}

    def add(self, table: str, **values: Any) -> Row:
        """A new row, under the next number of its table."""
        made = self.rows[table]
        row = {self.keys[table]: self.first[table] + len(made), **values}
        made.append(row)
        return row

    def get(self, table: str, key: int) -> Row:
        """The row of that number, as long as its table was not numbered again."""
        return self.rows[table][key - self.first[table]]

    def renumber(self, table: str, when: str, *links: str) -> None:
        """Number a table by the moment in a column instead of by the order its rows were made in. The tables in `links`
        hold its key too."""
        key = self.keys[table]
        made = sorted(self.rows[table], key=lambda row: (row[when], row[key]))
        new = {row[key]: self.first[table] + i for i, row in enumerate(made)}
        for row in [*made, *(row for link in links for row in self.rows[link])]:
            row[key] = new.get(row[key])
        self.rows[table] = made

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        """Every row with its table, parents first."""
        for table, made in self.rows.items():
            for row in made:
                yield table, row


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def name(r: random.Random, taken: set[tuple[str, str]]) -> tuple[str, str]:
    """A first and a last name that nobody has yet; it is `taken` from then on."""
    origins, weights = _origins()
    while True:
        _, firsts, lasts = r.choices(origins, cum_weights=weights)[0]
        one = r.choice(firsts), r.choice(lasts)
        if one not in taken:
            taken.add(one)
            return one


def names(r: random.Random, count: int, taken: set[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    """As many names, each of them once."""
    taken = set() if taken is None else taken
    return [name(r, taken) for _ in range(count)]


def email(r: random.Random, first: str, last: str, taken: set[str]) -> str:
    """An e-mail address at a private mail host that nobody has yet; it is `taken` from then on."""
    one, two = plain(first), plain(last)
    while True:
        year = r.randrange(60, 99)
        local = r.choice((f"{one}.{two}", f"{one}.{two}", f"{one[0]}.{two}", f"{one}{two[0]}{year}", f"{two}.{one}"))
        address = f"{local}@{r.choice(people()['mail'])}"
        if address not in taken:
            taken.add(address)
            return address


def plain(text: str) -> str:
    """A name as it stands in an e-mail address: lower case, no accents, one word."""
    return text.lower().translate(_PLAIN)


def mobiles(r: random.Random, count: int) -> list[str]:
    """As many different mobile numbers, at most a thousand: there are no more that belong to nobody."""
    return [f"07700 900{n:03d}" for n in r.sample(range(1000), count)]


def address(r: random.Random, city: str, work: bool = False) -> Row:
    """Somewhere in one of the shared `cities`, at home or at work: line1, line2, city, postcode."""
    words = people()
    districts = next(c[2] for c in words["cities"] if c[0] == city)
    inward = f"{r.randrange(1, 10)}{r.choice(_INWARD)}{r.choice(_INWARD)}"
    street, part, share, most = ("offices", "floors", 0.4, 40) if work else ("streets", "parts", 0.22, 140)
    return {
        "line1": f"{int(1 + most * r.random() ** 2)} {r.choice(words[street])}",
        "line2": r.choice(words[part]) if r.random() < share else None,
        "city": city,
        "postcode": f"{r.choice(districts)} {inward}",
    }


def city(r: random.Random) -> str:
    """Where somebody lives: the larger the place, the likelier."""
    places = people()["cities"]
    return str(r.choices(places, [c[1] for c in places])[0][0])


@cache
def _origins() -> tuple[list[Any], list[float]]:
    origins = people()["names"]
    return origins, list(accumulate(o[0] for o in origins))


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hours(r: random.Random, least: float, most: float) -> datetime.timedelta:
    """A stretch of time, to the second."""
    return datetime.timedelta(seconds=int(3600 * r.uniform(least, most)))


def happened(at: Time, now: Time) -> str | None:
    """The moment as it is stored; None where it is still to come."""
    return str(at) if at <= now else None


class Hours(Struct, frozen=True):
    """When somebody is at work: from `opens` to `closes`, not on the weekdays in `off` (0 is Monday), not on the holidays
    (month, day)."""

    opens: int = 7
    closes: int = 18
    off: tuple[int, ...] = (6,)
    holidays: tuple[tuple[int, int], ...] = ((12, 25), (12, 26), (1, 1))

    def next(self, at: Time) -> Time:
        """The moment itself, or soon after opening on the next working day."""
        early = self.opens + at.minute % 4
        if at.hour >= self.closes:
            at = (at + datetime.timedelta(days=1)).replace(hour=early)
        elif at.hour < self.opens:
            at = at.replace(hour=early)
        while at.weekday() in self.off or (at.month, at.day) in self.holidays:
            at += datetime.timedelta(days=1)
        return at
