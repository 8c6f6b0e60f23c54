-- Which version of a draft it is: whoever saves over another one is told. Grows with each save.
ALTER TABLE drafts ADD COLUMN revision bigint NOT NULL DEFAULT 0;
