-- The IT service desk of a maker of measuring instruments with three offices in the United Kingdom.
-- Money is in pounds sterling. Times are local, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE departments (
  department_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  cost_centre TEXT NOT NULL UNIQUE,
  -- what is left of this quarter's money for devices
  device_budget_gbp REAL NOT NULL CHECK (device_budget_gbp >= 0)
) STRICT;

CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  staff_number TEXT NOT NULL UNIQUE CHECK (staff_number GLOB 'NI[0-9][0-9][0-9][0-9][0-9]'),
  department_id INTEGER NOT NULL REFERENCES departments (department_id),
  office TEXT NOT NULL CHECK (office IN ('Leeds', 'Bristol', 'Glasgow')),
  job_title TEXT NOT NULL,
  -- as the personnel system sends it, a name and no more
  manager TEXT NOT NULL,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  started_on TEXT NOT NULL
) STRICT;
CREATE INDEX employees_by_name ON employees (last_name, first_name);
CREATE INDEX employees_by_department ON employees (department_id);

-- The queues of the print server.
CREATE TABLE printers (
  printer_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  office TEXT NOT NULL CHECK (office IN ('Leeds', 'Bristol', 'Glasgow')),
  floor TEXT NOT NULL,
  colour TEXT NOT NULL CHECK (colour IN ('colour', 'black and white')),
  installed_on TEXT NOT NULL
) STRICT;

-- One account each. `unlocks` counts those of the day in `unlocked_on`.
CREATE TABLE accounts (
  employee_id INTEGER PRIMARY KEY REFERENCES employees (employee_id),
  username TEXT NOT NULL UNIQUE,
  account_type TEXT NOT NULL DEFAULT 'standard' CHECK (account_type IN ('standard', 'privileged')),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'locked', 'disabled')),
  password_set_on TEXT NOT NULL,
  password_expires_on TEXT NOT NULL CHECK (password_expires_on >= password_set_on),
  unlocked_on TEXT,
  unlocks INTEGER NOT NULL DEFAULT 0 CHECK (unlocks >= 0),
  mailbox_quota_gb INTEGER NOT NULL DEFAULT 20 CHECK (mailbox_quota_gb IN (10, 20, 30, 40, 50)),
  mailbox_used_gb REAL NOT NULL CHECK (mailbox_used_gb >= 0),
  -- of the certificate that the VPN asks for
  certificate_expires_on TEXT NOT NULL,
  printer_id INTEGER REFERENCES printers (printer_id)
) STRICT;

CREATE TABLE user_groups (
  group_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  department_id INTEGER NOT NULL REFERENCES departments (department_id),
  opens TEXT NOT NULL CHECK (opens IN ('shared drive', 'shared mailbox', 'application', 'distribution list')),
  -- restricted: only with an approved request of the owning department
  access TEXT NOT NULL CHECK (access IN ('open', 'restricted'))
) STRICT;

CREATE TABLE memberships (
  membership_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES user_groups (group_id),
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  granted_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  UNIQUE (group_id, employee_id)
) STRICT;
CREATE INDEX memberships_by_employee ON memberships (employee_id);

-- `seats_left` follows the installations; triggers below keep it. Null where everybody may have it.
CREATE TABLE software (
  software_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  purpose TEXT NOT NULL,
  -- whose people it was bought for; null where it is for all
  department_id INTEGER REFERENCES departments (department_id),
  yearly_cost_gbp REAL NOT NULL CHECK (yearly_cost_gbp >= 0),
  seats INTEGER CHECK (seats > 0),
  seats_left INTEGER CHECK (seats_left >= 0),
  CHECK ((seats IS NULL) = (seats_left IS NULL))
) STRICT;

CREATE TABLE installations (
  installation_id INTEGER PRIMARY KEY,
  software_id INTEGER NOT NULL REFERENCES software (software_id),
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  installed_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  last_used_on TEXT CHECK (last_used_on >= installed_on),
  UNIQUE (software_id, employee_id)
) STRICT;
CREATE INDEX installations_by_employee ON installations (employee_id);

CREATE TABLE group_requests (
  request_id INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  group_id INTEGER NOT NULL REFERENCES user_groups (group_id),
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'approved', 'declined')),
  requested_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  decided_on TEXT CHECK (decided_on >= requested_on),
  decided_by TEXT,
  CHECK ((status = 'waiting') = (decided_on IS NULL)),
  CHECK ((decided_on IS NULL) = (decided_by IS NULL))
) STRICT;
CREATE INDEX requests_by_employee ON group_requests (employee_id);

-- Of a lent one `loan_due_on` is the day it is to be back.
CREATE TABLE devices (
  device_id INTEGER PRIMARY KEY,
  asset_tag TEXT NOT NULL UNIQUE CHECK (asset_tag <> ''),
  kind TEXT NOT NULL CHECK (kind IN ('laptop', 'desktop', 'monitor', 'phone', 'docking station')),
  model TEXT NOT NULL,
  employee_id INTEGER REFERENCES employees (employee_id),
  status TEXT NOT NULL CHECK (status IN ('in use', 'on loan', 'ordered', 'in stock', 'retired')),
  ordered_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  price_gbp REAL NOT NULL CHECK (price_gbp > 0),
  loan_due_on TEXT,
  loan_extensions INTEGER NOT NULL DEFAULT 0 CHECK (loan_extensions >= 0),
  CHECK ((status = 'on loan') = (loan_due_on IS NOT NULL)),
  CHECK ((status IN ('in use', 'on loan', 'ordered')) = (employee_id IS NOT NULL))
) STRICT;
CREATE INDEX devices_by_employee ON devices (employee_id);
CREATE INDEX devices_by_kind ON devices (kind, ordered_on);

CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  category TEXT NOT NULL CHECK (category IN ('account', 'e-mail', 'network', 'printing', 'hardware', 'software', 'telephony')),
  summary TEXT NOT NULL CHECK (summary <> ''),
  impact TEXT NOT NULL DEFAULT 'one person' CHECK (impact IN ('one person', 'team', 'whole office')),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'critical')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'in progress', 'waiting', 'resolved')),
  team TEXT NOT NULL DEFAULT 'service desk' CHECK (team IN ('service desk', 'second line', 'networks', 'workplace')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  resolved_at TEXT CHECK (resolved_at >= opened_at),
  times_reopened INTEGER NOT NULL DEFAULT 0 CHECK (times_reopened >= 0),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
) STRICT;
CREATE INDEX tickets_by_employee ON tickets (employee_id, opened_at);

CREATE TABLE ticket_comments (
  comment_id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES tickets (ticket_id),
  written_by TEXT NOT NULL CHECK (written_by IN ('caller', 'desk')),
  body TEXT NOT NULL CHECK (body <> ''),
  written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX comments_by_ticket ON ticket_comments (ticket_id);

CREATE TABLE articles (
  article_id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE CHECK (title <> ''),
  category TEXT NOT NULL CHECK (category IN ('account', 'e-mail', 'network', 'printing', 'hardware', 'software', 'telephony')),
  body TEXT NOT NULL,
  updated_on TEXT NOT NULL,
  views INTEGER NOT NULL DEFAULT 0 CHECK (views >= 0)
) STRICT;

-- Faults that more than one caller has. Without an office it is all three.
CREATE TABLE outages (
  outage_id INTEGER PRIMARY KEY,
  category TEXT NOT NULL CHECK (category IN ('account', 'e-mail', 'network', 'printing', 'hardware', 'software', 'telephony')),
  office TEXT CHECK (office IN ('Leeds', 'Bristol', 'Glasgow')),
  cause TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT CHECK (ended_at >= started_at),
  status TEXT NOT NULL CHECK (status IN ('open', 'over')),
  CHECK ((status = 'over') = (ended_at IS NOT NULL))
) STRICT;

CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('suspected phishing', 'lost equipment', 'data loss', 'privileged access', 'a forgotten staff number', 'poor service', 'unsolved trouble')),
  team TEXT NOT NULL CHECK (team IN ('security', 'second line', 'service manager')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;
CREATE INDEX handovers_by_employee ON handovers (employee_id);

-- The computer on somebody's desk, as they see it. Only they can look at it and touch it; the desk can't.
CREATE TABLE workstations (
  employee_id INTEGER PRIMARY KEY REFERENCES employees (employee_id),
  connection TEXT NOT NULL CHECK (connection IN ('cable', 'Wi-Fi')),
  airplane_mode INTEGER NOT NULL DEFAULT 0 CHECK (airplane_mode IN (0, 1)),
  caps_lock INTEGER NOT NULL DEFAULT 0 CHECK (caps_lock IN (0, 1)),
  restart_pending INTEGER NOT NULL DEFAULT 0 CHECK (restart_pending IN (0, 1)),
  vpn_client TEXT NOT NULL DEFAULT 'up to date' CHECK (vpn_client IN ('up to date', 'too old')),
  mail_offline INTEGER NOT NULL DEFAULT 0 CHECK (mail_offline IN (0, 1)),
  print_queue TEXT NOT NULL DEFAULT 'ready' CHECK (print_queue IN ('ready', 'paused')),
  CHECK (NOT (airplane_mode AND connection = 'cable'))
) STRICT;

-- What is ordered when a device is replaced: of each kind the model that was bought last.
CREATE VIEW standard_models AS
SELECT kind, model, price_gbp FROM devices WHERE device_id IN (
  SELECT (SELECT device_id FROM devices n WHERE n.kind = k.kind ORDER BY ordered_on DESC, device_id DESC LIMIT 1)
  FROM (SELECT DISTINCT kind FROM devices) k);

-- A title's free seats follow its installations. More than there are is refused by the table's check.
CREATE TRIGGER seat_taken AFTER INSERT ON installations
BEGIN
  UPDATE software SET seats_left = seats_left - 1 WHERE software_id = NEW.software_id;
END;
CREATE TRIGGER seat_given_back AFTER DELETE ON installations
BEGIN
  UPDATE software SET seats_left = seats_left + 1 WHERE software_id = OLD.software_id;
END;
