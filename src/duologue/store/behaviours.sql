-- Version 4 of a run's file: what the user did beside going on with the goals, for the statistics.

-- Names of the behaviours that a conversation's turns hold, each once, as a JSON list; NULL in one that an older version wrote.
ALTER TABLE dialogues ADD COLUMN behaviours TEXT;
