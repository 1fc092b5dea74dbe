"""Tasks of a front desk: callers prove who they are, what is planned is still ahead when a plan is run again, a tool that is a last
resort is asked for seldom, and children have somebody to call for them.
"""

import random

import pytest

from duologue.catalog import Catalog
from duologue.environment import open_session
from duologue.ground import catalog_of
from duologue.ids import rng
from duologue.language.phrases import Phrases
from duologue.plans.binding import Bound, bound_values
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.sayings import Sayings
from duologue.sources import Source, from_domain
from duologue.tasks.anchors import Anchors
from duologue.tasks.clients import OF_AGE, client
from duologue.tasks.drawing import Drawing
from duologue.tasks.edits import Edits
from duologue.tasks.impossible import on_condition
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.needs import Proposer
from duologue.tasks.proposal import Proposal
from duologue.tasks.prove import _later
from duologue.tasks.walk import Walk
from duologue.types import ClockSpec, Environment, Mention, Need, Tool, Toolset


@pytest.fixture(scope="module")
def clinic() -> Source:
    return from_domain("clinic")


@pytest.fixture(scope="module")
def catalog(clinic: Source) -> Catalog:
    return catalog_of(clinic)


def _tool(clinic: Source, name: str) -> Tool:
    return next(t for t in clinic.tools if t.name == name)


def _proposer(clinic: Source, catalog: Catalog) -> Proposer:
    anchors = Anchors(catalog, clinic.image)
    index = ToolIndex(Toolset("clinic", clinic.tools), catalog)
    return Proposer(catalog, index, anchors, Edits(anchors, clinic.now))


def test_proofs_are_what_stands_on_file(clinic: Source, catalog: Catalog) -> None:
    proposer, tool = _proposer(clinic, catalog), _tool(clinic, "change_contact")
    policy = clinic.policy
    assert policy is not None
    environment = Environment("clinic", clinic.name, clinic.image.hash, Toolset("clinic", clinic.tools), policy)
    made = [proposer.propose(tool, Memory(catalog, proposer.index), random.Random(seed)) for seed in range(12)]
    said = [p for p in made if p is not None]
    assert said, "somebody has a telephone"
    for proposal in said:
        values = proposal.need.values
        arguments = {
            "patient_id": int(proposal.meant["patients"][0]),
            "born_on": values["patients.born_on:proof"],
            "phone": values["patients.phone:proof"],
            "new_phone": values["patients.phone:value"],
        }
        with open_session(clinic.image, environment, ClockSpec(clinic.now, seed=1)) as session:
            assert not session.execute("change_contact", arguments).failed
        assert {f.value for f in proposal.known} >= {arguments["born_on"], arguments["phone"]}


def test_proofs_are_said_once(clinic: Source, catalog: Catalog) -> None:
    proposer, tool = _proposer(clinic, catalog), _tool(clinic, "change_contact")
    proposal = next(
        p
        for s in range(20)
        if (p := proposer.propose(tool, Memory(catalog, proposer.index), random.Random(s))) is not None
    )
    phrases = Phrases(catalog)
    sayings = Sayings(proposer.index, phrases)
    rows = [phrases.row(m) for m in proposal.need.mentions]
    proof = proposal.need.values["patients.phone:proof"]
    assert proof in sayings.line("request", proposal.need, rows, random.Random(0))
    assert all(proof not in sayings.line(part, proposal.need, rows, random.Random(0)) for part in ("confirm", "done"))


@pytest.mark.parametrize(
    ("tool", "counts"),
    [
        ("cancel_appointment", True),  # its value has a default
        ("set_up_payment_plan", False),  # nothing is done without the number
    ],
)
def test_a_write_whose_values_have_defaults_needs_none(clinic: Source, tool: str, counts: bool) -> None:
    key = {"cancel_appointment": "appointment_id", "set_up_payment_plan": "invoice_id"}[tool]
    assert bool(bound_values({key: Bound(81001)}, _tool(clinic, tool))) is counts


def test_what_is_planned_is_still_ahead_when_a_plan_is_run_again() -> None:
    assert _later("2025-09-11T10:30:00", known=True)[:10] == "2025-09-11"
    assert _later("2025-09-11T10:30:00", known=True) != "2025-09-11T10:30:00"
    assert _later("2025-09-11T10:30:00")[:4] == "2026"


def test_children_do_not_call_for_themselves(clinic: Source, catalog: Catalog) -> None:
    anchors = Anchors(catalog, clinic.image)
    patients = anchors.catalog.table("patients")
    found = [client(catalog, clinic.tools, anchors, rng(n, "client")) for n in range(200)]
    callers = [c for c in found if c is not None]
    assert callers
    for caller in callers:
        row = anchors.at(patients, caller.key)
        assert row is not None
        assert int(row.values["born_on"][:4]) + OF_AGE <= 2025
    young = [r for r in anchors.rows(patients) if r.values["born_on"] > "2009-09-11"]
    assert young, "there are children"


def test_a_last_resort_has_little_weight(clinic: Source) -> None:
    assert _tool(clinic, "transfer_to_human").weight < 1 < _tool(clinic, "book_appointment").weight


def test_people_call_about_what_is_near(clinic: Source, catalog: Catalog) -> None:
    """Appointments weeks ahead are known, and are not what calls are mostly about."""
    anchors = Anchors(catalog, clinic.image)
    drawn = [anchors.any(catalog.table("appointments"), random.Random(seed)) for seed in range(60)]
    near = [a for a in drawn if a is not None and "2025-09-04" < a.values["scheduled_at"] < "2025-09-20"]
    assert 2 * len(near) > len(drawn)


def test_what_is_refused_for_want_of_a_condition_is_asked_for_again_on_it(clinic: Source, catalog: Catalog) -> None:
    """A late cancellation is refused until its fee is accepted; one that is refused for good is let be."""
    policy = clinic.policy
    assert policy is not None
    environment = Environment("clinic", clinic.name, clinic.image.hash, Toolset("clinic", clinic.tools), policy)
    maker = ScriptedTasks(catalog, clinic.image, environment, 1)
    clock = ClockSpec(clinic.now, seed=1)
    rows = clinic.image.connect().execute(
        "SELECT appointment_id, status FROM appointments WHERE scheduled_at BETWEEN '2025-09-11 13:00' AND '2025-09-12 09:00' AND status <> 'missed'"
    )
    asked = dict[str, list[bool]]()
    for appointment, status in rows.fetchall():
        with open_session(clinic.image, environment, clock) as session:
            walk = Walk(catalog, maker.index, session, maker.recall)
            drawing = Drawing(
                maker, walk, Proposer(catalog, maker.index, maker.anchors, Edits(maker.anchors, clinic.now)), clock
            )
            meaning = _tool(clinic, "cancel_appointment").meaning
            assert meaning is not None
            mention = Mention("appointments", by={"appointment_id": appointment})
            parts = on_condition(drawing, Proposal(Need(meaning, (mention,)), reason="act"))
            assert all(
                p.need is not None and p.need.values == {"appointments.late_fee:value": "accepted"} for p in parts
            )
            asked.setdefault(str(status), []).append(bool(parts))
    assert any(asked["booked"])
    assert not any(asked["cancelled"])
