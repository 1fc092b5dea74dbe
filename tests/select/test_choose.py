"""The choice: blend, balance, budget. Properties over drawn pools, and the rules as tables."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.select.choose import Limits, choose
from duologue.select.groups import BALANCED, family_counts, length_band, rarest
from duologue.select.samples import Entry

GROUPS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["user", "task"]),
        "domain": st.sampled_from(["shop", "bank", "zoo"]),
        "difficulty": st.sampled_from(["easy", "hard"]),
        "family": st.sampled_from(["get", "set", "top"]),
        "length": st.sampled_from(["1-10", "11-20"]),
    }
)


def entry(number: int, groups: dict[str, str] | None = None, tokens: int = 10, run: int = 0) -> Entry:
    usual = {"mode": "user", "domain": "shop", "difficulty": "easy", "family": "get", "length": "1-10"}
    return Entry(run, number, f"d{number}", usual | (groups or {}), 1, 9, tokens, (f"a{number}",), f"m{number}")


@st.composite
def pools(draw: st.DrawFn) -> list[Entry]:
    parts = draw(st.lists(st.tuples(GROUPS, st.integers(1, 60), st.integers(0, 2)), max_size=40))
    return [entry(n, groups, tokens, run) for n, (groups, tokens, run) in enumerate(parts)]


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    share = draw(st.sampled_from([0.5, 0.8, 0.3, 1.0]))
    mix = (("user", share), ("task", 1 - share)) if share < 1 else (("user", 1.0),)
    return Limits(
        balance=tuple(name for name in BALANCED if draw(st.booleans())),
        mix=draw(st.sampled_from([(), mix])),
        max_tokens=draw(st.one_of(st.none(), st.integers(1, 900))),
        keep=draw(st.one_of(st.none(), st.integers(1, 45))),
    )


@settings(max_examples=150, deadline=None)
@given(pools(), limits(), st.randoms(use_true_random=False))
def test_whatever_is_asked(pool: list[Entry], asked: Limits, dice: Random) -> None:
    chosen = choose(pool, asked)
    kept = [e.id for e in chosen.kept]
    left = [one.id for one in chosen.left]
    assert sorted(kept + left) == sorted(e.id for e in pool)
    assert [(e.run, e.item) for e in chosen.kept] == sorted((e.run, e.item) for e in chosen.kept)
    assert asked.max_tokens is None or sum(e.tokens for e in chosen.kept) <= asked.max_tokens
    assert asked.keep is None or len(kept) <= asked.keep
    taken = Counter(e.mode for e in chosen.kept)
    for mode, share in asked.mix:
        assert abs(taken[mode] - share * len(kept)) <= 1
    shuffled = dice.sample(pool, len(pool))
    assert choose(shuffled, asked) == chosen


@settings(max_examples=100, deadline=None)
@given(pools(), st.sampled_from(BALANCED), st.integers(1, 45))
def test_no_group_is_above_its_share_unless_others_ran_out(pool: list[Entry], dimension: str, keep: int) -> None:
    """By one dimension: a group above an even part of what is kept means that every group with fewer is used up."""
    chosen = choose(pool, Limits((dimension,), keep=keep))
    assert len(chosen.kept) == min(keep, len(pool))
    had = Counter(e.groups[dimension] for e in pool)
    got = Counter(e.groups[dimension] for e in chosen.kept)
    for group in had:
        for other in had:
            assert got[group] <= got[other] + 1 or got[other] == had[other]


@settings(max_examples=100, deadline=None)
@given(pools(), st.lists(st.sampled_from(BALANCED), min_size=1, unique=True))
def test_without_a_limit_groups_are_cut_to_their_share_and_not_below(pool: list[Entry], balance: list[str]) -> None:
    chosen = choose(pool, Limits(tuple(balance)))
    room = {d: -(-len(pool) // len({e.groups[d] for e in pool})) if pool else 0 for d in balance}
    got = {d: Counter(e.groups[d] for e in chosen.kept) for d in balance}
    assert all(n <= room[d] for d in balance for n in got[d].values())
    names = {one.id for one in chosen.left}
    for e in pool:
        if e.id in names:
            assert any(got[d][e.groups[d]] == room[d] for d in balance)


MIXES = {
    # user, task, mix, keep → kept of each
    "as asked": (80, 80, (0.8, 0.2), 50, (40, 10)),
    "all of one side": (80, 10, (0.8, 0.2), None, (42, 10)),
    "one side is short": (80, 4, (0.5, 0.5), 50, (5, 4)),
    "one side is empty": (80, 0, (0.5, 0.5), 50, (1, 0)),
    "one mode alone": (7, 9, (1.0, 0.0), None, (7, 0)),
}


@pytest.mark.parametrize("name", MIXES)
def test_the_blend(name: str) -> None:
    users, tasks, shares, keep, expected = MIXES[name]
    pool = [entry(n, {"mode": "user" if n < users else "task"}) for n in range(users + tasks)]
    mix = tuple((mode, share) for mode, share in zip(("user", "task"), shares, strict=True) if share)
    chosen = choose(pool, Limits(mix=mix, keep=keep))
    taken = Counter(e.mode for e in chosen.kept)
    assert abs(taken["user"] - expected[0]) <= 1
    assert taken["task"] == expected[1]
    short = keep is not None and sum(taken.values()) < keep
    assert short == any("too few" in note and f"not the {keep} asked for" in note for note in chosen.notes)


def test_what_does_not_fit_is_passed_over_and_says_so() -> None:
    chosen = choose([entry(0, tokens=60), entry(1, tokens=70), entry(2, tokens=40)], Limits(max_tokens=100))
    assert [e.id for e in chosen.kept] == ["d0", "d2"]
    assert [(one.id, one.reason, one.evidence) for one in chosen.left] == [
        ("d1", "budget", "70 tokens, and 40 of 100 were left")
    ]


def test_a_cut_takes_from_each_run_alike() -> None:
    pool = [entry(n, run=0) for n in range(40)] + [entry(100 + n, run=1) for n in range(20)]
    assert Counter(e.run for e in choose(pool, Limits(keep=30)).kept) == {0: 20, 1: 10}


def test_several_dimensions_are_evened_out_together() -> None:
    """Ninety easy in the shop, ten hard at the bank: both kinds at once, as far as they go."""
    pool = [entry(n) for n in range(90)] + [entry(90 + n, {"domain": "bank", "difficulty": "hard"}) for n in range(10)]
    kept = choose(pool, Limits(("domain", "difficulty"), keep=20)).kept
    assert Counter(e.groups["domain"] for e in kept) == {"shop": 10, "bank": 10}
    chosen = choose(pool, Limits(("domain", "difficulty"), keep=30))
    assert Counter(e.groups["domain"] for e in chosen.kept) == {"shop": 20, "bank": 10}
    assert chosen.notes == [
        "Above an even part of domain (15), since others ran out or fitted no other limit: shop 20.",
        "Above an even part of difficulty (15), since others ran out or fitted no other limit: easy 20.",
    ]


def test_the_rarest_family_counts() -> None:
    counts = family_counts([("find", "set"), ("find",), ("find", "top"), ("find", "set"), ()])
    assert [rarest(f, counts) for f in (("find", "set"), ("find",), ("set", "top"), ())] == [
        "set",
        "find",
        "top",
        "none",
    ]


@pytest.mark.parametrize(("turns", "band"), [(1, "1-10"), (10, "1-10"), (11, "11-20"), (160, "81-160"), (161, "161+")])
def test_length_bands(turns: int, band: str) -> None:
    assert length_band(turns) == band
