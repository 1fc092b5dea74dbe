"""The airline's tools: what they find, what they change, and that results are what they promise."""

import pytest

from domains.desk import Ask, Do, changed
from domains.tables import mistakes, reads, the_set, writes
from duologue.environment import SqliteSession
from duologue.types import Json


def customer(do: Do, name: str) -> int:
    return int(do("find_customer", name=name)["rows"][0]["customer_id"])


def only_trip(do: Do, name: str) -> tuple[Json, list[Json]]:
    """The one booking of somebody in the stories, and its tickets."""
    (booking,) = do("list_bookings", customer_id=customer(do, name))["rows"]
    return booking, do("list_tickets", booking_id=booking["booking_id"])["rows"]


# ── Conversations the desk is made for ───────────────────────────────────────────────────────────────────────────────────


def test_another_day_to_lisbon(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Two people of one name; the change costs the fee and the difference, and gives the seat back."""
    people = do("find_customer", name="dana hollis")["rows"]
    assert sorted(p["home_city"] for p in people) == ["Bath", "Leeds"]
    dana = next(p["customer_id"] for p in people if p["home_city"] == "Leeds")
    (booking,) = do("list_bookings", customer_id=dana)["rows"]
    (ticket,) = do("list_tickets", booking_id=booking["booking_id"])["rows"]
    assert (ticket["flight"], ticket["route"], ticket["fare_class"]) == (
        "SKR100 on 25 May",
        "Manchester to Lisbon",
        "Standard",
    )

    offers = do("list_flights", route_id=ticket["route_id"], departs_from="2025-05-26")["rows"]
    assert {o["route"] for o in offers} == {"Manchester to Lisbon"}
    assert min(o["scheduled_departure"] for o in offers) >= "2025-05-26"
    new = next(o for o in offers if o["standard_gbp"])
    before = ask(f"SELECT seats_left FROM fares WHERE flight_id = {new['flight_id']} AND fare_class = 'Standard'")[0]
    done = do("rebook_ticket", ticket_id=ticket["ticket_id"], flight_id=new["flight_id"])
    assert done["charged_gbp"] == round(35 + max(new["standard_gbp"] - ticket["fare_gbp"], 0), 2)
    assert (done["flight"], done["fare_class"]) == (new["flight"], "Standard")
    left = {(r[0], r[1]): r[3] for r in session.rows("fares")}
    assert left[new["flight_id"], "Standard"] == before["seats_left"] - 1
    paid = do("list_bookings", customer_id=dana)["rows"][0]["paid_gbp"]
    assert paid == round(booking["paid_gbp"] + done["charged_gbp"], 2)


def test_we_cancelled_the_flight(do: Do, session: SqliteSession) -> None:
    """Even a Light ticket is then changed free of charge, or paid back wholly."""
    booking, (ticket,) = only_trip(do, "Fiona Grant")
    assert (ticket["flight_status"], ticket["fare_class"]) == ("cancelled", "Light")
    voucher = do("issue_voucher", ticket_id=ticket["ticket_id"])
    assert (voucher["voucher_gbp"], voucher["valid_until"]) == (150.0, "2026-05-21")
    again = session.execute("issue_voucher", {"ticket_id": ticket["ticket_id"]})
    assert voucher["code"] in again.result["error"]["message"]
    offers = do("list_flights", route_id=ticket["route_id"])["rows"]
    new = next(o for o in offers if o["light_gbp"])
    assert do("rebook_ticket", ticket_id=ticket["ticket_id"], flight_id=new["flight_id"])["charged_gbp"] == 0
    back = do("cancel_booking", booking_id=booking["booking_id"])
    assert back["refunded_gbp"] == 0  # a Light fare again, on a flight that goes


def test_book_check_in_and_fly(do: Do, session: SqliteSession) -> None:
    """A new booking from the search to the gate."""
    tomorrow = do("search_flights", destination="kraków", origin="Edinburgh")["rows"]
    assert tomorrow[0]["flight"] == "SKR122 on 22 May"
    flight = next(f for f in tomorrow if f["flex_gbp"] and f["scheduled_departure"] > "2025-05-23")
    buyer = customer(do, "Callum Fraser")
    made = do("book_flight", customer_id=buyer, flight_id=flight["flight_id"], fare_class="Flex")
    assert (made["checked_bags"], made["fare_gbp"], made["payment_method"]) == (2, flight["flex_gbp"], "card")
    twice = session.execute(
        "book_flight", {"customer_id": buyer, "flight_id": flight["flight_id"], "fare_class": "Light"}
    )
    assert twice.result["error"]["type"] == "booked_already"
    ticket = made["ticket_id"]
    seat = do("choose_seat", ticket_id=ticket, seat_type="emergency exit")
    assert (seat["seat_type"], seat["charged_gbp"]) == ("emergency exit", 0)
    assert seat["seat"][:2] in ("12", "13")
    third = do("add_bag", ticket_id=ticket, weight_kg=32)
    assert (third["bag_number"], third["bag_price_gbp"], third["checked_bags"]) == (3, 55, 3)
    assert session.execute("add_bag", {"ticket_id": ticket, "weight_kg": 15}).result["error"]["type"] == "bag_limit"
    back = do("cancel_booking", booking_id=made["booking_id"])
    assert back["refunded_gbp"] == made["fare_gbp"]
    assert session.execute("check_in", {"ticket_id": ticket}).result["error"]["type"] == "ticket_not_open"


def test_check_in_gives_a_seat(do: Do, session: SqliteSession) -> None:
    _, (ticket,) = only_trip(do, "Harriet Booth")
    done = do("check_in", ticket_id=ticket["ticket_id"])
    assert (done["ticket_status"], done["checked_in_at"]) == ("checked in", "2025-05-21 09:00:00")
    assert done["seat"].startswith("28")
    late = session.execute("choose_seat", {"ticket_id": ticket["ticket_id"], "seat_type": "aisle"})
    assert late.result["error"]["type"] == "ticket_not_open"


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("Jmes", None, ""), ("James", None, ""), ("Jonas", None, ""), ("Jaemsiana", None, "different_name"), ("Mark", None, "different_name"),
        (None, "Thorn", ""), (None, "Thorned", ""), (None, "Thompson", "different_name"), ("Jaems", "Thorne", "precondition_failed"),
        (None, None, "precondition_failed"),
    ],
)  # fmt: skip
def test_up_to_three_letters(session: SqliteSession, ask: Ask, first: str | None, last: str | None, error: str) -> None:
    person = ask("SELECT passenger_id, date_of_birth FROM passengers WHERE first_name = 'Jaems'")[0]
    given = {k: v for k, v in (("first_name", first), ("last_name", last)) if v is not None}
    outcome = session.execute("correct_name", {**person, **given})
    assert (outcome.result["error"]["type"] if outcome.failed else "") == error, outcome.text


def test_a_stay_moves_and_grows(do: Do, ask: Ask) -> None:
    stay = ask("""SELECT stay_id, booking_id, nightly_price_gbp AS rate, julianday(check_out_due) - julianday(check_in_due) AS nights FROM stays
        WHERE check_in_due > '2025-06-01' AND status = 'booked' LIMIT 1""")[0]
    moved = do("change_stay", stay_id=stay["stay_id"], check_in_due="2025-10-01")
    assert (moved["charged_gbp"], moved["refunded_gbp"]) == (0, 0)
    more = do("change_stay", stay_id=stay["stay_id"], check_in_due="2025-10-01", nights=int(stay["nights"]) + 2)
    assert more["charged_gbp"] == round(2 * stay["rate"], 2)
    fewer = do("change_stay", stay_id=stay["stay_id"], check_in_due="2025-10-02", nights=int(stay["nights"]))
    assert (fewer["check_in_due"], fewer["refunded_gbp"]) == ("2025-10-02", round(2 * stay["rate"], 2))


def test_a_full_night_is_named(session: SqliteSession, ask: Ask) -> None:
    case = ask("""SELECT m.stay_id, s.check_in_due FROM stays s JOIN room_types r USING (room_type_id) JOIN stays m USING (room_type_id)
        WHERE r.rooms = 1 AND s.check_in_due > '2025-05-22' AND s.status = 'booked' AND m.status = 'booked' AND m.stay_id <> s.stay_id
          AND m.check_in_due > '2025-05-23' LIMIT 1""")[0]
    outcome = session.execute("change_stay", case)
    assert outcome.result["error"]["type"] == "no_room_free"
    assert case["check_in_due"] in outcome.result["error"]["message"]


def test_begun_journeys_are_not_cancelled(session: SqliteSession, ask: Ask) -> None:
    begun = ask("""SELECT DISTINCT booking_id FROM bookings b JOIN tickets t USING (booking_id) JOIN tickets u USING (booking_id)
        WHERE b.status = 'confirmed' AND t.status = 'flown' AND u.status = 'open' LIMIT 1""")[0]
    assert session.execute("cancel_booking", begun).result["error"]["type"] == "journey_begun"


def test_what_each_write_changes(do: Do, session: SqliteSession, ask: Ask) -> None:
    booking, (ticket,) = only_trip(do, "Meera Joshi")
    assert changed(session, "add_bag", ticket_id=ticket["ticket_id"], weight_kg=15) == {
        "luggage": ["insert"], "payments": ["insert"], "bookings": ["update"]}  # fmt: skip
    assert changed(session, "choose_seat", ticket_id=ticket["ticket_id"], seat_type="window") == {
        "tickets": ["update"], "payments": ["insert"], "bookings": ["update"]}  # fmt: skip
    assert changed(session, "transfer_to_human", booking_id=booking["booking_id"], reason="complaint") == {
        "handovers": ["insert"]
    }
    gone = changed(session, "cancel_booking", booking_id=booking["booking_id"])
    assert gone == {"fares": ["update"], "tickets": ["update"], "bookings": ["update"], "payments": ["insert"]}


test_mistakes = mistakes([
    ("list_bookings", {"customer_id": 1}, "not_found"),
    ("list_tickets", {"booking_id": 1}, "not_found"),
    ("list_flights", {"route_id": 1}, "not_found"),
    ("book_flight", {"customer_id": 1, "flight_id": 7700, "fare_class": "Flex"}, "not_found"),
    ("book_flight", {"customer_id": 2001, "flight_id": 1, "fare_class": "Flex"}, "not_found"),
    ("book_flight", {"customer_id": 2001, "flight_id": 7001, "fare_class": "Flex"}, "not_found"),
    ("book_flight", {"customer_id": 2001, "flight_id": 7700, "fare_class": "First"}, "invalid_arguments"),
    ("rebook_ticket", {"ticket_id": 1, "flight_id": 7700}, "not_found"),
    ("rebook_ticket", {"ticket_id": 61001, "flight_id": 1}, "not_found"),
    ("cancel_booking", {"booking_id": 1}, "not_found"),
    ("add_bag", {"ticket_id": 1, "weight_kg": 15}, "not_found"),
    ("add_bag", {"ticket_id": 61001, "weight_kg": 50}, "invalid_arguments"),
    ("choose_seat", {"ticket_id": 1, "seat_type": "window"}, "not_found"),
    ("choose_seat", {"ticket_id": 61001, "seat_type": "middle"}, "invalid_arguments"),
    ("check_in", {"ticket_id": 1}, "not_found"),
    ("correct_name", {"passenger_id": 1, "date_of_birth": "1990-01-01", "last_name": "Bell"}, "not_found"),
    ("correct_name", {"passenger_id": 12001, "last_name": "Bell"}, "invalid_arguments"),
    ("change_stay", {"stay_id": 1, "check_in_due": "2025-07-01"}, "not_found"),
    ("change_stay", {"stay_id": 3301, "check_in_due": "2025-07-01", "nights": 15}, "invalid_arguments"),
    ("issue_voucher", {"ticket_id": 1}, "not_found"),
    ("transfer_to_human", {"booking_id": 1, "reason": "complaint"}, "not_found"),
    ("find_customer", {"name": ""}, "invalid_arguments"),
    ("search_flights", {}, "invalid_arguments"),
])  # fmt: skip


test_preconditions = mistakes([
    ("cancel_booking", "SELECT booking_id FROM bookings WHERE status = 'cancelled'", "precondition_failed"),
    ("cancel_booking", "SELECT booking_id FROM bookings WHERE status = 'completed'", "precondition_failed"),
    ("check_in", "SELECT t.ticket_id FROM tickets t JOIN flights f USING (flight_id) WHERE f.status = 'cancelled' AND t.status = 'open'", "flight_cancelled"),
    ("book_flight", "SELECT 2001 AS customer_id, flight_id, 'Light' AS fare_class FROM flights WHERE status = 'cancelled'", "flight_cancelled"),
    ("rebook_ticket", "SELECT ticket_id, flight_id FROM tickets WHERE status = 'open' AND fare_class = 'Flex' ORDER BY flight_id DESC", "precondition_failed"),
    ("issue_voucher", "SELECT ticket_id FROM tickets WHERE status = 'open' ORDER BY flight_id DESC", "no_voucher_due"),
    ("issue_voucher", "SELECT ticket_id FROM tickets WHERE status = 'cancelled'", "precondition_failed"),
    ("issue_voucher", "SELECT ticket_id FROM tickets WHERE status = 'no show'", "precondition_failed"),
    ("change_stay", "SELECT stay_id, '2025-07-01' AS check_in_due FROM stays WHERE status = 'completed'", "precondition_failed"),
    ("change_stay", "SELECT stay_id, '2025-04-01' AS check_in_due FROM stays WHERE status = 'booked'", "precondition_failed"),
    ("change_stay", "SELECT stay_id, 'soon' AS check_in_due FROM stays WHERE status = 'booked'", "precondition_failed"),
    ("correct_name", """SELECT passenger_id, date_of_birth, last_name || 'e' AS last_name FROM passengers WHERE passenger_id IN (
        SELECT passenger_id FROM tickets WHERE status = 'checked in')""", "checked_in"),
])  # fmt: skip


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "find_customer": "SELECT DISTINCT last_name AS name FROM customers",
    "list_bookings": "SELECT customer_id FROM customers",
    "list_tickets": "SELECT booking_id FROM bookings",
    "search_flights": "SELECT DISTINCT destination FROM routes",
    "list_flights": "SELECT route_id FROM routes",
}


test_reads_keep_their_promise = reads(EVERY, empty=("list_bookings",))


_AHEAD = "FROM tickets t JOIN flights f USING (flight_id) WHERE t.status = 'open' AND f.status = 'scheduled' AND f.scheduled_departure > '2025-05-24'"


WRITES = {
    "book_flight": "SELECT 2001 AS customer_id, flight_id, 'Standard' AS fare_class FROM fares JOIN flights USING (flight_id) WHERE fare_class = 'Standard' AND seats_left > 3 AND status = 'scheduled' AND scheduled_departure > '2025-05-24'",
    "choose_seat": f"SELECT t.ticket_id, 'aisle' AS seat_type {_AHEAD} ORDER BY t.ticket_id DESC",
    "add_bag": f"SELECT t.ticket_id, 23 AS weight_kg {_AHEAD} AND t.fare_class = 'Light' AND t.ticket_id NOT IN (SELECT ticket_id FROM luggage WHERE bag_number = 3) ORDER BY t.ticket_id DESC",
    "check_in": "SELECT t.ticket_id FROM tickets t JOIN flights f USING (flight_id) WHERE t.status = 'open' AND f.status = 'scheduled' AND f.scheduled_departure BETWEEN '2025-05-21 13:00' AND '2025-05-22 08:00'",
    "correct_name": "SELECT passenger_id, date_of_birth, last_name || 'e' AS last_name FROM passengers WHERE passenger_id NOT IN (SELECT passenger_id FROM tickets)",
    "change_stay": "SELECT stay_id, date(check_in_due, '+200 days') AS check_in_due FROM stays WHERE status = 'booked' AND check_in_due > '2025-05-24'",
    "issue_voucher": "SELECT ticket_id FROM tickets t JOIN flights f USING (flight_id) JOIN disruptions d USING (flight_id) WHERE t.status = 'flown' AND d.delay_minutes >= 180 AND cause = 'technical fault' AND scheduled_departure > '2025-03-25' AND ticket_id NOT IN (SELECT ticket_id FROM vouchers)",
    "transfer_to_human": "SELECT booking_id, 'group booking' AS reason FROM bookings WHERE booking_id NOT IN (SELECT booking_id FROM handovers)",
    "cancel_booking": "SELECT booking_id FROM bookings b WHERE status = 'confirmed' AND booking_id NOT IN (SELECT booking_id FROM tickets t JOIN flights USING (flight_id) WHERE t.status <> 'open' OR scheduled_departure < '2025-05-22')",
    "rebook_ticket": f"SELECT t.ticket_id, o.flight_id {_AHEAD.replace('WHERE', 'JOIN flights o ON o.route_id = f.route_id AND o.flight_id > f.flight_id JOIN fares a ON a.flight_id = o.flight_id AND a.fare_class = t.fare_class WHERE')} AND t.fare_class = 'Standard' AND a.seats_left > 6 AND o.status = 'scheduled' AND t.booking_id > 48500 GROUP BY t.ticket_id",
}  # fmt: skip
test_writes_keep_their_promise = writes(WRITES)


test_the_set = the_set(EVERY, WRITES)
