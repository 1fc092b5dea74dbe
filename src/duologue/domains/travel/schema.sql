-- The booking desk of a small airline that sells flights from three British cities, and hotel stays to go with them.
-- Money is in pounds sterling. Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE routes (
  route_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL CHECK (destination <> origin),
  distance_km INTEGER NOT NULL CHECK (distance_km > 0),
  UNIQUE (origin, destination)
) STRICT;

CREATE TABLE flights (
  flight_id INTEGER PRIMARY KEY,
  route_id INTEGER NOT NULL REFERENCES routes (route_id),
  flight_number TEXT NOT NULL,
  -- number and day, as it stands on every ticket
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  scheduled_departure TEXT NOT NULL,
  scheduled_arrival TEXT NOT NULL CHECK (scheduled_arrival > scheduled_departure),
  status TEXT NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'delayed', 'landed', 'cancelled')),
  delay_minutes INTEGER NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0)
) STRICT;
CREATE INDEX flights_by_route ON flights (route_id, scheduled_departure);

CREATE TABLE disruptions (
  disruption_id INTEGER PRIMARY KEY,
  flight_id INTEGER NOT NULL UNIQUE REFERENCES flights (flight_id),
  kind TEXT NOT NULL CHECK (kind IN ('delay', 'cancellation')),
  cause TEXT NOT NULL CHECK (cause IN
    ('technical fault', 'crew shortage', 'late incoming aircraft', 'bad weather', 'air traffic control')),
  delay_minutes INTEGER NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  announced_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CHECK ((kind = 'delay') = (delay_minutes > 0))
) STRICT;

CREATE TABLE fare_classes (
  fare_class TEXT PRIMARY KEY CHECK (fare_class IN ('Light', 'Standard', 'Flex')),
  -- what a change costs besides the difference in fare; none where a ticket can't be changed
  change_fee_gbp REAL CHECK (change_fee_gbp >= 0),
  -- what is kept of the fare of each flight when a booking is cancelled; none where nothing is paid back
  cancellation_fee_gbp REAL CHECK (cancellation_fee_gbp >= 0),
  bags_included INTEGER NOT NULL CHECK (bags_included BETWEEN 0 AND 3),
  seat_fee_gbp REAL NOT NULL CHECK (seat_fee_gbp >= 0)
) STRICT;

CREATE TABLE fares (
  flight_id INTEGER NOT NULL REFERENCES flights (flight_id),
  fare_class TEXT NOT NULL REFERENCES fare_classes (fare_class),
  price_gbp REAL NOT NULL CHECK (price_gbp > 0),
  seats_left INTEGER NOT NULL CHECK (seats_left >= 0),
  PRIMARY KEY (flight_id, fare_class)
) STRICT;

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  home_city TEXT NOT NULL,
  joined_on TEXT NOT NULL
) STRICT;
CREATE INDEX customers_by_name ON customers (last_name, first_name);

-- Who flies: the account holder, and those saved with the account.
CREATE TABLE passengers (
  passenger_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  date_of_birth TEXT NOT NULL,
  is_account_holder INTEGER NOT NULL DEFAULT 0 CHECK (is_account_holder IN (0, 1)),
  name_corrected_on TEXT
) STRICT;
CREATE INDEX passengers_by_customer ON passengers (customer_id);
CREATE UNIQUE INDEX one_account_holder ON passengers (customer_id) WHERE is_account_holder = 1;

CREATE TABLE bookings (
  booking_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  booked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'completed', 'cancelled')),
  payment_method TEXT NOT NULL CHECK (payment_method IN ('card', 'PayPal', 'bank transfer')),
  paid_gbp REAL NOT NULL DEFAULT 0,
  cancelled_at TEXT CHECK (cancelled_at >= booked_at),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
CREATE INDEX bookings_by_customer ON bookings (customer_id, booked_at);

-- One passenger on one flight.
CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES bookings (booking_id),
  passenger_id INTEGER NOT NULL REFERENCES passengers (passenger_id),
  flight_id INTEGER NOT NULL REFERENCES flights (flight_id),
  fare_class TEXT NOT NULL REFERENCES fare_classes (fare_class),
  fare_gbp REAL NOT NULL CHECK (fare_gbp > 0),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'checked in', 'flown', 'no show', 'cancelled')),
  seat TEXT CHECK (seat GLOB '[1-9][A-F]' OR seat GLOB '[1-2][0-9][A-F]'),
  seat_type TEXT CHECK (seat_type IN ('window', 'aisle', 'middle', 'emergency exit')),
  checked_in_at TEXT,
  CHECK ((seat IS NULL) = (seat_type IS NULL)),
  CHECK ((checked_in_at IS NOT NULL) = (status IN ('checked in', 'flown')))
) STRICT;
CREATE INDEX tickets_by_booking ON tickets (booking_id);
CREATE INDEX tickets_by_passenger ON tickets (passenger_id);
CREATE UNIQUE INDEX one_passenger_a_seat ON tickets (flight_id, seat) WHERE seat IS NOT NULL;

CREATE TABLE luggage (
  ticket_id INTEGER NOT NULL REFERENCES tickets (ticket_id),
  bag_number INTEGER NOT NULL CHECK (bag_number BETWEEN 1 AND 3),
  weight_kg INTEGER NOT NULL CHECK (weight_kg IN (15, 23, 32)),
  price_gbp REAL NOT NULL DEFAULT 0 CHECK (price_gbp >= 0),
  PRIMARY KEY (ticket_id, bag_number)
) STRICT;

CREATE TABLE hotels (
  hotel_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 2 AND 5),
  breakfast TEXT NOT NULL CHECK (breakfast IN ('included', 'extra', 'none'))
) STRICT;

-- Rooms of one kind in a hotel that the airline has to give away each night.
CREATE TABLE room_types (
  room_type_id INTEGER PRIMARY KEY,
  hotel_id INTEGER NOT NULL REFERENCES hotels (hotel_id),
  name TEXT NOT NULL UNIQUE,
  sleeps INTEGER NOT NULL CHECK (sleeps BETWEEN 1 AND 6),
  rooms INTEGER NOT NULL CHECK (rooms > 0),
  nightly_price_gbp REAL NOT NULL CHECK (nightly_price_gbp > 0)
) STRICT;

CREATE TABLE stays (
  stay_id INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES bookings (booking_id),
  room_type_id INTEGER NOT NULL REFERENCES room_types (room_type_id),
  check_in_due TEXT NOT NULL,
  check_out_due TEXT NOT NULL CHECK (check_out_due > check_in_due),
  guests INTEGER NOT NULL CHECK (guests > 0),
  nightly_price_gbp REAL NOT NULL CHECK (nightly_price_gbp > 0),
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'completed', 'cancelled'))
) STRICT;
CREATE INDEX stays_by_booking ON stays (booking_id);
CREATE INDEX stays_by_room_type ON stays (room_type_id, check_in_due);

-- What was charged and paid back; always by the method the booking was paid with.
CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES bookings (booking_id),
  kind TEXT NOT NULL CHECK (kind IN ('charge', 'refund')),
  purpose TEXT NOT NULL CHECK (purpose IN ('booking', 'flight change', 'bag', 'seat', 'stay change', 'cancellation')),
  -- negative for what was paid back
  amount_gbp REAL NOT NULL CHECK (amount_gbp <> 0),
  made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CHECK ((kind = 'refund') = (amount_gbp < 0))
) STRICT;
CREATE INDEX payments_by_booking ON payments (booking_id);

CREATE TABLE vouchers (
  code TEXT PRIMARY KEY CHECK (code GLOB 'SKV[0-9]*'),
  ticket_id INTEGER NOT NULL UNIQUE REFERENCES tickets (ticket_id),
  worth_gbp REAL NOT NULL CHECK (worth_gbp > 0),
  status TEXT NOT NULL DEFAULT 'valid' CHECK (status IN ('valid', 'used', 'expired')),
  issued_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  valid_until TEXT NOT NULL
) STRICT;

-- What the desk passed on to a colleague.
CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES bookings (booking_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('complaint', 'lost baggage', 'medical assistance', 'child travelling alone', 'group booking', 'pet or sports equipment')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX handovers_by_booking ON handovers (booking_id);

-- What was paid for a booking follows the payments.
CREATE TRIGGER paid_after_payment AFTER INSERT ON payments
BEGIN
  UPDATE bookings SET paid_gbp = round(paid_gbp + NEW.amount_gbp, 2)
  WHERE booking_id = NEW.booking_id;
END;

-- A flight's status follows what was announced about it.
CREATE TRIGGER status_after_disruption AFTER INSERT ON disruptions
BEGIN
  UPDATE flights SET delay_minutes = NEW.delay_minutes, status = CASE
    WHEN NEW.kind = 'cancellation' THEN 'cancelled' WHEN status = 'landed' THEN 'landed' ELSE 'delayed' END
  WHERE flight_id = NEW.flight_id;
END;
