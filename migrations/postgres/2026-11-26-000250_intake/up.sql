-- A mailbox that was removed: nothing is fetched from it, what came from it stays.
ALTER TABLE mailboxes ADD COLUMN retired_at timestamptz;

-- A dry run decides by itself where a mail belongs.
ALTER TABLE inbound_mails DROP COLUMN matched_queue_id;

-- What agents should know about a queue.
ALTER TABLE queues ADD COLUMN note text NOT NULL DEFAULT '';

-- Since when an agent says that a thread belongs elsewhere.
CREATE INDEX article_moves_from ON article_moves (from_id, to_id, id);
