"""Duplicates: exact, of one task, near. The best stays; whoever is left out names one that stays."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.errors import UserError
from duologue.near import NearIndex, Shingler, jaccard, needed
from duologue.select.duplicates import drop_duplicates
from duologue.select.samples import Entry

WORDS = [f"word{n}" for n in range(400)]


def entry(number: int, tasks: tuple[str, ...] = (), messages: str = "", mode: str = "user", turns: int = 9) -> Entry:
    groups = {"mode": mode, "domain": "shop", "difficulty": "easy", "family": "get", "length": "1-10"}
    asks = tasks or (f"a{number}",)
    return Entry(0, number, f"d{number}", groups, len(asks), turns, 10, asks, messages or f"m{number}")


Part = tuple[tuple[str, ...], str, str, int]
SAME: dict[str, tuple[list[Part], list[tuple[str, str, str]]]] = {
    # (tasks, messages, mode, turns) of two or three → (who is left out, why, beside whom)
    "nothing in common": ([((), "", "user", 9), ((), "", "user", 9)], []),
    "the same messages": ([((), "x", "user", 9), ((), "x", "user", 9)], [("d1", "duplicate", "d0")]),
    "the longer stays": ([(("a",), "", "user", 9), (("a",), "", "user", 12)], [("d0", "same task", "d1")]),
    "more tasks stay": ([(("a",), "", "user", 99), (("a", "b"), "", "user", 9)], [("d0", "same task", "d1")]),
    "one new task is enough": ([(("a", "b"), "", "user", 9), (("a", "c"), "", "user", 9)], []),
    "both tasks elsewhere": (
        [(("a", "c"), "", "user", 9), (("b", "d"), "", "user", 9), (("a", "b"), "", "user", 8)],
        [("d2", "same task", "d0")],
    ),
    "another mode is another conversation": ([(("a",), "", "user", 9), (("a",), "", "task", 9)], []),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same(name: str) -> None:
    given_, expected = SAME[name]
    entries = [entry(n, tasks, messages, mode, turns) for n, (tasks, messages, mode, turns) in enumerate(given_)]
    stays, left = drop_duplicates(entries, {}, 0)
    assert [(one.id, one.reason, one.beside) for one in left] == expected
    assert {e.id for e in stays} == {e.id for e in entries} - {one.id for one in left}


def talk(seed: int, length: int = 200) -> list[str]:
    return Random(seed).choices(WORDS, k=length)


def changed(words: list[str], share: float, seed: int = 1) -> list[str]:
    dice = Random(seed)
    return [dice.choice(WORDS) if dice.random() < share else word for word in words]


NEAR = {
    "told again": (talk(1), True),
    "one word in a hundred changed": (changed(talk(1), 0.01), True),
    "one word in four changed": (changed(talk(1), 0.25), False),
    "a few words more": ([*talk(1), *talk(2, 10)], True),
    "half as long": (talk(1)[:100], False),
    "other words": (talk(3), False),
    "the same words in another order": (sorted(talk(1)), False),
}


@pytest.mark.parametrize("name", NEAR)
def test_near(name: str) -> None:
    words, near = NEAR[name]
    shingler = Shingler()
    sets = {(0, n): shingler.shingles([" ".join(said)]) for n, said in enumerate((talk(1), words))}
    stays, left = drop_duplicates([entry(0), entry(1)], sets, 0.8)
    assert [one.reason for one in left] == ["near duplicate"] * near
    assert len(stays) == 2 - near


@pytest.mark.parametrize("near", [0.5, 0.8, 1.0])
def test_few_are_missed_at_the_limit(near: float) -> None:
    """A hundred pairs that have just `near` in common, or hardly more."""
    shingler, index, found = Shingler(), NearIndex(near), 0
    for seed in range(100):
        said = talk(seed)
        runs = len(said) - 2
        more = talk(1000 + seed, max(0, round(runs / near) - runs - 1))  # leaves that share in common
        one, two = (shingler.shingles([" ".join(words)]) for words in (said, said + more))
        assert near <= jaccard(one, two) < near + 0.01
        index.add(one)
        found += index.like(two) is not None
    assert found >= 96


def test_one_template_with_other_values_is_not_near() -> None:
    """Short, and every sentence has its value: the same form, another substance."""
    texts = [
        [f"What does order {n} hold?", f"Order {n} holds {n % 7 + 2} mugs of £{n % 31}.", f"Cancel order {n}, please."]
        for n in range(4000, 4040)
    ]
    shingler = Shingler()
    sets = {(0, n): shingler.shingles(said) for n, said in enumerate(texts)}
    assert drop_duplicates([entry(n) for n in range(40)], sets, 0.8)[1] == []


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.01, 0.04, 0.5])), max_size=25),
    st.sampled_from([0.5, 0.8]),
)
def test_those_that_stay_are_not_alike_and_others_are_like_one_that_stays(
    parts: list[tuple[int, float]], near: float
) -> None:
    shingler = Shingler()
    sets = {(0, n): shingler.shingles([" ".join(changed(talk(s), share, n))]) for n, (s, share) in enumerate(parts)}
    entries = [entry(n) for n in range(len(parts))]
    stays, left = drop_duplicates(entries, sets, near)
    assert sorted([e.id for e in stays] + [one.id for one in left]) == sorted(e.id for e in entries)
    numbers = {e.id: e.item for e in stays}
    for one in left:
        share = jaccard(sets[0, int(one.id[1:])], sets[0, numbers[one.beside]])
        assert share >= near
        assert one.evidence == f"{share:.2f} of what is said"
    # Hashing may miss a pair that is just near enough; these are a safe distance above.
    assert not [
        1 for a in stays for b in stays if a.item < b.item and jaccard(sets[0, a.item], sets[0, b.item]) > near + 0.1
    ]


def test_what_is_said_in_few_words() -> None:
    shingler = Shingler()
    assert len(shingler.shingles(["Hi there"])) == 1
    assert len(shingler.shingles(["", "…"])) == 0
    assert len(shingler.shingles(["请取消第二个订单"])) == 6
    assert jaccard(shingler.shingles(["Cancel ORDER 7"]), shingler.shingles(["cancel", "order", "7!"])) == 1
    index = NearIndex(0.8)
    index.add(shingler.shingles([""]))
    assert index.like(shingler.shingles(["Hi there"])) is None


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(UserError, match=r"pip install 'duologue\[select\]'"):
        needed()
