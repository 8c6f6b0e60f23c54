-- The name as lists sort it, and what an agent is found by: small letters without accents. Empty: not said yet, which
-- happens at the next start.
ALTER TABLE agents ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN found_by TEXT NOT NULL DEFAULT '';
CREATE INDEX agents_list ON agents (sort_name, id);
