-- Test mails through a relay as somebody has typed it: what became of each step, and whether it came in again. What
-- opens the relay lies here sealed until the relay is saved, or for an hour.
CREATE TABLE relay_trials (
    token text PRIMARY KEY,
    -- What the mail itself carries; known to nobody but the relay and whoever reads the mail.
    mark text NOT NULL,
    agent_id bigint NOT NULL REFERENCES agents (id),
    relay text NOT NULL,
    secret text NOT NULL DEFAULT '',
    -- As whom answers shall go out, as it was typed.
    sender text NOT NULL DEFAULT '',
    address text NOT NULL,
    -- Whether the address is one of ours, so that the mail is to come in again.
    own boolean NOT NULL,
    -- What became of it, as JSON; empty while it is under way.
    steps text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL,
    -- The mail that came in again.
    inbound_id bigint
);
