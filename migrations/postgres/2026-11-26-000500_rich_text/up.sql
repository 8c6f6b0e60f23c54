-- Whether the agent's composer opens with formatting; plain text unless he chose otherwise.
ALTER TABLE agent_habits ADD COLUMN rich_text boolean NOT NULL DEFAULT false;
