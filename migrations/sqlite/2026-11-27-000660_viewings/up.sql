-- Sessions that look at the pages through another agent's eyes, and change nothing meanwhile.
CREATE TABLE viewings (
    session_hash TEXT PRIMARY KEY,
    viewer_id INTEGER NOT NULL REFERENCES agents (id),
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    begun_at INTEGER NOT NULL
) STRICT;
CREATE INDEX viewings_begun ON viewings (begun_at);
