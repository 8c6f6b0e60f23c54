-- What a planned reply does to its ticket once it leaves; gone when it has left or was taken back.
CREATE TABLE planned_replies (
    article_id bigint PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    -- NULL: new becomes open, others stay.
    state text,
    until timestamptz
);
