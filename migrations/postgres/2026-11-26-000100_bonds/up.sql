-- A ticket can be a part of another one.
ALTER TABLE ticket_links DROP CONSTRAINT ticket_links_kind_check;
ALTER TABLE ticket_links ADD CONSTRAINT ticket_links_kind_check
    CHECK (kind IN ('related', 'possibly_belongs_to', 'continues', 'split_from', 'child_of'));

-- What an agent watches, for his list.
CREATE INDEX watchers_agent ON watchers (agent_id, ticket_id);
