-- Sessions that look at the pages through another agent's eyes, and change nothing meanwhile.
CREATE TABLE viewings (
    session_hash text PRIMARY KEY,
    viewer_id bigint NOT NULL REFERENCES agents (id),
    agent_id bigint NOT NULL REFERENCES agents (id),
    begun_at timestamptz NOT NULL
);
CREATE INDEX viewings_begun ON viewings (begun_at);
