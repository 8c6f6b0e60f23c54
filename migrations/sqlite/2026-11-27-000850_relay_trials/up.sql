-- Test mails through a relay as somebody has typed it: what became of each step, and whether it came in again. What
-- opens the relay lies here sealed until the relay is saved, or for an hour.
CREATE TABLE relay_trials (
    token TEXT PRIMARY KEY,
    -- What the mail itself carries; known to nobody but the relay and whoever reads the mail.
    mark TEXT NOT NULL,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    relay TEXT NOT NULL,
    secret TEXT NOT NULL DEFAULT '',
    -- As whom answers shall go out, as it was typed.
    sender TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL,
    -- Whether the address is one of ours, so that the mail is to come in again.
    own INTEGER NOT NULL,
    -- What became of it, as JSON; empty while it is under way.
    steps TEXT NOT NULL DEFAULT '',
    started_at INTEGER NOT NULL,
    -- The mail that came in again.
    inbound_id INTEGER
) STRICT;
