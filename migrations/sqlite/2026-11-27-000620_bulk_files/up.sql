-- A file that goes with a reply to many tickets is neither of an article nor of a draft until the bulk has ended.
ALTER TABLE attachments ADD COLUMN bulk_id INTEGER REFERENCES bulks (id);
CREATE INDEX attachments_bulk ON attachments (bulk_id) WHERE bulk_id IS NOT NULL;
