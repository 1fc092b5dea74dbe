"""Lines of the grammar files: what they need, what they say, and how they are filled."""

import random
import re

import pytest

from duologue.checks.consent import refuses, says_yes
from duologue.checks.words import finds
from duologue.language.grammar import Grammar, article, grammar, listed, possessive, sentence, template, word_file

DICE = random.Random(1)


@pytest.mark.parametrize(
    ("line", "slots", "text"),
    [
        ("Hi, {do}.", {"do": "list the orders"}, "Hi, list the orders."),
        ("{Do}, please.", {"do": "list the orders"}, "List the orders, please."),
        ("See {who}.", {"who": "Ernst Handel Inc."}, "See Ernst Handel Inc."),
        ('See "{who}"?', {"who": "Help!"}, 'See "Help!"?'),
        ("[Now |]go [on|].", {}, r"(?:Now )?go(?: on)?\."),
        ("[a|b|c] {x}[, {y}|]", {"x": "1", "y": "2"}, r"[abc] 1(?:, 2)?"),
        ("Which {x} [ |]?", {"x": "a  b ,c"}, r"Which a  b ,c\?"),
    ],
)
def test_a_line_is_filled(line: str, slots: dict[str, str], text: str) -> None:
    for seed in range(8):
        filled = template(line).fill(slots, random.Random(seed))
        assert filled == text or re.fullmatch(text, filled)


def test_a_line_needs_its_slots_and_says_only_what_is_outside_brackets() -> None:
    line = template("{Whose} {label}[ of {who}| and {columns}|]")
    assert line.needs == {"whose", "label", "who", "columns"}
    assert line.says == {"whose", "who", "label"}  # a possessive names the row too


TWICE = [
    ({"a": "the changes to 5,040"}, "set the changes to 5,040"),
    ({"a": "the change"}, "set the change"),
    ({"a": "the chance"}, "set the chance|change the chance"),
    ({"a": "the fee"}, "set the fee|change the fee"),
]


@pytest.mark.parametrize(("slots", "texts"), TWICE)
def test_no_verb_stands_before_a_thing_that_is_called_like_it(slots: dict[str, str], texts: str) -> None:
    lines = Grammar({"x": ["set {a}", "change {a}"], "only": ["change {a}"]})
    assert {lines.line("x", random.Random(n), slots) for n in range(30)} == set(texts.split("|"))
    assert lines.line("only", DICE, slots) == f"change {slots['a']}", (
        "where there is no other line, it is said all the same"
    )


def test_the_fullest_line_is_taken_and_what_it_leaves_out_is_told() -> None:
    lines = Grammar({"do": {"x": ["only {a}", "{a} and {b}", "{a} and {missing}"]}})
    slots = {"a": "A", "b": "B", "c": "C"}
    assert lines.fullest("do.x", DICE, slots, {"a", "b", "c"}) == ("A and B", frozenset({"c"}))
    assert lines.fullest("do.y", DICE, slots, {"a"}) == ("", frozenset({"a"}))
    assert lines.find("do.x", DICE, slots, {"c"}) == ""
    with pytest.raises(KeyError, match="no line"):
        lines.line("do.y", DICE, slots)


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b, c"], "a and b, c"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b, c", "d"], "a; b, c; and d"),
        (["start May 3, 2024", "b", "end June 4, 2024"], "start May 3, 2024, b and end June 4, 2024"),
    ],
)
def test_lists(items: list[str], text: str) -> None:
    assert listed(items) == text


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("yes", "Yes."),
        ("is it?", "Is it?"),
        ("the list:\n- a\n- b", "The list:\n- a\n- b"),
        ("", ""),
        ("wait…", "Wait…"),
    ],
)
def test_sentences(text: str, done: str) -> None:
    assert sentence(text) == done


def test_articles_and_possessives() -> None:
    nouns = ["order", "user", "hour", "MPG", "URL", "unit price", "invoice"]
    assert [article(n) for n in nouns] == [
        "an order", "a user", "an hour", "an MPG", "a URL", "a unit price", "an invoice",
    ]  # fmt: skip
    assert [possessive(n) for n in ("Dana", "Boris")] == ["Dana's", "Boris'"]


def _all(name: str) -> list[tuple[str, str]]:
    """Every line of a file, filled a few times with neutral words."""
    lines, out = grammar(name), []
    for path in lines.paths():
        for line in lines.templates(path):
            slots = dict.fromkeys(line.needs, "word")
            out += [(path, line.fill(slots, random.Random(seed))) for seed in range(12)]
    return out


@pytest.mark.parametrize(("name", "role"), [("user", "user_as_assistant"), ("agent", "assistant_as_user")])
def test_no_line_speaks_as_the_other(name: str, role: str) -> None:
    assert [(p, t) for p, t in _all(name) if not p.startswith("rationale") and finds("roles", role, t)] == []


@pytest.mark.parametrize("name", ["user", "agent", "goal"])
def test_every_line_reads_cleanly(name: str) -> None:
    spoiled = re.compile(r"[{}\[\]|]|  | [,.;:?!](?!\w)|\.\.|[?!]\.|,,|\b(\w+) \1\b(?<!word word)(?<!That that)")
    assert [(p, t) for p, t in _all(name) if spoiled.search(t)] == []
    assert [(p, t) for p, t in _all("goal") if "?" in t] == []


@pytest.mark.parametrize(
    ("name", "spoken_to"), [("agent", {"you", "your"}), ("user", {"me", "my", "whose", "name", "intro"})]
)
def test_what_is_said_of_the_speaker_is_said_of_nobody_else(name: str, spoken_to: set[str]) -> None:
    """A line without a piece that only the speaker has would be told to everybody: "your record shows" of somebody else's."""
    lines = Grammar(word_file(f"{name}/clients"))
    drawn = [t for p in lines.paths() for t in lines.templates(p)]
    assert [t.text for t in drawn if name == "agent" and not t.needs & spoken_to] == []
    assert [t.text for t in drawn if re.search(r"\b(?:my|your)\b", t.text) and not t.needs & spoken_to] == []


def test_what_the_checks_look_for_is_said() -> None:
    """A yes agrees, a doubt doubts, a recap is asked for, a second look says so, a refusal is owned up to."""
    wanted = {
        ("user", "recap"): [("recap", "asks")],
        ("user", "doubt"): [("doubt", "asks")],
        ("agent", "again"): [("recap", "unchanged")],
        ("agent", "error"): [("honesty", "failures")],
    }
    for (name, path), found in wanted.items():
        for part, key in found:
            assert [t for p, t in _all(name) if p == path and finds(part, key, t) is None] == []
    assert [t for p, t in _all("user") if p == "confirm" and (refuses(t) or not says_yes(t))] == []


def test_nobody_asks_for_something_also_as_well() -> None:
    """One of the two, whatever is drawn and put in."""
    lines, both = (
        grammar("user"),
        re.compile(r"(?i)\balso\b[^.?!]*\b(?:as well|too)\b|\b(?:as well|too)\b[^.?!]*\balso\b"),
    )
    for path in lines.paths():
        for line in lines.templates(path):
            filled = (line.fill(dict.fromkeys(line.needs | line.says, "x"), random.Random(seed)) for seed in range(20))
            assert not [text for text in filled if both.search(text)], path
