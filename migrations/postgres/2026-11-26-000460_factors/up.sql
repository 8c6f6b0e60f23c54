-- The second factor: an app's secret, sealed; what it was last used for, so that no code works twice.
CREATE TABLE factors (
    agent_id bigint PRIMARY KEY REFERENCES agents (id),
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0
);
-- For the day when the app is lost. Each works once, then its row is gone.
CREATE TABLE recovery_codes (
    agent_id bigint NOT NULL REFERENCES agents (id),
    hash text NOT NULL,
    PRIMARY KEY (agent_id, hash)
);
-- Whether who has this role needs a second factor.
ALTER TABLE roles ADD COLUMN needs_factor boolean NOT NULL DEFAULT false;
-- A session is whole, or waits for the second factor, or for its being set up.
ALTER TABLE sessions ADD COLUMN stage text NOT NULL DEFAULT 'whole' CHECK (stage IN ('whole', 'factor', 'enrolment'));
-- When its owner last gave his password.
ALTER TABLE sessions ADD COLUMN raised_at timestamptz;
