-- Who somebody is elsewhere: at a directory (its id), or at a site that vouches for him (its issuer), the name there that
-- never changes. What he is called there may change; the agent stays.
CREATE TABLE identities (
    method text NOT NULL,
    subject text NOT NULL,
    agent_id bigint NOT NULL REFERENCES agents (id),
    login text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    -- Since when he is gone there, and was shut out here for that.
    gone_at timestamptz,
    PRIMARY KEY (method, subject)
);
CREATE INDEX identities_agent ON identities (agent_id);
-- Errands to another site that have come back: each comes back once.
CREATE TABLE spent_states (
    hash text PRIMARY KEY,
    at timestamptz NOT NULL
);
-- By which way a session began.
ALTER TABLE sessions ADD COLUMN method text NOT NULL DEFAULT 'local';
