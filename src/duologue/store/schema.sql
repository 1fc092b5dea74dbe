-- Version 1 of a run's file. Later versions are scripts of their own (see MIGRATIONS in files.py); this one never changes.

CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    script  TEXT NOT NULL
) STRICT;

-- The arguments the run was started with: name -> JSON.
CREATE TABLE config (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- What else the run has to say: "seconds", "tasks ran out at 31 of 40". name -> JSON.
CREATE TABLE notes (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A database image, once per content hash, in compressed pieces.
CREATE TABLE images (
    hash  TEXT NOT NULL,
    piece INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (hash, piece)
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    image   TEXT NOT NULL,
    body    BLOB NOT NULL,  -- Environment as JSON
    catalog BLOB            -- Catalog as JSON
) STRICT;

CREATE TABLE tools (
    environment TEXT NOT NULL REFERENCES environments (id),
    name        TEXT NOT NULL,
    effect      TEXT NOT NULL,
    PRIMARY KEY (environment, name)
) STRICT, WITHOUT ROWID;

-- One of the -n asked for. `outcome` is NULL from its beginning to its end.
CREATE TABLE items (
    item     INTEGER PRIMARY KEY,
    outcome  TEXT CHECK (outcome IN ('accepted', 'rejected')),
    stage    TEXT NOT NULL DEFAULT '',
    reason   TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT ''
) STRICT;

-- A whole conversation, with what the statistics need beside it so that they decode nothing.
CREATE TABLE dialogues (
    item        INTEGER PRIMARY KEY REFERENCES items (item),
    id          TEXT NOT NULL,
    accepted    INTEGER NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (id),
    turns       INTEGER NOT NULL,  -- messages other than the system's
    user_turns  INTEGER NOT NULL,
    tasks       INTEGER NOT NULL,  -- objectives completed
    calls       INTEGER NOT NULL,
    writes      INTEGER NOT NULL,  -- calls of tools whose effect is `write`
    steps       INTEGER NOT NULL,  -- tool-use iterations, over all requests
    requests    INTEGER NOT NULL,  -- user turns that at least one iteration answers
    longest     INTEGER NOT NULL,  -- the most iterations for one request
    verdicts    BLOB NOT NULL,     -- list of Verdict as JSON
    body        BLOB NOT NULL      -- Dialogue as JSON
) STRICT;

CREATE INDEX dialogues_accepted ON dialogues (accepted, item);

-- Tasks that finished items used, so that a resumed run draws none of them again.
CREATE TABLE tasks (
    id   TEXT NOT NULL,
    item INTEGER NOT NULL REFERENCES items (item),
    PRIMARY KEY (id, item)
) STRICT, WITHOUT ROWID;

-- Attempts at each stage, redraws included: how many ended how. An empty reason is a pass.
CREATE TABLE attempts (
    item   INTEGER NOT NULL REFERENCES items (item),
    stage  TEXT NOT NULL,
    reason TEXT NOT NULL,
    n      INTEGER NOT NULL
) STRICT;
