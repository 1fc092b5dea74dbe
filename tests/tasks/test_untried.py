"""What proofs leave untried is counted with the rule; what can be told wrong alone, or done in another order, is tried."""

from duologue.tasks.prove import Examined
from duologue.tasks.proving import KINDS, kind_of
from duologue.tasks.proving.kinds import NO_EFFECT, SAME, UNHEARD
from duologue.tasks.proving.ledger import Ledger
from tasks.test_proofs import CHANGE, examine, task

SAME_FEE = task(
    ("loan_show_details", {"loan_id": 4}),
    ("loan_show_details", {"loan_id": 8}),
    tell=((1, "loan.fee", 1.0), (2, "loan.fee", 1.0)),
)


def proven(found: Examined) -> dict[str, str]:
    assert found.task is not None, found.reason
    assert found.task.proof is not None
    return found.task.proof.mutations


def test_a_value_in_the_words_of_another_is_told_wrong_alone_or_counted() -> None:
    found = examine(SAME_FEE)
    alone = [name for name, check in proven(found).items() if name.endswith(" alone") and check]
    assert found.untried["one untold", SAME] == 2
    assert len(alone) + found.untried.get(("told wrong", UNHEARD), 0) == 2


def test_every_rule_is_counted_under_a_kind() -> None:
    found = examine(CHANGE)
    assert found.untried["write twice", NO_EFFECT] == 1
    assert {kind for kind, _ in found.untried} <= set(KINDS)


def test_what_was_made_after_all_is_not_left_out() -> None:
    for one in (CHANGE, SAME_FEE):
        found = examine(one)
        made = [kind_of(name) for name in proven(found)]
        ledger = Ledger()
        assert found.task is not None
        assert found.task.proof is not None
        ledger.add("t", found.task.proof, found.untried)
        assert sum(sum(rules.values()) for rules in ledger.left_out().values()) == sum(found.untried.values())
        assert ledger.made("told wrong") == made.count("told wrong")


def swaps(found: Examined) -> dict[str, str]:
    assert found.task is not None, found.reason
    assert found.task.proof is not None
    return {name: check for name, check in found.task.proof.spared.items() if kind_of(name) == "order swapped"}


def test_two_writes_to_different_rows_change_places() -> None:
    apart = task(("put_copies", {"book_id": 1, "copies": 8}), ("put_copies", {"book_id": 2, "copies": 9}))
    same = task(("put_copies", {"book_id": 1, "copies": 8}), ("add_copies", {"book_id": 1, "copies": 3}))
    assert swaps(examine(apart)) == {"order swapped: steps 1 and 2": ""}
    assert swaps(examine(same)) == {}


def test_every_pair_that_may_is_swapped() -> None:
    three = task(
        ("member_show_details", {"member_id": 3}),
        ("loan_show_details", {"loan_id": 2}),
        ("book_resolve_by_title", {"name": "Salt"}),
        tell=((1, "member.email", "cleo3@example.org"), (2, "loan.fee", 3.5), (3, "book.price", 6.25)),
    )
    assert swaps(examine(three)) == {"order swapped: steps 1 and 2": "", "order swapped: steps 2 and 3": ""}
