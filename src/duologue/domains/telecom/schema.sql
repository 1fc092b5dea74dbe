-- The support desk of a mobile network: customers and their lines, what they use and pay, where the network fails; and the phones in
-- the customers' hands, which only they can see. Money is in pounds sterling. Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE plans (
  plan_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  monthly_price_gbp REAL NOT NULL CHECK (monthly_price_gbp > 0),
  data_gb INTEGER NOT NULL CHECK (data_gb > 0),
  -- 0 for a plan that can be left each month
  least_term_months INTEGER NOT NULL CHECK (least_term_months IN (0, 1, 12, 24)),
  on_sale INTEGER NOT NULL DEFAULT 1 CHECK (on_sale IN (0, 1))
) STRICT;

CREATE TABLE extras (
  add_on_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('data', 'roaming', 'international calls', 'phone cover', 'entertainment')),
  monthly_price_gbp REAL NOT NULL CHECK (monthly_price_gbp > 0),
  -- what it adds to the allowance of the plan
  data_gb INTEGER CHECK (data_gb > 0),
  CHECK ((kind = 'data') = (data_gb IS NOT NULL))
) STRICT;

CREATE TABLE network_areas (
  area_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL
) STRICT;

CREATE TABLE outages (
  outage_id INTEGER PRIMARY KEY,
  area_id INTEGER NOT NULL REFERENCES network_areas (area_id),
  services TEXT NOT NULL CHECK (services IN ('mobile data', 'calls and texts', 'all services')),
  cause TEXT NOT NULL CHECK (cause IN ('power cut', 'damaged cable', 'storm damage', 'faulty equipment', 'planned work')),
  started_at TEXT NOT NULL,
  -- none while it lasts
  ended_at TEXT CHECK (ended_at > started_at),
  expected_end_at TEXT CHECK (expected_end_at > started_at)
) STRICT;
CREATE INDEX outages_by_area ON outages (area_id, started_at);

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  date_of_birth TEXT NOT NULL,
  email TEXT COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  line1 TEXT NOT NULL CHECK (line1 <> ''),
  line2 TEXT,
  city TEXT NOT NULL CHECK (city <> ''),
  postcode TEXT NOT NULL CHECK (postcode <> ''),
  address_changed_on TEXT,
  joined_on TEXT NOT NULL
) STRICT;
CREATE INDEX customers_by_name ON customers (last_name, first_name);

CREATE TABLE lines (
  line_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  phone_number TEXT NOT NULL UNIQUE,
  plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
  -- where the line is mostly used
  area_id INTEGER NOT NULL REFERENCES network_areas (area_id),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'ended')),
  suspended_for TEXT CHECK (suspended_for IN ('unpaid bill', 'lost', 'stolen', 'long journey')),
  suspended_at TEXT,
  roaming TEXT NOT NULL DEFAULT 'disabled' CHECK (roaming IN ('enabled', 'disabled')),
  security_pin TEXT NOT NULL CHECK (security_pin GLOB '[0-9][0-9][0-9][0-9]'),
  started_on TEXT NOT NULL,
  -- the contract's least term
  least_term_ends_on TEXT NOT NULL CHECK (least_term_ends_on >= started_on),
  plan_changed_on TEXT CHECK (plan_changed_on >= started_on),
  -- of this month's allowance and top-ups; follows the use of the month
  data_left_gb REAL NOT NULL DEFAULT 0 CHECK (data_left_gb >= 0),
  port_code TEXT UNIQUE CHECK (port_code GLOB 'FBM[0-9]*'),
  port_code_expires_on TEXT,
  CHECK ((status = 'suspended') = (suspended_for IS NOT NULL)),
  CHECK ((suspended_for IS NULL) = (suspended_at IS NULL)),
  CHECK ((port_code IS NULL) = (port_code_expires_on IS NULL))
) STRICT;
CREATE INDEX lines_by_customer ON lines (customer_id);
CREATE INDEX lines_by_area ON lines (area_id);

CREATE TABLE line_add_ons (
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  add_on_id INTEGER NOT NULL REFERENCES extras (add_on_id),
  started_on TEXT NOT NULL,
  PRIMARY KEY (line_id, add_on_id)
) STRICT;

CREATE TABLE sims (
  sim_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  serial TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('SIM card', 'eSIM')),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'replaced')),
  issued_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX sims_by_line ON sims (line_id);
CREATE UNIQUE INDEX one_sim_in_use ON sims (line_id) WHERE status <> 'replaced';

-- What a line used in a calendar month, and what it could use.
CREATE TABLE monthly_usage (
  usage_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  month TEXT NOT NULL CHECK (month GLOB '20[0-9][0-9]-[01][0-9]'),
  allowance_gb REAL NOT NULL CHECK (allowance_gb > 0),
  used_gb REAL NOT NULL DEFAULT 0 CHECK (used_gb >= 0),
  top_ups INTEGER NOT NULL DEFAULT 0 CHECK (top_ups >= 0),
  topped_up_gb REAL NOT NULL DEFAULT 0 CHECK (topped_up_gb >= 0),
  call_minutes INTEGER NOT NULL DEFAULT 0 CHECK (call_minutes >= 0),
  UNIQUE (line_id, month),
  CHECK (used_gb <= allowance_gb + topped_up_gb)
) STRICT;

CREATE TABLE bills (
  bill_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL CHECK (due_on > issued_on),
  amount_gbp REAL NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'overdue', 'paid', 'in instalments')),
  instalments INTEGER CHECK (instalments BETWEEN 2 AND 6),
  arranged_on TEXT CHECK (arranged_on >= issued_on),
  CHECK ((instalments IS NULL) = (arranged_on IS NULL))
) STRICT;
CREATE INDEX bills_by_customer ON bills (customer_id, issued_on);

CREATE TABLE bill_lines (
  bill_line_id INTEGER PRIMARY KEY,
  bill_id INTEGER NOT NULL REFERENCES bills (bill_id),
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  -- as it stands on the bill
  name TEXT NOT NULL UNIQUE,
  charge TEXT NOT NULL CHECK (charge IN ('plan', 'add-ons', 'data top-ups', 'use abroad', 'premium calls', 'credit')),
  -- negative for a credit
  amount_gbp REAL NOT NULL CHECK (amount_gbp <> 0),
  CHECK ((charge = 'credit') = (amount_gbp < 0))
) STRICT;
CREATE INDEX bill_lines_by_bill ON bill_lines (bill_id);
CREATE INDEX bill_lines_by_line ON bill_lines (line_id);

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  bill_id INTEGER NOT NULL REFERENCES bills (bill_id),
  method TEXT NOT NULL CHECK (method IN ('direct debit', 'card', 'bank transfer')),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  paid_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX payments_by_bill ON payments (bill_id);

CREATE TABLE credits (
  credit_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  outage_id INTEGER NOT NULL REFERENCES outages (outage_id),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  granted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (line_id, outage_id)
) STRICT;

CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES lines (line_id),
  topic TEXT NOT NULL CHECK (topic IN ('no signal', 'no mobile data', 'slow data', 'failing calls', 'number transfer')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  closed_at TEXT CHECK (closed_at >= opened_at),
  CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE INDEX tickets_by_line ON tickets (line_id);

-- What the desk passed on to a colleague.
CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  reason TEXT NOT NULL CHECK (reason IN ('complaint', 'bereavement', 'suspected fraud', 'payment difficulties', 'trouble not solved')),
  team TEXT NOT NULL CHECK (team IN ('customer relations team', 'care team', 'fraud team', 'payments team', 'second-line team')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX handovers_by_customer ON handovers (customer_id);

-- The user's side: the phone that a line's SIM is in, as only the person holding it can see it.
CREATE TABLE handsets (
  device_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL UNIQUE REFERENCES lines (line_id),
  model TEXT NOT NULL,
  place TEXT NOT NULL DEFAULT 'at home' CHECK (place IN ('at home', 'abroad')),
  reception TEXT NOT NULL DEFAULT 'good' CHECK (reception IN ('good', 'weak')),
  sim_seated INTEGER NOT NULL DEFAULT 1 CHECK (sim_seated IN (0, 1)),
  registered INTEGER NOT NULL DEFAULT 1 CHECK (registered IN (0, 1)),
  airplane_mode INTEGER NOT NULL DEFAULT 0 CHECK (airplane_mode IN (0, 1)),
  mobile_data INTEGER NOT NULL DEFAULT 1 CHECK (mobile_data IN (0, 1)),
  data_roaming INTEGER NOT NULL DEFAULT 0 CHECK (data_roaming IN (0, 1)),
  access_point TEXT NOT NULL DEFAULT 'fellbrook.internet',
  network_mode TEXT NOT NULL DEFAULT '5G/4G' CHECK (network_mode IN ('5G/4G', '4G only', '2G only')),
  data_saver INTEGER NOT NULL DEFAULT 0 CHECK (data_saver IN (0, 1)),
  vpn INTEGER NOT NULL DEFAULT 0 CHECK (vpn IN (0, 1)),
  wifi_calling INTEGER NOT NULL DEFAULT 1 CHECK (wifi_calling IN (0, 1))
) STRICT;

-- What a phone shows and can do, from all causes on both sides: its own settings, the line, what is left of its data, roaming, outages.
CREATE VIEW handset_states AS
WITH seen AS (
  SELECT h.*, l.status = 'active' AS line_works, l.roaming = 'enabled' AS may_roam, l.data_left_gb > 0 AS data_left,
    h.place = 'at home' AND EXISTS (SELECT 1 FROM outages o WHERE o.area_id = l.area_id AND o.ended_at IS NULL AND o.services = 'all services') AS all_down,
    h.place = 'at home' AND EXISTS (SELECT 1 FROM outages o WHERE o.area_id = l.area_id AND o.ended_at IS NULL AND o.services = 'mobile data') AS data_down,
    h.place = 'at home' AND EXISTS (SELECT 1 FROM outages o WHERE o.area_id = l.area_id AND o.ended_at IS NULL AND o.services = 'calls and texts') AS calls_down
  FROM handsets h JOIN lines l USING (line_id)
), signalled AS (
  SELECT *, CASE WHEN airplane_mode THEN 'none' WHEN NOT sim_seated THEN 'no SIM' WHEN NOT registered THEN 'searching'
    WHEN place = 'abroad' AND line_works AND NOT may_roam THEN 'roaming not allowed' WHEN NOT line_works OR all_down THEN 'no service'
    WHEN reception = 'weak' THEN 'one bar' ELSE 'full' END AS signal
  FROM seen
)
SELECT device_id, line_id, place, signal, iif(airplane_mode, 'on', 'off') AS airplane_mode, iif(mobile_data, 'on', 'off') AS mobile_data,
  iif(vpn, 'on', 'off') AS vpn, network_mode, access_point, iif(data_roaming, 'on', 'off') AS data_roaming, iif(data_saver, 'on', 'off') AS data_saver,
  iif(wifi_calling, 'on', 'off') AS wifi_calling,
  signal IN ('one bar', 'full') AND mobile_data AND access_point = 'fellbrook.internet' AND data_left AND NOT data_down
    AND (place = 'at home' OR data_roaming) AS connected,
  network_mode = '2G only' OR vpn OR data_saver AS slowed,
  round(CASE WHEN network_mode = '2G only' THEN 0.2 WHEN data_saver THEN 1.4 WHEN vpn THEN 2.3 ELSE 38 + device_id % 61 * 1.3 END, 1) AS mbps,
  signal IN ('one bar', 'full') AND NOT calls_down AND (signal = 'full' OR wifi_calling) AS can_call
FROM signalled;

-- The data a line has left follows its latest month.
CREATE TRIGGER left_after_new_month AFTER INSERT ON monthly_usage
BEGIN
  UPDATE lines SET data_left_gb = round(NEW.allowance_gb + NEW.topped_up_gb - NEW.used_gb, 1) WHERE line_id = NEW.line_id;
END;
CREATE TRIGGER left_after_change AFTER UPDATE OF allowance_gb, used_gb, topped_up_gb ON monthly_usage
WHEN NOT EXISTS (SELECT 1 FROM monthly_usage WHERE line_id = NEW.line_id AND month > NEW.month)
BEGIN
  UPDATE lines SET data_left_gb = round(NEW.allowance_gb + NEW.topped_up_gb - NEW.used_gb, 1) WHERE line_id = NEW.line_id;
END;

-- A bill's amount follows its lines.
CREATE TRIGGER amount_after_bill_line AFTER INSERT ON bill_lines
BEGIN
  UPDATE bills SET amount_gbp = round(amount_gbp + NEW.amount_gbp, 2) WHERE bill_id = NEW.bill_id;
END;

-- A bill is paid once what was paid covers it.
CREATE TRIGGER paid_after_payment AFTER INSERT ON payments
BEGIN
  UPDATE bills SET status = 'paid' WHERE bill_id = NEW.bill_id
    AND amount_gbp <= (SELECT round(sum(amount_gbp), 2) FROM payments WHERE bill_id = NEW.bill_id);
END;
