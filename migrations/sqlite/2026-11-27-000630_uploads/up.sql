-- Files on their way to a draft, in pieces; gone when nobody asks for them for a day. Of one that is whole the row stays
-- as long, without its pieces: whose last answer was lost asks again.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    inline INTEGER NOT NULL,
    size INTEGER NOT NULL,
    -- So many bytes have arrived.
    received INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    -- The file of the draft that it became.
    attachment_id INTEGER REFERENCES attachments (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX uploads_agent ON uploads (agent_id);
CREATE INDEX uploads_ticket ON uploads (ticket_id);
CREATE INDEX uploads_attachment ON uploads (attachment_id) WHERE attachment_id IS NOT NULL;
CREATE INDEX uploads_touched ON uploads (touched_at);

CREATE TABLE upload_pieces (
    upload_id INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    -- Where in the file it begins.
    begins INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (upload_id, begins)
) STRICT;
