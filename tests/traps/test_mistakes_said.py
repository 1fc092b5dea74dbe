"""What failing assistants say comes in many forms, so that no form is the mistake."""

import pytest

from duologue.traps import phrases

FORMS = {name: value for name, value in vars(phrases).items() if isinstance(value, tuple)}
SLOTS = {"REFERENCE": 1, "KEY": 1, "KEY_OF": 1, "CHANGED_TOO": 1, "ASKED": 1, "NOBODY_KNOWS": 1}


@pytest.mark.parametrize("name", FORMS)
def test_each_thing_is_said_in_many_forms(name: str) -> None:
    forms = FORMS[name] + (phrases.KEY_OF if name == "KEY" else phrases.KEY if name == "KEY_OF" else ())
    assert len(set(forms)) == len(forms) >= 8
    for form in forms:
        assert form.count("{}") == SLOTS.get(name, 0)
        assert form[0].isupper()
        assert form[-1] in ".?"


@pytest.mark.parametrize(
    ("text", "wanted"), [("It is 5.", "It is 5. It's 6."), ("Two:\n- a\n- b", "Two:\n- a\n- b\n\nIt's 6.")]
)
def test_a_sentence_is_no_part_of_a_list(text: str, wanted: str) -> None:
    assert phrases.added(text, "It's 6.") == wanted
