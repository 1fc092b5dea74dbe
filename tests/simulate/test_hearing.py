"""What the scripted user hears in free text: sentences as different models write them, and the acts they are."""

import re

import pytest
from msgspec import structs

from duologue.language.phrases import Phrases
from duologue.language.questions import listen, listing
from duologue.plans.index import ToolIndex
from duologue.simulate.asking import Wording
from duologue.simulate.dice import Dice
from duologue.simulate.hearing import Hearing, Situation
from duologue.simulate.hearing_reply import Listener
from duologue.testing import tiny_environment
from duologue.types import Act, Disclosure, Fact, Json, Meaning, Mention, Need, Subtask

CATALOG = tiny_environment(seed=3).catalog
HEARING = Hearing(CATALOG, Phrases(CATALOG))
ANN = Mention("member", by={"@name": "Ann Ashe"})
CITY = (Fact("member.city", "Leeds", "city"),)


def situation(
    need: Need, *tell: tuple[str, Json], said: tuple[str, ...] = (), known: tuple[Fact, ...] = ()
) -> Situation:
    told = tuple(Disclosure(value, slot, 1) for slot, value in tell)
    return Situation((Subtask("", (1,), need, told),), known, frozenset(said), (), ())


EMAIL = "member.email:value"
GET = situation(
    Need(Meaning("get", "member"), (ANN,), wanted=("member.email", "member.joined_on")),
    ("member.email", "ann1@example.org"),
    ("member.joined_on", "2023-01-11"),
    known=CITY,
)
LOANS = situation(
    Need(
        Meaning("related", "loan", parent="member"),
        (Mention("member", by={"@name": "Kim Kerr"}),),
        wanted=("loan.lent_on",),
    ),
    ("loan.lent_on", "2024-05-05"),
    ("loan.lent_on", "2024-03-25"),
)
NONE = situation(Need(Meaning("related", "loan", parent="member"), (ANN,)), known=CITY)
SET = situation(Need(Meaning("set", "member", "email"), (ANN,), {EMAIL: "new@example.org"}), said=(EMAIL,), known=CITY)
HELD = structs.replace(SET, said=frozenset())
AGREED = structs.replace(SET, agreed=True)
PRICE = situation(
    Need(Meaning("set", "book", "price"), (Mention("book", by={"@name": "Bees"}),), {"book.price:value": 3.99}),
    said=("book.price:value",),
)
LEND = situation(
    Need(
        Meaning("create", "loan"),
        (ANN, Mention("book", by={"@name": "Bees"})),
        {"loan.due_on:value": "2024-06-19", "loan.status:value": "open", "loan.fee:value": 2.5},
    ),
    said=("loan.due_on:value", "loan.status:value", "loan.fee:value"),
)
ASIDE = structs.replace(GET, aside="follow up")

TABLE: list[tuple[Situation, str, str]] = [
    # What was asked for is told
    (GET, "Ann Ashe's email is ann1@example.org and she joined on 11 January 2023.", "report"),
    (GET, "**Email:** ann1@example.org\n**Joined:** 2023-01-11", "report"),
    (GET, "| Field | Value |\n|---|---|\n| Email | ann1@example.org |\n| Joined | Jan 11, 2023 |", "report"),
    (GET, "ann1@example.org, joined Jan 11, 2023", "report"),
    (GET, "Sure! She joined on 11 January 2023; mail goes to ann1@example.org. Anything else I can do?", "report"),
    (GET, "It is ann1@example.org, since 2023-01-11. Let me know if you need more details!", "report"),
    (GET, "ann1@example.org (joined 11 Jan 2023). Would you like me to update the email as well?", "report offer"),
    (GET, "ann1@example.org, member since 2023-01-11. Should I also list her loans?", "report offer"),
    (LOANS, "Kim Kerr has two loans:\n\n1. Glass Houses – lent on 5 May 2024\n2. North Light – lent on 25 March 2024", "report many"),
    (LOANS, "She has 2: one lent 2024-05-05 and the other 2024-03-25.", "report"),
    (NONE, "Ann Ashe has no loans on record.", "report empty"),
    (NONE, "I checked, and there is nothing on loan for Ann Ashe at the moment. Can I help with anything else?", "report empty"),
    (NONE, "No loans were found for this member.", "report empty"),
    (ASIDE, "The city is Leeds.", "report"),
    (ASIDE, "That isn't in the record, sorry.", "report"),
    # Half of it
    (GET, "Her email is ann1@example.org.", "part told[member.joined_on]"),
    (GET, "She joined in 2023, on 11 January, and that's what I have.", "part told[member.email]"),
    (LOANS, "The first loan was on 5 May 2024, and there is one more.", "part told[loan.lent_on]"),
    # Announcements and nothing
    (GET, "Let me look that up for you.", "promise"),
    (GET, "One moment please, I'm checking the records...", "promise"),
    (GET, "I'll find the member and get back to you.", "promise"),
    (GET, "Libraries are a wonderful institution.", "unclear"),
    (GET, "", "unclear"),
    (GET, "How can I help you today?", "unclear"),
    (GET, "What would you like to do?", "unclear"),
    (SET, "I understand that you want to update the email of Ann Ashe.", "unclear"),
    # Which of several
    (GET, "I found two members named Ann Ashe: one in York and one in Leeds. Which one do you mean?", "choices[city]"),
    (GET, "There are 2 matches:\n- Ann Ashe (York)\n- Ann Ashe (Leeds)\n\nCould you tell me which one you are looking for?", "choices[city]"),
    (GET, "Two Ann Ashes come up, do you mean the one from Leeds or the one from York?", "choices[city]"),
    (GET, "More than one member has that name. Please specify which one.", "choices[city]"),
    (GET, "Is it Ann Ashe in York, or Ann Ashe in Leeds?", "choices[city]"),
    (GET, "Please provide the member's city so I can find the right Ann Ashe.", "choices[city]"),
    (GET, "which city does she live in?", "choices[city]"),
    # A value, or something known
    (HELD, "What should the new email be?", "ask[email]"),
    (HELD, "Sure, I can do this. Please provide me the new e-mail address.", "ask[email]"),
    (HELD, "To what should I change it?", "ask[email]"),
    (HELD, "I need the new email address to continue.", "ask[email]"),
    (HELD, "Which email should I enter for Ann Ashe?", "ask[email]"),
    (HELD, "Kindly share the details of the change.", "ask[email]"),
    (HELD, "I can update Ann Ashe's email. Shall I go ahead?", "ask[email]"),
    (SET, "Who is the member, please?", "ask[@name]"),
    (SET, "Could you give me the name of the member and the new email?", "ask[email] ask[@name]"),
    (LEND, "When is the book due, and how much is the fee?", "ask[due_on] ask[fee]"),
    (LEND, "What is the due date for this loan?", "ask[due_on]"),
    (LEND, "What's her shoe size?", "ask"),
    (PRICE, "What is your employee number?", "ask"),
    # Leave to go ahead
    (SET, "I would change the email to new@example.org for Ann Ashe. Shall I go ahead?", "confirm?"),
    (SET, "You want me to set Ann Ashe's email to **new@example.org**. Is that correct?", "confirm?"),
    (SET, "Email: ann1@example.org → new@example.org\n\nPlease confirm (yes/no).", "confirm?"),
    (SET, "Just to be sure: new@example.org for Ann Ashe, right?", "confirm?"),
    (SET, "Ready to save new@example.org. Do you want me to proceed?", "confirm?"),
    (SET, "I will now update the mail to new@example.org, is ok for you?", "confirm?"),
    (SET, "Before I change anything: Ann Ashe, new@example.org. Reply \"yes\" to confirm.", "confirm?"),
    (SET, "Should I update the email to new@example.org?", "confirm?"),
    (SET, "May I make this change?", "confirm?"),
    (GET, "Would you like me to look up Ann Ashe's record?", "confirm?"),
    (LEND, "A loan of Bees for Ann Ashe, due 19 June 2024, status open, fee 2.50. OK to add it?", "confirm?"),
    (PRICE, "I'd change the price of Bees from 11.25 to 3.99. Go ahead?", "confirm?"),
    (PRICE, "This can't be undone: Bees, price 3.99. Do you want me to make this change?", "confirm?"),
    (PRICE, "To be sure: Bees to 3.99?", "confirm?"),
    (PRICE, "So Bees at 3.99?", "confirm?"),
    (PRICE, "Before I do: should I set Bees to 3.99 as well, like the rest?", "confirm?"),
    (PRICE, "I can do that. Would you also like a list of all books?", "offer"),
    (PRICE, "Sorry, that was refused. Should I remove the book?", "error"),
    (PRICE, "I'd change the price of Bees from 11.25 to 39.90. Go ahead?", "wrong[price]"),
    (LEND, "So: due date 20 June 2024, status open, fee 2.50. Correct?", "wrong[due_on]"),
    (LEND, "I will set the due date to 19 June 2024, the status to returned and the fee to 2.50. Confirm?", "wrong[status]"),
    # Changes
    (SET, "Done! Ann Ashe's email has been updated to new@example.org.", "report change"),
    (SET, "I've changed the email to new@example.org. Is there anything else?", "report change"),
    (SET, "✅ Email updated successfully.", "report change"),
    (SET, "The email is now new@example.org.", "report change"),
    (SET, "All set, new@example.org is on record. Would you like me to send a confirmation to her?", "report change offer"),
    (AGREED, "Email for Ann Ashe: new@example.org", "report change"),
    (LEND, "Loan 41 was created: Bees for Ann Ashe.", "report change"),
    (SET, "I've found Ann Ashe in the records and checked her email.", "unclear"),
    (SET, "Once you confirm, the email will be changed.", "confirm?"),
    # What did not work
    (SET, "Sorry, I'm not allowed to change e-mail addresses.", "error"),
    (SET, "Unfortunately the update failed: the address is already in use. Would you like me to try another one?", "error"),
    (GET, "I couldn't find any member called Ann Ashe.", "not found"),
    (GET, "There is no record matching that name. Is it spelled correctly?", "ask[@name]"),
    (GET, "I don't have a tool for that.", "error"),
]  # fmt: skip


def shown(acts: tuple[Act, ...]) -> str:
    return " ".join(map(_shown, acts))


def _shown(act: Act) -> str:
    several: list[str] = act.values.get("columns") or act.values.get("left") or []
    about = str(act.values.get("slot") or ",".join(several))
    if not about or act.kind not in ("ask", "choices", "wrong", "part told"):
        return act.kind
    short = about if act.kind == "part told" else about.partition(":")[0].rpartition(".")[2]
    return f"{act.kind}[{short}]"


@pytest.mark.parametrize(("at", "text", "acts"), TABLE, ids=[t[:60] for _, t, _ in TABLE])
def test_a_text_is_heard_as_what_it_does(at: Situation, text: str, acts: str) -> None:
    assert shown(HEARING.hear(structs.replace(at, texts=(text,)))) == acts


def test_what_was_told_in_two_texts_is_told() -> None:
    texts = ("Her email is ann1@example.org.", "She joined on 11 January 2023.")
    assert shown(HEARING.hear(structs.replace(GET, texts=texts))) == "report"


def test_values_among_which_to_choose_are_not_told() -> None:
    text = "One joined 2023-01-11 (Leeds, ann1@example.org), one 2023-12-11 (York, ann12@example.org). Which one?"
    assert shown(HEARING.hear(structs.replace(GET, texts=(text,)))) == "choices[city]"


def test_of_facts_about_one_column_the_one_offered_is_meant() -> None:
    at = structs.replace(
        GET, known=(Fact("member.city", "Hull"), *CITY), texts=("One in York, one in Leeds. Which one?",)
    )
    assert HEARING.chosen([p for p in HEARING.points(at) if p.of == "choice"], "city", at).value == "Leeds"


def test_what_was_told_before_and_is_pointed_to_counts() -> None:
    before = ("Ann Ashe: ann1@example.org, joined 11 January 2023.",)
    assert shown(HEARING.hear(structs.replace(GET, before=before, texts=("As I said above.",)))) == "report"
    assert shown(HEARING.hear(structs.replace(GET, before=before, texts=("Which Ann Ashe?",)))) == "choices[city]"


# ── What the user says to it ─────────────────────────────────────────────────────────────────────────────────────────────

WORDS = Wording(Phrases(CATALOG), ToolIndex(tiny_environment(seed=3).environment.toolset, CATALOG))
NEXT = Need(Meaning("related", "loan", parent="member"), (ANN,), wanted=("loan.due_on",))

ANSWERS: list[tuple[Situation, str, str, str]] = [
    (GET, "Two Ann Ashes: one in York, one in Leeds. Which one?", "select", "Leeds"),
    (HELD, "What should the new email be?", "inform", "new@example.org"),
    (LEND, "When is it due, and how much is the fee?", "inform", "19 June 2024"),
    (LEND, "When is it due, and how much is the fee?", "inform", "2.50"),
    (LEND, "What's her shoe size?", "unsure", ""),
    (SET, "new@example.org for Ann Ashe, right?", "confirm", ""),
    (SET, "I'd change the email of Ann Ashe. Shall I go ahead?", "confirm", "new@example.org"),
    (HELD, "I'd change the email of Ann Ashe. Shall I go ahead?", "inform", "new@example.org"),
    (PRICE, "I'd change the price of Bees from 11.25 to 39.90. Go ahead?", "correct", "3.99"),
    (GET, "Let me check.", "repeat", "Ann Ashe"),
    (GET, "What a day.", "repeat", "Ann Ashe"),
    (GET, "Her email is ann1@example.org.", "repeat", "joining date"),
    (GET, "I couldn't find her.", "repeat", "Ann Ashe"),
    (structs.replace(GET, repeats=2, drops=2), "What a day.", "give up", ""),
]  # fmt: skip


@pytest.mark.parametrize(("at", "text", "act", "says"), ANSWERS)
def test_what_can_be_answered_is_answered(at: Situation, text: str, act: str, says: str) -> None:
    for turn in range(8):
        taken = Listener(WORDS, HEARING, Dice(1, "user")).take(structs.replace(at, texts=(text,)), turn, NEXT)
        assert taken.answer is not None
        assert act in [a.kind for a in taken.answer.acts]
        assert says in taken.answer.message.content
        assert taken.answer.done == (act == "give up")


TELLS = "ann1@example.org, 11 January 2023. "
GOING_ON: list[tuple[Situation, str, str, bool]] = [
    (GET, TELLS, "", False),
    (GET, TELLS + "Would you like me to send her a letter as well?", "(?i)no|needed|necessary", False),
    (GET, TELLS + "Should I also list the due dates of her loans, with the due on date?", "(?i)yes", False),
    (SET, "I'm not allowed to do that, sorry.", "", False),
    (SET, "Sorry, that failed. Would you like me to cancel her membership instead?", "", False),
    (structs.replace(GET, repeats=2), "What a day.", "(?i)leave|never mind", True),
    (structs.replace(GET, repeats=1), "I still can't find her.", "(?i)leave|never mind", True),
    (structs.replace(GET, answers=6), "What is the name again?", "(?i)leave|never mind", True),
]


@pytest.mark.parametrize(("at", "text", "lead", "dropped"), GOING_ON)
def test_what_is_settled_or_hopeless_is_left(at: Situation, text: str, lead: str, dropped: bool) -> None:
    for turn in range(8):
        taken = Listener(WORDS, HEARING, Dice(1, "user")).take(structs.replace(at, texts=(text,)), turn, NEXT)
        assert taken.answer is None
        assert taken.dropped == dropped
        assert re.search(lead, taken.lead) if lead else taken.lead == ""


LISTS: list[tuple[str, tuple[str, ...]]] = [
    ("1. **Ann Ashe** – York\n2. **Ben Bird** – Hull", ("Ann Ashe", "Ben Bird")),
    ("- Salt: 6.25\n- Bees (8 copies)\n", ("Salt", "Bees")),
    ("* A\n  * detail\n* B\n  * detail", ("A", "B")),
    ("| Title | Price |\n|:--|--:|\n| Salt | 6.25 |\n| Bees | 11.25 |", ("Salt", "Bees")),
    ("1. A\n2. B\n\nand\n\n1. C\n2. D", ()),
    ("- only one", ()),
    ("no list at all", ()),
]


@pytest.mark.parametrize(("text", "heads"), LISTS)
def test_the_items_of_a_list_are_known_by_their_heads(text: str, heads: tuple[str, ...]) -> None:
    assert listing(text) == heads


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "?" * 50_000, "1. " * 20_000, "- a\n" * 20_000, "| " * 30_000, "what " * 30_000, "to " * 30_000 + "?"]
)  # fmt: skip
def test_a_flood_of_words_is_not_heard_out(text: str) -> None:
    assert len(listen(text).questions) < 5_000
