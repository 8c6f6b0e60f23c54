-- Who somebody is elsewhere: at a directory (its id), or at a site that vouches for him (its issuer), the name there that
-- never changes. What he is called there may change; the agent stays.
CREATE TABLE identities (
    method TEXT NOT NULL,
    subject TEXT NOT NULL,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    login TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    -- Since when he is gone there, and was shut out here for that.
    gone_at INTEGER,
    PRIMARY KEY (method, subject)
) STRICT;
CREATE INDEX identities_agent ON identities (agent_id);
-- Errands to another site that have come back: each comes back once.
CREATE TABLE spent_states (
    hash TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
-- By which way a session began.
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'local';
