-- A whole list of rules as JSON. Versions are appended and never changed; the newest one is in force.
CREATE TABLE filter_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rules TEXT NOT NULL,
    agent_id INTEGER REFERENCES agents (id),
    -- The version that this one brought back.
    restored_id INTEGER REFERENCES filter_versions (id),
    created_at INTEGER NOT NULL
) STRICT;

-- What a rule did with the mail as a whole; let_in: a person decided that no rule puts it aside.
ALTER TABLE inbound_mails ADD COLUMN rule_outcome TEXT NOT NULL DEFAULT 'none'
    CHECK (rule_outcome IN ('none', 'ignored', 'quarantined', 'let_in'));
-- The queue that matching insisted on for a new ticket, before any rule.
ALTER TABLE inbound_mails ADD COLUMN matched_queue_id INTEGER REFERENCES queues (id);
