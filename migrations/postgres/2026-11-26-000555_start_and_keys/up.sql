-- Where an agent begins after signing in, as the entry of the sidebar; and the keys that he laid elsewhere, as `next=s reply=a`.
ALTER TABLE agent_habits ADD COLUMN start_at text NOT NULL DEFAULT '';
ALTER TABLE agent_habits ADD COLUMN keys text NOT NULL DEFAULT '';
