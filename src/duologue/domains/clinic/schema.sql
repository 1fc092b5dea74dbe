-- The built-in clinic: the front desk of an independent outpatient clinic in the United Kingdom.
-- Money is in pounds sterling. Times are local, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE specialties (
  specialty TEXT PRIMARY KEY CHECK (specialty <> ''),
  referral_needed INTEGER NOT NULL CHECK (referral_needed IN (0, 1)),
  youngest INTEGER NOT NULL DEFAULT 0 CHECK (youngest >= 0),
  oldest INTEGER CHECK (oldest >= youngest),
  first_visit_fee_gbp REAL NOT NULL CHECK (first_visit_fee_gbp > 0),
  follow_up_fee_gbp REAL NOT NULL CHECK (follow_up_fee_gbp > 0)
) STRICT;

CREATE TABLE clinicians (
  clinician_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  specialty TEXT NOT NULL REFERENCES specialties (specialty),
  joined_on TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE CHECK (email LIKE '%_@_%')
) STRICT;

-- Who sees patients when, week by week.
CREATE TABLE rota (
  rota_id INTEGER PRIMARY KEY,
  clinician_id INTEGER NOT NULL REFERENCES clinicians (clinician_id),
  weekday TEXT NOT NULL CHECK (weekday IN ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday')),
  half TEXT NOT NULL CHECK (half IN ('morning', 'afternoon')),
  room TEXT NOT NULL,
  slot_minutes INTEGER NOT NULL CHECK (slot_minutes BETWEEN 10 AND 90),
  places INTEGER NOT NULL DEFAULT 1 CHECK (places > 0),
  UNIQUE (room, weekday, half),
  UNIQUE (clinician_id, weekday, half)
) STRICT;

-- `booked` counts the appointments that hold a place; triggers below keep it.
CREATE TABLE slots (
  slot_id INTEGER PRIMARY KEY,
  rota_id INTEGER NOT NULL REFERENCES rota (rota_id),
  name TEXT NOT NULL,
  scheduled_at TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity > 0),
  booked INTEGER NOT NULL DEFAULT 0 CHECK (booked BETWEEN 0 AND capacity),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'over')),
  UNIQUE (rota_id, scheduled_at)
) STRICT;
CREATE INDEX slots_by_time ON slots (scheduled_at);

CREATE TABLE plans (
  plan_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  insurer TEXT NOT NULL,
  authorisation_needed INTEGER NOT NULL CHECK (authorisation_needed IN (0, 1)),
  claims_phone TEXT NOT NULL
) STRICT;

CREATE TABLE patients (
  patient_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  born_on TEXT NOT NULL,
  phone TEXT,
  email TEXT COLLATE NOCASE,
  city TEXT NOT NULL,
  postcode TEXT NOT NULL,
  -- without a plan the patient pays
  plan_id INTEGER REFERENCES plans (plan_id),
  registered_on TEXT NOT NULL CHECK (registered_on >= born_on)
) STRICT;
CREATE INDEX patients_by_name ON patients (last_name, first_name);

CREATE TABLE guardians (
  guardian_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  name TEXT NOT NULL CHECK (name <> ''),
  relationship TEXT NOT NULL CHECK (relationship IN ('mother', 'father', 'grandparent', 'foster carer', 'legal guardian')),
  phone TEXT,
  added_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  UNIQUE (patient_id, name)
) STRICT;

CREATE TABLE referrals (
  referral_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  specialty TEXT NOT NULL REFERENCES specialties (specialty),
  referred_by TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  expires_on TEXT NOT NULL CHECK (expires_on > issued_on),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'used', 'withdrawn'))
) STRICT;
CREATE INDEX referrals_by_patient ON referrals (patient_id);

CREATE TABLE authorisations (
  authorisation_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  specialty TEXT NOT NULL REFERENCES specialties (specialty),
  status TEXT NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'approved', 'declined')),
  visits_approved INTEGER NOT NULL CHECK (visits_approved > 0),
  visits_used INTEGER NOT NULL DEFAULT 0 CHECK (visits_used BETWEEN 0 AND visits_approved),
  requested_on TEXT NOT NULL,
  expires_on TEXT NOT NULL CHECK (expires_on > requested_on)
) STRICT;
CREATE INDEX authorisations_by_patient ON authorisations (patient_id);

CREATE TABLE appointments (
  appointment_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  slot_id INTEGER NOT NULL REFERENCES slots (slot_id),
  scheduled_at TEXT NOT NULL,
  visit TEXT NOT NULL CHECK (visit IN ('first visit', 'follow-up')),
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'attended', 'missed', 'cancelled')),
  -- what the late-cancellation fee came to be, where one was due
  late_fee TEXT CHECK (late_fee IN ('accepted', 'waived')),
  booked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  cancelled_at TEXT CHECK (cancelled_at >= booked_at),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
CREATE INDEX appointments_by_patient ON appointments (patient_id, scheduled_at);
CREATE INDEX appointments_by_slot ON appointments (slot_id);

CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  appointment_id INTEGER REFERENCES appointments (appointment_id),
  charge TEXT NOT NULL CHECK (charge IN ('consultation', 'late cancellation', 'missed appointment')),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  issued_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  due_on TEXT NOT NULL CHECK (due_on >= issued_on),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'in instalments', 'void')),
  paid_on TEXT CHECK (paid_on >= issued_on),
  instalments INTEGER CHECK (instalments BETWEEN 2 AND 6),
  CHECK ((status = 'paid') = (paid_on IS NOT NULL)),
  CHECK (status <> 'in instalments' OR instalments IS NOT NULL)
) STRICT;
CREATE INDEX invoices_by_patient ON invoices (patient_id);

CREATE TABLE instalments (
  instalment_id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
  part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 6),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  due_on TEXT NOT NULL,
  paid_on TEXT,
  UNIQUE (invoice_id, part)
) STRICT;

CREATE TABLE prescriptions (
  prescription_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  clinician_id INTEGER NOT NULL REFERENCES clinicians (clinician_id),
  medicine TEXT NOT NULL,
  controlled INTEGER NOT NULL DEFAULT 0 CHECK (controlled IN (0, 1)),
  pharmacy TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  supply_days INTEGER NOT NULL CHECK (supply_days > 0),
  last_issued_on TEXT NOT NULL CHECK (last_issued_on >= issued_on),
  review_due_on TEXT NOT NULL CHECK (review_due_on > issued_on),
  times_renewed INTEGER NOT NULL DEFAULT 0 CHECK (times_renewed >= 0)
) STRICT;
CREATE INDEX prescriptions_by_patient ON prescriptions (patient_id);

CREATE TABLE waiting_list (
  entry_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  specialty TEXT NOT NULL REFERENCES specialties (specialty),
  preference TEXT NOT NULL DEFAULT 'any time' CHECK (preference IN ('any time', 'mornings', 'afternoons')),
  joined_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'offered', 'booked', 'left'))
) STRICT;
CREATE UNIQUE INDEX once_on_the_list ON waiting_list (patient_id, specialty) WHERE status = 'waiting';

CREATE TABLE reminders (
  reminder_id INTEGER PRIMARY KEY,
  appointment_id INTEGER NOT NULL REFERENCES appointments (appointment_id),
  channel TEXT NOT NULL CHECK (channel IN ('text message', 'e-mail', 'letter')),
  sent_at TEXT NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 1 CHECK (delivered IN (0, 1))
) STRICT;
CREATE INDEX reminders_by_appointment ON reminders (appointment_id);

CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('urgent symptom', 'medical question', 'complaint', 'billing question', 'identity check', 'exception to a rule')),
  team TEXT NOT NULL CHECK (team IN ('duty nurse', 'practice manager', 'accounts', 'reception lead')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;
CREATE INDEX handovers_by_patient ON handovers (patient_id);

-- The slots that patients come in, taken ones among them.
CREATE VIEW diary AS
SELECT slot_id, s.name, s.scheduled_at, specialty, capacity - booked AS places_left
FROM slots s JOIN rota USING (rota_id) JOIN clinicians USING (clinician_id)
WHERE status = 'open';

-- What can still be booked.
CREATE VIEW openings AS
SELECT slot_id, name, scheduled_at, specialty, places_left FROM diary WHERE places_left > 0;

-- A slot's places follow its appointments: all but the cancelled ones hold one. More than there are is refused by the slot's check.
CREATE TRIGGER place_taken AFTER INSERT ON appointments WHEN NEW.status <> 'cancelled'
BEGIN
  UPDATE slots SET booked = booked + 1 WHERE slot_id = NEW.slot_id;
END;
CREATE TRIGGER place_given_back AFTER UPDATE OF status ON appointments WHEN NEW.status = 'cancelled' AND OLD.status <> 'cancelled'
BEGIN
  UPDATE slots SET booked = booked - 1 WHERE slot_id = OLD.slot_id;
END;
CREATE TRIGGER place_moved AFTER UPDATE OF slot_id ON appointments WHEN NEW.slot_id <> OLD.slot_id AND NEW.status <> 'cancelled'
BEGIN
  UPDATE slots SET booked = booked - 1 WHERE slot_id = OLD.slot_id;
  UPDATE slots SET booked = booked + 1 WHERE slot_id = NEW.slot_id;
END;
