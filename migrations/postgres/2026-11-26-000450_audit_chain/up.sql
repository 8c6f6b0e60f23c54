-- Who did what that no ticket's history tells, as a chain: each row's hash is made of the hash of the row before it and of
-- the row itself, so that whoever changes or removes one breaks all that follow. Rows from before have no hash yet; the
-- next entry chains them.
ALTER TABLE audit_events ALTER COLUMN agent_id DROP NOT NULL;
ALTER TABLE audit_events DROP CONSTRAINT audit_events_kind_check;
ALTER TABLE audit_events ALTER COLUMN detail SET DEFAULT '';
ALTER TABLE audit_events ADD COLUMN subject text NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN was text NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN becomes text NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN hash text NOT NULL DEFAULT '';
CREATE INDEX audit_events_agent ON audit_events (agent_id, id);
CREATE INDEX audit_events_kind ON audit_events (kind, id);
CREATE INDEX audit_events_at ON audit_events (at, id);

CREATE FUNCTION keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is never changed';
END $$;
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events FOR EACH ROW
    WHEN (OLD.hash <> '' OR NEW.hash = '') EXECUTE FUNCTION keep_audit_events();
CREATE TRIGGER audit_events_last BEFORE DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION keep_audit_events();
CREATE TRIGGER audit_events_whole BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_events();

-- What happens too often for a row each: counted by the hour, and written down as one row when the hour is over.
CREATE TABLE audit_counts (
    kind text NOT NULL,
    of text NOT NULL,
    hour timestamptz NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (kind, of, hour)
);
