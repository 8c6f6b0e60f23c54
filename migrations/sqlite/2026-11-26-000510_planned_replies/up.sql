-- What a planned reply does to its ticket once it leaves; gone when it has left or was taken back.
CREATE TABLE planned_replies (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    -- NULL: new becomes open, others stay.
    state TEXT,
    -- In microseconds since 1970.
    until INTEGER
) STRICT;
