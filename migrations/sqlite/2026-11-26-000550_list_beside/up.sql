-- Whether the list from which a ticket was opened stays beside it on a wide screen.
ALTER TABLE agent_habits ADD COLUMN list_beside INTEGER NOT NULL DEFAULT 1;
