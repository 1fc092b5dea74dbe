"""What the author of a task is told of a proof that failed."""

import pytest

from duologue.tasks.prove import AT_START
from duologue.tasks.proving import HARMLESS, KINDS
from duologue.tasks.written.advice import OBJECTED, OF_KIND, OF_REASON, SURVIVES, advice


@pytest.mark.parametrize("kind", [*KINDS, "none could be made"])
def test_every_kind_has_its_own_advice(kind: str) -> None:
    assert advice(f"{SURVIVES}: {kind}") == OF_KIND[kind]
    assert sum(said == OF_KIND[kind] for said in OF_KIND.values()) == 1


def test_no_advice_is_of_a_kind_that_is_gone() -> None:
    assert set(OF_KIND) == {*KINDS, "none could be made"}


@pytest.mark.parametrize(
    "reason",
    [
        *AT_START,
        *(f"{OBJECTED}: {kind}" for kind in HARMLESS),
        "what is to be told is not what comes back, or depends on the moment",
        "the gold plan depends on the moment",
    ],
)
def test_other_reasons_have_theirs(reason: str) -> None:
    assert advice(reason) in OF_REASON.values()


def test_a_row_told_wrongly_is_no_change_made_wrongly() -> None:
    assert "change" not in advice(f"{SURVIVES}: wrong row told").lower()


def test_an_unknown_reason_has_none() -> None:
    assert advice("the gold plan fails") == ""
