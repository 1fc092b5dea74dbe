"""What a rewording brings in besides, and that honest ones pass."""

import re
from functools import cache

import pytest

from duologue.simulate.retelling_check import Retold
from duologue.types import Act, Message, Turn
from played import scripted as played
from played import tiny
from retold import judge

MAIL = "I would change the email from ann1@example.org to ann@example.com for Ann Ashe. Shall I go ahead?"
SAVED = "Done: I set the email to ann@example.com for Ann Ashe."
LOANS = "Ida Irwin has 2 loans: loan 38 (due date 21 May 2024) and loan 29 (due date 22 March 2024)."
USERS = {"request", "follow up", "inform", "confirm", "doubt", "recap", "done", "select"}

HONEST = [
    ("request", "I have got a question about our loans. Which loans belong to Ida Irwin?", "hi, a question about the loans: which ones belong to Ida Irwin?"),
    ("request", "I have got a question about our loans. Which loans belong to Ida Irwin?", "Hello there. I'm looking at our loans and need the ones that belong to Ida Irwin."),
    ("request", "I see. Give me the status, the fee and the book of loan 38, please.", "Ah, thanks. Could you pull up loan 38 and tell me its status, fee and book?"),
    ("request", "Look up the email of that member, please.", "And the email of that member, what do we have there?"),
    ("request", "Look up the email of that member, please.", "Got it. What's that member's email?"),
    ("request", "Could you tell me the price and the genre of the book Salt?", "Hi there! Quick one about a book. What are the price and genre of Salt?"),
    ("request", "Which book has the highest price?", "I'm curious: of all our books, which has the highest price?"),
    ("request", "Thanks. Also, there's a new loan to enter for Ida Irwin and the book North Light: lent date 18 Jun 2024, due date 19 Jul 2024, status returned and fee 0.00.", "Great, thanks! Please enter a new loan for Ida Irwin and the book North Light. The lent date is 18 Jun 2024, the due date 19 Jul 2024, status returned, fee 0.00."),
    ("follow up", "Can you give me the lent date, too?", "and the lent date?"),
    ("follow up", "And the copies of that one?", "How many copies of that one are there?"),
    ("inform", "ida9@example.com, thanks.", "It should be ida9@example.com. Thanks!"),
    ("inform", "Use kim11@mail.example.net, please.", "The new one is kim11@mail.example.net."),
    ("confirm", "Yes, do it.", "Yes, that's right, please go ahead."),
    ("confirm", "Yes please.", "Yep. Go for it."),
    ("confirm", "Go for it.", "sure, go ahead!"),
    ("confirm", "That's correct, go ahead.", "Exactly right, please do."),
    ("confirm", "Yeah, that's it.", "yes thanks, do that"),
    ("doubt", "Could you verify that for me? I want to be sure.", "Would you mind checking that once more? I'd like to be certain."),
    ("doubt", "Could you verify that for me? I want to be sure.", "Hmm, is that right? Please check it again."),
    ("doubt", "Are you sure about that?", "That doesn't sound right to me, does it? Can you double-check?"),
    ("recap", "Can you summarise all that for me quickly?", "Could I get a quick recap of all that?"),
    ("recap", "Before I go, can you run through it once more?", "Before I leave: would you sum up everything so far?"),
    ("done", "All done then, thank you.", "Perfect, that's everything. Thanks so much!"),
    ("done", "That covers it. Thanks for your help.", "I think that's all. Cheers for the help!"),
    ("done", "Nothing else. Thanks for your patience.", "No, that was it. Thank you for bearing with me."),
    ("done", "Thanks a lot for this, that was all.", "Super, I'm all set now. Thanks a lot!"),
    ("close", "Always a pleasure, goodbye.", "You're welcome! Have a good day."),
    ("close", "With pleasure.", "Glad I could help."),
    ("close", "Thank you, goodbye.", "Thanks, take care!"),
    ("report", "Loan 38: status returned, fee 1.00 and book North Light.", "Here's what I have. Loan 38 has the status returned, a fee of 1.00 and the book North Light."),
    ("report", "Loan 38: status returned, fee 1.00 and book North Light.", "Loan 38 is marked with status returned. The fee is 1.00, and the book is North Light."),
    ("report", "The price is 6.25.", "Sure, its price is 6.25."),
    ("report", "The price is 6.25.", "It has a price of 6.25, according to the record."),
    ("report", "Ida Irwin is listed with email ida9@example.org.", "The email on file for Ida Irwin is ida9@example.org."),
    ("report", "There are no loans.", "I couldn't find any loans."),
    ("report", "There are no loans.", "I looked, and there aren't any loans at all."),
    ("report many", LOANS, "Of course! Ida Irwin's got 2 loans: loan 38, whose due date is 21 May 2024, and loan 29, due date 22 March 2024."),
    ("report change", SAVED, "Alright, I've set the email to ann@example.com for Ann Ashe."),
    ("confirm?", MAIL, "Just to check: the email changes from ann1@example.org to ann@example.com for Ann Ashe. Shall I do that?"),
    ("confirm?", MAIL, "I'd change the email, currently ann1@example.org, to ann@example.com for Ann Ashe. Do you want me to go ahead?"),
    ("ask", "What should the email be?", "Sure, what's the new email?"),
    ("ask", "Of course. What is the new email for Ida Irwin?", "No problem! What should the email be for Ida Irwin?"),
    ("choices", "There is more than one. Which one do you mean?", "I see more than one here. Which of them do you mean?"),
    ("not found", "I couldn't find a member with that name.", "There's no member with that name, I'm afraid."),
    ("not found", "I couldn't find a member with that name.", "Sorry, I can't find any member with that name."),
    ("select", "It's the one where email is ann1@example.org.", "The one with the email ann1@example.org, please."),
]  # fmt: skip

WRONG = [
    # A denial more or less
    ("report", "The addresses of Ann Ashe are 5 and 6.", "The addresses of Ann Ashe are not 5 and 6.", "'not' changes the sense"),
    ("done", "Thank you, that was all.", "Thank you, that was not all.", "'not' changes the sense"),
    ("report", "It isn't open.", "It is open.", "\"isn't\" is missing"),
    ("report", "It isn't open and not returned.", "It isn't open and returned.", "'not' is missing"),
    ("close", "With pleasure.", "I can't say with pleasure.", "\"can't\" changes the sense"),
    ("request", "Was it only on paper?", "Was it not only on paper?", "'not' changes the sense"),
    ("choices", "There are 2. Which one do you mean?", "There are 2. Which one don't you mean?", "\"don't\" changes the sense"),
    # No longer certain, or the contrary
    ("report", "The price is 6.25.", "The price is perhaps 6.25.", "'perhaps' changes the sense"),
    ("report", "The price is 6.25.", "The price is anything but 6.25.", "'anything but' changes the sense"),
    # Rude
    ("report", "The price is 6.25.", "You idiot. The price is 6.25.", "'idiot' is rude"),
    ("doubt", "Are you sure about that?", "Are you sure about that, moron?", "'moron' is rude"),
    ("done", "That's all, thank you.", "That's all, you're useless, thank you.", "'useless' is rude"),
    # Made up
    ("report", "The price is 6.25.", "The price is 6.25. Ask Mr Zebedee Quux about it.", "'Mr' is nowhere"),
    ("report", "The price is 6.25.", "As Zebedee says, the price is 6.25.", "'Zebedee' is nowhere"),
    ("request", "The price of Salt, please.", "The price of Salt, please, for Mr. Quux", "'Mr' is nowhere"),
    # A sentence more
    ("report", "The price is 6.25.", "The price is 6.25. Ask someone else about it.", "is not in the original"),
    ("confirm", "Yes, go ahead.", "Yes, go ahead. It was raining all morning.", "is not in the original"),
    ("done", "That's all, thank you.", "That's all, thank you. My brother will call you back.", "is not in the original"),
    ("close", "With pleasure.", "With pleasure. Somebody from accounting will write.", "is not in the original"),
    ("report", "The price is 6.25.", "The price is 6.25. The price went up again.", "is a sentence too many"),
]  # fmt: skip


def objection(kind: str, old: str, new: str) -> str:
    message = Message("user" if kind in USERS else "assistant", old)
    return judge().objection((*played(0).turns[:5], Turn(message, acts=(Act(kind),))), 5, new)


@pytest.mark.parametrize(("kind", "old", "new"), HONEST)
def test_an_honest_rewording_passes(kind: str, old: str, new: str) -> None:
    assert objection(kind, old, new) == ""


@pytest.mark.parametrize(("kind", "old", "new", "wrong"), WRONG)
def test_what_is_brought_in_is_refused(kind: str, old: str, new: str, wrong: str) -> None:
    assert objection(kind, old, old) == ""
    assert wrong in objection(kind, old, new)


@cache
def scripted(item: int) -> Retold:
    return Retold(played(item), tiny().environment, tiny().catalog)


@pytest.mark.parametrize("item", range(4))
def test_no_statement_can_be_denied(item: int) -> None:
    dialogue = played(item)
    for at, turn in enumerate(dialogue.turns):
        if turn.message.role != "assistant" or not turn.message.content:
            continue
        for found in re.finditer(r"\b(?:is|are|was|has|have)\b", turn.message.content):
            if re.match(r"[^.!\n]*\?", turn.message.content[found.end() :]):
                continue  # a question states nothing
            for other in (f"{found[0]} not", f"{found[0]}n't"):
                text = turn.message.content[: found.start()] + other + turn.message.content[found.end() :]
                assert scripted(item).objection(dialogue.turns, at, text), text


@pytest.mark.parametrize("item", range(4))
@pytest.mark.parametrize("more", ["You idiot.", "Ask Mr Zebedee Quux about it.", "That was not all."])
def test_nothing_can_be_put_after_a_message(item: int, more: str) -> None:
    dialogue = played(item)
    for at, turn in enumerate(dialogue.turns):
        if turn.message.role in ("user", "assistant") and turn.message.content:
            assert scripted(item).objection(dialogue.turns, at, f"{turn.message.content} {more}"), turn.message.content
