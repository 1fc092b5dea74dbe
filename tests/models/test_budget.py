"""Limits: whatever the order of calls, their sizes and their failures, what is billed never passes them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.errors import LimitReachedError, UserError
from duologue.models.budget import NANO, NO_USAGE, PER_CALL, PER_MESSAGE, Budget, Budgeted, Ledger, OpenLedger, Used
from duologue.models.endpoint import Price
from duologue.protocols import Answer, Request, Usage
from duologue.store import Calls, Store
from duologue.testing import ScriptedModel
from duologue.types import Message

ASKED = Request("agent", (Message("system", "Help."), Message("user", "Hello.")))
ONE = Price(input=1.0, output=1.0)  # a dollar per million tokens: nanodollars = 1000 × tokens
BASE = PER_CALL + 2 * PER_MESSAGE


class Clock:
    """Seconds that a test moves on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


# ── one after another ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("end", "fault", "tokens", "counted"),
    [
        (Usage(30, 10, 5), "", 35, []),
        (Usage(), "server busy", 0, ["server busy"]),
        (None, "timed out", BASE + 150, ["timed out"]),
        (None, "", BASE + 150, [NO_USAGE]),
        (Usage(-3, 0, 5), "", BASE + 150, [NO_USAGE]),
        (Usage(3, 4, 5), "", BASE + 150, [NO_USAGE]),
        (Usage(90_000, 0, 5), "", 90_005, []),  # more than was set aside: the truth is charged
    ],
)
def test_what_an_attempt_is_charged(end: Usage | None, fault: str, tokens: int, counted: list[str]) -> None:
    async def attempt() -> None:
        ledger = OpenLedger()
        budget = Budget(ledger, dollars=1, tokens=100_000)
        settle = await budget.purse(ONE).meter(50)(ASKED, 100)
        assert budget.spent.tokens == 0
        assert ledger.at_most.tokens >= BASE + 150
        settle(end, fault)
        assert (budget.spent.tokens, budget.spent.nano) == (tokens, tokens * 1000)
        budget.close()
        assert ledger.at_most == Used(tokens, tokens * 1000)
        assert [how for _, how, _ in ledger.attempts] == counted

    asyncio.run(attempt())


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (
            {"dollars": 0.001},
            r"\$0.0000 of \$0.001 \(--max-dollars\) are charged, and the next call may cost up to \$0.0012",
        ),
        ({"tokens": 1000}, "0 of 1,000 tokens .--max-tokens. are used, and the next call may take up to 1,238"),
        ({"hours": 0.5}, "had its 0.5 hours .--max-hours."),
    ],
)
def test_a_limit_that_is_reached_says_which(limits: dict[str, float], says: str) -> None:
    clock = Clock()
    budget = Budget(
        OpenLedger(), limits.get("dollars"), int(limits.get("tokens", 0)) or None, limits.get("hours"), clock
    )
    clock.now += 1800
    with pytest.raises(LimitReachedError, match=says):
        asyncio.run(_ask(budget.purse(ONE).meter(50), 100, Usage(1, 0, 1)))


def test_money_needs_a_price() -> None:
    with pytest.raises(UserError, match="price of gpt-oss is not known") as caught:
        Budget(OpenLedger(), dollars=1).purse(None, "gpt-oss")
    assert "--price" in caught.value.fix
    Budget(OpenLedger(), tokens=1).purse(None)


async def _ask(meter: Callable[..., Awaitable[Callable[..., None]]], sent: int, end: Usage | None) -> None:
    settle = await meter(ASKED, sent)
    settle(end, "")


# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_does_not_fit_waits_for_what_others_leave_over() -> None:
    async def three() -> list[str]:
        budget = Budget(OpenLedger(), tokens=2 * (BASE + 100) + 10)
        meter = budget.purse(None).meter(0)
        log: list[str] = []

        async def one(name: str, used: Usage | None) -> None:
            try:
                settle = await meter(ASKED, 100)
            except LimitReachedError:
                log.append(f"{name} stopped")
                return
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            settle(used, "")

        await asyncio.gather(
            one("a", Usage(1, 0, 1)), one("b", Usage(1, 0, 1)), one("c", None), one("d", Usage(1, 0, 1))
        )
        return log

    assert asyncio.run(three()) == ["a begins", "b begins", "c begins", "d begins"]


def test_where_none_is_under_way_the_limit_is_reached_for_all_who_wait() -> None:
    async def two() -> list[object]:
        budget = Budget(OpenLedger(), tokens=BASE + 100)
        meter = budget.purse(None).meter(0)
        settle = await meter(ASKED, 100)
        waiting = [asyncio.create_task(_ask(meter, 100, None)) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        settle(Usage(10, 0, 10), "")
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    assert [type(end) for end in asyncio.run(two())] == [LimitReachedError] * 3


@pytest.mark.parametrize("granted", [False, True])
def test_who_leaves_the_line_takes_nothing_along(granted: bool) -> None:
    async def leave() -> int:
        budget = Budget(OpenLedger(), tokens=BASE + 100)
        meter = budget.purse(None).meter(0)
        settle = await meter(ASKED, 100)
        gone, next_one = (asyncio.create_task(_ask(meter, 100, Usage())) for _ in range(2))
        await asyncio.sleep(0)
        if granted:
            settle(Usage(), "")  # `gone` has its place, and is stopped before it can use it
            gone.cancel()
        else:
            gone.cancel()
            await asyncio.sleep(0)
            settle(Usage(), "")
        await next_one
        assert gone.cancelled() or (await asyncio.gather(gone, return_exceptions=True))
        return budget.spent.tokens

    assert asyncio.run(leave()) == 0


Call = tuple[int, int, int, str, int]  # bytes sent, prompt's share of the bound, answer, how it ends, moments it takes
CALLS = st.lists(
    st.tuples(
        st.integers(0, 3000), st.integers(0, 100), st.integers(0, 400),
        st.sampled_from(["answered", "refused", "lost", "cancelled"]), st.integers(0, 3),
    ),
    max_size=30,
)  # fmt: skip
PRICES = st.builds(
    lambda given, asked, share: Price(given, asked, None if share is None else given * share),
    st.floats(0, 30), st.floats(0, 90), st.none() | st.floats(0, 1),
)  # fmt: skip


class Billing:
    """A server that bills all it worked on, also where the client learns nothing of it."""

    def __init__(self, price: Price, dollars: float, tokens: int) -> None:
        self.price, self.dollars, self.tokens = price, dollars, tokens
        self.ledger = OpenLedger()
        self.billed: list[Usage] = []

    async def run(self, calls: list[Call], killed_after: int) -> None:
        """Make the calls at once; `killed_after` so many moments (0 = never) nothing is written any more."""
        budget = Budget(self.ledger, dollars=self.dollars, tokens=self.tokens)
        meter = budget.purse(self.price).meter(400)
        tasks = [asyncio.create_task(self._call(meter, call)) for call in calls]
        for _ in range(killed_after):
            await asyncio.sleep(0)
        for task, call in zip(tasks, calls, strict=True):
            if call[3] == "cancelled" or killed_after:
                task.cancel()
        written = self.ledger.at_most
        await asyncio.gather(*tasks, return_exceptions=True)
        if killed_after:
            self.ledger.at_most = written
        else:
            budget.close()

    async def _call(self, meter: Callable[..., Awaitable[Callable[..., None]]], call: Call) -> None:
        sent, share, completion, end, moments = call
        settle = await meter(ASKED, sent)
        prompt = (sent + BASE) * share // 100
        usage = Usage(prompt, prompt * (share % 7) // 7, completion)
        if end != "refused":
            self.billed.append(usage)
        try:
            for _ in range(moments):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            settle(None, "")
            raise
        settle({"answered": usage, "refused": Usage()}.get(end), "")

    @property
    def money(self) -> Fraction:
        """Dollars, exactly."""
        given, asked = Fraction(self.price.input), Fraction(self.price.output)
        cached = given if self.price.cached is None else Fraction(self.price.cached)
        millions = ((u.prompt - u.cached) * given + u.cached * cached + u.completion * asked for u in self.billed)
        return sum(millions, Fraction(0)) / 1_000_000


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(CALLS, PRICES, st.floats(0.0001, 0.2), st.integers(1000, 60_000), st.integers(0, 4))
def test_what_is_billed_never_passes_the_limits(
    calls: list[Call], price: Price, dollars: float, tokens: int, killed_after: int
) -> None:
    server = Billing(price, dollars, tokens)
    half = len(calls) // 2
    asyncio.run(server.run(calls[:half], killed_after))
    asyncio.run(server.run(calls[half:], 0))
    # A nanodollar a call for the arithmetic of floating point.
    assert server.money <= Fraction(dollars) + Fraction(len(server.billed), NANO)
    assert sum(u.prompt + u.completion for u in server.billed) <= tokens


# ── over continuations ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_spent_before_counts(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        store.add_seconds(1700)
        first = Budget(Calls(store), dollars=1)
        asyncio.run(_ask(first.purse(ONE).meter(50), 100, Usage(400_000, 0, 100_000)))
        first.close()
        clock = Clock()
        again = Budget(Calls(store, clock), dollars=1, hours=0.5, clock=clock)
        assert (again.spent.tokens, again.spent.nano) == (500_000, NANO // 2)
        asyncio.run(_ask(again.purse(ONE).meter(50), 100, Usage(1, 0, 1)))
        with pytest.raises(LimitReachedError, match=r"\$0.5000 of \$1"):
            asyncio.run(_ask(again.purse(ONE).meter(500_000), 100, None))
        clock.now += 101
        with pytest.raises(LimitReachedError, match="hours"):
            asyncio.run(_ask(again.purse(ONE).meter(50), 100, None))


def test_a_killed_run_counts_what_was_under_way(tmp_path: Path) -> None:
    async def cut_short(ledger: Ledger) -> None:
        meter = Budget(ledger, tokens=10_000).purse(None).meter(1000)
        for _ in range(3):
            await meter(ASKED, 100)

    with Store.create(tmp_path / "run", {}) as store:
        asyncio.run(cut_short(Calls(store)))
    with Store.open(tmp_path / "run") as store:
        assert 3 * (BASE + 1100) <= Calls(store).used().tokens <= 10_000


@pytest.mark.parametrize(("dollars", "most"), [(100, 120), (None, 40)])
def test_the_ledger_is_seldom_written_and_always_ahead(dollars: float | None, most: int) -> None:
    written = 0

    class Counting(OpenLedger):
        def bound(self, used: Used) -> None:
            nonlocal written
            written += 1
            super().bound(used)

    async def many() -> None:
        ledger = Counting()
        meter = Budget(ledger, dollars=dollars).purse(ONE).meter(1000)
        worst, billed, under_way = 2000 + BASE + 1000, 0, 0

        async def one() -> None:
            nonlocal billed, under_way
            settle = await meter(ASKED, 2000)
            under_way += worst
            await asyncio.sleep(0)
            assert ledger.at_most.tokens >= billed + under_way
            billed, under_way = billed + 700, under_way - worst
            settle(Usage(500, 0, 200), "")

        for _ in range(20):
            await asyncio.gather(*(one() for _ in range(50)))

    asyncio.run(many())
    assert written < most  # of 1,000 calls


# ── models that know nothing of it ───────────────────────────────────────────────────────────────────────────────────────


def test_any_model_can_be_kept_within_a_budget() -> None:
    async def talk() -> tuple[int, int]:
        budget = Budget(OpenLedger(), dollars=0.02)
        inner = ScriptedModel(lambda request: "x" * 400)
        model = Budgeted(inner, budget.purse(ONE), 100)
        with contextlib.suppress(LimitReachedError):
            for _ in range(1000):
                await model.ask(Request("user", (Message("user", "y" * 4000),)))
        return len(inner.requests), budget.spent.nano

    calls, nano = asyncio.run(talk())
    assert nano == calls * 1_100_000
    assert 0.012 * NANO < nano <= 0.02 * NANO


def test_a_model_that_fails_or_says_nothing_of_usage_is_charged_the_worst() -> None:
    class Odd:
        def __init__(self, fails: bool) -> None:
            self.fails = fails

        async def ask(self, request: Request) -> Answer:
            if self.fails:
                raise TimeoutError
            return Answer(Message("assistant", "hi"))

    async def spend(fails: bool) -> int:
        budget = Budget(OpenLedger(), dollars=1)
        with contextlib.suppress(TimeoutError):
            await Budgeted(Odd(fails), budget.purse(ONE), 100).ask(ASKED)
        return budget.spent.tokens

    spent = {asyncio.run(spend(fails)) for fails in (True, False)}
    assert len(spent) == 1
    assert min(spent) > BASE + 100
