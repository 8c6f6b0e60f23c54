-- Who did what that changes no ticket, such as taking many of them out at once. Rows are added, never changed.
CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    cause TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('export')),
    detail TEXT NOT NULL
) STRICT;
