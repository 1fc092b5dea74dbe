"""Each rule of the airline's policy, on both sides of its edge: kept, the tool goes through; broken, its own error comes back and nothing
has changed. It is nine in the morning of 21 May 2025 where a rule is kept, and a second past nine where it is broken."""

from domains.tables import Rules, broken, elsewhere, every_guard, kept

TRIPS = """
WITH trips AS (
  SELECT t.ticket_id, t.booking_id, t.flight_id, t.passenger_id, t.fare_class, t.status, f.route_id, f.name AS flight, f.status AS flying,
    f.scheduled_departure AS leaves, f.delay_minutes AS late, d.cause, b.booked_at, b.status AS booking, c.first_name || ' ' || c.last_name AS customer,
    p.first_name, p.last_name, p.date_of_birth, (SELECT count(*) FROM luggage g WHERE g.ticket_id = t.ticket_id) AS bags,
    EXISTS (SELECT 1 FROM vouchers v WHERE v.ticket_id = t.ticket_id) AS vouched
  FROM tickets t JOIN bookings b USING (booking_id) JOIN flights f USING (flight_id) JOIN customers c USING (customer_id)
    JOIN passengers p USING (passenger_id) LEFT JOIN disruptions d USING (flight_id)
), offers AS (
  SELECT f.flight_id, f.route_id, f.name AS flight, f.scheduled_departure AS leaves, a.fare_class, a.seats_left
  FROM flights f JOIN fares a USING (flight_id) WHERE f.status = 'scheduled'
)
"""
_OTHER = "FROM trips t JOIN offers o ON o.route_id = t.route_id AND o.fare_class = t.fare_class AND o.flight_id <> t.flight_id"
_OPEN = "t.status = 'open' AND t.leaves > '2025-05-22' AND o.leaves > '2025-05-22' AND t.flying = 'scheduled'"
_BUYER = (
    "SELECT min(customer_id) AS customer_id, flight_id, fare_class, 'card' AS payment_method FROM customers, offers"
)
_CAN = "status = 'open' AND leaves > '2025-05-24' AND flying = 'scheduled'"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "hand_over": (
        "transfer_to_human",
        "SELECT booking_id, 'group booking' AS reason FROM bookings WHERE booking_id NOT IN (SELECT booking_id FROM handovers)",
        "SELECT booking_id, reason FROM handovers WHERE status = 'open'",
        "already_handed_over",
    ),
    "two_hours": (  # at eleven, two hours from now
        "book_flight",
        f"{_BUYER} WHERE leaves = '2025-05-21 11:00:00' AND fare_class = 'Light' AND seats_left > 0",
        f"{_BUYER} WHERE leaves = '2025-05-21 11:00:00' AND fare_class = 'Light' AND seats_left > 0",
        "too_late",
    ),
    "seats_left": (
        "book_flight",
        f"{_BUYER} WHERE seats_left = 1 AND fare_class = 'Standard' AND leaves > '2025-05-22' GROUP BY flight_id",
        f"{_BUYER} WHERE seats_left = 0 AND fare_class = 'Standard' AND leaves > '2025-05-22' GROUP BY flight_id",
        "sold_out",
    ),
    "same_route": (
        "rebook_ticket",
        f"SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN} AND t.fare_class = 'Flex' AND o.seats_left > 0",
        f"""SELECT t.ticket_id, o.flight_id {_OTHER.replace("= t.route_id", "<> t.route_id")} WHERE {_OPEN} AND t.fare_class = 'Flex'
            AND o.seats_left > 0""",
        "other_route",
    ),
    "light_is_fixed": (
        "rebook_ticket",
        f"SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN} AND o.seats_left > 0 AND t.customer = 'Agnieszka Mazur'",
        f"SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN} AND o.seats_left > 0 AND t.customer = 'Morag Sinclair'",
        "not_changeable",
    ),
    "open_tickets": (
        "cancel_booking",
        f"SELECT booking_id FROM trips t WHERE {_CAN} AND booking = 'confirmed'",
        """SELECT booking_id FROM trips WHERE status = 'checked in' AND leaves > '2025-05-21 12:00'
           AND booking_id NOT IN (SELECT booking_id FROM trips WHERE status IN ('flown', 'no show'))""",
        "ticket_not_open",
    ),
    "three_bags": (
        "add_bag",
        "SELECT ticket_id, 15 AS weight_kg FROM trips WHERE status = 'open' AND customer = 'Nadia Rahman' AND bags = 2",
        "SELECT ticket_id, 15 AS weight_kg FROM trips WHERE status = 'open' AND customer = 'Dana Hollis' AND bags = 3",
        "bag_limit",
    ),
    "exit_row": (
        "choose_seat",
        "SELECT ticket_id, 'emergency exit' AS seat_type FROM trips WHERE first_name = 'Poppy' AND last_name = 'Whitehead'",
        "SELECT ticket_id, 'emergency exit' AS seat_type FROM trips WHERE first_name = 'Rohan' AND last_name = 'Nair'",
        "too_young",
    ),
    "check_in_window": (
        "check_in",
        "SELECT ticket_id FROM trips WHERE customer = 'Harriet Booth' AND status = 'open'",
        "SELECT ticket_id FROM trips WHERE customer = 'Rhian Pritchard' AND status = 'open'",
        "check_in_closed",
    ),
    "identity": (
        "correct_name",
        "SELECT passenger_id, date_of_birth, 'Gallagher' AS last_name FROM passengers WHERE last_name = 'Galagher'",
        "SELECT passenger_id, date(date_of_birth, '+1 day') AS date_of_birth, 'Gallagher' AS last_name FROM passengers WHERE last_name = 'Galagher'",
        "identity_not_confirmed",
    ),
    "three_letters": (
        "correct_name",
        "SELECT passenger_id, date_of_birth, 'Gallagher' AS last_name FROM passengers WHERE last_name = 'Galagher'",
        "SELECT passenger_id, date_of_birth, 'Hollis' AS last_name FROM passengers WHERE last_name = 'Galagher'",
        "different_name",
    ),
    "long_delay": (
        "issue_voucher",
        "SELECT ticket_id FROM trips WHERE customer = 'Zuzanna Nowak' AND late = 180",
        "SELECT ticket_id FROM trips WHERE customer = 'Graham Porter' AND late = 179",
        "no_voucher_due",
    ),
    "sixty_days": (
        "issue_voucher",
        "SELECT ticket_id FROM trips WHERE customer = 'Yaa Asante' AND late = 320",
        "SELECT ticket_id FROM trips WHERE customer = 'Beth Harper' AND late = 240",
        "claim_too_late",
    ),
    "stay_notice": (
        "change_stay",
        "SELECT stay_id, '2025-09-10' AS check_in_due FROM stays WHERE check_in_due = '2025-05-23' AND status = 'booked'",
        "SELECT stay_id, '2025-09-10' AS check_in_due FROM stays WHERE check_in_due = '2025-05-22' AND status = 'booked'",
        "notice_passed",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and from their other side.
MORE: list[tuple[str, str, str]] = [
    ("cancel_booking", "SELECT booking_id FROM trips WHERE booking = 'confirmed' AND customer = 'Eilidh McKenzie'", "too_late"),
    ("rebook_ticket", f"""SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN.replace("t.leaves > '2025-05-22'", "t.customer = 'Eilidh McKenzie'")}
        AND o.seats_left > 0""", "too_late"),
    ("rebook_ticket", f"""SELECT t.ticket_id, o.flight_id {_OTHER} WHERE t.status = 'checked in' AND o.seats_left > 0 AND t.fare_class <> 'Light'
        AND t.leaves > '2025-05-21 12:00' AND o.leaves > '2025-05-22'""", "ticket_not_open"),
    ("rebook_ticket", f"SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN} AND o.seats_left = 0 AND t.fare_class = 'Flex'", "sold_out"),
    ("rebook_ticket", f"SELECT t.ticket_id, o.flight_id {_OTHER} WHERE {_OPEN} AND o.seats_left > 0 AND t.customer = 'Tunde Adeyemi'", ""),
    ("rebook_ticket", f"""SELECT t.ticket_id, o.flight_id {_OTHER} WHERE t.fare_class = 'Light' AND t.flying = 'cancelled' AND t.status = 'open'
        AND o.seats_left > 0 AND o.leaves > '2025-05-24'""", ""),
    ("check_in", "SELECT ticket_id FROM trips WHERE customer = 'Callum Fraser' AND status = 'open'", "check_in_closed"),
    ("check_in", "SELECT ticket_id FROM trips WHERE status = 'open' AND leaves > '2025-06-01' AND flying = 'scheduled'", "check_in_closed"),
    ("add_bag", "SELECT ticket_id, 15 AS weight_kg FROM trips WHERE status = 'flown'", "ticket_not_open"),
    ("choose_seat", "SELECT ticket_id, 'window' AS seat_type FROM trips WHERE status = 'cancelled'", "ticket_not_open"),
    ("check_in", "SELECT ticket_id FROM trips WHERE status = 'checked in'", "ticket_not_open"),
    ("correct_name", "SELECT passenger_id, date_of_birth, 'James' AS first_name FROM passengers WHERE first_name = 'Jaems'", ""),
    ("correct_name", "SELECT passenger_id, date_of_birth, 'Gabriela' AS first_name FROM passengers WHERE first_name = 'Jaems'", "different_name"),
    ("issue_voucher", "SELECT ticket_id FROM trips WHERE customer = 'Lorenzo Bianchi' AND late = 205", "no_voucher_due"),
    ("issue_voucher", "SELECT ticket_id FROM trips WHERE customer = 'Fiona Grant' AND flying = 'cancelled'", ""),
    ("choose_seat", "SELECT ticket_id, 'window' AS seat_type FROM trips WHERE first_name = 'Rohan' AND last_name = 'Nair'", ""),
]  # fmt: skip

RULES = Rules(CASES, MORE, TRIPS)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)
