-- How an agent hears of an event; without a row by mail at once, and in the browser.
CREATE TABLE notification_ways (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    event TEXT NOT NULL,
    mail TEXT NOT NULL CHECK (mail IN ('now', 'quarter', 'hour', 'day', 'off')),
    browser INTEGER NOT NULL,
    PRIMARY KEY (agent_id, event)
) STRICT;
INSERT INTO notification_ways (agent_id, event, mail, browser)
    SELECT agent_id, event, 'off', 0 FROM notification_mutes;
DROP TABLE notification_mutes;

-- What an agent is told in the browser.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    -- Of a deed on many tickets one of them.
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    article_id INTEGER,
    -- So many answers, or tickets of a bulk.
    n INTEGER NOT NULL,
    -- The name of whom he stands in for.
    absent TEXT NOT NULL,
    bulk_id INTEGER REFERENCES bulks (id),
    read_at INTEGER
) STRICT;
CREATE INDEX notices_agent ON notices (agent_id, id);
CREATE INDEX notices_unread ON notices (agent_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_ticket ON notices (ticket_id, agent_id);
CREATE INDEX notices_at ON notices (at);

-- What waits to be told together: of an agent and a pace, or of a bulk until it has ended.
CREATE TABLE gathered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    article_id INTEGER,
    absent TEXT NOT NULL,
    mail TEXT NOT NULL CHECK (mail IN ('now', 'quarter', 'hour', 'day', 'off')),
    browser INTEGER NOT NULL,
    bulk_id INTEGER REFERENCES bulks (id)
) STRICT;
CREATE INDEX gathered_agent ON gathered (agent_id, mail) WHERE bulk_id IS NULL;
CREATE INDEX gathered_bulk ON gathered (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE INDEX gathered_ticket ON gathered (ticket_id);

-- When what has gathered is told.
CREATE TABLE digests (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    mail TEXT NOT NULL CHECK (mail IN ('quarter', 'hour', 'day')),
    due_at INTEGER NOT NULL,
    PRIMARY KEY (agent_id, mail)
) STRICT;
CREATE INDEX digests_due ON digests (due_at);
