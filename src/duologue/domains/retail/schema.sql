-- The built-in shop: an online shop for kitchen and home goods that delivers within the United Kingdom.
-- Money is in pounds sterling, prices include VAT. Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  joined_on TEXT NOT NULL,
  newsletter INTEGER NOT NULL DEFAULT 0 CHECK (newsletter IN (0, 1))
) STRICT;
CREATE INDEX customers_by_name ON customers (last_name, first_name);

CREATE TABLE addresses (
  address_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  label TEXT NOT NULL DEFAULT 'other' CHECK (label IN ('home', 'work', 'family', 'other')),
  line1 TEXT NOT NULL CHECK (line1 <> ''),
  line2 TEXT,
  city TEXT NOT NULL CHECK (city <> ''),
  postcode TEXT NOT NULL CHECK (postcode <> ''),
  is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1))
) STRICT;
CREATE INDEX addresses_by_customer ON addresses (customer_id);
CREATE UNIQUE INDEX one_default_address ON addresses (customer_id) WHERE is_default = 1;

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  brand TEXT NOT NULL,
  category TEXT NOT NULL,
  description TEXT NOT NULL,
  -- clearance: sold off, returned only when the fault is ours; discontinued: sold no more
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'clearance', 'discontinued')),
  launched_on TEXT NOT NULL
) STRICT;

CREATE TABLE variants (
  variant_id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  sku TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  colour TEXT NOT NULL,
  size TEXT,
  price_gbp REAL NOT NULL CHECK (price_gbp > 0)
) STRICT;
CREATE UNIQUE INDEX variants_of_product ON variants (product_id, colour, ifnull(size, ''));

CREATE TABLE stock (
  variant_id INTEGER PRIMARY KEY REFERENCES variants (variant_id),
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  reorder_level INTEGER NOT NULL CHECK (reorder_level >= 0),
  restocked_on TEXT
) STRICT;

CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  address_id INTEGER NOT NULL REFERENCES addresses (address_id),
  ordered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN
    ('pending', 'processing', 'packed', 'shipped', 'delivered', 'cancelled', 'partly returned', 'returned')),
  delivery TEXT NOT NULL DEFAULT 'standard' CHECK (delivery IN ('standard', 'express')),
  delivery_fee_gbp REAL NOT NULL DEFAULT 0 CHECK (delivery_fee_gbp >= 0),
  total_gbp REAL NOT NULL DEFAULT 0 CHECK (total_gbp >= 0),
  cancelled_at TEXT CHECK (cancelled_at >= ordered_at),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
CREATE INDEX orders_by_customer ON orders (customer_id, ordered_at);

CREATE TABLE order_lines (
  line_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  variant_id INTEGER NOT NULL REFERENCES variants (variant_id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price_gbp REAL NOT NULL CHECK (unit_price_gbp > 0),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN
    ('active', 'cancelled', 'exchanged', 'partly returned', 'returned'))
) STRICT;
CREATE INDEX lines_by_order ON order_lines (order_id);
CREATE INDEX lines_by_variant ON order_lines (variant_id);

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  method TEXT NOT NULL CHECK (method IN ('card', 'paypal', 'gift card', 'bank transfer')),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  status TEXT NOT NULL DEFAULT 'awaited' CHECK (status IN ('awaited', 'paid', 'void')),
  paid_at TEXT,
  CHECK ((status = 'paid') = (paid_at IS NOT NULL))
) STRICT;
CREATE INDEX payments_by_order ON payments (order_id);

CREATE TABLE shipments (
  shipment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL UNIQUE REFERENCES orders (order_id),
  carrier TEXT NOT NULL,
  tracking_number TEXT NOT NULL UNIQUE,
  label_printed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  shipped_at TEXT CHECK (shipped_at >= label_printed_at),
  delivered_at TEXT CHECK (delivered_at >= shipped_at),
  CHECK (delivered_at IS NULL OR shipped_at IS NOT NULL)
) STRICT;

CREATE TABLE returns (
  return_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES order_lines (line_id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  reason TEXT NOT NULL CHECK (reason IN ('faulty', 'damaged', 'wrong item', 'wrong size', 'changed mind')),
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'received')),
  requested_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  received_at TEXT CHECK (received_at >= requested_at),
  CHECK ((status = 'received') = (received_at IS NOT NULL))
) STRICT;
CREATE INDEX returns_by_line ON returns (line_id);

CREATE TABLE exchanges (
  exchange_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL REFERENCES order_lines (line_id),
  variant_id INTEGER NOT NULL REFERENCES variants (variant_id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  reason TEXT NOT NULL CHECK (reason IN ('faulty', 'damaged', 'wrong item', 'wrong size', 'changed mind')),
  status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'sent')),
  requested_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sent_at TEXT CHECK (sent_at >= requested_at),
  CHECK ((status = 'sent') = (sent_at IS NOT NULL))
) STRICT;
CREATE INDEX exchanges_by_line ON exchanges (line_id);

CREATE TABLE refunds (
  refund_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  return_id INTEGER REFERENCES returns (return_id),
  exchange_id INTEGER REFERENCES exchanges (exchange_id),
  method TEXT NOT NULL CHECK (method IN ('card', 'paypal', 'gift card', 'bank transfer')),
  amount_gbp REAL NOT NULL CHECK (amount_gbp > 0),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'paid')),
  requested_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  paid_at TEXT CHECK (paid_at >= requested_at),
  CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
  CHECK (return_id IS NULL OR exchange_id IS NULL)
) STRICT;
CREATE INDEX refunds_by_order ON refunds (order_id);

-- An order's total is its delivery fee and its lines at the prices they were sold for; it follows the lines.
CREATE TRIGGER total_after_new_line AFTER INSERT ON order_lines
BEGIN
  UPDATE orders SET total_gbp = round(delivery_fee_gbp + (
    SELECT sum(quantity * unit_price_gbp) FROM order_lines WHERE order_id = NEW.order_id
  ), 2) WHERE order_id = NEW.order_id;
END;
CREATE TRIGGER total_after_changed_line AFTER UPDATE OF quantity, unit_price_gbp ON order_lines
BEGIN
  UPDATE orders SET total_gbp = round(delivery_fee_gbp + (
    SELECT sum(quantity * unit_price_gbp) FROM order_lines WHERE order_id = NEW.order_id
  ), 2) WHERE order_id = NEW.order_id;
END;
