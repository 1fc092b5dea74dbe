-- The built-in finance back office of a wholesaler of catering equipment in the United Kingdom.
-- All amounts are in pounds sterling; what is owed in euros is kept at its value in pounds. Dates are 'YYYY-MM-DD', times
-- 'YYYY-MM-DD HH:MM:SS'.

CREATE TABLE cost_centres (
  cost_centre_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

-- The nominal ledger; the key is the nominal code.
CREATE TABLE accounts (
  account_id INTEGER PRIMARY KEY CHECK (account_id BETWEEN 1000 AND 9999),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  kind TEXT NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense'))
) STRICT;

CREATE TABLE periods (
  period_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  starts_on TEXT NOT NULL UNIQUE,
  ends_on TEXT NOT NULL CHECK (ends_on > starts_on),
  status TEXT NOT NULL DEFAULT 'future' CHECK (status IN ('future', 'open', 'closed'))
) STRICT;

-- Without an approval limit somebody approves nothing.
CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  job_title TEXT NOT NULL,
  cost_centre_id INTEGER NOT NULL REFERENCES cost_centres (cost_centre_id),
  email TEXT NOT NULL UNIQUE CHECK (email LIKE '%_@_%'),
  approval_limit_gbp REAL CHECK (approval_limit_gbp > 0)
) STRICT;

-- `new_bank_account` is what a vendor has asked to be paid to from now on; somebody rings the vendor back before it is believed.
CREATE TABLE vendors (
  vendor_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  currency TEXT NOT NULL DEFAULT 'GBP' CHECK (currency IN ('GBP', 'EUR')),
  terms_days INTEGER NOT NULL CHECK (terms_days BETWEEN 0 AND 90),
  phone TEXT,
  bank_account TEXT NOT NULL,
  details_changed_on TEXT,
  new_bank_account TEXT,
  change_requested_on TEXT,
  called_back_by INTEGER REFERENCES employees (employee_id),
  called_back_on TEXT CHECK (called_back_on >= change_requested_on),
  CHECK ((new_bank_account IS NULL) = (change_requested_on IS NULL)),
  CHECK ((called_back_by IS NULL) = (called_back_on IS NULL)),
  CHECK (called_back_by IS NULL OR new_bank_account IS NOT NULL)
) STRICT;

CREATE TABLE purchase_orders (
  order_id INTEGER PRIMARY KEY,
  vendor_id INTEGER NOT NULL REFERENCES vendors (vendor_id),
  ordered_by INTEGER NOT NULL REFERENCES employees (employee_id),
  ordered_on TEXT NOT NULL,
  item TEXT NOT NULL,
  quantity_ordered INTEGER NOT NULL CHECK (quantity_ordered > 0),
  quantity_received INTEGER NOT NULL DEFAULT 0 CHECK (quantity_received BETWEEN 0 AND quantity_ordered),
  unit_price_gbp REAL NOT NULL CHECK (unit_price_gbp > 0)
) STRICT;
CREATE INDEX orders_by_vendor ON purchase_orders (vendor_id);

CREATE TABLE payment_runs (
  run_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  method TEXT NOT NULL CHECK (method IN ('BACS', 'SEPA')),
  payment_due TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (currency IN ('GBP', 'EUR')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'sent')),
  UNIQUE (method, payment_due),
  CHECK ((method = 'SEPA') = (currency = 'EUR'))
) STRICT;

CREATE TABLE bills (
  bill_id INTEGER PRIMARY KEY,
  vendor_id INTEGER NOT NULL REFERENCES vendors (vendor_id),
  vendor_reference TEXT NOT NULL,
  received_on TEXT NOT NULL,
  due_on TEXT NOT NULL CHECK (due_on >= received_on),
  order_id INTEGER REFERENCES purchase_orders (order_id),
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  cost_centre_id INTEGER NOT NULL REFERENCES cost_centres (cost_centre_id),
  net_gbp REAL NOT NULL CHECK (net_gbp > 0),
  vat_gbp REAL NOT NULL DEFAULT 0 CHECK (vat_gbp >= 0),
  total_gbp REAL NOT NULL,
  status TEXT NOT NULL DEFAULT 'awaiting approval'
    CHECK (status IN ('awaiting approval', 'approved', 'on hold', 'scheduled', 'paid')),
  hold_reason TEXT
    CHECK (hold_reason IN ('price query', 'goods not received', 'quality complaint', 'possible duplicate', 'order number missing')),
  -- the name as the ledger logs it
  entered_by TEXT NOT NULL,
  run_id INTEGER REFERENCES payment_runs (run_id),
  paid_on TEXT CHECK (paid_on >= received_on),
  CHECK (total_gbp = round(net_gbp + vat_gbp, 2)),
  CHECK ((status = 'on hold') = (hold_reason IS NOT NULL)),
  CHECK ((status = 'paid') = (paid_on IS NOT NULL)),
  CHECK (status <> 'scheduled' OR run_id IS NOT NULL),
  UNIQUE (vendor_id, vendor_reference)
) STRICT;
CREATE INDEX bills_by_vendor ON bills (vendor_id, received_on);

-- Who has signed a bill off; a large one takes two.
CREATE TABLE sign_offs (
  sign_off_id INTEGER PRIMARY KEY,
  bill_id INTEGER NOT NULL REFERENCES bills (bill_id),
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  approved_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  UNIQUE (bill_id, employee_id)
) STRICT;

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  company_name TEXT NOT NULL CHECK (company_name <> ''),
  city TEXT NOT NULL,
  currency TEXT NOT NULL DEFAULT 'GBP' CHECK (currency IN ('GBP', 'EUR')),
  terms_days INTEGER NOT NULL CHECK (terms_days BETWEEN 0 AND 90),
  credit_limit_gbp REAL NOT NULL CHECK (credit_limit_gbp >= 0),
  phone TEXT,
  UNIQUE (company_name, city)
) STRICT;

-- `open_gbp` follows from the rest; triggers below keep it.
CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL CHECK (due_on >= issued_on),
  total_gbp REAL NOT NULL CHECK (total_gbp > 0),
  paid_gbp REAL NOT NULL DEFAULT 0 CHECK (paid_gbp >= 0),
  credited_percent REAL NOT NULL DEFAULT 0 CHECK (credited_percent BETWEEN 0 AND 100),
  credited_gbp REAL NOT NULL DEFAULT 0 CHECK (credited_gbp >= 0),
  credit_reason TEXT CHECK (credit_reason IN ('goods returned', 'damaged in transit', 'price error', 'late delivery', 'invoiced twice')),
  written_off_gbp REAL NOT NULL DEFAULT 0 CHECK (written_off_gbp >= 0),
  open_gbp REAL NOT NULL,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'credited', 'written off')),
  CHECK ((credited_percent > 0) = (credit_reason IS NOT NULL))
) STRICT;
CREATE INDEX invoices_by_customer ON invoices (customer_id, issued_on);

-- The statements of both bank accounts, the one in pounds and the one in euros, since the beginning of September; earlier ones are reconciled and filed. Money out is negative.
CREATE TABLE statement_lines (
  line_id INTEGER PRIMARY KEY,
  currency TEXT NOT NULL CHECK (currency IN ('GBP', 'EUR')),
  booked_on TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('receipt', 'payment run', 'direct debit', 'bank charge', 'payroll', 'tax')),
  counterparty TEXT NOT NULL,
  payment_reference TEXT,
  amount_gbp REAL NOT NULL CHECK (amount_gbp <> 0),
  invoice_id INTEGER REFERENCES invoices (invoice_id),
  run_id INTEGER REFERENCES payment_runs (run_id),
  status TEXT NOT NULL DEFAULT 'unmatched' CHECK (status IN ('unmatched', 'matched')),
  CHECK (invoice_id IS NULL OR (kind = 'receipt' AND status = 'matched')),
  CHECK ((kind = 'receipt') = (amount_gbp > 0))
) STRICT;
CREATE INDEX lines_by_day ON statement_lines (booked_on);

CREATE TABLE journals (
  journal_id INTEGER PRIMARY KEY,
  period_id INTEGER NOT NULL REFERENCES periods (period_id),
  drawn_up_on TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('accrual', 'prepayment', 'depreciation', 'payroll', 'correction', 'reversal', 'credit note', 'write-off', 'monthly batch')),
  memo TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'posted', 'reversed')),
  prepared_by INTEGER REFERENCES employees (employee_id),
  reviewed_by INTEGER REFERENCES employees (employee_id),
  reverses_id INTEGER UNIQUE REFERENCES journals (journal_id),
  invoice_id INTEGER REFERENCES invoices (invoice_id),
  CHECK (reviewed_by IS NULL OR reviewed_by <> prepared_by),
  CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))
) STRICT;
CREATE INDEX journals_by_period ON journals (period_id);

CREATE TABLE journal_lines (
  journal_line_id INTEGER PRIMARY KEY,
  journal_id INTEGER NOT NULL REFERENCES journals (journal_id),
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  cost_centre_id INTEGER REFERENCES cost_centres (cost_centre_id),
  debit_gbp REAL NOT NULL DEFAULT 0 CHECK (debit_gbp >= 0),
  credit_gbp REAL NOT NULL DEFAULT 0 CHECK (credit_gbp >= 0),
  CHECK ((debit_gbp = 0) <> (credit_gbp = 0))
) STRICT;
CREATE INDEX lines_by_journal ON journal_lines (journal_id);

CREATE TABLE expense_claims (
  claim_id INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  category TEXT NOT NULL CHECK (category IN ('rail', 'hotel', 'meals', 'mileage', 'parking', 'client entertainment', 'small equipment')),
  spent_on TEXT NOT NULL,
  submitted_on TEXT NOT NULL CHECK (submitted_on >= spent_on),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  receipt_attached INTEGER NOT NULL CHECK (receipt_attached IN (0, 1)),
  status TEXT NOT NULL DEFAULT 'submitted' CHECK (status IN ('submitted', 'approved', 'rejected', 'paid')),
  approved_by INTEGER REFERENCES employees (employee_id),
  CHECK (approved_by IS NULL OR approved_by <> employee_id),
  CHECK ((status IN ('approved', 'paid')) = (approved_by IS NOT NULL))
) STRICT;
CREATE INDEX claims_by_employee ON expense_claims (employee_id);

CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  bill_id INTEGER NOT NULL REFERENCES bills (bill_id),
  reason TEXT NOT NULL CHECK (reason IN ('suspected fraud', 'dispute with the vendor', 'VAT question', 'exception to a rule')),
  team TEXT NOT NULL CHECK (team IN ('internal audit', 'purchasing', 'tax', 'financial control')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;
CREATE INDEX handovers_by_bill ON handovers (bill_id);

-- What a receipt may be for.
CREATE VIEW open_invoices AS
SELECT invoice_id, company_name, city, i.issued_on, i.due_on, i.open_gbp FROM invoices i JOIN customers USING (customer_id) WHERE i.status = 'open';

-- A statement line that is matched to an invoice pays it; what is left open, and whether anything is, follows.
CREATE TRIGGER receipt_pays AFTER UPDATE OF invoice_id ON statement_lines WHEN NEW.invoice_id IS NOT NULL AND OLD.invoice_id IS NULL
BEGIN
  UPDATE invoices SET paid_gbp = round(paid_gbp + NEW.amount_gbp, 2) WHERE invoice_id = NEW.invoice_id;
END;
CREATE TRIGGER balance_follows AFTER UPDATE OF paid_gbp, credited_gbp, written_off_gbp ON invoices
BEGIN
  UPDATE invoices SET open_gbp = round(total_gbp - paid_gbp - credited_gbp - written_off_gbp, 2),
    status = CASE WHEN round(total_gbp - paid_gbp - credited_gbp - written_off_gbp, 2) > 0 THEN 'open'
      WHEN written_off_gbp > 0 THEN 'written off' WHEN credited_gbp >= total_gbp THEN 'credited' ELSE 'paid' END
  WHERE invoice_id = NEW.invoice_id;
END;
