-- Ways to sign in as a page sets them, where no file says them. What opens them lies here sealed.
CREATE TABLE sign_in_methods (
    id text PRIMARY KEY,
    -- They are asked in this order.
    position integer NOT NULL,
    -- What was said, as JSON, without the secret.
    said text NOT NULL,
    -- Empty where nothing is needed, or nobody has given it yet.
    secret text NOT NULL DEFAULT '',
    agent_id bigint NOT NULL REFERENCES agents (id),
    changed_at timestamptz NOT NULL
);
