-- The other orders of the list, each an index: who waits longest, what falls due, what matters most.
CREATE INDEX tickets_waiting ON tickets (unanswered_since, id) WHERE unanswered_since IS NOT NULL;
CREATE INDEX tickets_due ON tickets (pending_until, id) WHERE pending_until IS NOT NULL;
CREATE INDEX tickets_priority ON tickets (active, priority DESC, updated_at DESC, id DESC);

-- How many tickets of a queue wait for us: new or open, and no agent had the last word. Appended as differences, folded
-- by a job; the sum is the count.
CREATE TABLE queue_waiting (
    queue_id bigint NOT NULL,
    n bigint NOT NULL
);
CREATE INDEX queue_waiting_queue ON queue_waiting (queue_id);
INSERT INTO queue_waiting SELECT queue_id, count(*) FROM tickets
    WHERE state IN ('new', 'open') AND last_sender <> 'agent' GROUP BY queue_id;
CREATE FUNCTION count_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before boolean := TG_OP <> 'INSERT' AND OLD.state IN ('new', 'open') AND OLD.last_sender <> 'agent';
    now boolean := TG_OP <> 'DELETE' AND NEW.state IN ('new', 'open') AND NEW.last_sender <> 'agent';
BEGIN
    IF before AND now AND OLD.queue_id = NEW.queue_id THEN
        RETURN NULL;
    END IF;
    IF before THEN
        INSERT INTO queue_waiting VALUES (OLD.queue_id, -1);
    END IF;
    IF now THEN
        INSERT INTO queue_waiting VALUES (NEW.queue_id, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_waiting AFTER INSERT OR UPDATE OF queue_id, state, last_sender OR DELETE ON tickets
    FOR EACH ROW EXECUTE FUNCTION count_waiting();
