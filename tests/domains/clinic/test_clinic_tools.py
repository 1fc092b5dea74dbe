"""The clinic's tools: what they find, what they change, and that results are what they promise."""

import pytest

from domains.desk import Ask, Do, refusal
from domains.tables import mistakes
from duologue.environment import SqliteSession
from duologue.types import Json


def test_a_morning_at_the_desk(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Owen Bevan the elder wants to be seen, comes to think better of it twice, and pays nothing."""
    bevans = do("find_patient", name="owen bevan")["rows"]
    assert [p["birth_year"] for p in bevans] == [1957, 1988] or [p["birth_year"] for p in bevans] == [1988, 1957]
    owen = next(p["patient_id"] for p in bevans if p["birth_year"] == 1957)
    assert not {"phone", "born_on", "email"} & bevans[0].keys()

    free = do("find_openings", specialty="Podiatry", from_day="2025-09-15")["rows"]
    assert free == sorted(free, key=lambda s: (s["starts_at"], s["slot_id"]))
    assert {s["specialty"] for s in free} == {"podiatry"}
    assert all(s["slot"].endswith("with Graham Booth") and s["starts_at"] >= "2025-09-15" for s in free)
    booked = do("book_appointment", patient_id=owen, slot_id=free[0]["slot_id"])
    assert (booked["specialty"], booked["clinician"], booked["room"]) == ("podiatry", "Graham Booth", "room 4")
    assert booked["fee_gbp"] == {"first visit": 58.0, "follow-up": 48.0}[booked["visit"]]
    listed = {
        a["appointment_id"]: a for a in do("list_appointments", patient_id=owen, appointment_status="booked")["rows"]
    }
    assert listed[booked["appointment_id"]]["appointment_at"] == free[0]["starts_at"]
    assert refusal(session, "book_appointment", patient_id=owen, slot_id=free[1]["slot_id"]) == "already_booked"

    others = do("list_other_openings", appointment_id=booked["appointment_id"])["rows"]
    assert free[0]["slot_id"] not in {s["slot_id"] for s in others}
    moved = do("reschedule_appointment", appointment_id=booked["appointment_id"], slot_id=others[-1]["slot_id"])
    assert (moved["slot"], moved["appointment_at"]) == (others[-1]["slot"], others[-1]["starts_at"])
    assert free[0]["slot_id"] in {
        s["slot_id"] for s in do("find_openings", clinician="booth", from_day="2025-09-15")["rows"]
    }
    again = {"appointment_id": booked["appointment_id"], "slot_id": others[-1]["slot_id"]}
    assert refusal(session, "reschedule_appointment", **again) == "unchanged"

    off = do("cancel_appointment", appointment_id=booked["appointment_id"], late_fee="accepted")
    assert (off["appointment_status"], off["late_fee"], off["fee_invoice_id"]) == ("cancelled", None, None)
    assert refusal(session, "cancel_appointment", appointment_id=booked["appointment_id"]) == "precondition_failed"
    assert refusal(session, "list_other_openings", appointment_id=booked["appointment_id"]) == "precondition_failed"


def test_a_referral_and_an_authorised_visit_are_used_and_given_back(do: Do, ask: Ask) -> None:
    case = ask("""
        SELECT r.patient_id, r.referral_id, a.authorisation_id, o.slot_id FROM referrals r JOIN authorisations a USING (patient_id, specialty)
          JOIN openings o USING (specialty) JOIN patients p USING (patient_id)
        WHERE r.status = 'open' AND a.status = 'approved' AND visits_used < visits_approved AND p.born_on < '2000'
          AND date(o.scheduled_at) <= min(r.expires_on, a.expires_on) AND o.scheduled_at > '2025-09-14'
          AND NOT EXISTS (SELECT 1 FROM appointments x WHERE x.patient_id = r.patient_id AND x.status IN ('booked', 'attended')) LIMIT 1""")[
        0
    ]

    def papers() -> tuple[str, int]:
        file = do("get_patient", patient_id=case["patient_id"])
        status = next(r["referral_status"] for r in file["referrals"] if r["referral_id"] == case["referral_id"])
        return status, next(
            a["visits_used"] for a in file["authorisations"] if a["authorisation_id"] == case["authorisation_id"]
        )

    before = papers()
    booked = do("book_appointment", patient_id=case["patient_id"], slot_id=case["slot_id"])
    assert booked["visit"] == "first visit"
    assert papers() == ("used", before[1] + 1)
    do("cancel_appointment", appointment_id=booked["appointment_id"])
    assert papers() == before == ("open", before[1])


def test_a_late_cancellation_costs(do: Do, ask: Ask) -> None:
    late = ask("""SELECT appointment_id, patient_id FROM appointments
        WHERE status = 'booked' AND scheduled_at BETWEEN '2025-09-11 12:00' AND '2025-09-12 09:30' LIMIT 1""")[0]
    off = do("cancel_appointment", appointment_id=late["appointment_id"], late_fee="accepted")
    invoices = {
        i["invoice_id"]: i for i in do("list_invoices", patient_id=late["patient_id"], invoice_status="open")["rows"]
    }
    fee = invoices[off["fee_invoice_id"]]
    assert (off["late_fee"], fee["charge"], fee["amount_gbp"], fee["due_on"]) == (
        "accepted",
        "late cancellation",
        25.0,
        "2025-10-11",
    )


def test_waiting_where_nothing_is_free(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = ask(
        "SELECT patient_id FROM patients WHERE born_on < '1990' AND patient_id NOT IN (SELECT patient_id FROM waiting_list) LIMIT 1"
    )[0]
    ahead = ask("SELECT count(*) AS n FROM waiting_list WHERE specialty = 'dermatology' AND status = 'waiting'")[0]["n"]
    entry = do("join_waiting_list", **who, specialty="dermatology", preference="mornings")
    assert (entry["waiting_for"], entry["preference"], entry["waiting_before"]) == ("dermatology", "mornings", ahead)
    assert refusal(session, "join_waiting_list", **who, specialty="dermatology") == "already_waiting"
    assert refusal(session, "join_waiting_list", **who, specialty="podiatry") == "not_full"


def test_a_prescription_renewed(do: Do, session: SqliteSession, ask: Ask) -> None:
    due = ask(
        "SELECT prescription_id, patient_id, supply_days FROM prescriptions WHERE review_due_on = '2025-09-11' AND NOT controlled LIMIT 1"
    )[0]
    done = do("renew_prescription", prescription_id=due["prescription_id"], pharmacy="Denby Chemist")
    assert (done["last_issued_on"], done["pharmacy"]) == ("2025-09-11", "Denby Chemist")
    kept = {p["prescription_id"]: p for p in do("list_prescriptions", patient_id=due["patient_id"])["rows"]}
    assert kept[due["prescription_id"]]["last_issued_on"] == "2025-09-11"
    assert refusal(session, "renew_prescription", prescription_id=due["prescription_id"]) == "outside_renewal_window"


def test_contact_details_change_for_whoever_proves_who_they_are(do: Do, ask: Ask) -> None:
    who = ask(
        "SELECT patient_id, born_on, phone, email FROM patients WHERE phone IS NOT NULL AND email IS NOT NULL LIMIT 1"
    )[0]
    asked = {"patient_id": who["patient_id"], "born_on": who["born_on"], "phone": who["phone"].replace(" ", "")}
    changed = do("change_contact", **asked, new_phone="07700 900999")
    assert (changed["phone"], changed["email"]) == ("07700 900999", who["email"])
    asked |= {"phone": "07700 900999", "new_phone": who["phone"], "new_email": "new@post.example"}
    assert do("change_contact", **asked)["email"] == "new@post.example"


@pytest.mark.parametrize(
    ("amount", "count", "parts"), [(60.0, 3, [20.0, 20.0, 20.0]), (79.0, 3, [26.33, 26.33, 26.34])]
)
def test_a_payment_plan_adds_up(
    do: Do, session: SqliteSession, ask: Ask, amount: float, count: int, parts: list[float]
) -> None:
    open_one = ask(f"SELECT invoice_id FROM invoices WHERE status = 'open' AND amount_gbp = {amount} LIMIT 1")[0][
        "invoice_id"
    ]
    plan = do("set_up_payment_plan", invoice_id=open_one, instalments=count)
    assert (plan["invoice_status"], plan["each_gbp"], plan["first_due_on"]) == (
        "in instalments",
        parts[0],
        "2025-10-11",
    )
    assert [row[3] for row in session.rows("instalments") if row[1] == open_one] == parts
    assert refusal(session, "set_up_payment_plan", invoice_id=open_one, instalments=2) == "precondition_failed"


def test_a_guardian_on_file_opens_the_way(do: Do, session: SqliteSession, ask: Ask) -> None:
    child = ask("""SELECT patient_id FROM patients WHERE born_on BETWEEN '2012' AND '2024'
        AND patient_id NOT IN (SELECT patient_id FROM guardians) AND patient_id NOT IN (SELECT patient_id FROM appointments) LIMIT 1""")
    child = child or ask("""SELECT patient_id FROM patients p WHERE born_on BETWEEN '2012' AND '2024' AND patient_id NOT IN (SELECT patient_id
        FROM guardians) AND patient_id NOT IN (SELECT patient_id FROM appointments WHERE status = 'booked') LIMIT 1""")
    slot = do("find_openings", specialty="paediatrics")["rows"][0]["slot_id"]
    assert refusal(session, "book_appointment", **child[0], slot_id=slot) == "guardian_needed"
    new = do("add_guardian", **child[0], name="Ottilie Frayne", relationship="legal guardian", phone="07700 900998")
    assert (new["guardian"], new["guardian_phone"]) == ("Ottilie Frayne", "07700 900998")
    assert (
        refusal(session, "add_guardian", **child[0], name="ottilie frayne", relationship="mother") == "already_exists"
    )
    assert do("get_patient", **child[0])["guardians"][0]["guardian"] == "Ottilie Frayne"
    assert do("book_appointment", **child[0], slot_id=slot)["appointment_status"] == "booked"


@pytest.mark.parametrize(
    ("reason", "team"),
    [
        ("urgent symptom", "duty nurse"),
        ("medical question", "duty nurse"),
        ("complaint", "practice manager"),
        ("billing question", "accounts"),
        ("identity check", "reception lead"),
        ("exception to a rule", "reception lead"),
    ],
)
def test_each_matter_goes_to_its_team(do: Do, reason: str, team: str) -> None:
    assert do("transfer_to_human", patient_id=1001, reason=reason)["team"] == team


MISSING: list[tuple[str, dict[str, Json]]] = [
    ("get_patient", {"patient_id": 1}),
    ("list_appointments", {"patient_id": 1}),
    ("list_invoices", {"patient_id": 1}),
    ("list_prescriptions", {"patient_id": 1}),
    ("list_other_openings", {"appointment_id": 1}),
    ("book_appointment", {"patient_id": 1, "slot_id": 50101}),
    ("book_appointment", {"patient_id": 1001, "slot_id": 1}),
    ("reschedule_appointment", {"appointment_id": 1, "slot_id": 50101}),
    ("cancel_appointment", {"appointment_id": 1}),
    ("join_waiting_list", {"patient_id": 1, "specialty": "ENT"}),
    ("renew_prescription", {"prescription_id": 1}),
    (
        "change_contact",
        {"patient_id": 1, "born_on": "1990-01-01", "phone": "07700 900001", "new_phone": "07700 900002"},
    ),
    ("set_up_payment_plan", {"invoice_id": 1, "instalments": 2}),
    ("add_guardian", {"patient_id": 1, "name": "Ottilie Frayne", "relationship": "mother"}),
    ("transfer_to_human", {"patient_id": 1, "reason": "complaint"}),
]


test_what_is_not_there = mistakes([(tool, arguments, "not_found") for tool, arguments in MISSING])


def test_a_slot_of_another_specialty_is_no_place_to_move_to(session: SqliteSession, ask: Ask) -> None:
    booked = ask("""SELECT appointment_id FROM appointments a JOIN slots USING (slot_id) JOIN rota USING (rota_id) JOIN clinicians USING (clinician_id)
        WHERE a.status = 'booked' AND specialty = 'cardiology' AND a.scheduled_at > '2025-09-15' LIMIT 1""")[0]
    other = ask("SELECT slot_id FROM openings WHERE specialty = 'podiatry' AND scheduled_at > '2025-09-15' LIMIT 1")[0]
    assert refusal(session, "reschedule_appointment", **booked, **other) == "different_specialty"
