-- Who asked for a link that sets a new password, and when: only so many are sent in an hour.
CREATE TABLE password_requests (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_requests_agent ON password_requests (agent_id, at);
