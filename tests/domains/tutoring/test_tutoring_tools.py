"""The tuition centre's tools: what they find, what they change, and that results are what they promise."""

import pytest

from domains.desk import Ask, Do, refusal
from duologue.environment import SqliteSession
from duologue.sources import Source

# Places in classes that began before the term was half over, with what came of the invoice.
PLACE = """
  SELECT e.student_id, c.class_id, c.name, e.fee_gbp, i.invoice_id, i.status, o.session_price_gbp AS price,
    sum(s.starts_at <= '2025-10-14 10:00') AS held, count(*) AS sessions
  FROM enrolments e JOIN classes c USING (class_id) JOIN courses o USING (course_id) JOIN invoices i USING (enrolment_id) JOIN sessions s USING (class_id)
  WHERE e.status = 'active' GROUP BY e.enrolment_id HAVING held {held} AND held * 2 < sessions AND i.status = '{status}' ORDER BY e.enrolment_id LIMIT 1"""
# Lessons to come with an hour of the same tutor that the student could have instead.
MOVE = """
  SELECT l.lesson_id, l.title, l.student_id, l.slot_id AS old_slot_id, l.package_id, n.slot_id, n.starts_at, n.name FROM lessons l
    JOIN slots s USING (slot_id) JOIN slots n ON n.tutor_id = s.tutor_id AND NOT n.taken
  WHERE l.status = 'booked' AND l.scheduled_at > '2025-10-16' AND n.starts_at > '2025-10-16' AND NOT EXISTS (
    SELECT 1 FROM enrolments e JOIN sessions b USING (class_id) WHERE e.student_id = l.student_id AND e.status = 'active'
      AND b.starts_at < n.ends_at AND n.starts_at < b.ends_at)
  ORDER BY n.starts_at, l.lesson_id LIMIT 1"""


def test_a_place_is_found_booked_and_given_up_again(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Callum Reid the elder begins to learn something, and thinks better of it before the first session."""
    reids = {s["birth_year"]: s["student_id"] for s in do("find_student", name="callum reid")["rows"]}
    callum = reids[1989]
    file = do("get_student", student_id=callum)
    assert (file["student"], file["stage"], file["guardian"]) == ("Callum Reid", "adult", None)
    assert not {"phone", "born_on", "email"} & file.keys()

    options = do("list_class_options", student_id=callum)["rows"]
    assert 0 < len(options) <= 10
    assert all(o["sessions_left"] > 0 for o in options)
    assert {0, 1} <= {o["places_left"] for o in options}
    wish = next(o for o in options if o["class"] == "Spanish for Beginners on Saturdays at 09:30")
    price = ask("SELECT session_price_gbp AS price FROM courses WHERE name = 'Spanish for Beginners'")[0]["price"]
    assert wish["fee_to_join_gbp"] == price * wish["sessions_left"]

    place = do("enrol_student", student_id=callum, class_id=wish["class_id"])
    assert (place["fee_gbp"], place["payable_by"]) == (wish["fee_to_join_gbp"], "2025-10-28")
    assert place["next_session_at"] == wish["next_session_at"] == "2025-10-18 09:30:00"
    mine = do("list_enrolments", student_id=callum, enrolment_status="active")["rows"]
    own = next(e for e in mine if e["own_class_id"] == wish["class_id"])
    assert (own["sessions_held"], own["back_if_dropped_gbp"]) == (0, place["fee_gbp"])
    again = {"student_id": callum, "class_id": wish["class_id"]}
    assert refusal(session, "enrol_student", **again) == "already_enrolled"
    assert wish["class"] not in {o["class"] for o in do("list_class_options", student_id=callum)["rows"]}
    found = do("find_classes", subject="spanish", weekday="Saturday")["rows"]
    assert [c["class"] for c in found] == [wish["class"]]
    assert (found[0]["ages"], found[0]["builds_on"]) == ("from 16", None)
    assert found[0]["places_left"] == wish["places_left"] - 1

    gone = do("drop_class", **again)
    assert (gone["enrolment_status"], gone["given_back_gbp"]) == ("dropped", place["fee_gbp"])
    assert gone["invoice_status"] == "void"
    assert refusal(session, "drop_class", **again) == "not_found"


@pytest.mark.parametrize("status", ["paid", "open"])
def test_later_half_the_price_of_the_sessions_left_is_given_back(do: Do, ask: Ask, status: str) -> None:
    place = ask(PLACE.format(held="> 0", status=status))[0]
    back = round((place["sessions"] - place["held"]) * place["price"] / 2, 2)
    listed = do("list_enrolments", student_id=place["student_id"])["rows"]
    assert next(e["back_if_dropped_gbp"] for e in listed if e["own_class_id"] == place["class_id"]) == back
    gone = do("drop_class", student_id=place["student_id"], class_id=place["class_id"])
    assert (gone["given_back_gbp"], gone["invoice_status"]) == (back, status)


def test_a_seat_moves_within_its_course(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = ask("""
        SELECT e.student_id, c.class_id FROM enrolments e JOIN classes c USING (class_id)
        WHERE c.name = 'AS Maths on Mondays at 18:30' AND e.status = 'active' AND e.student_id NOT IN (
          SELECT student_id FROM enrolments JOIN classes USING (class_id) WHERE weekday = 'Saturday' AND enrolments.status = 'active') AND e.student_id NOT IN (
          SELECT student_id FROM lessons WHERE status = 'booked' AND strftime('%w', scheduled_at) = '6') LIMIT 1""")[0]
    options = {o["class"]: o for o in do("list_class_options", student_id=who["student_id"])["rows"]}
    to = options["AS Maths on Saturdays at 13:00"]
    moved = do("transfer_seat", student_id=who["student_id"], class_id=to["class_id"])
    assert (moved["class"], moved["next_session_at"]) == ("AS Maths on Saturdays at 13:00", "2025-10-18 13:00:00")
    again = do("list_class_options", student_id=who["student_id"])["rows"]
    assert who["class_id"] in {o["class_id"] for o in again}
    assert refusal(session, "transfer_seat", student_id=who["student_id"], class_id=to["class_id"]) == "unchanged"


def test_waiting_for_what_is_full(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = ask("""SELECT student_id FROM students WHERE stage = 'adult' AND student_id NOT IN (SELECT student_id FROM waiting_list)
        AND student_id NOT IN (SELECT student_id FROM enrolments) LIMIT 1""")[0]["student_id"]
    options = do("list_class_options", student_id=who)["rows"]
    full, free = (next(o["class_id"] for o in options if (o["places_left"] > 0) is left) for left in (False, True))
    waiting = ask(f"SELECT count(*) AS n FROM waiting_list WHERE class_id = {full} AND status = 'waiting'")[0]["n"]
    wish = {"student_id": who, "class_id": full}
    assert do("join_waiting_list", **wish)["waiting_before"] == waiting
    assert refusal(session, "enrol_student", **wish) == "class_full"
    assert refusal(session, "join_waiting_list", **wish) == "already_waiting"
    assert refusal(session, "join_waiting_list", student_id=who, class_id=free) == "not_full"


def test_a_lesson_is_booked_moved_and_cancelled(do: Do, session: SqliteSession, ask: Ask) -> None:
    lesson = ask(MOVE)[0]
    listed = do("list_lessons", student_id=lesson["student_id"], lesson_status="booked")["rows"]
    assert lesson["title"] in {entry["lesson"] for entry in listed}
    assert lesson["lesson_id"] in {entry["lesson_id"] for entry in do("find_lesson", title=lesson["title"])["rows"]}
    others = do("list_other_openings", lesson_id=lesson["lesson_id"])["rows"]
    assert others == sorted(others, key=lambda o: (o["starts_at"], o["slot_id"]))
    moved = do("reschedule_lesson", lesson_id=lesson["lesson_id"], slot_id=lesson["slot_id"])
    assert moved["lesson_at"] == lesson["starts_at"]
    subject = lesson["title"].split(" with ")[0]
    day, tutor = lesson["name"].split(" with ")
    assert moved["new_title"] == f"{subject} with {tutor} on {day}"
    free = {o["slot_id"] for o in do("find_openings", tutor=tutor)["rows"]}
    assert lesson["slot_id"] not in free
    before = ask(f"SELECT credits_left FROM packages WHERE package_id = {lesson['package_id']}")[0]["credits_left"]
    off = do("cancel_lesson", lesson_id=lesson["lesson_id"])
    assert (off["lesson_status"], off["credits_left"]) == ("cancelled", before + 1)
    assert refusal(session, "cancel_lesson", lesson_id=lesson["lesson_id"]) == "precondition_failed"
    again = do("book_lesson", student_id=lesson["student_id"], slot_id=lesson["slot_id"])
    assert (again["lesson"], again["lesson_status"]) == (moved["new_title"], "booked")
    assert refusal(session, "book_lesson", student_id=lesson["student_id"], slot_id=lesson["slot_id"]) == "slot_taken"


def test_a_package_makes_lessons_possible(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = ask("""SELECT student_id FROM students WHERE stage = 'adult' AND student_id NOT IN (SELECT student_id FROM packages)
        AND student_id NOT IN (SELECT student_id FROM enrolments) LIMIT 1""")[0]["student_id"]
    free = do("find_openings", subject="French", from_day="2025-10-15")
    assert free["total"] > len(free["rows"]) == 10
    slot = free["rows"][0]["slot_id"]
    assert refusal(session, "book_lesson", student_id=who, slot_id=slot) == "no_credit"
    bought = do("buy_package", student_id=who, size="5 lessons")
    assert (bought["price_gbp"], bought["credits_left"], bought["expires_on"]) == (190.0, 5, "2026-04-12")
    lesson = do("book_lesson", student_id=who, slot_id=slot)
    assert (lesson["credits_left"], lesson["expires_on"]) == (4, "2026-04-12")
    invoice = do("list_invoices", student_id=who, invoice_status="open")["rows"][0]
    assert (invoice["invoice_id"], invoice["amount_gbp"], invoice["payable_by"]) == (
        bought["invoice_id"],
        190.0,
        "2025-10-28",
    )
    packages = do("get_student", student_id=who)["packages"]
    assert [(p["size"], p["credits_left"]) for p in packages] == [("5 lessons", 4)]


def test_homework_is_put_off_once(do: Do, session: SqliteSession, ask: Ask) -> None:
    due = ask(
        "SELECT * FROM submissions WHERE handed_in_on IS NULL AND extra_days = 0 AND due_on = '2025-10-14' LIMIT 1"
    )[0]
    whose = {"student_id": due["student_id"], "assignment_id": due["assignment_id"]}
    assert do("extend_deadline", **whose, days=4)["deadline"] == "2025-10-18"
    homework = do("list_assignments", student_id=due["student_id"])["rows"]
    assert next(h["extra_days"] for h in homework if h["assignment_id"] == due["assignment_id"]) == 4
    handed = do("list_hand_ins", assignment_id=due["assignment_id"])["rows"]
    assert next(h["deadline"] for h in handed if h["student_id"] == due["student_id"]) == "2025-10-18"
    assert refusal(session, "extend_deadline", **whose, days=2) == "no_extension"
    done = ask("SELECT student_id, assignment_id FROM submissions WHERE handed_in_on IS NOT NULL LIMIT 1")[0]
    assert refusal(session, "extend_deadline", **done, days=2) == "handed_in"


def test_an_absence_is_excused_once(do: Do, session: SqliteSession, ask: Ask) -> None:
    missed = ask("SELECT student_id, session_id FROM absences WHERE NOT excused AND missed_on > '2025-10-05' LIMIT 1")[
        0
    ]
    assert do("excuse_absence", **missed, reason="illness")["excused"] == 1
    absences = do("list_absences", student_id=missed["student_id"])["rows"]
    own = next(a for a in absences if a["session_id"] == missed["session_id"])
    assert (own["reason_given"], own["excused"]) == ("illness", 1)
    assert refusal(session, "excuse_absence", **missed, reason="illness") == "already_excused"
    there = ask(
        """SELECT e.student_id, a.session_id FROM attendance a JOIN enrolments e USING (enrolment_id) WHERE mark = 'present' LIMIT 1"""
    )[0]
    assert refusal(session, "excuse_absence", **there, reason="illness") == "not_found"


def test_contact_details_are_changed_for_who_proves_it(do: Do, session: SqliteSession, ask: Ask) -> None:
    who = ask("SELECT student_id, born_on, phone FROM students WHERE phone IS NOT NULL LIMIT 1")[0]
    said = who | {"phone": who["phone"].replace(" ", "")}
    assert do("change_contact", **said, new_phone="07700 900123")["phone"] == "07700 900123"
    assert refusal(session, "change_contact", **who, new_phone="07700 900124") == "identity_not_confirmed"
    proven = who | {"phone": "07700 900123"}
    assert refusal(session, "change_contact", **proven, new_phone="07700 900124", new_email="nowhere") == "invalid"


@pytest.mark.parametrize(
    ("reason", "team"),
    [
        ("wellbeing concern", "safeguarding lead"),
        ("complaint", "centre manager"),
        ("billing question", "accounts"),
        ("special arrangement", "head of studies"),
        ("request for an exception", "head of studies"),
    ],
)
def test_matters_go_to_whom_they_concern(do: Do, reason: str, team: str) -> None:
    assert do("transfer_to_human", student_id=1001, reason=reason)["team"] == team


@pytest.mark.parametrize("tool", ["get_student", "list_class_options", "list_lessons", "list_invoices", "list_enrolments",
    "list_absences", "list_assignments", "enrol_student", "drop_class", "buy_package"])  # fmt: skip
def test_nobody_of_that_number(session: SqliteSession, source: Source, tool: str) -> None:
    needed = next(t for t in source.tools if t.name == tool).parameters["required"]
    values = {"student_id": 9, "class_id": 424, "size": "5 lessons"}
    assert refusal(session, tool, **{name: values[name] for name in needed}) == "not_found"
