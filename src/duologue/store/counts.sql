-- Version 6 of a run's file: an index that holds all that the statistics add up of conversations, so that they need not pass over
-- the conversations themselves: 100,000 of them are gigabytes. It takes the place of the one on `accepted` alone.

CREATE INDEX dialogues_counts ON dialogues
    (accepted, item, environment, turns, user_turns, tasks, calls, writes, steps, requests, longest, behaviours);

DROP INDEX dialogues_accepted;
