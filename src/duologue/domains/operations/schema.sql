-- The operations desk of an online ticket seller: services and who owns them, the on-call rota, alerts, incidents, changes.
-- Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE teams (
  team_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  channel TEXT NOT NULL UNIQUE CHECK (channel LIKE '#_%')
) STRICT;

CREATE TABLE engineers (
  engineer_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  team_id INTEGER NOT NULL REFERENCES teams (team_id),
  position TEXT NOT NULL CHECK (position IN ('engineer', 'senior engineer', 'team lead', 'duty manager')),
  email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  status TEXT NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'on leave')),
  joined_on TEXT NOT NULL
) STRICT;
CREATE INDEX engineers_by_name ON engineers (last_name, first_name);
CREATE INDEX engineers_by_team ON engineers (team_id);

CREATE TABLE services (
  service_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  team_id INTEGER NOT NULL REFERENCES teams (team_id),
  -- 1: tickets can't be sold or used without it; 3: nobody outside notices for a day
  tier INTEGER NOT NULL CHECK (tier IN (1, 2, 3)),
  -- what is public is on the status page
  audience TEXT NOT NULL CHECK (audience IN ('public', 'internal')),
  -- follows the incidents; triggers below keep it
  status TEXT NOT NULL DEFAULT 'operational' CHECK (status IN ('operational', 'degraded', 'partial outage', 'major outage')),
  launched_on TEXT NOT NULL
) STRICT;

CREATE TABLE dependencies (
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  depends_on_id INTEGER NOT NULL REFERENCES services (service_id) CHECK (depends_on_id <> service_id),
  PRIMARY KEY (service_id, depends_on_id)
) STRICT;

CREATE TABLE runbooks (
  runbook_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  name TEXT NOT NULL UNIQUE,
  minutes_needed INTEGER NOT NULL CHECK (minutes_needed > 0),
  reviewed_on TEXT NOT NULL
) STRICT;

-- Who carries the pager, from nine to nine. Shifts are kept for a week after they end.
CREATE TABLE shifts (
  shift_id INTEGER PRIMARY KEY,
  team_id INTEGER NOT NULL REFERENCES teams (team_id),
  engineer_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  name TEXT NOT NULL UNIQUE,
  level TEXT NOT NULL CHECK (level IN ('primary', 'secondary', 'duty manager')),
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL CHECK (ends_at > starts_at),
  status TEXT NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'running', 'over')),
  UNIQUE (team_id, level, starts_at)
) STRICT;
CREATE INDEX shifts_by_engineer ON shifts (engineer_id, starts_at);

CREATE TABLE incidents (
  incident_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  symptom TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('SEV1', 'SEV2', 'SEV3', 'SEV4')),
  status TEXT NOT NULL DEFAULT 'investigating' CHECK (status IN ('investigating', 'identified', 'monitoring', 'resolved')),
  assignee_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  escalated_to TEXT CHECK (escalated_to IN ('team lead', 'duty manager')),
  cause TEXT CHECK (cause IN
    ('faulty change', 'lack of capacity', 'failed dependency', 'wrong configuration', 'expired certificate', 'hardware fault', 'not found')),
  resolved_at TEXT CHECK (resolved_at >= opened_at),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
  CHECK ((status = 'resolved') = (cause IS NOT NULL))
) STRICT;
CREATE INDEX incidents_by_service ON incidents (service_id, opened_at);
CREATE UNIQUE INDEX one_open_incident ON incidents (service_id) WHERE status <> 'resolved';

CREATE TABLE alerts (
  alert_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  raised_at TEXT NOT NULL,
  symptom TEXT NOT NULL CHECK (symptom IN
    ('high error rate', 'slow responses', 'failing health check', 'growing queue', 'disk almost full', 'high memory use',
     'replication lag', 'certificate about to expire', 'unusual traffic', 'overdue job')),
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
  status TEXT NOT NULL DEFAULT 'firing' CHECK (status IN ('firing', 'acknowledged', 'silenced', 'cleared')),
  -- who took it
  engineer_id INTEGER REFERENCES engineers (engineer_id),
  incident_id INTEGER REFERENCES incidents (incident_id),
  silence_hours INTEGER CHECK (silence_hours > 0),
  silenced_until TEXT,
  cleared_at TEXT CHECK (cleared_at >= raised_at),
  CHECK ((status = 'cleared') = (cleared_at IS NOT NULL)),
  CHECK ((silence_hours IS NULL) = (silenced_until IS NULL)),
  CHECK (status <> 'silenced' OR silenced_until IS NOT NULL)
) STRICT;
CREATE INDEX alerts_by_service ON alerts (service_id, raised_at);
CREATE INDEX alerts_by_incident ON alerts (incident_id);

-- What was done about an incident, as it was done.
CREATE TABLE timeline (
  entry_id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incidents (incident_id),
  written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  step TEXT NOT NULL CHECK (step IN
    ('opened', 'alert added', 'severity changed', 'assigned', 'escalated', 'change linked', 'resolved', 'reopened')),
  note TEXT NOT NULL CHECK (note <> '')
) STRICT;
CREATE INDEX timeline_by_incident ON timeline (incident_id, written_at);

-- What customers read on the status page.
CREATE TABLE status_updates (
  update_id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incidents (incident_id),
  published_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  phase TEXT NOT NULL CHECK (phase IN ('investigating', 'identified', 'monitoring', 'resolved')),
  message TEXT NOT NULL CHECK (message <> '')
) STRICT;
CREATE INDEX status_updates_by_incident ON status_updates (incident_id, published_at);

CREATE TABLE freezes (
  freeze_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL CHECK (ends_on >= starts_on)
) STRICT;

-- `taken` counts the changes planned for a window; triggers below keep it.
CREATE TABLE windows (
  window_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  scheduled_start TEXT NOT NULL UNIQUE,
  scheduled_end TEXT NOT NULL CHECK (scheduled_end > scheduled_start),
  places INTEGER NOT NULL CHECK (places > 0),
  taken INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND places),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;

CREATE TABLE changes (
  change_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  owner_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  raised_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  work TEXT NOT NULL CHECK (work <> ''),
  risk TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
  status TEXT NOT NULL DEFAULT 'approved' CHECK (status IN ('approved', 'scheduled', 'done', 'rolled back', 'cancelled')),
  window_id INTEGER REFERENCES windows (window_id),
  done_at TEXT CHECK (done_at >= raised_at),
  -- the incident it is thought to have caused
  incident_id INTEGER REFERENCES incidents (incident_id),
  CHECK ((status IN ('done', 'rolled back')) = (done_at IS NOT NULL)),
  CHECK ((status IN ('scheduled', 'done', 'rolled back')) = (window_id IS NOT NULL)),
  CHECK (incident_id IS NULL OR done_at IS NOT NULL)
) STRICT;
CREATE INDEX changes_by_service ON changes (service_id, raised_at);
CREATE INDEX changes_by_window ON changes (window_id);

CREATE TABLE postmortems (
  incident_id INTEGER PRIMARY KEY REFERENCES incidents (incident_id),
  author_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'in review', 'published')),
  due_on TEXT NOT NULL,
  published_on TEXT,
  CHECK ((status = 'published') = (published_on IS NOT NULL))
) STRICT;

CREATE TABLE actions (
  action_id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES postmortems (incident_id),
  owner_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  task TEXT NOT NULL CHECK (task IN
    ('new alert', 'runbook', 'load test', 'failover drill', 'capacity plan', 'rate limit', 'dashboard', 'rollback script')),
  priority TEXT NOT NULL CHECK (priority IN ('high', 'medium', 'low')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'dropped')),
  due_on TEXT NOT NULL,
  done_on TEXT,
  UNIQUE (incident_id, task),
  CHECK ((status = 'done') = (done_on IS NOT NULL))
) STRICT;
CREATE INDEX actions_by_owner ON actions (owner_id, status);

-- What the desk passed on to a colleague.
CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incidents (incident_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('security concern', 'possible data loss', 'press enquiry', 'legal question', 'customer complaint', 'exception to a rule')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX handovers_by_incident ON handovers (incident_id);

-- Who is to be called for a service.
CREATE VIEW on_call AS
SELECT s.service_id, h.engineer_id, e.first_name || ' ' || e.last_name AS engineer, h.level, h.ends_at
FROM shifts h JOIN services s USING (team_id) JOIN engineers e USING (engineer_id) WHERE h.status = 'running';

-- Who could take a shift: of the team, at work, and not on call on that day, the day before or the day after.
CREATE VIEW stand_ins AS
SELECT h.shift_id, e.engineer_id, e.first_name || ' ' || e.last_name AS engineer, e.position
FROM shifts h JOIN engineers e ON e.team_id = h.team_id AND e.engineer_id <> h.engineer_id
WHERE h.status = 'planned' AND e.status = 'available' AND NOT EXISTS (
  SELECT 1 FROM shifts o WHERE o.engineer_id = e.engineer_id AND o.starts_at BETWEEN datetime(h.starts_at, '-1 day') AND datetime(h.starts_at, '+1 day'));

-- Where a change that is still to be made could go, but for the notice it needs.
CREATE VIEW possible_windows AS
SELECT c.change_id, w.window_id, w.name AS window, w.scheduled_start, w.places - w.taken AS places_left, CASE c.risk WHEN 'high' THEN 96 WHEN 'medium' THEN 48 ELSE 24 END AS notice
FROM changes c JOIN windows w ON w.status = 'open' AND w.taken < w.places AND w.window_id IS NOT c.window_id
WHERE c.status IN ('approved', 'scheduled') AND (c.risk = 'low' OR NOT EXISTS (
  SELECT 1 FROM freezes f WHERE date(w.scheduled_start) BETWEEN f.starts_on AND f.ends_on));

-- What was changed in the three days before an incident, on its service and on what that depends on.
CREATE VIEW recent_changes AS
SELECT i.incident_id, c.change_id, s.name AS service, c.work, c.risk, c.done_at
FROM incidents i JOIN changes c ON c.done_at BETWEEN datetime(i.opened_at, '-72 hours') AND i.opened_at JOIN services s ON s.service_id = c.service_id
WHERE c.service_id = i.service_id OR EXISTS (SELECT 1 FROM dependencies d WHERE d.service_id = i.service_id AND d.depends_on_id = c.service_id);

-- A window's places follow the changes planned for it. More than there are is refused by the window's check.
CREATE TRIGGER place_taken AFTER INSERT ON changes WHEN NEW.window_id IS NOT NULL
BEGIN
  UPDATE windows SET taken = taken + 1 WHERE window_id = NEW.window_id;
END;
CREATE TRIGGER place_moved AFTER UPDATE OF window_id ON changes WHEN NEW.window_id IS NOT OLD.window_id
BEGIN
  UPDATE windows SET taken = taken - 1 WHERE window_id = OLD.window_id;
  UPDATE windows SET taken = taken + 1 WHERE window_id = NEW.window_id;
END;

-- A service is as well as its open incident lets it be.
CREATE TRIGGER service_after_opening AFTER INSERT ON incidents WHEN NEW.status <> 'resolved'
BEGIN
  UPDATE services SET status = CASE NEW.severity WHEN 'SEV1' THEN 'major outage' WHEN 'SEV2' THEN 'partial outage' ELSE 'degraded' END
  WHERE service_id = NEW.service_id;
END;
CREATE TRIGGER service_after_change AFTER UPDATE OF severity, status ON incidents
BEGIN
  UPDATE services SET status = CASE WHEN NEW.status = 'resolved' THEN 'operational' WHEN NEW.severity = 'SEV1' THEN 'major outage'
    WHEN NEW.severity = 'SEV2' THEN 'partial outage' ELSE 'degraded' END
  WHERE service_id = NEW.service_id;
END;
