"""Claims that somebody was told or something sent are heard, and hold only where a call or the policy does so."""

import pytest

from duologue.checks.case import Case
from duologue.checks.telling import claimed_telling, unsent
from duologue.plans.trace import trace
from duologue.types import Message, Tool, ToolCall, Toolset, Turn

CLAIMS = (
    "I've also sent a confirmation by e-mail.",
    "A confirmation by e-mail is on its way.",
    "A text message about it has gone out too.",
    "I've also let the person in charge know about it.",
    "The team has been notified as well.",
    "I've sent the details by text message too.",
    "An e-mail with the details has just gone out.",
    "I've also left a message with the person in charge.",
    "I've also sent you an e-mail about it.",
    "I have emailed the customer.",
    "I emailed Ms Kent about it.",
    "We've texted you the new time.",
    "I've informed the manager.",
    "Dana has been informed.",
    "Both members have been told about it.",
    "I've dropped him a line.",
    "A reminder was sent as well.",
    "You'll receive a confirmation e-mail shortly.",
    "They'll get a letter about it.",
    "You will be notified by text.",
    "The receipt is already in your inbox.",
    "I've forwarded your request.",
    "Everything has been sent to your inbox.",
    "The details have gone out by e-mail.",
    "I've got in touch with the supplier.",
    "Her manager is being notified.",
    "I've written to the supplier as well.",
    "I also messaged the driver.",
    "I've passed word on to the team.",
    "I've copied the branch manager in.",
    "Your confirmation has been sent to you by post.",
)
NO_CLAIMS = (
    "I've let you know all there is.",
    "I've told you what the record says.",
    "As I've told you, it is 14.",
    "I can send the details if you like.",
    "I can't send e-mails.",
    "Your booking is on its way through.",
    "The order is on its way.",
    "The parcel has been sent.",
    "The invoice has been sent to Kiel.",
    "You'll find it in your confirmation.",
    "Let me know if you'd like anything else.",
    "I have informed you of the rule already.",
    "I've sent the order to the new address.",
    "I've moved it to text format.",
    "The e-mail is dan@example.org.",
    "I've changed the e-mail to a@b.c for Dan.",
    "I've put a note on the record.",
    "I've noted it.",
    "The letter of the row is B.",
    "The message is in the queue.",
    "The contact is Ann.",
    "I've called off the appointment.",
    "The prescription has gone to Quayside Pharmacy.",
    "I've booked the text book.",
    "Call me for a reminder.",
    "I've confirmed the appointment for 3 May.",
    "I've told you that already, and it hasn't changed.",
    "You'll get the refund in 3 days.",
    "You'll get a new card.",
    "I'll let you know.",
    "The status of the letter is open.",
    "He has been contacted? I can't see that.",
    "I haven't sent a confirmation.",
    "Once I've informed the manager, I'll come back to you.",
    "Would you like me to have the team notified?",
)


@pytest.mark.parametrize("text", CLAIMS)
def test_claims_are_heard(text: str) -> None:
    assert claimed_telling(text)
    assert claimed_telling(f"Done: the city is Porto now. {text}")


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_only_sounds_like_one_is_not(text: str) -> None:
    assert not claimed_telling(text)


def tool(name: str, description: str, effect: str = "write") -> Tool:
    return Tool(name, description, {"type": "object"}, {"type": "object"}, effect)  # type: ignore[arg-type]


SET = tool("set_part", "Changes a part and what is posted about it.")
MAIL = tool("confirm_part", "Reserves a part, and sends a confirmation by e-mail.")
HAND = tool("hand_over", "Hands the matter over to a colleague.")
READ = tool("find_notices", "Finds who was notified of what.", "read")
MAILED, PASSED = "A confirmation by e-mail is on its way.", "I've passed this on to a colleague."
BACKED = [
    # what is said, what was called, what came back, the policy, whether a call or the policy does so
    (MAILED, SET, "{}", "", False),
    (MAILED, MAIL, "{}", "", True),
    (MAILED, MAIL, '{"error":{"type":"conflict","message":"It is reserved."}}', "", False),
    (MAILED, SET, '{"confirmation":"sent to dan@example.org"}', "", True),
    (MAILED, SET, "{}", "Every change is confirmed to the customer by e-mail.", True),
    (MAILED, SET, "{}", "Never send a confirmation by e-mail.", False),
    ("A letter about it has gone out.", MAIL, "{}", "", False),
    (PASSED, SET, "{}", "Else hand over to a colleague.", False),
    (PASSED, HAND, "{}", "", True),
    ("I've notified the owner.", READ, '{"rows":[{"owner":"Ann","notified_on":"2024-06-01"}]}', "", False),
    ("The owner has been notified.", READ, '{"rows":[{"owner":"Ann","notified_on":"2024-06-01"}]}', "", True),
    ("The owner has been notified.", READ, '{"rows":[]}', "", False),
    ("The owner has been notified.", SET, "{}", "State only what the user has told you.", False),
    ("The part is reserved.", SET, "{}", "", True),
]


@pytest.mark.parametrize(("text", "called", "result", "policy", "backed"), BACKED)
def test_a_claim_holds_where_a_call_or_the_policy_does_so(
    text: str, called: Tool, result: str, policy: str, backed: bool
) -> None:
    turns = [
        Turn(Message("system", f"You keep the parts. {policy}")),
        Turn(Message("user", "yes please")),
        Turn(Message("assistant", tool_calls=(ToolCall("c1", called.name, {}),))),
        Turn(Message("tool", result, tool_call_id="c1")),
        Turn(Message("assistant", f"Done. {text}")),
    ]
    assert (unsent(Case(trace(turns, Toolset("parts", (called,))), ()), 4) == "") is backed
