-- Version 5 of a run's file: the faults that calls met on purpose.

-- Over the conversations that were played for an item, redraws included.
CREATE TABLE faults (
    item      INTEGER NOT NULL REFERENCES items (item),
    kind      TEXT NOT NULL,
    met       INTEGER NOT NULL,
    recovered INTEGER NOT NULL,  -- of those, how often what the call was made for was reached all the same
    PRIMARY KEY (item, kind)
) STRICT, WITHOUT ROWID;
