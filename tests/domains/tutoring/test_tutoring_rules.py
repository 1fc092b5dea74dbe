"""Each rule of the policy: kept, the tool goes through; broken, its own error comes back and nothing has changed. Where a rule has
an edge, the rows stand on it: the last place, the last day, 24 hours and a little.
"""

from domains.tables import Rules, broken, elsewhere, every_guard, kept

# `people`: students with their age today and what is overdue. `now_on`: classes of this autumn with the sessions held. `busy`: when somebody
# is somewhere. `fits`: students and classes they may join, but for what the case adds.
WITH = """
WITH people AS (
  SELECT s.*, 2025 - CAST(substr(born_on, 1, 4) AS INTEGER) - ('10-14' < substr(born_on, 6)) AS age,
    (SELECT total(amount_gbp) FROM invoices i WHERE i.student_id = s.student_id AND i.status = 'open' AND i.due_on < '2025-10-14') AS overdue
  FROM students s
), now_on AS (
  SELECT c.*, o.name AS course, o.youngest, o.oldest, o.builds_on_id, o.stage,
    (SELECT count(*) FROM sessions s WHERE s.class_id = c.class_id AND s.starts_at <= '2025-10-14 10:00') AS held,
    (SELECT count(*) FROM sessions s WHERE s.class_id = c.class_id) AS sessions
  FROM classes c JOIN courses o USING (course_id) WHERE c.status <> 'finished'
), busy AS (
  SELECT e.student_id, s.starts_at, s.ends_at FROM enrolments e JOIN sessions s USING (class_id) WHERE e.status = 'active'
  UNION ALL SELECT l.student_id, o.starts_at, o.ends_at FROM lessons l JOIN slots o USING (slot_id) WHERE l.status = 'booked'
), clashes AS (
  SELECT DISTINCT b.student_id, s.class_id FROM busy b JOIN sessions s ON s.starts_at < b.ends_at AND b.starts_at < s.ends_at
  WHERE s.starts_at > '2025-10-14 10:00'
), inside AS (
  SELECT e.student_id, c.class_id, c.course_id FROM enrolments e JOIN classes c USING (class_id) WHERE e.status = 'active'
), pairs AS (
  SELECT p.student_id, p.age, p.overdue, n.* FROM people p JOIN now_on n ON p.age >= n.youngest AND p.age <= ifnull(n.oldest, 99)
  WHERE p.student_id NOT IN (SELECT student_id FROM inside i WHERE i.course_id = n.course_id)
), free AS (
  SELECT * FROM pairs p WHERE NOT EXISTS (SELECT 1 FROM clashes x WHERE x.student_id = p.student_id AND x.class_id = p.class_id)
), fits AS (
  SELECT * FROM free WHERE overdue = 0 AND builds_on_id IS NULL AND held < 3 AND enrolled < capacity
), seats AS (
  SELECT i.student_id, n.* FROM inside i JOIN now_on n ON n.course_id = i.course_id AND n.class_id <> i.class_id
), coming AS (
  SELECT l.*, t.subject, s.stage, (julianday(l.scheduled_at) - julianday('2025-10-14 10:00')) * 24 AS hours
  FROM lessons l JOIN slots USING (slot_id) JOIN tutors t USING (tutor_id) JOIN students s USING (student_id) WHERE l.status = 'booked'
), hours AS (
  SELECT o.slot_id, o.starts_at, k.ends_at, o.subject, t.teaches_up_to FROM openings o JOIN slots k USING (slot_id) JOIN tutors t USING (tutor_id)
  WHERE o.starts_at > '2025-10-14 12:00'
), credit AS (
  SELECT student_id, max(expires_on) AS until FROM packages WHERE credits_left > 0 GROUP BY student_id
), lessons_to_be AS (
  SELECT p.student_id, p.stage, h.*, date(h.starts_at) AS day, c.until FROM people p JOIN hours h LEFT JOIN credit c USING (student_id)
  WHERE NOT EXISTS (SELECT 1 FROM busy b WHERE b.student_id = p.student_id AND b.starts_at < h.ends_at AND h.starts_at < b.ends_at)
), moves AS (
  SELECT c.lesson_id, c.hours, c.stage, c.student_id, h.* FROM coming c JOIN hours h USING (subject)
), able_moves AS (
  SELECT * FROM moves m WHERE (stage <> 'A level' OR teaches_up_to = 'A level') AND NOT EXISTS (
    SELECT 1 FROM busy b WHERE b.student_id = m.student_id AND b.starts_at < m.ends_at AND m.starts_at < b.ends_at)
), homework AS (SELECT u.student_id, u.assignment_id, u.due_on, u.extra_days FROM submissions u WHERE handed_in_on IS NULL),
missed AS (
  SELECT student_id, session_id, date(starts_at) AS day FROM absences JOIN sessions USING (session_id) WHERE NOT excused
)
"""
_PROOF = "SELECT student_id, born_on, phone, '07700 900999' AS new_phone FROM students WHERE phone IS NOT NULL"
_MARKED = """SELECT p.student_id, p.class_id FROM free p WHERE overdue = 0 AND held < 3 AND enrolled < capacity AND builds_on_id IS NOT NULL AND (
  SELECT max(e.final_mark) FROM enrolments e JOIN classes c USING (class_id) WHERE e.student_id = p.student_id AND c.course_id = p.builds_on_id)"""

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "overdue": (
        "buy_package",
        "SELECT student_id, '5 lessons' AS size FROM people WHERE overdue = 0 AND student_id IN (SELECT student_id FROM invoices WHERE status = 'open' AND due_on = '2025-10-14')",
        "SELECT student_id, '5 lessons' AS size FROM people WHERE student_id IN (SELECT student_id FROM invoices WHERE status = 'open' AND due_on = '2025-10-13')",
        "invoice_overdue",
    ),
    "place_left": (
        "enrol_student",
        "SELECT student_id, class_id FROM fits WHERE enrolled = capacity - 1",
        "SELECT student_id, class_id FROM free WHERE overdue = 0 AND builds_on_id IS NULL AND held < 3 AND enrolled = capacity",
        "class_full",
    ),
    "builds_on": ("enrol_student", f"{_MARKED} = 50", f"{_MARKED} = 49", "prerequisite_missing"),
    "age": (
        "enrol_student",
        "SELECT student_id, class_id FROM fits WHERE age = youngest AND EXISTS (SELECT 1 FROM people p WHERE p.student_id = fits.student_id AND substr(p.born_on, 6) = '10-14')",
        """SELECT p.student_id, n.class_id FROM people p, now_on n WHERE p.age = n.youngest - 1 AND substr(p.born_on, 6) = '10-15' AND p.overdue = 0
           AND n.builds_on_id IS NULL AND n.held < 3 AND n.enrolled < n.capacity AND NOT EXISTS (
             SELECT 1 FROM clashes x WHERE x.student_id = p.student_id AND x.class_id = n.class_id)""",
        "age_limit",
    ),
    "late_joining": (
        "enrol_student",
        "SELECT f.student_id, f.class_id FROM fits f JOIN sessions s ON s.class_id = f.class_id AND s.number = 3 WHERE date(s.starts_at) = '2025-10-14'",
        "SELECT student_id, class_id FROM free WHERE overdue = 0 AND builds_on_id IS NULL AND held = 3 AND enrolled < capacity",
        "too_late_to_join",
    ),
    "two_places": (
        "enrol_student",
        "SELECT student_id, class_id FROM fits WHERE student_id IN (SELECT student_id FROM busy)",
        """SELECT p.student_id, p.class_id FROM pairs p JOIN clashes USING (student_id, class_id) WHERE overdue = 0 AND builds_on_id IS NULL
           AND held < 3 AND enrolled < capacity""",
        "clash",
    ),
    "half_way": (
        "drop_class",
        "SELECT i.student_id, i.class_id FROM inside i JOIN now_on n USING (class_id) WHERE n.held = 4 AND n.sessions = 10",
        "SELECT i.student_id, i.class_id FROM inside i JOIN now_on n USING (class_id) WHERE n.held = 4 AND n.sessions = 8",
        "too_late_to_drop",
    ),
    "credit": (
        "book_lesson",
        "SELECT student_id, slot_id FROM lessons_to_be WHERE until = day AND teaches_up_to = 'A level'",
        "SELECT student_id, slot_id FROM lessons_to_be WHERE until = date(day, '-1 day') AND teaches_up_to = 'A level'",
        "no_credit",
    ),
    "notice": (
        "reschedule_lesson",
        "SELECT lesson_id, slot_id FROM able_moves WHERE hours BETWEEN 24.1 AND 32 ORDER BY hours",
        "SELECT lesson_id, slot_id FROM able_moves WHERE hours BETWEEN 1 AND 23.9 ORDER BY hours DESC",
        "too_late",
    ),
    "tutor_level": (
        "book_lesson",
        "SELECT student_id, slot_id FROM lessons_to_be WHERE until > day AND stage = 'A level' AND teaches_up_to = 'A level'",
        "SELECT student_id, slot_id FROM lessons_to_be WHERE until > day AND stage = 'A level' AND teaches_up_to = 'GCSE'",
        "tutor_level",
    ),
    "extension": (
        "extend_deadline",
        "SELECT student_id, assignment_id, 7 AS days FROM homework WHERE due_on = '2025-10-14' AND extra_days = 0",
        "SELECT student_id, assignment_id, 2 AS days FROM homework WHERE due_on = '2025-10-13' AND extra_days = 0",
        "no_extension",
    ),
    "excuse": (
        "excuse_absence",
        "SELECT student_id, session_id, 'illness' AS reason FROM missed WHERE day = '2025-09-30'",
        "SELECT student_id, session_id, 'illness' AS reason FROM missed WHERE day = '2025-09-29'",
        "not_excusable",
    ),
    "identity": (
        "change_contact",
        _PROOF,
        f"SELECT student_id, date(born_on, '+1 day') AS born_on, phone, new_phone FROM ({_PROOF})",
        "identity_not_confirmed",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and on their other sides.
MORE: list[tuple[str, str, str]] = [
    ("enrol_student", "SELECT student_id, class_id FROM free WHERE overdue > 0 AND builds_on_id IS NULL AND held < 3 AND enrolled < capacity", "invoice_overdue"),
    ("enrol_student", "SELECT student_id, class_id FROM free p WHERE overdue = 0 AND held < 3 AND enrolled < capacity AND builds_on_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM enrolments e JOIN classes c USING (class_id) WHERE e.student_id = p.student_id AND c.course_id = p.builds_on_id)", "prerequisite_missing"),
    ("transfer_seat", "SELECT student_id, class_id FROM seats WHERE held < 3 AND enrolled = capacity", "class_full"),
    ("transfer_seat", "SELECT student_id, class_id FROM seats WHERE held >= 3 AND enrolled < capacity", "too_late_to_join"),
    ("transfer_seat", "SELECT student_id, class_id FROM seats JOIN clashes USING (student_id, class_id) WHERE held < 3 AND enrolled < capacity", "clash"),
    ("join_waiting_list", "SELECT p.student_id, n.class_id FROM people p, now_on n WHERE n.enrolled = n.capacity AND n.held < 3 AND p.age = n.youngest - 1", "age_limit"),
    ("join_waiting_list", "SELECT p.student_id, n.class_id FROM pairs p JOIN now_on n USING (class_id) WHERE n.enrolled = n.capacity AND n.held >= 3", "too_late_to_join"),
    ("book_lesson", "SELECT student_id, slot_id FROM lessons_to_be WHERE until IS NULL AND teaches_up_to = 'A level'", "no_credit"),
    ("book_lesson", "SELECT b.student_id, h.slot_id FROM busy b JOIN hours h ON b.starts_at < h.ends_at AND h.starts_at < b.ends_at JOIN credit c USING (student_id) WHERE c.until > h.starts_at AND h.teaches_up_to = 'A level'", "clash"),
    ("reschedule_lesson", "SELECT m.lesson_id, m.slot_id FROM moves m JOIN busy b USING (student_id) WHERE m.hours > 30 AND b.starts_at < m.ends_at AND m.starts_at < b.ends_at AND m.teaches_up_to = 'A level'", "clash"),
    ("reschedule_lesson", "SELECT lesson_id, slot_id FROM moves m WHERE hours > 30 AND stage = 'A level' AND teaches_up_to = 'GCSE' AND NOT EXISTS (SELECT 1 FROM busy b WHERE b.student_id = m.student_id AND b.starts_at < m.ends_at AND m.starts_at < b.ends_at)", "tutor_level"),
    ("cancel_lesson", "SELECT lesson_id FROM coming WHERE hours BETWEEN 1 AND 23.9", "too_late"),
    ("extend_deadline", "SELECT student_id, assignment_id, 10 AS days FROM homework WHERE due_on > '2025-10-14' AND extra_days = 0", "no_extension"),
    ("extend_deadline", "SELECT student_id, assignment_id, 2 AS days FROM homework WHERE due_on > '2025-10-14' AND extra_days > 0", "no_extension"),
    ("excuse_absence", "SELECT student_id, session_id, 'holiday' AS reason FROM missed WHERE day > '2025-10-01'", "not_excusable"),
    ("change_contact", f"SELECT student_id, born_on, '07700 000000' AS phone, new_phone FROM ({_PROOF})", "identity_not_confirmed"),
    ("change_contact", "SELECT student_id, born_on, '07700 900000' AS phone, '07700 900999' AS new_phone FROM students WHERE phone IS NULL", "identity_not_confirmed"),
]  # fmt: skip

RULES = Rules(CASES, MORE, WITH, judged=("confirm", "wellbeing"))
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)
