-- Days after which a follow-up to a closed ticket opens a new one; null is never.
ALTER TABLE queues ADD COLUMN closed_days INTEGER;
-- Whether mails ask for answers at an address that names their ticket, signed.
ALTER TABLE queues ADD COLUMN reply_token INTEGER NOT NULL DEFAULT 0;

-- Where the id led before an agent said that its article belongs here; null: nobody had to say so.
ALTER TABLE message_ids ADD COLUMN learned_from INTEGER REFERENCES tickets (id);

-- The agent whose address stands in From, where nothing vouches for that.
ALTER TABLE articles ADD COLUMN claimed_agent_id INTEGER REFERENCES agents (id);

-- Each merge, so that it can be undone: `ended_at` says that it was.
CREATE TABLE merges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL REFERENCES tickets (id),
    target_id INTEGER NOT NULL REFERENCES tickets (id),
    agent_id INTEGER REFERENCES agents (id),
    -- JSON: how the tickets were before, and what came to the target with the source.
    undo TEXT NOT NULL,
    -- The newest article of either; what has a larger id came later.
    last_article_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX merges_source ON merges (source_id);
CREATE INDEX merges_target ON merges (target_id);

-- Which articles went with a merge.
CREATE TABLE merge_articles (
    merge_id INTEGER NOT NULL REFERENCES merges (id),
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (merge_id, article_id)
) STRICT;
CREATE INDEX merge_articles_article ON merge_articles (article_id);

-- Articles that an agent took to another ticket.
CREATE TABLE article_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    from_id INTEGER NOT NULL REFERENCES tickets (id),
    to_id INTEGER NOT NULL REFERENCES tickets (id),
    agent_id INTEGER REFERENCES agents (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX article_moves_article ON article_moves (article_id, id);
