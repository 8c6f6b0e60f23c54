-- What reports count: when a ticket was created, first answered and closed. Kept by triggers as the counters are, so that
-- no way to change a ticket can forget it.
CREATE TABLE milestones (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('created', 'answered', 'closed')),
    at INTEGER NOT NULL,
    -- Where the ticket lay at that moment.
    queue_id INTEGER NOT NULL,
    -- Who answered; whose it was when it was closed.
    agent_id INTEGER,
    -- Seconds: of an answer since the customer wrote, of a closing since the ticket was created.
    took INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX milestones_report ON milestones (kind, at, queue_id, agent_id, took);
-- Who has how many on his desk; mail that comes in has no owner and costs nothing here.
CREATE INDEX tickets_load ON tickets (owner_id, queue_id) WHERE active = 1 AND owner_id IS NOT NULL;

INSERT INTO milestones SELECT id, 'created', created_at, queue_id, NULL, 0 FROM tickets WHERE state <> 'removed';
INSERT INTO milestones
    SELECT t.id, 'closed', e.at, t.queue_id, t.owner_id, max(0, (e.at - t.created_at) / 1000000)
    FROM tickets t JOIN events e ON e.id = (SELECT max(id) FROM events
        WHERE ticket_id = t.id AND kind = 'state_changed' AND new_value = 'closed')
    WHERE t.state = 'closed';
INSERT INTO milestones
    SELECT t.id, 'answered', a.created_at, t.queue_id, a.agent_id, max(0, (a.created_at - t.created_at) / 1000000)
    FROM tickets t JOIN articles a ON a.id = (SELECT min(id) FROM articles
        WHERE ticket_id = t.id AND sender = 'agent' AND visible = 1 AND channel = 'mail' AND automatic = 0)
    WHERE t.state <> 'removed'
        AND EXISTS (SELECT 1 FROM articles WHERE ticket_id = t.id AND sender = 'customer' AND id < a.id);

CREATE TRIGGER milestones_created AFTER INSERT ON tickets WHEN NEW.state <> 'removed' BEGIN
    INSERT INTO milestones VALUES (NEW.id, 'created', NEW.created_at, NEW.queue_id, NULL, 0);
END;
CREATE TRIGGER milestones_closed AFTER UPDATE OF state ON tickets
WHEN NEW.state = 'closed' AND OLD.state <> 'closed' BEGIN
    INSERT INTO milestones VALUES (NEW.id, 'closed', NEW.updated_at, NEW.queue_id, NEW.owner_id,
            max(0, (NEW.updated_at - NEW.created_at) / 1000000))
        ON CONFLICT (ticket_id, kind) DO UPDATE
        SET at = excluded.at, queue_id = excluded.queue_id, agent_id = excluded.agent_id, took = excluded.took;
END;
-- A ticket that is opened again was not done.
CREATE TRIGGER milestones_reopened AFTER UPDATE OF state ON tickets
WHEN OLD.state = 'closed' AND NEW.state <> 'closed' BEGIN
    DELETE FROM milestones WHERE ticket_id = NEW.id AND kind = 'closed';
END;
-- What lies in the bin was no work.
CREATE TRIGGER milestones_removed AFTER UPDATE OF state ON tickets
WHEN NEW.state = 'removed' AND OLD.state <> 'removed' BEGIN
    DELETE FROM milestones WHERE ticket_id = NEW.id;
END;
CREATE TRIGGER milestones_restored AFTER UPDATE OF state ON tickets
WHEN OLD.state = 'removed' AND NEW.state <> 'removed' BEGIN
    INSERT INTO milestones VALUES (NEW.id, 'created', NEW.created_at, NEW.queue_id, NULL, 0)
        ON CONFLICT (ticket_id, kind) DO NOTHING;
END;
-- Only what the customer sees, and only where he waited for it, is an answer.
CREATE TRIGGER milestones_answered AFTER INSERT ON articles
WHEN NEW.sender = 'agent' AND NEW.visible = 1 AND NEW.channel = 'mail' AND NEW.automatic = 0 BEGIN
    INSERT INTO milestones
        SELECT id, 'answered', NEW.created_at, queue_id, NEW.agent_id,
            max(0, (NEW.created_at - unanswered_since) / 1000000)
        FROM tickets WHERE id = NEW.ticket_id AND unanswered_since IS NOT NULL
        ON CONFLICT (ticket_id, kind) DO NOTHING;
END;
-- Taken back while it was held.
CREATE TRIGGER milestones_withdrawn AFTER DELETE ON articles
WHEN OLD.sender = 'agent' AND OLD.visible = 1 AND OLD.channel = 'mail' BEGIN
    DELETE FROM milestones
        WHERE ticket_id = OLD.ticket_id AND kind = 'answered' AND at = OLD.created_at AND agent_id IS OLD.agent_id;
END;
