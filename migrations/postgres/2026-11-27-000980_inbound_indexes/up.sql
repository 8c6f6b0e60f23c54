-- An index of received mails holds only those that somebody looks for in it: the commit that accepts a mail, for which its
-- sender waits, then touches five fewer of them. Queries name these conditions word by word.
DROP INDEX inbound_waiting;
CREATE INDEX inbound_waiting ON inbound_mails (try_at, id) WHERE status = 'waiting';
CREATE INDEX inbound_quarantined ON inbound_mails (id) WHERE status = 'quarantined';
DROP INDEX inbound_message_id;
CREATE INDEX inbound_message_id ON inbound_mails (message_id, content_hash) WHERE message_id <> '' OR content_hash <> '';
DROP INDEX inbound_ticket;
CREATE INDEX inbound_ticket ON inbound_mails (ticket_id, id) WHERE ticket_id IS NOT NULL;
DROP INDEX inbound_disposition;
CREATE INDEX inbound_disposition ON inbound_mails (disposition, id) WHERE disposition IS NOT NULL;
DROP INDEX inbound_kept;
CREATE INDEX inbound_kept ON inbound_mails (received_at) WHERE forgotten_at IS NULL AND status = 'done';
