"""What a run of N items will take, from the first few of it.

Pure: figures in, figures out. An item's cost is what its calls came to; what was asked for no item (tools, a domain) is paid once
and does not grow. The expected total is what is spent already and the mean item for each that is missing. The range around it
holds with 9 in 10: it comes from how much the pilot's items differ from each other (Student's t, for there are few of them), and
is absent where a single item tells nothing of that. It knows nothing of what changes later: prices, rates, the tasks running out.
"""

import math
from collections.abc import Callable, Mapping

from msgspec import Struct

from duologue.store.calls import Span, Work

SMALL = 10
"""Items below which a pilot is called small."""
_T = (6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81)
"""95th percentile of Student's t with 1, 2, … degrees of freedom."""
_Z = 1.645


class Range(Struct, frozen=True):
    """An expected figure, and where it lies 9 times in 10; the bounds are None where nothing is known of them."""

    expected: float
    low: float | None = None
    high: float | None = None


class Estimate(Struct, frozen=True):
    """What `n` items will take in all, the pilot's included."""

    n: int
    pilot: int
    """Items it is drawn from."""
    roles: dict[str, Work]
    """Expected calls, tokens, seconds and dollars by role."""
    total: Work
    tokens: Range
    dollars: Range
    hours: Range
    accepted: Range
    together: float
    """Calls under way at once in the pilot, on average; 0 where no calls were made for items."""


def estimate(work: Mapping[str, Mapping[int, Work]], items: Mapping[int, bool], n: int, span: Span) -> Estimate:
    """From the work by role and item (-1: for none), the items that ended (accepted?), and how their calls lay in time.

    `span.wall` is the time the items took; `span.busy` the seconds of their calls together. Raises `ValueError` without an item.
    """
    if not items:
        raise ValueError("no item has ended: nothing to estimate from")
    numbers = sorted(items)
    left = max(0, n - len(numbers))
    roles = {role: _grown(per_item, numbers, left) for role, per_item in work.items()}
    each = [sum((per_item.get(i, Work()) for per_item in work.values()), Work()) for i in numbers]
    spent = sum((w for per_item in work.values() for w in per_item.values()), Work())
    hours = _hours(each, left, span)
    return Estimate(
        n=n,
        pilot=len(numbers),
        roles=roles,
        total=sum(roles.values(), Work()),
        tokens=_range(each, left, lambda w: w.prompt + w.completion, spent),
        dollars=_range(each, left, lambda w: w.dollars, spent),
        hours=hours,
        accepted=_accepted(sum(items.values()), len(numbers), left),
        together=span.busy / span.wall if span.wall else 0.0,
    )


def _grown(per_item: Mapping[int, Work], numbers: list[int], left: int) -> Work:
    """A role's work so far, and the mean item's for each that is left."""
    spent = sum(per_item.values(), Work())
    done = sum((per_item.get(i, Work()) for i in numbers), Work())
    more = left / len(numbers)
    return Work(
        round(spent.calls + done.calls * more),
        round(spent.prompt + done.prompt * more),
        round(spent.cached + done.cached * more),
        round(spent.completion + done.completion * more),
        spent.seconds + done.seconds * more,
        spent.dollars + done.dollars * more,
    )


def _range(each: list[Work], left: int, figure: Callable[[Work], float], spent: Work) -> Range:
    values = [figure(w) for w in each]
    mean = sum(values) / len(values)
    so_far = figure(spent)
    half = _half(values, left)
    expected = so_far + left * mean
    return Range(expected) if half is None else Range(expected, max(so_far, expected - half), expected + half)


def _half(values: list[float], left: int) -> float | None:
    """Half the width of the range for the sum of `left` more values: the mean is uncertain, and so is each of them."""
    count = len(values)
    if not left:
        return 0.0
    if count < 2:
        return None
    mean = sum(values) / count
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (count - 1))
    t = _T[min(count - 1, len(_T)) - 1]
    return t * deviation * math.sqrt(left * (1 + left / count))


def _hours(each: list[Work], left: int, span: Span) -> Range:
    """Time at the pilot's pace; its spread is that of the items' seconds, as many of them at once as in the pilot."""
    pace = span.wall / len(each)
    expected = span.wall + left * pace
    half = _half([w.seconds for w in each], left)
    if half is None or not span.busy:
        return Range(expected / 3600)
    half *= span.wall / span.busy
    return Range(expected / 3600, max(span.wall, expected - half) / 3600, (expected + half) / 3600)


def _accepted(accepted: int, count: int, left: int) -> Range:
    """Accepted conversations, the range by Wilson's interval for the share."""
    share = accepted / count
    centre = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Range(accepted + left * share, accepted + left * low, accepted + left * high)
