-- The language of automatic answers where neither the customer nor his mail tells.
ALTER TABLE queues ADD COLUMN language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'fr'));

-- Texts of automatic answers that replace the built-in ones.
CREATE TABLE auto_response_templates (
    id INTEGER PRIMARY KEY,
    -- null: for every queue that has none of its own.
    queue_id INTEGER REFERENCES queues (id),
    kind TEXT NOT NULL CHECK (kind IN ('received', 'reopened', 'rejected', 'new_because_closed')),
    language TEXT NOT NULL CHECK (language IN ('en', 'de', 'fr')),
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by INTEGER REFERENCES agents (id)
) STRICT;
CREATE UNIQUE INDEX auto_response_templates_key ON auto_response_templates (kind, language, coalesce(queue_id, 0));

-- Whether a queue sends a kind of automatic answer, where it was said; `received` is a column of the queue.
CREATE TABLE auto_response_switches (
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    kind TEXT NOT NULL CHECK (kind IN ('reopened', 'rejected', 'new_because_closed')),
    enabled INTEGER NOT NULL,
    PRIMARY KEY (queue_id, kind)
) STRICT;

-- How many mails of one sender and shape came since, for the loop brake; a row lives for an hour.
CREATE TABLE intake_brakes (
    key TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    mails INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id)
) STRICT;
CREATE INDEX intake_brakes_since ON intake_brakes (since);
