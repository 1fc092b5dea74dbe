"""The tuition centre's rows: whole, and nowhere at odds with themselves or with the centre's own rules."""

from domains.tables import never, there_are

NOW, TODAY = "2025-10-14 10:00:00", "2025-10-14"
_AGE = "CAST(substr({day}, 1, 4) AS INTEGER) - CAST(substr(born_on, 1, 4) AS INTEGER) - (substr({day}, 6, 5) < substr(born_on, 6))"
_BUSY = """
  SELECT e.student_id, 's' || s.session_id AS what, s.starts_at, s.ends_at FROM enrolments e JOIN sessions s USING (class_id) WHERE e.status = 'active'
  UNION ALL SELECT l.student_id, 'l' || l.lesson_id, o.starts_at, o.ends_at FROM lessons l JOIN slots o USING (slot_id) WHERE l.status <> 'cancelled'"""

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "places that do not add up": """
        SELECT 1 FROM classes c WHERE enrolled <> (SELECT count(*) FROM enrolments e WHERE e.class_id = c.class_id AND e.status <> 'dropped')""",
    "a slot that is taken by nobody, or free with a lesson in it": """
        SELECT 1 FROM slots s WHERE taken <> EXISTS (SELECT 1 FROM lessons l WHERE l.slot_id = s.slot_id AND l.status <> 'cancelled')""",
    "a student in two places": f"""
        SELECT 1 FROM ({_BUSY}) a JOIN ({_BUSY}) b USING (student_id) WHERE a.what < b.what AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "a tutor in two places": """
        WITH work AS (
          SELECT tutor_id, 's' || session_id AS what, starts_at, ends_at FROM sessions JOIN classes USING (class_id)
          UNION ALL SELECT tutor_id, 'l' || slot_id, starts_at, ends_at FROM slots)
        SELECT 1 FROM work a JOIN work b USING (tutor_id) WHERE a.what < b.what AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "two classes in one room": """
        WITH held AS (SELECT room, session_id, starts_at, ends_at FROM sessions JOIN classes USING (class_id))
        SELECT 1 FROM held a JOIN held b USING (room) WHERE a.session_id < b.session_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "a tutor who teaches another subject, or not that high": """
        SELECT 1 FROM classes JOIN courses c USING (course_id) JOIN tutors t USING (tutor_id)
        WHERE c.subject <> t.subject OR (c.stage = 'A level' AND t.teaches_up_to <> 'A level')""",
    "an A-level student with a tutor who does not teach that high": """
        SELECT 1 FROM lessons JOIN students s USING (student_id) JOIN slots USING (slot_id) JOIN tutors t USING (tutor_id)
        WHERE s.stage = 'A level' AND t.teaches_up_to <> 'A level'""",
    "a session on another weekday or at another time than its class": """
        SELECT 1 FROM sessions JOIN classes c USING (class_id) WHERE substr(starts_at, 12, 5) <> begins_at
          OR weekday <> substr('Sunday   Monday   Tuesday  WednesdayThursday Friday   Saturday', 1 + 9 * strftime('%w', starts_at), length(weekday))""",
    "a session at half-term": "SELECT 1 FROM sessions WHERE starts_at BETWEEN '2025-10-27' AND '2025-11-02'",
    "a class that is not as far as its status says": f"""
        SELECT 1 FROM classes c WHERE status <> CASE WHEN last_session_on < '{TODAY}' THEN 'finished' WHEN EXISTS (
          SELECT 1 FROM sessions s WHERE s.class_id = c.class_id AND s.starts_at < '{NOW}') THEN 'running' ELSE 'planned' END""",
    "somebody too young or too old on the day of enrolling or the first session": f"""
        SELECT 1 FROM enrolments JOIN students USING (student_id) JOIN classes USING (class_id) JOIN courses o USING (course_id)
        WHERE {_AGE.format(day="min(first_session_on, '2025-10-14')")} NOT BETWEEN youngest AND ifnull(oldest, 99)""",
    "a course begun without the one it builds on": """
        SELECT 1 FROM enrolments e JOIN classes c USING (class_id) JOIN courses o USING (course_id) WHERE builds_on_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM enrolments f JOIN classes d USING (class_id)
          WHERE f.student_id = e.student_id AND d.course_id = o.builds_on_id AND f.final_mark >= 50)""",
    "two places in one course": """
        SELECT 1 FROM enrolments JOIN classes USING (class_id) WHERE enrolments.status = 'active' GROUP BY student_id, course_id HAVING count(*) > 1""",
    "somebody who joined after the third session began": """
        SELECT 1 FROM enrolments JOIN sessions s USING (class_id) WHERE s.number = 3 AND s.starts_at < enrolled_at""",
    "something done before the student registered": """
        SELECT 1 FROM students s WHERE registered_on > (
          SELECT min(at) FROM (SELECT enrolled_at AS at, student_id FROM enrolments UNION ALL SELECT booked_at, student_id FROM lessons
            UNION ALL SELECT bought_on, student_id FROM packages UNION ALL SELECT joined_at, student_id FROM waiting_list
            UNION ALL SELECT opened_at, student_id FROM handovers) x WHERE x.student_id = s.student_id)""",
    "a minor's guardian of a grown-up": f"SELECT 1 FROM students WHERE guardian_id IS NOT NULL AND born_on <= date('{TODAY}', '-18 years')",
    "a register entry without a place in the class": """
        SELECT 1 FROM attendance JOIN enrolments e USING (enrolment_id) JOIN sessions s USING (session_id) WHERE e.class_id <> s.class_id""",
    "a register kept before the session": f"SELECT 1 FROM attendance JOIN sessions USING (session_id) WHERE starts_at > '{NOW}'",
    "homework of somebody who is not in the class": """
        SELECT 1 FROM submissions u JOIN assignments a USING (assignment_id) WHERE NOT EXISTS (
          SELECT 1 FROM enrolments e WHERE e.student_id = u.student_id AND e.class_id = a.class_id)""",
    "homework handed in before it was set": """
        SELECT 1 FROM submissions u JOIN assignments a USING (assignment_id) WHERE handed_in_on < set_on OR u.due_on <= set_on""",
    "a lesson at another time than its hour": "SELECT 1 FROM lessons JOIN slots USING (slot_id) WHERE scheduled_at <> starts_at",
    "a lesson paid by somebody else, or after the credits expired": """
        SELECT 1 FROM lessons l JOIN packages p USING (package_id) WHERE l.student_id <> p.student_id OR date(scheduled_at) > expires_on""",
    "credits that do not add up": """
        SELECT 1 FROM packages p JOIN lessons l USING (package_id) GROUP BY package_id
        HAVING credits - credits_left <> sum(l.status <> 'cancelled')""",
    "a lesson taken that is still to come": f"SELECT 1 FROM lessons WHERE (scheduled_at > '{NOW}') <> (status = 'booked') AND status <> 'cancelled'",
    "an invoice that is not for its fee or price": """
        SELECT 1 FROM invoices i LEFT JOIN enrolments e USING (enrolment_id) LEFT JOIN packages p USING (package_id)
        WHERE amount_gbp <> ifnull(e.fee_gbp, p.price_gbp) OR i.student_id <> ifnull(e.student_id, p.student_id)""",
    "a waiting list of a class with places": """
        SELECT 1 FROM waiting_list w JOIN classes c USING (class_id) WHERE enrolled < capacity""",
    "somebody waiting for a class they are in": """
        SELECT 1 FROM waiting_list w JOIN enrolments e USING (student_id, class_id) WHERE w.status = 'waiting' AND e.status = 'active'""",
    "two open hours or lessons that are called alike": "SELECT 1 FROM slots GROUP BY name HAVING count(*) > 1",
    "two assignments that are called alike": "SELECT 1 FROM assignments GROUP BY title HAVING count(*) > 1",
    "something in the two hours after the end": f"""
        SELECT 1 FROM (SELECT starts_at FROM sessions UNION ALL SELECT starts_at FROM slots) WHERE starts_at BETWEEN '{NOW}' AND '{TODAY} 12:00'""",
}  # fmt: skip

# What must be there for people to talk about, the edges of the rules above all.
EDGE_CASES = {
    "namesakes": (20, "SELECT 1 FROM students GROUP BY first_name, last_name HAVING count(*) > 1"),
    "students without a telephone number": (60, "SELECT 1 FROM students WHERE phone IS NULL"),
    "students old enough to speak for themselves": (200, f"SELECT 1 FROM students WHERE born_on <= date('{TODAY}', '-16 years')"),
    "minors without a guardian on file": (3, f"SELECT 1 FROM students WHERE born_on > date('{TODAY}', '-18 years') AND guardian_id IS NULL"),
    "brothers and sisters": (15, "SELECT 1 FROM students GROUP BY guardian_id HAVING guardian_id IS NOT NULL AND count(*) > 1"),
    "classes with one place left": (10, "SELECT 1 FROM class_options WHERE places_left = 1"),
    "classes that are full": (8, "SELECT 1 FROM class_options WHERE places_left = 0"),
    "classes whose third session is today": (4, f"SELECT 1 FROM sessions WHERE number = 3 AND date(starts_at) = '{TODAY}'"),
    "classes whose third session was yesterday": (3, f"SELECT 1 FROM sessions WHERE number = 3 AND date(starts_at) = date('{TODAY}', '-1 day')"),
    "final marks of exactly 50": (3, "SELECT 1 FROM enrolments WHERE final_mark = 50"),
    "final marks of 49": (3, "SELECT 1 FROM enrolments WHERE final_mark = 49"),
    "invoices overdue": (15, f"SELECT 1 FROM invoices WHERE status = 'open' AND due_on < '{TODAY}'"),
    "invoices due today": (3, f"SELECT 1 FROM invoices WHERE status = 'open' AND due_on = '{TODAY}'"),
    "lessons within the next 24 hours": (4, f"SELECT 1 FROM lessons WHERE status = 'booked' AND scheduled_at < datetime('{NOW}', '+24 hours')"),
    "lessons just beyond them": (2, f"""
        SELECT 1 FROM lessons WHERE status = 'booked' AND scheduled_at BETWEEN datetime('{NOW}', '+24 hours') AND datetime('{NOW}', '+32 hours')"""),
    "last credits": (8, "SELECT 1 FROM packages WHERE credits_left = 1"),
    "packages used up": (15, "SELECT 1 FROM packages WHERE credits_left = 0"),
    "credits that expire within a week": (6, f"SELECT 1 FROM packages WHERE credits_left > 0 AND expires_on BETWEEN '{TODAY}' AND date('{TODAY}', '+7 days')"),
    "deadlines today": (6, f"SELECT 1 FROM submissions WHERE handed_in_on IS NULL AND due_on = '{TODAY}'"),
    "deadlines missed yesterday": (3, f"SELECT 1 FROM submissions WHERE handed_in_on IS NULL AND due_on = date('{TODAY}', '-1 day')"),
    "deadlines put off before": (10, "SELECT 1 FROM submissions WHERE extra_days > 0"),
    "absences fourteen days ago": (1, f"SELECT 1 FROM absences WHERE missed_on = date('{TODAY}', '-14 days') AND NOT excused"),
    "absences fifteen days ago": (1, f"SELECT 1 FROM absences WHERE missed_on = date('{TODAY}', '-15 days') AND NOT excused"),
    "names beyond ASCII": (8, "SELECT 1 FROM students WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
