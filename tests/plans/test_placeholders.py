"""Placeholders stand for whole values of earlier results, and lead nowhere only loudly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.errors import StageError
from duologue.plans.placeholders import escape, find_path, leaves, placeholder, references, resolve, value_at
from duologue.types import Json

RESULT = {"rows": [{"order_id": 7, "odd name": {"a.b": "x"}}, {"order_id": 8.0}], "ok": True, "total": 1}


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({"id": "$2.rows[0].order_id"}, {2}),
        ({"ids": ["$1.total", {"deep": "$3"}]}, {1, 3}),
        ({"id": 5, "text": "$$2.total", "price": "$5 off", "unit": "$"}, set()),
        ("$12", {12}),
    ],
)
def test_references(arguments: Json, steps: set[int]) -> None:
    assert references(arguments) == steps


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1.rows[0].order_id", 7),
        ('$1.rows[0]["odd name"]["a.b"]', "x"),
        ("$1.rows[1]", {"order_id": 8.0}),
        ("$1", RESULT),
        ("$$1.total", "$1.total"),
        ("$5 off", "$5 off"),
        ("plain", "plain"),
        (["$1.ok", 3], [True, 3]),
    ],
)
def test_resolve(text: Json, value: Json) -> None:
    assert resolve(text, {1: RESULT}) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$2.total", "step 2 has no result"),
        ("$1.rows[2].order_id", "no item 2"),
        ("$1.rows[0].id", "no field 'id'"),
        ("$1.total.x", "plain value"),
        ('$1.["', "is no path"),
    ],
)
def test_a_placeholder_that_leads_nowhere_says_which(text: str, why: str) -> None:
    with pytest.raises(StageError, match=r"placeholder") as caught:
        resolve({"x": text}, {1: RESULT})
    assert text in caught.value.evidence
    assert why in caught.value.evidence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=4))
def test_every_leaf_is_found_again_at_its_path(result: dict[str, Json]) -> None:
    for path, value in leaves(result):
        assert value_at(result, path) == value
        assert resolve(placeholder(1, path), {1: result}) == value


@given(JSON)
def test_an_escaped_value_resolves_to_itself(value: Json) -> None:
    assert resolve(escape(value), {}) == value
    assert references(escape(value)) == set()


def test_find_path_prefers_the_field_and_tells_true_from_one() -> None:
    result = {"flag": True, "count": 1, "rows": [{"id": 1}]}
    assert find_path(result, 1) == "count"
    assert find_path(result, 1, "id") == "rows[0].id"
    assert find_path(result, True) == "flag"
    assert find_path(result, 1.0, "nowhere") == "count"
    assert find_path(result, 2) is None
