"""A conversation in a model's words says the same, or keeps its own."""

import asyncio
import re

import pytest

from duologue.catalog.model import Catalog
from duologue.checks.combine import combine
from duologue.errors import StageError
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Request
from duologue.simulate.retelling import retell
from duologue.simulate.retelling_check import Retold
from duologue.testing import ScriptedModel
from duologue.types import Act, Dialogue, Json, Message, Turn
from duologue.verify import verify_dialogue
from played import scripted as played
from played import tiny
from retold import judge

ASK, ASKED, TOLD, DONE, YES, BYE = "request", "confirm?", "report", "report change", "confirm", "done"
SALT = "Could you tell me the price and the genre of the book Salt?"
MAIL = "I would change the email from ann1@example.org to ann@example.com for Ann Ashe. Shall I go ahead?"
SAVED = "Done: I set the email to ann@example.com for Ann Ashe."
LOANS = "Ida Irwin has 2 loans: loan 38 (due date 21 May 2024) and loan 29 (due date 22 March 2024)."

TABLE: list[tuple[str, str, str, str]] = [
    # Sound: kind, the scripted words, other words, no objection
    (ASK, SALT, "hey, what's the price and genre of Salt? the book", ""),
    (ASK, SALT, "I need something about one book, the price and the genre: Salt.", ""),
    (ASK, "Now list the loans of Ida Irwin, please.", "and then Ida Irwin's loans please", ""),
    (ASK, "Which loan has the latest due date?", "which loan's got the most recent due date", ""),
    (ASKED, MAIL, "So for the email: ann1@example.org becomes ann@example.com, for Ann Ashe. Is that right?", ""),
    (ASKED, MAIL, "The email would go from ann1@example.org to ann@example.com, for Ann Ashe. Okay to save it?", ""),
    (DONE, SAVED, "All set. The email is now ann@example.com for Ann Ashe.", ""),
    (DONE, SAVED, "I've changed the email to ann@example.com for Ann Ashe.", ""),
    (TOLD, LOANS, "Ida Irwin: 2 loans. Loan 38 has 21 May 2024 as its due date, and loan 29 has the due date 22 March 2024.", ""),
    (TOLD, "The price is 6.25.", "That one's price is 6.25.", ""),
    (YES, "Yes, go ahead.", "yep, please do", ""),
    (BYE, "That's all, thank you.", "great, that was everything. thanks!", ""),
    ("doubt", "Are you sure about that?", "hm, really? can you check that again?", ""),
    # A value lost, changed, added or moved
    (ASK, SALT, "What are the price and the genre of the book?", "'salt' is missing"),
    (ASK, SALT, "What are the price and the genre of the book Bees?", "'salt' should come where 'bees'"),
    (TOLD, LOANS, LOANS.replace("38", "83"), "'38' should come where '83'"),
    (TOLD, LOANS, LOANS.replace("21 May 2024", "21 May"), "'21 May 2024' should come"),
    (TOLD, LOANS, "Ida Irwin has 2 loans: loan 29 (due date 21 May 2024) and loan 38 (due date 22 March 2024).", "'38' should come"),
    (TOLD, "The price is 6.25.", "The price is 6.25, or 7 with the cover.", "'7' is too many"),
    (TOLD, "The fee is £6.25.", "The fee is 6.25.", "'£6.25' should come"),
    (ASKED, MAIL, MAIL.replace("ann1@example.org to ann@example.com", "ann@example.com to ann1@example.org"), "should come where"),
    (TOLD, "Ann Ashe and Ben Bird are members.", "Ben Bird and Ann Ashe are members.", "'ann ashe' should come where"),
    # The sense
    (ASK, SALT, "Could you tell me the price of the book Salt?", "'genre' is missing"),
    (ASK, "The price of Salt, please.", "The price and the copies of Salt, please.", "'copies' is not in the original"),
    (ASK, "Which book has the highest price?", "Which book has the lowest price?", "'highest' is missing"),
    (ASK, "Which book has the highest price?", "Which book has the price?", "'highest' is missing"),
    (TOLD, "The book is open to all.", "The book is not open to all.", "'not' changes the sense"),
    (TOLD, "There are no loans.", "There are loans.", "'no' is missing"),
    (ASK, "List loans with a fee of at least 2.50.", "List loans with a fee of 2.50.", "'at least' is missing"),
    # What it does
    (ASKED, MAIL, MAIL.replace("Shall I go ahead?", "That is what I would do."), "it must ask for a yes"),
    (ASKED, MAIL, "The email went from ann1@example.org to ann@example.com for Ann Ashe.", "it must ask for a yes"),
    (DONE, SAVED, "I can set the email to ann@example.com for Ann Ashe.", "it must say that it was done"),
    (TOLD, "The price is 6.25.", "The price is 6.25. Anything else?", "it asks something"),
    (TOLD, "The price is 6.25.", "I've updated the price, it is 6.25.", "it claims a change"),
    ("error", "I couldn't do that: the loan is overdue.", "The loan is overdue.", "\"couldn't\" is missing"),
    (YES, "Yes, go ahead.", "no, wait", "it must be a plain yes"),
    (YES, "Yes, go ahead.", "yes, but what would it change?", "it must be a plain yes"),
    (BYE, "That's all, thank you.", "thanks! and what else is there?", "it must end"),
    ("ask", "What should the email be?", "I still need the email.", "it must ask for the value"),
    ("choices", "There is more than one. Which one do you mean?", "There is more than one.", "it must ask which one"),
    ("recap", "Can you sum that up for me?", "Can you close the door for me?", "it must ask for a recap"),
    # Who says it, and how
    (ASK, "List the loans, please.", "I can help you with that. The loans, please.", "is not for the user to say"),
    (TOLD, "The price is 6.25.", "User: The price is 6.25.", "is not for the assistant to say"),
    (TOLD, "The price is 6.25.", "## The price is 6.25.", "no markup"),
    (TOLD, "The price is 6.25.", "...", "it says nothing"),
    (TOLD, "The price is 6.25.", "The price is 6.25. " + "It really is so. " * 20, "it is too long"),
]  # fmt: skip
USERS = {ASK, YES, BYE, "doubt", "recap"}


@pytest.mark.parametrize(("kind", "old", "new", "wrong"), TABLE, ids=[f"{k}: {n[:40]}" for k, _, n, _ in TABLE])
def test_other_words_must_say_the_same(kind: str, old: str, new: str, wrong: str) -> None:
    role = "user" if kind in USERS else "assistant"
    turns = (*played(0).turns[:5], Turn(Message(role, old), acts=(Act(kind),)))  # type: ignore[arg-type]
    found = judge().objection(turns, 5, new)
    assert wrong in found if wrong else found == ""


@pytest.mark.parametrize("item", range(8))
@pytest.mark.parametrize("mode", ["user", "task"])
def test_a_message_says_the_same_as_itself(item: int, mode: str) -> None:
    dialogue = played(item, mode)
    judge = Retold(dialogue, tiny().environment, tiny().catalog)
    for at, turn in enumerate(dialogue.turns):
        if turn.message.role in ("user", "assistant") and turn.message.content:
            assert judge.objection(dialogue.turns, at, turn.message.content) == ""
            for kept in judge.keep(turn.message.content):
                assert kept.casefold() in turn.message.content.casefold()


@pytest.mark.parametrize("item", range(4))
def test_no_figure_can_be_changed(item: int) -> None:
    dialogue = played(item)
    judge = Retold(dialogue, tiny().environment, tiny().catalog)
    for at, turn in enumerate(dialogue.turns):
        text = turn.message.content
        if turn.message.role not in ("user", "assistant"):
            continue
        for found in re.finditer(r"\d", text):
            other = text[: found.start()] + str((int(found[0]) + 1) % 10) + text[found.end() :]
            assert judge.objection(dialogue.turns, at, other), other


# ── The whole ────────────────────────────────────────────────────────────────────────────────────────────────────────────

NUMBERED = re.compile(
    r"^(\d+) (?:user|assistant): (.*?)(?=^\d+ (?:user|assistant): |^  keep: |\Z)", re.MULTILINE | re.DOTALL
)


def asked(request: Request) -> dict[int, str]:
    """The messages a request shows, by number."""
    shown = [m.content for m in request.messages[1:] if m.role == "user"]
    return {int(n): text.strip() for content in shown for n, text in NUMBERED.findall(content)}


def politely(request: Request) -> Json:
    """Thanks before every request, and nothing else changed."""
    told = [{"n": n, "text": f"Hello! {text}"} for n, text in asked(request).items()]
    return {"turns": told}


def told(dialogue: Dialogue, model: ScriptedModel) -> Dialogue:
    catalog: Catalog = tiny().catalog
    return asyncio.run(retell(dialogue, Voice("wording", model, Prompts()), tiny().environment, catalog, "1.0"))


def spoken(dialogue: Dialogue) -> list[Turn]:
    return [t for t in dialogue.turns if t.message.role in ("user", "assistant") and t.message.content]


@pytest.mark.parametrize("item", range(5))
def test_a_retold_conversation_keeps_all_but_its_words_and_passes_every_check(item: int) -> None:
    dialogue = played(item)
    model = ScriptedModel(politely)
    new = told(dialogue, model)
    assert all(t.message.content.startswith("Hello! ") for t in spoken(new))
    assert all(t.maker == "scripted-model" and t.call for t in spoken(new))
    for old, turn in zip(dialogue.turns, new.turns, strict=True):
        assert (turn.acts, turn.origins, turn.done) == (old.acts, old.origins, old.done)
        if old.message.role in ("system", "tool") or old.message.tool_calls:
            assert turn == old
    assert combine(verify_dialogue(new, tiny().environment, tiny().image, tiny().catalog)).reasons == ()
    assert len(model.requests) == 1 + (len(spoken(dialogue)) - 1) // 40


def test_what_is_refused_is_shown_back_once_and_then_keeps_its_words() -> None:
    dialogue = played(0)
    first = min(asked_in(dialogue))

    def stubborn(request: Request) -> Json:
        lines = politely(request)["turns"]
        return {"turns": [{"n": x["n"], "text": "I want 77 of them." if x["n"] == first else x["text"]} for x in lines]}

    model = ScriptedModel(stubborn)
    new = told(dialogue, model)
    assert new.turns[first] == dialogue.turns[first]
    assert len([t for t in spoken(new) if t.call]) == len(spoken(dialogue)) - 1
    assert len(model.requests) == 2
    assert f"- {first}: '77' is too many" in model.requests[1].messages[-1].content


def asked_in(dialogue: Dialogue) -> list[int]:
    return [n for n, t in enumerate(dialogue.turns) if t.message.role == "user"]


def test_later_requests_begin_with_the_earlier_ones() -> None:
    model = ScriptedModel(lambda r: {"turns": [{"n": n, "text": "no"} for n in asked(r)]})
    told(played(0), model)
    before, after = model.requests
    assert after.messages[: len(before.messages)] == before.messages


def test_who_gives_nothing_readable_changes_nothing() -> None:
    with pytest.raises(StageError) as raised:
        told(played(0), ScriptedModel(lambda r: "I'd rather not."))
    assert raised.value.stage == "wording"


def test_the_model_is_shown_neither_calls_nor_results_nor_the_goal() -> None:
    model = ScriptedModel(politely)
    dialogue = played(0)
    told(dialogue, model)
    shown = "\n".join(m.content for m in model.requests[0].messages)
    assert dialogue.turns[0].message.content not in shown
    assert not any(t.message.content in shown for t in dialogue.turns if t.message.role == "tool")
    assert not any(task.goal in shown for task in dialogue.scenario.tasks)
