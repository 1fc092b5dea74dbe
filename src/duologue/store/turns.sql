-- Version 7 of a run's file: turns of conversations under way in which a model speaks, so that one that is cut short goes on from the
-- last of them. They are gone once the item has ended: its conversation is in `dialogues`.

CREATE TABLE turns (
    item     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    scenario TEXT NOT NULL,  -- what is played; turns of another are not gone on from
    body     BLOB NOT NULL,  -- Turn as JSON
    PRIMARY KEY (item, number)
) STRICT, WITHOUT ROWID;
