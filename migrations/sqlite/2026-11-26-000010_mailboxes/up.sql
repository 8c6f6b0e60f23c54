-- Mailboxes from which mail is fetched. What one needs to sign in lies sealed in `secret`; the key is outside.
CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('imap', 'pop3', 'maildir')),
    -- Where a test mail is sent.
    address TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL DEFAULT '',
    port INTEGER NOT NULL DEFAULT 0,
    security TEXT NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
    -- PEM; empty: the system's authorities.
    ca TEXT NOT NULL DEFAULT '',
    login TEXT NOT NULL DEFAULT '',
    auth TEXT NOT NULL CHECK (auth IN ('password', 'oauth2')),
    secret TEXT NOT NULL DEFAULT '',
    token_url TEXT NOT NULL DEFAULT '',
    client_id TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT '',
    directory TEXT NOT NULL DEFAULT '',
    -- JSON list of names.
    folders TEXT NOT NULL DEFAULT '["INBOX"]',
    after TEXT NOT NULL CHECK (after IN ('leave', 'move', 'delete')),
    move_to TEXT NOT NULL DEFAULT '',
    -- What lies there when the mailbox is first opened.
    existing TEXT NOT NULL CHECK (existing IN ('take', 'skip')),
    -- null: by the mail's addresses.
    queue_id INTEGER REFERENCES queues (id),
    trusted INTEGER NOT NULL DEFAULT 0,
    max_bytes INTEGER NOT NULL,
    poll_seconds INTEGER NOT NULL,
    disabled_at INTEGER,
    -- Grows with each change: who fetches begins anew.
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT;

-- How a mailbox does, and which node has it.
CREATE TABLE mailbox_states (
    mailbox_id INTEGER PRIMARY KEY REFERENCES mailboxes (id),
    -- From when on silence counts.
    begun_at INTEGER NOT NULL,
    success_at INTEGER,
    mail_at INTEGER,
    error TEXT NOT NULL DEFAULT '',
    error_detail TEXT NOT NULL DEFAULT '',
    error_at INTEGER,
    alarmed_at INTEGER,
    -- The sealed access token of OAuth2.
    access TEXT NOT NULL DEFAULT '',
    holder TEXT NOT NULL DEFAULT '',
    held_until INTEGER
) STRICT;

-- A folder that was opened, and how the server numbered its mails then.
CREATE TABLE mailbox_folders (
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id),
    folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, folder)
) STRICT;

-- Mails of a mailbox that are known: never fetched into a second ticket.
CREATE TABLE mailbox_mails (
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id),
    folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid TEXT NOT NULL,
    -- SHA-256 of the mail, or `h:` and that of its header where only that was fetched.
    fingerprint TEXT NOT NULL,
    -- taken: it is ours; cut: only its beginning is; skipped: it lay there before; stuck: the server does not give it out.
    state TEXT NOT NULL CHECK (state IN ('taken', 'cut', 'skipped', 'stuck')),
    inbound_id INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    -- Since when it is no longer at this place.
    gone_at INTEGER,
    PRIMARY KEY (mailbox_id, folder, uid_validity, uid)
) STRICT;
CREATE INDEX mailbox_mails_state ON mailbox_mails (mailbox_id, state);
CREATE INDEX mailbox_mails_gone ON mailbox_mails (mailbox_id, gone_at);

-- Mails to ourselves, to see whether the way is open.
CREATE TABLE mailbox_tests (
    token TEXT PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id),
    message_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    inbound_id INTEGER
) STRICT;
CREATE INDEX mailbox_tests_mailbox ON mailbox_tests (mailbox_id, started_at);
