-- Version 2 of a run's file: what models were asked, what they answered, what it cost.

-- An answered call, and its answer, so that it is never paid for twice.
CREATE TABLE calls (
    key               TEXT PRIMARY KEY,  -- the request's key
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

-- What came to nothing, counted: calls given up (by the StageError's reason), and attempts at calls (by the fault met, such as
-- "server busy"; "no usage reported" where the server did not say what it used), with what the limits were charged for them.
CREATE TABLE troubles (
    role   TEXT NOT NULL,
    what   TEXT NOT NULL CHECK (what IN ('call', 'attempt')),
    reason TEXT NOT NULL,
    n      INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    nano   INTEGER NOT NULL,  -- nanodollars
    PRIMARY KEY (role, what, reason)
) STRICT, WITHOUT ROWID;

-- One row: at most so much may have been billed, attempts under way included.
CREATE TABLE spending (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    tokens INTEGER NOT NULL,
    nano   INTEGER NOT NULL
) STRICT;
