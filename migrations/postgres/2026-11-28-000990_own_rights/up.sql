-- Whether what roles give in the queues above does not hold here: a queue below another may have rights of its own alone.
ALTER TABLE queues ADD COLUMN own_rights BOOLEAN NOT NULL DEFAULT FALSE;
