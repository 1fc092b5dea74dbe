-- The built-in tuition centre: evening and weekend classes and one-to-one lessons, in the United Kingdom.
-- Money is in pounds sterling. Times are local, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE tutors (
  tutor_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  subject TEXT NOT NULL,
  teaches_up_to TEXT NOT NULL CHECK (teaches_up_to IN ('GCSE', 'A level')),
  email TEXT NOT NULL UNIQUE CHECK (email LIKE '%_@_%'),
  joined_on TEXT NOT NULL
) STRICT;

-- A course is what is taught; a class is a group of students who are taught it once a week.
CREATE TABLE courses (
  course_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  subject TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('lower secondary', 'GCSE', 'A level', 'adult')),
  youngest INTEGER NOT NULL CHECK (youngest > 0),
  oldest INTEGER CHECK (oldest >= youngest),
  -- the course that has to be completed before
  builds_on_id INTEGER REFERENCES courses (course_id),
  session_price_gbp REAL NOT NULL CHECK (session_price_gbp > 0)
) STRICT;

-- `enrolled` counts the active enrolments; triggers below keep it.
CREATE TABLE classes (
  class_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  course_id INTEGER NOT NULL REFERENCES courses (course_id),
  tutor_id INTEGER NOT NULL REFERENCES tutors (tutor_id),
  weekday TEXT NOT NULL CHECK (weekday IN ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday')),
  begins_at TEXT NOT NULL CHECK (begins_at GLOB '[0-2][0-9]:[0-5][0-9]'),
  room TEXT NOT NULL,
  first_session_on TEXT NOT NULL,
  last_session_on TEXT NOT NULL CHECK (last_session_on > first_session_on),
  capacity INTEGER NOT NULL CHECK (capacity > 0),
  enrolled INTEGER NOT NULL DEFAULT 0 CHECK (enrolled BETWEEN 0 AND capacity),
  status TEXT NOT NULL CHECK (status IN ('planned', 'running', 'finished'))
) STRICT;
CREATE INDEX classes_by_course ON classes (course_id);

CREATE TABLE sessions (
  session_id INTEGER PRIMARY KEY,
  class_id INTEGER NOT NULL REFERENCES classes (class_id),
  number INTEGER NOT NULL CHECK (number > 0),
  name TEXT NOT NULL UNIQUE,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL CHECK (ends_at > starts_at),
  UNIQUE (class_id, number)
) STRICT;
CREATE INDEX sessions_by_time ON sessions (starts_at);

CREATE TABLE guardians (
  guardian_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  relationship TEXT NOT NULL CHECK (relationship IN ('mother', 'father', 'grandparent', 'foster carer', 'legal guardian')),
  phone TEXT,
  email TEXT COLLATE NOCASE
) STRICT;

CREATE TABLE students (
  student_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  born_on TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('lower secondary', 'GCSE', 'A level', 'adult')),
  -- who answers for a minor
  guardian_id INTEGER REFERENCES guardians (guardian_id),
  phone TEXT,
  email TEXT COLLATE NOCASE,
  city TEXT NOT NULL,
  registered_on TEXT NOT NULL CHECK (registered_on > born_on)
) STRICT;
CREATE INDEX students_by_name ON students (last_name, first_name);
CREATE INDEX students_by_guardian ON students (guardian_id);

CREATE TABLE enrolments (
  enrolment_id INTEGER PRIMARY KEY,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  class_id INTEGER NOT NULL REFERENCES classes (class_id),
  enrolled_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  fee_gbp REAL NOT NULL CHECK (fee_gbp >= 0),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'dropped', 'completed')),
  dropped_at TEXT CHECK (dropped_at >= enrolled_at),
  given_back_gbp REAL CHECK (given_back_gbp BETWEEN 0 AND fee_gbp),
  final_mark INTEGER CHECK (final_mark BETWEEN 0 AND 100),
  CHECK ((status = 'dropped') = (dropped_at IS NOT NULL AND given_back_gbp IS NOT NULL)),
  CHECK (final_mark IS NULL OR status = 'completed')
) STRICT;
CREATE UNIQUE INDEX one_place_each ON enrolments (student_id, class_id) WHERE status <> 'dropped';
CREATE INDEX enrolments_by_class ON enrolments (class_id);

CREATE TABLE waiting_list (
  entry_id INTEGER PRIMARY KEY,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  class_id INTEGER NOT NULL REFERENCES classes (class_id),
  joined_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'offered', 'enrolled', 'left'))
) STRICT;
CREATE UNIQUE INDEX once_on_the_list ON waiting_list (student_id, class_id) WHERE status = 'waiting';

CREATE TABLE attendance (
  attendance_id INTEGER PRIMARY KEY,
  enrolment_id INTEGER NOT NULL REFERENCES enrolments (enrolment_id),
  session_id INTEGER NOT NULL REFERENCES sessions (session_id),
  mark TEXT NOT NULL CHECK (mark IN ('present', 'late', 'absent')),
  excused INTEGER NOT NULL DEFAULT 0 CHECK (excused IN (0, 1)),
  reason TEXT CHECK (reason IN ('illness', 'medical appointment', 'family emergency', 'school event', 'holiday')),
  UNIQUE (enrolment_id, session_id),
  CHECK (excused = 0 OR (mark = 'absent' AND reason IS NOT NULL))
) STRICT;

CREATE TABLE assignments (
  assignment_id INTEGER PRIMARY KEY,
  class_id INTEGER NOT NULL REFERENCES classes (class_id),
  title TEXT NOT NULL CHECK (title <> ''),
  set_on TEXT NOT NULL,
  due_on TEXT NOT NULL CHECK (due_on > set_on),
  UNIQUE (class_id, title)
) STRICT;

-- One for each student an assignment was set; `due_on` is their own deadline.
CREATE TABLE submissions (
  submission_id INTEGER PRIMARY KEY,
  assignment_id INTEGER NOT NULL REFERENCES assignments (assignment_id),
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  due_on TEXT NOT NULL,
  -- by how many days it was put off for this student
  extra_days INTEGER NOT NULL DEFAULT 0 CHECK (extra_days BETWEEN 0 AND 14),
  handed_in_on TEXT,
  mark INTEGER CHECK (mark BETWEEN 0 AND 100),
  UNIQUE (assignment_id, student_id),
  CHECK (mark IS NULL OR handed_in_on IS NOT NULL)
) STRICT;
CREATE INDEX submissions_by_student ON submissions (student_id);

-- When a tutor can give a one-to-one lesson. `taken` follows the lessons by the triggers below.
CREATE TABLE slots (
  slot_id INTEGER PRIMARY KEY,
  tutor_id INTEGER NOT NULL REFERENCES tutors (tutor_id),
  name TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL CHECK (ends_at > starts_at),
  taken INTEGER NOT NULL DEFAULT 0 CHECK (taken IN (0, 1)),
  UNIQUE (tutor_id, starts_at)
) STRICT;
CREATE INDEX slots_by_time ON slots (starts_at);

CREATE TABLE packages (
  package_id INTEGER PRIMARY KEY,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  size TEXT NOT NULL CHECK (size IN ('5 lessons', '10 lessons', '20 lessons')),
  credits INTEGER NOT NULL CHECK (credits IN (5, 10, 20)),
  credits_left INTEGER NOT NULL CHECK (credits_left BETWEEN 0 AND credits),
  price_gbp REAL NOT NULL CHECK (price_gbp > 0),
  bought_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  expires_on TEXT NOT NULL CHECK (expires_on > bought_on)
) STRICT;
CREATE INDEX packages_by_student ON packages (student_id);

CREATE TABLE lessons (
  lesson_id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  slot_id INTEGER NOT NULL REFERENCES slots (slot_id),
  package_id INTEGER NOT NULL REFERENCES packages (package_id),
  scheduled_at TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'completed', 'missed', 'cancelled')),
  booked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  cancelled_at TEXT CHECK (cancelled_at >= booked_at),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_lesson_a_slot ON lessons (slot_id) WHERE status <> 'cancelled';
CREATE INDEX lessons_by_student ON lessons (student_id, scheduled_at);

CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  enrolment_id INTEGER UNIQUE REFERENCES enrolments (enrolment_id),
  package_id INTEGER UNIQUE REFERENCES packages (package_id),
  amount_gbp REAL NOT NULL CHECK (amount_gbp >= 0),
  issued_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  due_on TEXT NOT NULL CHECK (due_on >= issued_on),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'void')),
  paid_on TEXT CHECK (paid_on >= issued_on),
  CHECK ((enrolment_id IS NULL) <> (package_id IS NULL)),
  CHECK ((status = 'paid') = (paid_on IS NOT NULL))
) STRICT;
CREATE INDEX invoices_by_student ON invoices (student_id);

CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  student_id INTEGER NOT NULL REFERENCES students (student_id),
  reason TEXT NOT NULL CHECK (reason IN ('wellbeing concern', 'complaint', 'billing question', 'special arrangement', 'request for an exception')),
  team TEXT NOT NULL CHECK (team IN ('safeguarding lead', 'centre manager', 'accounts', 'head of studies')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;

-- What can still be booked.
CREATE VIEW openings AS
SELECT slot_id, s.name, s.starts_at, t.subject FROM slots s JOIN tutors t USING (tutor_id) WHERE taken = 0;

-- The classes of this term, with what people ask of them.
CREATE VIEW class_options AS
SELECT class_id, c.name, course_id, subject, stage, weekday, begins_at, first_session_on, capacity - enrolled AS places_left, session_price_gbp
FROM classes c JOIN courses USING (course_id) WHERE status <> 'finished';

-- Sessions that somebody missed.
CREATE VIEW absences AS
SELECT attendance_id AS absence_id, student_id, session_id, date(starts_at) AS missed_on, reason, excused
FROM attendance JOIN enrolments USING (enrolment_id) JOIN sessions USING (session_id) WHERE mark = 'absent';

CREATE TRIGGER place_taken AFTER INSERT ON enrolments WHEN NEW.status <> 'dropped'
BEGIN
  UPDATE classes SET enrolled = enrolled + 1 WHERE class_id = NEW.class_id;
END;
CREATE TRIGGER place_given_back AFTER UPDATE OF status ON enrolments WHEN NEW.status = 'dropped' AND OLD.status <> 'dropped'
BEGIN
  UPDATE classes SET enrolled = enrolled - 1 WHERE class_id = OLD.class_id;
END;
CREATE TRIGGER place_moved AFTER UPDATE OF class_id ON enrolments WHEN NEW.class_id <> OLD.class_id AND NEW.status <> 'dropped'
BEGIN
  UPDATE classes SET enrolled = enrolled - 1 WHERE class_id = OLD.class_id;
  UPDATE classes SET enrolled = enrolled + 1 WHERE class_id = NEW.class_id;
END;
CREATE TRIGGER slot_taken AFTER INSERT ON lessons WHEN NEW.status <> 'cancelled'
BEGIN
  UPDATE slots SET taken = 1 WHERE slot_id = NEW.slot_id;
END;
CREATE TRIGGER slot_given_back AFTER UPDATE OF status ON lessons WHEN NEW.status = 'cancelled' AND OLD.status <> 'cancelled'
BEGIN
  UPDATE slots SET taken = 0 WHERE slot_id = OLD.slot_id;
END;
CREATE TRIGGER slot_moved AFTER UPDATE OF slot_id ON lessons WHEN NEW.slot_id <> OLD.slot_id AND NEW.status <> 'cancelled'
BEGIN
  UPDATE slots SET taken = 0 WHERE slot_id = OLD.slot_id;
  UPDATE slots SET taken = 1 WHERE slot_id = NEW.slot_id;
END;
