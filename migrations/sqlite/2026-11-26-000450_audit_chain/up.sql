-- Who did what that no ticket's history tells, as a chain: each row's hash is made of the hash of the row before it and of
-- the row itself, so that whoever changes or removes one breaks all that follow. Rows from before have no hash yet; the
-- next entry chains them.
CREATE TABLE audit_chain (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    agent_id INTEGER REFERENCES agents (id),
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    was TEXT NOT NULL DEFAULT '',
    becomes TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO audit_chain (id, at, agent_id, cause, kind, detail)
    SELECT id, at, agent_id, cause, kind, detail FROM audit_events;
DROP TABLE audit_events;
ALTER TABLE audit_chain RENAME TO audit_events;
CREATE INDEX audit_events_agent ON audit_events (agent_id, id);
CREATE INDEX audit_events_kind ON audit_events (kind, id);
CREATE INDEX audit_events_at ON audit_events (at, id);

CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
    WHEN OLD.hash <> '' OR NEW.hash = ''
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_events_last BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'nothing is taken out of the audit log');
END;

-- What happens too often for a row each: counted by the hour, and written down as one row when the hour is over.
CREATE TABLE audit_counts (
    kind TEXT NOT NULL,
    of TEXT NOT NULL,
    hour INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, of, hour)
) STRICT;
