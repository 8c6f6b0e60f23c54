-- The other orders of the list, each an index: who waits longest, what falls due, what matters most.
CREATE INDEX tickets_waiting ON tickets (unanswered_since, id) WHERE unanswered_since IS NOT NULL;
CREATE INDEX tickets_due ON tickets (pending_until, id) WHERE pending_until IS NOT NULL;
CREATE INDEX tickets_priority ON tickets (active, priority DESC, updated_at DESC, id DESC);

-- How many tickets of a queue wait for us: new or open, and no agent had the last word. The sum is the count.
CREATE TABLE queue_waiting (
    queue_id INTEGER PRIMARY KEY,
    n INTEGER NOT NULL
) STRICT;
INSERT INTO queue_waiting SELECT queue_id, count(*) FROM tickets
    WHERE state IN ('new', 'open') AND last_sender <> 'agent' GROUP BY queue_id;
CREATE TRIGGER tickets_waiting_insert AFTER INSERT ON tickets WHEN NEW.state IN ('new', 'open') AND NEW.last_sender <> 'agent' BEGIN
    INSERT INTO queue_waiting VALUES (NEW.queue_id, 1) ON CONFLICT (queue_id) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tickets_waiting_update AFTER UPDATE OF queue_id, state, last_sender ON tickets
WHEN OLD.queue_id <> NEW.queue_id
    OR (OLD.state IN ('new', 'open') AND OLD.last_sender <> 'agent') <> (NEW.state IN ('new', 'open') AND NEW.last_sender <> 'agent') BEGIN
    UPDATE queue_waiting SET n = n - 1
        WHERE queue_id = OLD.queue_id AND OLD.state IN ('new', 'open') AND OLD.last_sender <> 'agent';
    INSERT INTO queue_waiting SELECT NEW.queue_id, 1 WHERE NEW.state IN ('new', 'open') AND NEW.last_sender <> 'agent'
        ON CONFLICT (queue_id) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tickets_waiting_delete AFTER DELETE ON tickets WHEN OLD.state IN ('new', 'open') AND OLD.last_sender <> 'agent' BEGIN
    UPDATE queue_waiting SET n = n - 1 WHERE queue_id = OLD.queue_id;
END;
