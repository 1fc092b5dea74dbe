-- Version 8 of a run's file: the decisions of the policy that conversations meet.

-- Of an item's conversation: which rule decided about a change that was asked for, and how (`plans.rulings`).
CREATE TABLE decisions (
    item INTEGER NOT NULL REFERENCES items (item),
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (item, rule, kind)
) STRICT, WITHOUT ROWID;
