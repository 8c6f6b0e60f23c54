-- The second factor: an app's secret, sealed; what it was last used for, so that no code works twice.
CREATE TABLE factors (
    agent_id INTEGER PRIMARY KEY REFERENCES agents (id),
    secret TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL DEFAULT 0
) STRICT;
-- For the day when the app is lost. Each works once, then its row is gone.
CREATE TABLE recovery_codes (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    hash TEXT NOT NULL,
    PRIMARY KEY (agent_id, hash)
) STRICT;
-- Whether who has this role needs a second factor.
ALTER TABLE roles ADD COLUMN needs_factor INTEGER NOT NULL DEFAULT 0;
-- A session is whole, or waits for the second factor, or for its being set up.
ALTER TABLE sessions ADD COLUMN stage TEXT NOT NULL DEFAULT 'whole' CHECK (stage IN ('whole', 'factor', 'enrolment'));
-- When its owner last gave his password.
ALTER TABLE sessions ADD COLUMN raised_at INTEGER;
