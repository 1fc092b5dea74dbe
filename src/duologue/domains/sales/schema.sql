-- The built-in sales desk: the records of a maker of measuring instruments that sells to businesses in the United Kingdom.
-- Money is in pounds sterling without VAT. Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'; quarters are '2025 Q2'.

CREATE TABLE territories (
  territory_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  region TEXT NOT NULL CHECK (region IN ('North', 'Midlands', 'South East', 'South West', 'Scotland'))
) STRICT;

-- Everybody who sells. Who manages others has no territory; the sales director is responsible for all regions.
CREATE TABLE representatives (
  representative_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  role TEXT NOT NULL CHECK (role IN ('representative', 'senior representative', 'regional manager', 'sales director')),
  region TEXT NOT NULL CHECK (region IN ('North', 'Midlands', 'South East', 'South West', 'Scotland', 'all regions')),
  territory_id INTEGER REFERENCES territories (territory_id),
  manager_id INTEGER REFERENCES representatives (representative_id),
  discount_limit_percent INTEGER NOT NULL CHECK (discount_limit_percent BETWEEN 0 AND 30),
  email TEXT NOT NULL UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  hired_on TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'left')),
  CHECK ((role IN ('representative', 'senior representative')) = (territory_id IS NOT NULL)),
  CHECK ((role = 'sales director') = (manager_id IS NULL))
) STRICT;

CREATE TABLE quarters (
  quarter TEXT PRIMARY KEY CHECK (quarter GLOB '20[0-9][0-9] Q[1-4]'),
  starts_on TEXT NOT NULL UNIQUE,
  ends_on TEXT NOT NULL CHECK (ends_on > starts_on),
  forecast_locks_at TEXT NOT NULL CHECK (forecast_locks_at BETWEEN starts_on AND ends_on),
  books TEXT NOT NULL CHECK (books IN ('open', 'closed'))
) STRICT;

CREATE TABLE sales_accounts (
  account_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  industry TEXT NOT NULL,
  segment TEXT NOT NULL CHECK (segment IN ('enterprise', 'mid-market', 'small business')),
  employees INTEGER NOT NULL CHECK (employees > 0),
  city TEXT NOT NULL,
  territory_id INTEGER NOT NULL REFERENCES territories (territory_id),
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  status TEXT NOT NULL DEFAULT 'prospect' CHECK (status IN ('prospect', 'customer', 'dormant', 'duplicate')),
  duplicate_of INTEGER REFERENCES sales_accounts (account_id) CHECK (duplicate_of <> account_id),
  created_on TEXT NOT NULL,
  CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL))
) STRICT;
CREATE INDEX accounts_by_name ON sales_accounts (name);
CREATE INDEX accounts_by_representative ON sales_accounts (representative_id);

CREATE TABLE contacts (
  contact_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES sales_accounts (account_id),
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  job_title TEXT NOT NULL,
  email TEXT NOT NULL COLLATE NOCASE CHECK (email LIKE '%_@_%'),
  phone TEXT
) STRICT;
CREATE INDEX contacts_by_account ON contacts (account_id);

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  line TEXT NOT NULL CHECK (line IN ('flow', 'level', 'pressure', 'temperature', 'data logging', 'software', 'services')),
  list_price_gbp REAL NOT NULL CHECK (list_price_gbp > 0),
  launched_on TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'on sale' CHECK (status IN ('on sale', 'discontinued'))
) STRICT;

CREATE TABLE campaigns (
  campaign_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  channel TEXT NOT NULL CHECK (channel IN ('trade fair', 'webinar', 'newsletter', 'referral programme', 'search advertising')),
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL CHECK (ends_on >= starts_on),
  budget_gbp REAL NOT NULL CHECK (budget_gbp > 0)
) STRICT;

CREATE TABLE opportunities (
  opportunity_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  account_id INTEGER NOT NULL REFERENCES sales_accounts (account_id),
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  campaign_id INTEGER REFERENCES campaigns (campaign_id),
  stage TEXT NOT NULL DEFAULT 'prospecting'
    CHECK (stage IN ('prospecting', 'qualification', 'proposal', 'negotiation', 'closed won', 'closed lost')),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  created_on TEXT NOT NULL,
  original_close_on TEXT NOT NULL CHECK (original_close_on >= created_on),
  close_due_on TEXT NOT NULL CHECK (close_due_on >= created_on),
  times_pushed INTEGER NOT NULL DEFAULT 0 CHECK (times_pushed >= 0),
  closed_on TEXT CHECK (closed_on >= created_on),
  lost_reason TEXT CHECK (lost_reason IN ('price', 'competitor', 'no budget', 'no decision', 'requirements')),
  CHECK ((stage IN ('closed won', 'closed lost')) = (closed_on IS NOT NULL)),
  CHECK ((stage = 'closed lost') = (lost_reason IS NOT NULL))
) STRICT;
CREATE INDEX opportunities_by_account ON opportunities (account_id);
CREATE INDEX opportunities_by_representative ON opportunities (representative_id, stage);

CREATE TABLE stage_changes (
  change_id INTEGER PRIMARY KEY,
  opportunity_id INTEGER NOT NULL REFERENCES opportunities (opportunity_id),
  from_stage TEXT,
  to_stage TEXT NOT NULL CHECK (to_stage <> from_stage),
  changed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX stage_changes_by_opportunity ON stage_changes (opportunity_id);

CREATE TABLE quotes (
  quote_id INTEGER PRIMARY KEY,
  opportunity_id INTEGER NOT NULL REFERENCES opportunities (opportunity_id),
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  status TEXT NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'awaiting approval', 'approved', 'sent', 'accepted', 'declined', 'expired')),
  discount_percent INTEGER NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 60),
  list_total_gbp REAL NOT NULL CHECK (list_total_gbp > 0),
  total_gbp REAL NOT NULL CHECK (total_gbp > 0 AND total_gbp <= list_total_gbp),
  created_on TEXT NOT NULL,
  valid_until TEXT NOT NULL CHECK (valid_until > created_on),
  approved_by INTEGER REFERENCES representatives (representative_id),
  approver_role TEXT CHECK (approver_role IN ('regional manager', 'sales director')),
  approved_on TEXT CHECK (approved_on >= created_on),
  CHECK ((approved_by IS NULL) = (approved_on IS NULL)),
  CHECK ((approved_by IS NULL) = (approver_role IS NULL))
) STRICT;
CREATE INDEX quotes_by_opportunity ON quotes (opportunity_id);

CREATE TABLE quote_lines (
  line_id INTEGER PRIMARY KEY,
  quote_id INTEGER NOT NULL REFERENCES quotes (quote_id),
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  list_price_gbp REAL NOT NULL CHECK (list_price_gbp > 0),
  UNIQUE (quote_id, product_id)
) STRICT;

-- Orders without an opportunity are repeat orders of what was sold before.
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES sales_accounts (account_id),
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  opportunity_id INTEGER UNIQUE REFERENCES opportunities (opportunity_id),
  booked_on TEXT NOT NULL,
  quarter TEXT NOT NULL REFERENCES quarters (quarter)
    CHECK (quarter = substr(booked_on, 1, 4) || ' Q' || ((CAST(substr(booked_on, 6, 2) AS INTEGER) + 2) / 3)),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'invoiced', 'cancelled'))
) STRICT;
CREATE INDEX orders_by_account ON orders (account_id, booked_on);
CREATE INDEX orders_by_representative ON orders (representative_id, quarter);

CREATE TABLE targets (
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  quarter TEXT NOT NULL REFERENCES quarters (quarter),
  target_gbp REAL NOT NULL CHECK (target_gbp > 0),
  -- by how much it was raised since it was set
  raised_percent INTEGER NOT NULL DEFAULT 0 CHECK (raised_percent >= 0),
  set_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  PRIMARY KEY (representative_id, quarter)
) STRICT;

CREATE TABLE sales_forecasts (
  representative_id INTEGER NOT NULL REFERENCES representatives (representative_id),
  quarter TEXT NOT NULL REFERENCES quarters (quarter),
  commit_gbp REAL NOT NULL CHECK (commit_gbp > 0),
  revision INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0),
  submitted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (representative_id, quarter)
) STRICT;

CREATE TABLE activities (
  activity_id INTEGER PRIMARY KEY,
  opportunity_id INTEGER NOT NULL REFERENCES opportunities (opportunity_id),
  contact_id INTEGER REFERENCES contacts (contact_id),
  kind TEXT NOT NULL CHECK (kind IN ('call', 'e-mail', 'meeting', 'demonstration', 'site visit')),
  held_on TEXT NOT NULL
) STRICT;
CREATE INDEX activities_by_opportunity ON activities (opportunity_id, held_on);

CREATE TABLE sales_handovers (
  handover_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES sales_accounts (account_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('special discount', 'contract terms', 'credit limit', 'commission query', 'data protection request', 'faulty product', 'exception to a rule')),
  team TEXT NOT NULL CHECK (team IN ('sales director', 'legal', 'finance', 'sales operations', 'customer care')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;
CREATE INDEX handovers_by_account ON sales_handovers (account_id);

-- Every move from stage to stage is remembered, and every date that is put off is counted.
CREATE TRIGGER stage_moved AFTER UPDATE OF stage ON opportunities WHEN NEW.stage <> OLD.stage
BEGIN
  INSERT INTO stage_changes (change_id, opportunity_id, from_stage, to_stage)
  VALUES ((SELECT max(change_id) + 1 FROM stage_changes), NEW.opportunity_id, OLD.stage, NEW.stage);
END;
CREATE TRIGGER close_pushed AFTER UPDATE OF close_due_on ON opportunities WHEN NEW.close_due_on > OLD.close_due_on
BEGIN
  UPDATE opportunities SET times_pushed = times_pushed + 1 WHERE opportunity_id = NEW.opportunity_id;
END;

CREATE VIEW price_list AS
SELECT product_id, name, line, list_price_gbp FROM products WHERE status = 'on sale';

-- The pipeline: what has neither been won nor lost, with the quarter in which it is expected to close.
CREATE VIEW open_opportunities AS
SELECT o.opportunity_id AS open_opportunity_id, o.name, o.stage, t.region, a.segment, o.amount_gbp, o.original_close_on, o.close_due_on,
  o.times_pushed, CAST(max(0, julianday(o.close_due_on) - julianday(o.original_close_on)) AS INTEGER) AS days_slipped,
  iif(o.close_due_on > o.original_close_on, 'behind schedule', 'on schedule') AS timing, q.quarter
FROM opportunities o JOIN sales_accounts a USING (account_id) JOIN territories t USING (territory_id)
  JOIN quarters q ON o.close_due_on BETWEEN q.starts_on AND q.ends_on
WHERE o.closed_on IS NULL;

-- What awaits the approval of its discount.
CREATE VIEW pending_quotes AS
SELECT q.quote_id, o.name AS opportunity, r.first_name || ' ' || r.last_name AS seller, t.region, q.discount_percent, q.total_gbp, q.created_on
FROM quotes q JOIN opportunities o USING (opportunity_id) JOIN sales_accounts a USING (account_id)
  JOIN territories t ON t.territory_id = a.territory_id JOIN representatives r ON r.representative_id = q.representative_id
WHERE q.status = 'awaiting approval';

-- Accounts whose first word and city are those of an account entered before them; of several, the one whose name goes on alike.
CREATE VIEW possible_duplicates AS
SELECT a.account_id, a.name, a.city, k.name AS kept_account, k.account_id AS kept_account_id,
  (SELECT count(*) FROM opportunities o WHERE o.account_id = a.account_id)
    + (SELECT count(*) FROM orders o WHERE o.account_id = a.account_id) AS own_business
FROM sales_accounts a JOIN sales_accounts k ON k.account_id = (
  SELECT e.account_id FROM sales_accounts e WHERE e.city = a.city AND e.account_id < a.account_id AND e.status <> 'duplicate'
    AND substr(e.name, 1, instr(e.name, ' ')) = substr(a.name, 1, instr(a.name, ' '))
  ORDER BY substr(e.name, 1, instr(e.name, ' ') + 3) = substr(a.name, 1, instr(a.name, ' ') + 3) DESC, e.account_id LIMIT 1)
WHERE a.status <> 'duplicate';

-- Decided one way or the other, by the quarter in which that was.
CREATE VIEW closed_opportunities AS
SELECT o.name, t.region, a.segment, a.industry, q.quarter, iif(o.stage = 'closed won', 'won', 'lost') AS outcome, o.amount_gbp, o.closed_on
FROM opportunities o JOIN sales_accounts a USING (account_id) JOIN territories t USING (territory_id)
  JOIN quarters q ON o.closed_on BETWEEN q.starts_on AND q.ends_on;

-- The same to be averaged: what was won counts 100, what was lost nothing.
CREATE VIEW outcomes AS
SELECT region, segment, industry, quarter, iif(outcome = 'won', 100, 0) AS win_rate_percent FROM closed_opportunities;

-- A representative's quarter: what was to be sold, what was, and how many opportunities were won and lost.
CREATE VIEW quarterly_results AS
SELECT t.representative_id, t.quarter, t.target_gbp, ifnull(b.booked_gbp, 0) AS booked_gbp,
  round(100 * ifnull(b.booked_gbp, 0) / t.target_gbp, 1) AS attainment_percent, f.commit_gbp,
  (SELECT count(*) FROM opportunities o WHERE o.representative_id = t.representative_id AND o.stage = 'closed won'
    AND o.closed_on BETWEEN q.starts_on AND q.ends_on) AS won,
  (SELECT count(*) FROM opportunities o WHERE o.representative_id = t.representative_id AND o.stage = 'closed lost'
    AND o.closed_on BETWEEN q.starts_on AND q.ends_on) AS lost
FROM targets t JOIN quarters q USING (quarter) LEFT JOIN sales_forecasts f USING (representative_id, quarter)
  LEFT JOIN (SELECT representative_id, quarter, round(sum(amount_gbp), 2) AS booked_gbp FROM orders WHERE status <> 'cancelled'
    GROUP BY representative_id, quarter) b USING (representative_id, quarter);
