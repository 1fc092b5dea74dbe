-- Version 10 of a run's file: answers are found by what they were for, and then by their key. Keys are digests: by them alone, each
-- answer had its place on another page of an index, and another index held what the statistics add up.

CREATE TABLE answered (
    key               TEXT NOT NULL,     -- the request's key
    item              INTEGER NOT NULL,  -- the item it was for, or -1
    scope             TEXT NOT NULL,
    role              TEXT NOT NULL,
    draw              INTEGER NOT NULL,
    prompt            TEXT NOT NULL,     -- hash of the prompt file
    model             TEXT NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,  -- of prompt_tokens
    completion_tokens INTEGER NOT NULL,
    seconds           REAL NOT NULL,     -- that it took
    dollars           REAL NOT NULL,
    at                REAL NOT NULL,     -- seconds the run had been going when the answer came
    answer            BLOB NOT NULL      -- Answer as JSON
) STRICT;

INSERT INTO answered SELECT * FROM calls ORDER BY rowid;

DROP TABLE calls;

ALTER TABLE answered RENAME TO calls;

CREATE INDEX calls_found
    ON calls (item, role, key, prompt_tokens, cached_tokens, completion_tokens, seconds, dollars);
