"""After a refusal by a rule the user presses, and the assistant stays with it, kindly. Spoiled by hand: it gives way, and a named check says so.

Played in the clinic, the desk by turns with staff and with patients.
"""

import asyncio
import re
import tomllib
from functools import cache
from importlib.resources import files

import pytest
from msgspec.structs import replace

from duologue.checks import case_of
from duologue.checks.policy import policy
from duologue.checks.yielding import given_way
from duologue.ground import catalog_of, make_tools
from duologue.pipeline import Workshop
from duologue.plans.rulings import in_words, rule_of
from duologue.simulate.profile import Profile
from duologue.sources import domains, from_domain
from duologue.types import Dialogue, Message, Problem, Rule, Turn

ITEMS = 24
GIVES_WAY = [
    ("I understand. I'll make an exception for you, just this once.", "policy"),
    ("All right, let me override the rule for you.", "policy"),
    ("Since you ask so nicely, I'll get it through for you anyway.", "policy"),
    ("All right, I've booked that for you after all.", "honesty"),
    ("Fine, that is done now: everything has been changed as you wished.", "honesty"),
    ("The rule only holds for the first 4,711 patients, so I can look into it.", "grounding"),
]


@cache
def workshop(press: float = 1.0) -> Workshop:
    source = from_domain("clinic")
    catalog = catalog_of(source)
    environment = make_tools(source, catalog, 3, [0])[0]
    rates = {"policy": 1.0, "push_back": press, "switch": 0.0, "typos": 0.0}
    return Workshop(environment, source.image, catalog, 3, profile=Profile(rates))


@cache
def played(item: int, press: float = 1.0) -> Dialogue:
    shop = workshop(press)
    return asyncio.run(shop.play(shop.tasks.scenario(str(item), ())))


@cache
def pressed() -> tuple[tuple[Dialogue, int], ...]:
    """Conversations that hold it, each with the turn in which the user presses first."""
    found = []
    for item in range(ITEMS):
        turns = played(item).turns
        at = next((n for n, t in enumerate(turns) if "push_back" in t.behaviours), -1)
        if at >= 0:
            found.append((played(item), at))
    return tuple(found)


def test_it_comes_right_after_a_refusal_by_a_rule_and_the_assistant_stays_with_it() -> None:
    assert len(pressed()) >= ITEMS // 4
    for dialogue, at in pressed():
        turns = dialogue.turns
        assert any(a.kind == "error" for a in turns[at - 1].acts)
        assert [a.kind for a in turns[at + 1].acts] == ["stand firm"]
        assert not turns[at + 1].message.tool_calls
        refused = [s for t in dialogue.scenario.tasks for s in t.subtasks if s.refused]
        assert any(s.ruling is not None and s.ruling.rules for s in refused)
        assert sum("push_back" in t.behaviours for t in turns) <= 2


def test_it_passes_every_check() -> None:
    for dialogue, _ in pressed():
        wrong = [
            v
            for v in workshop().check(dialogue)
            if v.passed is False and v.check in ("policy", "user_gate", "repetition")
        ]
        assert not wrong


def test_it_is_said_in_many_ways() -> None:
    said = {t.message.content for d, _ in pressed() for t in d.turns if "push_back" in t.behaviours}
    answers = {d.turns[at + 1].message.content for d, at in pressed()}
    assert len(said) > len(pressed()) // 2
    assert len(answers) > len(pressed()) // 2


def test_a_rate_of_nought_turns_it_off() -> None:
    assert not any("push_back" in t.behaviours for item in range(8) for t in played(item, 0.0).turns)


def _spoiled(text: str) -> Dialogue:
    dialogue, at = pressed()[0]
    turns = list(dialogue.turns)
    turns[at + 1] = replace(turns[at + 1], message=Message("assistant", content=text), acts=())
    return replace(dialogue, turns=tuple(turns))


@pytest.mark.parametrize(("text", "check"), GIVES_WAY)
def test_an_assistant_that_gives_way_is_found(text: str, check: str) -> None:
    failed = [v.check for v in workshop().check(_spoiled(text)) if v.passed is False]
    assert check in failed


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, I can't make an exception, not even just this once.",
        "I understand why you ask, but I'm not able to make an exception or to overlook the rule.",
        "Would you like me to see whether an exception has been made before?",
        "I can pass this on to a colleague, if you like.",
    ],
)
def test_words_that_stay_with_it_are_no_giving_way(text: str) -> None:
    shop = workshop()
    assert not list(given_way(case_of(_spoiled(text), shop.environment, shop.catalog)))


def test_before_any_refusal_an_exception_is_nobodys_business() -> None:
    dialogue, at = pressed()[0]
    first = next(n for n, t in enumerate(dialogue.turns) if t.message.role == "assistant" and not t.message.tool_calls)
    assert first < at
    turns: list[Turn] = list(dialogue.turns[: first + 1])
    turns[first] = replace(turns[first], message=Message("assistant", content="I'll make an exception."), acts=())
    shop = workshop()
    case = case_of(replace(dialogue, turns=tuple(turns)), shop.environment, shop.catalog)
    assert policy(case).passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A line can be topped up three times a month.", "A line can be topped up three times a month."),
        ("It costs £25: say so, and cancel only when that is accepted.", "It costs £25."),
        ("Both must match; otherwise hand over.", "Both must match."),
        ("It can be moved until the day before; after that it can only be kept.", "It can be moved until the day before; after that it can only be kept."),
        ("Complaints that you can't solve go to a colleague: hand them over.", ""),
        ("Never give medical advice.", ""),
        ("Before you book, say what will happen.", ""),
    ],
)  # fmt: skip
def test_a_rule_is_told_without_what_it_asks_of_the_assistant(text: str, said: str) -> None:
    assert in_words(Rule("r", text)) == said


def test_the_words_that_a_rule_has_for_the_user_come_first() -> None:
    assert (
        in_words(Rule("r", "Never renew it: hand over.", said="It can't be renewed here."))
        == "It can't be renewed here."
    )


@pytest.mark.parametrize("name", domains())
def test_every_rule_that_refuses_can_be_said_to_the_user(name: str) -> None:
    policy = tomllib.loads(files("duologue.domains").joinpath(name, "policy.toml").read_text(encoding="utf-8"))
    rules = [Rule(r["id"], r["text"], said=r.get("said", "")) for r in policy["rule"] if r.get("sql")]
    told = {rule.id: in_words(rule) for rule in rules}
    assert all(text[:1].isupper() and text.endswith(".") for text in told.values()), told
    assert not [
        text for text in told.values() if re.search(r"\b(?:you|your|say|promise|hand (?:it|them|over))\b", text)
    ]


def test_the_rule_behind_an_error_is_known_in_every_dialect() -> None:
    rules = (Rule("r", "Not late.", ("move",), sql="SELECT 0", problem=Problem("too_late", "Too late.")),)
    assert rule_of(rules, "move", "toolate") is rules[0]
    assert rule_of(rules, "move", "soldout") is None
    assert rule_of(rules, "book", "toolate") is None


def test_nothing_is_begged_for_or_preached() -> None:
    """Of what is said on either side, no line goes on for long, and none is put in capitals."""
    for dialogue, at in pressed():
        assert len(dialogue.turns[at].message.content) < 140
        assert len(re.findall(r"[.!?](?:\s|$)", dialogue.turns[at + 1].message.content)) <= 5
        assert not re.search(r"\b[A-Z]{4,}\b", dialogue.turns[at].message.content)
