"""A conversation's calls made again: what hangs on the moment is excused, and nothing else that differs."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from duologue.cli import run
from duologue.continuing.rebuilt import rebuilt
from duologue.environment import Image
from duologue.ids import from_json, to_json
from duologue.plans.timeless import same_but_for_time
from duologue.store import Store
from duologue.types import Continued, Dialogue, Environment, Json, Turn
from duologue.verify.replay import replay

LIE = "The customer is banned for life and owes 9,999 dollars."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"at": "2025-03-04 05:06:07"}, {"at": "2025-03-05 12:00:00"}, True),
        ({"left": 3}, {"left": -4.5}, True),
        ({"note": "It left 1 day ago, on Monday, 3 May."}, {"note": "It left 12 days ago, on Friday, 22 April."}, True),
        ({"note": "Only within 14 days; this was 3 ago."}, {"note": LIE}, False),
        ({"note": "It may be returned until 3 May."}, {"note": "It may not be returned until 3 May."}, False),
        ({"ok": True}, {"ok": False}, False),
        ({"n": 1}, {"n": True}, False),
        ({"n": 1}, {"n": "one"}, False),
        ({"rows": [{"a": 1}]}, {"rows": [{"a": 1}, {"a": 2}]}, False),
        ({"error": {"type": "too_late", "days": 31}}, {"error": {"type": "banned", "days": 31}}, False),
    ],
)
def test_what_counts_as_another_moment(one: Json, other: Json, same: bool) -> None:
    assert same_but_for_time(one, other) is same


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dialogue, Environment, Image]:
    """A conversation that changes something, so that the clock stands in its results."""
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "8", "--toolsets", "1", "-o", str(folder)]) == 0
    with Store.open(folder, readonly=True) as store:
        one = next(d.dialogue for d in store.dialogues() if any(_told(d.dialogue.turns)))
        environment = store.environment(one.environment)
        return one, environment, Image.of(store.image(environment.image))


def _told(turns: tuple[Turn, ...]) -> Iterator[tuple[int, str, str]]:
    """Turns whose result says when a change was made: which, the field, and the value."""
    for number, turn in enumerate(turns):
        result = from_json(turn.message.content) if turn.message.role == "tool" and turn.changes else None
        if not isinstance(result, dict):
            continue
        for field, value in result.items():
            if isinstance(value, str) and field.endswith("_at") and any(value in (c.after or {}).values() for c in turn.changes):  # fmt: skip
                yield number, field, value


def _saying(one: Dialogue, number: int, field: str, value: str) -> Dialogue:
    """The conversation where a result holds another value."""
    turn = one.turns[number]
    told = to_json({**from_json(turn.message.content), field: value})
    changed = replace(turn, message=replace(turn.message, content=told))
    return replace(one, turns=(*one.turns[:number], changed, *one.turns[number + 1 :]))


@pytest.mark.parametrize(("value", "excused"), [("2024-01-02 03:04:05", True), (LIE, False)])
def test_a_result_in_other_words_is_never_put_down_to_the_time_of_day(
    value: str, excused: bool, made: tuple[Dialogue, Environment, Image]
) -> None:
    one, environment, image = made
    number, field, _ = next(_told(one.turns))
    spoilt = _saying(one, number, field, value)
    _, (found,) = rebuilt(spoilt.turns, environment, image, one.scenario.clock)
    assert (found.turn, found.moment) == (number, excused)
    assert not replay(spoilt, environment, image).passed
    since = Continued("parent", len(one.turns), 1, moments=(number,))
    assert replay(replace(spoilt, continued=since), environment, image).passed is excused
