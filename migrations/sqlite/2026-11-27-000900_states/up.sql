-- States that the house has named. Rules reason about the kind alone.
CREATE TABLE states (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'pending reminder', 'pending auto close', 'closed')),
    name TEXT NOT NULL,
    -- The name in lower case: nobody tells two apart that differ in no more.
    key TEXT NOT NULL UNIQUE,
    -- Where it stands among those of its kind.
    place INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

-- null: the state that its kind is.
ALTER TABLE tickets ADD COLUMN state_id INTEGER REFERENCES states (id);
CREATE INDEX tickets_named_state ON tickets (state_id) WHERE state_id IS NOT NULL;
-- A name of one kind on a ticket of another would be two answers to one question.
CREATE TRIGGER tickets_state_of_kind BEFORE UPDATE OF state, state_id ON tickets
WHEN NEW.state_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM states WHERE id = NEW.state_id AND kind = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'the named state is of another kind than the ticket');
END;
CREATE TRIGGER tickets_state_of_kind_new BEFORE INSERT ON tickets
WHEN NEW.state_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM states WHERE id = NEW.state_id AND kind = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'the named state is of another kind than the ticket');
END;

ALTER TABLE reply_templates ADD COLUMN state_id INTEGER REFERENCES states (id);

-- What the house calls the five ranks.
CREATE TABLE priorities (
    level INTEGER PRIMARY KEY CHECK (level BETWEEN 1 AND 5),
    -- null: what its reader's language calls it.
    name TEXT,
    retired_at INTEGER,
    -- The rank of a ticket about which nobody said anything.
    usual INTEGER NOT NULL DEFAULT 0,
    CHECK (NOT usual OR retired_at IS NULL)
) STRICT;
CREATE UNIQUE INDEX priorities_usual ON priorities (usual) WHERE usual;
INSERT INTO priorities (level, usual) VALUES (1, 0), (2, 0), (3, 1), (4, 0), (5, 0);
