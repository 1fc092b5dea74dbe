"""The airline's rows: whole, and nowhere at odds with themselves."""

from domains.tables import never, there_are

NOW = "2025-05-21 09:00:00"

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a flight that comes or goes while people talk": """
        SELECT 1 FROM flights WHERE scheduled_departure BETWEEN '2025-05-21 09:00' AND '2025-05-21 10:59'
          OR scheduled_arrival BETWEEN '2025-05-21 09:00' AND '2025-05-21 11:59'""",
    "a flight ahead that has landed, or one long gone that has not": f"""
        SELECT 1 FROM flights WHERE (status = 'landed') <> (scheduled_arrival < '{NOW}') AND status <> 'cancelled'""",
    "a flight of the past that nobody was booked on": f"""
        SELECT 1 FROM flights WHERE scheduled_departure < '{NOW}' AND flight_id NOT IN (SELECT flight_id FROM tickets)""",
    "a flight whose name is not its number and day": "SELECT 1 FROM flights WHERE name NOT LIKE flight_number || ' on %'",
    "a flight that disagrees with what was announced": """
        SELECT 1 FROM flights LEFT JOIN disruptions d USING (flight_id)
        WHERE flights.delay_minutes <> ifnull(d.delay_minutes, 0) OR (status = 'cancelled') <> (ifnull(kind, '') = 'cancellation')""",
    "a flight ahead that is on sale at fewer or more than three fares": f"""
        SELECT 1 FROM flights LEFT JOIN fares USING (flight_id) WHERE scheduled_departure > '{NOW}' GROUP BY flight_id HAVING count(fare_class) <> 3""",
    "a fare dearer than a better one": """
        SELECT 1 FROM fares l JOIN fares s USING (flight_id) JOIN fares x USING (flight_id)
        WHERE l.fare_class = 'Light' AND s.fare_class = 'Standard' AND x.fare_class = 'Flex' AND NOT (l.price_gbp < s.price_gbp AND s.price_gbp < x.price_gbp)""",
    "a booking before its customer joined": "SELECT 1 FROM bookings JOIN customers USING (customer_id) WHERE date(booked_at) < joined_on",
    "a booking after its flight": "SELECT 1 FROM bookings JOIN tickets USING (booking_id) JOIN flights USING (flight_id) WHERE booked_at > scheduled_departure",
    "a booking without tickets": "SELECT 1 FROM bookings WHERE booking_id NOT IN (SELECT booking_id FROM tickets)",
    "a passenger of another account": """
        SELECT 1 FROM tickets JOIN bookings b USING (booking_id) JOIN passengers p USING (passenger_id) WHERE p.customer_id <> b.customer_id""",
    "an account without its holder": "SELECT 1 FROM passengers GROUP BY customer_id HAVING sum(is_account_holder) <> 1",
    "a way back before the way out": """
        SELECT 1 FROM tickets a JOIN flights f USING (flight_id) JOIN tickets b USING (booking_id, passenger_id) JOIN flights g ON g.flight_id = b.flight_id
        WHERE a.ticket_id < b.ticket_id AND g.scheduled_departure < f.scheduled_arrival""",
    "a ticket that disagrees with its flight": f"""
        SELECT 1 FROM tickets t JOIN flights f USING (flight_id)
        WHERE (t.status IN ('flown', 'no show') AND f.scheduled_departure > '{NOW}') OR (t.status IN ('open', 'checked in') AND f.scheduled_departure < '{NOW}')
          OR (t.status = 'checked in' AND f.scheduled_departure > datetime('{NOW}', '+24 hours'))""",
    "a check-in outside its window": """
        SELECT 1 FROM tickets JOIN flights USING (flight_id)
        WHERE checked_in_at NOT BETWEEN datetime(scheduled_departure, '-24 hours') AND datetime(scheduled_departure, '-1 hour')""",
    "a passenger who checked in and has no seat": "SELECT 1 FROM tickets WHERE status IN ('checked in', 'flown') AND seat IS NULL",
    "a seat that is not where it says": """
        SELECT 1 FROM tickets WHERE seat IS NOT NULL AND seat_type <> CASE WHEN substr(seat, 1, 2) IN ('12', '13') THEN 'emergency exit'
          WHEN seat GLOB '*[AF]' THEN 'window' WHEN seat GLOB '*[CD]' THEN 'aisle' ELSE 'middle' END""",
    "a child by an emergency exit": """
        SELECT 1 FROM tickets JOIN passengers USING (passenger_id) JOIN flights USING (flight_id)
        WHERE seat_type = 'emergency exit' AND date(date_of_birth, '+16 years') > date(scheduled_departure)""",
    "fewer bags than the fare includes, or more than three": """
        SELECT 1 FROM tickets t JOIN fare_classes c USING (fare_class)
        WHERE (SELECT count(*) FROM luggage b WHERE b.ticket_id = t.ticket_id) NOT BETWEEN c.bags_included AND 3""",
    "a booking whose status disagrees with its tickets": """
        SELECT 1 FROM bookings b JOIN tickets t USING (booking_id) GROUP BY b.booking_id
        HAVING (b.status = 'cancelled') <> (min(t.status = 'cancelled') = 1) OR (b.status = 'completed' AND max(t.status IN ('open', 'checked in')) = 1)""",
    "what was paid and the payments": """
        SELECT 1 FROM bookings b WHERE paid_gbp <> (SELECT round(total(amount_gbp), 2) FROM payments p WHERE p.booking_id = b.booking_id)""",
    "a booking that was not charged for its fares and stays": """
        SELECT 1 FROM bookings b WHERE abs((SELECT total(fare_gbp) FROM tickets t WHERE t.booking_id = b.booking_id)
          + (SELECT total(nightly_price_gbp * (julianday(check_out_due) - julianday(check_in_due))) FROM stays s WHERE s.booking_id = b.booking_id)
          - (SELECT amount_gbp FROM payments p WHERE p.booking_id = b.booking_id AND purpose = 'booking')) > 0.001""",
    "money back for a Light fare": """
        SELECT 1 FROM payments p JOIN tickets t USING (booking_id) WHERE p.kind = 'refund' AND t.fare_class = 'Light'
          AND booking_id NOT IN (SELECT booking_id FROM stays)""",
    "more guests than the room sleeps": "SELECT 1 FROM stays JOIN room_types USING (room_type_id) WHERE guests > sleeps",
    "a stay in another city than the flight": """
        SELECT 1 FROM stays JOIN room_types USING (room_type_id) JOIN hotels h USING (hotel_id) WHERE h.city NOT IN (
          SELECT r.destination FROM tickets t JOIN flights USING (flight_id) JOIN routes r USING (route_id) WHERE t.booking_id = stays.booking_id)""",
    "a room given away twice": """
        SELECT 1 FROM stays s JOIN room_types r USING (room_type_id) WHERE s.status <> 'cancelled' AND r.rooms < (SELECT count(*) FROM stays o
          WHERE o.room_type_id = s.room_type_id AND o.status <> 'cancelled' AND o.check_in_due <= s.check_in_due AND s.check_in_due < o.check_out_due)""",
    "a stay that disagrees with the day": "SELECT 1 FROM stays WHERE (status = 'completed') <> (check_out_due <= '2025-05-21') AND status <> 'cancelled'",
    "a voucher that was not due": """
        SELECT 1 FROM vouchers JOIN tickets t USING (ticket_id) JOIN flights f USING (flight_id) JOIN disruptions d USING (flight_id)
        WHERE t.status <> 'flown' OR d.delay_minutes < 180 OR cause IN ('bad weather', 'air traffic control') OR issued_at < scheduled_arrival
          OR worth_gbp <> iif(d.delay_minutes >= 300, 150, 75) OR valid_until <> date(issued_at, '+1 year')""",
    "two open handovers for one matter": "SELECT 1 FROM handovers WHERE status = 'open' GROUP BY booking_id, reason HAVING count(*) > 1",
}  # fmt: skip

# What must be there for people to talk about.
EDGE_CASES = {
    "two people of one name": (1, "SELECT 1 FROM customers GROUP BY first_name, last_name HAVING count(*) = 2"),
    "customers without a telephone": (15, "SELECT 1 FROM customers WHERE phone IS NULL"),
    "customers who never booked": (10, "SELECT 1 FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM bookings)"),
    "families on one booking": (30, "SELECT 1 FROM tickets GROUP BY booking_id HAVING count(DISTINCT passenger_id) >= 3"),
    "passengers under sixteen": (40, "SELECT 1 FROM passengers WHERE date_of_birth > '2009-05-21'"),
    "passengers who did not turn up": (5, "SELECT 1 FROM tickets WHERE status = 'no show'"),
    "passengers checked in for today": (8, "SELECT 1 FROM tickets WHERE status = 'checked in'"),
    "tickets that can be checked in": (8, f"""
        SELECT 1 FROM tickets t JOIN flights USING (flight_id) WHERE t.status = 'open' AND scheduled_departure < datetime('{NOW}', '+24 hours')"""),
    "bookings called off": (25, "SELECT 1 FROM bookings WHERE status = 'cancelled'"),
    "open tickets on a cancelled flight": (3, "SELECT 1 FROM tickets t JOIN flights f USING (flight_id) WHERE f.status = 'cancelled' AND t.status = 'open'"),
    "passengers who can still ask for a voucher": (10, """
        SELECT 1 FROM tickets t JOIN flights f USING (flight_id) JOIN disruptions d USING (flight_id) LEFT JOIN vouchers v USING (ticket_id)
        WHERE t.status = 'flown' AND d.delay_minutes >= 180 AND d.cause NOT IN ('bad weather', 'air traffic control') AND v.code IS NULL
          AND scheduled_departure > '2025-03-22'"""),
    "vouchers": (8, "SELECT 1 FROM vouchers"),
    "stays ahead": (40, "SELECT 1 FROM stays WHERE check_in_due > '2025-05-23' AND status = 'booked'"),
    "nights when a kind of room is full": (10, """
        SELECT 1 FROM stays s JOIN room_types r USING (room_type_id) WHERE s.status = 'booked' AND r.rooms = (SELECT count(*) FROM stays o
          WHERE o.room_type_id = s.room_type_id AND o.status <> 'cancelled' AND o.check_in_due <= s.check_in_due AND s.check_in_due < o.check_out_due)"""),
    "fares that are sold out": (30, "SELECT 1 FROM fares WHERE seats_left = 0"),
    "fares with one seat left": (30, "SELECT 1 FROM fares WHERE seats_left = 1"),
    "matters with a colleague": (4, "SELECT 1 FROM handovers WHERE status = 'open'"),
    "names beyond ASCII": (5, "SELECT 1 FROM customers WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
