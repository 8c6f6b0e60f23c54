-- What reports count: when a ticket was created, first answered and closed. Kept by triggers as the counters are, so that
-- no way to change a ticket can forget it.
CREATE TABLE milestones (
    ticket_id bigint NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('created', 'answered', 'closed')),
    at timestamptz NOT NULL,
    -- Where the ticket lay at that moment.
    queue_id bigint NOT NULL,
    -- Who answered; whose it was when it was closed.
    agent_id bigint,
    -- Seconds: of an answer since the customer wrote, of a closing since the ticket was created.
    took bigint NOT NULL,
    PRIMARY KEY (ticket_id, kind)
);
CREATE INDEX milestones_report ON milestones (kind, at, queue_id, agent_id, took);
-- Who has how many on his desk; mail that comes in has no owner and costs nothing here.
CREATE INDEX tickets_load ON tickets (owner_id, queue_id) WHERE active AND owner_id IS NOT NULL;

CREATE FUNCTION seconds_between(earlier timestamptz, later timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN greatest(0, floor(extract(epoch FROM later - earlier)))::bigint;

INSERT INTO milestones SELECT id, 'created', created_at, queue_id, NULL, 0 FROM tickets WHERE state <> 'removed';
INSERT INTO milestones
    SELECT t.id, 'closed', e.at, t.queue_id, t.owner_id, seconds_between(t.created_at, e.at)
    FROM tickets t JOIN events e ON e.id = (SELECT max(id) FROM events
        WHERE ticket_id = t.id AND kind = 'state_changed' AND new_value = 'closed')
    WHERE t.state = 'closed';
INSERT INTO milestones
    SELECT t.id, 'answered', a.created_at, t.queue_id, a.agent_id, seconds_between(t.created_at, a.created_at)
    FROM tickets t JOIN articles a ON a.id = (SELECT min(id) FROM articles
        WHERE ticket_id = t.id AND sender = 'agent' AND visible AND channel = 'mail' AND NOT automatic)
    WHERE t.state <> 'removed'
        AND EXISTS (SELECT 1 FROM articles WHERE ticket_id = t.id AND sender = 'customer' AND id < a.id);

CREATE FUNCTION note_ticket_milestones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'removed' THEN
            INSERT INTO milestones VALUES (NEW.id, 'created', NEW.created_at, NEW.queue_id, NULL, 0);
        END IF;
        RETURN NULL;
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    IF NEW.state = 'closed' THEN
        INSERT INTO milestones VALUES (NEW.id, 'closed', NEW.updated_at, NEW.queue_id, NEW.owner_id,
                seconds_between(NEW.created_at, NEW.updated_at))
            ON CONFLICT (ticket_id, kind) DO UPDATE
            SET at = excluded.at, queue_id = excluded.queue_id, agent_id = excluded.agent_id, took = excluded.took;
    ELSIF OLD.state = 'closed' THEN
        -- A ticket that is opened again was not done.
        DELETE FROM milestones WHERE ticket_id = NEW.id AND kind = 'closed';
    END IF;
    IF NEW.state = 'removed' THEN
        -- What lies in the bin was no work.
        DELETE FROM milestones WHERE ticket_id = NEW.id;
    ELSIF OLD.state = 'removed' THEN
        INSERT INTO milestones VALUES (NEW.id, 'created', NEW.created_at, NEW.queue_id, NULL, 0)
            ON CONFLICT (ticket_id, kind) DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_milestones AFTER INSERT OR UPDATE OF state ON tickets
    FOR EACH ROW EXECUTE FUNCTION note_ticket_milestones();

CREATE FUNCTION note_article_milestones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- Only what the customer sees, and only where he waited for it, is an answer.
        INSERT INTO milestones
            SELECT id, 'answered', NEW.created_at, queue_id, NEW.agent_id,
                seconds_between(unanswered_since, NEW.created_at)
            FROM tickets WHERE id = NEW.ticket_id AND unanswered_since IS NOT NULL
            ON CONFLICT (ticket_id, kind) DO NOTHING;
    ELSE
        -- Taken back while it was held.
        DELETE FROM milestones WHERE ticket_id = OLD.ticket_id AND kind = 'answered'
            AND at = OLD.created_at AND agent_id IS NOT DISTINCT FROM OLD.agent_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER articles_answered AFTER INSERT ON articles FOR EACH ROW
    WHEN (NEW.sender = 'agent' AND NEW.visible AND NEW.channel = 'mail' AND NOT NEW.automatic)
    EXECUTE FUNCTION note_article_milestones();
CREATE TRIGGER articles_withdrawn AFTER DELETE ON articles FOR EACH ROW
    WHEN (OLD.sender = 'agent' AND OLD.visible AND OLD.channel = 'mail')
    EXECUTE FUNCTION note_article_milestones();
