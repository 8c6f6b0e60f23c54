-- Texts that agents insert into what they write. With something that happens besides, they are macros.
CREATE TABLE reply_templates (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    -- null: in no language in particular.
    language TEXT CHECK (language IN ('en', 'de', 'fr')),
    body TEXT NOT NULL,
    -- What happens to the ticket when the text is sent; null: nothing.
    state TEXT CHECK (state IN ('open', 'pending reminder', 'pending auto close', 'closed')),
    -- For how long a pending state waits.
    wait_days INTEGER,
    to_queue_id INTEGER REFERENCES queues (id),
    priority INTEGER CHECK (priority BETWEEN 1 AND 5),
    -- JSON list of words.
    tags TEXT NOT NULL DEFAULT '[]',
    retired_at INTEGER,
    updated_at INTEGER NOT NULL,
    updated_by INTEGER REFERENCES agents (id)
) STRICT;
CREATE UNIQUE INDEX reply_templates_name ON reply_templates (name, coalesce(language, '')) WHERE retired_at IS NULL;

-- Where a template is offered; without a row: everywhere.
CREATE TABLE reply_template_queues (
    template_id INTEGER NOT NULL REFERENCES reply_templates (id),
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    PRIMARY KEY (template_id, queue_id)
) STRICT;
