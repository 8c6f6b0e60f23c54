-- Whether an agent has to choose a password of his own before he may do anything else: somebody else knows this one.
ALTER TABLE agents ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN last_sign_in_at INTEGER;
-- What a role is for, in a sentence.
ALTER TABLE roles ADD COLUMN description TEXT NOT NULL DEFAULT '';

-- One-time links that set a password. Only a hash of the secret is kept.
CREATE TABLE password_links (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_links_agent ON password_links (agent_id);
CREATE INDEX password_links_expiry ON password_links (expires_at);
