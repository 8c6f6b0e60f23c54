ALTER TABLE customers ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- The name as lists sort it: small letters without accents. Empty: not said yet, which happens in the background.
ALTER TABLE customers ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
-- Who this customer has become.
ALTER TABLE customers ADD COLUMN merged_into INTEGER REFERENCES customers (id);
CREATE INDEX customers_list ON customers (sort_name, id) WHERE merged_into IS NULL;
CREATE INDEX customers_organisation ON customers (organisation_id, sort_name, id);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customers_unsaid ON customers (id) WHERE sort_name = '';

-- Whether it is the one that stands for the others.
ALTER TABLE customer_addresses ADD COLUMN main INTEGER NOT NULL DEFAULT 0;

-- What customers are found by.
CREATE TABLE customer_words (
    word TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    PRIMARY KEY (word, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_words_customer ON customer_words (customer_id);

-- Two customers who turned out to be one; `undo` is what the other one had, as JSON.
CREATE TABLE customer_merges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL REFERENCES customers (id),
    target_id INTEGER NOT NULL REFERENCES customers (id),
    agent_id INTEGER REFERENCES agents (id),
    undo TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX customer_merges_source ON customer_merges (source_id);
CREATE INDEX customer_merges_target ON customer_merges (target_id);

-- Tickets that went along. Not a reference: a ticket that is thrown away meanwhile is no reason to keep anything.
CREATE TABLE customer_merge_tickets (
    merge_id INTEGER NOT NULL REFERENCES customer_merges (id),
    ticket_id INTEGER NOT NULL,
    PRIMARY KEY (merge_id, ticket_id)
) STRICT;

ALTER TABLE organisations ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN retired_at INTEGER;

-- Whoever writes from there for the first time belongs to the organisation.
CREATE TABLE organisation_domains (
    domain TEXT PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id)
) STRICT;
CREATE INDEX organisation_domains_organisation ON organisation_domains (organisation_id);

-- In whose conversations somebody takes part: asked when all is looked for that is known of a person.
CREATE INDEX participants_address ON participants (address);
