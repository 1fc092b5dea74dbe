"""What stands on the page of a user played by a model: values spelt one way, a subject that people would say, one goal after another."""

import pytest
from msgspec.structs import replace

from duologue.simulate.model_user import ModelUser
from duologue.simulate.personas import _traits
from duologue.testing import ScriptedModel
from duologue.types import Fact, Json
from played import NEXT_GOAL, model_user, scenario

SPELT: list[tuple[str, Json, str]] = [
    ("the budget of 3225478 is halved", 3225478, "3225478"),
    ("the budget of 3,225,478 is halved", 3225478, "3,225,478"),
    ("the budget is halved", 3225478, "3,225,478"),
    ("the budget of 13225478 is halved", 3225478, "3,225,478"),
    ("the loan is due on 2024-06-18", "2024-06-18", "2024-06-18"),
    ("the loan is due on 18 June 2024", "2024-06-18", "18 June 2024"),
    ("the title is Salt", "Salt", "Salt"),
]


def page(goal: str = "", known: tuple[Fact, ...] = (), name: str = "library") -> ModelUser:
    base = model_user(ScriptedModel(lambda _: ""), 0)
    whole = scenario(0)
    first = replace(whole.tasks[0], goal=goal or whole.tasks[0].goal, known=known)
    told = replace(whole, tasks=(first, *whole.tasks[1:]))
    return ModelUser(base.voice, told, replace(base.environment, name=name), base.columns, "0.0")


@pytest.mark.parametrize(("goal", "value", "said"), SPELT)
def test_what_is_known_is_spelt_as_in_the_goal(goal: str, value: Json, said: str) -> None:
    slot = "loan.due_on" if "due" in goal else "budget.total"
    assert f"- total: {said}\n" in page(goal, (Fact(slot, value, "total"),)).prompt.text + "\n"


SUBJECTS = [
    ("hr_1", "The records: HR."),
    ("Sandreef Marine Laboratory", "The records: Sandreef"),
    ("42", "The records: 42."),
]


@pytest.mark.parametrize(("name", "words"), SUBJECTS)
def test_the_records_are_called_what_people_call_them(name: str, words: str) -> None:
    assert words in page(name=name).prompt.text


def test_the_next_goal_comes_as_a_note_beside_what_the_assistant_said_last() -> None:
    user = page()
    note = user.told((), 1)[-1].content
    assert note.rindex("<note>") < note.index(NEXT_GOAL) < note.index("react to them first") < note.rindex("</note>")
    assert "except what this chat has shown you" in note


def test_no_trait_of_a_person_speaks_of_time_or_of_who_they_are() -> None:
    said = " ".join(line.lower() for lines in _traits().values() for line in lines)
    assert not [w for w in ("every day", "takes long", "hurry", "customer", "colleague", "new to this") if w in said]
    assert {"register", "rhythm"} <= set(_traits())


LONG = "The van was late again on Tuesday and nobody had called us before"


def test_what_may_be_said_is_no_leak_though_it_stands_on_the_page() -> None:
    user = page("The complaint has a text.", (Fact("complaint.text", LONG, "text"),))
    said = f"please write down this: {LONG}"
    assert LONG in user.prompt.text
    assert not user._quotes(said, 0)
    assert user._quotes("Say things your own way. Never copy the sentence that says what you want.", 0)
