"""Each rule of the policy: kept, the tool goes through; broken, its own error comes back and nothing has changed. Where a rule has
an edge, the rows stand on it: the last place, the last day, 24 hours and a little.
"""

from domains.tables import Rules, broken, elsewhere, every_guard, kept

# `people`: patients with their age today. `free`: openings to come with what their specialty asks. `coming`: booked appointments.
# `able`: patients with an opening that no rule speaks against, but for what the case adds.
WITH = """
WITH people AS (
  SELECT p.*, 2025 - CAST(substr(born_on, 1, 4) AS INTEGER) - ('09-11' < substr(born_on, 6)) AS age, ifnull(l.authorisation_needed, 0) AS strict
  FROM patients p LEFT JOIN plans l USING (plan_id)
), free AS (
  SELECT o.*, date(o.scheduled_at) AS day, s.capacity, t.referral_needed, t.youngest, t.oldest
  FROM openings o JOIN slots s USING (slot_id) JOIN specialties t USING (specialty) WHERE o.scheduled_at > '2025-09-11 12:00'
), visits AS (
  SELECT a.*, c.specialty FROM appointments a JOIN slots USING (slot_id) JOIN rota USING (rota_id) JOIN clinicians c USING (clinician_id)
), coming AS (
  SELECT v.*, (julianday(v.scheduled_at) - julianday('2025-09-11 10:00')) * 24 AS hours FROM visits v WHERE status = 'booked'
), open_referrals AS (
  SELECT r.* FROM referrals r WHERE status = 'open'
    AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = r.patient_id AND v.specialty = r.specialty AND v.status IN ('attended', 'booked'))
), able AS (
  SELECT p.patient_id, p.age, p.strict, f.slot_id, f.specialty, f.day, f.youngest, f.places_left, f.capacity FROM people p JOIN free f
  WHERE p.age BETWEEN 18 AND 80 AND NOT f.referral_needed AND f.specialty <> 'paediatrics'
    AND NOT EXISTS (SELECT 1 FROM coming c WHERE c.patient_id = p.patient_id AND (c.specialty = f.specialty OR c.scheduled_at = f.scheduled_at))
)
"""
_REFERRED = """FROM open_referrals r JOIN people p USING (patient_id) JOIN free f USING (specialty) WHERE p.age BETWEEN 18 AND 80
  AND NOT EXISTS (SELECT 1 FROM coming c WHERE c.patient_id = p.patient_id AND c.scheduled_at = f.scheduled_at)"""
_AUTHORISED = f"""
  SELECT p.patient_id, f.slot_id {_REFERRED} AND r.expires_on >= f.day AND p.strict AND (
    SELECT total(visits_approved - visits_used) FROM authorisations a
    WHERE a.patient_id = p.patient_id AND a.specialty = f.specialty AND a.status = 'approved' AND a.expires_on >= f.day)"""
_DUE = "SELECT prescription_id FROM prescriptions WHERE NOT controlled AND review_due_on"
_PROOF = "SELECT patient_id, born_on, phone, '07700 900999' AS new_phone FROM patients WHERE phone IS NOT NULL"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "identity": (
        "change_contact",
        _PROOF,
        f"SELECT patient_id, date(born_on, '+1 day') AS born_on, phone, new_phone FROM ({_PROOF})",
        "identity_not_confirmed",
    ),
    "place_left": (
        "book_appointment",
        "SELECT patient_id, slot_id FROM able WHERE capacity > 1 AND places_left = 1",
        """SELECT p.patient_id, s.slot_id FROM people p, slots s JOIN rota USING (rota_id) JOIN clinicians c USING (clinician_id)
           WHERE s.status = 'open' AND s.booked = s.capacity AND s.capacity > 1 AND p.age > 20 AND NOT EXISTS (
             SELECT 1 FROM coming c2 WHERE c2.patient_id = p.patient_id)""",
        "slot_full",
    ),
    "referral": (
        "book_appointment",
        f"SELECT p.patient_id, f.slot_id {_REFERRED} AND NOT p.strict AND r.expires_on >= f.day ORDER BY r.expires_on = f.day DESC",
        f"""SELECT p.patient_id, f.slot_id {_REFERRED} AND NOT p.strict AND r.expires_on < f.day
            AND (SELECT count(*) FROM open_referrals o WHERE o.patient_id = p.patient_id) = 1 ORDER BY r.expires_on = date(f.day, '-1 day') DESC""",
        "referral_needed",
    ),
    "authorisation": ("book_appointment", f"{_AUTHORISED} = 1", f"{_AUTHORISED} = 0", "authorisation_needed"),
    "age": (
        "book_appointment",
        """SELECT p.patient_id, f.slot_id FROM people p, free f WHERE f.specialty = 'podiatry' AND p.age = 15 AND date(p.born_on, '+16 years') <= f.day
           AND p.patient_id NOT IN (SELECT patient_id FROM coming) ORDER BY f.day""",
        """SELECT p.patient_id, f.slot_id FROM people p, free f WHERE f.specialty = 'podiatry' AND p.age = 15 AND date(p.born_on, '+16 years') > f.day
           AND p.patient_id NOT IN (SELECT patient_id FROM coming) ORDER BY f.day DESC""",
        "age_limit",
    ),
    "guardian_on_file": (
        "book_appointment",
        """SELECT p.patient_id, f.slot_id FROM people p, free f WHERE f.specialty = 'paediatrics' AND p.age < 14
           AND p.patient_id IN (SELECT patient_id FROM guardians) AND p.patient_id NOT IN (SELECT patient_id FROM coming)""",
        """SELECT p.patient_id, f.slot_id FROM people p, free f WHERE f.specialty = 'paediatrics' AND p.age < 14
           AND p.patient_id NOT IN (SELECT patient_id FROM guardians) AND p.patient_id NOT IN (SELECT patient_id FROM coming)""",
        "guardian_needed",
    ),
    "one_coming": (
        "book_appointment",
        "SELECT patient_id, slot_id FROM able WHERE patient_id IN (SELECT patient_id FROM coming)",
        """SELECT c.patient_id, f.slot_id FROM coming c JOIN free f USING (specialty) JOIN people p USING (patient_id)
           WHERE p.age > 20 AND f.specialty = 'general practice' AND f.scheduled_at <> c.scheduled_at""",
        "already_booked",
    ),
    "notice_to_move": (
        "reschedule_appointment",
        "SELECT c.appointment_id, f.slot_id FROM coming c JOIN free f USING (specialty) WHERE c.hours > 24.1 ORDER BY c.hours",
        "SELECT c.appointment_id, f.slot_id FROM coming c JOIN free f USING (specialty) WHERE c.hours BETWEEN 1 AND 23.9 ORDER BY c.hours DESC",
        "too_late",
    ),
    "late_fee": (
        "cancel_appointment",
        "SELECT appointment_id, 'accepted' AS late_fee FROM coming WHERE hours BETWEEN 1 AND 23.9",
        "SELECT appointment_id FROM coming WHERE hours BETWEEN 1 AND 23.9 ORDER BY hours DESC",
        "fee_not_accepted",
    ),
    "renewal_window": (
        "renew_prescription",
        f"{_DUE} = '2025-09-11'",
        f"{_DUE} = '2025-09-10'",
        "outside_renewal_window",
    ),
    "controlled": (
        "renew_prescription",
        f"{_DUE} > '2025-09-11' AND date(last_issued_on, (supply_days - 7) || ' days') = '2025-09-11'",
        "SELECT prescription_id FROM prescriptions WHERE controlled AND date(last_issued_on, (supply_days - 7) || ' days') <= '2025-09-11' AND review_due_on > '2025-09-11'",
        "controlled_medicine",
    ),
    "instalments": (
        "set_up_payment_plan",
        "SELECT invoice_id, 3 AS instalments FROM invoices WHERE status = 'open' AND amount_gbp = 60",
        "SELECT invoice_id, 4 AS instalments FROM invoices WHERE status = 'open' AND amount_gbp = 60",
        "payment_plan_refused",
    ),
    "minors_only": (
        "add_guardian",
        "SELECT patient_id, 'Ottilie Frayne' AS name, 'grandparent' AS relationship FROM people WHERE age = 17",
        "SELECT patient_id, 'Ottilie Frayne' AS name, 'grandparent' AS relationship FROM people WHERE age = 18",
        "guardian_not_possible",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and on their other sides.
MORE: list[tuple[str, str, str]] = [
    ("reschedule_appointment", """SELECT c.appointment_id, s.slot_id FROM coming c JOIN slots s ON s.booked = s.capacity AND s.slot_id <> c.slot_id
        JOIN rota USING (rota_id) JOIN clinicians d USING (clinician_id) WHERE s.status = 'open' AND c.specialty = d.specialty
          AND c.hours > 48 AND s.scheduled_at > '2025-09-12'""", "slot_full"),
    ("join_waiting_list", "SELECT patient_id, 'psychology' AS specialty FROM people WHERE age = 17", "age_limit"),
    ("change_contact", f"SELECT patient_id, born_on, '07700 900000' AS phone, new_phone FROM ({_PROOF})", "identity_not_confirmed"),
    ("change_contact", """SELECT patient_id, born_on, '07700 900000' AS phone, '07700 900999' AS new_phone FROM patients
        WHERE phone IS NULL""", "identity_not_confirmed"),
    ("renew_prescription", f"{_DUE} > '2025-10-01' AND date(last_issued_on, (supply_days - 7) || ' days') = '2025-09-12'", "outside_renewal_window"),
    ("set_up_payment_plan", "SELECT invoice_id, 2 AS instalments FROM invoices WHERE status = 'open' AND amount_gbp = 59", "payment_plan_refused"),
    ("book_appointment", """SELECT p.patient_id, f.slot_id FROM people p, free f WHERE f.specialty = 'paediatrics' AND p.age = 16""", "age_limit"),
    ("add_guardian", """SELECT patient_id, 'Ottilie Frayne' AS name, 'grandparent' AS relationship FROM guardians
        GROUP BY patient_id HAVING count(*) = 2""", "guardian_not_possible"),
]  # fmt: skip

RULES = Rules(CASES, MORE, WITH, judged=("confirm", "no_medical_advice"))
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)
