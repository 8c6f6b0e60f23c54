-- Where the first recipient is: a domain that is slow or down must not hold up the others. Mails from before have none.
ALTER TABLE outbox ADD COLUMN domain TEXT NOT NULL DEFAULT '';
-- What became of each recipient, as JSON: [{"address", "taken", "text"}]. Whoever is not in it still waits.
ALTER TABLE outbox ADD COLUMN outcomes TEXT NOT NULL DEFAULT '[]';

-- What is to be sent next, in its order, without looking at what is done.
CREATE INDEX outbox_waiting ON outbox (try_at, id, domain, ticket_id, kind)
    WHERE state NOT IN ('sent', 'bounced', 'failed', 'cancelled');
