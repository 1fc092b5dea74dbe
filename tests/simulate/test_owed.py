"""The parts of a request know when what they are about was said, also where it was put right since."""

import pytest

from duologue.simulate.owed import Owed, part_of
from duologue.types import Meaning, Mention, Need

NEED = Need(
    Meaning("get", "exchanges"), (Mention("exchanges", {"exchange_id": 2011}), Mention("exchanges", {"exchange_id": 7}))
)


@pytest.mark.parametrize(
    ("respoken", "mention", "said_at"), [(set(), 0, {}), ({0}, 0, {"exchanges.exchange_id:key": 43}), ({0}, 1, {})]
)
def test_what_was_put_right_was_said_there(respoken: set[int], mention: int, said_at: dict[str, int]) -> None:
    owed = Owed(0, NEED, 39, said_at={"exchanges.exchange_id:key": 43}, respoken=respoken)
    assert part_of(owed, NEED, mention).said_at == said_at
