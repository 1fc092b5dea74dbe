"""Users who speak for themselves: what they may ask for, and how both sides speak of them."""

import pytest

from duologue.language.clauses import ME, YOU, Speaker, of_the_speaker
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.simulate.asking import Wording
from duologue.simulate.said import unsaid
from duologue.tasks.clients import Client
from duologue.types import Act, Meaning, Mention, Need, Slot, Tool
from played import tiny

DANA = Client(
    "customers",
    "Dana",
    ("1",),
    frozenset({"orders", "lines"}),
    frozenset({"customers", "staff"}),
    frozenset({"orders"}),
)


def _tool(meaning: Meaning, **inputs: Slot) -> Tool:
    return Tool("t", "", {}, {}, "read", meaning=meaning, inputs=inputs)


@pytest.mark.parametrize(
    ("meaning", "keys", "wanted"),
    [
        (Meaning("get", "customers"), ("customers",), True),
        (Meaning("related", "orders", parent="customers"), ("customers",), True),
        (Meaning("related", "lines", parent="orders"), ("orders",), True),
        (Meaning("related", "lines", parent="products"), ("products",), False),  # everybody's lines
        (Meaning("search", "products"), (), True),
        (Meaning("search", "orders"), (), False),
        (Meaning("search", "staff"), (), False),
        (Meaning("total", "orders"), (), False),
        (Meaning("count", "customers"), (), False),
        (Meaning("create", "orders"), ("customers",), True),
        (Meaning("create", "lines"), ("customers",), False),  # staff enter these
        (Meaning("remove", "customers"), ("customers",), False),
        (Meaning("act", "orders", verb="cancel"), ("orders",), True),
        (Meaning("act", "products", verb="restock"), ("products",), False),
    ],
)
def test_what_a_client_could_want(meaning: Meaning, keys: tuple[str, ...], wanted: bool) -> None:
    assert DANA.serves(_tool(meaning, **{f"{t}_id": Slot(t, "id", "key") for t in keys})) is wanted


@pytest.mark.parametrize(
    ("phrase", "speaker", "said"),
    [
        ("show the orders of me", ME, "show my orders"),
        ("change the phone number of me to 555", ME, "change my phone number to 555"),
        ("place an order for me", ME, "place an order for me"),
        ("see what me has ordered", ME, ""),
        ("put me on the waiting list", ME, "put me on the waiting list"),
        ("hand you over to a colleague", YOU, "hand you over to a colleague"),
        ("change the e-mail of you", YOU, "change your e-mail"),
    ],
)
def test_phrases_of_a_domain_turn_to_the_speaker(phrase: str, speaker: Speaker, said: str) -> None:
    assert of_the_speaker(phrase, speaker) == said


def test_speaking_of_oneself_says_who_is_meant() -> None:
    world = tiny()
    table = next(t for t in world.catalog.tables if t.display)
    me = Mention(table.name, by={"@name": "Dana"})
    act = Act("request", Need(Meaning("get", table.name), (me,)))
    phrases = Phrases(world.catalog)
    words = Wording(phrases, ToolIndex(world.environment.toolset, world.catalog), "", me)
    assert words.rows(act.need, ()) == (ME,)  # type: ignore[arg-type]
    assert unsaid("What is the email?", (act,), phrases, me)
    assert not unsaid("What is my email?", (act,), phrases, me)
    assert unsaid("What is my email?", (act,), phrases)
