-- Whether an agent made a token himself: then it works only as long as a role of his has the right `api`. Those that were
-- made on the command line carry their agent's rights as before.
ALTER TABLE tokens ADD COLUMN own INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1));
