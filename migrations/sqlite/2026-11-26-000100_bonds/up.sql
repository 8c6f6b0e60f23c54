-- A ticket can be a part of another one. SQLite changes no CHECK: the table is made anew.
CREATE TABLE new_ticket_links (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    other_id INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL CHECK (kind IN ('related', 'possibly_belongs_to', 'continues', 'split_from', 'child_of')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, other_id, kind)
) STRICT;
INSERT INTO new_ticket_links SELECT ticket_id, other_id, kind, created_at FROM ticket_links;
DROP TABLE ticket_links;
ALTER TABLE new_ticket_links RENAME TO ticket_links;
CREATE INDEX ticket_links_other ON ticket_links (other_id);

-- What an agent watches, for his list.
CREATE INDEX watchers_agent ON watchers (agent_id, ticket_id);
