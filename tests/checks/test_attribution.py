"""A figure told of the wrong row, field or list is found; one that has another explanation is left alone."""

import pytest

import talk
from duologue.catalog.model import Column
from duologue.checks import Case, case_of
from duologue.checks.attribution import attribution
from duologue.ids import to_json
from duologue.plans.trace import trace
from duologue.types import Dialogue, Json, Message, Origin, Slot, Tool, ToolCall, Toolset, Turn

ORDERS = Origin("result", 3, "rows[0].customer_id")

SOUND = [
    "Order 40211 (3 May 2024, total 54.90) and order 40874 (9 June 2024, total 112.35).",
    "54.90 for order 40211 and 112.35 for order 40874.",
    "On 3 May 2024 order 40211 for 54.90, and on 9 June order 40874 for 112.35.",
    "Order 40211: 54.90; order 40874: 112.35. Together they come to 167.25, and 57.45 lies between them.",
    "There are 2 orders. Order 40211 was placed on 3 May 2024, order 40874 on 9 June 2024, 37 days later.",
    "The dearest of the 2 orders is 40874, with a total of 112.35.",
    "Dana has 2 orders: placed 3 May 2024, order 40211 and total 54.90 and placed 9 June 2024, order 40874 and total 112.35.",
    "1. Order 40211, 54.90\n2. Order 40874, 112.35",
    "The first 2 orders are 40211 and 40874.",
    "You asked about 3 orders, I see 2 orders.",
]
WRONG = [
    (
        "Order 40211 (3 May 2024, total 112.35) and order 40874 (9 June 2024, total 54.90).",
        "'112.35' is not of '40211'",
    ),
    ("Order 40211: 54.90; order 40874: 54.90.", "'54.90' is not of '40874'"),
    ("Order 40211 for 112.35 and order 40874 for 54.90.", "'54.90' is not of '40874'"),
    ("Order 40211 was placed on 9 June 2024.", "'9 June 2024' is not of '40211'"),
    ("The dearest of the 2 orders is 40874, at 54.90.", "'54.90' is not of '40874'"),
    ("Dana has 17 orders, among them 40874.", "'17' counts no list"),
    ("Its customer id is 40211.", "was never returned as customer"),
]


def told(text: str, asked: str = "which of the 3 orders I expected are there for Dana Whitfield") -> Dialogue:
    talking = talk.Talk()
    talking.user(asked, "request")
    talking.calls(("find_customers", {"name": "Dana Whitfield"}, {"name": Origin("user", 1)}))
    talking.calls(("list_orders", {"customer_id": 118}, {"customer_id": ORDERS}))
    talking.says(text, "report many")
    talking.user("thanks, bye", "done", done=True)
    return talking.dialogue()


def found(dialogue: Dialogue) -> list[str]:
    return [f.what for f in attribution(case_of(dialogue, talk.environment(), talk.catalog())).evidence]


@pytest.mark.parametrize("text", SOUND)
def test_figures_told_of_their_rows_are_fine(text: str) -> None:
    assert found(told(text)) == []


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_figures_told_of_others_are_found(text: str, why: str) -> None:
    assert any(why in what for what in found(told(text))), found(told(text))


def test_without_a_catalog_nothing_can_be_said_of_columns() -> None:
    case = case_of(told(WRONG[0][0]), talk.environment())
    assert attribution(case).passed is True


LINES = {
    "rows": [
        {"line_id": 7, "name": "Bo", "price": 18.5},
        {"line_id": 8, "name": "Al", "price": 61.25},
        {"line_id": 12, "name": "It", "price": 30.75},
    ]
}
SHORT = [
    ("Bo pays 18.50, Al 61.25 and It 30.75.", ""),
    ("**Bo**: 18.50\n**Al**: 61.25", ""),
    ("- Bo – €18.50\n- Al – €61.25", ""),
    ("It comes to 18.50 for Bo.", ""),
    ("Line 7 is 18.50, line 8 is 61.25.", ""),
    ("Bo pays 61.25, Al 18.50.", "is not of"),
    ("- Bo – €61.25\n- Al – €18.50", "is not of"),
    ("Line 7: 61.25; line 8: 18.50.", "is not of"),
    ("all in all 61.25 for line 8", ""),
]


def of_lines(text: str, *fields: str, rows: Json = LINES, asked: str = "what are the lines?") -> list[str]:
    columns = {
        "lines.line_id": Column("line_id", "lines", "key", label="line id"),
        "lines.name": Column("name", "lines", "name", label="name"),
        "lines.price": Column("price", "lines", "measure", label="price"),
        "lines.state": Column("state", "lines", "status", label="state", values=("in progress", "collected", "done")),
        "lines.quantity": Column("quantity", "lines", "measure", label="quantity"),
    }
    outputs = {f"rows[].{n}": Slot("lines", n) for n in fields}
    tool = Tool("list_lines", "", {}, {}, "read", outputs=outputs)
    turns = [
        Turn(Message("system", "x")),
        Turn(Message("user", "1 moment, please")),
        Turn(Message("assistant", tool_calls=(ToolCall("b", "list_lines", {}),))),
        Turn(Message("tool", to_json(rows), tool_call_id="b")),
        Turn(Message("assistant", "Of course.")),
        Turn(Message("user", asked)),
        Turn(Message("assistant", tool_calls=(ToolCall("c", "list_lines", {}),))),
        Turn(Message("tool", to_json(rows), tool_call_id="c")),
        Turn(Message("assistant", text)),
    ]
    return [f.what for f in attribution(Case(trace(turns, Toolset("t", (tool,))), (), columns=columns)).evidence]


@pytest.mark.parametrize(("text", "why"), SHORT)
def test_short_names_and_small_ids(text: str, why: str) -> None:
    objections = of_lines(text, "line_id", "name", "price")
    assert bool(objections) is bool(why), objections
    assert all(why in what for what in objections)


def test_a_row_may_have_a_short_name_only() -> None:
    assert of_lines("Bo pays 61.25, Al 18.50.", "name", "price") == ["'18.50' is not of 'Al' but of another row"]


GOODS = {
    "rows": [
        {"name": "Toaster", "quantity": 2, "price": 49.9},
        {"name": "Paper shade", "quantity": 1, "price": 22.95},
        {"name": "Basket", "quantity": 1, "price": 26.95},
    ]
}
TIED = [
    ("- Toaster: £49.90\n- Paper shade: £22.95\n- Basket: £26.95", ""),
    ("- Toaster: £22.95\n- Paper shade: £49.90\n- Basket: £26.95", "is not of"),  # 49.90 less 26.95 is 22.95
    ("Toaster £49.90, Basket £26.95: the Toaster is £22.95 more.", ""),
    ("- Toaster less Basket: £22.95", ""),
    ("Difference to the Toaster: £22.95", ""),
    ("Toaster (quantity 2), Paper shade (1), Basket (1)", ""),
    ("Toaster (quantity 1), Paper shade (1), Basket (1)", "is not of"),  # the user's 1 is of something else
]


@pytest.mark.parametrize(("text", "why"), TIED)
def test_a_figure_right_behind_a_name_is_of_that_row(text: str, why: str) -> None:
    objections = of_lines(text, "name", "quantity", "price", rows=GOODS)
    assert bool(objections) is bool(why), objections
    assert all(why in what for what in objections)


def test_what_was_just_asked_for_may_be_said_behind_a_name() -> None:
    text = "I would put Toaster (quantity 1) on the list."
    assert of_lines(text, "name", "quantity", "price", rows=GOODS, asked="I want 1 Toaster") == []


JOBS = {"rows": [{"line_id": 5110, "state": "in progress"}, {"line_id": 5111, "state": "collected"}]}
CALLED = [
    ("The state of line 5110 is in progress.", ""),
    ("On record as the state of line 5110: in progress.", ""),
    ("The state of the collected lines is shown there.", ""),
    ("The state of line 5111: collected. That of the other is in progress.", ""),
    ("On record as the state of line 5110: collected.", "was never returned as state"),
    ("The state of line 5111 is in progress.", "was never returned as state"),
    ("The state of line 5110 is now done.", "was never returned as state"),
]


@pytest.mark.parametrize(("text", "why"), CALLED)
def test_a_state_told_with_its_row_is_that_rows(text: str, why: str) -> None:
    objections = of_lines(text, "line_id", "state", rows=JOBS)
    assert bool(objections) is bool(why), objections
    assert all(why in what for what in objections)


SONGS = {
    "rows": [
        {"name": "Jump", "ms": 282_671, "bytes": 7_911_090},
        {"name": "Leila", "ms": 122_000, "bytes": 7_000_000},
    ]
}
AMOUNTS = [
    ("Jump (4:43) and Leila (2:02).", ""),
    ("Jump (2:02) and Leila (4:43).", "is not of"),
    ("Jump has 7.9 MB and Leila 7.0 MB.", ""),
    ("Jump has 7.0 MB and Leila 7.9 MB.", "is not of"),
    ("The duration of Jump is 4:43.", ""),
    ("The duration of Jump is 2:02.", "is not of"),
    ("The size of Leila is 7.9 MB.", "is not of"),
]


@pytest.mark.parametrize(("text", "why"), AMOUNTS)
def test_durations_and_sizes_in_people_s_words(text: str, why: str) -> None:
    columns = {
        "songs.name": Column("songs", "name", "name", label="name"),
        "songs.ms": Column("songs", "ms", "measure", label="duration", unit="milliseconds"),
        "songs.bytes": Column("songs", "bytes", "measure", label="size", unit="bytes"),
    }
    tool = Tool("songs", "", {}, {}, "read", outputs={f"rows[].{n}": Slot("songs", n) for n in ("name", "ms", "bytes")})
    turns = [
        Turn(Message("system", "x")),
        Turn(Message("user", "which songs are there?")),
        Turn(Message("assistant", tool_calls=(ToolCall("c", "songs", {}),))),
        Turn(Message("tool", to_json(SONGS), tool_call_id="c")),
        Turn(Message("assistant", text)),
    ]
    objections = attribution(Case(trace(turns, Toolset("t", (tool,))), (), columns=columns)).evidence
    assert bool(objections) is bool(why), objections
    assert all(why in f.what for f in objections)
