"""Invoices of those who pay for themselves, and of those who did not come."""

import datetime
import random

from duologue.domains.clinic.files import NOW, TODAY, Files, days
from duologue.domains.making import Row, Time
from duologue.ids import rng

LATE, MISSED = 25.0, 35.0
"""What a late cancellation and a missed appointment cost."""
TERM = 30
"""Days to pay."""
LEAST, SMALLEST = 60.0, 20.0
"""The least that may be paid in instalments, and the smallest instalment."""


def bill(files: Files) -> None:
    """An invoice for each visit that a patient pays, and for each that was missed or called off too late."""
    r = rng("clinic", "money")
    pays = {p["patient_id"] for p in files.rows["patients"] if p["plan_id"] is None}
    for appointment in files.rows["appointments"]:
        charge, amount = _charge(files, appointment, pays)
        at = appointment["cancelled_at"] if charge == "late cancellation" else appointment["scheduled_at"]
        issued = Time.fromisoformat(at).date() + days(r.choice((0, 0, 1, 3)) if charge == "consultation" else 1)
        if charge and issued <= TODAY:
            _invoice(files, appointment, charge, amount, issued, r)
    files.ledger.renumber("invoices", "issued_on", "instalments")


def _charge(files: Files, appointment: Row, pays: set[int]) -> tuple[str, float]:
    if appointment["status"] == "missed":
        return "missed appointment", MISSED
    if appointment["late_fee"] == "accepted":
        return "late cancellation", LATE
    if appointment["status"] != "attended" or appointment["patient_id"] not in pays:
        return "", 0.0
    about = files.specialties[files.clinician_of[appointment["slot_id"]]["specialty"]]
    return "consultation", float(about[4 if appointment["visit"] == "first visit" else 5])


def _invoice(
    files: Files, appointment: Row, charge: str, amount: float, issued: datetime.date, r: random.Random
) -> None:
    """Most are paid soon, some late, some not at all; a large one may be paid bit by bit."""
    paid = issued + days(int(r.choice((3, 12, 24, 35, 55)) * r.random() + 0.5))
    never = r.random() < (0.08 if charge == "consultation" else 0.3)
    parts = r.random() < 0.06 and amount >= LEAST and (TODAY - issued).days > 6
    status = "in instalments" if parts else "paid" if paid <= TODAY and not never else "open"
    invoice = files.add(
        "invoices",
        patient_id=appointment["patient_id"],
        appointment_id=appointment["appointment_id"],
        charge=charge,
        amount_gbp=amount,
        issued_on=str(issued),
        due_on=str(issued + days(TERM)),
        status=status,
        paid_on=str(paid) if status == "paid" else None,
        instalments=min(int(amount // SMALLEST), r.choice((2, 3, 3, 4, 6))) if parts else None,
    )
    if parts:
        _instalments(files, invoice, issued + days(5), r)


def _instalments(files: Files, invoice: Row, agreed: datetime.date, r: random.Random) -> None:
    """Equal parts month by month, the rest in the last one; what is due is mostly paid."""
    count = invoice["instalments"]
    pence = round(invoice["amount_gbp"] * 100)
    for n in range(1, count + 1):
        due = agreed + days(30 * n)
        part = pence // count if n < count else pence - pence // count * (count - 1)
        files.add(
            "instalments",
            invoice_id=invoice["invoice_id"],
            part=n,
            amount_gbp=part / 100,
            due_on=str(due),
            paid_on=str(due - days(r.randrange(4))) if due <= NOW.date() and r.random() < 0.85 else None,
        )
