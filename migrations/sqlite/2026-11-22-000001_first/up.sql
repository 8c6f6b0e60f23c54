-- Values that belong to the whole installation: its name, zone, keys, the default queue.
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Content-addressed bytes: raw mails, attachments, HTML bodies. `data` is null where the bytes lie in a file.
CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('raw', 'zstd')),
    data BLOB
) STRICT;

CREATE TABLE agents (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT,
    signature TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    time_zone TEXT,
    theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    page_size INTEGER NOT NULL DEFAULT 25,
    keys_enabled INTEGER NOT NULL DEFAULT 1,
    away_until INTEGER,
    -- Articles up to this id count as read: what was there before the agent came is not news.
    read_floor INTEGER NOT NULL DEFAULT 0,
    disabled_at INTEGER,
    expires_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- An event without a row here is notified; a row switches it off.
CREATE TABLE notification_mutes (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    event TEXT NOT NULL,
    PRIMARY KEY (agent_id, event)
) STRICT;

CREATE TABLE sessions (
    id_hash TEXT PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    csrf TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_agent ON sessions (agent_id);

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- Failed sign-ins of the last minutes, by account and by address, for throttling.
CREATE TABLE sign_in_failures (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL,
    address TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_login ON sign_in_failures (login, at);
CREATE INDEX sign_in_failures_address ON sign_in_failures (address, at);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);

CREATE TABLE queues (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    parent_id INTEGER REFERENCES queues (id),
    sender_name TEXT NOT NULL DEFAULT '',
    signature TEXT NOT NULL DEFAULT '',
    auto_response INTEGER NOT NULL DEFAULT 1,
    follow_up_policy TEXT NOT NULL DEFAULT 'reopen' CHECK (follow_up_policy IN ('reopen', 'reject', 'new_ticket')),
    strict_matching INTEGER NOT NULL DEFAULT 0,
    subject_tag INTEGER NOT NULL DEFAULT 0,
    -- Working minutes until a lock is released; 0 is never.
    unlock_minutes INTEGER NOT NULL DEFAULT 480,
    -- Seconds during which a person's mail can be taken back.
    hold_seconds INTEGER NOT NULL DEFAULT 10,
    retired_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_addresses (
    address TEXT PRIMARY KEY,
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    position INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX queue_addresses_queue ON queue_addresses (queue_id);

CREATE TABLE roles (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Installation-wide rights, comma separated.
    installation TEXT NOT NULL DEFAULT '',
    retired_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- queue_id null: all queues.
CREATE TABLE role_grants (
    id INTEGER PRIMARY KEY,
    role_id INTEGER NOT NULL REFERENCES roles (id),
    queue_id INTEGER REFERENCES queues (id),
    permission TEXT NOT NULL CHECK (permission IN ('read', 'note', 'reply', 'move_into', 'create', 'owner', 'priority', 'full'))
) STRICT;
CREATE INDEX role_grants_role ON role_grants (role_id);

CREATE TABLE agent_roles (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    role_id INTEGER NOT NULL REFERENCES roles (id),
    PRIMARY KEY (agent_id, role_id)
) STRICT;
CREATE INDEX agent_roles_role ON agent_roles (role_id);

CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    organisation_id INTEGER REFERENCES organisations (id),
    language TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE customer_addresses (
    address TEXT PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id)
) STRICT;
CREATE INDEX customer_addresses_customer ON customer_addresses (customer_id);

CREATE TABLE ticket_numbers (
    next INTEGER NOT NULL
) STRICT;
INSERT INTO ticket_numbers VALUES (10001);

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    state TEXT NOT NULL CHECK (state IN ('new', 'open', 'pending reminder', 'pending auto close', 'closed', 'merged', 'removed')),
    -- State is new, open or pending; kept beside `state` so that one index serves the list in order.
    active INTEGER NOT NULL,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    owner_id INTEGER REFERENCES agents (id),
    locked_at INTEGER,
    pending_until INTEGER,
    customer_id INTEGER REFERENCES customers (id),
    customer_name TEXT NOT NULL DEFAULT '',
    customer_address TEXT NOT NULL DEFAULT '',
    -- The constant first id in References of all we send about this ticket.
    root_message_id TEXT NOT NULL,
    merged_into INTEGER REFERENCES tickets (id),
    -- Denormalised for the list, so that a row needs no second table.
    preview TEXT NOT NULL DEFAULT '',
    last_sender TEXT NOT NULL DEFAULT '',
    article_count INTEGER NOT NULL DEFAULT 0,
    has_attachments INTEGER NOT NULL DEFAULT 0,
    last_article_id INTEGER NOT NULL DEFAULT 0,
    -- When the first customer mail came that nobody has answered since.
    unanswered_since INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (locked_at IS NULL OR owner_id IS NOT NULL)
) STRICT;
CREATE INDEX tickets_list ON tickets (active, updated_at DESC, id DESC, queue_id);
CREATE INDEX tickets_queue_list ON tickets (queue_id, active, updated_at DESC, id DESC);
CREATE INDEX tickets_owner ON tickets (owner_id, active, updated_at DESC, id DESC);
CREATE INDEX tickets_customer ON tickets (customer_id, active, updated_at DESC, id DESC);
CREATE INDEX tickets_state ON tickets (state, updated_at DESC, id DESC);

-- How many tickets each queue holds in each state, owned or not; the sum is the count.
CREATE TABLE queue_counts (
    queue_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    owned INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (queue_id, state, owned)
) STRICT;
CREATE TRIGGER tickets_count_insert AFTER INSERT ON tickets BEGIN
    INSERT INTO queue_counts VALUES (NEW.queue_id, NEW.state, NEW.owner_id IS NOT NULL, 1)
        ON CONFLICT (queue_id, state, owned) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tickets_count_update AFTER UPDATE OF queue_id, state, owner_id ON tickets
WHEN OLD.queue_id <> NEW.queue_id OR OLD.state <> NEW.state OR (OLD.owner_id IS NULL) <> (NEW.owner_id IS NULL) BEGIN
    UPDATE queue_counts SET n = n - 1
        WHERE queue_id = OLD.queue_id AND state = OLD.state AND owned = (OLD.owner_id IS NOT NULL);
    INSERT INTO queue_counts VALUES (NEW.queue_id, NEW.state, NEW.owner_id IS NOT NULL, 1)
        ON CONFLICT (queue_id, state, owned) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tickets_count_delete AFTER DELETE ON tickets BEGIN
    UPDATE queue_counts SET n = n - 1
        WHERE queue_id = OLD.queue_id AND state = OLD.state AND owned = (OLD.owner_id IS NOT NULL);
END;
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    sender TEXT NOT NULL CHECK (sender IN ('customer', 'agent', 'system')),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'note', 'phone')),
    -- Whether the customer sees it; false is internal.
    visible INTEGER NOT NULL,
    -- Machine mail: neither reopens nor notifies.
    automatic INTEGER NOT NULL DEFAULT 0,
    agent_id INTEGER REFERENCES agents (id),
    from_name TEXT NOT NULL DEFAULT '',
    from_address TEXT NOT NULL DEFAULT '',
    -- {"to": [{name, address}], "cc": […], "reply_to": […]}
    recipients TEXT NOT NULL DEFAULT '{}',
    subject TEXT NOT NULL DEFAULT '',
    message_id TEXT NOT NULL DEFAULT '',
    body_text TEXT NOT NULL,
    html_digest TEXT REFERENCES blobs (digest),
    inbound_id INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_ticket ON articles (ticket_id, id);

-- Full text over articles; the text itself stays in `articles`.
CREATE VIRTUAL TABLE articles_text USING fts5 (
    subject, from_name, from_address, body_text,
    content = 'articles', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER articles_text_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_text (rowid, subject, from_name, from_address, body_text)
        VALUES (NEW.id, NEW.subject, NEW.from_name, NEW.from_address, NEW.body_text);
END;
CREATE TRIGGER articles_text_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_text (articles_text, rowid, subject, from_name, from_address, body_text)
        VALUES ('delete', OLD.id, OLD.subject, OLD.from_name, OLD.from_address, OLD.body_text);
END;

-- Every Message-ID we sent or received, and its ticket.
CREATE TABLE message_ids (
    message_id TEXT NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    article_id INTEGER REFERENCES articles (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, ticket_id)
) STRICT;
CREATE INDEX message_ids_article ON message_ids (article_id);

CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    -- 0: a new ticket.
    ticket_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'note', 'ticket')),
    -- The fields of the form as JSON, as typed.
    fields TEXT NOT NULL,
    -- The newest article its author had seen.
    seen_article_id INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL,
    UNIQUE (agent_id, ticket_id, kind)
) STRICT;

-- Either of an article or of a draft.
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    article_id INTEGER REFERENCES articles (id),
    draft_id INTEGER REFERENCES drafts (id),
    agent_id INTEGER REFERENCES agents (id),
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content_id TEXT,
    inline INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL REFERENCES blobs (digest),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_article ON attachments (article_id);
CREATE INDEX attachments_draft ON attachments (draft_id);

-- Who takes part in the conversation besides the customer. A sender that only quoted an id waits to be accepted.
CREATE TABLE participants (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    address TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    accepted INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, address)
) STRICT;

CREATE TABLE ticket_links (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    other_id INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL CHECK (kind IN ('related', 'possibly_belongs_to', 'continues', 'split_from')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, other_id, kind)
) STRICT;
CREATE INDEX ticket_links_other ON ticket_links (other_id);

CREATE TABLE ticket_tags (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (ticket_id, tag)
) STRICT;

CREATE TABLE watchers (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    PRIMARY KEY (ticket_id, agent_id)
) STRICT;

-- The newest article of a ticket that an agent has seen.
CREATE TABLE reads (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    article_id INTEGER NOT NULL,
    PRIMARY KEY (agent_id, ticket_id)
) STRICT;

-- One row per change; history, notifications and live updates all read it.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    queue_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    article_id INTEGER REFERENCES articles (id),
    agent_id INTEGER REFERENCES agents (id),
    cause TEXT NOT NULL CHECK (cause IN ('web', 'api', 'cli', 'mail', 'deadline', 'rule', 'system')),
    old_value TEXT,
    new_value TEXT
) STRICT;
CREATE INDEX events_ticket ON events (ticket_id, id);

-- What falls due: at most one of each kind per ticket.
CREATE TABLE deadlines (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL CHECK (kind IN ('unlock', 'reminder', 'auto_close')),
    due_at INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, kind)
) STRICT;
CREATE INDEX deadlines_due ON deadlines (due_at);

CREATE TABLE inbound_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    trusted INTEGER NOT NULL,
    -- null is the null sender.
    envelope_from TEXT NOT NULL,
    -- JSON list of addresses.
    envelope_to TEXT NOT NULL,
    -- The queue the source insists on.
    queue_id INTEGER REFERENCES queues (id),
    digest TEXT NOT NULL REFERENCES blobs (digest),
    size INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'quarantined')),
    attempts INTEGER NOT NULL DEFAULT 0,
    try_at INTEGER NOT NULL,
    message_id TEXT NOT NULL DEFAULT '',
    content_hash TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    sender TEXT NOT NULL DEFAULT '',
    disposition TEXT CHECK (disposition IN ('new', 'follow_up', 'duplicate', 'ignored', 'quarantined')),
    ticket_id INTEGER REFERENCES tickets (id),
    article_id INTEGER REFERENCES articles (id),
    automatic INTEGER NOT NULL DEFAULT 0,
    bounce INTEGER NOT NULL DEFAULT 0,
    auto_response TEXT NOT NULL DEFAULT '',
    -- JSON: [{step, result, reason}]
    steps TEXT NOT NULL DEFAULT '[]',
    processed_at INTEGER,
    duration_us INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inbound_waiting ON inbound_mails (status, try_at);
CREATE INDEX inbound_message_id ON inbound_mails (message_id, content_hash);
CREATE INDEX inbound_from ON inbound_mails (envelope_from, id);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'auto_response', 'notification')),
    state TEXT NOT NULL CHECK (state IN ('held', 'due', 'sending', 'sent', 'deferred', 'uncertain', 'bounced', 'failed', 'cancelled')),
    ticket_id INTEGER REFERENCES tickets (id),
    article_id INTEGER REFERENCES articles (id),
    -- The agent whom a notification is for: his permission is checked again when it leaves.
    agent_id INTEGER REFERENCES agents (id),
    event TEXT NOT NULL DEFAULT '',
    envelope_from TEXT NOT NULL,
    -- JSON list of addresses.
    envelope_to TEXT NOT NULL,
    message_id TEXT NOT NULL,
    -- The finished bytes, fixed before the first attempt.
    digest TEXT REFERENCES blobs (digest),
    subject TEXT NOT NULL DEFAULT '',
    body_text TEXT NOT NULL DEFAULT '',
    try_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Fences off a worker that lost its lease.
    lease INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX outbox_try ON outbox (state, try_at);
CREATE INDEX outbox_ticket ON outbox (ticket_id, id);
CREATE INDEX outbox_article ON outbox (article_id);
CREATE INDEX outbox_message_id ON outbox (message_id);

-- Automatic answers per address, for the caps.
CREATE TABLE auto_responses (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX auto_responses_address ON auto_responses (address, at);
CREATE INDEX auto_responses_at ON auto_responses (at);

CREATE TABLE idempotency_keys (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (agent_id, key)
) STRICT;
