-- Version 3 of a run's file: who failed, and what each check said.

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
