-- Whether the agent's composer opens with formatting; plain text unless he chose otherwise.
ALTER TABLE agent_habits ADD COLUMN rich_text INTEGER NOT NULL DEFAULT 0 CHECK (rich_text IN (0, 1));
