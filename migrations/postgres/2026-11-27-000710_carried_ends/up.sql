-- The end of an account that was last carried over from a directory: people may set another, which then holds.
ALTER TABLE identities ADD COLUMN ends_at timestamptz;
