-- Ways to sign in as a page sets them, where no file says them. What opens them lies here sealed.
CREATE TABLE sign_in_methods (
    id TEXT PRIMARY KEY,
    -- They are asked in this order.
    position INTEGER NOT NULL,
    -- What was said, as JSON, without the secret.
    said TEXT NOT NULL,
    -- Empty where nothing is needed, or nobody has given it yet.
    secret TEXT NOT NULL DEFAULT '',
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    changed_at INTEGER NOT NULL
) STRICT;
