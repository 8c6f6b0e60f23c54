-- What an agent did to a ticket, with how it was before: so that it can be undone.
CREATE TABLE acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    kind TEXT NOT NULL,
    -- The event under which history shows it.
    event_id INTEGER NOT NULL REFERENCES events (id),
    -- JSON: the ticket before and after.
    change TEXT NOT NULL,
    -- The bulk that it is part of.
    bulk_id INTEGER,
    created_at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX acts_ticket ON acts (ticket_id, id);
CREATE INDEX acts_agent ON acts (agent_id, created_at);
CREATE INDEX acts_bulk ON acts (bulk_id, ticket_id) WHERE bulk_id IS NOT NULL;

-- Tickets in the bin, and what they were before. What is gone for good has no row here any more.
CREATE TABLE bin (
    ticket_id INTEGER PRIMARY KEY REFERENCES tickets (id),
    reason TEXT NOT NULL CHECK (reason IN ('deleted', 'spam')),
    agent_id INTEGER REFERENCES agents (id),
    state TEXT NOT NULL,
    pending_until INTEGER,
    -- Of whom it is, in lower case.
    address TEXT NOT NULL,
    removed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX bin_removed ON bin (removed_at, ticket_id);
CREATE INDEX bin_address ON bin (address, reason);

-- Who names an article: asked before it is thrown away.
CREATE INDEX events_article ON events (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX inbound_article ON inbound_mails (article_id) WHERE article_id IS NOT NULL;
