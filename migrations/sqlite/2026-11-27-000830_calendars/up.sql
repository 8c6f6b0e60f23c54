-- Working-time calendars. The first is the installation's own: queues that name none count by it.
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- null: the installation's zone.
    time_zone TEXT,
    -- JSON: for each day of the week, Monday first, its spans in minutes since midnight.
    hours TEXT NOT NULL,
    -- JSON: days on which nobody works, `2026-12-25` or each year `12-25`, with their names.
    holidays TEXT NOT NULL DEFAULT '[]',
    retired_at INTEGER
) STRICT;
INSERT INTO calendars (id, name, hours)
    VALUES (1, 'Monday to Friday', '[[[540,1020]],[[540,1020]],[[540,1020]],[[540,1020]],[[540,1020]],[],[]]');

-- null: the installation's.
ALTER TABLE queues ADD COLUMN calendar_id INTEGER REFERENCES calendars (id);
CREATE INDEX queues_calendar ON queues (calendar_id) WHERE calendar_id IS NOT NULL;

-- From when the working time counts; null: set before calendars could be changed, and not counted anew.
ALTER TABLE deadlines ADD COLUMN since INTEGER;
