-- Version 3 of a run's file: who failed, what each check said, what was drawn again, and what proofs left untried.

-- Who a rejected item is lost to (checks/blame.py names them); empty for an accepted one.
ALTER TABLE items ADD COLUMN blame TEXT NOT NULL DEFAULT '';

-- What a check said of the conversations that were played for an item, redraws included.
CREATE TABLE checks (
    item   INTEGER NOT NULL REFERENCES items (item),
    name   TEXT NOT NULL,
    asked  INTEGER NOT NULL,  -- conversations it was asked of
    failed INTEGER NOT NULL,
    unsure INTEGER NOT NULL,  -- of those it could not tell of
    PRIMARY KEY (item, name)
) STRICT, WITHOUT ROWID;

-- What the statistics add up of calls, so that they need not read the answers: those of 100,000 conversations are gigabytes.
CREATE INDEX IF NOT EXISTS calls_spent
    ON calls (role, item, prompt_tokens, cached_tokens, completion_tokens, seconds, dollars);

-- Conversations that were played for an item, failed a check, and were drawn again: as they are, with what they failed.
CREATE TABLE redrawn (
    item        INTEGER NOT NULL REFERENCES items (item),
    attempt     INTEGER NOT NULL,  -- which of the item's conversations it was, from 1
    environment TEXT NOT NULL REFERENCES environments (id),
    reason      TEXT NOT NULL,
    blame       TEXT NOT NULL,
    verdicts    BLOB NOT NULL,     -- list of Verdict as JSON
    body        BLOB NOT NULL,     -- Dialogue as JSON
    PRIMARY KEY (item, attempt)
) STRICT;

-- What proofs of the item's tasks left untried by a rule: mutations of a kind, and why (tasks/proving).
CREATE TABLE untried (
    item INTEGER NOT NULL REFERENCES items (item),
    kind TEXT NOT NULL,
    why  TEXT NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (item, kind, why)
) STRICT, WITHOUT ROWID;
