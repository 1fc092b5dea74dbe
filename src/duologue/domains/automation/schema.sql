-- The automation desk of a delivery company: it runs playbooks on groups of hosts, ships releases, and keeps schedules,
-- certificates, credentials and backups. Times are UTC, 'YYYY-MM-DD HH:MM:SS'; dates are 'YYYY-MM-DD'.

CREATE TABLE engineers (
  engineer_id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL CHECK (first_name <> ''),
  last_name TEXT NOT NULL CHECK (last_name <> ''),
  email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
  phone TEXT,
  team TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('engineer', 'senior engineer', 'team lead', 'release manager')),
  status TEXT NOT NULL DEFAULT 'on duty' CHECK (status IN ('on duty', 'away')),
  started_on TEXT NOT NULL
) STRICT;
CREATE INDEX engineers_by_name ON engineers (last_name, first_name);

CREATE TABLE services (
  service_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  team TEXT NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('critical', 'standard', 'internal')),
  purpose TEXT NOT NULL
) STRICT;

CREATE TABLE host_groups (
  group_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  name TEXT NOT NULL UNIQUE,
  environment TEXT NOT NULL CHECK (environment IN ('production', 'staging')),
  site TEXT NOT NULL,
  -- both follow the hosts; triggers below see to it
  host_count INTEGER NOT NULL DEFAULT 0 CHECK (host_count >= 0),
  active_hosts INTEGER NOT NULL DEFAULT 0 CHECK (active_hosts BETWEEN 0 AND host_count),
  UNIQUE (service_id, environment)
) STRICT;

CREATE TABLE hosts (
  host_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  name TEXT NOT NULL UNIQUE,
  operating_system TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'maintenance', 'quarantine')),
  status_since TEXT NOT NULL,
  memory_gb INTEGER NOT NULL CHECK (memory_gb > 0),
  patched_on TEXT NOT NULL,
  installed_on TEXT NOT NULL CHECK (installed_on <= patched_on)
) STRICT;
CREATE INDEX hosts_by_group ON hosts (group_id);

CREATE TABLE freezes (
  freeze_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  name TEXT NOT NULL UNIQUE,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX freezes_by_group ON freezes (group_id);

CREATE TABLE releases (
  release_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  name TEXT NOT NULL UNIQUE,
  version TEXT NOT NULL,
  built_at TEXT NOT NULL,
  -- whether it changes the database, so that there is no way back to the version before
  has_migration INTEGER NOT NULL DEFAULT 0 CHECK (has_migration IN (0, 1)),
  UNIQUE (service_id, version)
) STRICT;

CREATE TABLE deployments (
  deployment_id INTEGER PRIMARY KEY,
  release_id INTEGER NOT NULL REFERENCES releases (release_id),
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  deployed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'replaced', 'rolled back')),
  failed_tests INTEGER NOT NULL DEFAULT 0 CHECK (failed_tests >= 0),
  ended_at TEXT CHECK (ended_at >= deployed_at),
  CHECK ((status = 'live') = (ended_at IS NULL))
) STRICT;
CREATE INDEX deployments_by_release ON deployments (release_id);
CREATE UNIQUE INDEX one_live_release ON deployments (group_id) WHERE status = 'live';

CREATE TABLE playbooks (
  playbook_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  risk TEXT NOT NULL CHECK (risk IN ('low', 'high')),
  -- whether the service may stutter while it runs
  disruptive INTEGER NOT NULL CHECK (disruptive IN (0, 1)),
  -- whether a run can be stopped halfway without leaving hosts half done
  stoppable INTEGER NOT NULL CHECK (stoppable IN (0, 1)),
  usual_minutes INTEGER NOT NULL CHECK (usual_minutes > 0)
) STRICT;

CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY,
  playbook_id INTEGER NOT NULL REFERENCES playbooks (playbook_id),
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  -- who started it; nobody where a schedule or the assistant did
  engineer_id INTEGER REFERENCES engineers (engineer_id),
  mode TEXT NOT NULL CHECK (mode IN ('real run', 'dry run')),
  status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled')),
  attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt BETWEEN 1 AND 3),
  started_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at TEXT CHECK (finished_at >= started_at),
  CHECK ((status = 'running') = (finished_at IS NULL))
) STRICT;
CREATE INDEX runs_by_group ON runs (group_id, started_at);
CREATE UNIQUE INDEX one_real_run ON runs (group_id) WHERE status = 'running' AND mode = 'real run';

CREATE TABLE run_steps (
  step_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (run_id),
  position INTEGER NOT NULL CHECK (position > 0),
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'succeeded', 'failed', 'skipped')),
  error TEXT,
  UNIQUE (run_id, position),
  CHECK ((status = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE TABLE schedules (
  schedule_id INTEGER PRIMARY KEY,
  playbook_id INTEGER NOT NULL REFERENCES playbooks (playbook_id),
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  name TEXT NOT NULL UNIQUE,
  frequency TEXT NOT NULL CHECK (frequency IN ('nightly', 'weekly', 'monthly')),
  next_run_at TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
  pause_days INTEGER CHECK (pause_days > 0),
  paused_until TEXT,
  CHECK ((status = 'paused') = (paused_until IS NOT NULL) AND (status = 'paused') = (pause_days IS NOT NULL))
) STRICT;

CREATE TABLE change_approvals (
  approval_id INTEGER PRIMARY KEY,
  playbook_id INTEGER NOT NULL REFERENCES playbooks (playbook_id),
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  -- who is asked
  engineer_id INTEGER NOT NULL REFERENCES engineers (engineer_id),
  status TEXT NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'approved', 'declined', 'used', 'lapsed')),
  requested_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  decided_at TEXT CHECK (decided_at >= requested_at),
  valid_until TEXT NOT NULL,
  CHECK ((status = 'requested') = (decided_at IS NULL))
) STRICT;
CREATE INDEX approvals_by_group ON change_approvals (group_id, playbook_id);

CREATE TABLE certificates (
  certificate_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  name TEXT NOT NULL UNIQUE,
  issuer TEXT NOT NULL CHECK (issuer IN ('internal', 'external')),
  issued_on TEXT NOT NULL DEFAULT CURRENT_DATE,
  expires_on TEXT NOT NULL CHECK (expires_on > issued_on)
) STRICT;
CREATE INDEX certificates_by_group ON certificates (group_id);

CREATE TABLE credentials (
  credential_id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL REFERENCES services (service_id),
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('database password', 'access key', 'signing key', 'deploy token')),
  -- where the secret lies; the secret itself is in no table
  vault_path TEXT NOT NULL UNIQUE,
  shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  rotated_on TEXT NOT NULL,
  rotation_days INTEGER NOT NULL CHECK (rotation_days > 0)
) STRICT;
CREATE INDEX credentials_by_service ON credentials (service_id);

CREATE TABLE data_backups (
  backup_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('full', 'incremental')),
  taken_at TEXT NOT NULL,
  size_gb REAL NOT NULL CHECK (size_gb > 0),
  verification TEXT NOT NULL CHECK (verification IN ('passed', 'failed', 'not done')),
  restored_at TEXT CHECK (restored_at >= taken_at)
) STRICT;
CREATE INDEX backups_by_group ON data_backups (group_id, taken_at);

CREATE TABLE handovers (
  handover_id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES host_groups (group_id),
  reason TEXT NOT NULL CHECK (reason IN
    ('security concern', 'suspected data loss', 'vendor outage', 'access request', 'exception to a rule')),
  team TEXT NOT NULL CHECK (team IN ('security', 'on-call lead', 'vendor management', 'release management')),
  opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
) STRICT;
CREATE INDEX handovers_by_group ON handovers (group_id);

-- A group counts its hosts.
CREATE TRIGGER host_added AFTER INSERT ON hosts
BEGIN
  UPDATE host_groups SET host_count = host_count + 1, active_hosts = active_hosts + (NEW.status = 'active') WHERE group_id = NEW.group_id;
END;
CREATE TRIGGER host_in_or_out AFTER UPDATE OF status ON hosts WHEN (NEW.status = 'active') <> (OLD.status = 'active')
BEGIN
  UPDATE host_groups SET active_hosts = active_hosts + iif(NEW.status = 'active', 1, -1) WHERE group_id = NEW.group_id;
END;

-- What goes live takes the place of what was live there.
CREATE TRIGGER release_replaced BEFORE INSERT ON deployments WHEN NEW.status = 'live'
BEGIN
  UPDATE deployments SET status = 'replaced', ended_at = NEW.deployed_at WHERE group_id = NEW.group_id AND status = 'live';
END;
