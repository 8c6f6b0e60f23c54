-- Words above each reply, with names in double braces; empty: none.
ALTER TABLE queues ADD COLUMN salutation text NOT NULL DEFAULT '';
-- The same where a name in them has no value.
ALTER TABLE queues ADD COLUMN salutation_unnamed text NOT NULL DEFAULT '';

-- How long the words are that were put above a reply, in characters: where it is taken back, its author gets his own.
CREATE TABLE article_salutations (
    article_id bigint PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    length integer NOT NULL
);
