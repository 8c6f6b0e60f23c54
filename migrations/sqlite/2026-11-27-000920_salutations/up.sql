-- Words above each reply, with names in double braces; empty: none.
ALTER TABLE queues ADD COLUMN salutation TEXT NOT NULL DEFAULT '';
-- The same where a name in them has no value.
ALTER TABLE queues ADD COLUMN salutation_unnamed TEXT NOT NULL DEFAULT '';

-- How long the words are that were put above a reply, in characters: where it is taken back, its author gets his own.
CREATE TABLE article_salutations (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    length INTEGER NOT NULL
) STRICT;
