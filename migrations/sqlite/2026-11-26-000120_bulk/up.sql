-- One deed on many tickets, worked off by a job.
CREATE TABLE bulks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    cause TEXT NOT NULL CHECK (cause IN ('web', 'api')),
    -- chosen: the tickets are, the deed is not; then running, done.
    state TEXT NOT NULL CHECK (state IN ('chosen', 'running', 'done')),
    -- JSON: what is done to each.
    deed TEXT NOT NULL DEFAULT '',
    -- The list that it began on.
    back TEXT NOT NULL DEFAULT '',
    -- The bulk that this one undoes.
    undoes INTEGER REFERENCES bulks (id),
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX bulks_state ON bulks (state, id);
CREATE INDEX bulks_agent ON bulks (agent_id, finished_at);
CREATE INDEX bulks_undoes ON bulks (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE bulk_items (
    bulk_id INTEGER NOT NULL REFERENCES bulks (id) ON DELETE CASCADE,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    -- JSON: why it was refused.
    reason TEXT NOT NULL DEFAULT '',
    -- What was written into the ticket.
    article_id INTEGER,
    PRIMARY KEY (bulk_id, ticket_id)
) STRICT;
CREATE INDEX bulk_items_state ON bulk_items (bulk_id, state, position);
