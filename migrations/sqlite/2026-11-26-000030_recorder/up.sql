-- What the recorder keeps besides: who handed the mail in, whether its origin is proven, and why it was not filed.
ALTER TABLE inbound_mails ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_mails ADD COLUMN helo TEXT NOT NULL DEFAULT '';
-- JSON: {spf, dkim, dmarc, by, detail}; empty until the mail was read.
ALTER TABLE inbound_mails ADD COLUMN authentication TEXT NOT NULL DEFAULT '';
-- Why it was ignored or put aside, for the balance sheet.
ALTER TABLE inbound_mails ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- When its bytes and steps were thrown away because of their age.
ALTER TABLE inbound_mails ADD COLUMN forgotten_at INTEGER;

-- The way it came and who brought it were one text.
UPDATE inbound_mails SET peer = substr(source, 6), source = substr(source, 1, 4)
    WHERE source LIKE 'smtp %' OR source LIKE 'lmtp %';

-- One index per filter of the recorder's list, in its order.
CREATE INDEX inbound_ticket ON inbound_mails (ticket_id, id);
CREATE INDEX inbound_disposition ON inbound_mails (disposition, id);
CREATE INDEX inbound_source ON inbound_mails (source, id);
CREATE INDEX inbound_automatic ON inbound_mails (id) WHERE automatic;
CREATE INDEX inbound_bounce ON inbound_mails (id) WHERE bounce;
-- The balance sheet reads nothing but these two.
CREATE INDEX inbound_balance ON inbound_mails (received_at, source, disposition, reason);
CREATE INDEX outbox_balance ON outbox (created_at, kind, state);
-- What may still be thrown away, the oldest first.
CREATE INDEX inbound_kept ON inbound_mails (received_at) WHERE forgotten_at IS NULL;
-- Who names a blob: asked before it is thrown away.
CREATE INDEX inbound_digest ON inbound_mails (digest);
CREATE INDEX attachments_digest ON attachments (digest);
CREATE INDEX articles_html_digest ON articles (html_digest) WHERE html_digest IS NOT NULL;
CREATE INDEX outbox_digest ON outbox (digest) WHERE digest IS NOT NULL;

-- Words of subject, addresses and ids, for the recorder's search.
CREATE VIRTUAL TABLE inbound_text USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO inbound_text (rowid, words)
    SELECT id, subject || ' ' || sender || ' ' || envelope_from || ' ' || envelope_to || ' ' || message_id FROM inbound_mails;
