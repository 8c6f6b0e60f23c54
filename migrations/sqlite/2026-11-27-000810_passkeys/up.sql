-- Passkeys (WebAuthn): what an authenticator proves with, never a secret. Texts of bytes are base64url.
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    -- Under which the authenticator knows it.
    credential TEXT NOT NULL UNIQUE,
    -- What the authenticator calls its owner: random, the same for all of one agent.
    handle TEXT NOT NULL,
    -- A COSE key.
    public_key TEXT NOT NULL,
    -- How often it was used, where its authenticator counts: going back means that there are two.
    counter INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- Whether its authenticator may copy it elsewhere, which never changes; and whether it has.
    can_be_copied INTEGER NOT NULL,
    is_copied INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX passkeys_agent ON passkeys (agent_id);
-- What one has to sign: each for one purpose and one browser, answered once, and soon.
CREATE TABLE passkey_challenges (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('add', 'sign_in', 'factor', 'raise')),
    holder TEXT NOT NULL,
    counts_for TEXT NOT NULL,
    handle TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_challenges_made ON passkey_challenges (made_at);
CREATE INDEX passkey_challenges_asker ON passkey_challenges (counts_for, made_at);
-- For which half-made session an app's secret waits, if for one: whoever knows a password sees no other's.
ALTER TABLE factors ADD COLUMN waits_for TEXT NOT NULL DEFAULT '';
