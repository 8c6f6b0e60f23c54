-- Searches that stand in the sidebar: an agent's own, or everybody's.
CREATE TABLE views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    team INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- In the search language.
    typed TEXT NOT NULL,
    sort TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX views_agent ON views (agent_id, name);
CREATE INDEX views_team ON views (team, name);

-- Whether lists show one line for each ticket instead of two.
ALTER TABLE agents ADD COLUMN dense_rows INTEGER NOT NULL DEFAULT 0;
