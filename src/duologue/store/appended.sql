-- Version 9 of a run's file: turns of conversations under way stand in the order they came, those that came together in one row. So they
-- take up few pages, whichever of hundreds of items they are of, and a moment that adds some of each writes few.

ALTER TABLE turns RENAME TO single_turns;

CREATE TABLE turns (
    item     INTEGER NOT NULL,
    number   INTEGER NOT NULL,  -- of the first of them
    scenario TEXT NOT NULL,     -- what is played; turns of another are not gone on from
    body     BLOB NOT NULL      -- list of Turn as JSON
) STRICT;

INSERT INTO turns
    SELECT item, number, scenario, CAST('[' || CAST(body AS TEXT) || ']' AS BLOB) FROM single_turns ORDER BY item, number;

DROP TABLE single_turns;

CREATE INDEX turns_of_items ON turns (item);
