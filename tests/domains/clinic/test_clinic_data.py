"""The clinic's rows: whole, and nowhere at odds with themselves or with the clinic's own rules."""

from domains.tables import never, there_are

NOW, TODAY = "2025-09-11 10:00:00", "2025-09-11"
_AGE = "CAST(substr({day}, 1, 4) AS INTEGER) - CAST(substr(born_on, 1, 4) AS INTEGER) - (substr({day}, 6, 5) < substr(born_on, 6))"
_VISITS = """
  SELECT a.*, c.specialty, s.capacity, t.referral_needed, t.youngest, t.oldest FROM appointments a JOIN slots s USING (slot_id)
    JOIN rota USING (rota_id) JOIN clinicians c USING (clinician_id) JOIN specialties t USING (specialty)"""

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "an appointment at another time than its slot": "SELECT 1 FROM appointments a JOIN slots s USING (slot_id) WHERE a.scheduled_at <> s.scheduled_at",
    "places that do not add up": """
        SELECT 1 FROM slots s WHERE booked <> (SELECT count(*) FROM appointments a WHERE a.slot_id = s.slot_id AND a.status <> 'cancelled')""",
    "an appointment in a closed slot": "SELECT 1 FROM appointments JOIN slots s USING (slot_id) WHERE s.status = 'closed'",
    "something attended that is still to come": f"SELECT 1 FROM appointments WHERE status IN ('attended', 'missed') AND scheduled_at >= '{NOW}'",
    "something booked that is over": f"SELECT 1 FROM appointments WHERE status = 'booked' AND scheduled_at < '{NOW}'",
    "an open slot that is over": f"SELECT 1 FROM slots WHERE status = 'open' AND scheduled_at < '{NOW}'",
    "a patient in two places": "SELECT 1 FROM appointments WHERE status <> 'cancelled' GROUP BY patient_id, scheduled_at HAVING count(*) > 1",
    "an appointment before the patient registered": "SELECT 1 FROM appointments JOIN patients USING (patient_id) WHERE booked_at < registered_on",
    "a booking after the visit": "SELECT 1 FROM appointments WHERE booked_at >= scheduled_at OR cancelled_at > scheduled_at",
    "two coming appointments in one specialty": f"""
        SELECT 1 FROM ({_VISITS}) WHERE status = 'booked' GROUP BY patient_id, specialty HAVING count(*) > 1""",
    "somebody too young or too old": f"""
        SELECT 1 FROM ({_VISITS}) v JOIN patients USING (patient_id)
        WHERE {_AGE.format(day="scheduled_at")} < youngest OR {_AGE.format(day="scheduled_at")} > ifnull(oldest, 200)""",
    "a first visit after one that was attended": f"""
        SELECT 1 FROM ({_VISITS}) v WHERE (visit = 'follow-up') <> EXISTS (
          SELECT 1 FROM ({_VISITS}) w WHERE w.patient_id = v.patient_id AND w.specialty = v.specialty AND w.status = 'attended'
            AND w.scheduled_at < v.scheduled_at)""",
    "a first visit that nobody referred to": f"""
        SELECT 1 FROM ({_VISITS}) v WHERE visit = 'first visit' AND referral_needed AND status <> 'cancelled' AND NOT EXISTS (
          SELECT 1 FROM referrals r WHERE r.patient_id = v.patient_id AND r.specialty = v.specialty AND r.status = 'used'
            AND r.issued_on < v.booked_at AND r.expires_on >= date(v.scheduled_at))""",
    "a late cancellation that nobody decided on": """
        SELECT 1 FROM appointments WHERE (late_fee IS NOT NULL) <>
          (status = 'cancelled' AND julianday(scheduled_at) - julianday(cancelled_at) < 1)""",
    "an invoice for a visit that did not take place": """
        SELECT 1 FROM invoices i JOIN appointments a USING (appointment_id) WHERE i.patient_id <> a.patient_id OR a.status <>
          CASE charge WHEN 'consultation' THEN 'attended' WHEN 'missed appointment' THEN 'missed' ELSE 'cancelled' END""",
    "a patient with a plan who is asked to pay for a visit": """
        SELECT 1 FROM invoices JOIN patients USING (patient_id) WHERE charge = 'consultation' AND plan_id IS NOT NULL""",
    "instalments that do not add up": """
        SELECT 1 FROM invoices i WHERE instalments IS NOT NULL AND (amount_gbp, instalments) <>
          (SELECT round(sum(amount_gbp), 2), count(*) FROM instalments p WHERE p.invoice_id = i.invoice_id)""",
    "instalments against the rule": "SELECT 1 FROM invoices WHERE instalments IS NOT NULL AND (amount_gbp < 60 OR amount_gbp / instalments < 20)",
    "a guardian of somebody grown up, or more than two": f"""
        SELECT 1 FROM guardians JOIN patients USING (patient_id) GROUP BY patient_id
        HAVING count(*) > 2 OR {_AGE.format(day=f"'{TODAY}'")} >= 18""",
    "an authorisation that no plan asks for": """
        SELECT 1 FROM authorisations JOIN patients USING (patient_id) LEFT JOIN plans USING (plan_id) WHERE authorisation_needed IS NOT 1""",
    "the right doctor's wrong papers": "SELECT 1 FROM prescriptions JOIN clinicians USING (clinician_id) WHERE specialty <> 'general practice'",
    "a reminder of what was called off before": """
        SELECT 1 FROM reminders JOIN appointments USING (appointment_id) WHERE cancelled_at < sent_at OR sent_at >= scheduled_at""",
    "two colleagues in one room": """
        SELECT 1 FROM rota GROUP BY room, weekday, half HAVING count(*) > 1""",
    "an urgent matter with the wrong team": "SELECT 1 FROM handovers WHERE (reason IN ('urgent symptom', 'medical question')) <> (team = 'duty nurse')",
}  # fmt: skip

# What must be there for people to talk about, the edges of the rules above all.
EDGE_CASES = {
    "namesakes whom only the date of birth tells apart": (2, "SELECT 1 FROM patients GROUP BY first_name, last_name, city HAVING count(*) > 1"),
    "patients without a telephone number": (20, "SELECT 1 FROM patients WHERE phone IS NULL"),
    "children without a guardian on file": (3, f"""
        SELECT 1 FROM patients WHERE born_on > date('{TODAY}', '-16 years') AND patient_id NOT IN (SELECT patient_id FROM guardians)"""),
    "birthdays within the weeks ahead that change where they may go": (4, f"""
        SELECT 1 FROM patients WHERE born_on BETWEEN date('{TODAY}', '-16 years') AND date('{TODAY}', '-16 years', '+35 days')
          OR born_on BETWEEN date('{TODAY}', '-18 years') AND date('{TODAY}', '-18 years', '+35 days')"""),
    "group slots with one place left": (3, "SELECT 1 FROM slots WHERE status = 'open' AND capacity > 1 AND booked = capacity - 1"),
    "group slots that are full": (1, "SELECT 1 FROM slots WHERE status = 'open' AND capacity > 1 AND booked = capacity"),
    "appointments within the next 24 hours": (10, f"""
        SELECT 1 FROM appointments WHERE status = 'booked' AND scheduled_at < datetime('{NOW}', '+24 hours')"""),
    "appointments just beyond them": (3, f"""
        SELECT 1 FROM appointments WHERE status = 'booked' AND scheduled_at BETWEEN datetime('{NOW}', '+24 hours') AND datetime('{NOW}', '+27 hours')"""),
    "prescriptions whose review is due today": (3, f"SELECT 1 FROM prescriptions WHERE review_due_on = '{TODAY}' AND NOT controlled"),
    "prescriptions whose review was due yesterday": (3, f"SELECT 1 FROM prescriptions WHERE review_due_on = date('{TODAY}', '-1 day')"),
    "supplies on the first day of renewal": (3, f"SELECT 1 FROM prescriptions WHERE date(last_issued_on, (supply_days - 7) || ' days') = '{TODAY}'"),
    "supplies a day short of it": (3, f"SELECT 1 FROM prescriptions WHERE date(last_issued_on, (supply_days - 8) || ' days') = '{TODAY}'"),
    "controlled medicines": (10, "SELECT 1 FROM prescriptions WHERE controlled"),
    "referrals that run out within four weeks": (10, f"""
        SELECT 1 FROM referrals WHERE status = 'open' AND expires_on BETWEEN '{TODAY}' AND date('{TODAY}', '+28 days')"""),
    "authorisations on their last visit": (3, "SELECT 1 FROM authorisations WHERE status = 'approved' AND visits_used = visits_approved - 1"),
    "authorisations used up": (3, "SELECT 1 FROM authorisations WHERE status = 'approved' AND visits_used = visits_approved"),
    "open invoices of exactly 60 pounds": (2, "SELECT 1 FROM invoices WHERE status = 'open' AND amount_gbp = 60"),
    "specialties without an opening for two weeks": (2, f"""
        SELECT 1 FROM specialties WHERE specialty NOT IN (
          SELECT specialty FROM openings WHERE scheduled_at BETWEEN '{NOW}' AND datetime('{NOW}', '+14 days'))"""),
    "names beyond ASCII": (10, "SELECT 1 FROM patients WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
