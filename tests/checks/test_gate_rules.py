"""What the user gate hears in words alone: each rule from both sides, in words of people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.checks.gate import UserGate
from duologue.checks.gate.speech import _INNER, tokens
from duologue.types import (
    ClockSpec,
    Disclosure,
    Fact,
    Json,
    Meaning,
    Message,
    Need,
    PlanStep,
    RowChange,
    Scenario,
    Subtask,
    Task,
    Tool,
    ToolCall,
    Toolset,
    Turn,
)


def tool(name: str, effect: str, *parameters: str) -> Tool:
    properties: dict[str, Json] = {p: {"type": "string"} for p in parameters}
    return Tool(name, "Does it.", {"type": "object", "properties": properties}, {"type": "object"}, effect)  # type: ignore[arg-type]


TOOLS = Toolset(
    "desk",
    (
        tool("find_orders", "read", "customer_name"),
        tool("getInvoice", "read", "invoice_id"),
        tool("update_phone", "write", "employee_id", "phone"),
        tool("reschedule_visit", "write", "visit_id", "day"),
        tool("cancel_order", "write", "order_id"),
        tool("total_sales", "read", "month"),
    ),
)
COLUMNS = {
    f"{c.table}.{c.name}": c
    for c in (
        Column("customers", "is_active", "flag"),
        Column("customers", "email", "contact"),
        Column("Track", "UnitPrice", "measure"),
        Column("Track", "MediaTypeId", "reference"),
        Column("accounts", "PayPal", "contact"),
    )
}
GOAL = (
    "The phone number of Ruth Amari is changed to 555-0142, because the old line was cut. The visit number 7731 is rescheduled to "
    "21 June 2024. The user knows the sales total of May, the three best-selling garden tools, and the warehouse manager of Leith."
)
TASK = Task(
    "t",
    GOAL,
    known=(Fact("employees.phone", "555-0142"), Fact("visits.day", "2024-06-21"), Fact("employees.name", "Ruth Amari")),
    subtasks=(
        Subtask("the phone number of Ruth Amari is changed to 555-0142", (1,)),
        Subtask("the visit number 7731 is rescheduled to 21 June 2024", (2,)),
        Subtask("the sales total of May is known to the user", (3,), tell=(Disclosure(18240, step=3),)),
        Subtask(
            "the three best-selling garden tools are known to the user",
            (4,),
            tell=(Disclosure("Pro spade", step=4), Disclosure("Steel rake", step=4)),
        ),
        Subtask("the warehouse manager of Leith is known to the user", (5,), tell=(Disclosure("Omar Reyes", step=5),)),
    ),
    plan=(
        PlanStep("update_phone", {"employee_id": "$6.rows[0].id", "phone": "555-0142"}, bound={"employee_id": 31}),
        PlanStep("reschedule_visit", {"visit_id": 7731, "day": "2024-06-21"}),
        PlanStep("total_sales", {"month": "2024-05"}),
        PlanStep("find_orders", {"customer_name": "tools"}),
        PlanStep("find_orders", {"customer_name": "Leith"}),
    ),
    target=(RowChange("employees", "update", {"id": 31}, {"phone": "1"}, {"phone": "555-0142"}),),
)
SCENARIO = Scenario("s", (TASK,), ClockSpec("2024-06-14T09:00:00", 1), 3)


def found(*said: str, scenario: Scenario = SCENARIO) -> list[str]:
    """What the gate says of the last of these words, the user's and the assistant's in turn, the user's first."""
    turns = [Turn(Message("system", "You work at a desk."))]
    for number, text in enumerate(said):
        role = "assistant" if number % 2 else "user"
        turns.append(Turn(Message(role, text)))  # type: ignore[arg-type]
    verdict = UserGate(TOOLS, COLUMNS).judge(turns, len(turns) - 1, scenario)
    return [f.what for f in verdict.evidence]


# ── names that only machines use ─────────────────────────────────────────────────────────────────────────────────────────

NAMED = [
    "what is the customer_id?",
    "please check the is_active flag for me",
    "set IS_ACTIVE to false",
    "run find_orders for Ruth Amari",
    "use getInvoice please",
    "what's in the UnitPrice column?",
    "the MediaTypeId of that track?",
    "look at the order_status field",
    "is loyalty_points filled in?",
]
PLAIN = [
    "what is the customer's id?",
    "is the customer active?",
    "my PayPal is the same as before",
    "what does it say for the unit price?",
    "the file is ruth_amari.pdf",
    "her page is www.example.org/our_team",
    "I use an iPhone and an eBay account",
    "write to _all_ of them",
    "is McDonald one of them?",
    "put it in the notes, please",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_technical_name_is_nobodys_word(text: str) -> None:
    assert any(w.startswith("uses the name") for w in found(text)), found(text)


@pytest.mark.parametrize("text", PLAIN)
def test_everyday_words_are_no_technical_names(text: str) -> None:
    assert not any(w.startswith("uses the name") for w in found(text)), found(text)


def test_a_name_that_the_assistant_wrote_may_be_taken_up() -> None:
    assert found("hi", "The field loyalty_points is empty.", "then what is loyalty_points for?") == []


# ── too much at once ─────────────────────────────────────────────────────────────────────────────────────────────────────

CROWDED = [
    "What's the sales total for May, what are the best-selling garden tools, and who is the warehouse manager in Leith?",
    "Hi! Please change Ruth Amari's phone number to 555-0142. Also reschedule visit 7731 to 21 June 2024, and tell me the warehouse manager of Leith.",
    "I need:\n1. the sales figures, please\n2. could you change a phone number\n3. who manages Leith?",
    "1) what did May bring? 2) who manages Leith? 3) can you move a visit?",
]
BY_TWO = [
    "What's the sales total for May, and what are the best-selling garden tools?",
    "Please change Ruth Amari's phone number to 555-0142, the old line was cut.",
    "The three best-selling garden tools, please. Their prices too, and which is the newest.",
    "We looked at the sales total of May and the garden tools last week. Who is the warehouse manager in Leith?",
    "The address is:\n1. Mill Lane\n2. Leith\n3. Scotland",
    "sorry, what was that?",
]


@pytest.mark.parametrize("text", CROWDED)
def test_three_requests_in_one_breath_are_too_many(text: str) -> None:
    assert any("requests at once" in w for w in found(text)), found(text)


@pytest.mark.parametrize("text", BY_TWO)
def test_two_requests_and_what_goes_with_them_are_not(text: str) -> None:
    assert not any("requests at once" in w for w in found(text)), found(text)


def test_what_was_asked_before_is_not_new_and_a_recap_asks_for_nothing_new() -> None:
    first = ("the sales total of May?", "It came to 18240.")
    again = "so what about the sales total of May, the best-selling garden tools, and the warehouse manager of Leith?"
    assert not any("requests at once" in w for w in found(*first, again))
    assert not any("requests at once" in w for w in found("can you sum up " + CROWDED[0]))


def test_who_asks_for_everything_at_once_may() -> None:
    whole = replace(SCENARIO, mode="task")
    assert not any("requests at once" in w for w in found(CROWDED[0], scenario=whole))


# ── asking again ─────────────────────────────────────────────────────────────────────────────────────────────────────────

MAY = ("What's the sales total for May?", "Sales in May came to 18240.")
LEITH = ("Who's the warehouse manager in Leith?", "The warehouse manager in Leith is Omar Reyes.")
AGAIN = [
    (*MAY, "What is the sales total of May?"),
    (*MAY, "Thanks. Could you tell me the total sales in May?"),
    (*LEITH, "And who's the warehouse manager in Leith?"),
    (*LEITH, "ok great. I need the warehouse manager of Leith, please"),
    (*MAY, *LEITH, "what's the sales total for may?"),
    (*LEITH, *MAY, *MAY, LEITH[0]),
    ("Which tools have Leith as their shop?", "There are 12.", *MAY, *MAY, "Which tools have Leith as their shop?"),
    ("Would you check who manages Leith these days?", "Omar Reyes does.", "Would you check who manages Leith these days?"),
    ("That was quick. Are there any sales in Leith?", "There are 12.", *MAY, *MAY, "That was quick. Are there any sales in Leith?"),
    ("I need the shops that have spades of Ruth Amari.", "There are 12.", *MAY, *MAY, "I need the shops that have spades of Ruth Amari."),
]  # fmt: skip
NOT_AGAIN = [
    (*MAY, "Are you sure about the sales total for May?"),
    (*MAY, "What's the sales total for June?"),
    (*MAY, "So the sales total for May is 18240, right?"),
    (*MAY, "Can you check the sales total for May again?"),
    (*MAY, "hmm, what's the sales total for May?"),
    ("What's the sales total for May?", "Which year do you mean?", "What's the sales total for May?"),
    ("What's the sales total for May?", "I couldn't find that.", "What's the sales total for May?"),
    ("What's the sales total for May?", "Let me look that up.", "What's the sales total for May?"),
    (*LEITH, "Who is the other warehouse manager in Leith?"),
    (*LEITH, "How long has the warehouse manager in Leith been there?"),
    (*LEITH, "Omar Reyes is the warehouse manager in Leith? I thought it was his brother."),
    (*MAY, *LEITH, "can you sum up: sales total for May, warehouse manager in Leith?"),
    ("What are the best-selling garden tools?", "One is the Pro spade.", "and the three best-selling garden tools?"),
    (*MAY, "thanks. what was it the year before?"),
    ("Could you add the delivery fee?", "The fee is 6.95.", *MAY, "Could you add the delivery fee?"),
    ("What about the price and the colour?", "It is 12 euros.", *MAY, *MAY, "What about the price and the colour?"),
    ("Please show me the next three lines.", "They hold 12, 15 and 18.", "Please show me the next three lines."),
    ("What are the top 4 garden tools by sales?", "The first is the Pro spade, with 40.", "What are the top 3 garden tools by sales?"),
    ("Which orders hold the product lamp?", "Order 7 and order 8 do.", "Which product does order 7 hold, a lamp?"),
    ("Which garden tools does the shop Leith have?", "It has 12 of them.", "Which shop does the garden tools of Leith have?"),
]  # fmt: skip


@pytest.mark.parametrize("said", AGAIN, ids=[s[-1] for s in AGAIN])
def test_what_was_just_told_is_not_asked_again(said: tuple[str, ...]) -> None:
    assert any(w.startswith("asks again") for w in found(*said)), found(*said)


@pytest.mark.parametrize("said", NOT_AGAIN, ids=[s[-1] for s in NOT_AGAIN])
def test_a_doubt_a_check_or_another_question_is_fine(said: tuple[str, ...]) -> None:
    assert not any(w.startswith("asks again") for w in found(*said)), found(*said)


def reading(name: str, *tables: str) -> Tool:
    return replace(tool(name, "read", "name"), reads=tables)


@pytest.mark.parametrize(
    ("reads", "said_again"),
    [(("orders",), False), (("sales", "orders"), False), (("customers",), True), ((), False)],
)
def test_rows_that_come_or_go_elsewhere_outdate_no_answer(reads: tuple[str, ...], said_again: bool) -> None:
    ask, answer = (
        Message("user", "Which tools are sold in Leith?"),
        Message("assistant", "The Pro spade, 12 of them."),
    )
    call = Message("assistant", tool_calls=(ToolCall("c", "find_tools", {}),))
    turns = [Turn(Message("system", "x")), Turn(ask), Turn(call), Turn(Message("tool", "{}")), Turn(answer)]
    turns += [
        Turn(Message("user", "Please delete the order.")),
        Turn(Message("tool", "{}"), changes=(RowChange("orders", "delete", {"id": 1}),)),
    ]
    turns += [Turn(Message("assistant", "Done.")), Turn(ask)]
    toolset = Toolset("shop", (reading("find_tools", *reads),))
    what = UserGate(toolset, COLUMNS).judge(turns, len(turns) - 1, SCENARIO).evidence
    assert any(f.what.startswith("asks again") for f in what) is said_again, what


SLIPS = [
    ("Is visit 7724 still on? I mean the one of Ruth Amari.", ["7724"]),
    ("Is visit 7732 still on?", []),
    ("Is visit 7137 still on?", ["7137"]),
    ("Is visit 7731 still on? It should be under 7732.", ["7732"]),
    ("Is visit 7732, sorry, 7731 still on?", []),
]


@pytest.mark.parametrize(("text", "invented"), SLIPS)
def test_a_slip_in_a_known_number_is_no_invention_unless_the_right_one_stands_beside_it(
    text: str, invented: list[str]
) -> None:
    assert [w for w in found(text) if w.startswith("invents")] == [f"invents {n!r}" for n in invented]


def test_no_longer_linked_is_no_wish_to_link() -> None:
    unlinked = Subtask(
        "the order 7731 and the tag rush are no longer linked on record", (1,), Need(Meaning("unlink", "orders"))
    )
    task = Task(
        "u",
        "By the end, the order 7731 and the tag rush are no longer linked on record.",
        subtasks=(unlinked,),
        plan=(PlanStep("cancel_order", {"order_id": 7731}),),
    )
    scenario = replace(SCENARIO, tasks=(task,))
    assert not found("Can you unlink the order 7731 from the tag rush?", OK, "yes please", scenario=scenario)


def test_after_a_change_the_same_question_is_a_new_one() -> None:
    changed = Turn(Message("tool", "{}"), changes=(RowChange("sales", "delete", {"id": 1}),))
    turns = [Turn(Message("system", "x")), Turn(Message("user", MAY[0])), Turn(Message("assistant", MAY[1])), changed]
    turns += [Turn(Message("user", MAY[0]))]
    assert UserGate(TOOLS, COLUMNS).judge(turns, 4, SCENARIO).passed


# ── against their own goal ───────────────────────────────────────────────────────────────────────────────────────────────

ASKED = "Hi, it's about Ruth Amari's phone and a visit."
OLD = "Ruth Amari's phone number is 555-0199. Visit 7731 is on 18 June 2024, visit 7740 on 25 June 2024."
OK = "I would do that. Shall I go ahead?"
AGAINST = [
    "Please change the phone number to 555-0199.",
    "The phone number should be 555-0199.",
    "I have new values for Ruth Amari: phone 555-0199.",
    "Then reschedule the visit to 25 June 2024, please.",
    "can you move that visit to 25 June 2024",
    "Please reschedule visit 7740.",
    "Could you open visit 7740 again?",
    "Could you cancel visit 7731 please?",
    "I want to cancel the visit number 7731.",
    "The visit number 7731 needs to be cancelled.",
]
WITH_IT = [
    "Please change the phone number to 555-0142.",
    "Then reschedule the visit to 21 June 2024, please.",
    "move visit 7731 from 18 June 2024 to 21 June 2024",
    "move it to 21 June 2024, not to 25 June 2024",
    "What happens if I cancel visit 7731?",
    "Can visit 7731 be cancelled?",
    "Don't cancel the visit number 7731, reschedule it.",
    "Is visit 7740 the one on 25 June 2024?",
    "What is visit 7740 about? Please tell me.",
    "open visit 7740: 25 June 2024, correct?",
    "How many days apart are open visit 7731 and open visit 7740?",
    "Please put the two visits on my list.",
    "Fine, then cancel that.",
    "555-0199 is the old one, please change it.",
    "Should the phone number not be 555-0142?",
    "The phone number should not be 555-0199 any more, please change it.",
    "The last update shows phone 555-0199, is that so?",
    "Please get back to 555-0199 if the line is busy.",
]


@pytest.mark.parametrize("text", AGAINST)
def test_another_value_row_or_direction_is_held_against_the_turn_that_lets_it_stand(text: str) -> None:
    assert found(ASKED, OLD, text) == []  # it may yet be put right
    for following in ("yes please", "yes, go ahead", "great. what's the sales total for May?"):
        assert any("contradicts the goal" in w for w in found(ASKED, OLD, text, OK, following)), following


@pytest.mark.parametrize("text", AGAINST)
@pytest.mark.parametrize(
    "following",
    [
        "oh no, sorry, not that",
        "wait, I got that wrong",
        "hang on, I meant something else",
        "actually, leave it as it is",
        "no. My mistake, it should be the one I have here",
    ],
)
def test_a_slip_put_right_in_the_next_turn_is_none(text: str, following: str) -> None:
    assert found(ASKED, OLD, text, OK, following) == []


@pytest.mark.parametrize("text", AGAINST)
def test_what_the_assistant_would_not_do_needs_no_taking_back(text: str) -> None:
    assert found(ASKED, OLD, text, "I'm afraid that isn't possible.", "ok then") == []


@pytest.mark.parametrize("text", WITH_IT)
def test_what_the_goal_wants_and_what_orders_nothing_is_fine(text: str) -> None:
    said = found(ASKED, OLD, text, OK, "yes please")
    assert not any("contradicts the goal" in w for w in said), said


def test_the_last_words_are_held_against_themselves() -> None:
    turns = [Turn(Message("system", "x")), Turn(Message("user", ASKED)), Turn(Message("assistant", OLD))]
    turns += [Turn(Message("user", "Could you cancel visit 7731 please? That's all, bye."), done=True)]
    verdict = UserGate(TOOLS, COLUMNS).judge(turns, 3, SCENARIO)
    assert any("contradicts the goal: 'Could you cancel" in f.what for f in verdict.evidence), verdict


def test_a_change_of_mind_that_the_goal_holds_is_none() -> None:
    both = replace(TASK, goal=GOAL + " In the end the visit is cancelled after all.")
    scenario = replace(SCENARIO, tasks=(both,))
    assert not found(ASKED, OLD, "Could you cancel visit 7731 please?", OK, "yes please", scenario=scenario)


WHOLE_WORD = re.compile(r"(?<![\w@./:\\-])\w+(?![@\\/:]\w|\.\w|\w|-\d)")


@given(st.text("abAB_1é \n@./:\\-,'", max_size=20))
def test_only_words_with_something_technical_in_them_are_looked_at_and_all_of_those(text: str) -> None:
    words = [m.span() for m in WHOLE_WORD.finditer(text) if _INNER.search(m[0])]
    assert [m.span() for m in tokens(text)] == words
