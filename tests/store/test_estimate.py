"""What N items will take, from a few."""

import pytest

from duologue.store.calls import Span, Work
from duologue.store.estimate import Range, estimate


def work(tokens: int) -> Work:
    return Work(
        calls=2, prompt=tokens, cached=tokens // 2, completion=tokens // 10, seconds=tokens / 100, dollars=tokens / 1e6
    )


WORK = {"tools": {-1: work(50_000)}, "agent": {0: work(1000), 1: work(3000), 5: work(9999)}, "user": {0: work(100)}}
ITEMS = {0: True, 1: False}


def test_items_grow_and_what_is_paid_once_does_not() -> None:
    found = estimate(WORK, ITEMS, 100, Span(40.0, 41.0))
    assert found.roles["tools"] == work(50_000)
    assert found.roles["agent"].prompt == 9999 + 100 * 2000
    assert found.roles["agent"].calls == 2 + 100 * 2
    assert found.roles["user"].prompt == 100 * 50
    assert found.total.prompt == 50_000 + 9999 + 100 * 2050
    assert found.dollars.expected == pytest.approx(found.total.dollars)
    assert found.tokens.expected == pytest.approx(found.total.prompt + found.total.completion, abs=1)
    assert found.hours.expected == pytest.approx(40 * 50 / 3600)
    assert found.accepted.expected == 50
    assert found.together == pytest.approx(41 / 40)
    assert (found.n, found.pilot) == (100, 2)


@pytest.mark.parametrize(
    ("values", "n", "half"),
    [
        ((1000,), 10, None),  # one item tells nothing of how they differ
        ((1000, 1000, 1000), 10, 0.0),
        ((1000, 3000), 2, 0.0),  # all is made: nothing is uncertain
        ((1000, 3000), 1, 0.0),
        ((1000, 3000), 100, 6.31 * 1414.2136e-6 * (98 * 50) ** 0.5),
    ],
)
def test_the_range(values: tuple[int, ...], n: int, half: float | None) -> None:
    found = estimate(
        {"agent": dict(enumerate(map(work, values)))}, dict.fromkeys(range(len(values)), True), n, Span(1, 1)
    )
    spent, expected = sum(values) / 1e6, max(n, len(values)) * sum(values) / len(values) / 1e6
    if half is None:
        assert found.dollars == Range(found.dollars.expected)
        assert found.dollars.expected == pytest.approx(expected)
    else:
        assert found.dollars.expected == pytest.approx(expected)
        assert found.dollars.low == pytest.approx(max(spent, expected - half))
        assert found.dollars.high == pytest.approx(expected + half)


def test_the_range_shrinks_with_the_pilot() -> None:
    def width(items: int) -> float:
        values = {i: work(1000 + 500 * (i % 3)) for i in range(items)}
        found = estimate({"agent": values}, dict.fromkeys(range(items), True), 1000, Span(1, 1)).dollars
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(3) > width(6) > width(30) > 0


@pytest.mark.parametrize(("passed", "of"), [(0, 1), (1, 1), (5, 5), (3, 10), (0, 40)])
def test_accepted_lies_between_none_and_all(passed: int, of: int) -> None:
    found = estimate({}, {i: i < passed for i in range(of)}, 100, Span()).accepted
    assert found.low is not None
    assert found.high is not None
    assert passed <= found.low <= found.expected <= found.high <= passed + 100 - of
    assert found.low < found.high


def test_a_run_without_models_costs_time_alone() -> None:
    found = estimate({}, {0: True, 1: True}, 10, Span(wall=7.2))
    assert (found.dollars.expected, found.tokens.expected, found.together) == (0, 0, 0)
    assert found.hours == Range(0.01)


def test_without_an_item_there_is_no_estimate() -> None:
    with pytest.raises(ValueError, match="no item has ended"):
        estimate({}, {}, 10, Span())
